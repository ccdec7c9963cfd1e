package web_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/web"
)

func (a *adminWorld) someAccess() {
	a.keys = []web.Key{
		{ID: "plugin", Name: "LMS plugin", Scopes: []string{"statements/write", "define"}, HomePage: lms, Activity: lms + "/mod", PerMinute: 600, Created: now.AddDate(-1, 0, 0), Used: now.Add(-2 * time.Minute), Renewing: now.Add(time.Hour)},
		{ID: "reports", Name: "Reports", Scopes: []string{"statements/read"}, Created: now.AddDate(0, -1, 0)},
		{ID: "old", Name: "Old plugin", Scopes: []string{"all"}, Created: now.AddDate(-2, 0, 0), Ended: now.AddDate(-1, 0, 0)},
	}
	a.forwards = []web.Forward{
		{ID: "org", Name: "Org LRS", Endpoint: "https://org.example/xapi", Key: "cairn", Sent: now.Add(-time.Minute), Count: 12345},
		{ID: "dept", Name: "Dept LRS", Endpoint: "https://dept.example/xapi", Key: "cairn", Verb: "http://adlnet.gov/expapi/verbs/completed", Activity: lms + "/mod", Sent: now.Add(-90 * time.Minute),
			Waits: now.Add(-90 * time.Minute), Waiting: 412, Refused: 1, Problem: "it answered 503: down for maintenance", Next: now.Add(8 * time.Minute),
			Tested: now.Add(-time.Minute), Tests: []web.ForwardTest{{Good: true, Says: "it speaks xAPI 1.0.3"}, {Says: "it answered 503"}}},
		{ID: "paused", Name: "Old LRS", Endpoint: "https://old.example/xapi", Key: "cairn", Own: true, Paused: now.AddDate(0, 0, -1)},
	}
}

func (a *adminWorld) Keys(context.Context) ([]web.Key, error) { return a.keys, a.broken }

func (a *adminWorld) Scopes() []string {
	return []string{"statements/write", "statements/read/mine", "statements/read", "define", "state", "profile", "capabilities/read", "alignments/read",
		"alignments/write", "learners/read", "learners/names", "all/read", "all"}
}

func (a *adminWorld) AddKey(_ context.Context, name string, scopes []string, site string) (string, string, error) {
	if site == "r2" {
		return "", "", web.ErrNotFound
	}
	a.keys = append(a.keys, web.Key{ID: "made", Name: name, Scopes: scopes, HomePage: site})
	return "made", "s3cret", a.broken
}

func (a *adminWorld) RenewKey(_ context.Context, id string, keep time.Duration) (string, error) {
	a.adminKept = keep
	if i := a.keyAt(id); i < 0 || !a.keys[i].Ended.IsZero() {
		return "", web.ErrNotFound
	}
	return "s3cret", a.broken
}

func (a *adminWorld) keyAt(id string) int {
	return slices.IndexFunc(a.keys, func(k web.Key) bool { return k.ID == id })
}

func (a *adminWorld) EndKey(_ context.Context, id string) error {
	i := a.keyAt(id)
	if i < 0 {
		return web.ErrNotFound
	}
	a.keys[i].Ended = now
	return a.broken
}

func (a *adminWorld) Forwards(context.Context) ([]web.Forward, error) { return a.forwards, a.broken }

func (a *adminWorld) AddForward(_ context.Context, f web.NewForward) (string, error) {
	if slices.ContainsFunc(a.forwards, func(o web.Forward) bool { return o.Name == f.Name }) {
		return "", web.ErrTaken
	}
	a.sealed = append(a.sealed, f)
	a.forwards = append(a.forwards, web.Forward{ID: "new", Name: f.Name, Endpoint: f.Endpoint, Key: f.Key})
	return "new", a.broken
}

func (a *adminWorld) TestForward(_ context.Context, id string) error {
	a.done = append(a.done, "test "+id)
	return a.broken
}

func (a *adminWorld) PauseForward(_ context.Context, id string, pause bool) error {
	a.done = append(a.done, map[bool]string{true: "pause ", false: "resume "}[pause]+id)
	return a.broken
}

