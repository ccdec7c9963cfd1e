package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"cairn/internal/learner"
	"cairn/internal/sqlstore"
	"cairn/lti"
)

type registrationCmd struct {
	Add    registrationAddCmd    `cmd:"" help:"Register an LMS by hand: what its administrator reads to you."`
	List   registrationListCmd   `cmd:"" help:"List the registrations."`
	Set    registrationSetCmd    `cmd:"" help:"Change what is named, keep the rest. A new identity rule re-links the people it concerns."`
	Remove registrationRemoveCmd `cmd:"" help:"Remove a registration that was never used; disable one that was."`
}

type registrationAddCmd struct {
	registrationFlags
	FromJSON string `name:"from-json" placeholder:"FILE" help:"Read the registration from a JSON file (- for standard input), in the form that --json prints; flags win."`
}

// Run registers an LMS and prints what its administrator needs in return.
func (c *registrationAddCmd) Run(p *program) error {
	var r sqlstore.Registration
	if c.FromJSON != "" {
		given, err := readRegistration(c.FromJSON)
		if err != nil {
			return err
		}
		r = given
	}
	c.apply(&r)
	presets[r.Platform].fill(&r)
	r.Name = firstOf(r.Name, r.Issuer)
	if err := errors.Join(c.checkPlatform(), checkIssuer(r)); err != nil {
		return registrationError(r.ID, err)
	}
	return p.withStore(func(s *sqlstore.Store) error {
		r, err := s.AddRegistration(p.ctx, r)
		if err != nil {
			return registrationError(r.ID, err)
		}
		noteDeployments(r)
		if p.JSON {
			return printJSON(p.out, p.registrationView(r))
		}
		_, err = fmt.Fprintf(p.out, "Registered %s as %s.\n%s", r.Name, r.ID, p.forTheLMS())
		return err
	})
}

type registrationListCmd struct{}

// Run prints the registrations.
func (registrationListCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		all, err := s.ListRegistrations(p.ctx)
		if err != nil {
			return err
		}
		if p.JSON {
			views := make([]registrationView, len(all))
			for i, r := range all {
				views[i] = p.registrationView(r)
			}
			return printJSON(p.out, views)
		}
		rows := [][]string{{"ID", "NAME", "ISSUER", "CLIENT ID", "DEPLOYMENTS", "IDENTITY", "STATE"}}
		for _, r := range all {
			state := "enabled"
			if r.Disabled {
				state = "disabled"
			}
			deployments := strings.Join(r.Deployments, " ")
			if r.AnyDeployment {
				deployments = strings.TrimSpace(deployments + " (any)")
			}
			rows = append(rows, []string{r.ID, r.Name, r.Issuer, r.ClientID, deployments, string(r.Identity.Normal().Mode), state})
		}
		return printTable(p.out, rows)
	})
}

type registrationSetCmd struct {
	ID string `arg:"" help:"Id of the registration (cairn registration list)."`
	registrationFlags
	Disabled     *bool  `negatable:"" help:"Refuse its launches, or take them again."`
	Pseudonymous *bool  `negatable:"" help:"Keep no names and no e-mail addresses of this LMS's people, and name them by pseudonyms in emitted statements; what was kept is removed."`
	Reason       string `placeholder:"TEXT" help:"Why the pseudonymous mode is switched. It stays in the log, so it should not say who."`
	Preview      bool   `help:"Say what a new identity rule would do to learners; change nothing."`
}

