package mapping_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"cairn/mapping"
	"cairn/xapi"
)

// recordOf is what mapping sees of a prepared statement.
func recordOf(p xapi.Prepared) mapping.Record {
	r := mapping.Record{
		Pos: 1, StatementID: "s1", Agent: p.First(xapi.RoleActor), Verb: p.First(xapi.RoleVerb), Activity: p.First(xapi.RoleObject),
		Time: p.Timestamp, Success: p.Outcome.Success, Completion: p.Outcome.Completion, ScoreMilli: p.Outcome.ScoreMilli,
	}
	for _, term := range p.Terms {
		if term.Role == xapi.RoleParent || term.Role == xapi.RoleGrouping {
			r.Under = append(r.Under, term.Value)
		}
	}
	return r
}

// Every statement captured from Moodle's xAPI plugin, against alignments of the four activities of its course and of the course
// itself, by default criterion: the golden file says which make a row, and what is found about it.
func TestWhatMoodlesStatementsAreEvidenceOf(t *testing.T) {
	modules := map[string]string{
		"page": page, "quiz": quiz, "course": course,
		"assignment": site + "/mod/assign/view.php?id=5", "tool": site + "/mod/lti/view.php?id=7",
	}
	var out strings.Builder
	for _, file := range files(t, "../xapi/testdata/moodle/xapi-*.json") {
		prepared, err := xapi.Prepare(read(t, file), xapi.Options{
			Version: xapi.V1, NewID: func() string { return "11111111-1111-4111-8111-111111111111" },
			Authority: xapi.Agent{Account: &xapi.Account{HomePage: "https://cairn.example", Name: "test"}},
		})
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		r := recordOf(prepared[0])
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "xapi-"), ".json")
		for _, module := range []string{"page", "quiz", "assignment", "tool", "course"} {
			a := tag(module, course2, modules[module])
			if module == "course" {
				a.Selector.Kind = mapping.SelectExact
			}
			e, ok := mapping.EvidenceOf(a, r)
			if !ok || !a.Accepts(r, "r1") {
				continue
			}
			c := caseOf(tags(a), nil)
			c.Evidence = []mapping.Evidence{e}
			fmt.Fprintf(&out, "%s: %s of %s, %s\n", name, e.Kind, module, mapping.Evaluate(c).State)
		}
	}
	golden(t, "testdata/moodle.golden.txt", out.String())
}
