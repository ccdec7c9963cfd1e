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
