package lti

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/singleflight"
)

// ErrScopeRefused says that a platform gave a token for less than was asked for.
var ErrScopeRefused = errors.New("lti: the platform does not grant the scope")

// The times of tokens.
const (
	assertionLife = 5 * time.Minute
	assertionBack = 60 * time.Second // how far back an assertion is dated: many platforms allow a clock behind ours no leeway
	tokenMargin   = 60 * time.Second // a token is not used in its last minute
	tokenDefault  = 5 * time.Minute  // when the platform does not tell (RFC 6749, 5.1)
	tokenLongest  = time.Hour
	tokenTimeout  = 15 * time.Second
	refusalLife   = 5 * time.Minute // how long a refused scope is not asked for again
	maxTokenBody  = 64 << 10        // bytes
	maxTokens     = 4096            // kept at once
)

// Tokens gets access tokens for the services of platforms and keeps them by registration and set of scopes until shortly before they
// expire (Security 4.1). Callers that need the same token at once share one request.
type Tokens struct {
	client  *http.Client
	signing func() KeyPair
	now     func() time.Time
	flight  singleflight.Group

	mu     sync.Mutex
	tokens map[string]accessToken
}

// accessToken is a token, or the platform's word that it grants none for these scopes.
type accessToken struct {
	value   string
	refused error
	until   time.Time
}

// NewTokens makes a cache of access tokens (Security 4.1) that asks by the client, which should be the guarded one. signing
// answers the key to sign with.
func NewTokens(client *http.Client, signing func() KeyPair, now func() time.Time) *Tokens {
	return &Tokens{client: client, signing: signing, now: now, tokens: map[string]accessToken{}}
}

// Token answers an access token for exactly the scopes (Security 4.1). *ServiceError, ErrScopeRefused, or the context's error.
func (t *Tokens) Token(ctx context.Context, reg Registration, scopes ...string) (string, error) {
	scopes = slices.Clone(scopes)
	slices.Sort(scopes)
	key := strings.Join(append([]string{reg.ID, reg.ClientID, reg.TokenEndpoint}, scopes...), " ")
	if token, ok := t.kept(key); ok {
		return token.value, token.refused
	}
	shared := t.flight.DoChan(key, func() (any, error) {
		if token, ok := t.kept(key); ok {
			return token.value, token.refused
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tokenTimeout)
		defer cancel()
		token, err := t.request(ctx, reg, scopes)
		if errors.Is(err, ErrScopeRefused) {
			token = accessToken{refused: err, until: t.now().Add(refusalLife)}
		} else if err != nil {
			return "", err
		}
		t.keep(key, token)
		return token.value, token.refused
	})
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("lti: wait for an access token: %w", ctx.Err())
	case result := <-shared:
		return result.Val.(string), result.Err
	}
}

// Drop forgets a token that a service refused, wherever it is kept (RFC 6750, 3.1: invalid_token).
func (t *Tokens) Drop(value string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, token := range t.tokens {
		if token.value == value {
			delete(t.tokens, key)
		}
	}
}

func (t *Tokens) kept(key string) (accessToken, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	token, ok := t.tokens[key]
	return token, ok && t.now().Before(token.until)
}

func (t *Tokens) keep(key string, token accessToken) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.tokens) >= maxTokens {
		clear(t.tokens) // rare, and costs no more than asking again
	}
	t.tokens[key] = token
}

// request asks the token endpoint by a signed assertion.
func (t *Tokens) request(ctx context.Context, reg Registration, scopes []string) (accessToken, error) {
	assertion, err := t.assertion(reg)
	if err != nil {
		return accessToken{}, err
	}
	form := url.Values{
		"grant_type": {GrantClientCredentials}, "client_assertion_type": {AssertionJWT},
		"client_assertion": {assertion}, "scope": {strings.Join(scopes, " ")},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, reg.TokenEndpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return accessToken{}, &ServiceError{Op: "token", Err: errors.New("the token endpoint is not a usable address")}
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	answer, err := t.client.Do(request)
	if err != nil {
		return accessToken{}, &ServiceError{Op: "token", Err: err}
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		refused := serviceError("token", answer, t.now())
		if refused.Reason == "invalid_scope" { // RFC 6749, 5.2
			refused.Err = ErrScopeRefused
		}
		return accessToken{}, refused
	}
	body, err := readBounded(answer.Body, maxTokenBody)
	if err != nil {
		return accessToken{}, &ServiceError{Op: "token", Err: err}
	}
	return t.read(body, scopes)
}

// assertion is the JWT by which the tool proves itself (Security 4.1.1; RFC 7523, 3). It is dated back by assertionBack, and its whole
// life stays assertionLife: some platforms bound the span between the two.
func (t *Tokens) assertion(reg Registration) (string, error) {
	audience := reg.TokenAudience
	if audience == "" {
		audience = reg.TokenEndpoint
	}
	var id [16]byte
	rand.Read(id[:]) // never fails
	issued := t.now().Add(-assertionBack)
	claims, err := json.Marshal(struct {
		Issuer   string `json:"iss"`
		Subject  string `json:"sub"`
		Audience string `json:"aud"`
		IssuedAt int64  `json:"iat"`
		Expires  int64  `json:"exp"`
		ID       string `json:"jti"`
	}{reg.ClientID, reg.ClientID, audience, issued.Unix(), issued.Add(assertionLife).Unix(), base64.RawURLEncoding.EncodeToString(id[:])})
	if err != nil {
		return "", fmt.Errorf("lti: write a client assertion: %w", err)
	}
	return signToken(claims, t.signing())
}

// read takes the answer for what it holds, not for its content type: Moodle sends JSON as text/html.
func (t *Tokens) read(body []byte, scopes []string) (accessToken, error) {
	var granted struct {
		Token   text    `json:"access_token"`
		Type    text    `json:"token_type"`
		Expires seconds `json:"expires_in"`
		Scope   text    `json:"scope"`
	}
	if err := json.Unmarshal(body, &granted); err != nil {
		return accessToken{}, &ServiceError{Op: "token", Status: http.StatusOK, Reason: "the answer is not JSON"}
	}
	if !granted.Token.good() || granted.Token.value == "" || !printable(granted.Token.value) {
		return accessToken{}, &ServiceError{Op: "token", Status: http.StatusOK, Reason: "the answer holds no token"}
	}
	if granted.Type.good() && !strings.EqualFold(granted.Type.value, "Bearer") {
		return accessToken{}, &ServiceError{Op: "token", Status: http.StatusOK, Reason: "the token is not a bearer token"}
	}
	if has := strings.Fields(granted.Scope.value); len(has) > 0 {
		for _, want := range scopes {
			if !slices.Contains(has, want) {
				return accessToken{}, &ServiceError{Op: "token", Status: http.StatusOK, Reason: want, Err: ErrScopeRefused}
			}
		}
	}
	return accessToken{value: granted.Token.value, until: t.now().Add(tokenLife(time.Duration(granted.Expires) * time.Second))}, nil
}

// tokenLife is how long a token is used: less a margin, or half of what it has when that is short.
func tokenLife(told time.Duration) time.Duration {
	if told <= 0 {
		told = tokenDefault
	}
	return max(min(told, tokenLongest)-tokenMargin, min(told, 2*tokenMargin)/2)
}

// seconds is a number of seconds that some platforms send as a string.
type seconds int64

// UnmarshalJSONFrom reads either form; what is neither counts as not told.
func (s *seconds) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	if n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 32); err == nil {
		*s = seconds(n)
	}
	return nil
}
