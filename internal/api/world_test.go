package api_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"cairn/internal/api"
	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/mapping"
	"cairn/xapi"
	"cairn/xapi/lrs"
)

// The two learning sites of a world.
const (
	here  = "https://lms.example"
	there = "https://other.example"
)

// The capabilities of the framework, and an activity.
const (
	first   = "00000000-0000-5000-8000-000000000001"
	second  = "00000000-0000-5000-8000-000000000002"
	third   = "00000000-0000-5000-8000-000000000003"
	quiz    = here + "/mod/quiz/view.php?id=3"
	page    = here + "/mod/page/view.php?id=1"
	unknown = "00000000-0000-5000-8000-00000000ffff"
)

func framework() mapping.Framework {
	return mapping.Framework{
		ID: "fw", GUID: "5b2f7a52-6df4-5b1c-9d3e-000000000001", Version: "1", Title: "Small", Publisher: "Us", Statements: 3,
		Levels:     []mapping.Level{{Number: 1, Name: "Basic"}, {Number: 2}},
		Archetypes: []mapping.Archetype{{Code: "user", Title: "User"}, {Code: "maker", Title: "Maker"}},
		Items: []mapping.Node{
			{ID: "00000000-0000-5000-8000-0000000000d1", Code: "1", Kind: mapping.NodeSection, Title: "Domain"},
			{ID: first, Code: "1.1", Parent: "00000000-0000-5000-8000-0000000000d1", Kind: mapping.NodeCapability, Title: "First", Wording: mapping.WordingOfficial, Level: 1},
			{ID: second, Code: "1.2", Parent: "00000000-0000-5000-8000-0000000000d1", Kind: mapping.NodeCapability, Title: "Second", Wording: mapping.WordingShortLabel, Level: 2, Archetypes: []string{"user"}},
			{ID: third, Code: "1.3", Parent: "00000000-0000-5000-8000-0000000000d1", Kind: mapping.NodeCapability, Title: "Third", Wording: mapping.WordingStructure, Level: 2, Archetypes: []string{"maker"}},
		},
		Relations: []mapping.Relation{{From: first, Type: mapping.RelationPrecedes, To: second}},
	}
}

// world is the API over a real database in which people of two learning sites have learnt something.
type world struct {
	testing.TB
	d         storetest.Database
	s         *sqlstore.Store
	here      sqlstore.Registration
	there     sqlstore.Registration
	ann, bob  string // learners: Ann came from here, Bob from the other site
	projector *pipeline.Projector
	data      sqlstore.API
	url       string
	handler   http.Handler
	keys      map[string]string // secrets by key
	slow      bool              // previews take longer than an answer waits
	log       *bytes.Buffer
}

// newWorld makes one. Ann did the quiz, which is aligned in her course with the first capability, and the page, with the second one,
// without the score it needs.
func newWorld(t testing.TB, change ...func(*api.Config)) *world {
	t.Helper()
	return newWorldOn(t, storetest.SQLite(t), change...)
}

// newWorldOn makes one in a database.
func newWorldOn(t testing.TB, d storetest.Database, change ...func(*api.Config)) *world {
	t.Helper()
	w := &world{TB: t, d: d, keys: map[string]string{}, log: &bytes.Buffer{}}
	w.s = w.d.Open(t)
	ctx := context.Background()
	if _, err := w.s.PublishFramework(ctx, framework(), "https://cairn.example"); err != nil {
		t.Fatal(err)
	}
	frameworks, err := w.s.Frameworks(ctx, "fw")
	if err != nil {
		t.Fatal(err)
	}
	w.here, w.there = storetest.Register(t, w.s, here), storetest.Register(t, w.s, there)
	w.ann = storetest.Arrive(t, w.s, w.here, "4", "Ann", w.d.Clock.Now()).Learner
	w.bob = storetest.Arrive(t, w.s, w.there, "4", "Bob", w.d.Clock.Now()).Learner
	w.data = w.s.API(frameworks)
	w.projector = project(w, frameworks)
	w.serve(frameworks, change...)
	w.tag()
	w.does(here, "4", mapping.VerbCompleted, quiz, "")
	w.does(here, "4", mapping.VerbCompleted, page, `"score":{"raw":3,"min":0,"max":10}`)
	w.settle()
	return w
}

