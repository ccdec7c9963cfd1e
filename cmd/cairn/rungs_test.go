package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"cairn/internal/sqlstore"
	"cairn/lti"
	"cairn/lti/ltitest"
)

// rung is a Cairn and a platform of a profile, with a browser that keeps cookies or does not.
type rung struct {
	lms     *ltitest.Platform
	store   *sqlstore.Store
	sampled ltitest.Sampled
	mu      sync.Mutex
	lines   []string // what the tool was asked for: where to, and for which kind of page
}

// startRung serves both. Where cookies are dropped, a frame of the tool never gets one; a window of its own does.
func startRung(t *testing.T, profile ltitest.Profile, drop bool) *rung {
	t.Helper()
	r := &rung{}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	tool := httptest.NewUnstartedServer(nil)
	base := "http://" + tool.Listener.Addr().String() // 127.0.0.1: another site than localhost
	p := &program{settings: settings{DB: filepath.Join(t.TempDir(), "cairn.db"), BaseURL: base}, ctx: t.Context(), out: io.Discard, now: time.Now}
	log := slog.New(slog.DiscardHandler)
	var err error
	r.store, err = p.openStore(t.Context(), log)
	must(err)
	t.Cleanup(func() { _ = r.store.Close() })
	_, err = publishBuiltin(t.Context(), r.store, base)
	must(err)
	r.lms = ltitest.New(ltitest.Config{Profile: profile, Now: time.Now, Listen: "127.0.0.1:0"})
	must(r.lms.Start())
	t.Cleanup(func() { _ = r.lms.Close() })
	urls, err := lti.NewURLs(base)
	must(err)
	sampled := ltitest.Sample(r.lms, ltitest.Tool{LoginURL: urls.Login, TargetLinkURI: urls.Launch, RedirectURIs: []string{urls.Launch}, KeySetURL: urls.KeySet})
	r.sampled = sampled
	c, err := r.lms.Connection(sampled.Tool.ID)
	must(err)
	_, err = r.store.AddRegistration(t.Context(), sqlstore.Registration{Registration: lti.Registration{
		Name: "LMS", Issuer: c.Issuer, ClientID: c.ClientID, AnyDeployment: true, AuthorizationEndpoint: c.AuthorizationEndpoint,
		TokenEndpoint: c.TokenEndpoint, KeySetURL: c.KeySetURL,
	}, FrameOrigins: []string{r.lms.Issuer()}})
	must(err)
	keys, err := keyFlags{}.ring(p, log)
	must(err)
	s, err := wiring{settings: p.settings, now: time.Now, log: log, keys: keys, privateHosts: []string{"localhost", "127.0.0.1"}, process: processName()}.wire(t.Context(), r.store)
	must(err)
	tool.Config.Handler = r.watch(s.handler, drop)
	tool.Start()
	t.Cleanup(tool.Close)
	return r
}

// watch notes what is asked for, and drops cookies in frames.
func (r *rung) watch(next http.Handler, drop bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		rec := httptest.NewRecorder()
		dest := q.Header.Get("Sec-Fetch-Dest")
		if drop && dest == "iframe" {
			q.Header.Del("Cookie")
		}
		next.ServeHTTP(rec, q)
		if drop && dest == "iframe" {
			rec.Header().Del("Set-Cookie")
		}
		for name, values := range rec.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
		path := q.URL.Path
		if strings.HasPrefix(path, "/s/") {
			path = "/s" + path[strings.LastIndex(path, "/"):]
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.lines = append(r.lines, dest+" "+path+" "+http.StatusText(rec.Code))
	})
}

func (r *rung) saw(line string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.lines {
		if l == line {
			return true
		}
	}
	return false
}

// openRungTab is a browser with or without third-party cookies.
func openRungTab(t *testing.T, blocked bool) tab {
	t.Helper()
	if blocked {
		return openTab(t)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.WSURLReadTimeout(time.Minute), chromedp.WindowSize(1000, 900), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-site-isolation-trials", true), chromedp.Flag("disable-features", "IsolateOrigins,site-per-process"))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	return tab{t, ctx}
}

// TestRungsOfTheCookieLadder opens Cairn in a frame of another site, in a real browser, on each rung (settled question 20).
func TestRungsOfTheCookieLadder(t *testing.T) {
	tests := []struct {
		name          string
		profile       ltitest.Profile
		blocked, drop bool
		saw           string // what the tool was asked for at the end
		not           string
	}{
		{"cookies allowed", ltitest.Moodle(), false, false, "iframe /s/start OK", "document /s/start OK"},
		{"partitioned cookies only", ltitest.Moodle(), true, false, "iframe /s/start OK", "document /s/start OK"},
		{"no cookies, storage in a frame", ltitest.Canvas(), true, true, "iframe /s/start OK", "document /s/start OK"},
		{"no cookies, storage in the page", ltitest.Sakai(), true, true, "iframe /s/start OK", "document /s/start OK"},
		{"no cookies, no storage", ltitest.Moodle(), true, true, "document /s/start OK", "iframe /s/start OK"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, b := startRung(t, tt.profile, tt.drop), openRungTab(t, tt.blocked)
			b.logIn(demoAddresses{LMS: r.lms.Issuer()}, "Lena Learner")
			b.visit(r.lms.Issuer() + "/course/view.php?id=2")
			b.press(false, "My capabilities")
			if strings.HasPrefix(tt.saw, "document") {
				b.eventuallyPress("Open in a new window")
			}
			eventually(t, "the page is there", func() bool { return r.saw(tt.saw) })
			if r.saw(tt.not) {
				t.Errorf("the tool was also asked for %s: %q", tt.not, r.lines)
			}
		})
	}
}

// eventuallyPress waits for a button in the tool's frame.
func (b tab) eventuallyPress(words string) {
	b.Helper()
	eventually(b.T, "there is a button "+words, func() bool {
		text, err := b.in(true, `document.readyState === "complete" ? document.body.innerText : ""`)
		return err == nil && strings.Contains(text, words)
	})
	b.press(true, words)
}

// TestSilentStorageLeavesTheWindow offers the window when the platform says that it keeps values and then does not answer.
func TestSilentStorageLeavesTheWindow(t *testing.T) {
	r, b := startRung(t, ltitest.Moodle(), true), openRungTab(t, true)
	b.logIn(demoAddresses{LMS: r.lms.Issuer()}, "Lena Learner")
	init, err := r.lms.Initiate(r.sampled.Learner, r.sampled.Link)
	if err != nil {
		t.Fatal(err)
	}
	init.Form.Set("lti_storage_target", "_parent")
	fields, err := json.Marshal(init.Form)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.in(false, fmt.Sprintf(`(() => {
		document.body.innerHTML = '<iframe name="tool" width="800" height="400"></iframe>';
		const form = document.createElement("form");
		Object.assign(form, { method: "post", action: %q, target: "tool" });
		for (const [name, [value]] of Object.entries(%s)) form.append(Object.assign(document.createElement("input"), { name, value }));
		document.body.append(form);
		form.submit();
		return "";
	})()`, init.URL, fields)); err != nil {
		t.Fatal(err)
	}
	b.sees(true, "Opening. This takes a moment.")
	b.sees(true, "Open in a new window", "Allow pop-ups")
	b.press(true, "Open in a new window")
	b.sees(true, "It is open in another window.", "Open in a new window")
	eventually(t, "the page is there", func() bool { return r.saw("document /s/start OK") })
}
