package mapping_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

var update = flag.Bool("update", false, "write the golden files")

// explained is a case for each reason, and the ones a page has to tell apart.
func explained() map[string]mapping.Case {
	ended := caseOf(tags(tag("q", instance, quiz), tag("p", instance, page)), nil, row{tag: "q", pos: 1, activity: quiz})
	ended.Ended["q"] = true
	edited := caseOf(tags(tag("q", instance, quiz), atLeast(tag("q2", instance, quiz), 700)), nil,
		row{tag: "q", pos: 1, activity: quiz, score: ptr(640)}, row{tag: "q2", pos: 1, activity: quiz, score: ptr(640)})
	edited.Ended["q"] = true
	kept := caseOf(tags(tag("q", instance, quiz), tag("q2", instance, quiz)), nil,
		row{tag: "q", pos: 1, activity: quiz}, row{tag: "q2", pos: 1, activity: quiz})
	kept.Ended["q"] = true
	withdrawn := caseOf(tags(tag("q", course2, quiz)), nil, row{tag: "q", pos: 1, activity: quiz, voided: true})
	withdrawn.WasEvidenced = true
	return map[string]mapping.Case{
		"below_threshold":      caseOf(tags(atLeast(tag("q", course2, quiz), 700)), nil, row{tag: "q", pos: 1, activity: quiz, score: ptr(640)}),
		"no_score":             caseOf(tags(atLeast(tag("q", course2, quiz), 700)), nil, row{tag: "q", pos: 1, activity: quiz}),
		"failed":               caseOf(tags(tag("q", course2, quiz)), nil, row{tag: "q", pos: 1, activity: quiz, success: ptr(false)}),
		"superseded":           caseOf(tags(tag("q", course2, quiz)), nil, row{tag: "q", pos: 1, activity: quiz, score: ptr(640)}, row{tag: "q", second: 9, pos: 2, activity: quiz, score: ptr(820)}),
		"same_activity":        caseOf(tags(tag("q", course2, quiz)), nil, row{tag: "q", pos: 1, activity: quiz}, row{tag: "q", second: 9, pos: 2, activity: quiz}),
		"retracted":            caseOf(tags(tag("q", course2, quiz)), nil, row{tag: "q", pos: 1, activity: quiz}, row{tag: "q", second: 9, pos: 2, activity: quiz, verb: back}),
		"voided":               withdrawn,
		"alignment_not_active": ended,
		"other_scope":          caseOf(tags(tag("x", course2, quiz), tag("y", course3, page)), nil, row{tag: "x", pos: 1, activity: quiz}, row{tag: "y", second: 9, pos: 2, activity: page}),

		"no_duration":     caseOf(tags(atLeastFor(tag("q", course2, quiz), 30*time.Minute)), nil, row{tag: "q", pos: 1, activity: quiz}),
		"too_short":       caseOf(tags(atLeastFor(tag("q", course2, quiz), 30*time.Minute)), nil, row{tag: "q", pos: 1, activity: quiz, spent: 20 * time.Minute}),
		"outside_dates":   caseOf(tags(onDates(tag("q", course2, quiz), day(1), day(2)), onDates(tag("p", instance, page), day(0), time.Time{})), nil, row{tag: "q", pos: 1, activity: quiz}),
		"outside_window":  on(caseOf(tags(tag("q", instance, quiz)), ruled(mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Years: 1}}), row{tag: "q", pos: 1, activity: quiz}), day(366)),
		"too_soon":        caseOf(tags(tag("q", instance, quiz), tag("p", instance, page)), ruled(mapping.Rule{Kind: mapping.RuleN, N: 2, Spacing: mapping.Period{Weeks: 1}}), row{tag: "q", pos: 1, activity: quiz}, row{tag: "p", second: 3 * aDay, pos: 2, activity: page}),
		"not_latest":      caseOf(tags(tag("q", instance, quiz)), ruled(mapping.Rule{Kind: mapping.RuleAny, Pick: mapping.PickLatest}), row{tag: "q", pos: 1, activity: quiz, score: ptr(900)}, row{tag: "q", second: 9, pos: 2, activity: quiz, score: ptr(700)}),
		"not_most_common": mostCommon(),
		"not_in_rule":     caseOf(tags(tag("q", instance, quiz), tag("p", instance, page)), ruled(pointsRule(2, points(page, 2))), row{tag: "q", pos: 1, activity: quiz}),

		"wrong_version": olderCase(),
		"test_user":     testCase(),

		"self_confirmed":        selfConfirmed(),
		"nothing_aligned":       caseOf(nil, nil),
		"nothing_done":          caseOf(tags(tag("q", course2, quiz), tag("p", instance, page)), nil),
		"one_of_three_two_left": caseOf(tags(tag("q", course2, quiz), atLeast(tag("p", instance, page), 700), tag("k", course2, attempt)), rules(rule(course2, mapping.RuleN, 3)), row{tag: "q", pos: 1, activity: quiz, score: ptr(820)}),
		"more_asked_than_there": caseOf(tags(tag("q", course2, quiz)), rules(rule(course2, mapping.RuleN, 3)), row{tag: "q", pos: 1, activity: quiz}),
		"tag_edited":            edited,
		"tag_replaced":          kept,

		"rule_valid":    on(caseOf(tags(tag("q", instance, quiz)), ruled(mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Years: 1}}), row{tag: "q", pos: 1, activity: quiz}), day(300)),
		"rule_spaced":   caseOf(tags(tag("q", instance, quiz), tag("p", instance, page)), ruled(mapping.Rule{Kind: mapping.RuleAll, Spacing: mapping.Period{Weeks: 1}}), row{tag: "q", pos: 1, activity: quiz}, row{tag: "p", second: 7 * aDay, pos: 2, activity: page}),
		"rule_endorsed": endorsedCase(),
		"rule_latest":   caseOf(tags(atLeast(tag("q", instance, quiz), 700)), ruled(mapping.Rule{Kind: mapping.RuleAny, Pick: mapping.PickLatest}), row{tag: "q", pos: 1, activity: quiz, score: ptr(900)}, row{tag: "q", second: 9, pos: 2, activity: quiz, score: ptr(600)}),
		"rule_points":   caseOf(tags(tag("q", instance, quiz), tag("p", instance, page)), ruled(pointsRule(6, required(quiz, 3), points(page, 2), points(attempt, 2))), row{tag: "p", pos: 1, activity: page}),
		"rule_groups":   caseOf(tags(tag("q", instance, quiz), tag("p", instance, page), tag("k", instance, course)), ruled(groups(all(part(quiz), anyOf(part(page), part(attempt))), part(course))), row{tag: "q", pos: 1, activity: quiz}),
		"rule_locked": caseOf(tags(atLeast(tag("q", course2, quiz), 500)), rules(rule(course2, mapping.RuleN, 4),
			mapping.ScopedRule{Framework: "f", Scope: instance, Rule: mapping.Rule{Kind: mapping.RuleAny, Locked: true, MinMilli: ptr(700)}}), row{tag: "q", pos: 1, activity: quiz, score: ptr(640), under: []string{course}}),
		"rule_of_framework": caseOf(tags(tag("q", course2, quiz), tag("p", course2, page)), rules(mapping.ScopedRule{Framework: "f", Scope: course2, Rule: mapping.Rule{Kind: mapping.RuleN, N: 2}})),
	}
}

