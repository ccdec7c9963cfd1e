package web_test

import (
	"context"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/diagnosis"
	"cairn/internal/web"
	"cairn/lti"
)

// The world tells how its connection stands.

func (w *world) Diagnosis(_ context.Context, registration string) (web.Diagnosis, error) {
	if registration != "r1" {
		return web.Diagnosis{}, web.ErrNotFound
	}
	return w.stands, w.broken
}

func (w *world) Check(_ context.Context, registration string) error {
	w.looked = append(w.looked, registration)
	w.stands.CheckedAt = w.clock
	return w.broken
}

// faulty is a connection with something wrong in most of its parts.
func faulty(w *world) {
	claims := `{"iss":"` + lms + `","sub":"(text)","` + lti.ClaimEndpoint + `":{"scope":["score"]}}`
	w.stands = web.Diagnosis{
		Subject: diagnosis.Subject{Registration: lti.Registration{ID: "r1", Issuer: lms, ClientID: "c1", KeySetURL: lms + "/mod/lti/certs.php"}},
		Launches: []diagnosis.Launch{
			diagnosis.NewLaunch(now.Add(-time.Minute), diagnosis.Refused, "launch.deployment", `deployment_id "7"`, claims),
			diagnosis.NewLaunch(now.Add(-time.Hour), diagnosis.Accepted, "", "", claims),
			diagnosis.NewLaunch(now.Add(-2*time.Hour), diagnosis.Refused, "launch.state_browser", "Amara Okafor", ""),
			diagnosis.NewLaunch(now.Add(-3*time.Hour), diagnosis.Failed, "", "", ""),
		},
		Findings: []diagnosis.Finding{
			{Check: diagnosis.CheckKeys, Result: diagnosis.Bad, Why: diagnosis.Answered, Says: "Amara Okafor"},
			{Check: diagnosis.CheckTokens, Result: diagnosis.Doubt, Why: diagnosis.Scopes, Granted: []string{"lineitem", "result.readonly"}, Missing: []string{"score", "contextmembership.readonly"}},
			{Check: diagnosis.CheckClock, Result: diagnosis.Bad, Ahead: -2 * time.Minute},
			{Check: diagnosis.CheckFrames, Result: diagnosis.Good},
			{Check: diagnosis.CheckScores, Result: diagnosis.Doubt, Why: diagnosis.GivenUp, Count: 3},
			{Check: diagnosis.CheckOwnKeys, Result: diagnosis.Good},
		},
		CheckedAt: now.Add(-5 * time.Minute),
	}
}

// Whoever is an administrator, as the LMS names them, sees the connection of their own LMS, where the operator lets them.
func TestDiagnosisIsForAdministrators(t *testing.T) {
	for name, c := range map[string]struct {
		roles []string
		off   bool
		want  int
	}{
		"of the course":         {[]string{lti.RoleAdministrator}, false, 200},
		"of the institution":    {[]string{lti.RoleInstitutionAdmin, lti.RoleLearner}, false, 200},
		"of the platform":       {[]string{lti.RoleSystemAdmin}, false, 200},
		"switched off":          {[]string{lti.RoleSystemAdmin, lti.RoleAdministrator}, true, 403},
		"as a test user":        {[]string{lti.RoleAdministrator, lti.RoleTestUser}, false, 403},
		"an instructor":         {[]string{lti.RoleInstructor}, false, 403},
		"of no vocabulary":      {[]string{"https://example.org/roles#Administrator"}, false, 403},
		"staff of no such kind": {[]string{lti.RoleInstitutionStaff}, false, 403},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			reg := w.regs["r1"]
			reg.AdminPage = !c.off
			w.regs["r1"] = reg
			session := w.sessions[hash(token("admin"))]
			session.Roles = c.roles
			w.sessions[session.Hash] = session
			if got := w.get("admin", "/admin/diagnosis"); got.Code != c.want {
				t.Errorf("reading answers %d, want %d", got.Code, c.want)
			}
			form := url.Values{"form": {macOf(token("admin"))}}
			want := map[int]int{200: 303, 403: 403}[c.want]
			if got := w.call("POST", "/s/"+token("admin")+"/admin/diagnosis", "admin", form); got.Code != want || (len(w.looked) == 1) != (want == 303) {
				t.Errorf("checking answers %d, want %d, and checked %v", got.Code, want, w.looked)
			}
			if got := w.call("POST", "/s/"+token("admin")+"/admin/diagnosis", "admin", url.Values{}); got.Code != 403 {
				t.Errorf("a form without its token is answered %d", got.Code)
			}
			if tab := strings.Contains(w.get("admin", "/help").Body.String(), "admin/diagnosis"); tab != (c.want == 200) {
				t.Errorf("the tab is shown: %v", tab)
			}
		})
	}
}

