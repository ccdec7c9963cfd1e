package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/diagnosis"
	"cairn/lti/ltitest"
)

// registrar is a server that LMSs register with.
type registrar struct {
	*process
	env []string
}

func newRegistrar(t *testing.T) registrar {
	t.Helper()
	env := environment(t, "CAIRN_ALLOW_PRIVATE_HOST=localhost,127.0.0.1")
	p := serve(t, env)
	return registrar{p, append(env, "CAIRN_BASE_URL="+p.base)}
}

// invite makes an invitation and answers its address.
func (r registrar) invite(t *testing.T, args ...string) string {
	t.Helper()
	var made struct{ URL string }
	succeed(t, r.env, &made, append([]string{"invite", "add", "--note", "for a test"}, args...)...)
	return made.URL
}

type registered struct {
	ID, Issuer, Platform string
	ClientID             string `json:"client_id"`
	Disabled             bool
	Deployments          []string
	TokenEndpoint        string `json:"token_endpoint"`
}

func (r registrar) list(t *testing.T) (all []registered) {
	t.Helper()
	succeed(t, r.env, &all, "registration", "list")
	return all
}

func newLMS(t *testing.T, profile ltitest.Profile) *ltitest.Platform {
	t.Helper()
	lms := ltitest.New(ltitest.Config{Now: time.Now, Profile: profile})
	if err := lms.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lms.Close() })
	return lms
}

// fetched is an answer read whole.
type fetched struct {
	status int
	body   string
	header http.Header
}

func fetch(t *testing.T, method, address string, form url.Values) fetched {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fetched{answer.StatusCode, string(body), answer.Header}
}

// open is the administrator who pastes an invitation into the LMS: the page, and its form.
func open(t *testing.T, address string) (fetched, ltitest.Form) {
	t.Helper()
	shown := fetch(t, http.MethodGet, address, nil)
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	forms, err := ltitest.Forms([]byte(shown.body), at)
	if err != nil || len(forms) != 1 || shown.status != http.StatusOK {
		t.Fatalf("the page answers %d with %d forms (%v): %s", shown.status, len(forms), err, shown.body)
	}
	return shown, forms[0]
}

// The whole exchange: the page an administrator sees, the registration, and a launch through it, for every LMS that registers tools.
func TestLMSRegistersItself(t *testing.T) {
	r := newRegistrar(t)
	for _, profile := range ltitest.Profiles() {
		if profile.NoRegistration {
			continue
		}
		t.Run(profile.Name, func(t *testing.T) {
			lms := newLMS(t, profile)
			before := len(r.list(t))
			shown, form := open(t, lms.RegistrationURL(r.invite(t)))
			for _, want := range []string{lms.Issuer(), "for a test", "write scores of its own gradebook columns", "links in courses", "id in the LMS, and roles"} {
				if !strings.Contains(shown.body, want) {
					t.Errorf("the page does not say %q: %s", want, shown.body)
				}
			}
			if policy := shown.header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'self' "+lms.Issuer()) || strings.Contains(policy, "unsafe") {
				t.Errorf("its policy is %s", policy)
			}
			if len(lms.Tools()) != 0 || len(r.list(t)) != before {
				t.Fatal("something was registered before the button was pressed")
			}
			done := fetch(t, http.MethodPost, form.Action.String(), form.Fields)
			if done.status != http.StatusOK || !strings.Contains(done.body, `data-close="`+lms.Issuer()+`"`) {
				t.Fatalf("the form is answered %d: %s", done.status, done.body)
			}
			tool := lms.Tools()[0]
			i := slices.IndexFunc(r.list(t), func(one registered) bool {
				return one.Issuer == lms.Issuer() && one.ClientID == tool.ClientID && !one.Disabled
			})
			if i < 0 {
				t.Fatalf("it is not kept: %+v", r.list(t))
			}
			if tool.Pending != strings.Contains(done.body, "Switch the tool on") {
				t.Errorf("the tool is pending: %t, and the page says: %s", tool.Pending, done.body)
			}
			r.refusesAgain(t, form)
			r.launches(t, lms, tool)
		})
	}
}

// refusesAgain presses the button once more.
func (r registrar) refusesAgain(t *testing.T, form ltitest.Form) {
	t.Helper()
	before := len(r.list(t))
	if again := fetch(t, http.MethodPost, form.Action.String(), form.Fields); again.status != http.StatusForbidden || !strings.Contains(again.body, "registration.invitation_spent") {
		t.Errorf("the same form again is answered %d: %s", again.status, again.body)
	}
	if after := len(r.list(t)); after != before {
		t.Errorf("there were %d registrations and are %d", before, after)
	}
}

