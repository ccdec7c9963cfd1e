package api_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"cairn/internal/api"
	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi/lrs"
)

func TestFrameworksAreToldWithHowMuchOfThemIsHere(t *testing.T) {
	w := newWorld(t)
	newer := framework()
	newer.Version, newer.GUID, newer.Statements = "2", "5b2f7a52-6df4-5b1c-9d3e-000000000002", 4
	if _, err := w.s.PublishFramework(context.Background(), newer, "https://cairn.example"); err != nil {
		t.Fatal(err)
	}
	var list struct {
		Items []struct {
			ID, Version, State    string
			Newest                bool
			Tracked, Included, Of int
		} `json:"items"`
	}
	w.get("/frameworks", &list)
	if len(list.Items) != 2 || list.Items[0].Version != "2" || !list.Items[0].Newest || list.Items[1].Newest || list.Items[1].Tracked != 3 || list.Items[1].Included != 2 || list.Items[0].Of != 4 {
		t.Errorf("%+v", list)
	}
	retire := pipeline.FrameworkState{ID: "fw", Version: "2", State: mapping.VersionRetired}
	if _, err := w.s.SetFrameworkState(context.Background(), retire); err != nil {
		t.Fatal(err)
	}
	if w.get("/frameworks", &list); list.Items[0].State != "retired" || list.Items[0].Newest || !list.Items[1].Newest {
		t.Errorf("%+v", list)
	}
	var tree struct {
		Version string
		Items   []struct {
			ID, Code, Parent, Kind, IRI string
			Tracked, Level              int
		}
		Levels, Archetypes []any
		Relations          []mapping.Relation
	}
	w.get("/frameworks/fw", &tree)
	if tree.Version != "1" || len(tree.Items) != 4 || tree.Items[0].Tracked != 3 || tree.Items[1].IRI != "https://cairn.example/capability/"+first || len(tree.Levels) != 2 || len(tree.Archetypes) != 2 || len(tree.Relations) != 1 {
		t.Errorf("%+v", tree)
	}
	if w.get("/frameworks/fw?version=2", &tree); tree.Version != "2" {
		t.Error(tree.Version)
	}
	for _, path := range []string{"/frameworks/other", "/frameworks/fw?version=3", "/capabilities/" + unknown} {
		if g := w.do(asked{path: path, key: w.root()}); g.status != 404 || g.rule() != "resource_unknown" {
			t.Error(path, g)
		}
	}
	var one struct {
		Framework string
		Path      []string
		Relations []mapping.Relation
	}
	if w.get("/capabilities/"+second, &one); one.Framework != "fw" || len(one.Path) != 2 || len(one.Relations) != 1 {
		t.Errorf("%+v", one)
	}
}

// TestThePastIsAskedByEitherClock: what had happened, and what was known (settled question 7).
func TestThePastIsAskedByEitherClock(t *testing.T) {
	w := newWorld(t)
	did := w.d.Clock.Now().Add(-time.Minute) // the quiz
	before, after := did.Add(-time.Second).Format(time.RFC3339), did.Add(time.Second).Format(time.RFC3339)
	state := func(query string) string {
		t.Helper()
		var list struct{ Items []struct{ State string } }
		w.get("/learners/"+w.ann+"/progress?"+query, &list)
		var x mapping.Explanation
		w.get("/learners/"+w.ann+"/capabilities/"+first+"?"+query, &x)
		if string(x.State) != list.Items[0].State {
			t.Errorf("%s: explained as %s, listed as %s", query, x.State, list.Items[0].State)
		}
		return list.Items[0].State
	}
	for query, want := range map[string]string{
		"as_of=" + before: "not_started", "as_of=" + after: "evidenced", "known_at=" + before: "not_started", "known_at=" + after: "evidenced",
		"known_at=" + before + "&rules_of_today=true": "not_started", "as_of=" + after + "&rules_of_today=false": "evidenced",
	} {
		if got := state(query); got != want {
			t.Errorf("%s: %s, not %s", query, got, want)
		}
	}
	for _, query := range []string{"as_of=" + after + "&known_at=" + after, "rules_of_today=true", "as_of=yesterday", "as_of=" + after + "&rules_of_today=maybe"} {
		if g := w.do(asked{path: "/learners/" + w.ann + "/progress?" + query, key: w.root()}); g.status != 400 || !strings.HasPrefix(g.rule(), "parameter_") {
			t.Error(query, g)
		}
	}
}

