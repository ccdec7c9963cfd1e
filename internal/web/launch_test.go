package web_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/learner"
	"cairn/internal/web"
	"cairn/lti"
	"cairn/xapi"
)

func learnerLaunch() *lti.Launch {
	return &lti.Launch{
		Registration: lti.Registration{ID: "r1"}, Login: lti.Login{State: "state-1"}, Deployment: "1", MessageType: lti.ResourceLinkRequest, Subject: "4", Name: "Sam Student",
		Email: "sam@example.org", Roles: lti.ParseRoles([]string{lti.RoleLearner}), Context: &lti.CourseContext{ID: "2", Title: "Digital safety"},
		ResourceLink: lti.ResourceLink{ID: "77", Title: "My capabilities"}, Ext: lti.Custom{"user_username": "sam"},
		LIS: lti.LIS{PersonSourcedID: "SIS-1"}, Custom: lti.Custom{},
		Presentation: lti.Presentation{Locale: "en", ReturnURL: lms + "/return.php"},
		Endpoint:     &lti.Endpoint{LineItem: lms + "/lineitems/4"},
	}
}

func (w *world) arrive(l *lti.Launch, browser string) *httptest.ResponseRecorder {
	w.launch = l
	return w.call("POST", "/lti/launch", browser, url.Values{"id_token": {"x"}, "state": {"y"}}, "Sec-Fetch-Site", "cross-site")
}

func TestLaunchOfALearner(t *testing.T) {
	w := newWorld(t)
	got := w.arrive(learnerLaunch(), "sam")
	to := got.Header().Get("Location")
	if got.Code != 303 || !strings.HasPrefix(to, "../s/") || !strings.HasSuffix(to, "/me#c") {
		t.Fatalf("status %d to %s\n%s", got.Code, to, got.Body)
	}
	if w.browser != hash(browserOf("sam")) {
		t.Error("the launch was not checked against the browser")
	}
	secret := strings.TrimSuffix(strings.TrimPrefix(to, "../s/"), "/me#c")
	e := w.entries[0]
	if e.Session.Hash != hash(secret) || len(secret) != 43 || strings.Contains(w.log.String(), secret) {
		t.Errorf("token %q, kept as %q", secret, e.Session.Hash)
	}
	e.Session.Hash = ""
	course := web.Course{Registration: "r1", ID: "2", Title: "Digital safety", IRI: lms + "/course/view.php?id=2"}
	want := web.Entry{
		Login:  "state-1",
		Claims: learner.Claims{Registration: "r1", Issuer: lms, Subject: "4", Name: "Sam Student"},
		Record: true, Course: course, IsLearner: true,
		Placement: web.Placement{Registration: "r1", Deployment: "1", Context: "2", LinkID: "77", Title: "My capabilities", LineItem: lms + "/lineitems/4", Framework: w.cat.ID},
		Session: web.Session{
			Browser: hash(browserOf("sam")), Registration: "r1", Name: "Sam Student", Actor: xapi.AccountAgent(lms, "4"), Course: course, LinkID: "77", Framework: w.cat.ID,
			Roles: []string{lti.RoleLearner}, Recorded: true, Locale: "en", ReturnURL: lms + "/return.php", InFrame: true,
			CreatedAt: now, ExpiresAt: now.Add(2 * 3600e9),
		},
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
	if page := w.call("GET", "/s/"+secret+"/me", "sam", nil); page.Code != 303 || page.Header().Get("Location") != "./me/start#c" {
		t.Errorf("the first page answers %d", page.Code)
	}
}

// TestLaunchByKind states where a launch leads and what is kept of it.
func TestLaunchByKind(t *testing.T) {
	tests := map[string]struct {
		change   func(*lti.Launch)
		landing  string
		recorded bool
		lead     bool
	}{
		"learner":                   {func(*lti.Launch) {}, "me", true, false},
		"instructor":                {func(l *lti.Launch) { l.Roles = lti.ParseRoles([]string{"Instructor"}) }, "course/people", true, true},
		"instructor nobody knows":   {func(l *lti.Launch) { l.Roles, l.Subject = lti.ParseRoles([]string{"Instructor"}), "" }, "course/activities", false, true},
		"instructor in a preview":   {func(l *lti.Launch) { l.Roles = lti.ParseRoles([]string{"Instructor", lti.RoleTestUser}) }, "course/activities", false, true},
		"instructor who develops":   {func(l *lti.Launch) { l.Roles = lti.ParseRoles([]string{lti.RoleContentDeveloper, "Instructor"}) }, "course/people", true, true},
		"content developer":         {func(l *lti.Launch) { l.Roles = lti.ParseRoles([]string{lti.RoleContentDeveloper}) }, "course/activities", true, true},
		"administrator of the site": {func(l *lti.Launch) { l.Roles = lti.ParseRoles([]string{lti.RoleSystemAdmin, lti.RoleInstitutionAdmin}) }, "me", true, false},
		"teaching assistant":        {func(l *lti.Launch) { l.Roles = lti.ParseRoles([]string{lti.RoleTeachingAssistant}) }, "me", true, false},
		"no roles":                  {func(l *lti.Launch) { l.Roles = nil }, "me", true, false},
		"instructor without course": {func(l *lti.Launch) { l.Roles, l.Context = lti.ParseRoles([]string{"Instructor"}), nil }, "me", true, false},
		"anonymous":                 {func(l *lti.Launch) { l.Subject, l.Name = "", "" }, "me", false, false},
		"test user":                 {func(l *lti.Launch) { l.Roles = lti.ParseRoles([]string{lti.RoleLearner, lti.RoleTestUser}) }, "me", false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w, l := newWorld(t), learnerLaunch()
			tt.change(l)
			got := w.arrive(l, "sam")
			if !strings.HasSuffix(got.Header().Get("Location"), "/"+tt.landing+"#c") {
				t.Fatalf("leads to %s", got.Header().Get("Location"))
			}
			if e := w.entries[0]; e.Record != tt.recorded || e.Session.Recorded != tt.recorded || e.Session.Lead != tt.lead {
				t.Errorf("record %v, lead %v", e.Record, e.Session.Lead)
			}
		})
	}
}

