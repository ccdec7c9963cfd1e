package main

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/mapping"
)

type frameworkMigrateCmd struct {
	ID     string `arg:"" help:"Short name of the framework."`
	From   string `required:"" placeholder:"TEXT" help:"The version whose tags are carried over."`
	To     string `placeholder:"TEXT" help:"The version they are carried to; default: the newest in use."`
	Reason string `placeholder:"TEXT" help:"Why, for the history."`
	DryRun bool   `help:"Say what would be done; change nothing."`
}

// migrated is what a migration says of itself.
type migrated struct {
	ID     string `json:"id"`
	From   string `json:"from"`
	To     string `json:"to"`
	DryRun bool   `json:"dry_run"`
	mapping.Migration
	Effect pipeline.Preview `json:"effect"` // on learners, as it stood before
}

// Run carries the tags of items that a newer version replaces over to what replaces them, one changeset for each scope.
func (c *frameworkMigrateCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		there, err := s.Frameworks(p.ctx, "")
		if err != nil {
			return err
		}
		older, err := findFramework(there, c.ID, c.From)
		if err != nil {
			return err
		}
		newer, err := findFramework(there, c.ID, c.To)
		if err != nil {
			return err
		}
		tags, err := allTags(p.ctx, s)
		if err != nil {
			return err
		}
		tags = tagsOf(tags, older.Catalog, newer.Catalog)
		d := mapping.Diff(older.Catalog.Framework, newer.Catalog.Framework)
		reason := cmp.Or(c.Reason, migrationReason(d))
		out := migrated{ID: d.ID, From: d.From, To: d.To, DryRun: c.DryRun,
			Migration: mapping.Migrate(d, tags, mapping.Changeset{Author: operator, Reason: reason, At: p.now().UTC()})}
		if out.Effect, err = p.effect(s, there, out.Changesets); err != nil {
			return err
		}
		if !c.DryRun {
			courses := s.Courses(there)
			for _, cs := range out.Changesets {
				if _, err := courses.Apply(p.ctx, cs); err != nil {
					return fmt.Errorf("carry the tags of a scope (those of scopes before it are carried; run it again): %w", err)
				}
			}
		}
		return out.print(p)
	})
}

// tagsOf is the tags that a migration from one version to another has to do with.
func tagsOf(tags mapping.Tags, older, newer *mapping.Catalog) mapping.Tags {
	return tags.Of(func(id string) bool {
		_, was := older.Capability(id)
		_, is := newer.Capability(id)
		return was || is
	})
}

// migrationReason is why tags are carried where nobody says it.
func migrationReason(d mapping.FrameworkDiff) string {
	return "migration of " + d.ID + " from " + d.From + " to " + d.To
}

// effect looks at what changesets together would do to learners, and writes nothing.
func (p *program) effect(s *sqlstore.Store, there *sqlstore.Frameworks, all []mapping.Changeset) (pipeline.Preview, error) {
	var shown *bar
	defer func() {
		if shown != nil {
			shown.end()
		}
	}()
	previewer := pipeline.Previewer{Frozen: s.Frozen, Catalogs: there, Now: p.now}
	out, err := previewer.Preview(p.ctx, pipeline.Together(all...), nil, func(done, of int) {
		if shown == nil {
			shown = newBar(os.Stderr, "learners", int64(of), p.now)
		}
		shown.at(int64(done))
	})
	if err != nil {
		return out, fmt.Errorf("look at the effect on learners: %w", err)
	}
	return out, nil
}

func allTags(ctx context.Context, s *sqlstore.Store) (mapping.Tags, error) {
	var out mapping.Tags
	all, err := s.Projection().Alignments(ctx)
	if err != nil {
		return out, err
	}
	for _, a := range all {
		if a.Ended == 0 {
			out.Active = append(out.Active, a.Alignment)
		} else {
			out.Ended = append(out.Ended, a.Alignment)
		}
	}
	out.Rules, err = s.Projection().Rules(ctx)
	return out, err
}

func (m migrated) print(p *program) error {
	if p.JSON {
		return printJSON(p.out, m)
	}
	verb := "were"
	if m.DryRun {
		verb = "would be"
	}
	_, err := fmt.Fprintf(p.out, "%s, from version %s to %s: %d tags and %d rules %s carried to what replaces their items, in %d scopes; %d were there, %d stay as they are, %d belong to items that nothing replaces.\n",
		m.ID, m.From, m.To, m.Carried, m.Rules, verb, len(m.Changesets), m.There, m.Stay, len(m.Lost))
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(p.out, effectLine(m.Effect)); err != nil {
		return err
	}
	for _, a := range m.Lost {
		if _, err := fmt.Fprintln(p.out, "  -", a.Selector.IRI, "for", a.Capability); err != nil {
			return err
		}
	}
	return nil
}
