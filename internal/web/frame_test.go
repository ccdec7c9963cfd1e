package web_test

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"cairn/internal/web"
)

// The pages of a pretend LMS on another site: a course page that begins a login in a frame by a posted form, and the page that
// answers the login. They are written here as small as can be; the complete platform is lti/ltitest.
var (
	coursePage = template.Must(template.New("").Parse(`<!doctype html><body><script>
window.got = []; addEventListener("message", function (e) { window.got.push(e.origin + " " + e.data) });
</script><iframe name="tool" width="840" height="300"></iframe>
<form method="post" action="{{.Tool}}/lti/login" target="tool"><input name="iss" value="{{.LMS}}"><input name="login_hint" value="4">
<input name="target_link_uri" value="{{.Tool}}/lti/launch"></form><script>document.forms[0].submit()</script>`))
	authPage = template.Must(template.New("").Parse(`<!doctype html><body><form method="post" action="{{.Tool}}/lti/launch">
<input name="state" value="{{.State}}"><input name="id_token" value="x"></form><script>document.forms[0].submit()</script>`))
)

// visits notes what the browser asked of the tool.
type visits struct {
	sync.Mutex
	lines []string
}

func (v *visits) ServeHTTP(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		for name, values := range rec.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
		v.Lock()
		defer v.Unlock()
		path := r.URL.Path
		if rest, ok := strings.CutPrefix(path, "/s/"); ok {
			_, rest, _ = strings.Cut(rest, "/")
			path = "/s/" + rest
		}
		v.lines = append(v.lines, fmt.Sprintf("%s %s %d", r.Method, path, rec.Code))
	})
}

func (v *visits) saw(line string) bool {
	v.Lock()
	defer v.Unlock()
	for _, l := range v.lines {
		if l == line {
			return true
		}
	}
	return false
}

// TestLaunchInACrossSiteFrame walks login, cookie check and launch in a real browser that blocks third-party cookies, inside a
// frame of another site: the partitioned cookie must come back, the posted form must survive the check, and the page must tell
// the frame its height.
func TestLaunchInACrossSiteFrame(t *testing.T) {
	browser := startBrowser(t, chromedp.Flag("test-third-party-cookie-phaseout", true))
	tool := httptest.NewUnstartedServer(nil)
	toolAt := "http://" + tool.Listener.Addr().String() // 127.0.0.1: another site than localhost
	w := newWorldAt(t, toolAt)
	w.launch = learnerLaunch()
	var seen visits
	tool.Config.Handler = seen.ServeHTTP(w.handler)
	tool.Start()
	defer tool.Close()

	pages := http.NewServeMux()
	lmsServer := httptest.NewServer(pages)
	defer lmsServer.Close()
	lmsAt := strings.Replace(lmsServer.URL, "127.0.0.1", "localhost", 1)
	w.platform = lmsAt
	w.regs["r1"] = web.Registration{ID: "r1", Issuer: lmsAt}
	pages.HandleFunc("/course", func(rw http.ResponseWriter, r *http.Request) {
		_ = coursePage.Execute(rw, map[string]string{"Tool": toolAt, "LMS": lmsAt})
	})
	pages.HandleFunc("/auth", func(rw http.ResponseWriter, r *http.Request) {
		_ = authPage.Execute(rw, map[string]string{"Tool": toolAt, "State": r.FormValue("state")})
	})

	ctx, cancel := context.WithTimeout(browser, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(lmsAt+"/course")); err != nil {
		t.Fatal(err)
	}
	told, err := chromedp.Run(ctx, chromedp.Poll[string](`window.got.find(m => m.includes("frameResize"))`))
	if err != nil {
		t.Fatalf("the page never told its height: %v; the tool saw %q", err, seen.lines)
	}
	if !strings.HasPrefix(told, toolAt+` {"subject":"lti.frameResize","height":`) {
		t.Errorf("told %q", told)
	}
	for _, line := range []string{"POST /lti/login 307", "POST /lti/login 303", "POST /lti/launch 303", "GET /s/me 303", "GET /s/me/start 200"} {
		if !seen.saw(line) {
			t.Errorf("no %s among %q", line, seen.lines)
		}
	}
	if s := w.entries[0].Session; s.Browser == "" || s.Browser != w.browser || !s.InFrame {
		t.Errorf("the session is bound to %q, in a frame: %v", s.Browser, s.InFrame)
	}
}
