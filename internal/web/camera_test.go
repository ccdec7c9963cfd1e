package web_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

type step = chromedp.Action[chromedp.Void]

// startBrowser starts Chromium. A test that it fails for says which package brings it.
func startBrowser(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium (Debian package chromium): %v", err)
	}
	return ctx
}

// serve starts the pages over a world of their own and answers the address of the picture.
func serve(t *testing.T, p picture) string {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	root := "http://" + server.Listener.Addr().String()
	w := newWorldAt(t, root)
	if p.prepare != nil {
		p.prepare(w)
	}
	pages := http.NewServeMux()
	pages.Handle("/", w.handler)
	pages.HandleFunc("/framed", func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, `<!doctype html><html lang="en"><title>Course</title><body style="margin:0"><main><h1>Course</h1><iframe title="Cairn" style="border:0;width:100%%;height:600px" src="%s"></iframe></main>`, html.EscapeString(r.FormValue("to")))
	})
	pages.HandleFunc("/start", func(rw http.ResponseWriter, r *http.Request) {
		http.SetCookie(rw, &http.Cookie{
			Name: cookie, Value: browserOf(r.FormValue("as")), Path: "/", Secure: true, HttpOnly: true,
			SameSite: http.SameSiteNoneMode, Partitioned: true,
		})
		http.Redirect(rw, r, r.FormValue("to"), http.StatusSeeOther)
	})
	server.Config.Handler = pages
	server.Start()
	t.Cleanup(server.Close)
	switch {
	case p.outside != nil && p.framed:
		return root + "/framed?" + url.Values{"to": {p.outside(root)}}.Encode()
	case p.outside != nil:
		return root + p.outside(root)
	}
	return root + "/start?" + url.Values{"as": {p.person}, "to": {"/s/" + token(p.person) + p.path}}.Encode()
}

// camera is a tab of a browser with a page open in it.
type camera struct {
	*testing.T
	ctx context.Context
	p   picture
}

// open shows a picture's page as a look has it, and does what the picture asks for. It fails when the page breaks its own policy.
func open(t *testing.T, browser context.Context, p picture, first look) camera {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	complaints := make(chan string, 100)
	err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok && len(complaints) < cap(complaints) {
			complaints <- string(e.Entry.Source) + ": " + e.Entry.Text
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	c := camera{t, ctx, p}
	c.see(first)
	if err := chromedp.Do(ctx, chromedp.Navigate(serve(t, p)), chromedp.WaitReady(chromedp.CSS("footer, iframe"))); err != nil {
		t.Fatalf("open %s: %v", p.name, err)
	}
	if first.as != "noscript" {
		c.rests()
	}
	if err := chromedp.Do(ctx, p.do...); err != nil {
		t.Fatalf("prepare %s: %v", p.name, err)
	}
	for len(complaints) > 0 {
		if text := <-complaints; !strings.Contains(text, "responded with a status of") { // pages that refuse have such a status
			t.Errorf("%s: %s", p.name, text)
		}
	}
	return c
}

// see changes how the page is looked at, without opening it again.
func (c camera) see(l look) {
	c.Helper()
	scheme, scale := "light", 1.0
	if l.as == "dark" {
		scheme = "dark"
	}
	if l.as == "zoom400" {
		scale = 4
	}
	like := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
	if l.as == "forced" {
		like = append(like, &emulation.MediaFeature{Name: "forced-colors", Value: "active"})
	}
	err := chromedp.Do(c.ctx, chromedp.EmulateViewport(l.width, 700, chromedp.EmulateScale(scale)), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: l.as == "noscript"}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: like})
		return err
	}))
	if err != nil {
		c.Fatalf("look at %s: %v", c.p.name, err)
	}
}

// widest names the elements that reach beyond the window and hold no other that does.
const widest = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 &&
	!e.closest(".scroll") && ![...e.children].some(c => c.getBoundingClientRect().right > document.documentElement.clientWidth + 1)).map(e => e.outerHTML.slice(0, 200)).slice(0, 3).join(" and ")`

// shifts tells what moved since the page was first painted, and by how much of it.
const shifts = `new Promise(done => {
	let told = "";
	new PerformanceObserver(list => list.getEntries().forEach(e => { told += e.value.toFixed(4) + ": " + e.sources.map(s => s.node && (s.node.outerHTML || s.node.data).slice(0, 100)).join(" and ") + "\n"; }))
		.observe({ type: "layout-shift", buffered: true });
	requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(told), 0)));
})`

// rests fails when something moved after the first paint, also when the script started (pages.md 5).
func (c camera) rests() {
	c.Helper()
	moved, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](shifts, chromedp.EvalAwaitPromise))
	if err != nil || moved != "" {
		c.Errorf("%s: this moved after the first paint: %s, %v", c.p.name, moved, err)
	}
}

// enlarge fails when the page scrolls sideways once a person has made their browser's text twice as large (WCAG 2.2, 1.4.4).
func (c camera) enlarge() {
	c.Helper()
	size := func(px int64) {
		fonts := page.SetFontSizesParams{FontSizes: &page.FontSizes{Standard: px}}
		if _, err := chromedp.Call(c.ctx, page.SetFontSizes, fonts); err != nil {
			c.Fatal(err)
		}
	}
	size(32)
	c.see(look{840, "light"})
	c.stays("with large text")
	size(16)
}

// check fails when the page scrolls sideways in a look, or the accessibility checker finds something.
func (c camera) check(l look) {
	c.Helper()
	c.see(l)
	checkAxe(c.ctx, c.T, c.p.name+" "+l.String())
	c.stays(l.String())
}

// stays fails when the page scrolls sideways.
func (c camera) stays(how string) {
	c.Helper()
	sideways, err := chromedp.Run(c.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	if err != nil {
		c.Fatal(err)
	}
	if sideways > 0 {
		wide, _ := chromedp.Run(c.ctx, chromedp.Evaluate[string](widest))
		c.Errorf("%s %s scrolls %d px sideways: %s", c.p.name, how, sideways, wide)
	}
}

// take writes the picture into the folder.
func (c camera) take(l look, folder string) {
	c.Helper()
	var image []byte
	var err error
	if l.width == a4 {
		image = c.printed(l.as == "grey")
	} else {
		c.see(l)
		image, err = chromedp.Run(c.ctx, chromedp.FullScreenshot(100))
	}
	if err == nil {
		err = errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, c.p.name+"-"+l.String()+".png"), image, 0o644))
	}
	if err != nil {
		c.Fatal(err)
	}
}