func TestAnExplanationIsTheOneOfMapping(t *testing.T) {
	w := newWorld(t)
	for _, capability := range []string{first, second, third} {
		g := w.get("/learners/"+w.ann+"/capabilities/"+capability, nil)
		c, err := w.data.Case(context.Background(), w.ann, capability)
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(mapping.Explain(c, mapping.Evaluate(c), nil), json.Deterministic(true))
		told, _, _ := strings.Cut(g.body, `,"basis":{"framework":"fw","version":"1","pos":`)
		if err != nil || string(want) != told+"}" {
			t.Errorf("%s\nis not\n%s (%v)", g.body, want, err)
		}
	}
	var x mapping.Explanation
	if w.get("/learners/"+w.ann+"/capabilities/"+second, &x); len(x.NotCounted) != 1 || x.NotCounted[0].Reason != mapping.ReasonBelowThreshold || len(x.Next) != 1 {
		t.Errorf("%+v", x)
	}
	if g := w.do(asked{path: "/learners/" + w.ann + "/capabilities/" + unknown, key: w.root()}); g.status != 404 {
		t.Error(g)
	}
}

func TestHistoryTellsEveryChange(t *testing.T) {
	w := newWorld(t)
	w.does(here, "4", mapping.VerbPassed, page, `"score":{"raw":6,"min":0,"max":10}`)
	w.settle()
	var list struct {
		Items []struct {
			Ordinal, Percent int
			From, To, Cause  string
			CauseID          string `json:"cause_id"`
			Statements       []string
		}
	}
	w.get("/learners/"+w.ann+"/capabilities/"+second+"/history", &list)
	if len(list.Items) != 1 || list.Items[0].To != "evidenced" || list.Items[0].Cause != "statement" || len(list.Items[0].Statements) != 1 || list.Items[0].CauseID != list.Items[0].Statements[0] {
		t.Errorf("%+v", list)
	}
}

