package web_test

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"cairn/mapping"
)

// TestNumbersOfCoverageOpenTheirLists: each number's list is as long as the number says (pages.md 6, 1).
func TestNumbersOfCoverageOpenTheirLists(t *testing.T) {
	w := newWorld(t)
	for _, address := range []string{"/course/coverage", "/course/coverage?level=2", "/course/coverage?role=" + url.QueryEscape(w.cat.Archetypes[0].Code)} {
		page := w.get("tove", address).Body.String()
		numbers := regexp.MustCompile(`<a href="\.\./(course/coverage/list[^"]*)#c">(\d+)</a>`).FindAllStringSubmatch(page, -1)
		if len(numbers) < 10 {
			t.Fatalf("%s: %d numbers:\n%s", address, len(numbers), page)
		}
		for _, n := range numbers {
			list := w.get("tove", "/"+strings.ReplaceAll(n[1], "&amp;", "&")).Body.String()
			if want := fmt.Sprintf("<h2>%s capabilit", n[2]); !strings.Contains(list, want) {
				t.Errorf("%s says %s, its list:\n%s", n[1], n[2], list)
			}
		}
	}
}

// TestCoverage counts what has an activity, by capability and by activity, with its states.
func TestCoverage(t *testing.T) {
	w := newWorld(t)
	tagged := map[string]bool{}
	for _, a := range w.aligned {
		tagged[a.Capability] = true
	}
	page := w.get("tove", "/course/coverage").Body.String()
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, "")
	all := len(w.cat.Tracked(""))
	checkSays(t, text, []string{fmt.Sprintf("%d of %d capabilities have an activity. %d have none.", len(tagged), all, all-len(tagged)), "15 of 195 statements included."}, []string{"No activity in this course is tagged yet."})
	checkSays(t, page, []string{`aria-current="true">By capability`, `aria-current="page">Coverage`}, nil)
	list := w.get("tove", "/course/coverage/list?has=some").Body.String()
	checkSays(t, list, []string{"4 activities: ", "Quiz: how models learn", "Capabilities with an activity</h1>"}, []string{"No activity here yet"})
	byActivity := w.get("tove", "/course/coverage?by=activity").Body.String()
	text = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(byActivity, "")
	checkSays(t, text, []string{" of 11 activities ", "No tag"}, nil)
	if strings.Index(byActivity, "mod/scorm") > strings.Index(byActivity, "Quiz: bias") {
		t.Error("activities without a tag come first")
	}
	w.aligned = nil
	checkSays(t, w.get("tove", "/course/coverage").Body.String(), []string{"No activity in this course is tagged yet."}, nil)
	w.seen, w.placed = nil, nil
	checkSays(t, w.get("tove", "/course/coverage?by=activity").Body.String(), []string{"No activity has been seen yet."}, nil)
	for _, bad := range []string{"?by=people", "?level=9", "?role=x", "?page=0", "/list?has=much", "/list?section=x", "/list?by=activity", "?view=x"} {
		if got := w.get("tove", "/course/coverage"+bad); got.Code != 400 {
			t.Errorf("%s answers %d", bad, got.Code)
		}
	}
}

// TestCoverageAsTable: the file holds a row for each capability, or each activity, and nothing a spreadsheet would run.
func TestCoverageAsTable(t *testing.T) {
	w := newWorld(t)
	w.seen["2"][0].Name = "=1+1"
	for address, want := range map[string]int{"": len(w.cat.Tracked("")), "?by=activity": 15, "?level=2": len(atLevel(w, 2))} {
		got := w.get("tove", "/course/coverage.csv"+address)
		body, marked := strings.CutPrefix(got.Body.String(), "\ufeff")
		rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil || !marked || len(rows) != want+1 {
			t.Errorf("%s: %d rows, want %d; %v", address, len(rows)-1, want, err)
		}
		if kind := got.Header().Get("Content-Type"); kind != "text/csv; charset=utf-8" || !strings.HasPrefix(got.Header().Get("Content-Disposition"), "attachment; filename=") {
			t.Errorf("%s is sent as %s", address, kind)
		}
		for _, cell := range strings.Split(body, ",") {
			if strings.HasPrefix(cell, "=") {
				t.Errorf("%s holds a formula: %s", address, cell)
			}
		}
	}
}

func atLevel(w *world, level int) (out []mapping.Node) {
	for _, n := range w.cat.Tracked("") {
		if n.Level == level {
			out = append(out, n)
		}
	}
	return out
}
