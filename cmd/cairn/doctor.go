package main

import (
	"context"
	"slices"

	"cairn/internal/diagnosis"
	"cairn/internal/sqlstore"
)

type doctorCmd struct {
	keyFlags
	ID               string   `arg:"" optional:"" name:"registration" help:"One registration; default: all."`
	AllowPrivateHost []string `env:"CAIRN_ALLOW_PRIVATE_HOST" placeholder:"HOST" help:"As for serve (${env})."`
	Launches         int      `default:"5" help:"How many of the last launches are shown."`
}

// examined is what was found about one registration.
type examined struct {
	ID       string              `json:"id"`
	Name     string              `json:"name"`
	Issuer   string              `json:"issuer"`
	ClientID string              `json:"client_id"`
	Findings []diagnosis.Finding `json:"findings"`
	Launches []diagnosis.Launch  `json:"launches"`
}

// report is what --json prints.
type report struct {
	Tool          []diagnosis.Finding `json:"tool"`
	Remotes       []diagnosis.Finding `json:"remotes"` // other record stores, as they stand; none when one registration is asked for
	Registrations []examined          `json:"registrations"`
	Unregistered  []diagnosis.Launch  `json:"unregistered"` // logins and launches that named no registration
}

// doctor is what the checks work with.
type doctor struct {
	connections
	checker *diagnosis.Checker
	most    int
}

// Run checks, prints what was found, and fails when a check did.
func (c *doctorCmd) Run(p *program) error {
	if err := checkHosts(c.AllowPrivateHost); err != nil {
		return err
	}
	return p.withStore(func(s *sqlstore.Store) error {
		all, err := c.registrations(p.ctx, s)
		if err != nil {
			return err
		}
		d := c.doctor(p, s)
		r := report{Tool: d.checker.OwnKeys(p.ctx), Registrations: []examined{}}
		for _, reg := range all {
			one, err := d.registration(p.ctx, reg)
			if err != nil {
				return err
			}
			r.Registrations = append(r.Registrations, one)
		}
		if c.ID == "" {
			if r.Remotes, err = remoteFindings(p.ctx, s, p.now()); err != nil {
				return err
			}
		}
		if r.Unregistered, err = d.launches(p.ctx, "", d.most); err != nil {
			return err
		}
		if p.JSON {
			err = printJSON(p.out, r)
		} else {
			err = r.print(p.out)
		}
		if n := r.failed(); err == nil && n > 0 {
			return refuse(exitFailure, "checks that failed: %d", n)
		}
		return err
	})
}

func (c *doctorCmd) registrations(ctx context.Context, s *sqlstore.Store) ([]sqlstore.Registration, error) {
	if c.ID == "" {
		return s.ListRegistrations(ctx)
	}
	one, err := s.FullRegistration(ctx, c.ID)
	if err != nil {
		return nil, registrationError(c.ID, err)
	}
	return []sqlstore.Registration{one}, nil
}

// doctor joins what the checks need. A key that cannot be used is no error here: it is something to tell.
func (c *doctorCmd) doctor(p *program, s *sqlstore.Store) *doctor {
	d := &doctor{connections: connections{s}, most: c.Launches}
	config := diagnosis.Config{Client: diagnosisClient(c.AllowPrivateHost, p.BaseURL), BaseURL: p.BaseURL, Now: p.now}
	path, err := c.path(p.settings)
	var keys toolKeys
	if err == nil {
		keys, err = c.load(path)
	}
	if err != nil {
		config.NoKey = inWords(err.Error())
	} else {
		config.Signing = keys.ring(p.now()).Signing
	}
	d.checker = diagnosis.NewChecker(config)
	return d
}

// registration runs every check of one registration.
func (d *doctor) registration(ctx context.Context, r sqlstore.Registration) (examined, error) {
	out := examined{ID: r.ID, Name: r.Name, Issuer: r.Issuer, ClientID: r.ClientID}
	found, err := d.check(ctx, d.checker, r)
	if err != nil {
		return out, err
	}
	if out.Launches, err = d.launches(ctx, r.ID, d.most); err != nil {
		return out, err
	}
	out.Findings = append(found, diagnosis.LastLaunch(subject(r), out.Launches))
	return out, nil
}

// failed counts the checks that failed.
func (r report) failed() (n int) {
	all := slices.Clone(r.Tool)
	for _, d := range r.Registrations {
		all = append(all, d.Findings...)
	}
	return countBad(all)
}

// countBad counts the checks that failed.
func countBad(all []diagnosis.Finding) (n int) {
	for _, f := range all {
		if f.Result == diagnosis.Bad {
			n++
		}
	}
	return n
}
