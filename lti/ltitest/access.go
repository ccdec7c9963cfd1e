package ltitest

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
)

// accessToken is one bearer token handed out.
type accessToken struct {
	tool    string
	scopes  []string
	expires time.Time
}

// assertion is what the platform reads in a client assertion (RFC 7523, section 3).
type assertion struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience audience `json:"aud"`
	ID       string   `json:"jti"`
	IssuedAt float64  `json:"iat"`
	Expires  float64  `json:"exp"`

	listed bool // the audience came as a list
}

// tokenRefusal is what the token endpoint answers in place of a token: an OAuth error code or, as in Moodle, any other text.
type tokenRefusal string

func (e tokenRefusal) Error() string { return string(e) }

// audience is one text or a list of them.
type audience []string

func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if err := json.Unmarshal(b, &one); err == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}

const maxTokenBody = 64 << 10

// token answers the access token endpoint (Security Framework 1.0, section 4.1.1).
func (p *Platform) token(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxTokenBody))
	form := url.Values{}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, _ = url.ParseQuery(string(body))
	}
	granted, client, err := p.grant(r.Context(), form)
	contentType := typeJSON + utf8Suffix
	if p.profile.TokensAsHTML {
		contentType = typeHTML + utf8Suffix
	}
	w.Header().Set("Content-Type", contentType)
	if !p.profile.TokensAsHTML {
		w.Header().Set("Cache-Control", "no-store")
	}
	if err != nil {
		p.recordBody(r, "token", client, http.StatusBadRequest, string(body))
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, p.tokenError(err))
		return
	}
	p.recordBody(r, "token", client, http.StatusOK, string(body))
	_, _ = fmt.Fprintf(w, "{\n  \"access_token\" : %q,\n  \"token_type\" : \"Bearer\",\n  \"expires_in\" : %d,\n  \"scope\" : %q\n}",
		granted.id, int(p.profile.AccessTokenLife.Seconds()), granted.scope)
}

// tokenError writes the refusal. Moodle pastes the text between quotes without escaping it, so that some are no JSON.
func (p *Platform) tokenError(err error) string {
	if p.profile.TokensAsHTML {
		return fmt.Sprintf("{\n  \"error\" : \"%s\"\n}", err)
	}
	return fmt.Sprintf("{\n  \"error\" : %q\n}", err)
}

type grantedToken struct{ id, scope string }

// grant checks a token request, in the order in which Moodle does, and makes the token.
func (p *Platform) grant(ctx context.Context, form url.Values) (granted grantedToken, client string, err error) {
	for _, name := range []string{"grant_type", "client_assertion_type", "client_assertion", "scope"} {
		if form.Get(name) == "" {
			return granted, "", tokenRefusal("invalid_request")
		}
	}
	claims, err := readAssertion(form.Get("client_assertion"))
	switch {
	case form.Get("client_assertion_type") != assertionType, err != nil, claims.Subject == "":
		return granted, claims.Subject, tokenRefusal("invalid_request")
	case form.Get("grant_type") != "client_credentials":
		return granted, claims.Subject, tokenRefusal("unsupported_grant_type")
	}
	p.mu.Lock()
	t := p.toolByClient(claims.Subject)
	p.mu.Unlock()
	if t == nil || t.Pending {
		return granted, claims.Subject, tokenRefusal("invalid_client")
	}
	if err := p.checkAssertion(ctx, t, form.Get("client_assertion"), claims); err != nil {
		return granted, t.ClientID, err
	}
	scopes := common(strings.Fields(form.Get("scope")), t.Scopes)
	if len(scopes) == 0 {
		return granted, t.ClientID, tokenRefusal("invalid_scope")
	}
	granted = grantedToken{p.random(16), strings.Join(scopes, " ")}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens[granted.id] = accessToken{t.ID, scopes, p.config.Now().Add(p.profile.AccessTokenLife)}
	return granted, t.ClientID, nil
}

// readAssertion reads the claims without trusting them yet.
func readAssertion(compact string) (assertion, error) {
	var a assertion
	parts := strings.Split(compact, ".")
	if len(parts) != 3 {
		return a, tokenRefusal("a client assertion has three parts")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return a, fmt.Errorf("decode the client assertion: %w", err)
	}
	if err := json.Unmarshal(payload, &a); err != nil {
		return a, fmt.Errorf("read the client assertion: %w", err)
	}
	var shape struct {
		Audience jsontext.Value `json:"aud"`
	}
	if err := json.Unmarshal(payload, &shape); err != nil {
		return a, fmt.Errorf("read the client assertion: %w", err)
	}
	a.listed = shape.Audience.Kind() == '['
	return a, nil
}

