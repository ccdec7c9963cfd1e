package web_test

import (
	"strings"
	"testing"
)

// TestFrontPage is what someone finds who opens the address without a course: what this is and its version, and nothing about
// who uses it.
func TestFrontPage(t *testing.T) {
	w := newWorld(t)
	got := w.call("GET", "/", "", nil)
	body := got.Body.String()
	for _, want := range []string{"<h1>Cairn</h1>", "opened from a course", "version 1.0"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q:\n%s", want, body)
		}
	}
	checkMarkup(t, body)
	if got.Code != 200 || strings.Contains(body+got.Header().Get("Content-Security-Policy"), "lms.example") || w.asked > 0 {
		t.Errorf("status %d, policy %s", got.Code, got.Header().Get("Content-Security-Policy"))
	}
	for path, takes := range map[string]string{
		"PUT /": "GET, HEAD", "GET /lti/launch": "POST", "PUT /lti/login": "GET, POST", "PUT /s/x/course/activities": "GET, HEAD, POST",
	} {
		method, path, _ := strings.Cut(path, " ")
		if got := w.call(method, path, "", nil); got.Code != 405 || got.Header().Get("Allow") != takes {
			t.Errorf("%s %s is answered %d and allows %q, want %q", method, path, got.Code, got.Header().Get("Allow"), takes)
		}
	}
	if got := w.call("POST", "/", "", nil); got.Code != 405 {
		t.Errorf("a POST is answered %d", got.Code)
	}
}

// TestUncleanPaths: a page is found by a redirect to its clean path; a form is not, for it would arrive empty.
func TestUncleanPaths(t *testing.T) {
	w := newWorld(t)
	for asked, want := range map[string]int{
		"POST //lti/launch": 404, "POST /lti//launch": 404, "POST /./lti/login": 404, "POST /s//x/course/activities": 404, "GET //lti/keys": 301, "POST /lti/launch/": 404,
	} {
		method, path, _ := strings.Cut(asked, " ")
		if got := w.call(method, path, "", nil); got.Code != want {
			t.Errorf("%s is answered %d, want %d", asked, got.Code, want)
		}
	}
}
