package mapping_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"cairn/mapping"
)

// ladder is a framework with levels in one section, and what has none.
func ladder(imply bool) *mapping.Catalog {
	capability := func(id string, level int, archetypes ...string) mapping.Node {
		return mapping.Node{ID: id, Code: id, Parent: "s", Kind: mapping.NodeCapability, Title: id, Level: level, Archetypes: archetypes}
	}
	return mapping.NewCatalog(mapping.Framework{
		ID: "f", LevelsImply: imply,
		Levels:     []mapping.Level{{Number: 1}, {Number: 2}, {Number: 3}},
		Archetypes: []mapping.Archetype{{Code: "U"}, {Code: "D"}},
		Items: []mapping.Node{
			{ID: "s", Code: "s", Kind: mapping.NodeSection, Title: "s"},
			capability("1a", 1, "U"), capability("1b", 1, "D"), capability("2", 2, "U", "D"), capability("3a", 3, "D"), capability("3b", 3), capability("x", 0, "U"),
			{ID: "o", Code: "o", Kind: mapping.NodeSection, Title: "o"},
			{ID: "o1", Code: "o1", Parent: "o", Kind: mapping.NodeCapability, Title: "o1", Level: 1, Archetypes: []string{"U"}},
		},
		Relations: []mapping.Relation{{From: "1a", Type: mapping.RelationPrecedes, To: "2"}, {From: "s", Type: mapping.RelationPrecedes, To: "3a"}, {From: "2", Type: mapping.RelationRelatedTo, To: "3a"}},
	}, "https://cairn.example")
}

func having(ids ...string) func(string) bool {
	return func(id string) bool { return slices.Contains(ids, id) }
}

func TestHigherLevelsImplyLowerOnesOnlyWhereTheFrameworkSaysSo(t *testing.T) {
	for name, c := range map[string]struct {
		imply bool
		has   []string
		want  map[string]int
	}{
		"not said":                       {false, []string{"3a", "3b"}, map[string]int{}},
		"a whole level":                  {true, []string{"3a", "3b"}, map[string]int{"1a": 3, "1b": 3, "2": 3}},
		"part of a level":                {true, []string{"3a"}, map[string]int{}},
		"the nearest level":              {true, []string{"2", "3a", "3b"}, map[string]int{"1a": 2, "1b": 2}},
		"what is evidenced is not":       {true, []string{"1b", "2"}, map[string]int{"1a": 2}},
		"what has no level implies none": {true, []string{"x"}, map[string]int{}},
		"nothing":                        {true, nil, map[string]int{}},
	} {
		if diff := cmp.Diff(c.want, mapping.Implied(ladder(c.imply), having(c.has...))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestImpliedStaysInItsSectionAndBelow(t *testing.T) {
	c := ladder(true)
	rapid.Check(t, func(t *rapid.T) {
		has := rapid.SliceOf(rapid.SampledFrom([]string{"1a", "1b", "2", "3a", "3b", "x", "o1"})).Draw(t, "has")
		for id, level := range mapping.Implied(c, having(has...)) {
			n, _ := c.Node(id)
			if slices.Contains(has, id) || n.Parent != "s" || n.Level == 0 || level <= n.Level {
				t.Fatalf("%s is implied by level %d of what has %v", id, level, has)
			}
		}
	})
}

func ids(nodes []mapping.Node) (out []string) {
	for _, n := range nodes {
		out = append(out, n.ID)
	}
	return out
}

func TestTargetsAreWhatARoleIsToHave(t *testing.T) {
	c := ladder(false)
	for name, tc := range map[string]struct {
		profile string
		want    []string
	}{
		"everything":                     {`{"id":"p","title":"P","framework":"f","wants":[]}`, []string{"1a", "1b", "2", "3a", "3b", "x", "o1"}},
		"an archetype":                   {`{"id":"p","title":"P","framework":"f","wants":[{"archetype":"U"}]}`, []string{"1a", "2", "3b", "x", "o1"}},
		"an archetype at a level":        {`{"id":"p","title":"P","framework":"f","wants":[{"archetype":"U","levels":[1]}]}`, []string{"1a", "o1"}},
		"one at a level, or another one": {`{"id":"p","title":"P","framework":"f","wants":[{"archetype":"U","levels":[1]},{"archetype":"D","levels":[3]}]}`, []string{"1a", "3a", "3b", "o1"}},
		"a level for everybody":          {`{"id":"p","title":"P","framework":"f","wants":[{"levels":[2]}]}`, []string{"2"}},
	} {
		p, err := mapping.ParseRoleProfile([]byte(tc.profile), c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tc.want, ids(c.Target("", p))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := ids(c.Target("o", mapping.ForArchetypes("f", "D", "U"))); !slices.Equal(got, []string{"o1"}) {
		t.Errorf("of a section: %v", got)
	}
	for in, want := range map[string]error{
		`{"id":"p","title":"P","framework":"g"}`:                             mapping.ErrProfile,
		`{"id":"P 1","title":"P","framework":"f"}`:                           mapping.ErrProfile,
		`{"id":"p","framework":"f"}`:                                         mapping.ErrProfile,
		`{"id":"p","title":"P","framework":"f","wants":[{"archetype":"Z"}]}`: mapping.ErrProfileArchetype,
		`{"id":"p","title":"P","framework":"f","wants":[{"levels":[1,9]}]}`:  mapping.ErrProfileLevel,
	} {
		if _, err := mapping.ParseRoleProfile([]byte(in), c); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", in, err, want)
		}
	}
	if _, err := mapping.ParseRoleProfile([]byte(`{"id":"p","title":"P","framework":"f","colour":"red"}`), c); err == nil {
		t.Error("an unknown member is taken")
	}
}

func TestGapsAreTargetMinusState(t *testing.T) {
	c := ladder(true)
	states := map[string]mapping.State{"1a": mapping.Evidenced, "2": mapping.Expiring, "3a": mapping.Expired, "3b": mapping.Withdrawn, "x": mapping.InProgress}
	state := func(id string) mapping.State {
		if s, ok := states[id]; ok {
			return s
		}
		return mapping.NotStarted
	}
	has := func(id string) bool { return state(id) == mapping.Evidenced || state(id) == mapping.Expiring }
	got := map[string]mapping.Gap{}
	for _, g := range mapping.Gaps(c.Target("", mapping.RoleProfile{}), state, mapping.Implied(c, has)) {
		got[g.Node.ID] = g
	}
	if diff := cmp.Diff([]string{"1b", "3a", "3b", "o1", "x"}, slices.Sorted(maps.Keys(got))); diff != "" {
		t.Error(diff)
	}
	if got["1b"].ImpliedBy != 2 || got["3a"].State != mapping.Expired || got["o1"].State != mapping.NotStarted {
		t.Errorf("%+v", got)
	}
}

func TestPrerequisitesAreCapabilitiesThatPrecede(t *testing.T) {
	if diff := cmp.Diff(map[string][]string{"2": {"1a"}}, ladder(false).Prerequisites()); diff != "" {
		t.Error(diff)
	}
}
