package ltitest_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"cairn/lti/ltitest"
)

// TestProfilesAreToldApart by their names, and each has what every platform needs.
func TestProfilesAreToldApart(t *testing.T) {
	names := map[string]bool{}
	for _, f := range ltitest.Profiles() {
		if names[f.Name] || f.Name == "" || f.IDTokenLife <= 0 || f.AccessTokenLife <= 0 || len(f.RosterVersions) == 0 || len(f.AcceptTypes) == 0 {
			t.Errorf("%+v", f)
		}
		names[f.Name] = true
	}
	if len(names) != 7 {
		t.Errorf("%d profiles", len(names))
	}
}

func TestCanvasQuirks(t *testing.T) {
	d := newDesk(t, ltitest.Canvas(), everything)
	d.expect(403, "GET", "/2/lineitems", typeItems, "") // nobody named themselves
	d.agent = "test"
	const path = "/2/lineitems/4/lineitem/scores"
	at := func(second string) string {
		return scoreJSON("4", "10", "20", "Completed", "FullyGraded", "2026-11-22T11:00:"+second+"Z")
	}
	d.expect(200, "POST", path, typeScore, at("01"))
	d.expect(200, "POST", path, typeScore, strings.Replace(at("02"), "{", `{"https://canvas.instructure.com/lti/submission":{"new_submission":false},`, 1))
	d.expect(200, "POST", path, typeScore, strings.Replace(at("03"), "{", `{"https://canvas.instructure.com/lti/submission":{},`, 1))
	if g, _ := d.p.Grade(4, "4"); g.Submissions != 2 {
		t.Errorf("%d submissions, want 2", g.Submissions)
	}
	for range 60 {
		d.p.AddLineItem(ltitest.LineItem{Course: "2", Label: "x", Maximum: 1})
	}
	for _, path := range []string{"/2/lineitems", "/2/lineitems?limit=100"} {
		w := d.expect(200, "GET", path, typeItems, "")
		if n := strings.Count(w.Body.String(), `"scoreMaximum"`); n != 50 || !strings.Contains(w.Header().Get("Link"), `rel="next"`) {
			t.Errorf("%s: %d on a page, Link %s", path, n, w.Header().Get("Link"))
		}
	}
	d.p.LimitNext(1)
	if w := d.expect(403, "GET", "/2/lineitems", typeItems, ""); !strings.Contains(w.Body.String(), "Rate Limit Exceeded") {
		t.Error(w.Body)
	}
	d.expect(200, "GET", "/2/lineitems", typeItems, "")
	w := httptest.NewRecorder()
	d.p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, labIssuer+"/mod/lti/openid-configuration.php", nil))
	if w.Code != http.StatusUnauthorized {
		t.Errorf("configuration without a token: %d", w.Code)
	}
}

