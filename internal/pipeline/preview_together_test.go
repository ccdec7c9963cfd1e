package pipeline_test

import (
	"testing"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// What several changesets do together is not the sum of what each does: one takes what another gives.
func TestChangesetsAreLookedAtTogether(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.does("01", completed, 1)
	again := mapping.Changeset{ID: "cs-again", Edits: []mapping.Edit{{Add: &mapping.Alignment{ID: "a2", Capability: s.capability(),
		Scope: mapping.Scope{Kind: mapping.ScopeRegistration, Registration: "r1"}, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: quiz}}}}}
	if shown := s.preview(removal("a1")); shown.Pairs.Lose != 1 {
		t.Errorf("the removal alone: %+v", shown)
	}
	if shown := s.preview(pipeline.Together(removal("a1"), again)); shown.Pairs != (pipeline.Tally{}) || shown.Checked != 1 || shown.Same != 1 {
		t.Errorf("together: %+v", shown)
	}
}
