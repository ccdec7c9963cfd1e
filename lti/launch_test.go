package lti_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/lti"
)

// The numbers of folders there are; one that is not run, or lost, fails the suite.
const (
	validLaunches   = 55
	invalidLaunches = 148
)

// TestLaunches_fixtures runs every folder of testdata/launches through login and launch.
func TestLaunches_fixtures(t *testing.T) {
	run := map[string]int{}
	wanted := map[string]bool{}
	for _, kind := range []string{"valid", "invalid"} {
		for _, name := range folders(t, filepath.Join("testdata", "launches", kind)) {
			c := readCase[launchCase](t, filepath.Join("testdata", "launches", kind, name))
			run[kind]++
			wanted[c.Want] = true
			t.Run(kind+"/"+name, func(t *testing.T) { runLaunch(t, kind, c) })
		}
	}
	if run["valid"] != validLaunches || run["invalid"] != invalidLaunches {
		t.Errorf("ran %d valid and %d invalid launches, want %d and %d", run["valid"], run["invalid"], validLaunches, invalidLaunches)
	}
	for _, r := range lti.Rules() {
		if strings.HasPrefix(r.Name, "launch.") && !wanted[r.Name] {
			t.Errorf("no fixture breaks %s", r.Name)
		}
	}
}

// folders answers the names of the cases; anything that is no case is a fault.
func folders(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			t.Errorf("%s is not a folder", filepath.Join(dir, e.Name()))
		}
		names = append(names, e.Name())
	}
	return names
}

func runLaunch(t *testing.T, kind string, c launchCase) {
	b := newBench(t)
	if c.Keys != nil {
		b.keys = keySetOf(t, c.Keys...)
	}
	b.regs.all[0].AnyDeployment = c.Registration.AnyDeployment
	launch, err := b.flow(t, c)
	if kind == "valid" {
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		checkLaunch(t, launch, c.Expect)
		return
	}
	checkRefused(t, launch, err, c.Want)
}

// checkRefused wants a refusal by the rule of that name, and nothing that could become a session.
func checkRefused(t *testing.T, launch *lti.Launch, err error, want string) {
	t.Helper()
	if launch != nil {
		t.Fatalf("a launch came out: %+v", launch)
	}
	var refusal *lti.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("not refused by a rule: %v", err)
	}
	if refusal.Rule != want {
		t.Errorf("refused by %s, want %s: %v", refusal.Rule, want, err)
	}
	if refusal.Section == "" || refusal.For == "" {
		t.Errorf("the refusal does not say by which section and for whom: %+v", refusal)
	}
	for _, r := range lti.Rules() {
		if r.Name == want && !errors.Is(err, r.Err) {
			t.Errorf("errors.Is does not find the sentinel of %s", want)
		}
	}
	for _, secret := range []string{"eyJ", "Sam", "student1@"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the refusal tells %q: %v", secret, err)
		}
	}
}

func checkLaunch(t *testing.T, l *lti.Launch, want *launchExpectation) {
	t.Helper()
	if want == nil {
		t.Fatal("a valid case needs an expectation")
	}
	got := launchExpectation{
		Subject: l.Subject, Name: l.Name, Email: l.Email, Lead: l.Lead(), Learner: l.IsLearner(), Recorded: l.Recorded(),
		Roles: len(l.Roles), Link: l.ResourceLink.ID, Deployment: l.Deployment, New: l.NewDeployment,
	}
	if l.Context != nil {
		got.Context = l.Context.ID
	}
	if l.ForUser != nil {
		got.ForUser = l.ForUser.UserID
	}
	if l.Endpoint != nil {
		got.LineItem, got.LineItems = l.Endpoint.LineItem, l.Endpoint.LineItems
	}
	filled := *want
	filled.Subject, _ = fill(want.Subject, nil).(string)
	if want.Custom != nil {
		got.Custom = l.Custom
	}
	if diff := cmp.Diff(filled, got); diff != "" {
		t.Errorf("the launch says something else (-want +got):\n%s", diff)
	}
	if l.Registration.ID != "reg-1" || l.TargetLinkURI != target {
		t.Errorf("registration %q, target %q", l.Registration.ID, l.TargetLinkURI)
	}
}

// journey is one launch on its way: what is posted, where, and by which browser.
type journey struct {
	b       *bench
	tool    *lti.Tool
	state   string
	method  string
	query   string
	form    url.Values
	binding string
}

