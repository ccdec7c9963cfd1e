package web_test

import (
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"cairn/mapping"
)

var (
	numberLink = regexp.MustCompile(`<a href="([^"]*me/list[^"]*)">(\d+)([^<]*)</a>`)
	listCount  = regexp.MustCompile(`<h2>(\d+) capabilit`)
	anyRow     = regexp.MustCompile(`<li class="cap">`)
)

// TestEveryNumberOpensItsList holds principle 1: the list behind a number is as long as the number says.
func TestEveryNumberOpensItsList(t *testing.T) {
	w := newWorld(t)
	for _, person := range []string{"amara", "ben", "six", "anonymous"} {
		for _, path := range []string{"/me", "/me/section/" + w.capability6()} {
			checkNumbers(t, w, person, path)
		}
	}
}

func checkNumbers(t *testing.T, w *world, person, path string) {
	t.Helper()
	links := numberLink.FindAllStringSubmatch(w.get(person, path).Body.String(), -1)
	if len(links) == 0 {
		t.Fatalf("%s of %s has no number that is a link", path, person)
	}
	for _, link := range links {
		// Links are relative to the page: up to the session's own prefix.
		address := html.UnescapeString(strings.TrimLeft(link[1], "./"))
		address, _, _ = strings.Cut(address, "#")
		if got := listLength(t, w, person, "/"+address); strconv.Itoa(got) != link[2] {
			t.Errorf("%s %s: %s%s leads to %s with %d", person, path, link[2], link[3], address, got)
		}
	}
}

// listLength counts the rows of a list over all of its pages, and checks the number it states.
func listLength(t *testing.T, w *world, person, address string) int {
	t.Helper()
	page := w.get(person, address)
	stated := listCount.FindStringSubmatch(page.Body.String())
	if page.Code != http.StatusOK || stated == nil {
		t.Fatalf("%s answers %d:\n%s", address, page.Code, page.Body)
	}
	rows := len(anyRow.FindAllString(page.Body.String(), -1))
	for n := 2; strings.Contains(page.Body.String(), ">Next 50<"); n++ {
		glue := "?"
		if strings.Contains(address, "?") {
			glue = "&"
		}
		page = w.get(person, address+glue+"page="+strconv.Itoa(n))
		rows += len(anyRow.FindAllString(page.Body.String(), -1))
	}
	if strconv.Itoa(rows) != stated[1] {
		t.Errorf("%s states %s and shows %d", address, stated[1], rows)
	}
	return rows
}

// TestStatesOfALearnersPage forces each state of pages.md 3 that can occur and reads it.
func TestStatesOfALearnersPage(t *testing.T) {
	tests := map[string]struct {
		person  string
		prepare func(*world)
		says    []string
		not     []string
	}{
		"under way": {"amara", nil, []string{`You have evidence for <a href="./me/list?state=evidenced#c">3</a> of`, "1 in progress", "1 withdrawn",
			"15 of 195 statements included.", "Up to date to 2:32pm. People who lead &#34;Digital safety&#34;, or another course of yours, can see this too."}, []string{"Nothing has counted", "expiring", "%"}},
		"nothing yet":  {"ben", nil, []string{"Nothing has counted yet."}, []string{"Important"}},
		"no tags":      {"ben", func(w *world) { w.aligned = nil }, []string{"No activity in this course is tagged yet.", "can add tags"}, []string{"Nothing has counted yet"}},
		"behind":       {"amara", func(w *world) { w.upTo = now.Add(-61 * time.Second) }, []string{"New activity is still being added. These figures are up to 2:30pm."}, nil},
		"almost fresh": {"amara", func(w *world) { w.upTo = now.Add(-60 * time.Second) }, nil, []string{"still being added"}},
		"since long":   {"amara", func(w *world) { w.upTo = now.AddDate(0, 0, -2) }, []string{"up to 20 November 2026, 2:32pm"}, nil},
		"anonymous":    {"anonymous", nil, []string{"has not told us who you are, so no progress is kept", "capabilities are tracked here"}, []string{"You have evidence", "Nothing has counted"}},
		"as a learner": {"tove", nil, []string{"You are looking as a test learner. Nothing you do here is saved."}, []string{"You have evidence"}},
		"test user":    {"preview", nil, []string{"You are looking as a test learner."}, []string{"You have evidence"}},
		"whole":        {"amara", func(w *world) { w.cat.Statements = 15 }, nil, []string{"statements included"}},
		"one domain":   {"six", nil, []string{"6 Artificial Intelligence (AI)"}, []string{"5 Health data management"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tt.prepare != nil {
				tt.prepare(w)
			}
			checkSays(t, w.get(tt.person, "/me").Body.String(), tt.says, tt.not)
		})
	}
}

func checkSays(t *testing.T, page string, says, not []string) {
	t.Helper()
	for _, s := range says {
		if !strings.Contains(page, s) {
			t.Errorf("the page does not say %q:\n%s", s, page)
		}
	}
	for _, s := range not {
		if strings.Contains(page, s) {
			t.Errorf("the page says %q", s)
		}
	}
}

