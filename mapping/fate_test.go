package mapping_test

import (
	"errors"
	"slices"
	"testing"

	"cairn/mapping"
)

// What is said to become of an item is what comparing the versions then finds, whatever was said before.
func TestFateIsWhatDiffFinds(t *testing.T) {
	const old, one, two = "0f5b1f0e-1111-4111-8111-00000000000a", "0f5b1f0e-1111-4111-8111-00000000000b", "0f5b1f0e-1111-4111-8111-00000000000c"
	older := mapping.Framework{ID: "f", Version: "1", Items: []mapping.Node{{ID: old, Code: "1"}}}
	peer := mapping.Relation{From: one, Type: mapping.RelationPeerOf, To: two}
	newer := mapping.Framework{ID: "f", Version: "2", Items: []mapping.Node{{ID: one, Code: "2"}, {ID: two, Code: "3"}}, Relations: []mapping.Relation{peer}}
	for _, c := range []struct {
		fate  mapping.Fate
		heirs []string
	}{{mapping.FateSplit, []string{one, two}}, {mapping.FateNarrower, []string{two}}, {mapping.FateExact, []string{one}}, {mapping.FateRetired, nil}, {mapping.FateNarrower, []string{one}}, {mapping.FateSplit, []string{one, two}}} {
		got, err := newer.WithFate(old, c.fate, c.heirs)
		if err != nil {
			t.Fatal(err)
		}
		r := mapping.Diff(older, got).Retired[0]
		if r.Fate != c.fate || !slices.Equal(r.Becomes, c.heirs) || !slices.Contains(got.Relations, peer) {
			t.Errorf("%s by %v is found as %s by %v", c.fate, c.heirs, r.Fate, r.Becomes)
		}
		newer = got
	}
	for fate, heirs := range map[mapping.Fate][]string{
		mapping.FateExact: {one, two}, mapping.FateNarrower: {}, mapping.FateSplit: {one}, mapping.FateRetired: {one}, "gone": {}, mapping.FateExact + " ": {one},
	} {
		if _, err := newer.WithFate(old, fate, heirs); !errors.Is(err, mapping.ErrFate) {
			t.Errorf("%q by %v: %v", fate, heirs, err)
		}
	}
	if _, err := newer.WithFate(old, mapping.FateExact, []string{old}); !errors.Is(err, mapping.ErrFate) {
		t.Errorf("an item that is not in the framework: %v", err)
	}
}