// flows are the ways a launch can go wrong outside its token; "" is the straight one.
var flows = map[string]func(*testing.T, *journey){
	"":               func(*testing.T, *journey) {},
	"get":            func(_ *testing.T, j *journey) { j.method, j.query, j.form = http.MethodGet, "?state="+j.state, nil },
	"token_in_query": func(_ *testing.T, j *journey) { j.query, j.form = "?"+j.form.Encode(), url.Values{} },
	"no_token":       func(_ *testing.T, j *journey) { j.form.Del("id_token") },
	"no_state":       func(_ *testing.T, j *journey) { j.form.Del("state") },
	"two_states":     func(_ *testing.T, j *journey) { j.form.Add("state", j.state) },
	"unknown_state":  func(_ *testing.T, j *journey) { j.form.Set("state", strings.Repeat("A", 43)) },
	"long_state":     func(_ *testing.T, j *journey) { j.form.Set("state", strings.Repeat("A", 4096)) },
	"expired_state":  func(_ *testing.T, j *journey) { j.b.clock.add(lti.LoginLifetime) },
	"swept_state":    func(_ *testing.T, j *journey) { j.b.logins.all = map[string]lti.Login{} },
	"other_browser":  func(_ *testing.T, j *journey) { j.binding = "hash-of-another-browser" },
	"no_browser":     func(_ *testing.T, j *journey) { j.binding = "" },
	// state A with nonce B
	"nonce_of_other_login": func(t *testing.T, j *journey) { j.form.Set("state", j.b.begin(t).State) },
	"posted_twice":         func(t *testing.T, j *journey) { j.firstPost(t) },
	"posted_to_other_process": func(t *testing.T, j *journey) {
		j.firstPost(t)
		j.tool = j.b.newTool(t)
	},
	"posted_after_restart": func(t *testing.T, j *journey) {
		j.firstPost(t)
		j.tool, j.b.tool = j.b.newTool(t), nil
	},
	"posted_at_once": func(t *testing.T, j *journey) {
		j.firstPost(t)
		j.tool, j.b.logins.lag = j.b.newTool(t), true
	},
	// the token of a launch that was, on a login that is not
	"replayed_on_new_login": func(t *testing.T, j *journey) {
		j.firstPost(t)
		j.form.Set("state", j.b.begin(t).State)
	},
	"disabled": func(_ *testing.T, j *journey) {
		j.b.regs.change("reg-1", func(r *lti.Registration) bool { r.Disabled = true; return true })
	},
	"removed": func(_ *testing.T, j *journey) {
		j.b.regs.change("reg-1", func(*lti.Registration) bool { return false })
	},
	"keys_unreachable": func(_ *testing.T, j *journey) { j.b.down = true },
	// the address changed between login and launch
	"tool_moved": func(_ *testing.T, j *journey) { j.tool.URLs, _ = lti.NewURLs("https://moved.example") },
	"platform_error": func(_ *testing.T, j *journey) {
		j.form = url.Values{"state": {j.state}, "error": {"invalid_request"}, "error_description": {"Invalid response_mode"}}
	},
}

// firstPost posts the form once, and that must go well.
func (j *journey) firstPost(t *testing.T) {
	t.Helper()
	if _, err := post(t, j.tool, j.method, j.query, j.form, j.binding); err != nil {
		t.Fatalf("the first post was refused: %v", err)
	}
}

// flow goes from login to launch in the way the case names.
func (b *bench) flow(t *testing.T, c launchCase) (*lti.Launch, error) {
	t.Helper()
	change, ok := flows[c.Flow]
	if !ok {
		t.Fatalf("no flow is called %q", c.Flow)
	}
	auth := b.begin(t)
	form := url.Values{"state": {auth.State}, "id_token": {c.token(t, b.clock.now(), auth.Params.Get("nonce"))}}
	j := &journey{b: b, tool: b.tool, state: auth.State, method: http.MethodPost, form: form, binding: browser}
	change(t, j)
	spent := b.logins.spentCount()
	launch, err := post(t, j.tool, j.method, j.query, j.form, j.binding)
	if launch != nil && b.logins.spentCount() != spent+1 {
		t.Error("a launch came out without its nonce spent")
	}
	return launch, err
}

