package lrs

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Door is where programs enter: it finds the credential of a request, and counts the requests of those that have a rate. Resources
// beside the record store stand behind the same one, so that keys, tokens and rates are the same for all of them.
type Door struct {
	credentials Credentials
	key         []byte
	now         func() time.Time
	rates       rates
}

// NewDoor makes a door. key is the secret that signs access tokens, 16 bytes at least, the same in every process.
func NewDoor(credentials Credentials, key []byte, now func() time.Time) *Door {
	return &Door{credentials: credentials, key: key, now: now}
}

// Enter finds the credential of a request: by HTTP Basic (Communication 4.0, XAPI-00334, XAPI-00335), or by an access token in the
// same header (RFC 6750, 2.1). What comes of both is the same credential, but for the scopes of a token, which may be fewer. *Refusal.
func (d *Door) Enter(r *http.Request) (Credential, error) {
	if token, ok := bearerToken(r); ok {
		return d.credentialOf(r, token)
	}
	key, secret, ok := r.BasicAuth()
	if !ok {
		return Credential{}, refusal(http.StatusUnauthorized, "credential_missing",
			"send a key and its secret by HTTP Basic authentication, or an access token as Bearer")
	}
	c, err := d.credentials.Check(r.Context(), key, secret)
	if errors.Is(err, ErrNotFound) {
		return Credential{}, refusal(http.StatusUnauthorized, "credential_unknown", "the key and the secret do not belong together, or the key was revoked")
	}
	if err != nil {
		return Credential{}, fmt.Errorf("lrs: checking a credential: %w", err)
	}
	return c, nil
}

// bearerToken is what stands in the header after the word Bearer, in any case of letters; ok also when that is nothing.
func bearerToken(r *http.Request) (token string, ok bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer")
}

// credentialOf is the credential that a token was given for, as it is now, with the scopes of the token.
func (d *Door) credentialOf(r *http.Request, token string) (Credential, error) {
	g, ok := d.readToken(token)
	if !ok {
		return Credential{}, refusal(http.StatusUnauthorized, "token_invalid", "this access token was not made by this server, or its key was changed")
	}
	if !d.now().Before(instant(g.Until)) {
		return Credential{}, refusal(http.StatusUnauthorized, "token_expired", "the access token has expired: get another one")
	}
	c, err := d.credentials.Bearer(r.Context(), g.Key, g.Mark)
	if errors.Is(err, ErrNotFound) {
		return Credential{}, refusal(http.StatusUnauthorized, "token_revoked", "the credential of this access token was revoked, or has another secret now")
	}
	if err != nil {
		return Credential{}, fmt.Errorf("lrs: checking the credential of a token: %w", err)
	}
	c.Scopes = narrowed(g.Scopes, c.Scopes)
	return c, nil
}

// Challenge says in the head of an answer how to come back (RFC 9110, 11.6.1), in the words of RFC 6750, 3 to who came with a token.
// It says nothing when err is no refusal for want of a credential or a scope.
func (d *Door) Challenge(head http.Header, r *http.Request, realm string, err error) {
	var refused *Refusal
	var missing *scopeMissing
	if !errors.As(err, &refused) {
		return
	}
	_, bearer := bearerToken(r)
	switch {
	case bearer && refused.Status == http.StatusUnauthorized:
		head.Set("WWW-Authenticate", `Bearer realm="`+realm+`", error="invalid_token", error_description="`+refused.Message+`"`)
	case bearer && errors.As(err, &missing):
		head.Set("WWW-Authenticate", `Bearer realm="`+realm+`", error="insufficient_scope", scope="`+string(missing.scope)+`"`)
	case refused.Status == http.StatusUnauthorized:
		head.Set("WWW-Authenticate", `Basic realm="`+realm+`", charset="UTF-8"`)
		head.Add("WWW-Authenticate", `Bearer realm="`+realm+`"`)
	}
}

// realm names the record store to who is asked for a credential.
const realm = "xAPI"

// challenge says how to come back. The token endpoint takes no token.
func (h *handler) challenge(head http.Header, r *request, err error) {
	var refused *Refusal
	if r.oauth && errors.As(err, &refused) {
		if refused.Status == http.StatusUnauthorized {
			head.Set("WWW-Authenticate", `Basic realm="`+realm+`", charset="UTF-8"`)
		}
		return
	}
	h.Door.Challenge(head, r.Request, realm, err)
}
