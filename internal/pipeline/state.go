package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"cairn/internal/learner"
	"cairn/mapping"
)

// state is what the fold knows without asking: who owns which agent, what is aligned with what, and by which rule. It is
// read from the projection once and then kept by the fold itself.
type state struct {
	cursor     Cursor
	links      map[string][]ActiveLink         // by agent key, in order of position
	owners     map[string]string               // whose is now what was said of a learner, where accounts were joined
	alignments map[string]Aligned              // by id, also those that ended
	tagged     map[string][]string             // ids of alignments by capability, in order of beginning
	index      *mapping.Index                  // the active ones, by activity
	rules      map[string][]mapping.ScopedRule // by capability
	defaults   map[string][]mapping.ScopedRule // by framework
	next       time.Time                       // no evidence ends before; zero when none does
}

// loadState reads the projection as it stands at its cursor.
func loadState(ctx context.Context, p Projection) (*state, error) {
	s := &state{
		links: map[string][]ActiveLink{}, alignments: map[string]Aligned{},
		tagged: map[string][]string{}, index: mapping.NewIndex(), rules: map[string][]mapping.ScopedRule{},
		defaults: map[string][]mapping.ScopedRule{},
	}
	var err error
	if s.cursor, err = p.Cursor(ctx); err != nil {
		return nil, fmt.Errorf("read the cursor: %w", err)
	}
	aligned, err := p.Alignments(ctx)
	if err != nil {
		return nil, fmt.Errorf("read alignments: %w", err)
	}
	slices.SortFunc(aligned, func(a, b Aligned) int { return int(a.Began - b.Began) })
	for _, a := range aligned {
		s.begin(a)
	}
	rules, err := p.Rules(ctx)
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	for _, r := range rules {
		s.setRule(r)
	}
	if s.next, err = p.NextDue(ctx, time.Time{}); err != nil {
		return nil, fmt.Errorf("read what ends next: %w", err)
	}
	if s.owners, err = p.Owners(ctx); err != nil {
		return nil, fmt.Errorf("read which accounts were joined: %w", err)
	}
	links, err := p.Links(ctx)
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	slices.SortFunc(links, func(a, b ActiveLink) int { return int(a.Pos - b.Pos) })
	for _, l := range links {
		s.link(l)
	}
	return s, nil
}

func (s *state) begin(a Aligned) {
	if _, known := s.alignments[a.ID]; !known {
		s.tagged[a.Capability] = append(s.tagged[a.Capability], a.ID)
	}
	s.alignments[a.ID] = a
	if a.Ended == 0 {
		s.index.Add(a.Alignment)
	}
}

func (s *state) end(id string, pos int64) {
	a := s.alignments[id]
	a.Ended = pos
	s.alignments[id] = a
	s.index.Remove(id)
}

// setRule keeps one rule a scope.
func (s *state) setRule(r mapping.ScopedRule) {
	rules, key := s.rules, r.Capability
	if key == "" {
		rules, key = s.defaults, r.Framework
	}
	rules[key] = append(slices.DeleteFunc(rules[key], r.Replaces), r)
}

func (s *state) link(l ActiveLink) {
	s.links[l.Agent] = append(s.links[l.Agent], l)
}

// owner answers whose is now what was said of a learner.
func (s *state) owner(learner string) string {
	return cmp.Or(s.owners[learner], learner)
}

// unlink removes the active link with the same learner, account and agent, and answers it.
func (s *state) unlink(l learner.Link) (ActiveLink, bool) {
	links := s.links[l.Agent]
	i := slices.IndexFunc(links, func(a ActiveLink) bool {
		return a.Learner == l.Learner && a.Account == l.Account && a.Registration == l.Registration
	})
	if i < 0 {
		return ActiveLink{}, false
	}
	gone := links[i]
	s.links[l.Agent] = slices.Delete(slices.Clone(links), i, i+1)
	return gone, true
}
