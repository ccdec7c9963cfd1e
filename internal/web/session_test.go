package web_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"strings"
	"testing"
	"time"

	"cairn/internal/web"
)

var errAway = errors.New("the database is away")

func TestHeadersOfAPage(t *testing.T) {
	h := newWorld(t).get("amara", "/me").Header()
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; connect-src 'self'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self' https://lms.example",
		"Referrer-Policy":         "no-referrer",
		"Cache-Control":           "no-store",
		"X-Content-Type-Options":  "nosniff",
		"Content-Type":            "text/html; charset=utf-8",
	}
	for name, value := range want {
		if h.Get(name) != value {
			t.Errorf("%s: %q, want %q", name, h.Get(name), value)
		}
	}
	if h.Get("X-Request-ID") == "" {
		t.Error("no request id")
	}
}

// TestFrameAncestorsAreThePlatforms is the attack class of clickjacking (lti.md).
func TestFrameAncestorsAreThePlatforms(t *testing.T) {
	tests := map[string]struct {
		origins []string
		want    string
	}{
		"configured":          {[]string{"https://a.example", "https://b.example:8443/path"}, "'self' https://a.example https://b.example:8443"},
		"issuer's":            {nil, "'self' https://lms.example"},
		"nothing widens":      {[]string{"*", "https://*.example", "data:", "https://a.example; script-src *"}, "'self'"},
		"written in capitals": {[]string{"https://LMS.example"}, "'self' https://lms.example"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			reg := w.regs["r1"]
			reg.FrameOrigins = tt.origins
			w.regs["r1"] = reg
			_, got, _ := strings.Cut(w.get("amara", "/me").Header().Get("Content-Security-Policy"), "frame-ancestors ")
			if got != tt.want {
				t.Errorf("frame-ancestors %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSessionIsProlongedByUse holds that reading seldom writes, and that roles of a launch do not last for ever.
func TestSessionIsProlongedByUse(t *testing.T) {
	tests := map[string]struct {
		age, left time.Duration
		until     time.Duration // from now; 0: not prolonged
	}{
		"used a moment ago":    {time.Hour, 2*time.Hour - time.Minute, 0},
		"used ten minutes ago": {time.Hour, 110 * time.Minute, 2 * time.Hour},
		"near its limit":       {11 * time.Hour, 30 * time.Minute, time.Hour},
		"at its limit":         {12 * time.Hour, time.Minute, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			key := hash(token("amara"))
			s := w.sessions[key]
			s.CreatedAt, s.ExpiresAt = now.Add(-tt.age), now.Add(tt.left)
			w.sessions[key] = s
			w.get("amara", "/me")
			got, did := w.prolonged[key]
			if did != (tt.until != 0) || did && !got.Equal(now.Add(tt.until)) {
				t.Errorf("prolonged %v until %v", did, got)
			}
		})
	}
}

// TestSessionWithoutCookie holds that a page runs on its address alone where the launch had no cookie to give.
func TestSessionWithoutCookie(t *testing.T) {
	w := newWorld(t)
	key := hash(token("amara"))
	s := w.sessions[key]
	s.Browser = ""
	w.sessions[key] = s
	if got := w.call("GET", "/s/"+token("amara")+"/me", "", nil); got.Code != 200 {
		t.Errorf("status %d", got.Code)
	}
}

func TestFailureIsSaidAndLoggedOnce(t *testing.T) {
	w := newWorld(t)
	w.broken = errAway
	got := w.get("amara", "/me")
	page, log := got.Body.String(), w.log.String()
	if got.Code != 500 || strings.Contains(page, "database") || !strings.Contains(page, got.Header().Get("X-Request-ID")) {
		t.Errorf("status %d:\n%s", got.Code, page)
	}
	if strings.Count(log, "\n") != 1 || !strings.Contains(log, "the database is away") || !strings.Contains(log, "route=/s/{s}/me") ||
		!strings.Contains(log, got.Header().Get("X-Request-ID")) {
		t.Errorf("log: %s", log)
	}
}

// TestFilesNeedNoStore holds that style, script and keys are answered while the database is away.
func TestFilesNeedNoStore(t *testing.T) {
	w := newWorld(t)
	w.broken = errAway
	for path, kind := range map[string]string{"/static/app.css?v=1": "text/css; charset=utf-8", "/static/app.js?v=1": "text/javascript; charset=utf-8", "/lti/keys": "application/json"} {
		got := w.call("GET", path, "", nil)
		if got.Code != 200 || got.Header().Get("Content-Type") != kind || got.Body.Len() == 0 || w.asked > 0 {
			t.Errorf("%s: status %d, type %s, stores asked %d times", path, got.Code, got.Header().Get("Content-Type"), w.asked)
		}
	}
	if got := w.call("GET", "/static/templates", "", nil); got.Code != 404 {
		t.Errorf("another file: %d", got.Code)
	}
}

// TestWeightOfFiles holds the limits of pages.md 5, which are of compressed files.
func TestWeightOfFiles(t *testing.T) {
	w := newWorld(t)
	for path, limit := range map[string]int{"/static/app.css": 12 << 10, "/static/app.js": 8 << 10} {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = z.Write(w.call("GET", path, "", nil).Body.Bytes())
		_ = z.Close()
		if got := packed.Len(); got < 100 || got > limit {
			t.Errorf("%s is %d bytes", path, got)
		}
	}
}

func TestErrorPageLeadsBackToTheCourse(t *testing.T) {
	w := newWorld(t)
	page := w.get("amara", "/course/activities").Body.String()
	if !strings.Contains(page, `href="https://lms.example/mod/lti/return.php" target="_top"`) {
		t.Errorf("no way back:\n%s", page)
	}
	if page := w.call("GET", "/s/"+token("amara")+"/me", "ben", nil).Body.String(); strings.Contains(page, "return.php") {
		t.Error("a stranger is told where the course is")
	}
}

func TestThemeFollowsTheWindow(t *testing.T) {
	w := newWorld(t)
	for dest, theme := range map[string]string{"iframe": "light", "document": "device", "": "light"} {
		page := w.call("GET", "/s/"+token("amara")+"/me", "amara", nil, "Sec-Fetch-Dest", dest).Body.String()
		if !strings.Contains(page, `data-theme="`+theme+`"`) {
			t.Errorf("destination %q has no theme %s", dest, theme)
		}
	}
}

func TestNewRefusesWhatItCannotWorkWith(t *testing.T) {
	for _, address := range []string{"", "cairn.example", "ftp://cairn.example"} {
		if _, err := web.New(web.Config{BaseURL: address}); !errors.Is(err, web.ErrConfig) {
			t.Errorf("base URL %q: %v", address, err)
		}
	}
	if _, err := web.New(web.Config{BaseURL: base}); !errors.Is(err, web.ErrConfig) {
		t.Errorf("no parts: %v", err)
	}
}
