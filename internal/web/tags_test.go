package web_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"cairn/internal/web"
	"cairn/mapping"
)

func codeOf(iri string) string { return fixed(iri)[:16] }

func tagPath(iri string) string { return "/course/tags/activity/" + codeOf(iri) }

var (
	shownBox  = regexp.MustCompile(`<input type="checkbox"[^>]* name="tag" value="([^"]+)"`)
	tickedBox = regexp.MustCompile(`name="was" value="([^"]+)"`)
	hidden    = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)
)

// formOf reads the form of an activity as a browser would send it, unchanged.
func (w *world) formOf(t *testing.T, person, path string) url.Values {
	t.Helper()
	page := w.get(person, path)
	if page.Code != http.StatusOK {
		t.Fatalf("%s answers %d:\n%s", path, page.Code, page.Body)
	}
	body := page.Body.String()
	form := url.Values{"kind": {"under"}}
	_, last, _ := strings.Cut(body, `<form method="post"`)
	last, _, _ = strings.Cut(last, "</form>")
	for _, m := range hidden.FindAllStringSubmatch(last, -1) {
		if m[1] != "was" {
			form.Set(m[1], html.UnescapeString(m[2]))
		}
	}
	for _, m := range shownBox.FindAllStringSubmatch(last, -1) {
		form.Add("shown", m[1])
	}
	for _, m := range tickedBox.FindAllStringSubmatch(last, -1) {
		form.Add("tag", m[1])
		form.Add("was", m[1])
	}
	return form
}

func (w *world) send(person, path string, form url.Values) (int, string, string) {
	got := w.call("POST", "/s/"+token(person)+path, person, form)
	return got.Code, got.Header().Get("Location"), got.Body.String()
}

// applied applies the draft of a person as the page of its effect offers it, with what the form is changed to.
func (w *world) applied(t *testing.T, person string, change url.Values) (int, string, string) {
	t.Helper()
	page := w.get(person, "/course/draft").Body.String()
	i := strings.Index(page, `<input type="hidden" name="fingerprint"`)
	if i < 0 {
		t.Fatalf("the draft cannot be applied:\n%s", page)
	}
	form := url.Values{"form": {formToken(t, page)}}
	for _, m := range hidden.FindAllStringSubmatch(page[i:], -1) {
		form.Set(m[1], m[2])
	}
	for name, values := range change {
		form[name] = values
	}
	return w.send(person, "/course/draft", form)
}

// TestTagsGoLiveAsOneChangeset holds settled question 12: ticks go to the draft, and the draft becomes one changeset.
func TestTagsGoLiveAsOneChangeset(t *testing.T) {
	w := newWorld(t)
	quiz := module("quiz", 2)
	form := w.formOf(t, "tove", tagPath(quiz))
	form["tag"] = []string{w.capability("5-L1"), w.capability("5.1.1-LX-01")} // two more, and 5.2.1-L1 not any more
	form.Set("go", "preview")
	code, to, body := w.send("tove", tagPath(quiz), form)
	if code != http.StatusSeeOther || !strings.HasSuffix(to, "course/draft#c") || len(w.changes) != 1 {
		t.Fatalf("status %d to %s, %d changes\n%s", code, to, len(w.changes), body)
	}
	if code, _, body := w.applied(t, "tove", nil); code != http.StatusUnprocessableEntity || !strings.Contains(body, "Tick that you have seen who loses evidence.") || len(w.changes) != 1 {
		t.Fatalf("applied without a look at who loses: %d\n%s", code, body)
	}
	code, to, body = w.applied(t, "tove", url.Values{"seen": {"1"}, "reason": {" New quiz "}})
	if code != http.StatusSeeOther || !strings.Contains(to, "gained=1") || !strings.Contains(to, "lost=1") || !strings.HasSuffix(to, "#notice") {
		t.Fatalf("status %d to %s\n%s", code, to, body)
	}
	cs := w.changes[len(w.changes)-1].Changeset
	ids := []string{cs.Edits[0].Add.ID, cs.Edits[1].Add.ID}
	tag := func(id, code string) *mapping.Alignment {
		return &mapping.Alignment{ID: id, Capability: w.capability(code), Scope: course.Scope(), Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: quiz}}
	}
	seen := w.changes[0].Pos
	want := mapping.Changeset{After: &seen,
		ID: cs.ID, Author: "account-tove", Reason: "New quiz", At: now, Scope: course.Scope(),
		Edits: []mapping.Edit{{Add: tag(ids[0], "5-L1")}, {Add: tag(ids[1], "5.1.1-LX-01")}, {Remove: "a3"}},
	}
	if diff := cmp.Diff(want, cs); diff != "" {
		t.Errorf("changeset (-want +got):\n%s", diff)
	}
	if len(w.waited) != 1 || w.waited[0] != 1001 || len(w.drafts) != 0 {
		t.Errorf("waited for %v, drafts %v", w.waited, w.drafts)
	}
	page := w.get("tove", "/course/"+strings.TrimPrefix(strings.TrimSuffix(to, "#notice"), "../course/")).Body.String()
	checkSays(t, page, []string{"1 person gained, 1 lost.", "Past learning was counted at once.", "Undo this as a new draft", `href="#u-` + cs.ID + `"`, `id="u-` + cs.ID + `"`}, nil)
	checkSays(t, w.get("amara", "/me/capability/"+w.capability("5.2.1-L1")).Body.String(), []string{"Not started"}, nil)
}

