package ltitest_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"

	"cairn/lti/ltitest"
)

// launchCapture is one captured launch: the claims as Moodle signed them.
type launchCapture struct {
	IDToken struct {
		Header map[string]any `json:"header"`
		Claims map[string]any `json:"claims"`
	} `json:"id_token"`
}

var sesskey = regexp.MustCompile(`sesskey=\w+`)

// authRequest is a right authentication request for an initiation, as the captured tool sent it.
func authRequest(init ltitest.Initiation) url.Values {
	return url.Values{
		"scope": {"openid"}, "response_type": {"id_token"}, "client_id": init.Form["client_id"],
		"redirect_uri": {labTool + "/launch"}, "login_hint": init.Form["login_hint"],
		"lti_message_hint": init.Form["lti_message_hint"], "state": {"st-1"}, "response_mode": {"form_post"},
		"nonce": {"0996c07438a64d2d0af42d27061889cf"}, "prompt": {"none"},
	}
}

var agsOnly = []string{"https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
	"https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly",
	"https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly", "https://purl.imsglobal.org/spec/lti-ags/scope/score"}

var capturedLaunches = []struct {
	file, user string
	deep       bool
	prepare    func(*ltitest.Platform, ltitest.Tool)
}{
	{file: "007-student1-resource-launch-LtiResourceLinkRequest.json", user: "4"},
	{file: "011-teacher-resource-launch-LtiResourceLinkRequest.json", user: "3"},
	{file: "013-admin-resource-launch-LtiResourceLinkRequest.json", user: "2"},
	{file: "022-student1-two-lineitems-launch-LtiResourceLinkRequest.json", user: "4",
		prepare: func(p *ltitest.Platform, _ ltitest.Tool) {
			p.AddLineItem(ltitest.LineItem{Course: "2", Link: "1", Label: "Bound extra", Maximum: 3})
		}},
	{file: "003-teacher-deeplink-launch-LtiDeepLinkingRequest.json", user: "3", deep: true,
		prepare: func(p *ltitest.Platform, tool ltitest.Tool) {
			tool.Scopes = agsOnly // the captured tool was not yet allowed roster and settings
			p.AddTool(tool)
		}},
	{file: "048-teacher-dl-multi-launch-LtiDeepLinkingRequest.json", user: "3", deep: true},
}

func TestIDTokensAsMoodleMakesThem(t *testing.T) {
	for _, test := range capturedLaunches {
		t.Run(test.file, func(t *testing.T) {
			var want launchCapture
			fixture(t, test.file, &want)
			c := newClock()
			c.set(time.Unix(int64(want.IDToken.Claims["iat"].(float64)), 0))
			p, tool := labPlatform(t, ltitest.Moodle(), c)
			p.Enrol(ltitest.Member{Course: "2", User: "2", Roles: []string{
				ltitest.RoleInstitutionAdmin, ltitest.RoleInstructor, ltitest.RoleSystemAdmin}})
			if test.prepare != nil {
				test.prepare(p, tool)
			}
			init, err := p.Initiate(test.user, "1")
			if test.deep {
				init, err = p.InitiateDeepLinking(test.user, "2", "1")
			}
			check(t, err)
			answer, err := p.Authorize(authRequest(init), "")
			check(t, err)
			header, claims := open(t, p, answer.Form.Get("id_token"))
			want.IDToken.Header["kid"] = p.KeyID()
			if diff := cmp.Diff(want.IDToken.Header, header); diff != "" {
				t.Errorf("header (-captured +ours):\n%s", diff)
			}
			if diff := cmp.Diff(settled(want.IDToken.Claims), settled(claims)); diff != "" {
				t.Errorf("claims (-captured +ours):\n%s", diff)
			}
		})
	}
}

// open verifies a token with the platform's key and answers its parts.
func open(t *testing.T, p *ltitest.Platform, token string) (header, claims map[string]any) {
	t.Helper()
	payload, err := jws.Verify([]byte(token), jws.WithKey(jwa.RS256, &p.Key().PublicKey))
	check(t, err)
	message, err := jws.ParseString(token)
	check(t, err)
	protected, err := json.Marshal(message.Signatures()[0].ProtectedHeaders())
	check(t, err)
	check(t, json.Unmarshal(protected, &header))
	check(t, json.Unmarshal(payload, &claims))
	return header, claims
}

// settled blanks what differs from launch to launch: nonce, guid of the site, sesskeys and random parts of result ids.
func settled(claims map[string]any) map[string]any {
	claims["nonce"] = ""
	claims["https://purl.imsglobal.org/spec/lti/claim/tool_platform"].(map[string]any)["guid"] = ""
	var walk func(any) any
	walk = func(v any) any {
		switch x := v.(type) {
		case string:
			return sesskey.ReplaceAllString(x, "sesskey=")
		case map[string]any:
			for name := range x {
				x[name] = walk(x[name])
			}
		}
		return v
	}
	return withoutRandom(walk(claims)).(map[string]any)
}

