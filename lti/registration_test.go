package lti_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"cairn/lti"
	"cairn/lti/ltitest"
)

// registrationCapture is a dynamic registration with a running Moodle.
type registrationCapture struct {
	Initiation struct {
		Query map[string]string `json:"query"`
	} `json:"initiation"`
	Configuration capturedAnswer `json:"openid_configuration"`
	Request       struct {
		URL  string         `json:"url"`
		Body map[string]any `json:"body"`
	} `json:"registration_request"`
	Response capturedAnswer `json:"registration_response"`
	Replayed capturedAnswer `json:"replayed_token_response"`
	NoToken  capturedAnswer `json:"no_token_response"`
}

type capturedAnswer struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    jsontext.Value    `json:"body"`
}

func (c capturedAnswer) answer() *http.Response {
	body := string(c.Body)
	if c.Body.Kind() == '"' {
		_ = json.Unmarshal(c.Body, &body)
	}
	return respond(c.Status, c.Headers["content-type"], body)
}

func readRegistrationCapture(t testing.TB, name string) registrationCapture {
	t.Helper()
	var c registrationCapture
	body, err := os.ReadFile(filepath.Join("testdata", "moodle", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// desk is a registrar whose calls are answered in turn, and kept.
type desk struct {
	registrar *lti.Registrar
	regs      *registrations
	calls     []sent
	answers   []*http.Response
}

func newRegistrar(t testing.TB, answers ...*http.Response) *desk {
	t.Helper()
	urls, err := lti.NewURLs(moodleTool)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{regs: &registrations{}, answers: answers}
	d.registrar = &lti.Registrar{Registrations: d.regs, URLs: urls, Client: &http.Client{Transport: served(func(r *http.Request) (*http.Response, error) {
		body := []byte{}
		if r.Body != nil {
			body, _ = io.ReadAll(r.Body)
		}
		d.calls = append(d.calls, sent{r.Method, r.URL.String(), r.Header.Get("Authorization"), r.Header.Get("Accept"), r.Header.Get("Content-Type"), string(body)})
		if len(d.answers) == 0 {
			return nil, errors.New("connection refused")
		}
		answer := d.answers[0]
		d.answers = d.answers[1:]
		answer.Request = r
		return answer, nil
	})}}
	return d
}

// stub is the description of the tool that the captures registered.
func stub(c registrationCapture) lti.ToolDescription {
	tool := c.Request.Body["https://purl.imsglobal.org/spec/lti-tool-configuration"].(map[string]any)
	d := lti.ToolDescription{
		Name: "Stub Capability Tool", Description: "Maps completed learning activities to capabilities", LogoURL: moodleTool + "/logo.png",
		Contacts: []string{"ops@example.test"}, Scopes: strings.Fields(c.Request.Body["scope"].(string)), Custom: map[string]string{},
		TargetURL: moodleTool + "/launch", PickerLabel: "Pick capability activity", Review: true,
	}
	for name, v := range tool["custom_parameters"].(map[string]any) {
		d.Custom[name] = v.(string)
	}
	for _, name := range tool["claims"].([]any)[2:] {
		d.Claims = append(d.Claims, name.(string))
	}
	return d
}

// TestRegistration_as_captured: the request is the one Moodle took, and its answer is read for what it is.
func TestRegistration_as_captured(t *testing.T) {
	for _, name := range captures.registrations {
		t.Run(name, func(t *testing.T) {
			c := readRegistrationCapture(t, name)
			start, err := lti.ParseRegistrationStart(url.Values{
				"openid_configuration": {c.Initiation.Query["openid_configuration"]}, "registration_token": {c.Initiation.Query["registration_token"]}, "invitation": {"x"},
			})
			if err != nil {
				t.Fatal(err)
			}
			d := newRegistrar(t, c.Configuration.answer(), c.Response.answer())
			config, err := d.registrar.Discover(t.Context(), start)
			if err != nil {
				t.Fatal(err)
			}
			if config.Family != "moodle" || config.Version != "4.5.6 (Build: 20250811)" || !config.Supports(lti.DeepLinkingRequest) || config.Supports(lti.SubmissionReviewRequest) || config.Variables[len(config.Variables)-1] != "Moodle.Person.userGroupIds" {
				t.Errorf("%+v", config)
			}
			plan := d.registrar.PlanRegistration(config, stub(c))
			made, err := d.registrar.Register(t.Context(), start, config, plan, lti.Invitation{})
			if err != nil {
				t.Fatal(err)
			}
			checkSentRegistration(t, d.calls, c)
			want := lti.NewRegistration{
				Registration: lti.Registration{
					Name: "localhost:8100", Issuer: moodleIssuer, ClientID: moodleClient, AuthorizationEndpoint: moodleIssuer + "/mod/lti/auth.php",
					TokenEndpoint: moodleIssuer + "/mod/lti/token.php", KeySetURL: moodleIssuer + "/mod/lti/certs.php", Deployments: []string{"1"},
				},
				Family: "moodle", Version: config.Version, Pending: true, Scopes: made.Scopes,
				Missing: []string{"https://purl.imsglobal.org/spec/lti-bo/scope/basicoutcome", "openid"},
			}
			if diff := cmp.Diff(want, made); diff != "" || len(made.Scopes) != 6 {
				t.Errorf("%v (-want +got):\n%s", made.Scopes, diff)
			}
		})
	}
}

// checkSentRegistration compares with the request that was captured; our addresses differ.
func checkSentRegistration(t *testing.T, calls []sent, c registrationCapture) {
	t.Helper()
	if len(calls) != 2 || calls[1].url != c.Request.URL || calls[1].kind != "application/json" {
		t.Fatalf("sent %+v", calls)
	}
	for _, call := range calls {
		if call.authorization != "Bearer "+c.Initiation.Query["registration_token"] {
			t.Errorf("%s went without the token", call.url)
		}
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(calls[1].body), &got); err != nil {
		t.Fatal(err)
	}
	want := c.Request.Body
	want["initiate_login_uri"], want["redirect_uris"], want["jwks_uri"] = moodleTool+"/lti/login", []any{moodleTool + "/lti/launch"}, moodleTool+"/lti/keys"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-captured +ours):\n%s", diff)
	}
}

// TestRegistration_second_client_waits for the operator, and an update keeps what the operator decided.
func TestRegistration_second_client_waits(t *testing.T) {
	for _, all := range [][]lti.Registration{
		{{ID: "a", Issuer: moodleIssuer, ClientID: "a"}}, {{ID: "a", Issuer: moodleIssuer, ClientID: "a"}, {ID: "b", Issuer: moodleIssuer, ClientID: "b"}},
	} {
		d := newRegistrar(t, discovered(t, nil), respond(http.StatusCreated, "", `{"client_id":"c"}`))
		d.regs.all = all
		config, _ := d.registrar.Discover(t.Context(), moodleStart)
		made, err := d.registrar.Register(t.Context(), moodleStart, config, lti.ToolRegistration{}, lti.Invitation{})
		if err != nil || !made.Waits || !made.Registration.Disabled || !made.Registration.AnyDeployment {
			t.Errorf("%+v, %v", made, err)
		}
	}
	d := newRegistrar(t, discovered(t, nil), readRegistrationCapture(t, captures.registrations[1]).Response.answer())
	known := lti.Registration{ID: "known", Name: "Ours", Issuer: moodleIssuer, ClientID: moodleClient, Deployments: []string{"0"}, Disabled: true, ServiceOrigins: []string{"https://a.example"}, KeySetURL: "https://old.example"}
	d.regs.all = []lti.Registration{known}
	config, _ := d.registrar.Discover(t.Context(), moodleStart)
	made, err := d.registrar.Register(t.Context(), moodleStart, config, lti.ToolRegistration{}, lti.Invitation{Update: "known"})
	want := known
	want.Deployments, want.KeySetURL = []string{"0", "1"}, moodleIssuer+"/mod/lti/certs.php"
	want.AuthorizationEndpoint, want.TokenEndpoint = moodleIssuer+"/mod/lti/auth.php", moodleIssuer+"/mod/lti/token.php"
	if diff := cmp.Diff(want, made.Registration); diff != "" || err != nil || made.Waits {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestRegistration_start(t *testing.T) {
	for name, values := range map[string]url.Values{
		"nothing": {}, "script": {"openid_configuration": {"javascript:alert(1)"}}, "twice": {"openid_configuration": {issuer, issuer}},
		"two tokens": {"openid_configuration": {issuer}, "registration_token": {"a", "b"}}, "fragment": {"openid_configuration": {issuer + "/#x"}},
		"user": {"openid_configuration": {"https://a@lms.example/"}}, "long": {"openid_configuration": {issuer + "/" + strings.Repeat("x", 2048)}},
		"long token": {"openid_configuration": {issuer}, "registration_token": {strings.Repeat("x", 9000)}},
		"line break": {"openid_configuration": {issuer}, "registration_token": {"a\r\nX: y"}},
	} {
		if _, err := lti.ParseRegistrationStart(values); !errors.Is(err, lti.ErrRegistrationStart) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestInvitation_secret is shown once: what is kept does not hold it.
func TestInvitation_secret(t *testing.T) {
	now := newClock().now()
	i, secret, err := lti.NewInvitation(nil, "for the college", "reg-1", now, time.Hour)
	other, second, _ := lti.NewInvitation(nil, "", "", now, time.Hour)
	if err != nil || len(secret) != 43 || secret == second || i.ID == other.ID || i.Hash == other.Hash || i.Hash != lti.InvitationHash(secret) {
		t.Errorf("%+v %q, %v", i, secret, err)
	}
	if i.Note != "for the college" || i.Update != "reg-1" || !i.CreatedAt.Equal(now) || !i.ExpiresAt.Equal(now.Add(time.Hour)) || i.Usable(now) != nil {
		t.Errorf("%+v", i)
	}
	if strings.Contains(i.Hash+i.ID, secret) {
		t.Error("the secret is kept")
	}
	urls, err := lti.NewURLs(toolBase)
	if got, want := urls.Invitation(secret), toolBase+"/lti/register?invitation="+secret; got != want || err != nil {
		t.Errorf("%s, want %s", got, want)
	}
	if _, _, err := lti.NewInvitation(strings.NewReader("short"), "", "", now, time.Hour); err == nil {
		t.Error("an invitation without randomness")
	}
}

func TestInvitation_usable(t *testing.T) {
	now := newClock().now()
	good := lti.Invitation{ExpiresAt: now.Add(time.Second)}
	for name, c := range map[string]struct {
		change func(*lti.Invitation)
		want   error
	}{
		"good":    {func(*lti.Invitation) {}, nil},
		"expired": {func(i *lti.Invitation) { i.ExpiresAt = now }, lti.ErrInvitationExpired},
		"spent":   {func(i *lti.Invitation) { i.SpentAt = now }, lti.ErrInvitationSpent},
		"revoked": {func(i *lti.Invitation) { i.RevokedAt, i.SpentAt = now, now }, lti.ErrInvitationRevoked},
	} {
		i := good
		c.change(&i)
		if err := i.Usable(now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRegistration_variants sends each kind of platform the request it wants, and takes a registration up again to change it.
func TestRegistration_variants(t *testing.T) {
	for _, c := range []struct {
		profile           ltitest.Profile
		placements        string // of deep linking
		nav, review       bool
		privacy, known    string
		pending, anywhere bool
	}{
		{profile: ltitest.Moodle(), placements: "ContentArea", known: "1", pending: true},
		{profile: ltitest.Canvas(), placements: "assignment_selection link_selection", nav: true, privacy: "public", pending: true, anywhere: true},
		{profile: ltitest.D2L(), placements: "ContentArea", review: true, known: "1"},
		{profile: ltitest.Sakai(), placements: "ContentArea", known: "1"},
		{profile: ltitest.Strict(), placements: "ContentArea", review: true, known: "1"},
		{profile: namesOnly(), placements: "ContentArea", known: "1", pending: true},
	} {
		t.Run(c.profile.Name, func(t *testing.T) {
			s := newSite(t, c.profile)
			start, config := s.discover(t, s.p.RegistrationURL(toolBase+"/lti/register"))
			plan := s.registrar.PlanRegistration(config, about)
			first, last := plan.Tool.Messages[0], plan.Tool.Messages[len(plan.Tool.Messages)-1]
			if got := strings.Join(first.Placements, " "); got != c.placements || (len(last.Placements) > 0) != c.nav || plan.Tool.PrivacyLevel != c.privacy || (len(plan.Tool.Messages) == 3) != c.review {
				t.Errorf("%+v", plan.Tool)
			}
			made, err := s.registrar.Register(t.Context(), start, config, plan, lti.Invitation{})
			if err != nil {
				t.Fatal(err)
			}
			if strings.Join(made.Registration.Deployments, " ") != c.known || made.Pending != c.pending || made.Registration.AnyDeployment != c.anywhere || len(made.Missing) != 0 {
				t.Errorf("%+v", made)
			}
			if _, err := s.registrar.Register(t.Context(), start, config, plan, lti.Invitation{}); !errors.Is(err, lti.ErrRegistrationRefused) {
				t.Errorf("the token was good twice: %v", err)
			}
			made.Registration.ID = "kept"
			s.regs.all = append(s.regs.all, made.Registration)
			address, err := s.p.UpdateURL(s.p.Tools()[0].ID, toolBase+"/lti/register")
			if err != nil {
				t.Fatal(err)
			}
			start, config = s.discover(t, address)
			again, err := s.registrar.Register(t.Context(), start, config, s.registrar.PlanRegistration(config, about), lti.Invitation{Update: "kept"})
			if diff := cmp.Diff(made.Registration, again.Registration); diff != "" || err != nil || len(s.p.Tools()) != 1 {
				t.Errorf("update: %v (-first +second):\n%s", err, diff)
			}
		})
	}
}

// namesOnly is a Moodle of the kind that lists the messages it supports by name.
func namesOnly() ltitest.Profile {
	p := ltitest.Moodle()
	p.MessagesAsNames = true
	return p
}

// FuzzRegistration answers discovery and registration with any text: what comes of it is refused by a rule or whole, and no call
// leaves the platform.
func FuzzRegistration(f *testing.F) {
	c := readRegistrationCapture(f, captures.registrations[0])
	f.Add(string(c.Configuration.Body), string(c.Response.Body))
	f.Add(`{"issuer":"http://localhost:8100","authorization_endpoint":null}`, `{"client_id":[]}`)
	f.Fuzz(func(t *testing.T, config, answer string) {
		d := newRegistrar(t, respond(http.StatusOK, "", config), respond(http.StatusOK, "", answer))
		found, err := d.registrar.Discover(t.Context(), moodleStart)
		var made lti.NewRegistration
		if err == nil {
			made, err = d.registrar.Register(t.Context(), moodleStart, found, d.registrar.PlanRegistration(found, about), lti.Invitation{})
		}
		var refusal *lti.Refusal
		if err != nil && !errors.As(err, &refusal) {
			t.Fatal(err)
		}
		if r := made.Registration; err == nil && (r.ClientID == "" || !r.AnyDeployment && len(r.Deployments) == 0 || !strings.HasPrefix(strings.ToLower(r.Issuer), moodleIssuer)) {
			t.Fatalf("%+v", r)
		}
		for _, call := range d.calls {
			if u, err := url.Parse(call.url); err != nil || !strings.EqualFold(u.Host, "localhost:8100") {
				t.Fatalf("called %s", call.url)
			}
		}
	})
}