func TestRatingsAreToldWhereTheyAreShared(t *testing.T) {
	w := newWorld(t)
	var who api.Learner
	w.get("/learners/"+w.ann, &who)
	for capability, shared := range map[string]bool{first: true, second: false} {
		if _, err := w.data.Rate(context.Background(), mapping.Rating{Learner: w.ann, Account: who.Accounts[0].ID, Capability: capability, Now: mapping.RatingOnOwn, Needed: mapping.RatingHelpOthers, Shared: shared}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.data.Endorse(context.Background(), mapping.Endorsement{Learner: w.ann, Capability: first, By: "operator", Scope: w.course(), Note: "Seen at work"}); err != nil {
		t.Fatal(err)
	}
	w.settle()
	var ratings struct{ Items []mapping.Rating }
	if w.get("/learners/"+w.ann+"/ratings", &ratings); len(ratings.Items) != 1 || ratings.Items[0].Capability != first || ratings.Items[0].Now != mapping.RatingOnOwn {
		t.Errorf("%+v", ratings)
	}
	var endorsements struct{ Items []mapping.Endorsement }
	if w.get("/learners/"+w.ann+"/endorsements", &endorsements); len(endorsements.Items) != 1 || endorsements.Items[0].Note != "Seen at work" {
		t.Errorf("%+v", endorsements)
	}
}

func TestCoverageIsToldBothWays(t *testing.T) {
	w := newWorld(t)
	w.does(here, "4", mapping.VerbCompleted, here+"/mod/forum/view.php?id=9", "")
	w.settle()
	var list struct {
		Of, Covered int
		Items       []struct {
			Capability string
			Activities int
		}
	}
	course := "registration=" + w.here.ID + "&context=2"
	for query, want := range map[string][2]int{"": {2, 3}, "?" + course: {2, 3}, "?" + course + "&covered=false": {2, 1}, "?covered=true&archetype=maker": {1, 1}, "?registration=" + w.there.ID + "&context=2": {0, 3}} {
		if w.get("/coverage/capabilities"+query, &list); list.Covered != want[0] || len(list.Items) != want[1] {
			t.Errorf("%s: %+v", query, list)
		}
	}
	var activities struct {
		Items []struct {
			IRI          string
			Capabilities []string
		}
		Next string
	}
	if w.get("/coverage/activities?"+course, &activities); len(activities.Items) != 3 || activities.Items[0].IRI != here+"/mod/forum/view.php?id=9" || !slices.Equal(activities.Items[2].Capabilities, []string{first}) {
		t.Errorf("%+v", activities)
	}
	if w.get("/coverage/activities?aligned=false&"+course, &activities); len(activities.Items) != 1 {
		t.Errorf("%+v", activities)
	}
	for _, query := range []string{"?context=2", "?registration=none&context=2", "?archetype=none", "?node=none"} {
		if g := w.do(asked{path: "/coverage/capabilities" + query, key: w.root()}); g.status != 400 && g.status != 404 {
			t.Error(query, g)
		}
	}
}

func TestGapsAreTargetMinusStateAndSuggestionsCloseThem(t *testing.T) {
	w := newWorld(t)
	var gaps struct {
		Of, Gaps int
		Items    []mapping.Gap
		Next     string
	}
	profile := url.QueryEscape(`{"id":"p","title":"P","framework":"fw","wants":[{"archetype":"user","levels":[2]}]}`)
	for query, want := range map[string][2]int{"": {3, 2}, "?archetype=user": {2, 1}, "?archetype=maker": {2, 1}, "?profile=" + profile: {1, 1}} {
		if w.get("/learners/"+w.ann+"/gaps"+query, &gaps); gaps.Of != want[0] || gaps.Gaps != want[1] || len(gaps.Items) != want[1] {
			t.Errorf("%s: %+v", query, gaps)
		}
	}
	var next struct {
		Items []mapping.Suggestion
		Bare  []string
	}
	if w.get("/learners/"+w.ann+"/suggestions", &next); len(next.Items) != 1 || next.Items[0].Activity.IRI != page || next.Items[0].Effect != mapping.EffectCompletes || !slices.Equal(next.Bare, []string{third}) {
		t.Errorf("%+v", next)
	}
	if w.get("/learners/"+w.bob+"/suggestions", &next); len(next.Items) != 0 || len(next.Bare) != 3 {
		t.Errorf("what lies in a course that Bob is not in: %+v", next)
	}
	for _, query := range []string{"?archetype=nobody", "?archetype=user&profile=" + profile, "?profile=%7B%7D", "?profile=x", "?node=none"} {
		if g := w.do(asked{path: "/learners/" + w.ann + "/gaps" + query, key: w.root()}); g.status != 400 || g.rule() != "parameter_malformed" {
			t.Error(query, g)
		}
	}
}

// TestPagesTogetherAreTheList follows next by ones.
func TestPagesTogetherAreTheList(t *testing.T) {
	w := newWorld(t)
	scope := `{"scope":{"kind":"registration","registration":"` + w.here.ID + `"},"edits":[`
	for _, capability := range []string{first, second, third} {
		body := scope + `{"rule":{"capability":"` + capability + `","rule":{"kind":"all"}}},{"add":{"capability":"` + capability + `","selector":{"kind":"exact","iri":"https://x.example/` + capability + `"}}}]}`
		if g := w.do(asked{method: "POST", path: "/changesets", key: w.root(), body: body}); g.status != 201 {
			t.Fatal(g)
		}
	}
	type list struct {
		Items []map[string]any
		Next  string
	}
	for _, verb := range []string{mapping.VerbPassed, mapping.VerbUncompleted, mapping.VerbPassed} {
		w.does(here, "4", verb, quiz, "")
	}
	w.settle()
	for _, path := range []string{"/alignments", "/rules", "/learners/" + w.ann + "/capabilities/" + first + "/history", "/changesets", "/learners", "/learners/" + w.ann + "/gaps", "/coverage/activities?registration=" + w.here.ID + "&context=2", "/alignments?scope=registration"} {
		var whole list
		w.get(path, &whole)
		var by list
		join := "?"
		if strings.Contains(path, "?") {
			join = "&"
		}
		at, pages := path+join+"limit=1", 0
		for at != "" && pages < 20 {
			var one list
			w.get(at, &one)
			by.Items = append(by.Items, one.Items...)
			at = strings.TrimPrefix(one.Next, api.Prefix)
			pages++
		}
		if diff := cmp.Diff(whole.Items, by.Items); diff != "" || pages != max(1, len(whole.Items)) || len(whole.Items) < 2 {
			t.Errorf("%s: %d pages of %d: %s", path, pages, len(whole.Items), diff)
		}
	}
	var first list
	w.get("/alignments?limit=1", &first)
	cursor := first.Next[strings.Index(first.Next, "cursor=")+len("cursor="):]
	cursor, _, _ = strings.Cut(cursor, "&")
	for _, path := range []string{"/rules?cursor=" + cursor, "/alignments?scope=course&cursor=" + cursor, "/alignments?cursor=" + cursor[:len(cursor)-2], "/alignments?cursor=*"} {
		if g := w.do(asked{path: path, key: w.root()}); g.status != 400 || g.rule() != "cursor_invalid" {
			t.Error(path, g)
		}
	}
}

func TestAlignmentsAreExportedAsATable(t *testing.T) {
	w := newWorld(t)
	g := w.get("/alignments.csv?scope=course&registration="+w.here.ID+"&context=2", nil)
	read, err := mapping.ReadAlignments("a.csv", []byte(g.body), mapping.AlignmentImport{Scope: w.course(), ID: "x", Capability: func(code string) (string, bool) {
		n, ok := mapping.NewCatalog(framework(), "a:").ByCode(code)
		return n.ID, ok
	}})
	if err != nil || len(read) != 2 || !strings.HasPrefix(g.header.Get("Content-Type"), "text/csv") {
		t.Error(err, read, g)
	}
	for _, query := range []string{"", "?scope=course", "?scope=instance&registration=x", "?scope=registration"} {
		if g := w.do(asked{path: "/alignments.csv" + query, key: w.root()}); g.status != 400 {
			t.Error(query, g)
		}
	}
}

func TestNothingIsAcceptedAndIgnored(t *testing.T) {
	w := newWorld(t)
	for path, rule := range map[string]string{
		"/frameworks?x=1": "parameter_unknown", "/alignments?limit=1&limit=2": "parameter_repeated", "/alignments?limit=0": "parameter_malformed", "/alignments?limit=1001": "parameter_malformed",
		"/alignments?scope=site": "parameter_malformed", "/alignments?capability=": "parameter_malformed", "/alignments?context=2": "parameter_missing", "/alignments?%zz": "query_malformed",
		"/alignments?capability=a%00b": "parameter_malformed", "/openapi.json?v=1": "parameter_unknown",
	} {
		if g := w.do(asked{path: path, key: w.root()}); g.status != 400 || g.rule() != rule || g.header.Get("Content-Type") != "application/problem+json" {
			t.Error(path, g)
		}
	}
	if g := w.do(asked{path: "/nothing", key: w.root(), elsewhere: true}); g.status != 404 || g.rule() != "resource_unknown" {
		t.Error(g)
	}
	if g := w.do(asked{path: "//frameworks/", key: w.root(), elsewhere: true}); g.status != 200 {
		t.Error("a slash too many", g)
	}
}

func TestWhatHoldsNothingOfPeopleHasATag(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/frameworks", "/frameworks/fw", "/alignments", "/rules", "/changesets", "/coverage/capabilities", "/openapi.json"} {
		tag := w.get(path, nil).header.Get("ETag")
		g := w.do(asked{path: path, key: w.root(), header: map[string]string{"If-None-Match": `"x", ` + tag}})
		if tag == "" || g.status != http.StatusNotModified || g.body != "" || g.header.Get("ETag") != tag {
			t.Error(path, tag, g)
		}
		if g := w.do(asked{path: path, key: w.root(), header: map[string]string{"If-None-Match": `W/"other"`}}); g.status != 200 {
			t.Error(path, g.status)
		}
		if g := w.do(asked{method: "HEAD", path: path, key: w.root()}); g.status != 200 || g.body != "" || g.header.Get("ETag") != tag {
			t.Error(path, g)
		}
	}
	for _, path := range []string{"/learners", "/learners/" + w.ann + "/progress"} {
		if g := w.get(path, nil); g.header.Get("ETag") != "" || g.header.Get("Cache-Control") != "no-store" {
			t.Error(path, g.header)
		}
	}
	g := w.do(asked{path: "/openapi.json", header: map[string]string{"Accept-Encoding": "gzip"}, elsewhere: true})
	if g.header.Get("Content-Encoding") != "gzip" || len(g.body) > 30_000 {
		t.Error(g.header, len(g.body))
	}
}

func TestWhatCannotBeReachedIsToldApart(t *testing.T) {
	w := newWorld(t)
	key := w.key(lrs.Limits{}, lrs.ScopeAll)
	w.do(asked{path: "/learners", key: key}) // the credential is in memory
	if err := w.s.Close(); err != nil {
		t.Fatal(err)
	}
	if g := w.do(asked{path: "/learners", key: key}); g.status != 503 || g.rule() != "store_unavailable" || g.header.Get("Retry-After") == "" {
		t.Error(g)
	}
	if !strings.Contains(w.log.String(), "level=ERROR") || strings.Contains(w.log.String(), w.keys[key]) {
		t.Error(w.log)
	}
}
