package mapping_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

// retiredInto is a comparison in which one item leaves.
func retiredInto(old string, heirs ...string) mapping.FrameworkDiff {
	return mapping.FrameworkDiff{ID: "f", From: "1", To: "2", Retired: []mapping.RetiredItem{{ItemDiff: mapping.ItemDiff{ID: old}, Becomes: heirs}}}
}

func TestMigrationCarriesTagsAndRulesToWhatReplacesAnItem(t *testing.T) {
	tags := mapping.Tags{
		Active: []mapping.Alignment{tag("a", course2, "https://lms.example/1"), tag("b", course3, "https://lms.example/2")},
		Rules:  []mapping.ScopedRule{rule(course2, mapping.RuleN, 2)},
	}
	by := mapping.Changeset{Author: "operator", Reason: "new version", At: epoch}
	for name, tc := range map[string]struct {
		diff          mapping.FrameworkDiff
		carried, lost int
		stay, rules   int
	}{
		"exact":      {retiredInto("c", "n"), 2, 0, 0, 1},
		"split":      {retiredInto("c", "n", "o"), 4, 0, 0, 2},
		"retired":    {retiredInto("c"), 0, 2, 0, 0},
		"other item": {retiredInto("x", "n"), 0, 0, 2, 0},
	} {
		m := mapping.Migrate(tc.diff, tags, by)
		if m.Carried != tc.carried || len(m.Lost) != tc.lost || m.Stay != tc.stay || m.Rules != tc.rules {
			t.Errorf("%s: %+v", name, m)
		}
		known := mapping.Known{
			Capability: func(id string) bool { return id == "n" || id == "o" },
			Alignment:  func(string) (mapping.Alignment, bool) { return mapping.Alignment{}, false },
		}
		for _, cs := range m.Changesets {
			if err := cs.Validate(known); err != nil || cs.Author != "operator" || cs.Reason != "new version" || !cs.At.Equal(epoch) {
				t.Errorf("%s: %v %+v", name, err, cs)
			}
			for _, e := range cs.Edits {
				if e.Remove != "" {
					t.Errorf("%s: a migration takes a tag away", name)
				}
			}
		}
	}
}

func TestMigrationPlannedAgainPlansNothing(t *testing.T) {
	tags := mapping.Tags{Active: []mapping.Alignment{tag("a", instance, "https://lms.example/1")}, Rules: []mapping.ScopedRule{rule(instance, mapping.RuleAll, 0)}}
	first := mapping.Migrate(retiredInto("c", "n"), tags, mapping.Changeset{At: epoch})
	for _, cs := range first.Changesets {
		for _, e := range cs.Edits {
			if e.Add != nil {
				tags.Active = append(tags.Active, *e.Add)
			} else {
				tags.Rules = append(tags.Rules, *e.Rule)
			}
		}
	}
	again := mapping.Migrate(retiredInto("c", "n"), tags, mapping.Changeset{At: epoch})
	if len(first.Changesets) != 1 || len(again.Changesets) != 0 || again.There != 1 {
		t.Errorf("%+v\n%+v", first, again)
	}
	// A tag that was carried and then taken away by an author stays away.
	carried := tags.Active[1]
	tags.Active, tags.Ended = tags.Active[:1], []mapping.Alignment{carried}
	if again := mapping.Migrate(retiredInto("c", "n"), tags, mapping.Changeset{At: epoch}); again.Carried != 0 {
		t.Errorf("%+v", again)
	}
}

func TestMigrationCarriesEachOfTwoCriteria(t *testing.T) {
	active := []mapping.Alignment{tag("a", course2, quiz), atLeast(tag("b", course2, quiz), 700)}
	m := mapping.Migrate(retiredInto("c", "n"), mapping.Tags{Active: active}, mapping.Changeset{At: epoch})
	if m.Carried != 2 || m.There != 0 || len(m.Changesets) != 1 || !m.Changesets[0].Edits[0].Add.Twin(heirOf(active[0])) || !m.Changesets[0].Edits[1].Add.Twin(heirOf(active[1])) {
		t.Errorf("%+v", m)
	}
	active = append(active, heirOf(active[1]))
	if m := mapping.Migrate(retiredInto("c", "n"), mapping.Tags{Active: active}, mapping.Changeset{At: epoch}); m.Carried != 1 || m.There != 1 {
		t.Errorf("one was there: %+v", m)
	}
}

func heirOf(a mapping.Alignment) mapping.Alignment {
	a.ID, a.Capability = "by hand, "+a.ID, "n"
	return a
}

func TestMigrationCountsNoTagsOfOtherFrameworks(t *testing.T) {
	other := tag("o", course2, quiz)
	other.Capability = "elsewhere"
	tags := mapping.Tags{Active: []mapping.Alignment{tag("a", course2, quiz), other}}.Of(func(id string) bool { return id == "c" || id == "n" })
	if m := mapping.Migrate(retiredInto("x"), tags, mapping.Changeset{At: epoch}); m.Stay != 1 || len(m.Lost) != 0 {
		t.Errorf("%+v", m)
	}
}

func TestMigrationOfVeryManyTagsKeepsChangesetsWithinTheirLimit(t *testing.T) {
	var tags mapping.Tags
	for i := range 6000 {
		a := tag("", instance, "https://lms.example/"+string(rune('a'+i%26)))
		a.ID, a.Selector.IRI = a.Selector.IRI+string(rune(0x4e00+i)), a.Selector.IRI+string(rune(0x4e00+i))
		tags.Active = append(tags.Active, a)
	}
	m := mapping.Migrate(retiredInto("c", "n"), tags, mapping.Changeset{At: epoch})
	sizes := []int{}
	for _, cs := range m.Changesets {
		sizes = append(sizes, len(cs.Edits))
	}
	if diff := cmp.Diff([]int{5000, 1000}, sizes); diff != "" || m.Changesets[0].ID == m.Changesets[1].ID {
		t.Errorf("%v", sizes)
	}
}
