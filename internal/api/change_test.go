package api_test

import (
	"fmt"
	"strings"
	"testing"

	"cairn/internal/api"
	"cairn/internal/pipeline"
	"cairn/internal/storetest"
	"cairn/mapping"
	"cairn/xapi/lrs"
)

// applied is a changeset as it is answered.
type applied struct {
	ID, Author, Reason, Undoes string
	Pos                        int64
	Folded                     *bool
	LeftOut                    int `json:"left_out"`
	Edits                      []mapping.Edit
}

// change sends edits of the course.
func (w *world) change(more, edits string) got {
	w.Helper()
	return w.do(asked{method: "POST", path: "/changesets", key: w.root(), body: `{"scope":{"kind":"course","registration":"` + w.here.ID + `","context":"2"},` + more + `"edits":[` + edits + `]}`})
}

func adds(capability, iri string) string {
	return `{"add":{"capability":"` + capability + `","selector":{"kind":"exact","iri":"` + iri + `"}}}`
}

func TestAChangesetIsAppliedWithItsAuthor(t *testing.T) {
	w := newWorld(t)
	g := w.change(`"reason":"because",`, adds(third, page))
	var cs applied
	if g.into(t, &cs); g.status != 201 || cs.Author != "credential/"+w.root() || cs.Reason != "because" || cs.Folded == nil || !*cs.Folded || g.header.Get("Location") != api.Prefix+"/changesets/"+cs.ID {
		t.Fatal(g)
	}
	if a := cs.Edits[0].Add; a == nil || a.Scope.Course != w.here.CourseIRI("2") || a.ID == "" {
		t.Errorf("%+v", cs.Edits)
	}
	var x mapping.Explanation
	if w.get("/learners/"+w.ann+"/capabilities/"+third, &x); x.State != mapping.Evidenced {
		t.Error("past evidence does not count", x.State)
	}
	var again applied
	if w.get("/changesets/"+cs.ID, &again); again.Pos != cs.Pos || again.Author != cs.Author {
		t.Errorf("%+v", again)
	}
}

func TestAChangesetSentAgainIsAppliedOnce(t *testing.T) {
	w := newWorld(t)
	const id = `"id":"11111111-1111-4111-8111-111111111111",`
	var one, two applied
	w.change(id, adds(third, page)).into(t, &one)
	w.d.Clock.Move(1)
	g := w.change(id, adds(third, page))
	if g.into(t, &two); g.status != 200 || one.Pos == 0 || one.Pos != two.Pos {
		t.Error(g)
	}
	if g := w.change(id, adds(third, quiz)); g.status != 409 || g.rule() != "changeset_id_taken" {
		t.Error(g)
	}
	if g := w.change(`"id":"mine",`, adds(third, quiz)); g.status != 422 || g.rule() != "body_invalid" {
		t.Error(g)
	}
}

func TestAChangesetIsRefusedWhereSomethingMoved(t *testing.T) {
	w := newWorld(t)
	var last struct{ Items []applied }
	w.get("/changesets?registration="+w.here.ID+"&context=2", &last)
	seen := fmt.Sprintf(`"after":%d,`, last.Items[0].Pos)
	if g := w.change(seen, adds(third, page)); g.status != 201 {
		t.Fatal(g)
	}
	if g := w.change(seen, adds(third, quiz)); g.status != 409 || g.rule() != "alignments_moved" {
		t.Error(g)
	}
}