// TestLaunchKeepsOnlyTheClaimOfItsRule holds settled question 2: other identifiers are personal data without a use.
func TestLaunchKeepsOnlyTheClaimOfItsRule(t *testing.T) {
	tests := map[learner.IdentityMode]learner.Claims{
		"":                 {},
		learner.ByUsername: {Username: "sam"},
		learner.BySourced:  {SourcedID: "SIS-1"},
		learner.ByMailbox:  {Email: "sam@example.org"},
	}
	for mode, want := range tests {
		t.Run(string(mode), func(t *testing.T) {
			w := newWorld(t)
			reg := w.regs["r1"]
			reg.Identity.Mode = mode
			w.regs["r1"] = reg
			w.arrive(learnerLaunch(), "sam")
			want.Registration, want.Issuer, want.Subject, want.Name = "r1", lms, "4", "Sam Student"
			if diff := cmp.Diff(want, w.entries[0].Claims); diff != "" {
				t.Errorf("claims (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlacementByCustomParameters(t *testing.T) {
	six := newWorld(t).capability6()
	tests := map[string]struct {
		custom lti.Custom
		node   string
		rule   string
	}{
		"none":              {lti.Custom{}, "", ""},
		"by code":           {lti.Custom{"cairn_node": "6"}, six, ""},
		"by id":             {lti.Custom{"cairn_framework": "hee-ai-dht", "cairn_node": six}, six, ""},
		"unknown node":      {lti.Custom{"cairn_node": "99"}, "", "placement-node"},
		"role":              {lti.Custom{"cairn_archetype": "U"}, "", ""},
		"unknown role":      {lti.Custom{"cairn_archetype": "Z"}, "", "placement-archetype"},
		"unknown activity":  {lti.Custom{"cairn_activity": "none"}, "", "placement-activity"},
		"unknown framework": {lti.Custom{"cairn_framework": "none"}, "", "placement-framework"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w, l := newWorld(t), learnerLaunch()
			l.Custom = tt.custom
			got := w.arrive(l, "sam")
			if tt.rule != "" {
				if got.Code != 400 || !strings.Contains(got.Body.String(), tt.rule) || len(w.entries) > 0 {
					t.Errorf("status %d, %d kept:\n%s", got.Code, len(w.entries), got.Body)
				}
				return
			}
			if p := w.entries[0].Placement; p.Node != tt.node || w.entries[0].Session.Node != tt.node {
				t.Errorf("node %q, want %q", p.Node, tt.node)
			}
		})
	}
}

// TestReturnAddressIsThePlatforms is the attack class of open redirects (lti.md).
func TestReturnAddressIsThePlatforms(t *testing.T) {
	for address, kept := range map[string]bool{
		lms + "/mod/lti/return.php?x=1": true, "": false, "https://evil.example/": false, "javascript:alert(1)": false,
		"//lms.example/": false, "https://lms.example.evil.example/": false, "https://lms.example@evil.example/": false,
		"http://lms.example/": false, "https://lms.example:8443/": false, "data:text/html,x": false,
	} {
		w, l := newWorld(t), learnerLaunch()
		l.Presentation.ReturnURL = address
		w.arrive(l, "sam")
		if got := w.entries[0].Session.ReturnURL; (got != "") != kept {
			t.Errorf("return address %q is kept as %q", address, got)
		}
	}
}

// unreachable is what a store answers whose database is away.
type unreachable struct{}

func (unreachable) Error() string     { return "database is away" }
func (unreachable) Unavailable() bool { return true }

func TestLaunchRefused(t *testing.T) {
	tests := map[string]struct {
		err  error
		want int
		says string
	}{
		"used twice":      {&lti.Refusal{Rule: "launch.nonce_spent", Err: lti.ErrNonceSpent, For: lti.Person}, 400, "Go back to your course"},
		"another browser": {&lti.Refusal{Rule: "launch.state_browser", Err: lti.ErrStateBrowser, For: lti.Person}, 400, "Allow cookies"},
		"deployment":      {&lti.Refusal{Rule: "launch.deployment", Err: lti.ErrDeployment, For: lti.Site}, 403, "people who run your learning site"},
		"key set away":    {&lti.Refusal{Rule: "launch.key_set_unavailable", Err: lti.ErrKeySetUnavailable, For: lti.Site}, 502, "connection"},
		"course":          {&lti.Refusal{Rule: "launch.target", Err: lti.ErrTarget, For: lti.Course, Detail: `"<script>"`}, 400, "people who run your course"},
		"store away":      {fmt.Errorf("keep a launch: %w", unreachable{}), 503, "something went wrong on our side"},
		"store":           {errAway, 500, "something went wrong on our side"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.refused = tt.err
			got := w.arrive(nil, "sam")
			if got.Code != tt.want || !strings.Contains(got.Body.String(), tt.says) || strings.Contains(got.Body.String(), "<script>") {
				t.Errorf("status %d:\n%s", got.Code, got.Body)
			}
			if len(w.entries) > 0 {
				t.Error("a session was made")
			}
		})
	}
	w, l := newWorld(t), learnerLaunch()
	l.MessageType = "LtiSomethingElse"
	if got := w.arrive(l, "sam"); got.Code != 400 || !strings.Contains(got.Body.String(), "launch-message") {
		t.Errorf("another message answers %d", got.Code)
	}
	if got := newWorld(t).call("POST", "/lti/launch?id_token=x", "sam", url.Values{}); got.Code != 400 || !strings.Contains(got.Body.String(), "launch.token_in_query") {
		t.Errorf("a token in the address answers %d", got.Code)
	}
}