func TestBlackboardQuirks(t *testing.T) {
	d := newDesk(t, ltitest.Blackboard(), everything)
	d.expect(200, "POST", "/2/lineitems/4/lineitem/scores", typeScore,
		strings.Replace(scoreJSON("4", "10", "20", "Completed", "FullyGraded", "2026-11-22T11:00:00Z"), "{", `{"comment":"good",`, 1))
	for path, want := range map[string]bool{"/2/lineitems/4/lineitem/results": true, "/2/lineitems/4/lineitem/results?user_id=4": false} {
		if w := d.expect(200, "GET", path, typeResults, ""); strings.Contains(w.Body.String(), "good") != want {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
	if n := d.p.KeySet().Len(); n != 2 {
		t.Errorf("%d keys", n)
	}
	settings := ask(t, d.p)
	form := answerForm(t, map[string]any{
		"iss": labClient, "aud": labIssuer, "iat": d.clock.Now().Unix(), "exp": d.clock.Now().Unix() + 300, "nonce": "n",
		claimMessage: "LtiDeepLinkingResponse", claimVersion: "1.3.0", claimDeployment: "1", claimDL + "data": settings["data"],
		claimItems: []any{map[string]any{"type": "ltiResourceLink", "title": "T"}},
	})
	if _, err := d.p.AcceptContent(context.Background(), settings["deep_link_return_url"].(string), form); !errors.Is(err, ltitest.ErrContent) {
		t.Errorf("an item without an address: %v", err)
	}
}

func TestD2LQuirks(t *testing.T) {
	const constant = "https://api.brightspace.com/auth/token"
	p, _ := labPlatform(t, ltitest.D2L(), newClock())
	d := &desk{TB: t, p: p, clock: newClock()}
	for name, c := range map[string]struct {
		audience any
		want     int
	}{
		"constant": {constant, 200}, "list": {[]string{constant}, 400}, "token endpoint": {labIssuer + "/mod/lti/token.php", 400},
	} {
		if w := d.askToken(assertion(t, d.clock.Now(), toolKeyID, map[string]any{"aud": c.audience}), scopeScore); w.Code != c.want {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	key, _ := p.KeySet().Key(0)
	if alg := key.Algorithm().String(); alg != "" {
		t.Errorf("the key names %s", alg)
	}
	if address := p.RegistrationURL(labTool); strings.Contains(address, "registration_token") {
		t.Errorf("a token in %s", address)
	}
}

func TestOpenEdXQuirks(t *testing.T) {
	d := newDesk(t, ltitest.OpenEdX(), everything)
	w := d.expect(200, "GET", "/CourseSection/2/bindings/1/memberships?limit=1", typeMembers, "")
	if body := w.Body.String(); strings.Count(body, `"user_id"`) != 3 || w.Header().Get("Link") != "" || strings.Contains(body, "given_name") {
		t.Errorf("%s %s", w.Header().Get("Link"), body)
	}
	w = httptest.NewRecorder()
	d.p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, labIssuer+"/mod/lti/openid-configuration.php", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("configuration: %d", w.Code)
	}
}

// TestPendingToolsCannotBeUsed until the administrator switches them on.
func TestPendingToolsCannotBeUsed(t *testing.T) {
	p, tool := labPlatform(t, ltitest.Moodle(), newClock())
	tool.Pending = true
	p.AddTool(tool)
	_, launch := p.Initiate("4", "1")
	_, picking := p.InitiateDeepLinking("3", "2", "1")
	_, review := p.InitiateReview("3", "4", 4)
	for _, err := range []error{launch, picking, review} {
		if !errors.Is(err, ltitest.ErrPending) {
			t.Error(err)
		}
	}
	check(t, p.Activate("1"))
	if _, err := p.Initiate("4", "1"); err != nil {
		t.Error(err)
	}
	if err := p.Activate("9"); !errors.Is(err, ltitest.ErrUnknownTool) {
		t.Error(err)
	}
}

// TestReviewsBeginWithMembersOnly of the line item's course.
func TestReviewsBeginWithMembersOnly(t *testing.T) {
	p, _ := labPlatform(t, ltitest.Strict(), newClock())
	_, item := p.InitiateReview("3", "4", 99)
	_, about := p.InitiateReview("3", "6", 4)
	_, by := p.InitiateReview("6", "4", 4)
	if !errors.Is(item, ltitest.ErrUnknownItem) || !errors.Is(about, ltitest.ErrNotEnrolled) || !errors.Is(by, ltitest.ErrNotEnrolled) {
		t.Error(item, about, by)
	}
	var claims map[string]any
	init, err := p.InitiateReview("3", "4", 4, func(k *ltitest.Token) { claims = k.Claims })
	check(t, err)
	_, err = p.Authorize(authRequest(init), "3")
	check(t, err)
	person, _ := claims["https://purl.imsglobal.org/spec/lti/claim/for_user"].(map[string]any)
	if claims[claimMessage] != "LtiSubmissionReviewRequest" || person["user_id"] != "4" || person["name"] != "Sam Student" {
		t.Errorf("%v", claims)
	}
}
