package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

// visited has Amara come back from a visit yesterday, a minute ago; visitedLong has her come now, after months.
func visited(w *world) {
	w.likes["learner-amara"] = web.Preference{Visited: now.Add(-time.Minute), Before: now.AddDate(0, 0, -1)}
}

func visitedLong(w *world) {
	w.likes["learner-amara"] = web.Preference{Visited: time.Date(2026, 5, 2, 12, 0, 0, 0, time.UTC)}
}

// TestVisitsAreNoted holds what "your last visit" is: pages opened within the life of a session are one visit.
func TestVisitsAreNoted(t *testing.T) {
	long := now.AddDate(0, 0, -9)
	tests := map[string]struct{ before, after web.Preference }{
		"first":           {web.Preference{}, web.Preference{Visited: now}},
		"the next":        {web.Preference{Visited: now.Add(-2 * time.Hour)}, web.Preference{Visited: now, Before: now.Add(-2 * time.Hour)}},
		"the same, later": {web.Preference{Visited: now.Add(-time.Hour), Before: long}, web.Preference{Visited: now, Before: long}},
		"the same, soon":  {web.Preference{Visited: now.Add(-time.Minute), Before: long}, web.Preference{Visited: now.Add(-time.Minute), Before: long}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.likes["learner-amara"] = tt.before
			w.get("amara", "/me")
			if got := w.likes["learner-amara"]; got != tt.after {
				t.Errorf("kept %+v, want %+v", got, tt.after)
			}
		})
	}
	w := newWorld(t)
	for _, person := range []string{"tove", "preview", "anonymous"} {
		if w.get(person, "/me"); len(w.likes) != 0 {
			t.Errorf("the visit of %s is noted: %v", person, w.likes)
		}
	}
}

// TestOverviewSaysWhatToDoNextAndWhatChanged holds the order and words of L2 beside its counts.
func TestOverviewSaysWhatToDoNextAndWhatChanged(t *testing.T) {
	w := newWorld(t)
	visitedLong(w)
	page := w.get("amara", "/me").Body.String()
	order := []string{"You have evidence for", "What is tracked?", "1 in progress", "For: every role.", "Do next: ", "Counts towards ", ">Open<",
		"Since 2 May 2026: 1 newly in progress, 1 withdrawn.", "See what", "By domain", "By level", "Domains by level, as a table", "As a shape"}
	for rest := page; len(order) > 0; order = order[1:] {
		_, after, found := strings.Cut(rest, order[0])
		if !found {
			t.Fatalf("%q is not there, or not in its place:\n%s", order[0], page)
		}
		rest = after
	}
	visited(w)
	checkSays(t, w.get("amara", "/me").Body.String(), nil, []string{"Since "})
	checkSays(t, w.get("anonymous", "/me").Body.String(), []string{"Do next: ", "as a table"}, []string{"Since ", "As a shape"})
	w.aligned = nil
	checkSays(t, w.get("ben", "/me").Body.String(), []string{"No activity in this course is tagged yet."}, []string{"Do next"})
}

// The next step completes a capability where one can, and is what has not counted.
func TestNextStep(t *testing.T) {
	w := newWorld(t)
	checkSays(t, w.get("ben", "/me").Body.String(), []string{"See what to do first", `Do next: Intro to AI in care. Counts towards 2. <a href="https://lms.example/mod/page/view.php?id=1" target="_top">Open`}, nil)
	w.tag("n1", "6.4-L1", lms+"/mod/quiz/view.php?id=2", nil)
	w.tag("n2", "6.4-L2", lms+"/mod/quiz/view.php?id=2", nil)
	w.tag("n3", "6.4-L3", lms+"/mod/quiz/view.php?id=2", nil)
	checkSays(t, w.get("ben", "/me").Body.String(), []string{`Do next: Quiz: data and safety. Counts towards 4. <a href="https://lms.example/mod/quiz/view.php?id=2" target="_top">`}, nil)
}

// Evidence of another course is said on the row of its domain.
func TestOverviewSaysWhatCameFromElsewhere(t *testing.T) {
	w := newWorld(t)
	for i := range w.aligned {
		if w.aligned[i].ID == "a3" {
			w.aligned[i].Scope = course9.Scope()
		}
	}
	for i, e := range w.evidence["learner-amara"] {
		if e.Alignment == "a3" {
			w.evidence["learner-amara"][i].Record.Under = []string{course9.IRI}
		}
	}
	checkSays(t, w.get("amara", "/me").Body.String(), []string{"1 from another of your courses"}, nil)
	checkSays(t, w.get("amara", "/me/list?state=evidenced").Body.String(), []string{"From Quiz: data and safety, in another of your courses"}, nil)
	checkSays(t, newWorld(t).get("amara", "/me").Body.String(), nil, []string{"of your courses"})
}

// TestRadar holds pages.md 4.3: from 3 to 8 spokes, dashed and without a dot where nothing is tracked.
func TestRadar(t *testing.T) {
	w := newWorld(t)
	page := w.get("amara", "/me").Body.String()
	for what, want := range map[string]int{`class="spoke"`: 6, `class="ring"`: 4, `class="dot"`: 6, `class="area"`: 1, "dashed": 0} {
		if got := strings.Count(page, what); got != want {
			t.Errorf("%d of %s, want %d", got, what, want)
		}
	}
	checkSays(t, page, []string{`role="img" aria-labelledby="radar-title radar-desc"`, "The largest part has evidence in 6 Artificial Intelligence (AI), the smallest in 1 Digital implementation.",
		"<li>6 Artificial Intelligence (AI), 2 of 27</li>", `>6</text>`}, nil)
	checkSays(t, w.get("six", "/me").Body.String(), nil, []string{"As a shape"}) // one domain
	checkSays(t, w.get("ben", "/me").Body.String(), []string{"Nothing has evidence yet."}, nil)
}