func TestEditsAreHeldToTheRules(t *testing.T) {
	w := newWorld(t)
	var list struct{ Items []mapping.Alignment }
	w.get("/alignments?capability="+first, &list)
	there := list.Items[0].ID
	for edits, want := range map[string]string{
		"": "422 edit_invalid", "{}": "422 edit_invalid /edits/0", adds(unknown, page): "422 edit_invalid /edits/0", adds(third, "page"): "422 edit_invalid /edits/0",
		adds(third, page) + "," + adds(third, page): "422 edit_invalid /edits/1", adds(first, "https://cairn.example/capability/"+first): "422 edit_invalid /edits/0",
		`{"add":{"capability":"` + first + `","selector":{"kind":"under","iri":"` + quiz + `"}}}`:                      "409 alignment_there /edits/0",
		`{"add":{"id":"` + there + `","capability":"` + third + `","selector":{"kind":"exact","iri":"` + page + `"}}}`: "409 alignment_id_taken /edits/0",
		`{"remove":"` + unknown + `"}`:                                                                   "409 alignment_gone /edits/0",
		`{"rule":{"capability":"` + first + `","rule":{"kind":"n_of"}}}`:                                 "422 edit_invalid /edits/0",
		`{"rule":{"capability":"` + first + `","rule":{"kind":"any","validity":"1 year"}}}`:              "422 body_invalid /edits/0/rule/rule/validity",
		`{"rule":{"capability":"` + first + `","rule":{"kind":"any","valid":"P1Y"}}}`:                    "422 body_invalid /edits/0/rule/rule/valid",
		`{"add":{"capability":"a","selector":{"kind":"exact","iri":"a:b"},"scope":{"kind":"instance"}}}`: "422 body_invalid /edits/0/add/scope",
		`{"remove":1}`:                "422 body_invalid /edits/0/remove",
		`{"remove":"a","remove":"b"}`: "400 json_malformed", `{`: "400 json_malformed",
	} {
		g := w.change("", edits)
		var p struct{ Pointer string }
		g.into(t, &p)
		if got := strings.TrimSpace(fmt.Sprint(g.status, " ", g.rule(), " ", p.Pointer)); got != want {
			t.Errorf("%s is answered %s, not %s: %s", edits, got, want, g.body)
		}
	}
}

func TestBodiesAreBoundedAndOfOneKind(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.MaxBody = 2000 })
	for name, c := range map[string]struct {
		ask  asked
		want string
	}{
		"too large": {asked{body: strings.Repeat(" ", 2001)}, "413 body_too_large"},
		"a form":    {asked{body: "a=b", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}, "415 content_type_unknown"},
		"nothing":   {asked{}, "415 content_type_unknown"},
		"packed":    {asked{body: "{}", header: map[string]string{"Content-Encoding": "gzip"}}, "415 content_encoding_unknown"},
		"no scope":  {asked{body: "{}"}, "422 edit_invalid"},
		"a list":    {asked{body: "[]"}, "422 body_invalid"},
		"no place":  {asked{body: `{"scope":{"kind":"registration","registration":"none"},"edits":[]}`}, "422 body_invalid"},
	} {
		c.ask.method, c.ask.path, c.ask.key = "POST", "/changesets", w.root()
		if g := w.do(c.ask); fmt.Sprint(g.status, " ", g.rule()) != c.want {
			t.Errorf("%s: %d %s", name, g.status, g.body)
		}
	}
}

func TestUndoTakesBackWhatStillStands(t *testing.T) {
	w := newWorld(t)
	var list struct{ Items []mapping.Alignment }
	w.get("/alignments?capability="+first, &list)
	var cs, back applied
	w.change("", adds(third, page)+`,{"remove":"`+list.Items[0].ID+`"},{"rule":{"capability":"`+second+`","rule":{"kind":"all"}}}`).into(t, &cs)
	var x mapping.Explanation
	if w.get("/learners/"+w.ann+"/capabilities/"+first, &x); x.State != mapping.Withdrawn {
		t.Fatal(x.State)
	}
	undo := asked{method: "POST", path: "/changesets/" + cs.ID + "/undo", key: w.root(), body: `{"reason":"a mistake"}`}
	g := w.do(undo)
	if g.into(t, &back); g.status != 201 || back.Undoes != cs.ID || back.Reason != "a mistake" || len(back.Edits) != 3 {
		t.Fatal(g)
	}
	if w.get("/learners/"+w.ann+"/capabilities/"+first, &x); x.State != mapping.Evidenced {
		t.Error(x.State)
	}
	var rules struct{ Items []mapping.ScopedRule }
	if w.get("/rules", &rules); len(rules.Items) != 0 {
		t.Errorf("%+v", rules)
	}
	if g := w.do(asked{method: "POST", path: "/changesets/" + unknown + "/undo", key: w.root(), body: `{}`}); g.status != 404 {
		t.Error(g)
	}
	w.change("", adds(third, quiz)).into(t, &cs)
	undo.path = "/changesets/" + cs.ID + "/undo"
	if g := w.do(undo); g.status != 201 {
		t.Fatal(g)
	}
	if g := w.do(undo); g.status != 409 || g.rule() != "nothing_to_undo" {
		t.Error(g)
	}
}

