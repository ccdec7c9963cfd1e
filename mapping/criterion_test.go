package mapping_test

import (
	"testing"
	"time"

	"cairn/mapping"
)

const (
	scored   = "https://w3id.org/xapi/tla/verbs/scored"
	viewed   = "http://id.tincanapi.com/verb/viewed"
	answered = "http://adlnet.gov/expapi/verbs/answered"
)

func ptr[T any](v T) *T { return &v }

func TestAlignmentAcceptsRecordsOfItsScope(t *testing.T) { // settled questions 3 and 4
	instance := mapping.Scope{Kind: mapping.ScopeInstance}
	registration := mapping.Scope{Kind: mapping.ScopeRegistration, Registration: "r1"}
	inCourse := mapping.Scope{Kind: mapping.ScopeCourse, Registration: "r1", Context: "2", Course: course}
	unnamed := mapping.Scope{Kind: mapping.ScopeCourse, Registration: "r1", Context: "2"}
	for name, c := range map[string]struct {
		scope    mapping.Scope
		placed   bool
		activity string
		under    []string
		link     string
		want     bool
	}{
		"instance takes every account":                  {instance, false, page, nil, "r9", true},
		"registration takes its accounts":               {registration, false, page, nil, "r1", true},
		"registration leaves others":                    {registration, false, page, nil, "r2", false},
		"course takes a record that names it":           {inCourse, false, page, []string{course}, "r1", true},
		"course takes a record about itself":            {inCourse, false, course, nil, "r1", true},
		"course leaves a record of another course":      {inCourse, false, page, []string{course + "0"}, "r1", false},
		"course leaves a record that names none":        {inCourse, false, page, nil, "r1", false},
		"course leaves the same IRI elsewhere":          {inCourse, false, page, []string{course}, "r2", false},
		"course takes what was placed there":            {inCourse, true, page, nil, "r1", true},
		"course leaves the placed of others' accounts":  {inCourse, true, page, nil, "r2", false},
		"course without IRI takes only what was placed": {unnamed, false, "", []string{""}, "r1", false},
		"course without IRI, placed":                    {unnamed, true, page, nil, "r1", true},
		"an unknown scope takes nothing":                {mapping.Scope{Kind: "galaxy"}, false, page, nil, "r1", false},
	} {
		a := mapping.Alignment{Scope: c.scope, Placed: c.placed}
		if got := a.Accepts(mapping.Record{Activity: c.activity, Under: c.under}, c.link); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Any context activity may name the course; what a selector takes by what lies above it stays parent and grouping (settled
// questions 4 and 6).
func TestEveryContextActivityNamesTheCourse(t *testing.T) {
	r := mapping.Record{Activity: page, Around: []string{site, course}}
	for course, want := range map[string]bool{course: true, course + "0": false} {
		s := mapping.Scope{Kind: mapping.ScopeCourse, Registration: "r1", Context: "2", Course: course}
		if got := s.Holds(r, "r1"); got != want {
			t.Errorf("course %s: %v", course, got)
		}
	}
	if (mapping.Selector{Kind: mapping.SelectUnder, IRI: course}).Matches(r) || len(mapping.NewIndex(tag("t", course2, course)).Candidates(r)) != 0 {
		t.Error("a category is taken for what the activity lies under")
	}
}

func TestEventTimesFarAheadAreTheTimeOfStoring(t *testing.T) {
	stored := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for ahead, want := range map[time.Duration]time.Duration{
		-10_000 * time.Hour: -10_000 * time.Hour, 0: 0, 24 * time.Hour: 24 * time.Hour, 24*time.Hour + 1: 0, 40_000 * time.Hour: 0,
	} {
		if got := mapping.EventTime(stored.Add(ahead), stored); !got.Equal(stored.Add(want)) {
			t.Errorf("%v ahead: %v", ahead, got)
		}
	}
}

func TestScopesContainNarrowerOnes(t *testing.T) {
	instance := mapping.Scope{Kind: mapping.ScopeInstance}
	r1 := mapping.Scope{Kind: mapping.ScopeRegistration, Registration: "r1"}
	c2 := mapping.Scope{Kind: mapping.ScopeCourse, Registration: "r1", Context: "2", Course: course}
	c3 := mapping.Scope{Kind: mapping.ScopeCourse, Registration: "r1", Context: "3"}
	other := mapping.Scope{Kind: mapping.ScopeCourse, Registration: "r2", Context: "2", Course: course}
	renamed := mapping.Scope{Kind: mapping.ScopeCourse, Registration: "r1", Context: "2"}
	for _, c := range []struct {
		wide, narrow mapping.Scope
		want         bool
	}{
		{instance, instance, true}, {instance, r1, true}, {instance, c2, true}, {r1, instance, false}, {r1, c2, true}, {r1, other, false},
		{c2, c3, false}, {c2, r1, false}, {c2, other, false}, {c2, renamed, true},
	} {
		if got := c.wide.Contains(c.narrow); got != c.want {
			t.Errorf("%+v contains %+v: %v", c.wide, c.narrow, got)
		}
	}
}

func TestEvidenceOfMakesRowsOfWhatMayCount(t *testing.T) {
	def := mapping.Criterion{}
	graded := mapping.Criterion{Verbs: []string{scored}}
	for name, c := range map[string]struct {
		criterion mapping.Criterion
		record    mapping.Record
		kind      mapping.EvidenceKind // "" for no row
	}{
		"completed":                             {def, mapping.Record{Activity: quiz, Verb: mapping.VerbCompleted}, mapping.EvidenceDone},
		"passed":                                {def, mapping.Record{Activity: quiz, Verb: mapping.VerbPassed}, mapping.EvidenceDone},
		"failed is kept to say why":             {def, mapping.Record{Activity: quiz, Verb: mapping.VerbFailed}, mapping.EvidenceDone},
		"completed without success is kept too": {def, mapping.Record{Activity: quiz, Verb: mapping.VerbCompleted, Success: ptr(false)}, mapping.EvidenceDone},
		"uncompleted takes back":                {def, mapping.Record{Activity: quiz, Verb: mapping.VerbUncompleted}, mapping.EvidenceTakenBack},
		"viewed never":                          {def, mapping.Record{Activity: quiz, Verb: viewed}, ""},
		"answered not by default":               {def, mapping.Record{Activity: quiz, Verb: answered}, ""},
		"scored not by default":                 {def, mapping.Record{Activity: quiz, Verb: scored}, ""},
		"scored when it is listed":              {graded, mapping.Record{Activity: quiz, Verb: scored}, mapping.EvidenceDone},
		"completed not when others are listed":  {graded, mapping.Record{Activity: quiz, Verb: mapping.VerbCompleted}, ""},
		"another activity":                      {def, mapping.Record{Activity: page, Verb: mapping.VerbCompleted}, ""},
		"the attempt under the quiz":            {def, mapping.Record{Activity: attempt, Under: []string{quiz}, Verb: mapping.VerbCompleted}, mapping.EvidenceDone},
	} {
		a := mapping.Alignment{ID: "a", Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: quiz}, Criterion: c.criterion}
		e, ok := mapping.EvidenceOf(a, c.record)
		if ok != (c.kind != "") || e.Kind != c.kind {
			t.Errorf("%s: %v %q", name, ok, e.Kind)
		}
		if ok && (e.Alignment != "a" || e.Record.Activity != c.record.Activity) {
			t.Errorf("%s: the row does not say what it is about: %+v", name, e)
		}
	}
}
