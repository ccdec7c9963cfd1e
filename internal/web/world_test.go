package web_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"cairn/internal/web"
	"cairn/lti"
	"cairn/mapping"
	"cairn/xapi"
)

// now is when every test happens.
var now = time.Date(2026, 11, 22, 14, 32, 0, 0, time.UTC)

const (
	base   = "https://cairn.example"
	lms    = "https://lms.example"
	cookie = "__Host-cairn"
)

// world is everything the pages run on, in memory. Progress is not kept but evaluated, so a changed tag shows at once.
type world struct {
	clock     time.Time
	upTo      time.Time
	waitErr   error
	waited    []int64
	cat       *mapping.Catalog
	headers   http.Header      // of every page of an activity
	silent    error            // that such pages answer with
	older     *mapping.Catalog // a version before it; nil for none
	retired   map[string]bool  // capabilities that only retired versions have
	refuses   error            // answered to every changeset
	published time.Time        // when cat was
	regs      map[string]web.Registration
	stands    web.Diagnosis // of r1
	looked    []string      // registrations that were checked
	admin     *adminWorld
	sessions  map[string]web.Session
	entries   []web.Entry
	prolonged map[string]time.Time
	seen      map[string][]web.CourseActivity // by course id
	aligned   []mapping.Alignment
	ended     map[string]bool
	expiries  []web.Expiry
	drafts    map[string]web.Draft         // by course and account
	slow      bool                         // previews are not done yet
	previewed map[string]mapping.Changeset // by owner
	called    map[string]map[string]string // by course id and IRI
	rules     []mapping.ScopedRule
	rulesThen []mapping.ScopedRule          // of any other date, when set
	evidence  map[string][]mapping.Evidence // by learner
	kept      []mapping.Progress            // answered as the progress of everyone, when set
	states    map[string][]mapping.Progress // answered as the progress of a learner, when set
	history   map[string]map[string][]mapping.Transition
	was       map[string]bool // learner + capability once evidenced
	changes   []web.HistoryEntry
	ratings   []mapping.Rating // in the order of the log
	endorsed  []mapping.Endorsement
	placed    []web.PlacedActivity
	attempts  map[string]web.Attempt // by activity and account
	acts      []web.Act
	placeErr  error
	members   map[string]web.Member // of course 2, by subject
	opened    []web.Person          // who opened course 2
	list      *web.CourseList       // of course 2; nil when the platform has none
	given     []lti.DeepLinkingAnswer
	asked     int                       // how often all origins were read
	platform  string                    // where the LMS is
	spent     map[string]bool           // codes of windows
	likes     map[string]web.Preference // by owner
	roles     map[string][]string       // by learner and framework
	broken    error                     // what every store answers, when set
	meanwhile func()                    // runs once when a changeset is applied, before it is looked at

	tool    *lti.Tool
	logins  map[string]lti.Login
	launch  *lti.Launch
	refused error
	browser string // what Launch was told

	log     bytes.Buffer
	config  web.Config
	handler http.Handler
}

// browserOf is the cookie value of a person's browser, and token the address of their session.
func browserOf(person string) string { return fixed("browser of " + person) }
func token(person string) string     { return fixed("token of " + person) }

func fixed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// hash is how secrets are kept.
func hash(secret string) string { return fixed(secret) }

func newWorld(t testing.TB) *world { return newWorldAt(t, base) }

// newWorldWith changes what an operator configures.
func newWorldWith(t testing.TB, change func(*web.Config)) *world {
	t.Helper()
	w := newWorld(t)
	change(&w.config)
	var err error
	if w.handler, err = web.New(w.config); err != nil {
		t.Fatal(err)
	}
	return w
}