func (a *adminWorld) CatchUp(_ context.Context, id string, from time.Time) error {
	a.done = append(a.done, "from "+from.Format("2006-01-02")+" "+id)
	return a.broken
}

func TestAccessTellsKeysAndForwards(t *testing.T) {
	w := newWorld(t)
	checkSays(t, w.get("operator", "/admin/access").Body.String(), []string{
		"LMS plugin", "Send records, Describe activities", "Used 2:30pm.", "Never used.", "Keys that were ended", "Ended 22 November 2025",
		"Org LRS", "Working", "Last sent 2:31pm.", "Dept LRS", "Needs action", "Up to 412 records wait, since 1:02pm. None is lost.", "Next try 2:40pm.", "Paused since 21 November 2026",
	}, []string{"secret", "s3cret"})
	checkSays(t, w.get("operator", "/admin/access/keys/plugin").Body.String(), []string{
		"Of people with an account at " + lms, "600 requests a minute", "The old secret works until", "refused within seconds. What it stored stays."}, nil)
	checkSays(t, w.get("operator", "/admin/access/keys/old").Body.String(), []string{"Everything"}, []string{"<form"})
	checkSays(t, w.get("operator", "/admin/access/forwards/dept").Body.String(), []string{
		"it answered 503: down for maintenance", "it speaks xAPI 1.0.3", "Try now", "Pause", "Only the verb http://adlnet.gov/expapi/verbs/completed.", "1 record was refused for good", "See what was refused", "Remove this forward"}, []string{"Go on"})
	checkSays(t, w.get("operator", "/admin/access/forwards/paused").Body.String(), []string{"Go on", "What Cairn says itself."}, []string{"Try now", "Last test", "/pause#"})
	w.admin.keys, w.admin.forwards = nil, nil
	checkSays(t, w.get("operator", "/admin/access").Body.String(), []string{"No program has a key yet.", "Records are sent on to nobody."}, nil)
}

// The secret stands in the answer to the form and nowhere else.
func TestSecretOfAKeyIsShownOnce(t *testing.T) {
	w := newWorld(t)
	got := w.post(t, "operator", "/admin/access/key", "/admin/access/key", url.Values{"name": {" Reports "}, "scope": {"statements/read", "state"}, "site": {"r1"}})
	if made := w.admin.keys[len(w.admin.keys)-1]; got.Code != 200 || made.Name != "Reports" || !slices.Equal(made.Scopes, []string{"statements/read", "state"}) || made.HomePage != "r1" {
		t.Fatalf("%d, made %+v", got.Code, made)
	}
	checkSays(t, got.Body.String(), []string{`value="s3cret" readonly`, `value="made" readonly`, "shown once"}, nil)
	got = w.post(t, "operator", "/admin/access/keys/plugin", "/admin/access/keys/plugin/renew", url.Values{"keep": {"week"}})
	checkSays(t, got.Body.String(), []string{`value="s3cret" readonly`, "The old secret works until 29 November 2026, 2:32pm."}, nil)
	if w.admin.adminKept != 7*24*time.Hour {
		t.Errorf("the old one holds for %s", w.admin.adminKept)
	}
	got = w.post(t, "operator", "/admin/access/keys/plugin", "/admin/access/keys/plugin/end", url.Values{})
	if w.admin.keys[0].Ended.IsZero() || got.Header().Get("Location") != "../../../../admin/access?ended=1#notice" {
		t.Errorf("ended %v, to %s", w.admin.keys[0].Ended, got.Header().Get("Location"))
	}
	for _, path := range []string{"/admin/access", "/admin/access/keys/plugin"} {
		if strings.Contains(w.get("operator", path).Body.String()+w.log.String(), "s3cret") {
			t.Errorf("%s or the log has the secret", path)
		}
	}
}

