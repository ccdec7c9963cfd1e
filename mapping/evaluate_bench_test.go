package mapping_test

import (
	"fmt"
	"testing"

	"cairn/mapping"
)

// A capability tagged in 200 courses, and a learner with 500 items in one of them.
func BenchmarkEvaluate(b *testing.B) {
	var all []mapping.Alignment
	for i := range 200 {
		s := mapping.Scope{Kind: mapping.ScopeCourse, Registration: "r1", Context: fmt.Sprint(i), Course: fmt.Sprintf("%s/course/view.php?id=%d", site, i)}
		all = append(all, tag(fmt.Sprintf("a%d", i), s, fmt.Sprintf("%s/mod/%d", site, i)))
	}
	c := caseOf(all, nil)
	for i := range 500 {
		c.Evidence = append(c.Evidence, row{tag: "a7", second: i, pos: int64(i), activity: site + "/mod/7", score: ptr(i)}.evidence())
	}
	b.ReportAllocs()
	for b.Loop() {
		if mapping.Evaluate(c).State != mapping.Evidenced {
			b.Fatal("not evidenced")
		}
	}
}

// The usual case: one alignment, a record or two.
func BenchmarkEvaluateSmall(b *testing.B) {
	c := caseOf(tags(tag("q", course2, quiz)), nil, row{tag: "q", pos: 1, activity: quiz}, row{tag: "q", second: 1, pos: 2, activity: quiz})
	b.ReportAllocs()
	for b.Loop() {
		mapping.Evaluate(c)
	}
}

// Under a rule that ends: 500 items of one activity, of which the last renews; then 500 activities that all have ended, one after the
// other, so that every end has to be looked at.
func BenchmarkEvaluateEnding(b *testing.B) {
	renewed := caseOf(tags(tag("q", instance, quiz)), ruled(mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Months: 1}}))
	ended := caseOf(nil, ruled(mapping.Rule{Kind: mapping.RuleN, N: 2, Validity: mapping.Period{Days: 1}}))
	for i := range 500 {
		renewed.Evidence = append(renewed.Evidence, row{tag: "q", second: i * aDay, pos: int64(i), activity: quiz}.evidence())
		iri := fmt.Sprintf("%s/mod/%d", site, i)
		ended.Alignments = append(ended.Alignments, tag(iri, instance, iri))
		ended.Evidence = append(ended.Evidence, row{tag: iri, second: i * aDay, pos: int64(i), activity: iri}.evidence())
	}
	for name, c := range map[string]mapping.Case{"renewed": on(renewed, day(500)), "ended": on(ended, day(600))} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				mapping.Evaluate(c)
			}
		})
	}
}