func newWorldAt(t testing.TB, address string) *world {
	t.Helper()
	w := &world{
		clock: now, upTo: now, cat: mapping.NewCatalog(mapping.Builtin(), base),
		regs: map[string]web.Registration{
			"r1": {ID: "r1", Issuer: lms, FrameOrigins: []string{lms}, CoursePattern: "{issuer}/course/view.php?id={context}", AdminPage: true},
			"r2": {ID: "r2", Issuer: "https://other.example"},
		},
		likes: map[string]web.Preference{}, spent: map[string]bool{}, roles: map[string][]string{}, sessions: map[string]web.Session{}, prolonged: map[string]time.Time{}, seen: map[string][]web.CourseActivity{},
		ended: map[string]bool{}, drafts: map[string]web.Draft{}, previewed: map[string]mapping.Changeset{}, evidence: map[string][]mapping.Evidence{}, was: map[string]bool{},
		members:  map[string]web.Member{"4": {Account: "account-amara", Learner: "learner-amara", Name: "Amara Okafor"}},
		attempts: map[string]web.Attempt{},
		opened: []web.Person{
			{Member: web.Member{Account: "account-amara", Learner: "learner-amara", Name: "Amara Okafor"}, Subject: "4", IsLearner: true},
			{Member: web.Member{Account: "account-tove", Learner: "learner-tove", Name: "Tove Teacher"}, Subject: "3"},
			{Member: web.Member{Account: "account-ben", Learner: "learner-ben"}, Subject: "5", IsLearner: true},
		},
		platform: lms, history: map[string]map[string][]mapping.Transition{}, logins: map[string]lti.Login{},
	}
	urls, err := lti.NewURLs(address)
	if err != nil {
		t.Fatal(err)
	}
	source := &lockedSource{source: rand.NewChaCha8([32]byte{1})}
	w.tool = &lti.Tool{Registrations: w, Logins: w, URLs: urls, Now: w.now, Rand: source}
	w.fill()
	w.roles["learner-amara "+w.cat.ID], w.roles["learner-ben "+w.cat.ID] = []string{}, []string{}
	w.config = web.Config{
		Tool: fakeTool{w}, KeySet: func() ([]byte, error) { return []byte(`{"keys":[]}`), nil },
		Sessions: w, Records: w, Tracks: w, Accounts: w.accounts(), Courses: w, Drafts: w, Previews: previews{w}, Activities: w, Prepare: prepare, DeepLinks: w, Diagnoses: w, Admin: w.administration(), People: w, Rosters: w, Preferences: w, Windows: w, Frameworks: w, Freshness: w, Registrations: w,
		Now: w.now, Rand: source, Log: slog.New(slog.NewTextHandler(&w.log, nil)), BaseURL: address, Version: "1.0",
	}
	w.config.AskSource = func(context.Context, string) (http.Header, error) { return w.headers, w.silent }
	if w.handler, err = web.New(w.config); err != nil {
		t.Fatal(err)
	}
	return w
}

// prepare is what makes statements ready to store; the world's are valid, or the test fails.
func prepare(statement []byte) (xapi.Prepared, error) {
	batch, err := xapi.Prepare(statement, xapi.Options{Version: xapi.V1, Authority: xapi.AccountAgent(base, "cairn"), NewID: uuid.NewString})
	if err != nil {
		return xapi.Prepared{}, err
	}
	return batch[0], nil
}

// lockedSource gives the same bytes in every run, also to several requests at once.
type lockedSource struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func (l *lockedSource) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.source.Read(b)
}

func (w *world) now() time.Time { return w.clock }

// call sends one request as a person whose browser holds their cookie, "" for none.
func (w *world) call(method, path, person string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	var body *strings.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	} else {
		body = strings.NewReader("")
	}
	r := httptest.NewRequest(method, path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if person != "" {
		r.AddCookie(&http.Cookie{Name: cookie, Value: browserOf(person)})
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Sec-Fetch-Dest", "iframe")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec
}

// get reads a page of a person's own session.
func (w *world) get(person, path string) *httptest.ResponseRecorder {
	return w.call("GET", "/s/"+token(person)+path, person, nil)
}

// post sends a form of a person's own session, with the form token that the page at from holds.
func (w *world) post(t *testing.T, person, from, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	form.Set("form", formToken(t, w.get(person, from).Body.String()))
	return w.call("POST", "/s/"+token(person)+path, person, form)
}

func formToken(t *testing.T, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `name="form" value="`)
	if !ok {
		t.Fatalf("the page has no form token:\n%s", page)
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// fakeTool begins logins with the real tool, and answers the launch the test wants.
type fakeTool struct{ w *world }

func (f fakeTool) CheckLogin(ctx context.Context, r lti.LoginRequest) (lti.Registration, error) {
	return f.w.tool.CheckLogin(ctx, r)
}

func (f fakeTool) BeginLogin(ctx context.Context, r lti.LoginRequest, browser string) (lti.AuthRequest, error) {
	return f.w.tool.BeginLogin(ctx, r, browser)
}

func (f fakeTool) Admit(ctx context.Context, _ lti.LaunchForm, browser string, keep lti.Keep) (*lti.Launch, error) {
	f.w.browser = browser
	if f.w.refused != nil {
		return nil, f.w.refused
	}
	return f.w.launch, keep(ctx, f.w.launch)
}
