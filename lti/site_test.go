package lti_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"cairn/lti"
	"cairn/lti/ltitest"
)

// site is a pretend platform and the tool, each reaching the other without a network.
type site struct {
	p         *ltitest.Platform
	clock     *clock
	client    *http.Client // of the tool
	ring      lti.KeyRing
	regs      *registrations
	tool      *lti.Tool
	registrar *lti.Registrar
	services  *lti.Services
	reg       lti.Registration
	toolID    string // on the platform
}

// about is what the tool tells of itself.
var about = lti.ToolDescription{
	Name: "Cairn", Description: "Progress in a capability framework", Claims: []string{"name", "given_name", "family_name", "email"},
	Scopes: []string{lti.ScopeLineItem, lti.ScopeLineItemReadOnly, lti.ScopeScore, lti.ScopeResultReadOnly, lti.ScopeMembership},
	Custom: map[string]string{"context_history": "$Context.id.history", "fixed": "a=b"}, PickerLabel: "Add a capability activity", Review: true,
}

// newSite makes the two, strangers to each other yet, with a course of two teachers and many learners.
func newSite(t testing.TB, profile ltitest.Profile) *site {
	t.Helper()
	s := &site{clock: newClock(), regs: &registrations{}, ring: lti.KeyRing{Signing: toolKey()}}
	urls, err := lti.NewURLs(toolBase)
	if err != nil {
		t.Fatal(err)
	}
	keys := &http.Client{Transport: served(func(r *http.Request) (*http.Response, error) {
		if r.URL.String() != urls.KeySet {
			return nil, fmt.Errorf("the platform called %s", r.URL)
		}
		body, err := s.ring.KeySet()
		return respond(http.StatusOK, "application/json", string(body)), err
	})}
	s.p = ltitest.New(ltitest.Config{Profile: profile, Now: s.clock.now, Issuer: issuer, Key: platformKey(), HTTP: keys})
	s.client = &http.Client{Transport: served(s.serve)}
	s.registrar = &lti.Registrar{Client: s.client, Registrations: s.regs, URLs: urls}
	s.tool = &lti.Tool{
		Registrations: s.regs, Logins: newLogins(), KeySets: lti.NewKeySets(s.client, s.clock.now), URLs: urls, Now: s.clock.now,
		Messages: []lti.MessageType{lti.ResourceLinkRequest, lti.DeepLinkingRequest, lti.SubmissionReviewRequest},
	}
	s.services = &lti.Services{Client: s.client, Tokens: lti.NewTokens(s.client, func() lti.KeyPair { return s.ring.Signing }, s.clock.now), Now: s.clock.now}
	s.people()
	return s
}

// serve gives a call of the tool to the platform.
func (s *site) serve(r *http.Request) (*http.Response, error) {
	var body io.Reader = http.NoBody
	if r.Body != nil {
		body = r.Body
	}
	if r.URL.Scheme+"://"+r.URL.Host != issuer {
		return nil, fmt.Errorf("the tool called %s", r.URL)
	}
	copied := httptest.NewRequest(r.Method, r.URL.String(), body)
	copied.Header = r.Header.Clone()
	copied.Header.Set("User-Agent", "Cairn") // as the guarded client does
	w := httptest.NewRecorder()
	s.p.ServeHTTP(w, copied)
	return w.Result(), nil
}

// crowd is how many learners there are beside the two that launch: enough for three pages of fifty.
const crowd = 120

func (s *site) people() {
	s.p.AddCourse(ltitest.Course{ID: "2", Title: "Capability Course 101", Label: "CAP101"})
	for _, u := range []ltitest.User{
		{Sub: "3", Username: "teacher1", Given: "Tove", Family: "Teacher", Email: "teacher1@example.test"},
		{Sub: "4", Username: "student1", Given: "Sam", Family: "Student", Email: "student1@example.test"},
	} {
		s.p.AddUser(u)
	}
	s.p.Enrol(ltitest.Member{Course: "2", User: "3", Roles: []string{"Instructor"}})
	s.p.Enrol(ltitest.Member{Course: "2", User: "4", Roles: []string{"Learner"}})
	for i := range crowd {
		sub := fmt.Sprintf("c%03d", i)
		s.p.AddUser(ltitest.User{Sub: sub, Username: sub, Given: "C", Family: sub})
		s.p.Enrol(ltitest.Member{Course: "2", User: sub, Roles: []string{"Learner"}})
	}
}

