package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/prometheus/client_golang/prometheus"

	"cairn/internal/sqlstore"
)

// typed is what is typed to confirm an erasure.
const typed = "ERASE"

type personEraseCmd struct {
	personFlags
	Reason string `placeholder:"TEXT" help:"Why. It stays in the log, so it may not say who."`
	Yes    string `placeholder:"ERASE" help:"Confirms: --yes ERASE. It cannot be undone."`
	DryRun bool   `help:"Only say what would go."`
	Room   bool   `negatable:"" default:"true" help:"Rewrite an SQLite file afterwards, so that no byte of it is left in free space; others cannot write meanwhile. --no-room leaves that to cairn retention compact."`
}

// erasedView is what --json prints.
type erasedView struct {
	Erased sqlstore.Erased `json:"erased"`
	Copies sqlstore.Copies `json:"copies"`
}

// droppedOf counts what stays out.
func droppedOf(store *sqlstore.Store) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "cairn_statements_dropped_total",
		Help: "Statements answered as stored and dropped: of people who were erased, and repeats of statements that are gone."},
		func() float64 { return float64(store.Dropped()) })
}

// Run erases. It may be run again when it was interrupted.
func (c *personEraseCmd) Run(p *program) error {
	if !c.DryRun && (c.Reason == "" || c.Yes != typed) {
		return refuse(exitUsage, "an erasure cannot be undone: give --reason and --yes %s, or --dry-run", typed)
	}
	return c.with(p, func(s *sqlstore.Store, person sqlstore.Person) error {
		h, err := s.Holding(p.ctx, person)
		if err != nil {
			return err
		}
		if c.DryRun {
			return p.sayHeld(s, person, h)
		}
		bar := newBar(os.Stderr, "erase", h.Counts["statements"]+h.Counts["named"], p.now)
		done, err := s.Erase(p.ctx, person, c.Reason, func(done, _ int64) { bar.at(done) })
		bar.end()
		if errors.Is(err, sqlstore.ErrReasonNames) {
			return &refusal{exitRefused, "--reason cannot be used", err}
		}
		if err == nil && c.Room {
			err = s.Compact(p.ctx)
		}
		if err != nil {
			return err
		}
		return p.sayErased(done, h.Copies, len(person.Shared))
	})
}

func (p *program) sayErased(e sqlstore.Erased, copies sqlstore.Copies, shared int) error {
	if p.JSON {
		return printJSON(p.out, erasedView{e, copies})
	}
	_, err := fmt.Fprintf(p.out, "Erased: %d statements, and %d of others no longer name the person; %d documents, %d rows of evidence, %d capabilities with %d transitions, "+
		"%d ratings and endorsements, %d events of the log, %d sessions, %d scores owed, %d attempts, %d memberships, %d rosters, %d accounts.\n",
		e.Statements, e.Named, e.Documents, e.Evidence, e.Progress, e.Transitions, e.Tracks, e.Events, e.Sessions, e.Deliveries, e.Attempts, e.Memberships, e.Rosters, e.Accounts)
	if err == nil && shared > 0 {
		_, err = fmt.Fprintln(p.out, "Agents that are linked to other learners too were left to them.")
	}
	if err == nil && e.Replay {
		_, err = fmt.Fprintln(p.out, "Records of others rested on what was erased: servers fold the log again; cairn replay does it now.")
	}
	if err != nil {
		return err
	}
	if err := p.sayCopies(copies); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.out, "Keep the tombstones beside your backups (cairn person tombstones export): they erase again what a restored backup brings back.")
	return err
}