func project(w *world, frameworks *sqlstore.Frameworks) *pipeline.Projector {
	p := w.s.Projection()
	return pipeline.NewProjector(pipeline.Config{
		Log: w.s, Projection: p, Committer: p, Catalogs: frameworks, Batch: 100, Holder: "test", Now: w.d.Clock.Now, Logger: slog.New(slog.DiscardHandler),
		Prepare: func(raw []byte) (xapi.Prepared, error) {
			batch, err := xapi.Prepare(raw, xapi.Options{Version: xapi.V1, NewID: uuid.NewString, Authority: xapi.Agent{Account: &xapi.Account{HomePage: "https://cairn.example", Name: "cairn"}}})
			if err != nil {
				return xapi.Prepared{}, err
			}
			return batch[0], nil
		},
	})
}

func (w *world) serve(frameworks *sqlstore.Frameworks, change ...func(*api.Config)) {
	key := []byte("0123456789abcdef")
	door := lrs.NewDoor(w.s, key, w.d.Clock.Now)
	previewer := pipeline.Previewer{Frozen: w.s.Frozen, Catalogs: frameworks, Now: w.d.Clock.Now, Append: w.data.Apply}
	c := api.Config{
		Door: door, Frameworks: frameworks, Alignments: w.data, Places: w.data, Records: w.data, Tracks: w.data,
		Previews: previews{pipeline.NewPreviews(w.Context(), previewer), previewer, w},
		Wait:     func(context.Context, int64) error { w.settle(); return nil },
		Now:      w.d.Clock.Now, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, Key: key, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	for _, f := range change {
		f(&c)
	}
	h, err := api.New(c)
	if err != nil {
		w.Fatal(err)
	}
	records, err := lrs.New(lrs.Config{
		Statements: w.s, Documents: w.s, Activities: w.s, Attachments: w.s, Credentials: w.s, Now: w.d.Clock.Now, NewID: uuid.NewString, Door: door,
		Authority: func(c lrs.Credential) xapi.Agent {
			return xapi.Agent{Account: &xapi.Account{HomePage: "https://cairn.example", Name: c.ID}}
		},
		Key: key, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		w.Fatal(err)
	}
	w.handler = h
	mux := http.NewServeMux()
	mux.Handle(api.Prefix+"/", h)
	mux.Handle("/xapi/", records)
	server := httptest.NewServer(mux)
	w.Cleanup(server.Close)
	w.url = server.URL
}

// previews is api.Previews.
type previews struct {
	*pipeline.Previews
	previewer pipeline.Previewer
	w         *world
}

func (p previews) Look(ctx context.Context, id string, wait time.Duration) (pipeline.PreviewStatus, bool) {
	status, ok := p.Previews.Look(ctx, id, 10*time.Second)
	if p.w.slow {
		return pipeline.PreviewStatus{Checked: 1, Of: 2}, ok
	}
	return status, ok
}

func (p previews) Apply(ctx context.Context, cs mapping.Changeset, shown pipeline.Preview) (int64, pipeline.Preview, error) {
	return p.previewer.Apply(ctx, cs, shown)
}

// settle folds what the log holds.
func (w *world) settle() {
	for {
		if n, err := w.projector.Step(context.Background()); err != nil || n == 0 {
			if err != nil {
				w.Error(err)
			}
			return
		}
	}
}

func (w *world) course() mapping.Scope {
	return mapping.Scope{Kind: mapping.ScopeCourse, Registration: w.here.ID, Context: "2", Course: w.here.CourseIRI("2")}
}

// tag aligns the quiz and the page in the course, and asks for a score of the page.
func (w *world) tag() {
	half, scope := 500, w.course()
	cs := mapping.Changeset{ID: uuid.NewString(), Author: "operator", At: w.d.Clock.Now(), Scope: scope, Reason: "to begin with", Edits: []mapping.Edit{
		{Add: &mapping.Alignment{ID: uuid.NewString(), Capability: first, Scope: scope, Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: quiz}}},
		{Add: &mapping.Alignment{ID: uuid.NewString(), Capability: second, Scope: scope, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: page}, Criterion: mapping.Criterion{MinMilli: &half}}},
	}}
	if _, err := w.data.Apply(context.Background(), cs); err != nil {
		w.Fatal(err)
	}
}

