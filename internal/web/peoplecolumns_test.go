package web_test

import (
	"strings"
	"testing"
)

// A narrow frame begins with one domain and what is under way in it; all domains are one choice away, and a sort by a domain brings it first.
func TestNarrowFramesBeginWithOneDomain(t *testing.T) {
	w := newWorld(t)
	crowd(w)
	six := w.capability6()
	page := w.get("tove", "/course/people").Body.String()
	checkSays(t, page, []string{`class="filter onlywide"`, `class="filter onlynarrow"`, `<option value="" selected>Domains`, `<option value="all">All domains`, `<th scope="col" class="onlynarrow"><a href="../course/people?cols=`}, nil)
	if head, _, _ := strings.Cut(page, "</thead>"); strings.Count(head, `<th scope="col" class="onlywide"`) != 5 || strings.Count(head, `class="onlynarrow"`) != 1 {
		t.Errorf("the heads:\n%s", head)
	}
	sorted := w.get("tove", "/course/people?sort=-"+six).Body.String()
	checkSays(t, sorted, []string{`<option value="` + six + `" selected>6 Artificial`, `cols=` + six + `&amp;sort=-progress`, `<th scope="col" aria-sort="descending">`}, nil)
	all := w.get("tove", "/course/people?cols=all").Body.String()
	checkSays(t, all, []string{`<option value="all" selected>`, "cols=all&amp;sort=-"}, []string{`<th scope="col" class="only`, `<td class="h0 only`})
	totals := w.get("tove", "/course/people?view=totals").Body.String()
	checkSays(t, totals, []string{`<select id="cols" name="cols">`}, []string{"onlynarrow", "onlywide"})
}

// Words of a framework in another language than the page are marked as such on pages of those who lead.
func TestLeadPagesMarkForeignWords(t *testing.T) {
	w := newWorld(t)
	ending(w)
	speaking(w, "tove", "cy")
	six1, _ := w.cat.ByCode("6.1")
	for path, want := range map[string]string{
		"/course/people":                        `lang="en">6 Artificial Intelligence`,
		"/course/people?view=totals":            `<th scope="row" lang="en">`,
		"/course/gaps":                          `lang="en">6 Artificial Intelligence`,
		"/course/gaps/list?gap=activity":        `<p lang="en">`,
		"/course/expiring":                      `lang="en">`,
		person("amara"):                         `lang="en">6.1 Machine learning`,
		person("amara") + "/section/" + six1.ID: `<h1 lang="en">6.1 Machine`,
		person("amara") + "/capability/" + w.capability("6.1-L2"): `<h1 lang="en">6.1 Machine`,
		person("amara") + "/endorse?c=" + w.capability("6.1-L2"):  `lang="en">6.1 Machine`,
	} {
		checkSays(t, w.get("tove", path).Body.String(), []string{want}, nil)
	}
}