// connect makes the two known to each other: by dynamic registration where the platform offers it, else by hand.
func (s *site) connect(t testing.TB) {
	t.Helper()
	if s.p.Profile().NoRegistration {
		s.byHand(t)
		return
	}
	made := s.register(t)
	s.reg = made.Registration
	s.reg.ID = "site"
	s.regs.all = append(s.regs.all, s.reg)
	s.toolID = s.p.Tools()[0].ID
	if err := s.p.Activate(s.toolID); err != nil {
		t.Fatal(err)
	}
}

// register goes through the whole exchange.
func (s *site) register(t testing.TB) lti.NewRegistration {
	t.Helper()
	start, config := s.discover(t, s.p.RegistrationURL(toolBase+"/lti/register?invitation=secret"))
	made, err := s.registrar.Register(t.Context(), start, config, s.registrar.PlanRegistration(config, about), lti.Invitation{})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func (s *site) discover(t testing.TB, address string) (lti.RegistrationStart, lti.PlatformConfiguration) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	start, err := lti.ParseRegistrationStart(u.Query())
	if err != nil {
		t.Fatal(err)
	}
	config, err := s.registrar.Discover(t.Context(), start)
	if err != nil {
		t.Fatal(err)
	}
	return start, config
}

func (s *site) byHand(t testing.TB) {
	t.Helper()
	tool := s.p.AddTool(ltitest.Tool{
		Name: about.Name, LoginURL: s.tool.URLs.Login, TargetLinkURI: target, RedirectURIs: []string{s.tool.URLs.Launch}, KeySetURL: s.tool.URLs.KeySet,
	})
	c, err := s.p.Connection(tool.ID)
	if err != nil {
		t.Fatal(err)
	}
	s.toolID = tool.ID
	s.reg = lti.Registration{
		ID: "site", Issuer: c.Issuer, ClientID: c.ClientID, AuthorizationEndpoint: c.AuthorizationEndpoint, TokenEndpoint: c.TokenEndpoint,
		TokenAudience: s.p.Profile().TokenAudience, KeySetURL: c.KeySetURL, Deployments: []string{c.DeploymentID},
	}
	s.regs.all = append(s.regs.all, s.reg)
}

// launch walks one message from the platform's initiation to the tool's judgement.
func (s *site) launch(t testing.TB, user string, init ltitest.Initiation, err error) (*lti.Launch, error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	request, err := lti.ParseLogin(init.Form)
	if err != nil {
		t.Fatal(err)
	}
	if request.StorageTarget != s.p.Profile().StorageTarget {
		t.Errorf("storage target %q", request.StorageTarget)
	}
	auth, err := s.tool.BeginLogin(t.Context(), request, browser)
	if err != nil {
		t.Fatal(err)
	}
	sent, err := url.Parse(auth.URL())
	if err != nil {
		t.Fatal(err)
	}
	answer, err := s.p.Authorize(sent.Query(), user)
	if err != nil {
		t.Fatal(err)
	}
	form, err := lti.ParseLaunchForm(answer.Form)
	if err != nil || answer.URL != s.tool.URLs.Launch {
		t.Fatalf("posted to %s: %v", answer.URL, err)
	}
	return s.tool.Launch(t.Context(), form, browser)
}

func (s *site) open(t testing.TB, user, link string) *lti.Launch {
	t.Helper()
	init, err := s.p.Initiate(user, link)
	l, err := s.launch(t, user, init, err)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