func TestKeysAndForwardsAreCheckedBeforeTheyAreMade(t *testing.T) {
	for name, c := range map[string]struct {
		path string
		form url.Values
		says string
	}{
		"no name":              {"/admin/access/key", url.Values{"scope": {"all"}}, "Write a name of 1 to 100 characters."},
		"a long name":          {"/admin/access/key", url.Values{"name": {strings.Repeat("x", 101)}, "scope": {"all"}}, "Write a name of 1 to 100 characters."},
		"no scope":             {"/admin/access/key", url.Values{"name": {"X"}}, "Tick at least one thing"},
		"an unknown scope":     {"/admin/access/key", url.Values{"name": {"X"}, "scope": {"root"}}, "Tick at least one thing"},
		"a site by mailbox":    {"/admin/access/key", url.Values{"name": {"X"}, "scope": {"all"}, "site": {"r2"}}, "A key cannot be limited to this learning site"},
		"a file":               {"/admin/access/forward", forwardForm("endpoint", "file:///etc"), "Write an address that begins with https://"},
		"an address with more": {"/admin/access/forward", forwardForm("endpoint", "https://x.example/?a=b"), "Write an address that begins with https://"},
		"no key":               {"/admin/access/forward", forwardForm("key", ""), "Write the key."},
		"a key with a colon":   {"/admin/access/forward", forwardForm("key", "a:b"), "Write the key."},
		"no secret":            {"/admin/access/forward", forwardForm("secret", ""), "Write the secret again."},
		"no IRI":               {"/admin/access/forward", forwardForm("verb", "completed"), "Write a whole IRI"},
		"a name there is":      {"/admin/access/forward", forwardForm("name", "Org LRS"), "There is one with this name already."},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			got := w.post(t, "operator", c.path, c.path, c.form)
			if got.Code != 422 || len(w.admin.keys) != 3 || len(w.admin.sealed) != 0 {
				t.Fatalf("status %d", got.Code)
			}
			checkSays(t, got.Body.String(), []string{c.says, "There is a problem", "Error: "}, []string{"hush-hush"})
		})
	}
}

func forwardForm(field, value string) url.Values {
	form := url.Values{"name": {"New LRS"}, "endpoint": {"https://new.example/xapi/"}, "key": {"k"}, "secret": {"hush-hush"}, "from": {"now"}, "own": {"1"}}
	form.Set(field, value)
	return form
}

func TestForwardIsMadeAndRun(t *testing.T) {
	w := newWorld(t)
	got := w.post(t, "operator", "/admin/access/forward", "/admin/access/forward", forwardForm("verb", "http://adlnet.gov/expapi/verbs/passed"))
	want := web.NewForward{Name: "New LRS", Endpoint: "https://new.example/xapi", Key: "k", Secret: "hush-hush", Verb: "http://adlnet.gov/expapi/verbs/passed", Own: true, FromNow: true}
	if got.Code != 303 || len(w.admin.sealed) != 1 || w.admin.sealed[0] != want || !strings.HasSuffix(got.Header().Get("Location"), "/forwards/new?done=added#notice") {
		t.Fatalf("%d to %s: %+v", got.Code, got.Header().Get("Location"), w.admin.sealed)
	}
	at := "/admin/access/forwards/dept"
	for _, do := range []string{"test", "pause", "resume"} {
		if got := w.post(t, "operator", at, at+"/"+do, url.Values{}); got.Code != 303 {
			t.Errorf("%s: %d", do, got.Code)
		}
	}
	for _, day := range []string{"32", "x", ""} {
		got := w.post(t, "operator", at, at+"/from", url.Values{"day": {day}, "month": {"5"}, "year": {"2026"}})
		checkSays(t, got.Body.String(), []string{"Write a day that is past", `value="` + day + `"`}, nil)
	}
	if got := w.post(t, "operator", at, at+"/from", url.Values{"day": {"23"}, "month": {"11"}, "year": {"2026"}}); got.Code != 422 {
		t.Errorf("a day to come: %d", got.Code)
	}
	w.post(t, "operator", at, at+"/from", url.Values{"day": {"3"}, "month": {"5"}, "year": {"2026"}})
	if all := strings.Join(w.admin.done, ", "); all != "test dept, pause dept, resume dept, from 2026-05-03 dept" {
		t.Errorf("done: %s", all)
	}
	checkSays(t, w.get("operator", at+"?done=catchup").Body.String(), []string{"It goes back to that day"}, nil)
}