// launches switches the tool on, places it in a course and opens it as a learner.
func (r registrar) launches(t *testing.T, lms *ltitest.Platform, tool ltitest.Tool) {
	t.Helper()
	if err := lms.Activate(tool.ID); err != nil {
		t.Fatal(err)
	}
	lms.AddUser(ltitest.User{Sub: "4", Given: "Lena", Family: "Learner"})
	lms.AddCourse(ltitest.Course{ID: "2", Title: "Course"})
	lms.Enrol(ltitest.Member{Course: "2", User: "4", Roles: []string{"Learner"}})
	link := lms.AddLink(ltitest.ResourceLink{ID: "1", Module: 7, Course: "2", Tool: tool.ID, Title: "My capabilities", TargetLinkURI: r.base + "/lti/launch"})
	var answer *http.Response
	eventually(t, "the registration is seen", func() bool {
		var err error
		if answer, err = lms.Launch(t.Context(), ltitest.NewBrowser(ltitest.PartitionedOnly), "4", link.ID); err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode != http.StatusForbidden
	})
	if answer.StatusCode != http.StatusOK || !strings.Contains(answer.Request.URL.Path, "/s/") {
		t.Errorf("the launch ended at %s with %d", answer.Request.URL.Path, answer.StatusCode)
	}
	all := r.list(t)
	if i := slices.IndexFunc(all, func(one registered) bool { return one.Issuer == lms.Issuer() }); len(all[i].Deployments) != 1 || all[i].Deployments[0] == "" {
		t.Errorf("the deployment is not kept: %+v", all[i])
	} else if d := examine(t, r.env, exitOK, all[i].ID); results(d.Registrations[0].Findings)["access tokens"] != diagnosis.Good {
		t.Errorf("the doctor finds %+v", d.Registrations[0].Findings)
	}
}

// Settled question 5: the second client of an issuer waits for the operator; only an update invitation changes one that is there.
func TestSecondRegistrationAndUpdate(t *testing.T) {
	r, lms := newRegistrar(t), newLMS(t, ltitest.Moodle())
	_, form := open(t, lms.RegistrationURL(r.invite(t)))
	if done := fetch(t, http.MethodPost, form.Action.String(), form.Fields); done.status != http.StatusOK {
		t.Fatalf("the first: %d %s", done.status, done.body)
	}
	first := r.list(t)[0]

	shown, form := open(t, lms.RegistrationURL(r.invite(t)))
	if !strings.Contains(shown.body, "waits until the operator") {
		t.Errorf("nobody is told that the second one waits: %s", shown.body)
	}
	if done := fetch(t, http.MethodPost, form.Action.String(), form.Fields); done.status != http.StatusOK || !strings.Contains(done.body, "--no-disabled") {
		t.Errorf("the second: %d %s", done.status, done.body)
	}
	waiting := 0
	for _, one := range r.list(t) {
		if one.Disabled && one.ID != first.ID {
			waiting++
		}
	}
	if waiting != 1 {
		t.Errorf("%d wait for the operator: %+v", waiting, r.list(t))
	}

	succeed(t, r.env, nil, "registration", "set", first.ID, "--token-url", "https://old.example/token", "--name", "Our campus")
	tool := lms.Tools()[slices.IndexFunc(lms.Tools(), func(tool ltitest.Tool) bool { return tool.ClientID == first.ClientID })]
	update := func(args ...string) string {
		address, err := lms.UpdateURL(tool.ID, r.invite(t, args...))
		if err != nil {
			t.Fatal(err)
		}
		return address
	}
	shown, form = open(t, update("--update", first.ID))
	if !strings.Contains(shown.body, "Our campus") {
		t.Errorf("the page does not name what it changes: %s", shown.body)
	}
	if done := fetch(t, http.MethodPost, form.Action.String(), form.Fields); done.status != http.StatusOK {
		t.Errorf("the update: %d %s", done.status, done.body)
	}
	i := slices.IndexFunc(r.list(t), func(one registered) bool { return one.ID == first.ID })
	if got := r.list(t)[i]; got.TokenEndpoint != first.TokenEndpoint || got.ClientID != first.ClientID || got.Disabled {
		t.Errorf("it was %+v and is %+v", first, got)
	}
	_, form = open(t, update())
	if done := fetch(t, http.MethodPost, form.Action.String(), form.Fields); done.status != http.StatusForbidden || !strings.Contains(done.body, "registration.exists") {
		t.Errorf("without an update invitation: %d %s", done.status, done.body)
	}
	other := newLMS(t, ltitest.Moodle())
	if hijack := fetch(t, http.MethodGet, other.RegistrationURL(r.invite(t, "--update", first.ID)), nil); hijack.status != http.StatusForbidden || !strings.Contains(hijack.body, "registration.other") {
		t.Errorf("another LMS: %d %s", hijack.status, hijack.body)
	}
}

