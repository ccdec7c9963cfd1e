package lrs

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// authenticate finds the credential of a request: by HTTP Basic (Communication 4.0, XAPI-00334, XAPI-00335), or by an access token
// in the same header (RFC 6750, 2.1). What comes of both is the same credential, but for the scopes of a token, which may be fewer.
func (h *handler) authenticate(r *request) (err error) {
	if token, ok := r.bearerToken(); ok {
		r.bearer = true
		r.credential, err = h.credentialOf(r, token)
		return err
	}
	key, secret, ok := r.BasicAuth()
	if !ok {
		return refusal(http.StatusUnauthorized, "credential_missing",
			"send a key and its secret by HTTP Basic authentication, or an access token as Bearer")
	}
	r.credential, err = h.Credentials.Check(r.Context(), key, secret)
	if errors.Is(err, ErrNotFound) {
		return refusal(http.StatusUnauthorized, "credential_unknown", "the key and the secret do not belong together, or the key was revoked")
	}
	if err != nil {
		return fmt.Errorf("lrs: checking a credential: %w", err)
	}
	return nil
}

// bearerToken is what stands in the header after the word Bearer, in any case of letters; ok also when that is nothing.
func (r *request) bearerToken() (token string, ok bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer")
}

// credentialOf is the credential that a token was given for, as it is now, with the scopes of the token.
func (h *handler) credentialOf(r *request, token string) (Credential, error) {
	g, ok := h.readToken(token)
	if !ok {
		return Credential{}, refusal(http.StatusUnauthorized, "token_invalid", "this access token was not made by this server, or its key was changed")
	}
	if !h.Now().Before(instant(g.Until)) {
		return Credential{}, refusal(http.StatusUnauthorized, "token_expired", "the access token has expired: get another one")
	}
	c, err := h.Credentials.Bearer(r.Context(), g.Key, g.Mark)
	if errors.Is(err, ErrNotFound) {
		return Credential{}, refusal(http.StatusUnauthorized, "token_revoked", "the credential of this access token was revoked, or has another secret now")
	}
	if err != nil {
		return Credential{}, fmt.Errorf("lrs: checking the credential of a token: %w", err)
	}
	c.Scopes = narrowed(g.Scopes, c.Scopes)
	return c, nil
}

// challenge says how to come back (RFC 9110, 11.6.1), in the words of RFC 6750, 3 to who came with a token.
func challenge(head http.Header, r *request, e *Refusal, err error) {
	const basic = `Basic realm="xAPI", charset="UTF-8"`
	var missing *scopeMissing
	switch {
	case r.bearer && e.Status == http.StatusUnauthorized:
		head.Set("WWW-Authenticate", `Bearer realm="xAPI", error="invalid_token", error_description="`+e.Message+`"`)
	case r.bearer && errors.As(err, &missing):
		head.Set("WWW-Authenticate", `Bearer realm="xAPI", error="insufficient_scope", scope="`+string(missing.scope)+`"`)
	case r.oauth && e.Status == http.StatusUnauthorized:
		head.Set("WWW-Authenticate", basic)
	case e.Status == http.StatusUnauthorized:
		head.Set("WWW-Authenticate", basic)
		head.Add("WWW-Authenticate", `Bearer realm="xAPI"`)
	}
}
