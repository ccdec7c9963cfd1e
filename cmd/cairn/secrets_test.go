package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cairn/lti/ltitest"
)

// A whole launch, statements and refusals later, the log holds nothing that opens anything, and no name of a person.
func TestLogHoldsNoSecret(t *testing.T) {
	env := environment(t, "CAIRN_LOG_LEVEL=debug", "CAIRN_ALLOW_PRIVATE_HOST=localhost,127.0.0.1")
	c := newCredential(t, env)
	lms := ltitest.New(ltitest.Config{Now: time.Now})
	if err := lms.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lms.Close() })
	p := serve(t, env)
	sampled := ltitest.Sample(lms, ltitest.Tool{
		LoginURL: p.base + "/lti/login", TargetLinkURI: p.base + "/lti/launch", RedirectURIs: []string{p.base + "/lti/launch"}, KeySetURL: p.base + "/lti/keys",
	})
	conn, err := lms.Connection(sampled.Tool.ID)
	if err != nil {
		t.Fatal(err)
	}
	succeed(t, env, nil, "registration", "add", "--platform", "moodle", "--issuer", conn.Issuer, "--client-id", conn.ClientID, "--deployment", conn.DeploymentID)

	browser := ltitest.NewBrowser(ltitest.PartitionedOnly)
	var ready *ltitest.Prepared
	eventually(t, "the registration is seen", func() bool { // a server holds registrations for a moment
		ready, err = lms.PrepareLaunch(t.Context(), browser, sampled.Learner, sampled.Link)
		return err == nil
	})
	answer, err := ready.Post(t.Context())
	if err != nil || answer.StatusCode != 200 {
		t.Fatalf("the launch ended with %v (%v)\n%s", answer, err, p.logged())
	}
	token := strings.Split(answer.Request.URL.Path, "/")[2]
	_ = answer.Body.Close()
	if again, err := ready.Send(t.Context()); err != nil || again.StatusCode < 400 {
		t.Errorf("the same form again is answered %v (%v)", again, err)
	}
	wrong := credential{c.Key, "WRONGSECRET"}
	if status, _, _ := wrong.post(t.Context(), p.base, []byte(`{}`)); status != http.StatusUnauthorized {
		t.Errorf("a wrong secret is answered %d", status)
	}
	if status, _, _ := c.post(t.Context(), p.base, []byte(`{"actor":{"mbox":"mailto:NAMEOFAPERSON@example.org"}}`)); status != http.StatusBadRequest {
		t.Errorf("half a statement is answered %d", status)
	}
	p.get(t, "/s/"+token+"/me/capability/none?PARAMETER=x")
	p.stop(t)
	if log := p.logged(); !strings.Contains(log, `"/s/-/me"`) {
		t.Errorf("the log does not hold the page that was asked for: %s", log)
	}
	base, _ := url.Parse(p.base)
	secrets := map[string]string{
		"the session's token": token, "the credential's secret": c.Secret, "a wrong secret": "WRONGSECRET",
		"the id_token": ready.Answer.Form.Get("id_token")[:40], "the nonce": ready.Auth.Get("nonce"), "the state": ready.Auth.Get("state"),
		"a person's name": "Lena", "a person's address": "NAMEOFAPERSON", "a query": "PARAMETER",
	}
	for _, cookie := range browser.Jar.Cookies(base) {
		secrets["the cookie"] = cookie.Value
	}
	for what, secret := range secrets {
		if secret != "" && strings.Contains(p.logged(), secret) {
			t.Errorf("the log holds %s, %q", what, secret)
		}
	}
}