func TestSavingNothingChangesNothing(t *testing.T) {
	w := newWorld(t)
	form := w.formOf(t, "tove", tagPath(module("quiz", 3))) // its tag asks for a score, which stays
	code, to, _ := w.send("tove", tagPath(module("quiz", 3)), form)
	if code != http.StatusSeeOther || len(w.changes) != 1 || len(w.drafts) != 0 {
		t.Errorf("status %d to %s, %d changes, drafts %v", code, to, len(w.changes), w.drafts)
	}
}

// TestTagsOfOtherSectionsStay holds that what the form did not show is not taken away.
func TestTagsOfOtherSectionsStay(t *testing.T) {
	w := newWorld(t)
	one, _ := w.cat.ByCode("1")
	intro := module("page", 1)
	form := w.formOf(t, "tove", tagPath(intro)+"?section="+one.ID)
	form["tag"] = []string{w.capability("1-L1")}
	if code, _, body := w.send("tove", tagPath(intro), form); code != http.StatusSeeOther {
		t.Fatalf("status %d:\n%s", code, body)
	}
	if edits := w.drafts["2 account-tove"].Edits; len(edits) != 1 || edits[0].Add == nil {
		t.Errorf("edits %+v", edits)
	}
}

// TestTagsMovedMeanwhile: somebody else's change is said, mine is kept as a draft over theirs.
func TestTagsMovedMeanwhile(t *testing.T) {
	w := newWorld(t)
	quiz := module("quiz", 2)
	mine := w.formOf(t, "tove", tagPath(quiz))
	mine["tag"] = append(mine["tag"], w.capability("5-L4"))
	w.apart(t, mapping.Edit{Remove: "a3"})
	code, _, body := w.send("tove", tagPath(quiz), mine)
	if code != http.StatusConflict || len(w.changes) != 2 {
		t.Fatalf("status %d, %d changes", code, len(w.changes))
	}
	checkSays(t, body, []string{"Someone changed these tags at 2:32pm. Your changes are kept as a draft.", `course/draft#c">Check them again</a>`, `<title>Error: `, `value="` + w.capability("5-L4") + `" checked`},
		[]string{`value="` + w.capability("5.2.1-L1") + `" checked`})
	if edits := w.drafts["2 account-tove"].Edits; len(edits) != 1 || edits[0].Add == nil {
		t.Errorf("edits %+v", edits)
	}
}

// apart has somebody else change the tags of course 2.
func (w *world) apart(t *testing.T, edits ...mapping.Edit) {
	t.Helper()
	cs := mapping.Changeset{ID: fmt.Sprintf("apart-%d", len(w.changes)), Author: "account-other", At: now, Scope: course.Scope(), Edits: edits}
	if _, err := w.Apply(t.Context(), cs); err != nil {
		t.Fatal(err)
	}
}

// TestTagsMovedWhileApplying: what was shown is shown again over the tags as they are now, and nothing is applied.
func TestTagsMovedWhileApplying(t *testing.T) {
	w := newWorld(t)
	form := w.formOf(t, "tove", tagPath(module("quiz", 2)))
	form["tag"] = append(form["tag"], w.capability("5-L4"))
	w.send("tove", tagPath(module("quiz", 2)), form)
	w.meanwhile = func() { w.apart(t, mapping.Edit{Remove: "a5"}) }
	code, _, body := w.applied(t, "tove", nil)
	if code != http.StatusConflict || len(w.changes) != 2 || len(w.drafts) != 1 {
		t.Fatalf("status %d, %d changes, drafts %v:\n%s", code, len(w.changes), w.drafts, body)
	}
	checkSays(t, body, []string{"Someone changed these tags at 2:32pm. Your changes are kept as a draft. This is what they do now.", "Apply changes"}, nil)
	if code, _, body := w.applied(t, "tove", nil); code != http.StatusSeeOther {
		t.Errorf("after another look: %d\n%s", code, body)
	}
}

