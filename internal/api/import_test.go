package api_test

import (
	"strconv"
	"strings"
	"testing"

	"cairn/internal/api"
	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi/lrs"
)

// imported is what an import answers.
type imported struct {
	Rows, There, Adds, Removes int
	After                      int64
	Edits                      []mapping.Edit
	Changeset                  *applied
}

// table sends a table for the course.
func (w *world) table(query, body string) got {
	w.Helper()
	return w.do(asked{method: "POST", path: w.courseTable() + query, key: w.root(), body: body})
}

func (w *world) courseTable() string {
	return "/alignments.csv?scope=course&registration=" + w.here.ID + "&context=2"
}

// TestATableIsFirstTriedAndThenApplied: nothing is written without apply=true; then it is one change with author and reason, and the
// table that is exported afterwards imports as nothing.
func TestATableIsFirstTriedAndThenApplied(t *testing.T) {
	w := newWorld(t)
	body := "\ufeffactivity,selector,capability,min_score\n" + page + ",exact,1.3,\n" + quiz + ",exact,1.3,70\n"
	var dry, done, again imported
	g := w.table("", body)
	if g.into(t, &dry); g.status != 200 || dry.Rows != 2 || dry.Adds != 2 || dry.There != 0 || len(dry.Edits) != 2 || dry.Changeset != nil || dry.After == 0 {
		t.Fatal(g)
	}
	var list struct{ Items []mapping.Alignment }
	if w.get("/alignments?capability="+third, &list); len(list.Items) != 0 {
		t.Error("it was written", list)
	}
	g = w.table("&apply=true&reason=from+a+sheet&id=11111111-1111-4111-8111-111111111111&after="+strconv.FormatInt(dry.After, 10), body)
	if g.into(t, &done); g.status != 201 || done.Changeset == nil || done.Changeset.Author != "credential/"+w.root() || done.Changeset.Reason != "from a sheet" || len(done.Changeset.Edits) != 2 {
		t.Fatal(g)
	}
	if w.get("/alignments?capability="+third, &list); len(list.Items) != 2 {
		t.Error(list)
	}
	g = w.table("&apply=true&reason=from+a+sheet&id=11111111-1111-4111-8111-111111111111", body)
	if g.into(t, &again); g.status != 200 || again.There != 2 || again.Changeset == nil || again.Changeset.Pos != done.Changeset.Pos {
		t.Error("sent again", g)
	}
	whole := w.get(w.courseTable(), nil)
	if g := w.table("&apply=true", whole.body); g.status != 200 || !strings.Contains(g.body, `"adds":0`) || strings.Contains(g.body, "changeset") {
		t.Error("what was exported", g)
	}
}

// TestATableIsTriedByTheRulesOfAChangeset: each row that could not be applied is named before anything is, and what holds already is
// never refused.
func TestATableIsTriedByTheRulesOfAChangeset(t *testing.T) {
	w := newWorld(t)
	g := w.table("", "activity,selector,capability\n"+page+",exact,1.3\n"+page+",link,1.3\n"+w.here.CourseIRI("2")+",under,1.3\nhttps://cairn.example/capability/"+first+",exact,1.3\n")
	if g.status != 422 || g.rule() != "table_invalid" || strings.Contains(g.body, "row 2") {
		t.Fatal(g)
	}
	for _, row := range []string{"row 3", "row 4", "row 5"} {
		if !strings.Contains(g.body, row+`, column \"activity\"`) {
			t.Errorf("it does not name %s: %s", row, g.body)
		}
	}
	before := w.get(w.courseTable(), nil).body
	if _, err := w.s.SetFrameworkState(t.Context(), pipeline.FrameworkState{ID: "fw", Version: "1", State: mapping.VersionRetired, Author: "operator"}); err != nil {
		t.Fatal(err)
	}
	if g := w.table("", "activity,capability\n"+page+","+third+"\n"); g.status != 422 || !strings.Contains(g.body, `row 2, column \"capability\"`) {
		t.Error("a capability that only retired versions have", g)
	}
	var out imported
	if g := w.table("", before); g.status != 200 {
		t.Error("what holds already", g)
	} else if g.into(t, &out); out.There != 2 || out.Adds != 0 {
		t.Errorf("what holds already: %+v", out)
	}
}