// TestUndoLeavesTheRuleThatSomebodySetSince: what is taken back is the changeset, not what came after it.
func TestUndoLeavesTheRuleThatSomebodySetSince(t *testing.T) {
	w := newWorld(t)
	ruled := func(n int) string {
		return fmt.Sprintf(`{"rule":{"capability":"%s","rule":{"kind":"n_of","n":%d}}}`, second, n)
	}
	var mine, back applied
	w.change("", adds(third, page)+","+ruled(2)).into(t, &mine)
	w.change("", ruled(5))
	undo := asked{method: "POST", path: "/changesets/" + mine.ID + "/undo", key: w.root(), body: `{}`}
	g := w.do(undo)
	if g.into(t, &back); g.status != 201 || len(back.Edits) != 1 || back.Edits[0].Remove == "" || back.LeftOut != 1 {
		t.Fatal(g)
	}
	var rules struct{ Items []mapping.ScopedRule }
	if w.get("/rules?capability="+second, &rules); len(rules.Items) != 1 || rules.Items[0].Rule.N != 5 {
		t.Errorf("%+v", rules)
	}
	if g := w.do(undo); g.status != 409 || g.rule() != "nothing_to_undo" {
		t.Error("again", g)
	}
}

// previewed is a preview as it is answered.
type previewed struct {
	ID           string
	Done, Hidden bool
	After        int64
	Pairs        *struct{ Gain, Lose, Expire *int }
	People       *struct{ Gain, Lose, Expire *int }
	Capabilities []struct {
		Capability            string
		Now, Then, Gain, Lose *int
	}
	Changes     []pipeline.PreviewChange
	Fingerprint string
}

// look asks for a preview of edits of the course.
func (w *world) look(key, edits string) (got, previewed) {
	w.Helper()
	g := w.do(asked{method: "POST", path: "/previews", key: key, body: `{"scope":{"kind":"course","registration":"` + w.here.ID + `","context":"2"},"edits":[` + edits + `]}`})
	var p previewed
	g.into(w, &p)
	return g, p
}

// A preview refuses what the changeset would be refused for: nobody is shown the effect of what cannot be done.
func TestAPreviewIsHeldToTheRulesOfAChangeset(t *testing.T) {
	w := newWorld(t)
	for name, tt := range map[string]struct {
		edits, rule string
		status      int
	}{
		"the same twice":    {adds(third, page) + "," + adds(third, page), "edit_invalid", 422},
		"no such rule":      {`{"rule":{"capability":"` + third + `","rule":{"kind":"n","n":2}}}`, "edit_invalid", 422},
		"nothing to remove": {`{"remove":"a"}`, "alignment_gone", 409},
	} {
		t.Run(name, func(t *testing.T) {
			if g, _ := w.look(w.root(), tt.edits); g.status != tt.status || g.rule() != tt.rule {
				t.Error(g)
			}
			if g := w.do(asked{method: "POST", path: "/changesets", key: w.root(), body: `{"scope":{"kind":"course","registration":"` + w.here.ID + `","context":"2"},"edits":[` + tt.edits + `]}`}); g.status != tt.status || g.rule() != tt.rule {
				t.Error("as a changeset:", g)
			}
		})
	}
}

