package pipeline_test

import (
	"context"
	"testing"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// Amara has evidence for an item that leaves: with its tag carried to one of two that replace it she has a part of it, with both all.
func TestFatesAreOfThoseWithEvidenceOnceTheTagsAreCarried(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.does("01", completed, 1)
	some := s.c.one.Tracked("")
	gone, one, two := some[0].ID, some[1].ID, some[2].ID
	carry := func(to ...string) (cs mapping.Changeset) {
		for _, heir := range to {
			cs.Edits = append(cs.Edits, mapping.Edit{Add: &mapping.Alignment{ID: "m" + heir, Capability: heir, Scope: mapping.Scope{Kind: mapping.ScopeInstance},
				Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: quiz}}})
		}
		return cs
	}
	for name, c := range map[string]struct {
		cs                mapping.Changeset
		whole, part, none int
	}{"nothing carried": {carry(), 0, 0, 1}, "to one of two": {carry(one), 0, 1, 0}, "to both": {carry(one, two), 1, 0, 0}} {
		d := mapping.FrameworkDiff{Retired: []mapping.RetiredItem{{ItemDiff: mapping.ItemDiff{ID: gone}, Fate: mapping.FateSplit, Becomes: []string{one, two}}}}
		got, err := previewer(s.m, s.c).Fates(context.Background(), d, c.cs, func(int) {})
		if err != nil || len(got) != 1 || got[0].Had != 1 || got[0].Whole != c.whole || got[0].Part != c.part || got[0].None != c.none {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if got, err := previewer(s.m, s.c).Fates(context.Background(), mapping.FrameworkDiff{}, carry(one), nil); len(got) != 0 || err != nil {
		t.Errorf("nothing leaves: %v, %v", got, err)
	}
}
