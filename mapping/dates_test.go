package mapping_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"cairn/mapping"
)

func TestDatesHoldFromTheFirstMomentToBeforeTheLast(t *testing.T) {
	one, two := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		dates mapping.Dates
		at    time.Time
		want  bool
	}{
		"any time": {mapping.Dates{}, one, true}, "the first moment": {mapping.Dates{From: one}, one, true}, "before it": {mapping.Dates{From: one}, one.Add(-1), false},
		"the last moment": {mapping.Dates{Until: two}, two.Add(-1), true}, "the end": {mapping.Dates{Until: two}, two, false}, "between": {mapping.Dates{From: one, Until: two}, one.AddDate(0, 0, 9), true},
	} {
		if got := c.dates.Hold(c.at); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	a := mapping.Alignment{ID: "a", Capability: "c", Scope: mapping.Scope{Kind: mapping.ScopeInstance}, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: "https://lms.example/1"}}
	b := a
	b.Criterion.Dates = mapping.Dates{From: one.In(time.FixedZone("", 3600))}
	if c := a; a.Twin(b) || !b.Twin(func() mapping.Alignment { c.Criterion.Dates.From = one; return c }()) {
		t.Error("dates do not tell tags apart, or zones do")
	}
}

// A table keeps the dates, and says which row has some that end before they begin.
func TestDatesInATable(t *testing.T) {
	one, two := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 1, 9, 30, 0, 0, time.UTC)
	a := mapping.Alignment{Capability: "c", Scope: mapping.Scope{Kind: mapping.ScopeInstance}, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: "https://lms.example/1"}, Criterion: mapping.Criterion{Dates: mapping.Dates{From: one, Until: two}}}
	var out bytes.Buffer
	if err := mapping.WriteAlignments(&out, []mapping.Alignment{a}, func(id string) string { return id }); err != nil {
		t.Fatal(err)
	}
	in := mapping.AlignmentImport{Scope: a.Scope, ID: "i", Capability: func(name string) (string, bool) { return name, true }}
	got, err := mapping.ReadAlignments("t.csv", out.Bytes(), in)
	if err != nil || len(got) != 1 || !got[0].Twin(a) {
		t.Errorf("%+v, %v", got, err)
	}
	for cells, says := range map[string]string{"2026-06-01,2026-05-01": `row 2, column "until"`, "soon,": `row 2, column "from"`, ",1 June": `row 2, column "until"`} {
		_, err := mapping.ReadAlignments("t.csv", []byte("activity,capability,from,until\nhttps://lms.example/1,c,"+cells+"\n"), in)
		var bad *mapping.ImportError
		if !errors.As(err, &bad) || !strings.Contains(bad.Problems[0].String(), says) {
			t.Errorf("%s: %v", cells, err)
		}
	}
	got, err = mapping.ReadAlignments("t.csv", []byte("activity,capability,from,until\nhttps://lms.example/1,c,2026-05-01,\n"), in)
	if err != nil || !got[0].Criterion.Dates.From.Equal(one) {
		t.Errorf("a day: %+v, %v", got, err)
	}
}