// What may not register is refused with its rule, and nothing is stored or spent; the page holds neither invitation nor token.
func TestRegistrationsThatAreRefused(t *testing.T) {
	r, lms := newRegistrar(t), newLMS(t, ltitest.Moodle())
	var calls int
	liar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		_, _ = io.WriteString(w, `{"issuer":"`+lms.Issuer()+`","authorization_endpoint":"http://127.0.0.1/a","token_endpoint":"http://127.0.0.1/t","jwks_uri":"http://127.0.0.1/k","registration_endpoint":"http://127.0.0.1/r"}`)
	}))
	t.Cleanup(liar.Close)
	mover := httptest.NewServer(http.RedirectHandler(lms.Issuer(), http.StatusFound))
	t.Cleanup(mover.Close)
	invitation := r.invite(t)
	from := func(configuration string) string {
		return invitation + "&" + url.Values{"openid_configuration": {configuration}, "registration_token": {"PLATFORMTOKEN"}}.Encode()
	}
	expired := r.invite(t, "--expires", "1m")
	var all []struct{ ID, Note string }
	succeed(t, r.env, &all, "invite", "list")
	succeed(t, r.env, nil, "invite", "revoke", all[0].ID)
	for name, c := range map[string]struct {
		address string
		status  int
		rule    string
	}{
		"no LMS":                 {invitation, 400, "registration.start"},
		"no address":             {from("javascript:alert(1)"), 400, "registration.start"},
		"plain http":             {from("http://lms.example/configuration"), 400, "registration.address"},
		"a private address":      {from("https://10.0.0.1/configuration"), 400, "registration.address"},
		"metadata of a cloud":    {from("https://169.254.169.254/latest"), 400, "registration.address"},
		"another's issuer":       {from(liar.URL), 400, "registration.issuer"},
		"a redirect":             {from(mover.URL), 400, "registration.redirect"},
		"nobody there":           {from("http://127.0.0.1:1/configuration"), 502, "registration.unavailable"},
		"no invitation":          {lms.RegistrationURL(r.base + "/lti/register"), 403, "registration.invitation_unknown"},
		"a wrong invitation":     {lms.RegistrationURL(r.base + "/lti/register?invitation=x"), 403, "registration.invitation_unknown"},
		"a revoked invitation":   {lms.RegistrationURL(expired), 403, "registration.invitation_revoked"},
		"no invitation, no call": {r.base + "/lti/register?openid_configuration=" + url.QueryEscape(liar.URL), 403, "registration.invitation_unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			got := fetch(t, http.MethodGet, c.address, nil)
			if got.status != c.status || !strings.Contains(got.body, c.rule) {
				t.Errorf("answered %d: %s", got.status, got.body)
			}
			if secret := strings.SplitAfter(invitation, "invitation=")[1]; strings.Contains(got.body, secret) || strings.Contains(got.body, "PLATFORMTOKEN") || strings.Contains(r.logged(), secret) {
				t.Error("the page or the log holds a secret")
			}
		})
	}
	if calls != 1 {
		t.Errorf("the other host was called %d times; without an invitation nobody is called", calls)
	}
	if all := r.list(t); len(all) != 0 || len(lms.Tools()) != 0 {
		t.Errorf("registered %+v, %+v", all, lms.Tools())
	}
	if shown := fetch(t, http.MethodGet, lms.RegistrationURL(invitation), nil); shown.status != http.StatusOK {
		t.Errorf("the invitation is spent by what was refused: %d %s", shown.status, shown.body)
	}
	if got := fetch(t, http.MethodPut, r.base+"/lti/register", nil); got.status != http.StatusMethodNotAllowed && got.status != http.StatusNotFound {
		t.Errorf("PUT is answered %d", got.status)
	}
}

// When the LMS refuses, the invitation can be used again.
func TestRefusedRegistrationGivesTheInvitationBack(t *testing.T) {
	r, lms := newRegistrar(t), newLMS(t, ltitest.Moodle())
	invitation := r.invite(t)
	_, form := open(t, lms.RegistrationURL(invitation))
	form.Fields.Set("registration_token", "another")
	if done := fetch(t, http.MethodPost, form.Action.String(), form.Fields); done.status != http.StatusBadGateway || !strings.Contains(done.body, "registration.refused") {
		t.Fatalf("a wrong token: %d %s", done.status, done.body)
	}
	_, form = open(t, lms.RegistrationURL(invitation))
	if done := fetch(t, http.MethodPost, form.Action.String(), form.Fields); done.status != http.StatusOK {
		t.Errorf("once more: %d %s", done.status, done.body)
	}
}
