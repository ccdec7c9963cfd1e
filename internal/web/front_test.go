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
	if got := w.call("POST", "/", "", nil); got.Code != 405 {
		t.Errorf("a POST is answered %d", got.Code)
	}
}