func TestActivityAddedByHand(t *testing.T) {
	w := newWorld(t)
	iri := "https://content.example/course 1"
	refused := w.post(t, "tove", "/course/activities", "/course/activities", url.Values{"address": {iri}})
	if refused.Code != http.StatusUnprocessableEntity || !strings.Contains(refused.Body.String(), `aria-invalid="true"`) ||
		!strings.Contains(refused.Body.String(), `value="https://content.example/course 1"`) {
		t.Fatalf("status %d:\n%s", refused.Code, refused.Body)
	}
	iri = "https://content.example/course?id=1&part=2"
	to := w.post(t, "tove", "/course/activities", "/course/activities", url.Values{"address": {iri}}).Header().Get("Location")
	path := "/" + strings.TrimSuffix(strings.TrimLeft(to, "./"), "#c")
	form := w.formOf(t, "tove", path)
	form.Set("address", iri)
	form["tag"] = form["shown"][:1]
	if code, to, body := w.send("tove", tagPath(iri), form); code != http.StatusSeeOther {
		t.Fatalf("status %d to %s\n%s", code, to, body)
	}
	checkSays(t, w.get("tove", "/course/tags").Body.String(), []string{"1 change not applied yet."}, nil)
	if code, _, body := w.applied(t, "tove", nil); code != http.StatusSeeOther {
		t.Fatalf("status %d\n%s", code, body)
	}
	added := w.changes[1].Changeset.Edits[0].Add
	if !added.Placed || added.Selector.IRI != iri {
		t.Errorf("added %+v", added)
	}
	checkSays(t, w.get("tove", "/course/activities").Body.String(), []string{"Added by hand"}, nil)
	if got := w.get("tove", tagPath("https://content.example/never")); got.Code != http.StatusNotFound {
		t.Errorf("a code without its address answers %d", got.Code)
	}
	if got := w.get("tove", tagPath(iri+"x")+"?address="+url.QueryEscape(iri)); got.Code != http.StatusNotFound {
		t.Errorf("an address under another code answers %d", got.Code)
	}
}

func TestOwnPagesCannotBeTagged(t *testing.T) {
	w := newWorld(t)
	iri := w.cat.CapabilityIRI("x")
	form := w.formOf(t, "tove", tagPath(iri)+"?address="+url.QueryEscape(iri))
	form.Set("address", iri)
	form["tag"] = form["shown"][:1]
	if code, _, body := w.send("tove", tagPath(iri), form); code != http.StatusUnprocessableEntity || !strings.Contains(body, "activity-own") || len(w.changes) != 1 {
		t.Errorf("status %d:\n%s", code, body)
	}
}

func TestTagFormRefused(t *testing.T) {
	quiz := module("quiz", 2)
	tests := map[string]struct {
		change func(*world, url.Values)
		want   int
	}{
		"kind not offered":        {func(_ *world, f url.Values) { f.Set("kind", "prefix") }, 400},
		"tick that was not there": {func(w *world, f url.Values) { f.Add("tag", w.capability("6.4-L3")) }, 400},
		"box of no capability":    {func(w *world, f url.Values) { f.Add("was", "x") }, 400},
		"no position":             {func(w *world, f url.Values) { f.Del("seen") }, 400},
		"no section":              {func(_ *world, f url.Values) { f.Set("section", "x") }, 400},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			form := w.formOf(t, "tove", tagPath(quiz))
			tt.change(w, form)
			if code, _, body := w.send("tove", tagPath(quiz), form); code != tt.want {
				t.Errorf("status %d, want %d:\n%s", code, tt.want, body)
			}
		})
	}
}

func TestFiguresThatComeLate(t *testing.T) {
	w := newWorld(t)
	w.waitErr = context.DeadlineExceeded
	form := w.formOf(t, "tove", tagPath(module("quiz", 2)))
	form["tag"] = nil
	w.send("tove", tagPath(module("quiz", 2)), form)
	_, to, _ := w.applied(t, "tove", url.Values{"seen": {"1"}})
	if !strings.Contains(to, "late=1") || len(w.changes) != 2 {
		t.Errorf("leads to %s, %d changes", to, len(w.changes))
	}
}