// TestATableTakesThePlaceOfOtherCriteria and leaves alone what it does not name.
func TestATableTakesThePlaceOfOtherCriteria(t *testing.T) {
	w := newWorld(t)
	w.change("", adds(third, page)+","+adds(third, quiz))
	var done imported
	g := w.table("&apply=true", "activity,selector,capability,min_score\n"+page+",exact,"+third+",80\n")
	if g.into(t, &done); g.status != 201 || done.Adds != 1 || done.Removes != 1 {
		t.Fatal(g)
	}
	var list struct{ Items []mapping.Alignment }
	if w.get("/alignments?capability="+third, &list); len(list.Items) != 2 {
		t.Error(list)
	}
}

func TestATableIsRefusedRowByRow(t *testing.T) {
	w := newWorld(t)
	g := w.table("&apply=true", "activity,selector,capability,min_score\n"+page+",exact,1.3,\nnowhere,exact,9.9,140\n"+page+",exact,1.3,\n")
	if g.status != 422 || g.rule() != "table_invalid" {
		t.Fatal(g)
	}
	for _, want := range []string{`row 3, column \"activity\"`, `row 3, column \"capability\"`, `row 3, column \"min_score\"`, `"where":"row 4"`} {
		if !strings.Contains(g.body, want) {
			t.Errorf("it does not say %s: %s", want, g.body)
		}
	}
	var list struct{ Items []mapping.Alignment }
	if w.get("/alignments?capability="+third, &list); len(list.Items) != 0 {
		t.Error("a part was taken", list)
	}
}

// TestATableIsRefusedWhenThingsMoved since they were seen, or are not as the preview had them.
func TestATableIsRefusedWhenThingsMoved(t *testing.T) {
	w := newWorld(t)
	body := "activity,selector,capability\n" + page + ",exact,1.3\n"
	var dry imported
	w.table("", body).into(t, &dry)
	var preview struct{ ID string }
	w.do(asked{method: "POST", path: "/previews", key: w.root(), body: `{"scope":{"kind":"course","registration":"` + w.here.ID + `","context":"2"},"edits":[` + adds(third, page) + `]}`}).into(t, &preview)
	if g := w.table("&apply=true&preview="+preview.ID, strings.ReplaceAll(body, page, quiz)); g.status != 409 || g.rule() != "preview_differs" {
		t.Error("of other edits", g)
	}
	w.change("", adds(third, quiz))
	if g := w.table("&apply=true&after="+strconv.FormatInt(dry.After, 10), body); g.status != 409 || g.rule() != "alignments_moved" {
		t.Error("after another change", g)
	}
	if g := w.table("&apply=true", body); g.status != 201 {
		t.Error("as it stands now", g)
	}
}

func TestATableHasToBeOne(t *testing.T) {
	w := newWorld(t)
	for name, a := range map[string]asked{
		"of JSON":           {path: w.courseTable(), header: map[string]string{"Content-Type": "application/json"}, body: "{}"},
		"packed":            {path: w.courseTable(), header: map[string]string{"Content-Encoding": "gzip"}, body: "x"},
		"without a scope":   {path: "/alignments.csv", body: "activity,capability\n"},
		"of half a scope":   {path: "/alignments.csv?scope=course", body: "activity,capability\n"},
		"applied perhaps":   {path: w.courseTable() + "&apply=perhaps", body: "activity,capability\n"},
		"after nothing":     {path: w.courseTable() + "&after=-1", body: "activity,capability\n"},
		"without a column":  {path: w.courseTable(), body: "activity\n" + page + "\n"},
		"beyond the limits": {path: w.courseTable(), key: w.key(lrs.Limits{Activity: "https://elsewhere.example/"}, lrs.ScopeAll), body: "activity,capability\n" + page + ",1.3\n"},
	} {
		a.method = "POST"
		if a.key == "" {
			a.key = w.root()
		}
		want := map[string]int{"of JSON": 415, "packed": 415, "without a column": 422, "beyond the limits": 403}[name]
		if want == 0 {
			want = 400
		}
		if g := w.do(a); g.status != want {
			t.Errorf("a table %s: %v", name, g)
		}
	}
}

// TestATableIsNeverAPartOfAScope: what is left out would look as if it had ended, and an import would add it again.
func TestATableIsNeverAPartOfAScope(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.TableMost = 2 })
	whole := w.do(asked{path: w.courseTable(), key: w.root()})
	if whole.status != 200 || strings.Count(whole.body, "\n") != 3 {
		t.Fatal(whole)
	}
	if g := w.change("", adds(third, page)); g.status != 201 {
		t.Fatal(g)
	}
	for _, g := range []got{w.do(asked{path: w.courseTable(), key: w.root()}), w.table("", whole.body)} {
		if g.status != 400 || g.rule() != "table_too_large" {
			t.Error(g)
		}
	}
}
