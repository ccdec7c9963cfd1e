package lti_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"cairn/lti"
)

// discovered is a good configuration at moodleIssuer with members changed, or, when nil, left out.
func discovered(t testing.TB, change map[string]any) *http.Response {
	t.Helper()
	body := map[string]any{}
	if err := json.Unmarshal(readRegistrationCapture(t, captures.registrations[0]).Configuration.Body, &body); err != nil {
		t.Fatal(err)
	}
	for name, v := range change {
		body[name] = v
		if v == nil {
			delete(body, name)
		}
	}
	return respond(http.StatusOK, "application/json", string(encode(t, body)))
}

var moodleStart = lti.RegistrationStart{ConfigurationURL: moodleIssuer + "/mod/lti/openid-configuration.php", Token: "reg-token"}

// TestRegistration_hijack: every way to register what is not one's own, or to make the tool call where it should not, is refused by a
// rule of its own, and the token reaches nobody but the origin of the configuration.
func TestRegistration_hijack(t *testing.T) {
	redirect := respond(http.StatusFound, "", "")
	redirect.Header.Set("Location", moodleIssuer+"/elsewhere")
	away := respond(http.StatusTemporaryRedirect, "", "")
	away.Header.Set("Location", "https://evil.example/")
	huge := `{"issuer":"` + strings.Repeat("x", 300<<10) + `"}`
	const prefix = "https://purl.imsglobal.org/spec/"
	known := func(d *desk) {
		d.regs.all = []lti.Registration{{ID: "known", Issuer: moodleIssuer, ClientID: moodleClient}, {ID: "other", Issuer: "https://b.example", ClientID: "b"}}
	}
	good := func() *http.Response {
		return readRegistrationCapture(t, captures.registrations[0]).Response.answer()
	}
	answered := func(body string) []*http.Response {
		return []*http.Response{discovered(t, nil), respond(http.StatusOK, "text/html", body)}
	}
	cases := map[string]struct {
		answers []*http.Response
		set     func(*desk)
		by      lti.Invitation
		want    error
		calls   int
	}{
		"not reached":                     {nil, nil, lti.Invitation{}, lti.ErrDiscoveryUnavailable, 1},
		"not found":                       {[]*http.Response{respond(http.StatusNotFound, "", "")}, nil, lti.Invitation{}, lti.ErrDiscoveryUnavailable, 1},
		"redirected":                      {[]*http.Response{redirect, discovered(t, nil)}, nil, lti.Invitation{}, lti.ErrDiscoveryRedirect, 1},
		"huge":                            {[]*http.Response{respond(http.StatusOK, "", huge)}, nil, lti.Invitation{}, lti.ErrDiscoveryTooLarge, 1},
		"no JSON":                         {[]*http.Response{respond(http.StatusOK, "", "<html>")}, nil, lti.Invitation{}, lti.ErrDiscoveryDocument, 1},
		"no key set":                      {[]*http.Response{discovered(t, map[string]any{"jwks_uri": nil})}, nil, lti.Invitation{}, lti.ErrDiscoveryDocument, 1},
		"script for an endpoint":          {[]*http.Response{discovered(t, map[string]any{"authorization_endpoint": "javascript:alert(1)"})}, nil, lti.Invitation{}, lti.ErrDiscoveryDocument, 1},
		"document of another host":        {[]*http.Response{discovered(t, map[string]any{"issuer": "https://lms.example"})}, nil, lti.Invitation{}, lti.ErrDiscoveryIssuer, 1},
		"issuer of another port":          {[]*http.Response{discovered(t, map[string]any{"issuer": "http://localhost"})}, nil, lti.Invitation{}, lti.ErrDiscoveryIssuer, 1},
		"issuer of a host below":          {[]*http.Response{discovered(t, map[string]any{"issuer": "http://a.localhost:8100"})}, nil, lti.Invitation{}, lti.ErrDiscoveryIssuer, 1},
		"calls itself Canvas":             {[]*http.Response{discovered(t, map[string]any{"issuer": "https://canvas.instructure.com", prefix + "lti-platform-configuration": map[string]any{"product_family_code": "canvas"}})}, nil, lti.Invitation{}, lti.ErrDiscoveryIssuer, 1},
		"registration endpoint elsewhere": {[]*http.Response{discovered(t, map[string]any{"registration_endpoint": "https://evil.example/reg"})}, nil, lti.Invitation{}, lti.ErrDiscoveryEndpoint, 1},
		"signs by HS256":                  {[]*http.Response{discovered(t, map[string]any{"id_token_signing_alg_values_supported": []string{"HS256"}})}, nil, lti.Invitation{}, lti.ErrDiscoveryUnfit, 1},
		"wants a secret":                  {[]*http.Response{discovered(t, map[string]any{"token_endpoint_auth_methods_supported": []string{"client_secret_post"}})}, nil, lti.Invitation{}, lti.ErrDiscoveryUnfit, 1},
		"endpoint redirects":              {[]*http.Response{discovered(t, nil), away}, nil, lti.Invitation{}, lti.ErrDiscoveryRedirect, 2},
		"huge answer":                     {answered(huge), nil, lti.Invitation{}, lti.ErrDiscoveryTooLarge, 2},
		"answer no JSON":                  {answered("welcome"), nil, lti.Invitation{}, lti.ErrRegistrationAnswer, 2},
		"no client id":                    {answered(`{"client_id":""}`), nil, lti.Invitation{}, lti.ErrRegistrationAnswer, 2},
		"client id is a number":           {answered(`{"client_id":7}`), nil, lti.Invitation{}, lti.ErrRegistrationAnswer, 2},
		"deployment is a number":          {answered(`{"client_id":"c","` + prefix + `lti-tool-configuration":{"deployment_id":1}}`), nil, lti.Invitation{}, lti.ErrRegistrationAnswer, 2},
		"client known here":               {[]*http.Response{discovered(t, nil), good()}, known, lti.Invitation{}, lti.ErrRegistrationExists, 2},
		"update of another issuer":        {[]*http.Response{discovered(t, nil), good()}, known, lti.Invitation{Update: "other"}, lti.ErrRegistrationOther, 1},
		"update of one that is gone":      {[]*http.Response{discovered(t, nil), good()}, known, lti.Invitation{Update: "gone"}, lti.ErrRegistrationOther, 1},
		"update of another client":        {answered(`{"client_id":"c"}`), known, lti.Invitation{Update: "known"}, lti.ErrRegistrationOther, 2},
	}
	tested := map[error]bool{ // by the tests below, and ErrInvitationUnknown by the stores
		lti.ErrInvitationUnknown: true, lti.ErrInvitationExpired: true, lti.ErrInvitationSpent: true, lti.ErrInvitationRevoked: true,
		lti.ErrRegistrationStart: true, lti.ErrDiscoveryAddress: true, lti.ErrRegistrationRefused: true,
	}
	for _, c := range cases {
		tested[c.want] = true
	}
	for _, r := range lti.Rules() {
		if strings.HasPrefix(r.Name, "registration.") && !tested[r.Err] {
			t.Errorf("nothing breaks %s", r.Name)
		}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := newRegistrar(t, c.answers...)
			if c.set != nil {
				c.set(d)
			}
			config, err := d.registrar.Discover(t.Context(), moodleStart)
			if err == nil {
				_, err = d.registrar.Register(t.Context(), moodleStart, config, d.registrar.PlanRegistration(config, about), c.by)
			}
			var refusal *lti.Refusal
			if !errors.As(err, &refusal) || !errors.Is(err, c.want) || refusal.Section == "" || strings.Contains(err.Error(), "reg-token") {
				t.Errorf("got %v", err)
			}
			if len(d.calls) != c.calls {
				t.Errorf("%d calls, want %d", len(d.calls), c.calls)
			}
			for _, call := range d.calls {
				if !strings.HasPrefix(call.url, moodleIssuer+"/") {
					t.Errorf("called %s", call.url)
				}
			}
		})
	}
}