// TestUndoLeavesALaterRule: a rule that somebody set since is not taken back, and the page says so.
func TestUndoLeavesALaterRule(t *testing.T) {
	w := newWorld(t)
	ruled := func(id string, n int) web.HistoryEntry {
		set := mapping.ScopedRule{Capability: w.capability("6.1-L2"), Scope: course.Scope(), Rule: mapping.Rule{Kind: mapping.RuleN, N: n}}
		return web.HistoryEntry{Pos: w.changes[len(w.changes)-1].Pos + 1, Changeset: mapping.Changeset{ID: id, Author: "account-sam", At: now, Scope: course.Scope(), Edits: []mapping.Edit{{Rule: &set}}}}
	}
	mine, theirs := uuid.NewString(), uuid.NewString()
	first := ruled(mine, 2)
	first.Changeset.Edits = append(first.Changeset.Edits, mapping.Edit{Remove: "a3"})
	w.changes = append(w.changes, first)
	w.ended["a3"] = true
	w.changes = append(w.changes, ruled(theirs, 5))
	got := w.post(t, "tove", "/course/history", "/course/history/"+mine+"/undo", url.Values{})
	if got.Code != http.StatusSeeOther || !strings.HasSuffix(got.Header().Get("Location"), "course/draft?undo=1&left=1#notice") {
		t.Fatalf("status %d to %s", got.Code, got.Header().Get("Location"))
	}
	if edits := w.edits(); len(edits) != 1 || edits[0].Add == nil {
		t.Errorf("the draft is %+v", edits)
	}
	checkSays(t, w.get("tove", "/course/draft?undo=1&left=1").Body.String(), []string{"1 part of it is left out: it was changed or taken back since."}, nil)
	w.changes = append(w.changes, ruled(uuid.NewString(), 7))
	page := w.get("tove", "/course/history").Body.String()
	if strings.Contains(page, theirs+"/undo") {
		t.Error("the undo of a rule that is not there any more is offered")
	}
	if got := w.call("POST", "/s/"+token("tove")+"/course/history/"+theirs+"/undo", "tove", url.Values{"form": {macOf(token("tove"))}}); got.Code != http.StatusConflict {
		t.Errorf("status %d", got.Code)
	}
}

// TestUndoIsANewDraft: taking back is looked at like any other change.
func TestUndoIsANewDraft(t *testing.T) {
	w := newWorld(t)
	first := w.changes[0].Changeset.ID
	undo := func(id string) int {
		got := w.post(t, "tove", "/course/history", "/course/history/"+id+"/undo", url.Values{})
		if got.Code == http.StatusSeeOther && !strings.HasSuffix(got.Header().Get("Location"), "course/draft?undo=1#notice") {
			t.Fatalf("leads to %s", got.Header().Get("Location"))
		}
		return got.Code
	}
	if code := undo(first); code != http.StatusSeeOther || len(w.changes) != 1 {
		t.Fatalf("status %d, %d changes", code, len(w.changes))
	}
	checkSays(t, w.get("tove", "/course/draft?undo=1").Body.String(), []string{"This takes a change back.", "No tag: Quiz: data and safety, for 5.2.1"}, nil)
	if code, _, body := w.applied(t, "tove", url.Values{"seen": {"1"}}); code != http.StatusSeeOther {
		t.Fatalf("status %d\n%s", code, body)
	}
	cs := w.changes[1].Changeset
	if cs.Undoes != first || cs.Author != "account-tove" || len(cs.Edits) != 2 || !w.ended["a3"] || !w.ended["a4"] {
		t.Errorf("changeset %+v", cs)
	}
	checkSays(t, w.get("tove", "/course/history").Body.String(), []string{"It was undone", "This took a change back", "Tag removed: Quiz: data and safety, for 5.2.1"}, nil)
	if again := w.call("POST", "/s/"+token("tove")+"/course/history/"+first+"/undo", "tove", url.Values{"form": {macOf(token("tove"))}}); again.Code != http.StatusConflict {
		t.Errorf("undone twice: %d", again.Code)
	}
	// The undo can be undone: what it removed comes back under new ids.
	undo(cs.ID)
	w.applied(t, "tove", nil)
	back := w.changes[2].Changeset
	if len(back.Edits) != 2 || back.Edits[0].Add == nil || w.ended[back.Edits[0].Add.ID] || back.Edits[0].Add.ID == "a4" {
		t.Errorf("changeset %+v", back)
	}
}

// TestForeignTextIsEscaped is the attack class of markup in names (lti.md).
func TestForeignTextIsEscaped(t *testing.T) {
	w := newWorld(t)
	evil := `"><script>alert(1)</script>`
	w.seen["2"][0].Name = evil
	w.changes[0].Changeset.Reason = evil
	w.changes[0].Author = evil
	s := w.sessions[hash(token("tove"))]
	s.Course.Title, s.Account = evil, "account-other"
	w.sessions[s.Hash] = s
	w.seen["2"] = append(w.seen["2"], web.CourseActivity{IRI: `https://x.example/'"><script>`, Name: ""})
	for _, path := range []string{"/course/activities", "/course/history", tagPath(module("page", 1)), tagPath(`https://x.example/'"><script>`), "/me"} {
		if body := w.get("tove", path).Body.String(); strings.Contains(body, "<script>") {
			t.Errorf("%s holds foreign markup", path)
		}
	}
}