func TestDiagnosisSaysWhatIsWrongAndWhoMendsIt(t *testing.T) {
	w := newWorld(t)
	faulty(w)
	page := html.UnescapeString(w.get("admin", "/admin/diagnosis").Body.String())
	for _, want := range []string{
		"Checked 22 November 2026, 2:27pm.", "Needs action", "Last opened 22 November 2026, 1:32pm.", "Last refused 22 November 2026, 2:31pm.",
		"The rule it broke: the deployment is one of the registration's.", "launch.deployment (Core 5.3.3)", "The people who run Cairn.",
		"answers with a refusal", lms + "/mod/lti/certs.php", "Missing: send grades.", "Allowed: make gradebook columns, read grades back.",
		"The last launch brought no list of people.", "Not offered", "Cairn's clock is 120 seconds behind the LMS's.", "Last record of this course", "Something went wrong on our side.",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, "Amara") {
		t.Error("the page holds what was said of a person")
	}
	if len(w.looked) != 0 {
		t.Error("reading the page checked the LMS")
	}
	if _, report, ok := strings.Cut(page, `readonly>`); !ok || !strings.Contains(report, "Client id: c1") || !strings.Contains(report, `"iss"`) || strings.Contains(report, `"iss": `) {
		t.Error("the report lacks its parts, or holds what claims said")
	}
}

// Every cause that a check can have has its words: what it is, and what to do.
func TestDiagnosisHasWordsForEveryCause(t *testing.T) {
	calls := []diagnosis.Cause{diagnosis.Unreachable, diagnosis.Answered, diagnosis.Guarded, diagnosis.Redirected}
	for check, causes := range map[string][]diagnosis.Cause{
		diagnosis.CheckKeys:    append(slices.Clone(calls), diagnosis.NotKeys, diagnosis.Unfit),
		diagnosis.CheckTokens:  append(slices.Clone(calls), diagnosis.Rejected, diagnosis.NoKey, diagnosis.NotOffered),
		diagnosis.CheckScores:  {diagnosis.GivenUp, diagnosis.Waiting},
		diagnosis.CheckOwnKeys: {""},
		diagnosis.CheckFrames:  {""},
		diagnosis.CheckClock:   {""},
	} {
		for _, cause := range causes {
			for _, result := range []diagnosis.Verdict{diagnosis.Bad, diagnosis.Doubt} {
				w := newWorld(t)
				f := diagnosis.Finding{Check: check, Result: result, Why: cause, Count: 1, Ahead: time.Minute}
				w.stands = web.Diagnosis{Findings: []diagnosis.Finding{f, {Check: diagnosis.CheckTokens, Result: diagnosis.Good}}, CheckedAt: now}
				got := w.get("admin", "/admin/diagnosis")
				wanted := "Needs action"
				if cause == diagnosis.NotOffered {
					wanted = "Not offered"
				}
				if body := got.Body.String(); got.Code != 200 || !strings.Contains(body, wanted) || strings.Contains(body, "diagnosis.do") {
					t.Errorf("%s, %s: status %d\n%s", check, cause, got.Code, body+w.log.String())
				}
			}
		}
	}
}