// checkAssertion verifies signature and times always, the rest unless a quirk of the profile lets it pass.
func (p *Platform) checkAssertion(ctx context.Context, t *Tool, compact string, a assertion) error {
	if err := p.verify(ctx, t, compact); err != nil {
		return err
	}
	now := p.config.Now()
	if a.IssuedAt > float64(now.Unix()) {
		begins := time.Unix(int64(a.IssuedAt), 0).UTC()
		return tokenRefusal("Cannot handle token with iat prior to " + begins.Format("2006-01-02T15:04:05-0700"))
	}
	if a.Expires != 0 && float64(now.Unix()) >= a.Expires {
		return tokenRefusal("Expired token")
	}
	fits := func(aud string) bool { return aud == p.tokenURL() || aud == p.issuer }
	if constant := p.profile.TokenAudience; constant != "" {
		fits = func(aud string) bool { return aud == constant }
	}
	if p.profile.TextAudience && a.listed {
		return tokenRefusal("invalid_client")
	}
	if !p.profile.AnyTokenAudience && !slices.ContainsFunc(a.Audience, fits) {
		return tokenRefusal("invalid_client")
	}
	if !p.profile.AnyAssertionIssuer && a.Issuer != a.Subject {
		return tokenRefusal("invalid_client")
	}
	if p.profile.ReusableAssertions {
		return nil
	}
	return p.spendAssertion(t, a)
}

// spendAssertion takes an assertion once: it must carry a jti not seen before and an end (RFC 7523, section 3, items 4 and 7).
func (p *Platform) spendAssertion(t *Tool, a assertion) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.config.Now()
	for id, end := range p.assertions {
		if now.After(end) {
			delete(p.assertions, id)
		}
	}
	id := t.ID + " " + a.ID
	if _, seen := p.assertions[id]; seen || a.ID == "" || a.Expires == 0 {
		return tokenRefusal("invalid_client")
	}
	p.assertions[id] = time.Unix(int64(a.Expires), 0)
	return nil
}

const errNoKey = tokenRefusal(`"kid" invalid, unable to lookup correct key`)

// verify checks the signature with the key that the header names. A key set that lacks it is fetched once more, as the tool
// may have changed its keys.
func (p *Platform) verify(ctx context.Context, t *Tool, compact string) error {
	message, err := jws.ParseString(compact)
	if err != nil || len(message.Signatures()) != 1 {
		return tokenRefusal("invalid_request")
	}
	header := message.Signatures()[0].ProtectedHeaders()
	if header.Algorithm() != jwa.RS256 {
		return tokenRefusal("Algorithm not supported")
	}
	key, err := p.toolKey(ctx, t, header.KeyID())
	if err != nil {
		return err
	}
	if _, err := jws.Verify([]byte(compact), jws.WithKey(jwa.RS256, key)); err != nil {
		return tokenRefusal("Signature verification failed")
	}
	return nil
}

// toolKey finds a key of the tool: in the registered set, the kept one, or the one fetched now.
func (p *Platform) toolKey(ctx context.Context, t *Tool, kid string) (jwk.Key, error) {
	if t.Keys != nil {
		if key, ok := t.Keys.LookupKeyID(kid); ok {
			return key, nil
		}
		return nil, errNoKey
	}
	p.mu.Lock()
	kept := p.keys[t.ID]
	p.mu.Unlock()
	if kept != nil {
		if key, ok := kept.LookupKeyID(kid); ok {
			return key, nil
		}
	}
	set, err := jwk.Fetch(ctx, t.KeySetURL, jwk.WithHTTPClient(p.config.HTTP))
	if err != nil {
		return nil, fmt.Errorf("fetch the tool's key set: %w", err)
	}
	p.mu.Lock()
	p.keys[t.ID] = set
	p.mu.Unlock()
	if key, ok := set.LookupKeyID(kid); ok {
		return key, nil
	}
	return nil, errNoKey
}

// ForgetKeys drops the tools' key sets that the platform kept, as time does.
func (p *Platform) ForgetKeys() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.keys)
}

// ExpireToken ends an access token now, to see how a tool gets itself another; false when there is no such token.
func (p *Platform) ExpireToken(token string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	t, ok := p.tokens[token]
	if ok {
		t.expires = p.config.Now()
		p.tokens[token] = t
	}
	return ok
}

// ExpireTokens ends every access token.
func (p *Platform) ExpireTokens() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.tokens)
}
