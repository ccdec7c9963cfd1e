package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"cairn/internal/sqlstore"
	"cairn/xapi/lrs"
)

type credentialCmd struct {
	Add    credentialAddCmd    `cmd:"" help:"Make a key and secret for /xapi and /api. The secret is shown once."`
	List   credentialListCmd   `cmd:"" help:"List the credentials, without their secrets."`
	Limit  credentialLimitCmd  `cmd:"" help:"Set what a credential may not pass; what is not named is lifted."`
	Rotate credentialRotateCmd `cmd:"" help:"Give a credential another secret; the old one holds for a while."`
	Revoke credentialRevokeCmd `cmd:"" help:"End a credential. What it stored stays."`
}

type credentialAddCmd struct {
	limitFlags
	Name  string   `required:"" help:"Who uses it; stands in the authority of the statements it stores."`
	Scope []string `required:"" help:"statements/write, statements/read/mine, statements/read, define (its statements describe activities), state, profile; for /api capabilities/read, alignments/read, alignments/write, learners/read, learners/names; all/read or all; can be given again."`
}

// Run makes a credential and prints its secret, which is not kept.
func (c *credentialAddCmd) Run(p *program) error {
	wanted := make([]lrs.Scope, len(c.Scope))
	for i, s := range c.Scope {
		wanted[i] = lrs.Scope(s)
	}
	return p.withStore(func(s *sqlstore.Store) error {
		made, secret, err := s.AddCredential(p.ctx, c.Name, wanted)
		if err == nil {
			err = c.set(p, s, made.ID)
		}
		if err != nil {
			return credentialError(err)
		}
		if p.JSON {
			return printJSON(p.out, map[string]any{"id": made.ID, "name": made.Name, "key": made.ID, "secret": secret, "scopes": made.Scopes})
		}
		_, err = fmt.Fprintf(p.out, "key     %s\nsecret  %s\n\nThe secret is shown once: copy it now.\n", made.ID, secret)
		return err
	})
}

type credentialListCmd struct{}

// credentialView is what --json prints. Times are empty for what never happened.
type credentialView struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Scopes   []lrs.Scope `json:"scopes"`
	Created  string      `json:"created"`
	LastUsed string      `json:"last_used,omitzero"`
	Revoked  string      `json:"revoked,omitzero"`
	limitView
}

// Run prints the credentials.
func (credentialListCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		all, err := s.ListCredentials(p.ctx)
		if err != nil {
			return err
		}
		views, rows := []credentialView{}, [][]string{{"KEY", "NAME", "SCOPES", "LIMITS", "CREATED", "LAST USED", "STATE"}}
		for _, c := range all {
			v := credentialView{c.ID, c.Name, c.Scopes, stamp(c.Created), stamp(c.LastUsed), stamp(c.Revoked), newLimitView(c)}
			views = append(views, v)
			rows = append(rows, []string{v.ID, v.Name, joined(v.Scopes), v.limits(), v.Created, firstOf(v.LastUsed, "never"), v.state()})
		}
		if p.JSON {
			return printJSON(p.out, views)
		}
		return printTable(p.out, rows)
	})
}

type credentialRevokeCmd struct {
	ID string `arg:"" help:"The key."`
}

// Run ends a credential.
func (c *credentialRevokeCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		if err := s.RevokeCredential(p.ctx, c.ID); err != nil {
			return credentialError(err)
		}
		if p.JSON {
			return printJSON(p.out, map[string]any{"id": c.ID, "revoked": true})
		}
		_, err := fmt.Fprintln(p.out, "Revoked. Servers that run refuse it within seconds.")
		return err
	})
}

// credentialError gives the rules of credentials their exit code.
func credentialError(err error) error {
	for _, rule := range []error{sqlstore.ErrNameEmpty, sqlstore.ErrNoScope, sqlstore.ErrScopeUnknown, sqlstore.ErrLimit, sqlstore.ErrKeep, sqlstore.ErrRevoked, lrs.ErrNotFound} {
		if errors.Is(err, rule) {
			return &refusal{exitRefused, "nothing was changed", err}
		}
	}
	return err
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func joined(scopes []lrs.Scope) string {
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = string(s)
	}
	return strings.Join(words, " ")
}
