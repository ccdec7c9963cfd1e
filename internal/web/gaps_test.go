package web_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

// numbersTo answers the numbers of a page that lead to a list of a page of the course.
func numbersTo(page, list string) [][]string {
	return regexp.MustCompile(`<a href="\.\./(?:\.\./)*(`+list+`[^"]*)#c">(\d+)</a>`).FindAllStringSubmatch(page, -1)
}

// TestNumbersOfGapsOpenTheirLists: each number's list is as long as the number says (pages.md 6, 1), whatever is chosen.
func TestNumbersOfGapsOpenTheirLists(t *testing.T) {
	w := newWorld(t)
	crowd(w)
	for _, address := range []string{"/course/gaps", "/course/gaps?level=2", "/course/gaps?node=" + w.capability6()} {
		page := w.get("tove", address).Body.String()
		numbers := numbersTo(page, "course/gaps/list")
		if len(numbers) < 5 {
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

// TestGapsStandInTheFirstThatFits holds the order of pages.md 3.3, M3, for a group of ten.
func TestGapsStandInTheFirstThatFits(t *testing.T) {
	states := func(none, begun, have, gone, lost int) (out []mapping.State) {
		for state, n := range map[mapping.State]int{mapping.NotStarted: none, mapping.InProgress: begun, mapping.Evidenced: have, mapping.Expired: gone, mapping.Withdrawn: lost} {
			for range n {
				out = append(out, state)
			}
		}
		return out
	}
	for name, tt := range map[string]struct {
		tagged bool
		states []mapping.State
		want   string
	}{
		"nothing tagged, though all have it":          {false, states(0, 0, 10, 0, 0), "activity"},
		"four of ten have begun":                      {true, states(6, 4, 0, 0, 0), "taken"},
		"half have begun":                             {true, states(5, 5, 0, 0, 0), "evidence"},
		"half have it":                                {true, states(5, 0, 5, 0, 0), "none"},
		"half of those who had it have it no longer":  {true, states(2, 0, 4, 4, 0), "expired"},
		"fewer of those who had it have it no longer": {true, states(1, 0, 5, 4, 0), "none"},
		"some have lost it for another reason":        {true, states(1, 1, 3, 2, 3), "evidence"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.capability("3.1-L1")
			w.aligned = nil
			if tt.tagged {
				w.tag("t", "3.1-L1", module("page", 1), nil)
			}
			w.opened, w.states = nil, map[string][]mapping.Progress{}
			for i, state := range tt.states {
				who := fmt.Sprintf("ten%d", i)
				w.opened = append(w.opened, web.Person{Member: web.Member{Account: who, Learner: who}, Subject: who, IsLearner: true})
				w.states[who] = []mapping.Progress{{Learner: who, Capability: id, State: state}}
			}
			for _, is := range []string{"activity", "taken", "evidence", "expired", "none"} {
				list := w.get("tove", "/course/gaps/list?level=1&gap="+is).Body.String()
				if there := strings.Contains(list, "3.1 Ethics"); there != (is == tt.want) {
					t.Errorf("in %s: %v, want it in %s", is, there, tt.want)
				}
			}
		})
	}
}

// TestGapsOfFew show what has no activity, and no figure about people.
func TestGapsOfFew(t *testing.T) {
	w := newWorld(t)
	page := w.get("tove", "/course/gaps").Body.String()
	checkSays(t, page, []string{"Fewer than 5 learners", "Hidden: fewer than 5 people", "No activity", "How we sort them", `aria-current="page">Gaps`}, []string{"<svg class=\"bar\"", "2 learners"})
	if n := strings.Count(page, `class="n hid">Hidden</td>`); n != 4*6 {
		t.Errorf("%d hidden cells", n)
	}
	list := w.get("tove", "/course/gaps/list?gap=activity").Body.String()
	checkSays(t, list, []string{">Tag<"}, []string{" of 2 evidenced"})
	if got := w.get("tove", "/course/gaps/list?gap=taken"); got.Code != 400 {
		t.Errorf("the list of a hidden number answers %d", got.Code)
	}
	w = newWorld(t)
	crowd(w)
	checkSays(t, w.get("tove", "/course/gaps/list?gap=evidence").Body.String(), []string{"0 of 30 evidenced, ", "See the rule"}, nil)
	w.aligned = nil
	checkSays(t, w.get("tove", "/course/gaps").Body.String(), []string{"No activity in this course is tagged yet."}, nil)
	for _, bad := range []string{"?level=9", "?node=x", "?view=x", "/list", "/list?gap=x", "/list?gap=taken&page=x"} {
		if got := w.get("tove", "/course/gaps"+bad); got.Code != 400 {
			t.Errorf("%s answers %d", bad, got.Code)
		}
	}
}

// Where the operator lets no single person be seen, the numbers of a capability do not tell of one either.
func TestGapsHideSmallNumbersWhereNobodyIsNamed(t *testing.T) {
	list := "/course/gaps/list?gap=taken"
	w := newWorldWith(t, func(c *web.Config) { c.TotalsOnly = true })
	crowd(w)
	for i := 2; i < 29; i++ {
		w.evidence[fmt.Sprint("learner-crowd", i)] = nil
	}
	page := w.get("tove", list).Body.String()
	checkSays(t, page, []string{"Hidden of 30 evidenced", "Hidden: fewer than 5 people"}, []string{"1 of 30", "2 of 30", "3 of 30", "4 of 30"})
	named := newWorld(t)
	crowd(named)
	for i := 2; i < 29; i++ {
		named.evidence[fmt.Sprint("learner-crowd", i)] = nil
	}
	checkSays(t, named.get("tove", list).Body.String(), []string{" of 30 evidenced"}, []string{"Hidden"})
}

// Where nobody may be seen one by one, gaps are those of last midnight too: one day's step shows no one, and who came since is left out.
func TestGapsAreOfMidnightWhereNobodyIsNamed(t *testing.T) {
	today := func(w *world) {
		crowd(w)
		for learner, list := range w.evidence {
			for i := range list {
				w.evidence[learner][i].Record.Time = now.Add(-time.Hour)
			}
		}
		w.opened[len(w.opened)-1].Since = now.Add(-time.Hour)
	}
	w := newWorldWith(t, func(c *web.Config) { c.TotalsOnly = true })
	today(w)
	checkSays(t, w.get("tove", "/course/gaps").Body.String(), []string{"Where 29 learners stand. Counted at the start of 22 November 2026."}, nil)
	checkSays(t, w.get("tove", "/course/gaps/list?gap=taken").Body.String(), []string{"0 of 29 evidenced, 0 in progress", "Counted at the start of 22 November 2026."}, []string{"1 of 29"})
	checkSays(t, w.get("tove", "/course/gaps/list?gap=none").Body.String(), []string{"No capability fits"}, nil)
	named := newWorld(t)
	today(named)
	checkSays(t, named.get("tove", "/course/gaps").Body.String(), []string{"Where 30 learners stand."}, []string{"Counted at the start"})
}