// TestRegistration_shared_issuer: only the company's own hosts speak for the issuer that all of Canvas shares.
func TestRegistration_shared_issuer(t *testing.T) {
	for address, want := range map[string]error{
		"https://sso.canvaslms.com/api/lti/security/openid-configuration":      nil,
		"https://school.instructure.com/api/lti/security/openid-configuration": nil,
		"https://canvas.instructure.com/config":                                nil,
		"https://school.instructure.com.evil.example/config":                   lti.ErrDiscoveryIssuer,
		"https://evilinstructure.com/config":                                   lti.ErrDiscoveryIssuer,
		"https://evil.example/.instructure.com":                                lti.ErrDiscoveryIssuer,
		"https://school.instructure.com:8443/config":                           lti.ErrDiscoveryIssuer,
		"http://school.instructure.com/config":                                 lti.ErrDiscoveryIssuer,
	} {
		at, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		d := newRegistrar(t, discovered(t, map[string]any{
			"issuer": "https://canvas.instructure.com", "registration_endpoint": at.Scheme + "://" + at.Host + "/api/lti/registrations",
			"authorization_endpoint": "https://sso.canvaslms.com/a", "token_endpoint": "https://sso.canvaslms.com/t", "jwks_uri": "https://sso.canvaslms.com/k",
		}))
		start := lti.RegistrationStart{ConfigurationURL: address}
		config, err := d.registrar.Discover(t.Context(), start)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", address, err)
		}
		if err != nil {
			continue
		}
		d.answers = []*http.Response{respond(http.StatusOK, "", `{"client_id":"10000000000001"}`)}
		made, err := d.registrar.Register(t.Context(), start, config, d.registrar.PlanRegistration(config, about), lti.Invitation{})
		services := []string{"https://" + at.Host}
		if at.Host == "sso.canvaslms.com" || at.Host == "canvas.instructure.com" { // trusted already
			services = nil
		}
		if diff := cmp.Diff(services, made.Registration.ServiceOrigins); diff != "" || err != nil || made.Registration.Name != at.Host || !made.Registration.AnyDeployment {
			t.Errorf("%s: %+v, %v", address, made, err)
		}
	}
}