func TestWhatChanged(t *testing.T) {
	tests := map[string]struct {
		person, path string
		prepare      func(*world)
		says, not    []string
	}{
		"everything": {"amara", "/me/changes", nil, []string{"Everything so far", "<h2>3 May 2026</h2>", "<h2>2 May 2026</h2>", "Withdrawn 2 May 2026",
			"The activity was marked as not complete.", "In progress, 1 of 3", `<a href="../me/capability/` + "ID" + `?at=2026-05-03#c">Why<span class="vh"> `}, nil},
		"since the last visit": {"amara", "/me/changes", visitedLong, []string{"Everything so far"}, nil},
		"nothing since":        {"amara", "/me/changes", visited, []string{"Since 21 November 2026, your last visit", "Nothing has changed since 21 November 2026."}, []string{"<h2>"}},
		"since a day":          {"amara", "/me/changes?since=2026-05-03", nil, []string{"Since 3 May 2026", "<h2>3 May 2026</h2>", `id="day" name="day" value="3"`}, []string{"<h2>2 May 2026</h2>", "last visit"}},
		"nothing ever":         {"ben", "/me/changes", nil, []string{"Nothing has changed yet."}, nil},
		"preview":              {"tove", "/me/changes", nil, []string{"You are looking as a test learner.", "Nothing has changed yet."}, []string{"Withdrawn"}},
		"anonymous":            {"anonymous", "/me/changes", nil, []string{"no progress is kept"}, []string{"Withdrawn"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tt.prepare != nil {
				tt.prepare(w)
			}
			for i, s := range tt.says {
				tt.says[i] = strings.ReplaceAll(s, "/ID?", "/"+w.capability("2.1-L2")+"?")
			}
			checkSays(t, w.get(tt.person, tt.path).Body.String(), tt.says, tt.not)
		})
	}
}

// A loss says how to get it back only while that is true.
func TestWhatWasLostAndCanComeBack(t *testing.T) {
	w := newWorld(t)
	back := "Do Welcome again to get it back."
	checkSays(t, w.get("amara", "/me/changes").Body.String(), []string{back}, nil)
	w.ended["a8"] = true
	checkSays(t, w.get("amara", "/me/changes").Body.String(), []string{"Withdrawn"}, []string{back})
}

// A change names the activity whose record made it, with its score.
func TestChangeNamesItsActivity(t *testing.T) {
	w := newWorld(t)
	w.history["learner-amara"][w.capability("5.2.1-L1")] = []mapping.Transition{
		{Ordinal: 1, From: mapping.NotStarted, To: mapping.Evidenced, Have: 1, Need: 1, Cause: mapping.CauseStatement, CauseID: "s3", At: now.AddDate(0, -1, 0)},
	}
	checkSays(t, w.get("amara", "/me/changes").Body.String(), []string{"Quiz: data and safety, 82 out of 100", "23 October 2026"}, nil)
}

func TestChangesComeInPages(t *testing.T) {
	w := newWorld(t)
	id := w.capability("5.2.1-L1")
	for i := range 120 {
		w.history["learner-amara"][id] = append(w.history["learner-amara"][id], mapping.Transition{
			Ordinal: i + 1, From: mapping.InProgress, To: mapping.InProgress, Have: i, Need: 200, Cause: mapping.CauseStatement, At: now.AddDate(0, 0, i-130)})
	}
	for page, rows := range map[int]int{1: 50, 2: 50, 3: 23, 4: 0} {
		body := w.get("amara", fmt.Sprintf("/me/changes?since=2026-01-01&page=%d", page)).Body.String()
		if got := len(anyRow.FindAllString(body, -1)); got != rows {
			t.Errorf("page %d has %d changes, want %d", page, got, rows)
		}
	}
	checkSays(t, w.get("amara", "/me/changes?since=2026-01-01&page=2").Body.String(), []string{"since=2026-01-01#c", "page=3&amp;since=2026-01-01#c"}, nil)
}

func TestDayOfChangesIsTyped(t *testing.T) {
	w := newWorld(t)
	if got := w.get("amara", "/me/changes?day=2&month=5&year=2026"); got.Code != http.StatusSeeOther || got.Header().Get("Location") != "../me/changes?since=2026-05-02#c" {
		t.Errorf("status %d to %q", got.Code, got.Header().Get("Location"))
	}
	for _, q := range []string{"day=31&month=2&year=2026", "day=&month=5&year=2026", "day=2&month=13&year=2026", "day=2&month=5", "day=2&month=5&year=26"} {
		got := w.get("amara", "/me/changes?"+q)
		if got.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s answers %d", q, got.Code)
		}
		checkSays(t, got.Body.String(), []string{"Error: What changed - Cairn", `<a href="#day">Write a day, a month and a year as numbers`, `aria-invalid="true"`}, nil)
	}
	for _, q := range []string{"since=yesterday", "since=2026-02-31", "page=0", "from=1"} {
		if got := w.get("amara", "/me/changes?"+q); got.Code != http.StatusBadRequest {
			t.Errorf("%s answers %d", q, got.Code)
		}
	}
}
