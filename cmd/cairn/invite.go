package main

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"cairn/internal/sqlstore"
	"cairn/lti"
)

// invitationParam names the token in the address that an administrator pastes. A query is in no log of ours, and is kept by LMSs
// that add their own parameters.
const invitationParam = "invitation"

type inviteCmd struct {
	Add    inviteAddCmd    `cmd:"" help:"Make an address that lets the administrator of one LMS register it, once."`
	List   inviteListCmd   `cmd:"" help:"List the invitations, without their addresses."`
	Revoke inviteRevokeCmd `cmd:"" help:"End an invitation that was not used."`
}

type inviteAddCmd struct {
	Note    string        `help:"Who it is for; shown in the list."`
	Expires time.Duration `default:"168h" placeholder:"TIME" help:"How long it is good for, one minute to 720h; default: a week."`
	Update  string        `placeholder:"ID" help:"Let the LMS replace this registration instead of making a new one. Courses, people and progress stay."`
}

// invitationView is what --json prints. Times are empty for what has not happened.
type invitationView struct {
	ID           string `json:"id"`
	Note         string `json:"note,omitzero"`
	State        string `json:"state"`
	Updates      string `json:"updates,omitzero"`
	Created      string `json:"created"`
	Expires      string `json:"expires"`
	Used         string `json:"used,omitzero"`
	Revoked      string `json:"revoked,omitzero"`
	Registration string `json:"registration,omitzero"`
	URL          string `json:"url,omitzero"`
}

// Run makes an invitation and prints its address, which is not kept.
func (c *inviteAddCmd) Run(p *program) error {
	if p.BaseURL == "" {
		return refuse(exitUsage, "an invitation is an address of Cairn: set CAIRN_BASE_URL")
	}
	return p.withStore(func(s *sqlstore.Store) error {
		made, secret, err := s.AddInvitation(p.ctx, c.Note, c.Expires, c.Update)
		if err != nil {
			return invitationError(err)
		}
		v := p.invitationView(made)
		v.URL = p.BaseURL + "/lti/register?" + url.Values{invitationParam: {secret}}.Encode()
		if p.JSON {
			return printJSON(p.out, v)
		}
		_, err = fmt.Fprintf(p.out, "%s\n\nPaste this where the LMS takes the address of a tool's dynamic registration. It works once, until %s, and is shown once: copy it now.\n"+
			"Whoever has it can register an LMS here: send it as you would a password. Take it back with `cairn invite revoke %s`.\n", v.URL, v.Expires, v.ID)
		return err
	})
}

func (p *program) invitationView(i lti.Invitation) invitationView {
	v := invitationView{
		ID: i.ID, Note: i.Note, State: "open", Updates: i.Update, Created: stamp(i.CreatedAt), Expires: stamp(i.ExpiresAt),
		Used: stamp(i.SpentAt), Revoked: stamp(i.RevokedAt), Registration: i.Made,
	}
	switch err := i.Usable(p.now()); {
	case errors.Is(err, lti.ErrInvitationSpent):
		v.State = "used"
	case errors.Is(err, lti.ErrInvitationRevoked):
		v.State = "revoked"
	case err != nil:
		v.State = "expired"
	}
	return v
}

type inviteListCmd struct{}

// Run prints the invitations.
func (inviteListCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		all, err := s.Invitations(p.ctx)
		if err != nil {
			return err
		}
		views, rows := []invitationView{}, [][]string{{"ID", "STATE", "NOTE", "FOR", "EXPIRES", "REGISTRATION"}}
		for _, i := range all {
			v := p.invitationView(i)
			views = append(views, v)
			what := "a new registration"
			if v.Updates != "" {
				what = "update of " + v.Updates
			}
			rows = append(rows, []string{v.ID, v.State, firstOf(v.Note, "-"), what, v.Expires, firstOf(v.Registration, "-")})
		}
		if p.JSON {
			return printJSON(p.out, views)
		}
		return printTable(p.out, rows)
	})
}

type inviteRevokeCmd struct {
	ID string `arg:"" help:"Id of the invitation (cairn invite list)."`
}

// Run ends an invitation.
func (c *inviteRevokeCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		if err := s.RevokeInvitation(p.ctx, c.ID, p.now()); err != nil {
			return invitationError(err)
		}
		if p.JSON {
			return printJSON(p.out, map[string]any{"id": c.ID, "revoked": true})
		}
		_, err := fmt.Fprintln(p.out, "Revoked.")
		return err
	})
}

// invitationError gives the rules of invitations their exit code.
func invitationError(err error) error {
	for _, rule := range []error{
		lti.ErrInvitationUnknown, lti.ErrInvitationSpent, sqlstore.ErrInvitationLife, sqlstore.ErrInvitationNote, lti.ErrUnknownRegistration,
	} {
		if errors.Is(err, rule) {
			return &refusal{exitRefused, "nothing was changed", err}
		}
	}
	return err
}
