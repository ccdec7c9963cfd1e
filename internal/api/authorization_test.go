package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"cairn/xapi/lrs"
)

// access is who may ask for an operation.
type access struct {
	scope lrs.Scope // the one it needs; "" for anyone
	other int       // what a credential with every scope gets that is limited to the other LMS: about Ann, the instance, or a change here
	part  int       // what one gets that is limited to the activities under the quiz
}

// who is every operation of the API. A new one needs a line: what it is, decides who sees it.
var who = map[string]access{
	"GET /openapi.json":                                 {"", 200, 200},
	"GET /problems":                                     {"", 200, 200},
	"GET /problems/{rule}":                              {"", 200, 200},
	"GET /frameworks":                                   {lrs.ScopeCapabilitiesRead, 200, 200},
	"GET /frameworks/{framework}":                       {lrs.ScopeCapabilitiesRead, 200, 200},
	"GET /capabilities/{capability}":                    {lrs.ScopeCapabilitiesRead, 200, 200},
	"GET /coverage/capabilities":                        {lrs.ScopeCapabilitiesRead, 403, 403},
	"GET /coverage/activities":                          {lrs.ScopeCapabilitiesRead, 403, 200},
	"GET /alignments":                                   {lrs.ScopeAlignmentsRead, 200, 200},
	"GET /alignments.csv":                               {lrs.ScopeAlignmentsRead, 200, 200},
	"POST /alignments.csv":                              {lrs.ScopeAlignmentsWrite, 403, 403},
	"GET /alignments/{alignment}":                       {lrs.ScopeAlignmentsRead, 404, 200},
	"GET /rules":                                        {lrs.ScopeAlignmentsRead, 200, 403},
	"GET /changesets":                                   {lrs.ScopeAlignmentsRead, 200, 403},
	"GET /changesets/{changeset}":                       {lrs.ScopeAlignmentsRead, 404, 403},
	"POST /changesets":                                  {lrs.ScopeAlignmentsWrite, 403, 403},
	"POST /changesets/{changeset}/undo":                 {lrs.ScopeAlignmentsWrite, 404, 403},
	"POST /previews":                                    {lrs.ScopeAlignmentsWrite, 403, 403},
	"GET /previews/{preview}":                           {lrs.ScopeAlignmentsWrite, 404, 404},
	"GET /learners":                                     {lrs.ScopeLearnersRead, 200, 403},
	"GET /learners/{learner}":                           {lrs.ScopeLearnersRead, 404, 403},
	"GET /learners/{learner}/progress":                  {lrs.ScopeLearnersRead, 404, 403},
	"GET /learners/{learner}/capabilities/{capability}": {lrs.ScopeLearnersRead, 404, 403},
	"GET /learners/{learner}/capabilities/{capability}/history": {lrs.ScopeLearnersRead, 404, 403},
	"GET /learners/{learner}/explanations.csv":                  {lrs.ScopeLearnersRead, 404, 403},
	"GET /learners/{learner}/gaps":                              {lrs.ScopeLearnersRead, 404, 403},
	"GET /learners/{learner}/suggestions":                       {lrs.ScopeLearnersRead, 404, 403},
	"GET /learners/{learner}/ratings":                           {lrs.ScopeLearnersRead, 404, 403},
	"GET /learners/{learner}/endorsements":                      {lrs.ScopeLearnersRead, 404, 403},
}

// covered is what each scope allows of the API.
var covered = map[lrs.Scope][]lrs.Scope{
	lrs.ScopeCapabilitiesRead: {lrs.ScopeCapabilitiesRead}, lrs.ScopeAlignmentsRead: {lrs.ScopeAlignmentsRead}, lrs.ScopeAlignmentsWrite: {lrs.ScopeAlignmentsWrite},
	lrs.ScopeLearnersRead: {lrs.ScopeLearnersRead},
	lrs.ScopeAllRead:      {lrs.ScopeCapabilitiesRead, lrs.ScopeAlignmentsRead, lrs.ScopeLearnersRead},
	lrs.ScopeAll:          {lrs.ScopeCapabilitiesRead, lrs.ScopeAlignmentsRead, lrs.ScopeAlignmentsWrite, lrs.ScopeLearnersRead},
}

// filled is a path of the document about Ann, the first capability, and what was changed last.
func (w *world) filled(path string) string {
	w.Helper()
	if w.keys["alignment"] == "" {
		var list struct {
			Items []struct{ ID string } `json:"items"`
		}
		w.get("/alignments?capability="+first, &list)
		w.keys["alignment"] = list.Items[0].ID
		w.get("/changesets", &list)
		w.keys["changeset"] = list.Items[len(list.Items)-1].ID
	}
	path = strings.NewReplacer("{learner}", w.ann, "{capability}", first, "{framework}", "fw", "{alignment}", w.keys["alignment"], "{changeset}", w.keys["changeset"],
		"{preview}", strings.Repeat("0", 48), "{rule}", "scope_missing").Replace(path)
	switch path {
	case "/coverage/activities":
		return path + "?registration=" + w.here.ID + "&context=2"
	case "/alignments.csv":
		return path + "?scope=course&registration=" + w.here.ID + "&context=2"
	}
	return path
}