func TestAPreviewTellsWhatAnEditWouldDoAndIsAppliedAsShown(t *testing.T) {
	w := newWorld(t)
	var list struct{ Items []mapping.Alignment }
	w.get("/alignments?capability="+first, &list)
	edits := adds(third, page) + `,{"remove":"` + list.Items[0].ID + `"}`
	g, p := w.look(w.root(), edits)
	if g.status != 200 || !p.Done || p.Hidden || *p.Pairs.Gain != 1 || *p.Pairs.Lose != 1 || *p.People.Lose != 1 || len(p.Changes) != 2 || p.Fingerprint == "" {
		t.Fatal(g)
	}
	var x mapping.Explanation
	if w.get("/learners/"+w.ann+"/capabilities/"+first, &x); x.State != mapping.Evidenced {
		t.Error("a preview has written", x.State)
	}
	if g := w.do(asked{path: "/previews/" + p.ID, key: w.root()}); g.status != 200 || !strings.Contains(g.body, p.Fingerprint) {
		t.Error(g)
	}
	if g := w.do(asked{path: "/previews/" + p.ID, key: w.key(lrs.Limits{}, lrs.ScopeAll)}); g.status != 404 {
		t.Error("another credential sees it", g)
	}
	_, harmless := w.look(w.root(), adds(third, page))
	if g := w.change(`"preview":"`+harmless.ID+`",`, edits); g.status != 409 || g.rule() != "preview_differs" {
		t.Error("other edits are applied", g)
	}
	if g := w.change(fmt.Sprintf(`"after":%d,"preview":"%s",`, p.After+1, p.ID), edits); g.status != 409 || g.rule() != "preview_differs" {
		t.Error("another end", g)
	}
	elsewhere := `{"scope":{"kind":"instance"},"preview":"` + p.ID + `","edits":[` + edits + `]}`
	if g := w.do(asked{method: "POST", path: "/changesets", key: w.root(), body: elsewhere}); g.status != 409 || g.rule() != "preview_differs" {
		t.Error("another scope", g)
	}
	storetest.Arrive(t, w.s, w.here, "77", "", w.d.Clock.Now())
	w.does(here, "77", mapping.VerbCompleted, quiz, `"score":{"scaled":0.9}`)
	w.settle()
	if g := w.change(`"preview":"`+p.ID+`",`, edits); g.status != 409 || g.rule() != "more_lose" {
		t.Error(g)
	}
	if _, p = w.look(w.root(), edits); *p.Pairs.Lose != 2 {
		t.Errorf("%+v", p)
	}
	if g := w.change(fmt.Sprintf(`"after":%d,"preview":"%s",`, p.After, p.ID), edits); g.status != 201 {
		t.Error(g)
	}
	if g := w.change(`"preview":"`+harmless.ID+`",`, adds(third, page)); g.status != 409 || g.rule() != "alignments_moved" {
		t.Error(g)
	}
	if g := w.change(`"preview":"`+strings.Repeat("0", 48)+`",`, adds(third, quiz)); g.status != 409 || g.rule() != "preview_gone" {
		t.Error(g)
	}
	if g, _ := w.look(w.root(), ""); g.status != 422 {
		t.Error(g)
	}
}

func TestALongPreviewIsAskedForAgain(t *testing.T) {
	w := newWorld(t)
	w.slow = true
	g, p := w.look(w.root(), adds(third, page))
	at := g.header.Get("Location")
	if g.status != 202 || p.Done || at != api.Prefix+"/previews/"+p.ID || g.header.Get("Retry-After") == "" {
		t.Fatal(g)
	}
	if g := w.do(asked{path: strings.TrimPrefix(at, api.Prefix), key: w.root()}); g.status != 202 {
		t.Error(g)
	}
	w.slow = false
	if g := w.do(asked{path: strings.TrimPrefix(at, api.Prefix), key: w.root()}); g.status != 200 {
		t.Error(g)
	}
}

// TestSmallGroupsAreHiddenFromWhoMayNotSeePeople: one that may only write alignments learns nothing of single people, nor by
// subtraction.
func TestSmallGroupsAreHiddenFromWhoMayNotSeePeople(t *testing.T) {
	w := newWorld(t)
	for i := range 12 {
		subject := fmt.Sprint(100 + i)
		storetest.Arrive(t, w.s, w.here, subject, "", w.d.Clock.Now())
		w.does(here, subject, mapping.VerbCompleted, here+"/mod/wide", "")
		if i < 2 {
			w.does(here, subject, mapping.VerbCompleted, here+"/mod/narrow", "")
		}
	}
	w.settle()
	writer := w.key(lrs.Limits{}, lrs.ScopeAlignmentsWrite)
	g, p := w.look(writer, adds(third, here+"/mod/narrow"))
	if !p.Hidden || p.Pairs.Gain != nil || p.People.Gain != nil || p.Capabilities[0].Then != nil || p.Capabilities[0].Now != nil || p.Changes != nil || p.Fingerprint != "" {
		t.Error(g)
	}
	g, p = w.look(writer, adds(third, here+"/mod/narrow")+","+adds(second, here+"/mod/wide"))
	if !p.Hidden || p.Pairs.Gain != nil || p.People.Gain != nil {
		t.Error("the sum tells what the row hides", g)
	}
	if g, p := w.look(w.root(), adds(third, here+"/mod/narrow")); p.Hidden || *p.Pairs.Gain != 2 || len(p.Changes) != 2 {
		t.Error(g)
	}
}
