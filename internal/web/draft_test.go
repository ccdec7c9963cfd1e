package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"cairn/internal/web"
	"cairn/mapping"
)

// plain is the text of a page.
func plain(page string) string {
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")
	return strings.Join(strings.Fields(text), " ")
}

// TestDraftShowsWhatItDoes in totals, by capability and by person; the numbers agree with the lists behind them.
func TestDraftShowsWhatItDoes(t *testing.T) {
	w := newWorld(t)
	drafted(w)
	page := w.get("tove", "/course/draft").Body.String()
	checkMarkup(t, page)
	text := plain(page)
	checkSays(t, text, []string{
		"Checked 31 learners at 2:32pm.", "gain", "lose", "no change", "Changes in this draft (4)", "Tag: Quiz: data and safety, for 6.1 Machine learning and natural language processing, level 1, usual rule",
		"Tag asks for something else: Quiz: data and safety, for 5.2.1 Data privacy and confidentiality, level 1, score 90 or more", "No tag: Video: what is ML",
		"I have seen that 20 people lose evidence", "Apply changes", "Throw away", "Keep as draft",
	}, nil)
	row := regexp.MustCompile(`(?s)<tr><th scope="row">5\.2\.1.*?</tr>`).FindString(page)
	cells := regexp.MustCompile(`<td class="n" data-head="(\w+)">(\d+)</td>`).FindAllStringSubmatch(row, -1)
	if len(cells) != 5 || cells[3][1] != "Lose" || cells[3][2] != "20" || cells[0][2] != "20" || cells[1][2] != "0" {
		t.Errorf("the row: %v\n%s", cells, row)
	}
	who := w.get("tove", "/course/draft/who?capability="+w.capability("5.2.1-L1")).Body.String()
	checkMarkup(t, who)
	if n := strings.Count(who, `<tr><th scope="row">`); n != 20 {
		t.Errorf("%d people lose, the list has %d:\n%s", 20, n, who)
	}
	checkSays(t, who, []string{"<bdi>Amara Okafor</bdi></a>", "Evidenced</strong>", "Score 82 out of 100. It needs 90.", "/course/people/" + codeIn(course, "amara")}, nil)
	if len(w.changes) != 1 {
		t.Error("a look at a draft changed something")
	}
}

// TestDraftIsTakenApart: each change can be taken out, and all of it thrown away.
func TestDraftIsTakenApart(t *testing.T) {
	w := newWorld(t)
	drafted(w)
	remove := func(i string) int {
		return w.post(t, "tove", "/course/draft", "/course/draft", url.Values{"remove": {i}}).Code
	}
	if code := remove("1"); code != http.StatusSeeOther { // a tag that asks for something else: both halves go
		t.Fatalf("status %d", code)
	}
	if edits := w.drafts["2 account-tove"].Edits; len(edits) != 3 || strings.Contains(plain(w.get("tove", "/course/draft").Body.String()), "5.2.1") {
		t.Errorf("edits %+v", edits)
	}
	for _, bad := range []string{"9", "-1", "x"} {
		if code := remove(bad); code != http.StatusConflict {
			t.Errorf("taking out %s: status %d", bad, code)
		}
	}
	got := w.post(t, "tove", "/course/draft", "/course/draft/discard", url.Values{})
	if got.Code != http.StatusSeeOther || len(w.drafts) != 0 || len(w.changes) != 1 {
		t.Errorf("status %d, drafts %v", got.Code, w.drafts)
	}
	checkSays(t, w.get("tove", "/course/tags?discarded=1").Body.String(), []string{"The draft was thrown away."}, []string{"not applied yet"})
	checkSays(t, w.get("tove", "/course/draft").Body.String(), []string{"You have no changes."}, []string{"Apply changes"})
}

// TestDraftWithoutEffect says so; nobody needs to be seen to lose.
func TestDraftWithoutEffect(t *testing.T) {
	w := newWorld(t)
	w.evidence = nil
	w.drafts["2 account-tove"] = web.Draft{Edits: []mapping.Edit{{Remove: "a3"}}}
	checkSays(t, w.get("tove", "/course/draft").Body.String(), []string{"evidence changes today. It counts from now on."}, []string{"I have seen"})
	if code, to, _ := w.applied(t, "tove", nil); code != http.StatusSeeOther || !strings.Contains(to, "lost=0") || !w.ended["a3"] {
		t.Errorf("status %d to %s", code, to)
	}
}

// TestDraftThatTakesLong says how far the work has come, and shows the effect to who comes back.
func TestDraftThatTakesLong(t *testing.T) {
	w := newWorld(t)
	drafted(w)
	w.slow = true
	page := w.get("tove", "/course/draft").Body.String()
	checkMarkup(t, page)
	checkSays(t, page, []string{`Working it out. Checked 1,200 of 4,000 records. You can leave this page.`, "Check again"}, []string{"Apply changes"})
	w.slow = false
	checkSays(t, w.get("tove", "/course/draft?of="+codeIn(course, "tove")).Body.String(), []string{"Apply changes", "20 lose"}, nil)
}

