package ltitest_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"

	"cairn/lti/ltitest"
)

const (
	claimDL    = "https://purl.imsglobal.org/spec/lti-dl/claim/"
	claimItems = claimDL + "content_items"
)

// sentAnswer is a captured deep linking answer that Moodle took.
type sentAnswer struct {
	Claims map[string]any `json:"claims"`
}

// ask begins deep linking as the teacher and answers the settings in the platform's token.
func ask(t testing.TB, p *ltitest.Platform) map[string]any {
	t.Helper()
	var claims map[string]any
	init, err := p.InitiateDeepLinking("3", "2", "1", func(k *ltitest.Token) { claims = k.Claims })
	check(t, err)
	answer, err := p.Authorize(authRequest(init), "3")
	check(t, err)
	if answer.Form.Get("id_token") == "" {
		t.Fatal(answer.Form)
	}
	return claims[claimDL+"deep_linking_settings"].(map[string]any)
}

// answerForm signs claims as the tool does.
func answerForm(t testing.TB, claims map[string]any) url.Values {
	t.Helper()
	payload, err := json.Marshal(claims)
	check(t, err)
	header := jws.NewHeaders()
	check(t, header.Set(jws.KeyIDKey, toolKeyID))
	signed, err := jws.Sign(payload, jws.WithKey(jwa.RS256, toolKey(), jws.WithProtectedHeaders(header)))
	check(t, err)
	return url.Values{"JWT": {string(signed)}}
}

// TestContentIsTakenAsMoodleTakesIt posts the captured answers: each item becomes a link, named and graded as on that Moodle.
func TestContentIsTakenAsMoodleTakesIt(t *testing.T) {
	type placed struct {
		Title, Target, Capability, ItemLabel string
		Maximum                              float64
	}
	first := placed{"Capability: Plan a project", labTool + "/launch?cap=plan-project", "cap-0001", "Capability: Plan a project", 20}
	for name, want := range map[string][]placed{
		"004-teacher-deeplink-deep-linking-response-sent.json": {first},
		"049-teacher-dl-multi-deep-linking-response-sent.json": {
			first, {"Capability: Second (no line item)", labTool + "/launch?cap=second", "cap-0002", "", 0},
			{"A plain link", labTool + "/plain", "", "", 0}, {"Stub Capability Tool", "", "", "", 0}, // the odd ones
		},
	} {
		t.Run(name, func(t *testing.T) {
			var sent sentAnswer
			fixture(t, name, &sent)
			c := newClock()
			p, _ := labPlatform(t, ltitest.Moodle(), c)
			settings := ask(t, p)
			c.set(time.Unix(int64(sent.Claims["iat"].(float64)), 0))
			form, address := answerForm(t, sent.Claims), settings["deep_link_return_url"].(string)
			w := post(p, address, form)
			base, err := url.Parse(address)
			check(t, err)
			forms, err := ltitest.Forms(w.Body.Bytes(), base)
			check(t, err)
			if len(p.Picked("2")) != 0 || len(forms) != 1 || forms[0].Action.String() != address || forms[0].Fields.Get("JWT") != form.Get("JWT") {
				t.Fatalf("the first post is not posted again: %+v", forms)
			}
			w = post(p, address, forms[0].Fields)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "picked!") {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			picked := p.Picked("2")
			if len(picked) != 1 || picked[0].User != "3" || picked[0].Message != "picked!" || len(picked[0].Items) != len(want) {
				t.Fatalf("%+v", picked)
			}
			var got []placed
			for _, l := range p.Links("2")[1:] {
				g := placed{Title: l.Title, Target: l.TargetLinkURI, Capability: l.Custom["capability_id"]}
				if l.LineItem != nil {
					g.ItemLabel, g.Maximum = l.LineItem.Label, l.LineItem.Maximum
				}
				got = append(got, g)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("links (-want +got):\n%s", diff)
			}
			if _, err := p.Initiate("4", picked[0].Items[0].Link); err != nil {
				t.Errorf("the new link cannot be launched: %v", err)
			}
		})
	}
}

func post(p *ltitest.Platform, address string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

// TestContentOfStrictProfile refuses every answer that breaks a rule, and takes a good one once.
func TestContentOfStrictProfile(t *testing.T) {
	for name, change := range map[string]func(claims map[string]any){
		"issuer":             func(c map[string]any) { c["iss"] = labTool },
		"audience":           func(c map[string]any) { c["aud"] = labIssuer + "/" },
		"expired":            func(c map[string]any) { c["exp"] = c["iat"] },
		"valid for a day":    func(c map[string]any) { c["exp"] = c["iat"].(int64) + 86400 },
		"issued later":       func(c map[string]any) { c["iat"] = c["iat"].(int64) + 100 },
		"no nonce":           func(c map[string]any) { delete(c, "nonce") },
		"message type":       func(c map[string]any) { c[claimMessage] = "LtiDeepLinkingRequest" },
		"deployment":         func(c map[string]any) { c[claimDeployment] = "9" },
		"data changed":       func(c map[string]any) { c[claimDL+"data"] = "other" },
		"data missing":       func(c map[string]any) { delete(c, claimDL+"data") },
		"type":               func(c map[string]any) { c[claimItems] = []any{map[string]any{"type": "video"}} },
		"signature":          func(map[string]any) {},
		"no token":           func(map[string]any) {},
		"":                   func(map[string]any) {},
		"nothing was picked": func(c map[string]any) { c[claimItems] = []any{} },
	} {
		t.Run(name, func(t *testing.T) {
			c := newClock()
			p, _ := labPlatform(t, ltitest.Strict(), c)
			settings := ask(t, p)
			claims := map[string]any{
				"iss": labClient, "aud": labIssuer, "iat": c.Now().Unix(), "exp": c.Now().Unix() + 300, "nonce": "n",
				claimMessage: "LtiDeepLinkingResponse", claimVersion: "1.3.0", claimDeployment: "1", claimDL + "data": settings["data"],
				claimItems: []any{map[string]any{"type": "html", "html": "x"}, map[string]any{
					"type": "ltiResourceLink", "title": "T", "url": labTool + "/launch", "lineItem": map[string]any{"scoreMaximum": 7, "label": "L"},
				}},
			}
			change(claims)
			signed := answerForm(t, claims)
			switch name {
			case "signature":
				signed.Set("JWT", tamper(signed.Get("JWT")))
			case "no token":
				signed.Del("JWT")
			}
			address := settings["deep_link_return_url"].(string)
			picked, err := p.AcceptContent(context.Background(), address, signed)
			if good := name == "" || name == "nothing was picked"; good != (err == nil) || !good && !errors.Is(err, ltitest.ErrContent) {
				t.Fatalf("%+v, %v", picked, err)
			}
			if name != "" {
				return
			}
			links := p.Links("2")
			if len(links) != 2 || links[1].LineItem.Label != "L" || picked.Items[0].Link != "" || picked.Items[1].Link != links[1].ID {
				t.Errorf("%+v", links)
			}
			if _, err := p.AcceptContent(context.Background(), address, signed); !errors.Is(err, ltitest.ErrContent) {
				t.Errorf("taken twice: %v", err)
			}
		})
	}
}

const (
	claimMessage    = "https://purl.imsglobal.org/spec/lti/claim/message_type"
	claimVersion    = "https://purl.imsglobal.org/spec/lti/claim/version"
	claimDeployment = "https://purl.imsglobal.org/spec/lti/claim/deployment_id"
)