// does sends what somebody did in the course.
func (w *world) does(site, who, verb, activity, result string) {
	w.Helper()
	w.d.Clock.Move(time.Minute)
	raw := `{"actor":{"account":{"homePage":"` + site + `","name":"` + who + `"}},"verb":{"id":"` + verb + `"},"object":{"id":"` + activity + `"},"result":{` + result +
		`},"context":{"contextActivities":{"grouping":[{"id":"` + w.here.CourseIRI("2") + `"}]}},"timestamp":"` + w.d.Clock.Now().Format(time.RFC3339) + `"}`
	if err := w.s.Add(context.Background(), storetest.Key, storetest.PrepareJSON(w.TB, raw, storetest.Key.ID)); err != nil {
		w.Fatal(err)
	}
}

// key makes a credential and answers its key.
func (w *world) key(limits lrs.Limits, scopes ...lrs.Scope) string {
	w.Helper()
	c, secret, err := w.s.AddCredential(context.Background(), "Program", scopes)
	if err == nil && limits != (lrs.Limits{}) {
		err = w.s.LimitCredential(context.Background(), c.ID, limits)
	}
	if err != nil {
		w.Fatal(err)
	}
	w.keys[c.ID] = secret
	return c.ID
}

// token gets an access token for a credential.
func (w *world) token(key string) string {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.url+"/xapi/oauth/token", strings.NewReader(url.Values{"grant_type": {"client_credentials"}}.Encode()))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(key, w.keys[key])
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var is struct {
		Token string `json:"access_token"`
	}
	if err := json.UnmarshalRead(resp.Body, &is); err != nil || is.Token == "" {
		w.Fatal(resp.Status, err)
	}
	return is.Token
}

// asked is a request; zero values are what most requests have.
type asked struct {
	method, path, body string
	key                string // of a credential; "" for none
	secret             string // in place of the right one
	token              string // in place of the key
	header             map[string]string
	elsewhere          bool // the path or the method is not one of the document
}

// got is an answer.
type got struct {
	status int
	header http.Header
	body   string
}

// into reads the answer's JSON.
func (g got) into(t testing.TB, to any) {
	t.Helper()
	if err := json.Unmarshal([]byte(g.body), to, json.MatchCaseInsensitiveNames(true)); err != nil {
		t.Fatalf("%v: %d %s", err, g.status, g.body)
	}
}

// rule is the rule of a refusal.
func (g got) rule() string {
	var p struct {
		Rule string `json:"rule"`
	}
	_ = json.Unmarshal([]byte(g.body), &p)
	return p.Rule
}

// do asks, and holds what is answered against the document.
func (w *world) do(a asked) got {
	w.Helper()
	if a.method == "" {
		a.method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(w.Context(), a.method, w.url+api.Prefix+a.path, strings.NewReader(a.body))
	if err != nil {
		w.Fatal(err)
	}
	switch {
	case a.body == "":
	case strings.HasPrefix(a.path, "/alignments.csv"):
		r.Header.Set("Content-Type", "text/csv")
	default:
		r.Header.Set("Content-Type", "application/json")
	}
	switch {
	case a.token != "":
		r.Header.Set("Authorization", "Bearer "+a.token)
	case a.key != "":
		secret := a.secret
		if secret == "" {
			secret = w.keys[a.key]
		}
		r.SetBasicAuth(a.key, secret)
	}
	for name, value := range a.header {
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		w.Fatal(err)
	}
	g := got{resp.StatusCode, resp.Header, string(body)}
	if !a.elsewhere {
		w.holds(r, resp, g)
	}
	return g
}

// get asks with a credential that may everything, and reads the answer, which is 200.
func (w *world) get(path string, to any) got {
	w.Helper()
	g := w.do(asked{path: path, key: w.root()})
	if g.status != http.StatusOK {
		w.Fatalf("GET %s is answered %d %s", path, g.status, g.body)
	}
	if to != nil {
		g.into(w, to)
	}
	return g
}

// root is the key of a credential that may everything.
func (w *world) root() string {
	w.Helper()
	if w.keys["root"] == "" {
		w.keys["root"] = w.key(lrs.Limits{}, lrs.ScopeAll)
	}
	return w.keys["root"]
}
