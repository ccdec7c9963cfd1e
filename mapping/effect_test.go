package mapping_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

func shown(n *int) string {
	if n == nil {
		return "-"
	}
	return fmt.Sprint(*n)
}

func line(s mapping.ShownCounts) string {
	return fmt.Sprint(shown(s.Now), " ", shown(s.Then), " +", shown(s.Gain), " -", shown(s.Lose), " ~", shown(s.Expire))
}

func TestEffectsOnFewPeopleAreHidden(t *testing.T) {
	for name, c := range map[string]struct {
		counts mapping.EffectCounts
		want   string
	}{
		"nothing changes":           {mapping.EffectCounts{People: 40, Now: 20, Then: 20}, "20 20 +0 -0 ~0"},
		"many":                      {mapping.EffectCounts{People: 60, Now: 30, Then: 32, Gain: 12, Lose: 10, Expire: 7}, "30 32 +12 -10 ~7"},
		"three lose":                {mapping.EffectCounts{People: 60, Now: 20, Then: 29, Gain: 12, Lose: 3}, "20 - +- -- ~-"},
		"fewer than five in all":    {mapping.EffectCounts{People: 4, Now: 2, Then: 3, Gain: 1}, "- - +- -- ~-"},
		"everybody gains":           {mapping.EffectCounts{People: 10, Then: 10, Gain: 10}, "0 10 +10 -0 ~0"},
		"all but a few have it now": {mapping.EffectCounts{People: 10, Now: 8, Then: 8}, "- - +- -- ~-"},
	} {
		if got := line(c.counts.Shown(5)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// For every way in which a change may touch up to 16 people, there is another one that looks the same wherever a count is hidden.
func TestHiddenEffectsCannotBeWorkedOut(t *testing.T) {
	for people := range 17 {
		alike := map[string][]mapping.EffectCounts{}
		for now := range people + 1 {
			for lose := range now + 1 {
				for gain := range people - now + 1 {
					for expire := range now - lose + 1 {
						c := mapping.EffectCounts{People: people, Now: now, Then: now - lose + gain, Gain: gain, Lose: lose, Expire: expire}
						alike[line(c.Shown(5))] = append(alike[line(c.Shown(5))], c)
					}
				}
			}
		}
		for look, all := range alike {
			checkUnknown(t, look, all)
		}
	}
}

// checkUnknown holds what looks alike to: a count of one to four people is never the only one that it can be.
func checkUnknown(t *testing.T, look string, all []mapping.EffectCounts) {
	t.Helper()
	for _, field := range []func(mapping.EffectCounts) int{
		func(c mapping.EffectCounts) int { return c.Now }, func(c mapping.EffectCounts) int { return c.Then },
		func(c mapping.EffectCounts) int { return c.Gain }, func(c mapping.EffectCounts) int { return c.Lose },
		func(c mapping.EffectCounts) int { return c.Expire },
	} {
		var values []int
		for _, c := range all {
			values = append(values, field(c))
		}
		slices.Sort(values)
		if values = slices.Compact(values); len(values) == 1 && values[0] > 0 && values[0] < 5 {
			t.Fatalf("of %d people, %q says that it is %d", all[0].People, look, values[0])
		}
	}
}

func TestPartsOfPeopleAreHidden(t *testing.T) {
	var got []string
	for _, n := range mapping.ShownParts(214, []int{12, 3, 1, 198}, 5) {
		got = append(got, shown(n))
	}
	if diff := cmp.Diff([]string{"-", "-", "-", "198"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatWasLostIsToldWithItsReason(t *testing.T) {
	c := caseOf(tags(tag("q", instance, quiz), tag("p", instance, page)), nil, q1, p2)
	before := mapping.Evaluate(c)
	c.Ended["q"] = true
	lost := mapping.Lost(before, mapping.Evaluate(c))
	if len(lost) != 1 || lost[0].Evidence.Record.StatementID != "s1" || lost[0].Reason != mapping.ReasonNotActive {
		t.Errorf("%+v", lost)
	}
	if again := mapping.Lost(before, before); len(again) != 0 {
		t.Errorf("nothing changed, and lost is %+v", again)
	}
	c.Alignments = append(c.Alignments, tag("q2", instance, quiz))
	replaced := q1
	replaced.tag = "q2"
	c.Evidence = append(c.Evidence, replaced.evidence())
	if again := mapping.Lost(before, mapping.Evaluate(c)); len(again) != 0 {
		t.Errorf("it counts by another alignment, and lost is %+v", again)
	}
}

func TestFatesSayWhatBecomesOfPeople(t *testing.T) {
	d := mapping.FrameworkDiff{Retired: []mapping.RetiredItem{
		{ItemDiff: mapping.ItemDiff{ID: "split"}, Fate: mapping.FateSplit, Becomes: []string{"x", "y"}}, {ItemDiff: mapping.ItemDiff{ID: "gone"}, Fate: mapping.FateRetired},
	}}
	had := map[string][]string{"split": {"a", "b", "c"}, "gone": {"a"}}
	have := map[string][]string{"x": {"a", "b", "z"}, "y": {"a"}}
	in := func(m map[string][]string) func(string) []string {
		return func(id string) []string { return m[id] }
	}
	want := []mapping.FateEffect{{RetiredItem: d.Retired[0], Had: 3, Whole: 1, Part: 1, None: 1}, {RetiredItem: d.Retired[1], Had: 1, None: 1}}
	if diff := cmp.Diff(want, mapping.Fates(d, in(had), in(have))); diff != "" {
		t.Error(diff)
	}
}
