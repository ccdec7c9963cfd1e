package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

// rowNames answers the activities of the list in its order.
func rowNames(page string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`<th scope="row"(?: class="when")?>(?:<span class="iri">)?([^<]*)`).FindAllStringSubmatch(page, -1) {
		out = append(out, m[1])
	}
	return out
}

// TestActivitiesAreSortedAndChosen by link, on the server and over all of them.
func TestActivitiesAreSortedAndChosen(t *testing.T) {
	w := newWorld(t)
	w.seen["2"][3].LastSeen = now.Add(time.Minute)
	for query, first := range map[string]string{
		"": "Intro to AI in care", "?sort=tags": "Intro to AI in care", "?sort=seen": "Quiz: bias", "?sort=from": "Intro to AI in care, a film",
		"?show=nameless": ".../mod/scorm/view.php?id=7", "?show=untagged": ".../mod/scorm/view.php?id=7",
	} {
		page := w.get("tove", "/course/activities"+query).Body.String()
		if n := rowNames(page); len(n) == 0 || n[0] != first {
			t.Errorf("%q begins with %q, want %q", query, n, first)
		}
	}
	page := w.get("tove", "/course/activities?sort=learners").Body.String()
	checkSays(t, page, []string{`aria-current="true">learners`, `/learners#c">1<span class="vh">, `, "Last seen 1:32pm", "Not seen yet", "No name yet", "Name it", "Rename"}, nil)
	for _, bad := range []string{"?sort=x", "?show=x", "?page=0", "?view=x"} {
		if got := w.get("tove", "/course/activities"+bad); got.Code != 400 {
			t.Errorf("%s answers %d", bad, got.Code)
		}
	}
	w.seen["2"][6].Name = "Now it has one"
	checkSays(t, w.get("tove", "/course/activities?show=nameless").Body.String(), []string{"Every activity has a name."}, nil)
}

// TestLongListsOfActivities come in pages of 50.
func TestLongListsOfActivities(t *testing.T) {
	w := newWorld(t)
	for i := range 60 {
		w.seen["2"] = append(w.seen["2"], web.CourseActivity{IRI: module("page", 100+i), Name: "More", LastSeen: now})
	}
	first, second := w.get("tove", "/course/activities").Body.String(), w.get("tove", "/course/activities?page=2").Body.String()
	if a, b := len(rowNames(first)), len(rowNames(second)); a != 50 || b != 21 || !strings.Contains(first, "1 to 50 of 71 shown here") {
		t.Errorf("%d and %d rows", a, b)
	}
}

// TestNamingAnActivity is for the pages of that course alone: its records and statements keep what they say.
func TestNamingAnActivity(t *testing.T) {
	w := newWorld(t)
	scorm := module("scorm", 7)
	path := "/course/activities/" + codeOf(scorm) + "/name"
	got := w.post(t, "tove", path, path, url.Values{"name": {"  Ward   simulation "}})
	if got.Code != 303 || !strings.HasSuffix(got.Header().Get("Location"), "course/activities?named=1#notice") {
		t.Fatalf("status %d to %s", got.Code, got.Header().Get("Location"))
	}
	for _, address := range []string{"/course/activities?named=1", "/course/coverage?by=activity", "/course/tags/activity/" + codeOf(scorm)} {
		checkSays(t, w.get("tove", address).Body.String(), []string{"Ward simulation"}, nil)
	}
	if len(w.changes) != 1 || w.seen["2"][6].Name != "" {
		t.Error("a name changed more than pages")
	}
	refused := w.post(t, "tove", path, path, url.Values{"name": {strings.Repeat("ä", 201)}})
	if refused.Code != 422 || !strings.Contains(refused.Body.String(), `aria-invalid="true"`) || !strings.Contains(refused.Body.String(), "Use 200 characters or fewer.") {
		t.Errorf("status %d:\n%s", refused.Code, refused.Body)
	}
	w.post(t, "tove", path, path, url.Values{"name": {" "}})
	checkSays(t, w.get("tove", "/course/activities").Body.String(), []string{"No name yet"}, []string{"Ward simulation"})
}

// TestActivitiesThatBeginAlike are tagged as one, up to a mark, and only where their records name the course.
func TestActivitiesThatBeginAlike(t *testing.T) {
	w := newWorld(t)
	prefix := lms + "/mod/quiz/"
	to := w.post(t, "tove", "/course/activities", "/course/activities", url.Values{"address": {prefix}, "takes": {"prefix"}}).Header().Get("Location")
	path := "/" + strings.TrimSuffix(strings.TrimLeft(to, "./"), "#c")
	checkSays(t, w.get("tove", path).Body.String(), []string{"It takes 3 known activities."}, []string{"Which records count"})
	form := w.formOf(t, "tove", path)
	form.Set("address", prefix)
	form.Set("prefix", "1")
	form.Set("kind", "prefix")
	form["tag"] = form["shown"][:1]
	address, _, _ := strings.Cut(path, "?")
	code, _, body := w.send("tove", address, form)
	if code != 303 {
		t.Fatalf("status %d:\n%s", code, body)
	}
	w.applied(t, "tove", nil)
	added := w.changes[1].Changeset.Edits[0].Add
	if added.Selector != (mapping.Selector{Kind: mapping.SelectPrefix, IRI: prefix}) || added.Placed {
		t.Errorf("added %+v", added)
	}
	page := w.get("tove", "/course/activities").Body.String()
	checkSays(t, page, []string{"All that begin so"}, nil)
	if got := w.get("tove", address); got.Code != 200 || !strings.Contains(got.Body.String(), "It counts towards 1 capability now") {
		t.Errorf("status %d:\n%s", got.Code, got.Body)
	}
	for _, bad := range []string{"https:", "urn:x y"} {
		got := w.post(t, "tove", "/course/activities", "/course/activities", url.Values{"address": {bad}, "takes": {"prefix"}})
		if got.Code != 422 || !strings.Contains(got.Body.String(), `value="prefix" checked`) {
			t.Errorf("%s: status %d", bad, got.Code)
		}
	}
}

// TestLearnersOfAnActivityAreListed: the number opens who they are, where people may be seen one by one.
func TestLearnersOfAnActivityAreListed(t *testing.T) {
	at := "/course/activities/" + codeOf(module("quiz", 2)) + "/learners"
	w := newWorld(t)
	crowd(w)
	page := w.get("tove", at).Body.String()
	checkSays(t, page, []string{"Learners with a record of Quiz: data and safety", "20 learners of this course", `course/people/`}, nil)
	checkSays(t, w.get("tove", "/course/activities").Body.String(), []string{codeOf(module("quiz", 2)) + `/learners#c">20<span`}, nil)
	checkSays(t, w.get("preview", "/course/activities").Body.String(), nil, []string{`/learners#c"`})
	totals := newWorldWith(t, func(c *web.Config) { c.TotalsOnly = true })
	checkSays(t, totals.get("tove", "/course/activities").Body.String(), []string{`data-head="Learners">Hidden</td>`}, []string{`/learners#c"`})
	if got := totals.get("tove", at); got.Code != 403 {
		t.Errorf("who did it answers %d where nobody is named", got.Code)
	}
}
