package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzAddress holds that no address and no query makes a page fail, and that none brings markup into one.
func FuzzAddress(f *testing.F) {
	f.Add("me/list", "state=evidenced&level=2&page=1")
	f.Add("me/section/x", "")
	f.Add("course/tags/activity/x", "address=https://x.example/&section=x")
	f.Add("course/activities", "added=9999999999999999999&of=<script>")
	f.Add("../lti/login", "iss=x&login_hint=<b>&target_link_uri=javascript:x")
	f.Fuzz(func(t *testing.T, path, query string) {
		w := newWorld(t)
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL = &url.URL{Path: "/s/" + token("tove") + "/" + path, RawQuery: query}
		r.AddCookie(&http.Cookie{Name: cookie, Value: browserOf("tove")})
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, r)
		if rec.Code >= 500 {
			t.Errorf("status %d: %s", rec.Code, w.log.String())
		}
		if strings.Contains(rec.Body.String(), "<script>") {
			t.Errorf("foreign markup:\n%s", rec.Body)
		}
	})
}

// FuzzTagForm holds that no form makes saving fail, and that what is saved lies in the course of the session.
func FuzzTagForm(f *testing.F) {
	f.Add("shown=x&tag=x&kind=under&version=&section=&reason=")
	f.Add("kind=exact&version=9G3SilSZ2O_vC4-4&section=x;shown=%zz")
	f.Fuzz(func(t *testing.T, body string) {
		w := newWorld(t)
		r := httptest.NewRequest(http.MethodPost, "/s/"+token("tove")+tagPath(module("quiz", 2)), strings.NewReader("form="+macOf(token("tove"))+"&"+body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(&http.Cookie{Name: cookie, Value: browserOf("tove")})
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, r)
		if rec.Code >= 500 {
			t.Errorf("status %d: %s", rec.Code, w.log.String())
		}
		for _, h := range w.changes {
			if !h.Changeset.Scope.Same(course.Scope()) {
				t.Errorf("a change of another course: %+v", h.Changeset)
			}
		}
	})
}

// FuzzReturnAddress holds that an address that is kept leads to the platform.
func FuzzReturnAddress(f *testing.F) {
	f.Add(lms + "/return")
	f.Add("https://lms.example@evil.example/")
	f.Add("https://lms.example\\.evil.example/")
	f.Fuzz(func(t *testing.T, address string) {
		w, l := newWorld(t), learnerLaunch()
		l.Presentation.ReturnURL = address
		w.arrive(l, "sam")
		if kept := w.entries[0].Session.ReturnURL; kept != "" {
			u, err := url.Parse(kept)
			if err != nil || u.Scheme != "https" || !strings.EqualFold(u.Host, "lms.example") || u.User != nil {
				t.Errorf("kept %q", kept)
			}
		}
	})
}
