package mapping_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

func TestDiffNamesWhatChangedAndWhatBecomesOfWhatLeft(t *testing.T) {
	const gone, split, exact = "0f5b1f0e-1111-4111-8111-00000000000a", "0f5b1f0e-1111-4111-8111-00000000000b", "0f5b1f0e-1111-4111-8111-00000000000c"
	const narrower = "0f5b1f0e-1111-4111-8111-00000000000d"
	older := mapping.Framework{ID: "f", Version: "1", Title: "F", Items: []mapping.Node{
		{ID: "same", Code: "1"}, {ID: "moved", Code: "2", Title: "T", Level: 1}, {ID: gone, Code: "3"}, {ID: split, Code: "4"}, {ID: exact, Code: "5"}, {ID: narrower, Code: "7"},
	}}
	newer := mapping.Framework{ID: "f", Version: "2", Title: "G", Items: []mapping.Node{
		{ID: "same", Code: "1"}, {ID: "moved", Code: "2", Title: "U", Level: 2}, {ID: "new", Code: "6", Title: "N"},
	}, Relations: []mapping.Relation{
		{From: "urn:uuid:" + split, Type: mapping.RelationReplacedBy, To: "new"}, {From: "urn:uuid:" + split, Type: mapping.RelationReplacedBy, To: "same"},
		{From: "urn:uuid:" + exact, Type: mapping.RelationReplacedBy, To: "new"},
		{From: "urn:uuid:" + narrower, Type: mapping.RelationReplacedBy, To: "new"}, {From: "new", Type: mapping.RelationPartOf, To: "urn:uuid:" + narrower},
	}}
	want := mapping.FrameworkDiff{
		ID: "f", From: "1", To: "2", Whole: []string{"title", "relations"}, Unchanged: 1,
		Added:   []mapping.ItemDiff{{ID: "new", Code: "6", Title: "N"}},
		Changed: []mapping.ItemDiff{{ID: "moved", Code: "2", Title: "U", Fields: []string{"title", "level"}}},
		Retired: []mapping.RetiredItem{
			{ItemDiff: mapping.ItemDiff{ID: gone, Code: "3"}, Fate: mapping.FateRetired},
			{ItemDiff: mapping.ItemDiff{ID: split, Code: "4"}, Fate: mapping.FateSplit, Becomes: []string{"new", "same"}},
			{ItemDiff: mapping.ItemDiff{ID: exact, Code: "5"}, Fate: mapping.FateExact, Becomes: []string{"new"}},
			{ItemDiff: mapping.ItemDiff{ID: narrower, Code: "7"}, Fate: mapping.FateNarrower, Becomes: []string{"new"}},
		},
	}
	if diff := cmp.Diff(want, mapping.Diff(older, newer)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !mapping.Diff(older, older).Same() || mapping.Diff(older, newer).Same() {
		t.Error("Same is wrong")
	}
}

func TestReplacedGoesThroughVersions(t *testing.T) {
	a, b, c := "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222", "33333333-3333-4333-8333-333333333333"
	by := func(old, heir string) mapping.Relation {
		return mapping.Relation{From: "urn:uuid:" + old, Type: mapping.RelationReplacedBy, To: heir}
	}
	second := mapping.Framework{Items: []mapping.Node{{ID: b}}, Relations: []mapping.Relation{by(a, b)}}
	third := mapping.Framework{Items: []mapping.Node{{ID: c}}, Relations: []mapping.Relation{by(b, c)}}
	both := mapping.Framework{Items: []mapping.Node{{ID: a}, {ID: b}}, Relations: []mapping.Relation{by(a, b)}}
	round := mapping.Framework{Items: []mapping.Node{{ID: a}}, Relations: []mapping.Relation{by(c, a)}}
	for name, one := range map[string]struct {
		all  []mapping.Framework
		want map[string][]string
	}{
		"one step":                {[]mapping.Framework{second}, map[string][]string{b: {a}}},
		"two steps":               {[]mapping.Framework{third, second}, map[string][]string{b: {a}, c: {a, b}}},
		"it still has the item":   {[]mapping.Framework{both}, map[string][]string{}},
		"round and round it ends": {[]mapping.Framework{second, third, round}, map[string][]string{a: {b, c}, b: {a, c}, c: {a, b}}},
	} {
		if diff := cmp.Diff(one.want, mapping.Replaced(one.all...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