// TestPreviewReadsNobodysRecord holds that a lead who looks as a learner sees no evidence, not even their own.
func TestPreviewReadsNobodysRecord(t *testing.T) {
	w := newWorld(t)
	w.evidence["learner-tove"] = w.evidence["learner-amara"]
	checkSays(t, w.get("tove", "/me/capability/"+w.capability("5.2.1-L1")).Body.String(), []string{"Not started", "Counted (0)"}, []string{"82 out of 100"})
}

func TestWhyThisStatus(t *testing.T) {
	tests := map[string]struct {
		code string
		says []string
		not  []string
	}{
		"in progress": {"6.1-L2", []string{"In progress, 1 of 3", "Finish any 3 of 4 activities.", "2 of them ask for a score of 70 or more out of 100.",
			"This is the rule of this course.", "Counted (1)", "Quiz: how models learn, 82.5 out of 100, 3 May 2026", "Not counted (2)",
			"Quiz: bias, 5 May 2026. Score 64 out of 100. It needs 70.", "You did this again. The better result counts.", "2 more activities needed",
			`<a href="https://lms.example/mod/assign/view.php?id=5" target="_top">Open Practice: read a report</a>`, "Nothing here expires."}, nil},
		"evidenced": {"5.2.1-L1", []string{"Evidenced", "Finish the one activity that is tagged.", "Counted (1)"}, []string{"more activit"}},
		"withdrawn": {"2.1-L2", []string{"Withdrawn 2 May 2026", "The activity was marked as not complete on 2 May 2026.", "History, 2 changes"}, nil},
		"label":     {"6.1-LX-01", []string{"Short label, not the official text", "Level not given", "For: Driver, Shaper"}, nil},
		"wider":     {"2.1-L1", []string{"This is the same in every course."}, nil},
		"untagged":  {"6.4-L3", []string{"No activity is tagged with this yet.", "The people who run the course can add tags."}, []string{"This is the"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			checkSays(t, w.get("amara", "/me/capability/"+w.capability(tt.code)).Body.String(), tt.says, tt.not)
		})
	}
}

// TestActivityElsewhereIsNotLinked holds that only addresses on the platform are opened.
func TestActivityElsewhereIsNotLinked(t *testing.T) {
	w := newWorld(t)
	for i, iri := range []string{"https://evil.example/x", "javascript:alert(1)"} {
		w.aligned = append(w.aligned, mapping.Alignment{
			ID: "e" + strconv.Itoa(i), Capability: w.capability("6.4-L3"), Scope: course.Scope(), Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: iri},
		})
	}
	checkSays(t, w.get("amara", "/me/capability/"+w.capability("6.4-L3")).Body.String(), []string{"Next"}, []string{`href="https://evil`, `href="javascript`})
}

func TestListRefusesWhatItDoesNotKnow(t *testing.T) {
	w := newWorld(t)
	for _, q := range []string{"state=mastered", "level=x", "level=-1", "node=none", "page=0", "sort=name", "state=%zz"} {
		if got := w.get("amara", "/me/list?"+q); got.Code != http.StatusBadRequest {
			t.Errorf("?%s answers %d", q, got.Code)
		}
	}
	five, _ := w.cat.ByCode("5")
	if got := w.get("six", "/me/list?node="+five.ID); got.Code != http.StatusBadRequest {
		t.Errorf("a part the placement does not show answers %d", got.Code)
	}
	if got := w.get("six", "/me/capability/"+w.capability("5.2.1-L1")); got.Code != http.StatusNotFound {
		t.Errorf("a capability the placement does not show answers %d", got.Code)
	}
}

// Every page about capabilities says how much of the framework there is, until all of it is.
func TestPartOfTheFrameworkIsSaid(t *testing.T) {
	w := newWorld(t)
	endorse := person("amara") + "/capability/" + w.capability("6.1-L2") + "/endorse"
	pages := map[string][2]string{
		"rate": {"amara", w.six1() + "/2"}, "rate done": {"amara", w.six1() + "/done"}, "endorse": {"tove", endorse},
		"endorse several": {"tove", person("amara") + "/endorse?c=" + w.capability("6.1-L2")}, "expiring": {"tove", "/course/expiring"},
		"person": {"tove", person("amara")}, "next": {"amara", "/me/next"}, "changes": {"amara", "/me/changes"}, "list": {"amara", "/me/list"},
		"people": {"tove", "/course/people"}, "gaps": {"tove", "/course/gaps"}, "capability": {"amara", "/me/capability/" + w.capability("6.1-L2")},
	}
	for name, p := range pages {
		if n := strings.Count(w.get(p[0], p[1]).Body.String(), "15 of 195 statements included."); n != 1 {
			t.Errorf("%s says it %d times", name, n)
		}
	}
	w.cat.Statements = w.cat.StatementsIncluded()
	for name, p := range pages {
		if strings.Contains(w.get(p[0], p[1]).Body.String(), "statements included") {
			t.Errorf("%s says it of a whole framework", name)
		}
	}
}