// bodyOf is a body that an operation takes: about the whole instance, and about an activity elsewhere.
func bodyOf(operation string) string {
	const edits = `"edits":[{"add":{"capability":"` + third + `","selector":{"kind":"exact","iri":"https://elsewhere.example/x"}}}]`
	switch operation {
	case "POST /changesets", "POST /previews":
		return `{"scope":{"kind":"instance"},` + edits + `}`
	case "POST /alignments.csv":
		return "activity,selector,capability\nhttps://elsewhere.example/x,exact,1.3\n"
	case "POST /changesets/{changeset}/undo":
		return `{}`
	}
	return ""
}

// good says whether an operation was let through: what it then finds is its own matter.
func good(operation string, status int) bool {
	return status < 300 || operation == "GET /previews/{preview}" && status == 404 || strings.HasSuffix(operation, "/undo") && status == http.StatusConflict ||
		(operation == "POST /changesets" || operation == "POST /previews") && status == http.StatusConflict
}

func TestWhoMayWhat(t *testing.T) {
	w := newWorld(t)
	type caller struct {
		name string
		do   asked
		may  func(access) bool
	}
	callers := []caller{
		{"nobody", asked{}, func(a access) bool { return a.scope == "" }},
		{"a wrong secret", asked{key: w.root(), secret: "wrong"}, func(a access) bool { return a.scope == "" }},
		{"an unknown key", asked{key: "abc", secret: "x"}, func(a access) bool { return a.scope == "" }},
		{"a token of nobody", asked{token: "abcd"}, func(a access) bool { return a.scope == "" }},
	}
	for _, s := range lrs.Scopes() {
		key := w.key(lrs.Limits{}, s)
		may := func(a access) bool { return a.scope == "" || slices.Contains(covered[s], a.scope) }
		callers = append(callers, caller{string(s) + " by Basic", asked{key: key}, may}, caller{string(s) + " by token", asked{token: w.token(key)}, may})
	}
	for _, o := range w.operations() {
		a, known := who[o]
		if !known {
			t.Errorf("nobody says who may %s", o)
			continue
		}
		method, path, _ := strings.Cut(o, " ")
		for _, c := range callers {
			ask := c.do
			ask.method, ask.path, ask.body = method, w.filled(path), bodyOf(o)
			g, nobody := w.do(ask), strings.Contains("nobody, a wrong secret, an unknown key, a token of nobody", c.name)
			switch {
			case c.may(a) && !good(o, g.status):
				t.Errorf("%s may %s, and is answered %d %s", c.name, o, g.status, g.body)
			case !c.may(a) && nobody && (g.status != 401 || g.header.Get("WWW-Authenticate") == ""):
				t.Errorf("%s asks for %s, and is answered %d %s", c.name, o, g.status, g.body)
			case !c.may(a) && !nobody && (g.status != 403 || g.rule() != "scope_missing"):
				t.Errorf("%s asks for %s, and is answered %d %s", c.name, o, g.status, g.body)
			}
		}
	}
}

func TestWhatLimitsLetThrough(t *testing.T) {
	w := newWorld(t)
	other, part := w.key(lrs.Limits{HomePage: there}, lrs.ScopeAll), w.key(lrs.Limits{Activity: quiz}, lrs.ScopeAll)
	for o, a := range who {
		method, path, _ := strings.Cut(o, " ")
		ask := asked{method: method, path: w.filled(path), body: bodyOf(o)}
		for key, want := range map[string]int{other: a.other, part: a.part} {
			for _, token := range []string{"", w.token(key)} {
				ask.key, ask.token = key, token
				if g := w.do(ask); g.status != want || want == 403 && g.rule() != "credential_limited" {
					t.Errorf("%s of %v is answered %d %s, not %d", o, key == other, g.status, g.body, want)
				}
			}
		}
	}
}