func onDates(a mapping.Alignment, from, until time.Time) mapping.Alignment {
	a.Criterion.Dates = mapping.Dates{From: from, Until: until}
	return a
}

func atLeastFor(a mapping.Alignment, d time.Duration) mapping.Alignment {
	a.Criterion.MinDuration = mapping.Duration(d)
	return a
}

// olderCase is a case of an item that replaced another, whose tag was not carried over.
func olderCase() mapping.Case {
	old := tag("old", instance, quiz)
	old.Capability = "c-before"
	c := caseOf(tags(old, tag("p", instance, page)), nil, row{tag: "old", pos: 1, activity: quiz, score: ptr(820)},
		row{tag: "old", second: 9, pos: 2, activity: quiz, success: ptr(false)}, row{tag: "p", second: 10, pos: 3, activity: page})
	c.Earlier = []string{"c-before"}
	return c
}

// testCase is what the platform's test person is told.
func testCase() mapping.Case {
	c := caseOf(tags(tag("q", instance, quiz)), nil, row{tag: "q", pos: 1, activity: quiz, score: ptr(820)})
	c.Evidence[0].Test = true
	return c
}

// mostCommon is a case in which most records do not reach what is needed: only the one that does is explained by it.
func mostCommon() mapping.Case {
	c := caseOf(tags(atLeast(tag("q", instance, quiz), 700)), ruled(mapping.Rule{Kind: mapping.RuleAny, Pick: mapping.PickMostCommon}),
		row{tag: "q", pos: 1, activity: quiz, score: ptr(900)})
	for i := range 2 {
		c.Evidence = append(c.Evidence, row{tag: "q", second: 9 + i, pos: int64(2 + i), activity: quiz, score: ptr(600)}.evidence())
	}
	return c
}