// post sends a form through ReadLaunch and Launch, as a handler does.
func post(t *testing.T, tool *lti.Tool, method, query string, form url.Values, binding string) (*lti.Launch, error) {
	t.Helper()
	r := httptest.NewRequest(method, tool.URLs.Launch+query, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	read, err := lti.ReadLaunch(r)
	if err != nil {
		return nil, err
	}
	return tool.Launch(t.Context(), read, binding)
}

// TestLaunch_one_of_many_posts_wins posts one form many times at once, to two processes.
func TestLaunch_one_of_many_posts_wins(t *testing.T) {
	b := newBench(t)
	other := b.newTool(t)
	auth := b.begin(t)
	form := lti.LaunchForm{State: auth.State, IDToken: launchCase{Base: "student"}.token(t, b.clock.now(), auth.Params.Get("nonce"))}
	if _, err := b.tool.KeySets.Key(t.Context(), b.regs.all[0], keyName); err != nil {
		t.Fatal(err)
	}
	if _, err := other.KeySets.Key(t.Context(), b.regs.all[0], keyName); err != nil {
		t.Fatal(err)
	}
	const posts = 16
	results := make(chan error, posts)
	for i := range posts {
		tool := b.tool
		if i%2 == 1 {
			tool = other
		}
		go func() {
			_, err := tool.Launch(context.Background(), form, browser)
			results <- err
		}()
	}
	won := 0
	for range posts {
		err := <-results
		switch {
		case err == nil:
			won++
		case !errors.Is(err, lti.ErrNonceSpent) && !errors.Is(err, lti.ErrStateSpent):
			t.Errorf("refused for another reason: %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d posts of one form became launches, want 1", won)
	}
}

// TestLaunch_parallel_launches_stay_apart begins many logins in one browser and ends them in another order.
func TestLaunch_parallel_launches_stay_apart(t *testing.T) {
	b := newBench(t)
	var begun []lti.AuthRequest
	for range 5 {
		begun = append(begun, b.begin(t))
	}
	for i := len(begun) - 1; i >= 0; i-- {
		auth := begun[i]
		form := lti.LaunchForm{State: auth.State, IDToken: launchCase{Base: "student"}.token(t, b.clock.now(), auth.Params.Get("nonce"))}
		launch, err := b.tool.Launch(t.Context(), form, browser)
		if err != nil || launch.Login.State != auth.State {
			t.Fatalf("launch %d: %v", i, err)
		}
	}
}

// TestLaunch_unauthentic_token_spends_nothing keeps a stranger from using up somebody's login.
func TestLaunch_unauthentic_token_spends_nothing(t *testing.T) {
	b := newBench(t)
	auth := b.begin(t)
	nonce := auth.Params.Get("nonce")
	bad := lti.LaunchForm{State: auth.State, IDToken: launchCase{Base: "student", Sign: "stranger"}.token(t, b.clock.now(), nonce)}
	if _, err := b.tool.Launch(t.Context(), bad, browser); !errors.Is(err, lti.ErrSignature) {
		t.Fatalf("want the signature refused: %v", err)
	}
	good := lti.LaunchForm{State: auth.State, IDToken: launchCase{Base: "student"}.token(t, b.clock.now(), nonce)}
	if _, err := b.tool.Launch(t.Context(), good, browser); err != nil {
		t.Fatalf("the genuine launch after it: %v", err)
	}
}

// failing is a store that is out of order.
type failing struct{ *logins }

var errStore = errors.New("the store is closed")

func (failing) Login(context.Context, string) (lti.Login, error) { return lti.Login{}, errStore }

// TestLaunch_store_failure_is_no_refusal: people are not told that they did wrong when the tool failed.
func TestLaunch_store_failure_is_no_refusal(t *testing.T) {
	b := newBench(t)
	b.tool.Logins = failing{b.logins}
	form := lti.LaunchForm{State: "s", IDToken: launchCase{Base: "student"}.token(t, b.clock.now(), "n")}
	_, err := b.tool.Launch(t.Context(), form, browser)
	var refusal *lti.Refusal
	if !errors.Is(err, errStore) || errors.As(err, &refusal) {
		t.Errorf("want the failure itself: %v", err)
	}
}

// TestLaunch_order pins the order of the checks: it is part of the contract.
func TestLaunch_order(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("testdata", "launches", "order.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), strings.Join(lti.LaunchChecks(), "\n")); diff != "" {
		t.Errorf("the order of the checks changed (-want +got):\n%s", diff)
	}
}

// TestLaunch_leeway walks the edges of the times.
func TestLaunch_leeway(t *testing.T) {
	for name, c := range map[string]struct {
		iat, exp any
		want     error
	}{
		"exp 59.9 s ago":  {-60.0, -59.9, nil},
		"exp 60 s ago":    {-60.0, -60.0, lti.ErrExpired},
		"iat 60 s ahead":  {60.0, 120.0, nil},
		"iat 61 s ahead":  {61.0, 120.0, lti.ErrIssuedInFuture},
		"iat 600 s ago":   {-600.0, 60.0, nil},
		"iat 600.5 s ago": {-600.5, 60.0, lti.ErrTooOld},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			_, err := b.flow(t, launchCase{Base: "student", Times: map[string]any{"iat": c.iat, "exp": c.exp}})
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