// Run changes what was named.
func (c *registrationSetCmd) Run(p *program) error {
	if err := c.checkPlatform(); err != nil {
		return registrationError(c.ID, err)
	}
	return p.withStore(func(s *sqlstore.Store) error {
		r, err := s.FullRegistration(p.ctx, c.ID)
		if err != nil {
			return registrationError(c.ID, err)
		}
		c.apply(&r)
		if c.Disabled != nil {
			r.Disabled = *c.Disabled
		}
		if c.Preview {
			return p.previewIdentity(s, r)
		}
		changed, err := s.SetRegistration(p.ctx, r)
		if err != nil {
			return registrationError(c.ID, err)
		}
		if c.Pseudonymous != nil {
			if err := p.pseudonymous(s, c.ID, *c.Pseudonymous, c.Reason); err != nil {
				return err
			}
			r.Pseudonymous = *c.Pseudonymous
		}
		noteDeployments(r)
		if p.JSON {
			v, links := p.registrationView(r), linksView(changed)
			v.Links = &links
			return printJSON(p.out, v)
		}
		said := ""
		if changed != (sqlstore.Relinked{}) {
			said = fmt.Sprintf(" Of the links of people to their statements %d ended and %d began.", changed.Ended, changed.Began)
		}
		_, err = fmt.Fprintf(p.out, "Changed %s (%s).%s\n", r.Name, r.ID, said)
		return err
	})
}

// pseudonymous switches names off or on. What was removed leaves no bytes in an SQLite file.
func (p *program) pseudonymous(s *sqlstore.Store, id string, on bool, reason string) error {
	if err := s.SetPseudonymous(p.ctx, id, on, p.BaseURL, operator, reason); err != nil {
		return registrationError(id, err)
	}
	if !on {
		return nil
	}
	return s.Compact(p.ctx)
}

type registrationRemoveCmd struct {
	ID string `arg:"" help:"Id of the registration."`
}

// Run removes, or disables what people have used.
func (c *registrationRemoveCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		removed, err := s.RemoveRegistration(p.ctx, c.ID)
		if err != nil {
			return registrationError(c.ID, err)
		}
		if p.JSON {
			return printJSON(p.out, map[string]any{"id": c.ID, "removed": removed, "disabled": !removed})
		}
		said := "Removed. It was never used.\n"
		if !removed {
			said = "Disabled: people have used it, so what they did is kept and it can be enabled again (cairn registration set --no-disabled).\n"
		}
		_, err = fmt.Fprint(p.out, said)
		return err
	})
}

// forTheLMS is what the LMS's administrator types in, when the base URL is known.
func (p *program) forTheLMS() string {
	urls, err := lti.NewURLs(p.BaseURL)
	if err != nil {
		return "Set CAIRN_BASE_URL to see the addresses that the LMS asks for.\n"
	}
	return fmt.Sprintf("Give these to the LMS:\n  tool URL and redirection URI  %s\n  initiate login URL            %s\n  public key set URL            %s\n",
		urls.Launch, urls.Login, urls.KeySet)
}

// noteDeployments tells what no rule forbids and no launch survives.
func noteDeployments(r sqlstore.Registration) {
	if len(r.Deployments) == 0 && !r.AnyDeployment {
		_, _ = fmt.Fprintln(os.Stderr, "cairn: no deployment is registered, so every launch will be refused: name one (--deployment ID) or take any (--any-deployment)")
	}
}

// registrationError gives the rules of registrations their exit code. id is which one was asked for.
func registrationError(id string, err error) error {
	if errors.Is(err, lti.ErrUnknownRegistration) {
		return refuse(exitRefused, "there is no registration with the id %q: see cairn registration list", id)
	}
	for _, rule := range []error{
		sqlstore.ErrRegistrationField, sqlstore.ErrRegistrationURL, sqlstore.ErrRegistrationOrigin, sqlstore.ErrRegistrationPattern,
		sqlstore.ErrRegistrationExists, sqlstore.ErrRegistrationIssuer, learner.ErrIdentityMode, learner.ErrMailboxHomePage,
		sqlstore.ErrPseudonymMailbox, sqlstore.ErrPseudonymHome, errPlatform, errMoodleIssuer,
	} {
		if errors.Is(err, rule) {
			return &refusal{exitRefused, "the registration was left as it was", err}
		}
	}
	return err
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
