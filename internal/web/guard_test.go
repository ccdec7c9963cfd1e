package web_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
)

func macOf(token string) string {
	m := hmac.New(sha256.New, []byte(token))
	m.Write([]byte("form"))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// TestFormFromElsewhereIsRefused is the attack class of forged forms (lti.md).
func TestFormFromElsewhereIsRefused(t *testing.T) {
	good := macOf(token("tove"))
	tests := map[string]struct {
		form    string
		headers []string
		want    int
		rule    string
	}{
		"our page":                       {good, nil, 422, ""},
		"cross-site":                     {good, []string{"Sec-Fetch-Site", "cross-site"}, 403, "cross-site-form"},
		"neighbouring host":              {good, []string{"Sec-Fetch-Site", "same-site"}, 403, "cross-site-form"},
		"typed by the person":            {good, []string{"Sec-Fetch-Site", "none"}, 403, "cross-site-form"},
		"old browser, our origin":        {good, []string{"Sec-Fetch-Site", "", "Origin", base}, 422, ""},
		"old browser, no origin told":    {good, []string{"Sec-Fetch-Site", "", "Origin", "null"}, 422, ""},
		"old browser, foreign origin":    {good, []string{"Sec-Fetch-Site", "", "Origin", "https://evil.example"}, 403, "cross-site-form"},
		"old browser, origin by another": {good, []string{"Sec-Fetch-Site", "", "Origin", base + ".evil.example"}, 403, "cross-site-form"},
		"no form token":                  {"", nil, 403, "form-token"},
		"form token of another session":  {macOf(token("other")), nil, 403, "form-token"},
		"not a form":                     {good, []string{"Content-Type", "application/json"}, 415, "form-type"},
		"a form of parts":                {good, []string{"Content-Type", "multipart/form-data; boundary=x"}, 415, "form-type"},
		"no content type":                {good, []string{"Content-Type", ""}, 415, "form-type"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			got := w.call("POST", "/s/"+token("tove")+"/course/activities", "tove", url.Values{"form": {tt.form}, "address": {"x"}}, tt.headers...)
			if got.Code != tt.want {
				t.Errorf("status %d, want %d", got.Code, tt.want)
			}
			if tt.rule != "" && !strings.Contains(got.Body.String(), tt.rule) {
				t.Errorf("the page does not name the rule %s", tt.rule)
			}
		})
	}
}

func TestFormTooLargeIsRefused(t *testing.T) {
	w := newWorld(t)
	got := w.call("POST", "/s/"+token("tove")+"/course/activities", "tove", url.Values{"form": {macOf(token("tove"))}, "address": {strings.Repeat("x", 70<<10)}})
	if got.Code != 413 {
		t.Errorf("status %d, want 413", got.Code)
	}
}

// TestFormTokenOfThePage shows that a person's own page carries the token that is asked for.
func TestFormTokenOfThePage(t *testing.T) {
	w := newWorld(t)
	if got := formToken(t, w.get("tove", "/course/activities").Body.String()); got != macOf(token("tove")) {
		t.Errorf("form token %q", got)
	}
}
