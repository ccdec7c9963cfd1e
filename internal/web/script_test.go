package web_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// hurry has the page's timers run a thousand times as fast, and opens it again.
func (c camera) hurry() {
	c.Helper()
	source := page.AddScriptToEvaluateOnNewDocumentParams{Source: `(() => { const wait = window.setTimeout; window.setTimeout = (f, ms) => wait(f, ms / 1000); })()`}
	err := chromedp.Do(c.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, source)
		return err
	}), chromedp.Reload(), chromedp.WaitReady(chromedp.CSS("footer")))
	if err != nil {
		c.Fatal(err)
	}
}

// reads waits until what an expression of the page answers holds the words.
func (c camera) reads(expression, words string) {
	c.Helper()
	last := ""
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		got, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](expression))
		if last = got; err == nil && strings.Contains(got, words) {
			return
		}
	}
	c.Fatalf("%s does not read %q but %q", expression, words, last)
}

// turning has a change of the world happen once the test says so, between two requests.
func turning(now *atomic.Bool, change func(*world)) func(*world) {
	return func(w *world) {
		pages := w.handler
		w.handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if now.CompareAndSwap(true, false) {
				change(w)
			}
			pages.ServeHTTP(rw, r)
		})
	}
}

const (
	told    = `(e => e && e.checkVisibility() ? e.innerText : "nothing")(document.querySelector(".ending"))`
	focused = `document.activeElement.id || document.activeElement.tagName`
	press   = `document.querySelector("[data-stay]")?.click();`
)

// TestEndOfTheSessionIsTold holds that a person is asked 2 minutes before the end of their session whether they stay, that one request
// prolongs it, that what had the focus has it again, and that a page says so when it was too late (pages.md 5).
func TestEndOfTheSessionIsTold(t *testing.T) {
	var over atomic.Bool
	away := turning(&over, func(w *world) { delete(w.sessions, hash(token("amara"))) })
	c := open(t, startBrowser(t), picture{name: "ending", person: "amara", path: "/me/changes", prepare: away}, look{840, "light"})
	c.reads(told, "nothing")
	c.hurry()
	if err := chromedp.Do(c.ctx, chromedp.Focus(chromedp.CSS("#day"))); err != nil {
		t.Fatal(err)
	}
	c.reads(told, "Your time is nearly up. Stay?")
	checkAxe(c.ctx, t, "the question whether to stay")
	c.reads(press+focused, "day")
	c.reads(told, "nothing")
	c.reads(told, "Your time is nearly up. Stay?")
	over.Store(true)
	c.reads(press+told, "This page was open too long")
}

// TestEndThatNothingPutsOffIsTold holds that staying is not offered where the roles of the launch have had their time.
func TestEndThatNothingPutsOffIsTold(t *testing.T) {
	c := open(t, startBrowser(t), picture{name: "ending", person: "amara", path: "/me", prepare: func(w *world) {
		s := w.sessions[hash(token("amara"))]
		s.CreatedAt, s.ExpiresAt = now.Add(-12*time.Hour+time.Minute), now.Add(time.Minute)
		w.sessions[s.Hash] = s
	}}, look{320, "light"})
	c.reads(told, "Save now, then open it again from your course.")
	if n, err := chromedp.Run(c.ctx, chromedp.Evaluate[int](`document.querySelectorAll("[data-stay]").length`)); n != 0 || err != nil {
		t.Errorf("%d buttons that do nothing, %v", n, err)
	}
}

// TestLongWorkIsCountedLive holds that a page tells how far work has come without being opened again, and when it is done.
func TestLongWorkIsCountedLive(t *testing.T) {
	var done atomic.Bool
	c := open(t, startBrowser(t), picture{name: "working", person: "tove", path: "/course/draft", prepare: func(w *world) {
		drafted(w)
		w.slow = true
		turning(&done, func(w *world) { w.slow = false })(w)
	}}, look{840, "light"})
	c.hurry()
	const status = `document.querySelector("[data-live]").innerText`
	c.reads(status, "Checked 1,200 of 4,000 records.")
	done.Store(true)
	c.reads(status, "It is worked out. Check again to see it.")
	if err := chromedp.Do(c.ctx, chromedp.Click(chromedp.CSS("[data-live] + p a"))); err != nil {
		t.Fatal(err)
	}
	c.reads(`document.querySelector("main").innerText`, "Checked 31 learners")
}

// TestFocusFollowsThePage holds that it is on the heading after a change of page, and on what there is to read first.
func TestFocusFollowsThePage(t *testing.T) {
	browser := startBrowser(t)
	for name, tt := range map[string]struct{ path, focus string }{
		"a page that was led to":  {"/me/changes#c", "H1"},
		"a page that was entered": {"/me/changes", "BODY"},
		"a notice":                {"/display?saved=1#notice", "notice"},
		"no notice after all":     {"/display#notice", "H1"},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t, browser, picture{name: name, person: "amara", path: tt.path}, look{840, "light"})
			c.reads(focused, tt.focus)
		})
	}
}
