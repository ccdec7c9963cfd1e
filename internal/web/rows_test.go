package web_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

// rows gives everything that there can be many of a number: activities of the course with a tag each, people with an expiry each, and records, changes, ratings and endorsements of one learner.
func rows(w *world, n int) {
	w.seen["2"], w.aligned, w.rules, w.placed, w.opened = nil, nil, nil, nil, w.opened[1:2]
	clear(w.evidence)
	clear(w.history)
	first := w.capability("6.1-L1")
	history := map[string][]mapping.Transition{}
	for i := range n {
		iri := module("quiz", 1000+i)
		w.seen["2"] = append(w.seen["2"], web.CourseActivity{IRI: iri, Name: fmt.Sprint("Quiz ", i), LastSeen: now})
		w.tag(fmt.Sprint("many", i), "6.1-L1", iri, nil)
		at := now.Add(-time.Duration(n-i) * time.Hour)
		e := mapping.Evidence{Alignment: fmt.Sprint("many", i), Kind: mapping.EvidenceDone, Registration: "r1",
			Record: mapping.Record{Pos: int64(i + 1), StatementID: fmt.Sprint("many", i), Verb: mapping.VerbCompleted, Activity: iri, Under: []string{course.IRI}, Time: at}}
		who := fmt.Sprint("row", i)
		if i == 0 {
			who = "amara"
		}
		w.evidence["learner-amara"] = append(w.evidence["learner-amara"], e)
		w.opened = append(w.opened, web.Person{Member: web.Member{Account: "account-" + who, Learner: "learner-" + who, Name: fmt.Sprint("Person ", i)}, Subject: fmt.Sprint(100 + i), IsLearner: true})
		w.expiries = append(w.expiries, web.Expiry{Learner: "learner-" + who, Capability: first, At: now.AddDate(0, 0, i%89+1)})
		history[first] = append(history[first], mapping.Transition{Ordinal: i + 1, From: mapping.InProgress, To: mapping.InProgress, Have: i, Need: n, Cause: mapping.CauseStatement, At: at})
		w.ratings = append(w.ratings, mapping.Rating{Pos: int64(i + 1), Learner: "learner-amara", Capability: first, Now: mapping.RatingWithHelp, At: at})
		w.endorsed = append(w.endorsed, mapping.Endorsement{ID: fmt.Sprint("e", i), Learner: "learner-amara", Capability: first, By: "account-tove", Scope: course.Scope(), At: at, Note: "Seen on the ward"})
	}
	w.history["learner-amara"] = history
	all, _ := w.Progress(context.Background(), "learner-amara")
	w.states = map[string][]mapping.Progress{"learner-amara": all} // found once
}

var details = regexp.MustCompile(`(?s)<details.*?</details>`)

// TestPagesHoldAnyNumberOfRows reads every page with nothing, one and a thousand of all that there can be many of (pages.md 6, 12; 5):
// whole markup, never long, and at most 50 rows of a list or 25 people at once.
func TestPagesHoldAnyNumberOfRows(t *testing.T) {
	for _, n := range []int{0, 1, 1000} {
		w := newWorld(t)
		named := slices.Clone(w.seen["2"])
		rows(w, n)
		for name, p := range everyPage(w) {
			if slices.ContainsFunc(named, func(a web.CourseActivity) bool { return strings.Contains(p[1], codeOf(a.IRI)) }) {
				continue // an activity that is not there now
			}
			t.Run(fmt.Sprint(n, " ", name), func(t *testing.T) {
				r := w.get(p[0], p[1])
				if r.Code >= http.StatusInternalServerError {
					t.Fatalf("%s answers %d", p[1], r.Code)
				}
				body := r.Body.String()
				if !strings.Contains(body, "<html") {
					return
				}
				checkMarkup(t, body)
				if size := len(body); size > 200<<10 {
					t.Errorf("%s has %d bytes", p[1], size)
				}
				if got := compressed(t, []byte(body)); got > 30<<10 {
					t.Errorf("%s has %d bytes compressed", p[1], got)
				}
				open := details.ReplaceAllString(body, "")
				if got := strings.Count(open, `<li class="cap"`) + strings.Count(open, "<tr>"); got > 52 { // with the head and the foot of a table
					t.Errorf("%s has %d rows", p[1], got)
				}
			})
		}
	}
}
