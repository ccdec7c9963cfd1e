package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cairn/mapping"
)

// Frozen is one state of the projection and the log: what is committed while it is looked at is not seen.
type Frozen interface {
	// Cursor is how far the projection has come, LastChangeset the position of the last changeset of a scope in the log.
	Cursor(ctx context.Context) (Cursor, error)
	LastChangeset(ctx context.Context, scope mapping.Scope) (int64, error)
	// Aligned answers the active alignments with these ids, or of these capabilities.
	Aligned(ctx context.Context, ids, capabilities []string) ([]Aligned, error)
	Rules(ctx context.Context) ([]mapping.ScopedRule, error)
	// Count counts an audience, Learners answers up to limit of it after an id, by id.
	Count(ctx context.Context, a Audience) (int, error)
	Learners(ctx context.Context, a Audience, after string, limit int) ([]string, error)
	// Standing answers how learners stand in capabilities.
	Standing(ctx context.Context, learners, capabilities []string) (Standing, error)
	// Past calls f for each statement of the learners that a selector takes, and perhaps for some that none takes, with each link that
	// makes it a learner's. Own statements are left out.
	Past(ctx context.Context, learners []string, selectors []mapping.Selector, f func(ActiveLink, Entry) error) error
	// Acts calls f for each statement whose actor is one of the agents. Own statements are left out.
	Acts(ctx context.Context, agents []string, f func(Entry) error) error
	// Tagged answers the capabilities that have an active alignment, in order.
	Tagged(ctx context.Context) ([]string, error)
}

// Audience is whom an edit may touch.
type Audience struct {
	// Capabilities limits it to those with evidence for one of them; none: everyone who has a link.
	Capabilities []string
	// Selectors adds to these who has a statement that one of them takes. Where they take many, it may be everyone who has a link.
	Selectors    []mapping.Selector
	Registration string // limits it to those with a link of the registration; "" does not
}

// everyone is all who have a link, of the registration where there is one.
func (a Audience) everyone() Audience { return Audience{Registration: a.Registration} }

// Standing is how some learners stand: evidence of active links, progress and endorsements.
type Standing struct {
	Rows         map[Pair][]LedgerRow
	Progress     map[Pair]mapping.Progress
	Endorsements map[Pair][]mapping.Endorsement
}

// capabilities answers those in which learners have evidence or progress, in order.
func (s Standing) capabilities() map[string][]string {
	out := map[string][]string{}
	for pair := range s.Rows {
		out[pair.Learner] = append(out[pair.Learner], pair.Capability)
	}
	for pair := range s.Progress {
		if _, known := s.Rows[pair]; !known {
			out[pair.Learner] = append(out[pair.Learner], pair.Capability)
		}
	}
	for _, list := range out {
		slices.Sort(list)
	}
	return out
}

// rows counts the evidence.
func (s Standing) rows() (n int) {
	for _, some := range s.Rows {
		n += len(some)
	}
	return n
}

// plan is what a changeset touches.
type plan struct {
	capabilities []string // in order
	added        []mapping.Alignment
	index        *mapping.Index // of what is added
	audience     Audience
	now, then    world
}

// world is the alignments and rules by capability.
type world struct {
	aligned map[string][]Aligned
	rules   map[string][]mapping.ScopedRule
}

func (w world) basis(s Standing, pair Pair, at time.Time) Basis {
	return Basis{
		Pair: pair, Rows: s.Rows[pair], Aligned: w.aligned[pair.Capability], Rules: w.rules[pair.Capability],
		Endorsements: s.Endorsements[pair], At: at, WasEvidenced: s.Progress[pair].WasEvidenced,
	}
}

// newPlan reads what the changeset touches, and how things stand before and after it.
func newPlan(ctx context.Context, f Frozen, catalogs Catalogs, cs mapping.Changeset) (plan, error) {
	p := plan{index: mapping.NewIndex()}
	var err error
	if p.capabilities, err = touched(ctx, f, catalogs, cs); err != nil {
		return p, err
	}
	aligned, err := f.Aligned(ctx, nil, p.capabilities)
	if err != nil {
		return p, fmt.Errorf("read alignments: %w", err)
	}
	rules, err := f.Rules(ctx)
	if err != nil {
		return p, fmt.Errorf("read rules: %w", err)
	}
	p.now = newWorld(catalogs, p.capabilities, aligned, rules)
	p.then = newWorld(catalogs, p.capabilities, p.edit(cs, aligned), edited(cs, rules))
	p.audience = Audience{Capabilities: p.capabilities, Registration: cs.Scope.Registration}
	for _, a := range p.added {
		p.audience.Selectors = append(p.audience.Selectors, a.Selector)
	}
	return p, nil
}

// edit answers the alignments after the changeset, and notes those that it adds.
func (p *plan) edit(cs mapping.Changeset, aligned []Aligned) []Aligned {
	after := slices.Clone(aligned)
	for _, e := range cs.Edits {
		switch {
		case e.Add != nil:
			after = append(after, Aligned{Alignment: *e.Add})
			p.index.Add(*e.Add)
		case e.Remove != "":
			after = slices.DeleteFunc(after, func(a Aligned) bool { return a.ID == e.Remove })
			p.index.Remove(e.Remove)
		}
	}
	for _, e := range cs.Edits {
		if e.Add != nil && slices.ContainsFunc(after, func(a Aligned) bool { return a.ID == e.Add.ID }) {
			p.added = append(p.added, *e.Add)
		}
	}
	return after
}

// edited answers the rules after the changeset.
func edited(cs mapping.Changeset, rules []mapping.ScopedRule) []mapping.ScopedRule {
	after := slices.Clone(rules)
	for _, e := range cs.Edits {
		if e.Rule != nil {
			after = append(slices.DeleteFunc(after, e.Rule.Replaces), *e.Rule)
		}
	}
	return after
}

// touched answers the capabilities that a changeset is about, in order.
func touched(ctx context.Context, f Frozen, catalogs Catalogs, cs mapping.Changeset) ([]string, error) {
	var ids, out []string
	for _, e := range cs.Edits {
		switch {
		case e.Add != nil:
			out = append(out, e.Add.Capability)
		case e.Remove != "":
			ids = append(ids, e.Remove)
		case e.Rule != nil && e.Rule.Capability != "":
			out = append(out, e.Rule.Capability)
		case e.Rule != nil:
			out = append(out, itemsOf(catalogs, e.Rule.Framework)...)
		}
	}
	if len(ids) > 0 {
		removed, err := f.Aligned(ctx, ids, nil)
		if err != nil {
			return nil, fmt.Errorf("read alignments: %w", err)
		}
		for _, a := range removed {
			out = append(out, a.Capability)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func newWorld(catalogs Catalogs, capabilities []string, aligned []Aligned, rules []mapping.ScopedRule) world {
	w := world{map[string][]Aligned{}, map[string][]mapping.ScopedRule{}}
	for _, a := range aligned {
		w.aligned[a.Capability] = append(w.aligned[a.Capability], a)
	}
	for _, c := range capabilities {
		framework := ""
		for _, r := range rules {
			if r.Capability == "" && framework == "" {
				framework = frameworkOf(catalogs, c)
			}
			if r.Capability == c || r.Capability == "" && r.Framework == framework {
				w.rules[c] = append(w.rules[c], r)
			}
		}
	}
	return w
}

// itemsOf answers the ids of everything in a framework, in any version.
func itemsOf(catalogs Catalogs, framework string) (ids []string) {
	for _, c := range catalogs.All() {
		if c.ID != framework {
			continue
		}
		for _, n := range c.Items {
			ids = append(ids, n.ID)
		}
	}
	return ids
}