func TestACredentialOfOneLMSSeesItsPeopleAndWritesInItsScope(t *testing.T) {
	w := newWorld(t)
	mine := w.key(lrs.Limits{HomePage: here + "/"}, lrs.ScopeAll)
	var list struct {
		Items []struct {
			ID       string
			Accounts []struct{ Issuer, Subject, Name string }
		} `json:"items"`
	}
	w.do(asked{path: "/learners", key: mine}).into(t, &list)
	if len(list.Items) != 1 || list.Items[0].ID != w.ann || list.Items[0].Accounts[0].Issuer != here || list.Items[0].Accounts[0].Name != "Ann" {
		t.Errorf("%+v", list)
	}
	if g := w.do(asked{path: "/learners/" + w.bob, key: mine}); g.status != 404 {
		t.Error(g)
	}
	if g := w.do(asked{path: "/learners/" + w.ann + "/progress", key: mine}); g.status != 200 {
		t.Error(g)
	}
	edits := `"edits":[{"add":{"capability":"` + third + `","selector":{"kind":"exact","iri":"` + page + `"}}}]}`
	for body, want := range map[string]int{
		`{"scope":{"kind":"registration","registration":"` + w.here.ID + `"},` + edits:          201,
		`{"scope":{"kind":"course","registration":"` + w.here.ID + `","context":"2"},` + edits:  201,
		`{"scope":{"kind":"course","registration":"` + w.there.ID + `","context":"2"},` + edits: 403,
		`{"scope":{"kind":"instance"},` + edits:                                                 403,
		`{"scope":{"kind":"instance","registration":"` + w.here.ID + `"},` + edits:              403,
	} {
		if g := w.do(asked{method: "POST", path: "/changesets", key: mine, body: body}); g.status != want {
			t.Errorf("%s is answered %d %s", body, g.status, g.body)
		}
	}
	var changes struct {
		Items []struct {
			ID, Author string
			Scope      struct{ Registration string }
		} `json:"items"`
	}
	w.do(asked{path: "/changesets", key: mine}).into(t, &changes)
	if len(changes.Items) != 3 || changes.Items[0].Author != "credential/"+mine {
		t.Errorf("%+v", changes)
	}
	for _, path := range []string{"/alignments", "/rules", "/changesets"} {
		w.do(asked{path: path, key: w.key(lrs.Limits{HomePage: there}, lrs.ScopeAll)}).into(t, &changes)
		if len(changes.Items) != 0 {
			t.Errorf("%s of the other LMS: %+v", path, changes)
		}
	}
	if g := w.do(asked{path: "/coverage/capabilities?registration=" + w.here.ID + "&context=2", key: mine}); g.status != 200 || !strings.Contains(g.body, `"covered":3`) {
		t.Error(g)
	}
}

func TestACredentialOfSomeActivitiesSeesAndChangesNoOthers(t *testing.T) {
	w := newWorld(t)
	part := w.key(lrs.Limits{Activity: quiz}, lrs.ScopeAll)
	var list struct {
		Items []struct {
			ID       string
			Selector struct{ IRI string }
		} `json:"items"`
	}
	w.do(asked{path: "/alignments", key: part}).into(t, &list)
	if len(list.Items) != 1 || list.Items[0].Selector.IRI != quiz {
		t.Errorf("%+v", list)
	}
	var all struct {
		Items []struct {
			ID       string
			Selector struct{ IRI string }
		} `json:"items"`
	}
	w.get("/alignments?activity="+strings.NewReplacer(":", "%3A", "?", "%3F", "=", "%3D").Replace(page), &all)
	scope := `{"scope":{"kind":"course","registration":"` + w.here.ID + `","context":"2"},"edits":[`
	for edit, want := range map[string]int{
		`{"add":{"capability":"` + third + `","selector":{"kind":"exact","iri":"` + quiz + `&part=2"}}}`: 201,
		`{"add":{"capability":"` + third + `","selector":{"kind":"exact","iri":"` + quiz + `0"}}}`:       403,
		`{"rule":{"capability":"` + third + `","rule":{"kind":"all"}}}`:                                  403,
		`{"remove":"` + all.Items[0].ID + `"}`:                                                           403,
		`{"remove":"` + list.Items[0].ID + `"}`:                                                          201,
	} {
		if g := w.do(asked{method: "POST", path: "/changesets", key: part, body: scope + edit + `]}`}); g.status != want {
			t.Errorf("%s is answered %d %s", edit, g.status, g.body)
		}
	}
	if g := w.do(asked{path: "/alignments.csv?scope=course&registration=" + w.here.ID + "&context=2", key: part}); g.status != 200 || strings.Contains(g.body, page) {
		t.Error(g.body)
	}
}

func TestNamesNeedAScopeOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	plain, named := w.key(lrs.Limits{}, lrs.ScopeLearnersRead), w.key(lrs.Limits{}, lrs.ScopeLearnersRead, lrs.ScopeLearnersNames)
	for _, path := range []string{"/learners", "/learners/" + w.ann, "/learners?issuer=" + here + "&subject=4"} {
		if g := w.do(asked{path: path, key: plain}); g.status != 200 || strings.Contains(g.body, "Ann") || !strings.Contains(g.body, w.ann) {
			t.Error(path, g)
		}
		if g := w.do(asked{path: path, key: named}); g.status != 200 || !strings.Contains(g.body, "Ann") {
			t.Error(path, g)
		}
	}
}

func TestTheRateIsOneForTheRecordStoreAndTheAPI(t *testing.T) {
	w := newWorld(t)
	key := w.key(lrs.Limits{PerMinute: 3}, lrs.ScopeAll)
	w.token(key) // a request, too
	for range 2 {
		if g := w.do(asked{path: "/frameworks", key: key}); g.status != 200 {
			t.Fatal(g)
		}
	}
	if g := w.do(asked{path: "/frameworks", key: key}); g.status != 429 || g.rule() != "rate_limited" || g.header.Get("Retry-After") != "20" {
		t.Error(g)
	}
}