// TestMoreLoseThanShown: what is applied is never worse than what was shown (settled question 12).
func TestMoreLoseThanShown(t *testing.T) {
	w := newWorld(t)
	drafted(w)
	code, _, body := w.applied(t, "tove", url.Values{"seen": {"1"}, "losepeople": {"3"}})
	if code != http.StatusConflict || len(w.changes) != 1 || len(w.drafts) != 1 {
		t.Fatalf("status %d, %d changes", code, len(w.changes))
	}
	checkSays(t, body, []string{"More people would lose evidence than you were shown. Look at the effect again.", "Apply changes", "<title>Error: "}, nil)
	for name, change := range map[string]url.Values{
		"long reason": {"seen": {"1"}, "reason": {strings.Repeat("ä", 501)}}, "not seen": {},
	} {
		if code, _, body := w.applied(t, "tove", change); code != http.StatusUnprocessableEntity || !strings.Contains(body, `aria-invalid="true"`) {
			t.Errorf("%s: status %d\n%s", name, code, body)
		}
	}
	for _, field := range []string{"after", "losepairs", "losepeople"} {
		if code, _, _ := w.applied(t, "tove", url.Values{"seen": {"1"}, field: {"x"}}); code != http.StatusBadRequest {
			t.Errorf("%s: status %d", field, code)
		}
	}
	if code, to, _ := w.applied(t, "tove", url.Values{"seen": {"1"}, "reason": {strings.Repeat("ä", 500)}}); code != http.StatusSeeOther {
		t.Errorf("status %d to %s", code, to)
	}
}

// TestDraftInTotals names nobody where the operator wants it, and hides small counts.
func TestDraftInTotals(t *testing.T) {
	w := newWorldWith(t, func(c *web.Config) { c.TotalsOnly = true })
	drafted(w)
	page := w.get("tove", "/course/draft").Body.String()
	checkSays(t, page, []string{"Hidden: fewer than 5 people", ">Hidden</td>"}, []string{">Who<", "draft/who"})
	if got := w.get("tove", "/course/draft/who?capability="+w.capability("5.2.1-L1")); got.Code != http.StatusForbidden {
		t.Errorf("who: status %d", got.Code)
	}
}

// TestGridTicksGoToTheDraft, and only those that the author changed.
func TestGridTicksGoToTheDraft(t *testing.T) {
	w := newWorld(t)
	six1, _ := w.cat.ByCode("6.1")
	path := "/course/tags?section=" + six1.ID
	page := w.get("tove", path).Body.String()
	checkSays(t, page, []string{
		`aria-label="Quiz: how models learn, tag for 6.1 Machine learning and natural language processing, level 2, score 70 or more" checked`, `<span class="small-line">score 70 or more</span>`,
		"One at a time", `role="region"`, "usual rule", `aria-current="page">Tags`,
	}, nil)
	form := w.formOf(t, "tove", path)
	cell := func(code, iri string) string { return w.capability(code) + "." + codeOf(iri) }
	form["tag"] = append(form["tag"][1:], cell("6.1-L3", module("quiz", 2))) // one less, one more
	gone := form["was"][0]
	form.Set("go", "keep")
	code, to, body := w.send("tove", "/course/tags", form)
	if code != http.StatusSeeOther || !strings.Contains(to, "kept=1") {
		t.Fatalf("status %d to %s\n%s", code, to, body)
	}
	edits := w.drafts["2 account-tove"].Edits
	if len(edits) != 2 || len(w.changes) != 1 {
		t.Fatalf("edits %+v", edits)
	}
	page = w.get("tove", path+"&kept=1").Body.String()
	checkSays(t, page, []string{"Kept as a draft. Nothing is live yet.", "2 changes not applied yet.", `<td class="changed">`, ", usual rule, changed\" checked", "See what they do"},
		[]string{`value="` + gone + `" aria-label="Intro to AI in care, tag for 6.1 Machine learning and natural language processing, level 1, usual rule"`})
	form = w.formOf(t, "tove", path)
	form["tag"] = append(form["tag"], gone) // and back again
	w.send("tove", "/course/tags", form)
	if edits := w.drafts["2 account-tove"].Edits; len(edits) != 1 || edits[0].Add == nil {
		t.Errorf("edits %+v", edits)
	}
	for name, change := range map[string]func(url.Values){
		"a tick that was not there": func(f url.Values) { f.Add("tag", cell("1-L1", module("quiz", 2))) },
		"no position":               func(f url.Values) { f.Set("seen", "x") },
		"too many cells": func(f url.Values) {
			f.Set("rows", strings.Repeat("x ", 1)+w.capability("6.1-L1"))
			f.Set("cols", many(400))
		},
		"no section": func(f url.Values) { f.Set("section", "x") },
	} {
		f := w.formOf(t, "tove", path)
		change(f)
		if code, _, _ := w.send("tove", "/course/tags", f); code != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, code)
		}
	}
}