func endorsedCase() mapping.Case {
	c := on(caseOf(tags(tag("q", instance, quiz)), ruled(mapping.Rule{Kind: mapping.RuleAny, Endorsed: true}), row{tag: "q", pos: 1, activity: quiz}), day(300))
	c.Endorsements = []mapping.Endorsement{endorsed("e", 1, 400)}
	return c
}

func TestExplanationsAreTheGoldenOnes(t *testing.T) {
	names := map[string]string{quiz: "Check quiz", page: "Reading"}
	files, err := filepath.Glob("testdata/explain/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(explained()) && !*update {
		t.Errorf("%d files for %d cases", len(files), len(explained()))
	}
	for name, c := range explained() {
		x := mapping.Explain(c, mapping.Evaluate(c), func(iri string) string { return names[iri] })
		got, err := json.Marshal(x, jsontext.WithIndent("  "))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got = append(got, '\n')
		file := filepath.Join("testdata", "explain", name+".json")
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestEveryReasonIsExplained(t *testing.T) {
	for _, reason := range mapping.Reasons() {
		c, ok := explained()[string(reason)]
		if !ok {
			t.Errorf("no case for %s", reason)
			continue
		}
		x := mapping.Explain(c, mapping.Evaluate(c), nil)
		if len(x.NotCounted) == 0 || x.NotCounted[0].Reason != reason {
			t.Errorf("%s: %+v", reason, x.NotCounted)
		}
	}
}

func TestAStatementIsExplainedOnce(t *testing.T) {
	edited, replaced := explained()["tag_edited"], explained()["tag_replaced"]
	x := mapping.Explain(edited, mapping.Evaluate(edited), nil)
	if len(x.NotCounted) != 1 || x.NotCounted[0].Reason != mapping.ReasonBelowThreshold {
		t.Errorf("after an edit: %+v", x.NotCounted)
	}
	x = mapping.Explain(replaced, mapping.Evaluate(replaced), nil)
	if len(x.Counted) != 1 || len(x.NotCounted) != 0 {
		t.Errorf("after a replacement: %+v, %+v", x.Counted, x.NotCounted)
	}
}

// TestOlderVersionsChangeNothing: what counts for items that were replaced is told, and neither state, figures nor scope change by it.
func TestOlderVersionsChangeNothing(t *testing.T) {
	for name, pick := range map[string]mapping.Pick{"highest": mapping.PickHighest, "latest": mapping.PickLatest, "most common": mapping.PickMostCommon} {
		with := olderCase()
		with.Rules = ruled(mapping.Rule{Kind: mapping.RuleAny, Pick: pick})
		without := with
		without.Alignments, without.Evidence, without.Earlier = with.Alignments[1:], with.Evidence[2:], nil
		told, is := mapping.Evaluate(with), mapping.Evaluate(without)
		if len(told.Items) != 2 || told.Items[0].Reason != mapping.ReasonWrongVersion || len(is.Items) != 1 {
			t.Errorf("%s: %+v, %+v", name, told.Items, is.Items)
		}
		told.Items, is.Items = nil, nil
		if diff := cmp.Diff(is, told); diff != "" {
			t.Errorf("%s (-without +with):\n%s", name, diff)
		}
	}
	untagged := olderCase()
	untagged.Ended["old"] = true
	if r := mapping.Evaluate(untagged); len(r.Items) != 1 {
		t.Errorf("of a tag that the older item has no more: %+v", r.Items)
	}
	own := olderCase() // tagged with both: it counts here, and nothing else is said of it
	own.Alignments = append(own.Alignments, tag("new", instance, quiz))
	own.Evidence = append(own.Evidence, row{tag: "new", pos: 1, activity: quiz, score: ptr(820)}.evidence())
	if x := mapping.Explain(own, mapping.Evaluate(own), nil); len(x.Counted) != 2 || len(x.NotCounted) != 0 {
		t.Errorf("%+v, %+v", x.Counted, x.NotCounted)
	}
}
