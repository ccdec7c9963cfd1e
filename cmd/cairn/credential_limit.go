package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"cairn/internal/learner"
	"cairn/internal/sqlstore"
	"cairn/lti"
	"cairn/xapi/lrs"
)

// limitFlags are what a credential may not pass.
type limitFlags struct {
	Registration string `placeholder:"ID" help:"Only statements about the people of this LMS: those with an account at its home page."`
	HomePage     string `placeholder:"IRI" help:"Only statements about people with an account at this home page."`
	Under        string `placeholder:"IRI" help:"Only statements about this activity and what lies under it."`
	PerMinute    int    `placeholder:"N" help:"Requests a minute; more are answered with 429. Without it, as many as come."`
}

// set keeps the limits, if there are any.
func (f limitFlags) set(p *program, s *sqlstore.Store, id string) error {
	if f == (limitFlags{}) {
		return nil
	}
	l, err := f.limits(p, s)
	if err != nil {
		return err
	}
	return s.LimitCredential(p.ctx, id, l)
}

// limits reads the flags. A registration's home page is that of its identity rule, or its issuer.
func (f limitFlags) limits(p *program, s *sqlstore.Store) (lrs.Limits, error) {
	l := lrs.Limits{HomePage: f.HomePage, Activity: f.Under, PerMinute: f.PerMinute}
	if f.Registration == "" {
		return l, nil
	}
	if f.HomePage != "" {
		return l, refuse(exitUsage, "--registration and --home-page say the same thing: give one")
	}
	reg, err := s.FullRegistration(p.ctx, f.Registration)
	if errors.Is(err, lti.ErrUnknownRegistration) {
		return l, refuse(exitRefused, "there is no registration %q (see cairn registration list)", f.Registration)
	}
	if err == nil && reg.Identity.Mode == learner.ByMailbox {
		return l, refuse(exitRefused, "the people of registration %q are known by mailbox, not by accounts: a credential cannot be limited to them", f.Registration)
	}
	l.HomePage = firstOf(reg.Identity.HomePage, reg.Issuer)
	return l, err
}

type credentialLimitCmd struct {
	limitFlags
	ID string `arg:"" help:"The key."`
}

// Run sets the limits.
func (c *credentialLimitCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		l, err := c.limits(p, s)
		if err == nil {
			err = s.LimitCredential(p.ctx, c.ID, l)
		}
		if err != nil {
			return credentialError(err)
		}
		if p.JSON {
			return printJSON(p.out, map[string]any{"id": c.ID, "home_page": l.HomePage, "under": l.Activity, "per_minute": l.PerMinute})
		}
		_, err = fmt.Fprintln(p.out, "Set. Servers that run follow within seconds.")
		return err
	})
}

type credentialRotateCmd struct {
	ID   string        `arg:"" help:"The key."`
	Keep time.Duration `default:"24h" help:"How long the old secret holds; 0s ends it at once."`
}

// Run gives another secret and prints it, which is not kept.
func (c *credentialRotateCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		secret, err := s.RotateCredential(p.ctx, c.ID, c.Keep)
		if err != nil {
			return credentialError(err)
		}
		if p.JSON {
			return printJSON(p.out, map[string]any{"id": c.ID, "key": c.ID, "secret": secret, "old_secret_until": stamp(p.now().Add(c.Keep))})
		}
		_, err = fmt.Fprintf(p.out, "key     %s\nsecret  %s\n\nThe secret is shown once: copy it now. The old one holds until %s.\n", c.ID, secret, stamp(p.now().Add(c.Keep)))
		return err
	})
}

// limitView is what --json prints of limits.
type limitView struct {
	HomePage  string `json:"home_page,omitzero"`
	Under     string `json:"under,omitzero"`
	PerMinute int    `json:"per_minute,omitzero"`
	Rotating  string `json:"old_secret_until,omitzero"`
}

func newLimitView(c sqlstore.CredentialInfo) limitView {
	return limitView{c.Limits.HomePage, c.Limits.Activity, c.Limits.PerMinute, stamp(c.Rotating)}
}

func (v limitView) limits() string {
	var all []string
	if v.HomePage != "" {
		all = append(all, "people of "+v.HomePage)
	}
	if v.Under != "" {
		all = append(all, "under "+v.Under)
	}
	if v.PerMinute != 0 {
		all = append(all, fmt.Sprintf("%d a minute", v.PerMinute))
	}
	return firstOf(strings.Join(all, ", "), "none")
}

func (v credentialView) state() string {
	switch {
	case v.Revoked != "":
		return "revoked " + v.Revoked
	case v.Rotating != "":
		return "old secret holds until " + v.Rotating
	}
	return "in use"
}
