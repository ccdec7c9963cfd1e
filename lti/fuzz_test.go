package lti_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cairn/lti"
)

// FuzzLaunch posts any text as an id_token on a good state: nothing but a refusal comes of it, and the login stays usable.
func FuzzLaunch(f *testing.F) {
	b := newBench(f)
	auth := b.begin(f)
	good := launchCase{Base: "student"}.token(f, b.clock.now(), "another nonce")
	part := strings.Split(good, ".")
	f.Add(good)
	f.Add(part[0] + "." + part[1] + ".")
	f.Add(b64([]byte(`{"alg":"none","kid":"`+keyName+`"}`)) + "." + part[1] + ".")
	f.Add(b64([]byte(`{"alg":"RS256","kid":{"a":[1]},"crit":null}`)) + "." + b64([]byte(`{"aud":[null],"exp":1e999}`)) + "." + part[2])
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		if token == good {
			return
		}
		launch, err := b.tool.Launch(t.Context(), lti.LaunchForm{IDToken: token, State: auth.State}, browser)
		var refusal *lti.Refusal
		if launch != nil || !errors.As(err, &refusal) {
			t.Fatalf("%v, %v", launch, err)
		}
		if b.logins.spentCount() != 0 {
			t.Fatal("a login was spent")
		}
	})
}

// FuzzClaims reads any text as claims, as if it had been signed.
func FuzzClaims(f *testing.F) {
	bases, err := filepath.Glob(filepath.Join("testdata", "launches", "base", "*.json"))
	if err != nil || len(bases) == 0 {
		f.Fatal("no bases", err)
	}
	for _, name := range bases {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`{"iat":1.5e9,"aud":["a",null],"` + lti.ClaimRoles + `":["",null],"` + lti.ClaimCustom + `":{"a":{"b":[]}}}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		launch, err := lti.ParseClaimsForTest(payload)
		if err != nil {
			return
		}
		if e := launch.Endpoint; e != nil && strings.HasPrefix(e.LineItem, "javascript") {
			t.Fatal("an address that is no web address came through")
		}
		for name, value := range launch.Custom {
			if value == "$A.b" {
				t.Fatalf("custom %q was not filled in and came through", name)
			}
		}
		if launch.Lead() && launch.Context == nil {
			t.Fatal("somebody leads no course")
		}
	})
}

// FuzzReadLogin reads any text as an initiation; what is taken can be sent on unchanged.
func FuzzReadLogin(f *testing.F) {
	f.Add("iss=https%3A%2F%2Flms.example&login_hint=4&target_link_uri=https%3A%2F%2Ftool.example%2F&lti_message_hint=%7B%22a%22%3A1%7D")
	f.Add("iss=a&iss=b&login_hint=%00&target_link_uri=javascript:alert(1)")
	f.Add("iss=%zz;a=b")
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/lti/login", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req, err := lti.ReadLogin(r)
		if err != nil {
			return
		}
		again, err := lti.ParseLogin(req.Values())
		if err != nil || again != req {
			t.Fatalf("%+v became %+v: %v", req, again, err)
		}
	})
}

// FuzzOurs: whatever is called ours begins, once parsed by a browser's rules, at our origin.
func FuzzOurs(f *testing.F) {
	urls, err := lti.NewURLs(toolBase)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{target, "https://tool.example", "https://tool.example\\@evil.example", "https://tool.example/%2e%2e/", "HTTPS://tool.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !urls.Ours(s) {
			return
		}
		rest, ok := strings.CutPrefix(strings.ToLower(s), "https://tool.example")
		rest = strings.TrimPrefix(rest, ":443")
		if !ok || rest != "" && !strings.ContainsRune(":/?#", rune(rest[0])) {
			t.Fatalf("%q is called ours", s)
		}
	})
}

// FuzzKeySet serves any text as a platform's key set: a key that comes of it is fit.
func FuzzKeySet(f *testing.F) {
	f.Add(keySetOf(f, "platform"))
	f.Add(keySetOf(f, "of_a_kind_unknown", "curve", "weak", "platform_private"))
	f.Add(`{"keys":[{"kty":"RSA","kid":"` + keyName + `","n":"AA","e":"AQ"}]}`)
	f.Add(`{"kty":"RSA","kid":"` + keyName + `","n":null,"e":7}`)
	f.Fuzz(func(t *testing.T, body string) {
		b := newBench(t)
		b.keys = body
		key, err := b.tool.KeySets.Key(t.Context(), b.regs.all[0], keyName)
		var refusal *lti.Refusal
		if err != nil && !errors.As(err, &refusal) {
			t.Fatal(err)
		}
		if err == nil && (key.N.BitLen() < 2048 || key.N.BitLen() > 8192 || key.E < 3) {
			t.Fatalf("a key of %d bits, exponent %d", key.N.BitLen(), key.E)
		}
	})
}

// FuzzServices answers a list of line items with any text and Link header, and the token endpoint with any text: calls stay with the
// platform, and what fails is told as a failed call.
func FuzzServices(f *testing.F) {
	f.Add(`[{"id":"x","label":"x","scoreMaximum":1}]`, `<http://localhost:8100/items?p=2>; rel="next"`, `{"access_token":"t","expires_in":"60"}`)
	f.Add(`{`, `<//evil.example/>; rel=\u201dnext\u201d, <<>;;=`, `{"access_token":1e9,"token_type":null}`)
	f.Fuzz(func(t *testing.T, list, link, token string) {
		page := respond(http.StatusOK, "", list)
		page.Header.Set("Link", link)
		o, services, _ := newOffice(t, page)
		o.token = func(url.Values) *http.Response { return respond(http.StatusOK, "", token) }
		_, err := services.LineItems(t.Context(), moodle, moodleIssuer+"/items", lti.LineItemFilter{})
		var failed *lti.ServiceError
		if err != nil && !errors.As(err, &failed) && !errors.Is(err, lti.ErrForeignService) {
			t.Fatal(err)
		}
		for _, call := range o.calls {
			if !strings.HasPrefix(strings.ToLower(call.url), moodleIssuer+"/") && !strings.HasPrefix(strings.ToLower(call.url), moodleIssuer+"?") && strings.ToLower(call.url) != moodleIssuer {
				t.Fatalf("called %s", call.url)
			}
		}
	})
}
