package web

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"cairn/mapping"
)

// explainAll asks why several capabilities stand as they do for a learner, with as many questions to the store as for one.
func (s *site) explainAll(ctx context.Context, session *Session, learner string, capabilities []string) (map[string]mapping.Explanation, error) {
	cases, err := s.Records.Cases(ctx, learner, capabilities)
	if err != nil {
		return nil, fmt.Errorf("read what the states rest on: %w", err)
	}
	return s.explainCases(ctx, session, cases)
}

// explainCases explains cases that were read, by capability.
func (s *site) explainCases(ctx context.Context, session *Session, cases map[string]mapping.Case) (map[string]mapping.Explanation, error) {
	named := map[string]bool{}
	for _, c := range cases {
		namedIn(c, named)
	}
	names, err := s.names(ctx, session.Course, slices.Sorted(maps.Keys(named)))
	if err != nil {
		return nil, err
	}
	out := make(map[string]mapping.Explanation, len(cases))
	for id, c := range cases {
		c.Prefer, c.Notice = session.Course.Scope(), s.Notice
		out[id] = mapping.Explain(c, mapping.Evaluate(c), func(iri string) string { return names[iri] })
	}
	return out, nil
}

// namedIn collects the activities that an explanation of the case may name.
func namedIn(c mapping.Case, into map[string]bool) {
	for _, a := range c.Alignments {
		into[a.Selector.IRI] = true
	}
	for _, r := range c.Rules {
		inParts(r.Rule.Parts, into)
	}
}

// begun answers the capabilities of the record that are tagged in the course, or have a state: those there is something to say about.
func (r *record) begun() []string {
	var out []string
	for _, n := range r.tracked("") {
		if r.tagged[n.ID] || r.of(n.ID).State != mapping.NotStarted {
			out = append(out, n.ID)
		}
	}
	return out
}