func many(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint(i)
	}
	return strings.Join(out, " ")
}

// TestGridMovedMeanwhile keeps what the author ticked, and takes nothing of others away.
func TestGridMovedMeanwhile(t *testing.T) {
	w := newWorld(t)
	six1, _ := w.cat.ByCode("6.1")
	form := w.formOf(t, "tove", "/course/tags?section="+six1.ID)
	form["tag"] = append(form["tag"], w.capability("6.1-L3")+"."+codeOf(module("quiz", 2)))
	theirs := mapping.Alignment{ID: "theirs", Capability: w.capability("6.1-L4"), Scope: course.Scope(), Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: module("quiz", 3)}}
	w.apart(t, mapping.Edit{Add: &theirs})
	code, _, body := w.send("tove", "/course/tags", form)
	if code != http.StatusConflict || len(w.drafts["2 account-tove"].Edits) != 1 {
		t.Fatalf("status %d, drafts %+v", code, w.drafts)
	}
	checkMarkup(t, body)
	checkSays(t, body, []string{"Someone changed these tags at 2:32pm. Your changes are kept as a draft.", `href="#grid"`, `course/draft#c">Check them again</a>`}, nil)
}

// TestGridTagsManyAndCopies in the draft.
func TestGridTagsManyAndCopies(t *testing.T) {
	w := newWorld(t)
	six1, _ := w.cat.ByCode("6.1")
	base := url.Values{"section": {six1.ID}, "page": {"1"}, "seen": {"5"}}
	send := func(path string, more url.Values) (int, string, string) {
		form := url.Values{"form": {macOf(token("tove"))}}
		for _, values := range []url.Values{base, more} {
			for k, v := range values {
				form[k] = v
			}
		}
		return w.send("tove", path, form)
	}
	code, _, body := send("/course/tags/many", nil)
	checkSays(t, body, []string{"Tick at least one capability and one activity.", `href="#many"`}, nil)
	if code != http.StatusUnprocessableEntity {
		t.Errorf("status %d", code)
	}
	code, _, _ = send("/course/tags/many", url.Values{"capability": {w.capability("6.1-L1"), w.capability("6.1-L3")}, "activity": {codeOf(module("quiz", 2)), codeOf(module("page", 1))}})
	if edits := w.drafts["2 account-tove"].Edits; code != http.StatusSeeOther || len(edits) != 3 { // one of the four is there
		t.Errorf("status %d, edits %+v", code, edits)
	}
	delete(w.drafts, "2 account-tove")
	code, _, _ = send("/course/tags/copy", url.Values{"from": {codeOf(module("quiz", 3))}, "to": {codeOf(module("page", 1))}})
	edits := w.drafts["2 account-tove"].Edits
	if code != http.StatusSeeOther || len(edits) != 1 || edits[0].Add.Capability != w.capability("6.1-L2") || *edits[0].Add.Criterion.MinMilli != 700 {
		t.Errorf("status %d, edits %+v", code, edits)
	}
	code, _, body = send("/course/tags/copy", url.Values{"from": {codeOf(module("quiz", 3))}, "to": {codeOf(module("quiz", 3))}})
	if code != http.StatusUnprocessableEntity || !strings.Contains(body, "Choose two different activities.") {
		t.Errorf("status %d", code)
	}
	if code, _, _ := send("/course/tags/copy", url.Values{"from": {"x"}, "to": {"y"}}); code != http.StatusBadRequest {
		t.Errorf("status %d", code)
	}
}

// TestGridOfManyActivities has 12 a page and 25 capabilities at most.
func TestGridOfManyActivities(t *testing.T) {
	w := newWorld(t)
	for i := range 19 {
		w.seen["2"] = append(w.seen["2"], web.CourseActivity{IRI: module("quiz", 100+i), Name: fmt.Sprintf("Quiz %d", i)})
	}
	for section, page := range map[string]int{"5": 1, "6.1": 3} {
		n, _ := w.cat.ByCode(section)
		body := w.get("tove", fmt.Sprintf("/course/tags?section=%s&page=%d", n.ID, page)).Body.String()
		checkMarkup(t, body)
		_, table, _ := strings.Cut(body, "<table")
		table, _, _ = strings.Cut(table, "</table>")
		if columns, rows := strings.Count(table, `<th scope="col"`)-1, strings.Count(table, `<th scope="row"`); columns > 12 || rows > 25 || columns == 0 || rows == 0 {
			t.Errorf("%s, page %d: %d by %d", section, page, rows, columns)
		}
	}
	checkSays(t, w.get("tove", "/course/tags?page=2").Body.String(), []string{"Activities 13 to 24 of 30", "Next 12", "Previous 12"}, nil)
	w.seen, w.placed, w.aligned = nil, nil, nil
	checkSays(t, w.get("tove", "/course/tags").Body.String(), []string{"No activity has been seen yet."}, []string{"<table"})
}