func TestIDTokenOfStrictProfile(t *testing.T) {
	c := newClock()
	p, _ := labPlatform(t, ltitest.Strict(), c)
	token, err := p.IDToken("4", "1", "n", "")
	check(t, err)
	_, claims := open(t, p, token)
	for _, name := range []string{"azp", "jti"} {
		if claims[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range []string{"lti/claim/ext", "lti-bo/claim/basicoutcome"} {
		if claims["https://purl.imsglobal.org/spec/"+name] != nil {
			t.Errorf("%s is there", name)
		}
	}
	item := claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"].(map[string]any)["lineitem"]
	if item != labIssuer+"/mod/lti/services.php/2/lineitems/4/lineitem" {
		t.Errorf("lineitem %v", item)
	}
}

func TestIDTokenKeepsNamesPrivate(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*ltitest.Platform, ltitest.Tool)
	}{
		{"tool", func(p *ltitest.Platform, tool ltitest.Tool) {
			tool.NoNames, tool.NoEmail = true, true
			p.AddTool(tool)
		}},
		{"person", func(p *ltitest.Platform, _ ltitest.Tool) {
			u := p.Users()[2]
			u.Private = true
			p.AddUser(u)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, tool := labPlatform(t, ltitest.Moodle(), newClock())
			test.change(p, tool)
			token, err := p.IDToken("4", "1", "n", "")
			check(t, err)
			_, claims := open(t, p, token)
			for _, name := range []string{"name", "given_name", "family_name", "email"} {
				if claims[name] != nil {
					t.Errorf("%s is shared", name)
				}
			}
			custom := claims["https://purl.imsglobal.org/spec/lti/claim/custom"].(map[string]any)
			if custom["user_username"] != "student1" || custom["email"] != "$Person.email.primary" {
				t.Errorf("custom: %v", custom)
			}
		})
	}
}

// bending is one change of a token and what has to be seen of it.
type bending struct {
	name string
	bend ltitest.Bend
	want func(t *testing.T, token string)
}

func bends(p *ltitest.Platform) []bending {
	secret := []byte("a secret of more than thirty-two bytes in length")
	return []bending{
		{"claim removed", func(k *ltitest.Token) {
			delete(k.Claims, "sub")
		}, func(t *testing.T, token string) {
			if _, claims := open(t, p, token); claims["sub"] != nil {
				t.Error("sub is there")
			}
		}},
		{"header", func(k *ltitest.Token) {
			k.Header["kid"] = "x\"y"
		}, func(t *testing.T, token string) {
			if header, _ := open(t, p, token); header["kid"] != "x\"y" {
				t.Error(header)
			}
		}},
		{"alg none", func(k *ltitest.Token) {
			k.Header["alg"], k.Algorithm = "none", jwa.NoSignature
		}, func(t *testing.T, token string) {
			if !strings.HasSuffix(token, ".") || strings.Count(token, ".") != 2 {
				t.Error(token)
			}
		}},
		{"HS256", func(k *ltitest.Token) {
			k.Header["alg"], k.Algorithm, k.Key = "HS256", jwa.HS256, secret
		}, func(t *testing.T, token string) {
			if _, err := jws.Verify([]byte(token), jws.WithKey(jwa.HS256, secret)); err != nil {
				t.Error(err)
			}
		}},
		{"payload", func(k *ltitest.Token) {
			k.Payload = []byte(`{"a":1,"a":2}`)
		}, func(t *testing.T, token string) {
			body, err := jws.Verify([]byte(token), jws.WithKey(jwa.RS256, &p.Key().PublicKey))
			if string(body) != `{"a":1,"a":2}` {
				t.Error(string(body), err)
			}
		}},
		{"raw", func(k *ltitest.Token) {
			k.Raw = "two.parts"
		}, func(t *testing.T, token string) {
			if token != "two.parts" {
				t.Error(token)
			}
		}},
	}
}

func TestTokensCanBeBent(t *testing.T) {
	p, _ := labPlatform(t, ltitest.Moodle(), newClock())
	for _, test := range bends(p) {
		t.Run(test.name, func(t *testing.T) {
			token, err := p.IDToken("4", "1", "n", "", test.bend)
			check(t, err)
			test.want(t, token)
			init, err := p.Initiate("4", "1", test.bend)
			check(t, err)
			answer, err := p.Authorize(authRequest(init), "")
			check(t, err)
			test.want(t, answer.Form.Get("id_token"))
		})
	}
}

func BenchmarkIDToken(b *testing.B) {
	p, _ := labPlatform(b, ltitest.Moodle(), newClock())
	for b.Loop() {
		if _, err := p.IDToken("4", "1", "n", ""); err != nil {
			b.Fatal(err)
		}
	}
}