// TestRegistration_stays_with_https: a platform that was asked by https does not send us to plain http.
func TestRegistration_stays_with_https(t *testing.T) {
	const secure = "https://localhost:8100"
	change := map[string]any{"issuer": secure, "registration_endpoint": secure + "/r", "authorization_endpoint": secure + "/a", "token_endpoint": secure + "/t", "jwks_uri": secure + "/k"}
	for name := range change {
		body := map[string]any{}
		for other, v := range change {
			body[other] = v
		}
		body[name] = strings.Replace(change[name].(string), "https", "http", 1)
		d := newRegistrar(t, discovered(t, body))
		if _, err := d.registrar.Discover(t.Context(), lti.RegistrationStart{ConfigurationURL: secure + "/c"}); !errors.Is(err, lti.ErrDiscoveryDocument) {
			t.Errorf("%s by plain http: %v", name, err)
		}
	}
}

// TestRegistration_refused tells the platform's own word, which Moodle sends as plain text.
func TestRegistration_refused(t *testing.T) {
	c := readRegistrationCapture(t, captures.registrations[0])
	for want, answer := range map[string]*http.Response{
		`401 "token_already_used"`:                    c.Replayed.answer(),
		`401 "missing_registration_token"`:            c.NoToken.answer(),
		`400 "invalid_client_metadata redirect_uris"`: respond(http.StatusBadRequest, "", `{"error":"invalid_client_metadata","error_description":"redirect_uris"}`),
		`500 )`: respond(http.StatusInternalServerError, "text/html", "<html>"),
	} {
		d := newRegistrar(t, discovered(t, nil), answer)
		config, err := d.registrar.Discover(t.Context(), moodleStart)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.registrar.Register(t.Context(), moodleStart, config, lti.ToolRegistration{}, lti.Invitation{})
		if !errors.Is(err, lti.ErrRegistrationRefused) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not tell %s", err, want)
		}
	}
}

// TestRegistration_guarded: the real client calls no private address, no plain http, and waits for nobody.
func TestRegistration_guarded(t *testing.T) {
	done := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	defer silent.Close()
	defer close(done)
	local := lti.Guard{PlainHTTP: []string{"127.0.0.1"}, Private: []string{"127.0.0.1"}, Timeout: 30 * time.Millisecond}
	for name, c := range map[string]struct {
		guard   lti.Guard
		address string
		want    error
	}{
		"private":   {lti.Guard{}, "https://127.0.0.1:9/config", lti.ErrDiscoveryAddress},
		"metadata":  {lti.Guard{}, "https://169.254.169.254/latest", lti.ErrDiscoveryAddress},
		"plain":     {lti.Guard{}, "http://lms.example/config", lti.ErrDiscoveryAddress},
		"slow":      {local, silent.URL + "/config", lti.ErrDiscoveryUnavailable},
		"not there": {local, "http://127.0.0.1:1/config", lti.ErrDiscoveryUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			d := newRegistrar(t)
			d.registrar.Client = lti.NewHTTPClient(c.guard)
			_, err := d.registrar.Discover(t.Context(), lti.RegistrationStart{ConfigurationURL: c.address, Token: "reg-token"})
			if !errors.Is(err, c.want) || strings.Contains(err.Error(), "reg-token") {
				t.Errorf("got %v", err)
			}
		})
	}
}
