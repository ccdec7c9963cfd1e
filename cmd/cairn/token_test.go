package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// tokenFor asks the token endpoint that the metadata name (RFC 8414), as any program would, and answers status and body.
func (p *process) tokenFor(t *testing.T, c credential, scope string) (int, string) {
	t.Helper()
	var meta struct {
		Issuer   string
		Endpoint string `json:"token_endpoint"`
	}
	if status, body := p.get(t, "/.well-known/oauth-authorization-server"); status != 200 || json.Unmarshal([]byte(body), &meta) != nil || meta.Endpoint != meta.Issuer+"/xapi/oauth/token" {
		t.Fatalf("the metadata are %d %s", status, body)
	}
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+strings.TrimPrefix(meta.Endpoint, meta.Issuer), strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(c.Key, c.Secret)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// accessToken is tokenFor when it goes well.
func (p *process) accessToken(t *testing.T, c credential, scope string) string {
	t.Helper()
	status, body := p.tokenFor(t, c, scope)
	var is struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &is); err != nil || status != 200 || is.Token == "" {
		t.Fatalf("a token is answered %d %s", status, body)
	}
	return is.Token
}

// asks answers the status of reading statements with a token.
func (p *process) asks(t *testing.T, token string) int {
	t.Helper()
	status, _ := p.get(t, "/xapi/statements", "Authorization", "Bearer "+token, "X-Experience-API-Version", "2.0.0")
	return status
}

func TestTokensOfOneServerHoldInAnotherAndEndWithTheirCredential(t *testing.T) {
	env := onPostgres(t, postgres(t))
	c := newCredential(t, env)
	first, second := serve(t, env), serve(t, env)
	token := first.accessToken(t, c, "statements/read")
	if a, b := first.asks(t, token), second.asks(t, token); a != 200 || b != 200 {
		t.Fatalf("the servers answer %d and %d", a, b)
	}
	var again credential
	succeed(t, env, &again, "credential", "rotate", c.Key, "--keep", "1h")
	for _, p := range []*process{first, second} {
		eventually(t, "a rotated credential's token ends", func() bool { return p.asks(t, token) == 401 })
	}
	old, newer := second.accessToken(t, c, ""), second.accessToken(t, again, "")
	if a, b := first.asks(t, old), first.asks(t, newer); a != 200 || b != 200 {
		t.Errorf("with the old and the new secret it is answered %d and %d", a, b)
	}
	succeed(t, env, nil, "credential", "revoke", c.Key)
	for _, p := range []*process{first, second} {
		eventually(t, "a revoked credential's tokens end", func() bool { return p.asks(t, newer) == 401 && p.asks(t, old) == 401 })
	}
	if status, body := first.tokenFor(t, again, ""); status != 401 || !strings.Contains(body, `"error":"invalid_client"`) {
		t.Errorf("a revoked credential is answered %d %s", status, body)
	}
	if logged := first.logged(); strings.Contains(logged, token[:30]) || strings.Contains(logged, c.Secret) {
		t.Error("the log holds a token or a secret")
	}
	var listed []credentialView
	if succeed(t, env, &listed, "credential", "list"); listed[0].LastUsed == "" {
		t.Error("its last use is not noted")
	}
}

func TestTokenLifeIsChecked(t *testing.T) {
	for life, code := range map[string]int{"1s": exitUsage, "25h": exitUsage, "soon": exitUsage} {
		if r := command(t, environment(t, "CAIRN_TOKEN_LIFE="+life), "serve"); r.code != code {
			t.Errorf("%s ends with %d: %s", life, r.code, r.problem)
		}
	}
	env := environment(t, "CAIRN_TOKEN_LIFE=5m")
	c := newCredential(t, env)
	if _, body := serve(t, env).tokenFor(t, c, "state"); !strings.Contains(body, `"expires_in":300`) || !strings.Contains(body, `"scope":"state"`) {
		t.Error(body)
	}
}
