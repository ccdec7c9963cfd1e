package mapping_test

import (
	"fmt"
	"time"

	"cairn/mapping"
)

// epoch is the time of second 0 in the tests.
var epoch = time.Date(2026, 5, 3, 9, 0, 0, 0, time.UTC)

var (
	instance = mapping.Scope{Kind: mapping.ScopeInstance}
	course2  = mapping.Scope{Kind: mapping.ScopeCourse, Registration: "r1", Context: "2", Course: course}
	course3  = mapping.Scope{Kind: mapping.ScopeCourse, Registration: "r1", Context: "3", Course: site + "/course/view.php?id=3"}
)

// tag is an alignment with the default criterion that takes an activity and what lies under it.
func tag(id string, scope mapping.Scope, iri string) mapping.Alignment {
	return mapping.Alignment{ID: id, Capability: "c", Scope: scope, Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: iri}}
}

func atLeast(a mapping.Alignment, milli int) mapping.Alignment {
	a.Criterion.MinMilli = &milli
	return a
}

func rule(scope mapping.Scope, kind mapping.RuleKind, n int) mapping.ScopedRule {
	return mapping.ScopedRule{Capability: "c", Scope: scope, Rule: mapping.Rule{Kind: kind, N: n}}
}

// row is evidence at a second and a position, named s<pos>.
type row struct {
	tag      string
	second   int
	pos      int64
	activity string
	under    []string
	verb     string // completed when empty
	success  *bool
	score    *int
	voided   bool
	spent    time.Duration // none when 0
}

func (r row) evidence() mapping.Evidence {
	e := mapping.Evidence{Alignment: r.tag, Kind: mapping.EvidenceDone, Voided: r.voided, Registration: "r1", Record: mapping.Record{
		Pos: r.pos, StatementID: fmt.Sprintf("s%d", r.pos), Verb: r.verb, Activity: r.activity, Under: r.under,
		Time: epoch.Add(time.Duration(r.second) * time.Second), Success: r.success, ScoreMilli: r.score,
	}}
	if r.spent > 0 {
		e.Record.Duration = &r.spent
	}
	if r.verb == "" {
		e.Record.Verb = mapping.VerbCompleted
	}
	if mapping.IsTakenBack(r.verb) {
		e.Kind = mapping.EvidenceTakenBack
	}
	return e
}

// caseOf puts a case together.
func caseOf(tags []mapping.Alignment, rules []mapping.ScopedRule, rows ...row) mapping.Case {
	c := mapping.Case{Capability: "c", Alignments: tags, Rules: rules, Ended: map[string]bool{}}
	for _, r := range rows {
		c.Evidence = append(c.Evidence, r.evidence())
	}
	return c
}

func tags(a ...mapping.Alignment) []mapping.Alignment    { return a }
func rules(r ...mapping.ScopedRule) []mapping.ScopedRule { return r }
