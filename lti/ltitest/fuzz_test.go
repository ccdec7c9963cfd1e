package ltitest_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"cairn/lti/ltitest"
)

// FuzzEndpoints posts any text to every endpoint that takes a body from a tool, on a strict and on a lenient platform: it is
// answered, and nothing breaks.
func FuzzEndpoints(f *testing.F) {
	f.Add(`{"application_type":"web","https://purl.imsglobal.org/spec/lti-tool-configuration":{"messages":[null]}}`, "JWT=a.b.c")
	f.Add(`{"label":"x","scoreMaximum":1,"submissionReview":[]}`, "JWT=&repost=1&JWT=x")
	f.Add(`{"userId":{},"scoreGiven":[],"https://canvas.instructure.com/lti/submission":1}`, "%zz")
	f.Fuzz(func(t *testing.T, body, form string) {
		for _, profile := range []ltitest.Profile{ltitest.Strict(), ltitest.Moodle()} {
			d := newDesk(t, profile, everything)
			for _, path := range []string{"/2/lineitems", "/2/lineitems/4/lineitem/scores"} {
				if w := d.call(http.MethodPost, path, map[bool]string{true: typeScore, false: typeItem}[strings.HasSuffix(path, "scores")], body); w.Code >= 500 {
					t.Fatalf("%s: %d", path, w.Code)
				}
			}
			start, err := url.Parse(d.p.RegistrationURL(labTool))
			check(t, err)
			r := httptest.NewRequest(http.MethodPost, labIssuer+"/mod/lti/openid-registration.php", strings.NewReader(body))
			r.Header.Set("Authorization", "Bearer "+start.Query().Get("registration_token"))
			w := httptest.NewRecorder()
			d.p.ServeHTTP(w, r)
			if w.Code >= 500 {
				t.Fatalf("registration: %d", w.Code)
			}
			address := ask(t, d.p)["deep_link_return_url"].(string)
			r = httptest.NewRequest(http.MethodPost, address, strings.NewReader(form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w = httptest.NewRecorder()
			d.p.ServeHTTP(w, r)
			if w.Code >= 500 || len(d.p.Picked("2")) != 0 {
				t.Fatalf("content: %d", w.Code)
			}
		}
	})
}
