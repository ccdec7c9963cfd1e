package mapping_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

// TestOfSeveralDatesThoseThatCanBeMetLongerAreTold: where several alignments name one activity, the one that can be met longest stands for
// it, whatever their order; what is over is no next step.
func TestOfSeveralDatesThoseThatCanBeMetLongerAreTold(t *testing.T) {
	never, short := onDates(tag("a", instance, quiz), time.Time{}, time.Time{}), onDates(tag("b", instance, quiz), day(0), day(5))
	long, late := onDates(tag("c", instance, quiz), day(0), day(50)), onDates(tag("d", instance, quiz), day(9), day(50))
	for name, c := range map[string]struct {
		tags []mapping.Alignment
		want []mapping.Dates
	}{
		"no dates before some":           {tags(short, atLeast(never, 900)), []mapping.Dates{{}}},
		"a later end before an earlier":  {tags(short, long), []mapping.Dates{long.Criterion.Dates}},
		"an earlier begin before later":  {tags(late, long), []mapping.Dates{long.Criterion.Dates}},
		"over, and nothing else is told": {tags(short), nil},
		"over here, open elsewhere":      {tags(short, onDates(tag("p", instance, page), day(0), day(50))), []mapping.Dates{{From: day(0), Until: day(50)}}},
	} {
		for range 2 {
			x := on(caseOf(c.tags, nil), day(20))
			var got []mapping.Dates
			for _, a := range mapping.Explain(x, mapping.Evaluate(x), nil).Next {
				got = append(got, a.Dates)
			}
			if !slices.EqualFunc(got, c.want, mapping.Dates.Equal) {
				t.Errorf("%s: %v", name, got)
			}
			slices.Reverse(c.tags)
		}
	}
	x := on(caseOf(tags(short), nil), day(4))
	if got := mapping.Explain(x, mapping.Evaluate(x), nil).Next; len(got) != 1 {
		t.Errorf("while it is open: %v", got)
	}
}

// TestOneReferenceStandsForAnActivityWhateverTheOrder: also where only the selector tells two alignments apart.
func TestOneReferenceStandsForAnActivityWhateverTheOrder(t *testing.T) {
	link := tag("b", course2, quiz)
	link.Selector.Kind = mapping.SelectLink
	one, other := caseOf(tags(tag("a", course2, quiz), link), nil), caseOf(tags(link, tag("a", course2, quiz)), nil)
	a, b := mapping.Explain(one, mapping.Evaluate(one), nil).Next, mapping.Explain(other, mapping.Evaluate(other), nil).Next
	if len(a) != 1 || !a[0].Link || !cmp.Equal(a, b) {
		t.Errorf("%+v, then %+v", a, b)
	}
}

// TestWhatIsClosedIsNoNextStepAndWhatOpensLaterComesLast: an activity that Cairn placed and that opens or closes.
func TestWhatIsClosedIsNoNextStepAndWhatOpensLaterComesLast(t *testing.T) {
	anyOne := func(iri string, open mapping.Dates) mapping.Case {
		c := on(caseOf(tags(tag("t", instance, iri)), nil), day(20))
		c.Open = map[string]mapping.Dates{iri: open}
		return c
	}
	for name, c := range map[string]struct {
		os    []mapping.Outlook
		want  []string
		opens time.Time // of the last one
	}{
		"closed":  {[]mapping.Outlook{outlook("a", 1, anyOne(quiz, mapping.Dates{Until: day(20)}))}, nil, time.Time{}},
		"open":    {[]mapping.Outlook{outlook("a", 1, anyOne(quiz, mapping.Dates{From: day(20), Until: day(21)}))}, []string{"Quiz: a completes 0 to 1 of 1"}, time.Time{}},
		"not yet": {[]mapping.Outlook{outlook("a", 1, anyOne(quiz, mapping.Dates{From: day(21)}))}, []string{"Quiz: a completes 0 to 1 of 1"}, day(21)},
		"what opens later comes after what is open": {[]mapping.Outlook{outlook("a", 1, anyOne(quiz, mapping.Dates{From: day(30)})), outlook("b", 4, anyOne(page, mapping.Dates{}))},
			[]string{"Reading: b completes 0 to 1 of 1", "Quiz: a completes 0 to 1 of 1"}, day(30)},
		"what counts later, too": {[]mapping.Outlook{outlook("a", 1, on(caseOf(tags(onDates(tag("q", instance, quiz), day(25), time.Time{})), nil), day(20))), outlook("b", 4, anyOne(page, mapping.Dates{}))},
			[]string{"Reading: b completes 0 to 1 of 1", "Quiz: a completes 0 to 1 of 1"}, day(25)},
	} {
		got := mapping.Suggest(c.os)
		if diff := cmp.Diff(c.want, told(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if len(got) > 0 && !got[len(got)-1].Opens.Equal(c.opens) {
			t.Errorf("%s: it opens %s", name, got[len(got)-1].Opens)
		}
	}
}

// TestWhatIsOverRenewsNothing: evidence that ends soon is renewed by what can still be done.
func TestWhatIsOverRenewsNothing(t *testing.T) {
	year := ruled(mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Days: 365}})
	both := caseOf(tags(tag("q", instance, quiz), tag("p", instance, page)), year, q1)
	if got := told(mapping.Suggest([]mapping.Outlook{outlook("a", 1, on(both, day(300)))})); len(got) != 2 {
		t.Errorf("both are open: %v", got)
	}
	dated := caseOf(tags(onDates(tag("q", instance, quiz), time.Time{}, day(100)), tag("p", instance, page)), year, q1)
	closed := both
	closed.Open = map[string]mapping.Dates{quiz: {Until: day(100)}}
	for name, c := range map[string]mapping.Case{"its dates are over": dated, "it is closed": closed} {
		if got := told(mapping.Suggest([]mapping.Outlook{outlook("a", 1, on(c, day(300)))})); !slices.Equal(got, []string{"Reading: a renews 1 to 1 of 1"}) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
