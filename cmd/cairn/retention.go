package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"cairn/internal/sqlstore"
	"cairn/xapi"
)

type retentionCmd struct {
	Set     retentionSetCmd     `cmd:"" help:"Keep a rule, or change the one with its name. Servers apply it once a day."`
	List    retentionListCmd    `cmd:"" help:"List the rules."`
	Remove  retentionRemoveCmd  `cmd:"" help:"Remove a rule. What it took stays gone."`
	Purge   retentionPurgeCmd   `cmd:"" help:"Apply the rules now, or say with --dry-run what each would take."`
	Compact retentionCompactCmd `cmd:"" help:"Give back the room of what is gone: SQLite rewrites its file, and others cannot write meanwhile; PostgreSQL frees it for new rows (VACUUM)."`
}

type retentionSetCmd struct {
	Name         string `arg:"" help:"What the rule is called."`
	Days         int    `required:"" help:"Statements that were stored more days ago go, 1 to 36500."`
	Verb         string `placeholder:"IRI" help:"Only with this verb."`
	Activity     string `placeholder:"IRI" help:"Only about this activity and what goes on after its IRI at one of / ? # &."`
	Registration string `placeholder:"ID" help:"Only what people of this LMS did."`
}

// maxDays is a hundred years.
const maxDays = 36_500

// Run keeps the rule.
func (c *retentionSetCmd) Run(p *program) error {
	for flag, iri := range map[string]string{"--verb": c.Verb, "--activity": c.Activity} {
		if iri != "" && !xapi.IsIRI(iri) {
			return refuse(exitUsage, "%s is no IRI: %q", flag, iri)
		}
	}
	if strings.TrimSpace(c.Name) == "" || c.Days < 1 || c.Days > maxDays {
		return refuse(exitUsage, "a rule has a name and 1 to %d days", maxDays)
	}
	return p.withStore(func(s *sqlstore.Store) error {
		if c.Registration != "" {
			if _, err := s.Registration(p.ctx, c.Registration); err != nil {
				return &refusal{exitRefused, "there is no registration with this id", err}
			}
		}
		rule := sqlstore.RetentionRule{Name: c.Name, Days: c.Days, Verb: c.Verb, Activity: c.Activity, Registration: c.Registration}
		if err := s.SetRetention(p.ctx, rule); err != nil {
			return err
		}
		return p.sayRule(c.Name, "kept", "Kept. Servers apply it once a day; cairn retention purge --dry-run says what it takes.")
	})
}

func (p *program) sayRule(name, done, text string) error {
	if p.JSON {
		return printJSON(p.out, map[string]string{"name": name, "result": done})
	}
	_, err := fmt.Fprintln(p.out, text)
	return err
}

type retentionListCmd struct{}

// ruleView is what --json prints.
type ruleView struct {
	Name         string `json:"name"`
	Days         int    `json:"days"`
	Verb         string `json:"verb,omitzero"`
	Activity     string `json:"activity,omitzero"`
	Registration string `json:"registration,omitzero"`
	LastRun      string `json:"last_run,omitzero"`
	Purged       int64  `json:"purged"`
}

// Run lists.
func (retentionListCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		rules, err := s.Retention(p.ctx)
		if err != nil {
			return err
		}
		views, rows := []ruleView{}, [][]string{{"NAME", "DAYS", "VERB", "ACTIVITY", "REGISTRATION", "LAST RUN", "PURGED"}}
		for _, r := range rules {
			v := ruleView{r.Name, r.Days, r.Verb, r.Activity, r.Registration, stamp(r.LastRun), r.Purged}
			views = append(views, v)
			rows = append(rows, []string{v.Name, fmt.Sprint(v.Days), v.Verb, v.Activity, v.Registration, v.LastRun, fmt.Sprint(v.Purged)})
		}
		if p.JSON {
			return printJSON(p.out, views)
		}
		return printTable(p.out, rows)
	})
}

type retentionRemoveCmd struct {
	Name string `arg:"" help:"The rule."`
}

// Run removes the rule.
func (c *retentionRemoveCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		err := s.RemoveRetention(p.ctx, c.Name)
		if errors.Is(err, sqlstore.ErrNoRule) {
			return &refusal{exitRefused, "there is no rule called " + c.Name, nil}
		}
		if err != nil {
			return err
		}
		return p.sayRule(c.Name, "removed", "Removed.")
	})
}

type retentionPurgeCmd struct {
	Rule   string `placeholder:"NAME" help:"Only this rule."`
	DryRun bool   `help:"Only say what would go."`
}

// purgedView is what --json prints, one a rule.
type purgedView struct {
	Rule string `json:"rule"`
	sqlstore.Purged
}

// Run applies the rules. It may be stopped at any time, and run again.
func (c *retentionPurgeCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		rules, err := s.Retention(p.ctx)
		if err != nil {
			return err
		}
		views := []purgedView{}
		for _, rule := range rules {
			if c.Rule != "" && rule.Name != c.Rule {
				continue
			}
			done, err := c.apply(p, s, rule)
			if errors.Is(err, sqlstore.ErrReplayUnderWay) {
				return &refusal{exitRefused, "this is no time to purge", err}
			}
			if err != nil {
				return err
			}
			views = append(views, purgedView{rule.Name, done})
		}
		if c.Rule != "" && len(views) == 0 {
			return &refusal{exitRefused, "there is no rule called " + c.Rule, nil}
		}
		return p.sayPurged(views, c.DryRun)
	})
}

func (c *retentionPurgeCmd) apply(p *program, s *sqlstore.Store, rule sqlstore.RetentionRule) (sqlstore.Purged, error) {
	if c.DryRun {
		return s.CountPurge(p.ctx, rule)
	}
	var shown *bar
	done, err := s.Purge(p.ctx, rule, func(at, end int64) {
		if shown == nil {
			shown = newBar(os.Stderr, "purge "+rule.Name, end, p.now)
		}
		shown.at(at)
	})
	if shown != nil {
		shown.end()
	}
	return done, err
}

func (p *program) sayPurged(views []purgedView, dry bool) error {
	if p.JSON {
		return printJSON(p.out, views)
	}
	rows := [][]string{{"RULE", "STATEMENTS", "CHECKPOINTS KEPT", "HELD"}}
	for _, v := range views {
		rows = append(rows, []string{v.Rule, fmt.Sprint(v.Statements), fmt.Sprint(v.Checkpoints), fmt.Sprint(v.Held)})
	}
	if err := printTable(p.out, rows); err != nil || dry {
		return err
	}
	_, err := fmt.Fprintln(p.out, "The room is used again by what comes; cairn retention compact gives it back.")
	return err
}

type retentionCompactCmd struct{}

// Run compacts.
func (retentionCompactCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		if err := s.Compact(p.ctx); err != nil {
			return err
		}
		return p.sayRule("", "compacted", "Compacted.")
	})
}

// retainLook is how often a server looks whether a retention rule is due.
const retainLook = 10 * time.Minute

// retain applies the retention rules, each once a day, in one of the processes. What goes wrong is tried again at the next look.
func (s *server) retain(ctx context.Context) {
	tick := time.NewTicker(retainLook)
	defer tick.Stop()
	for {
		err := s.store.PurgeDue(ctx, func(r sqlstore.RetentionRule, done sqlstore.Purged) {
			s.log.Info("purged old statements", "rule", r.Name, "statements", done.Statements, "checkpoints", done.Checkpoints, "held", done.Held)
		})
		if err != nil && ctx.Err() == nil {
			s.log.Warn("purge old statements", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
