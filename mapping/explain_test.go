package mapping_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

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

		"self_confirmed":        selfConfirmed(),
		"nothing_aligned":       caseOf(nil, nil),
		"nothing_done":          caseOf(tags(tag("q", course2, quiz), tag("p", instance, page)), nil),
		"one_of_three_two_left": caseOf(tags(tag("q", course2, quiz), atLeast(tag("p", instance, page), 700), tag("k", course2, attempt)), rules(rule(course2, mapping.RuleN, 3)), row{tag: "q", pos: 1, activity: quiz, score: ptr(820)}),
		"more_asked_than_there": caseOf(tags(tag("q", course2, quiz)), rules(rule(course2, mapping.RuleN, 3)), row{tag: "q", pos: 1, activity: quiz}),
		"tag_edited":            edited,
		"tag_replaced":          kept,
	}
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
		if len(x.NotCounted) != 1 || x.NotCounted[0].Reason != reason {
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
