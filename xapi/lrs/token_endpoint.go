package lrs

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// tokenPath is the token endpoint, below the endpoint of the record store.
const tokenPath = "/oauth/token"

const (
	maxTokenBody    = 16 << 10 // octets of a request for a token
	tokensPerMinute = 60       // tokens a credential may ask for in a minute
)

// postToken gives an access token for a credential (RFC 6749, 4.4). It writes nothing.
func (h *handler) postToken(w http.ResponseWriter, r *request) error {
	r.oauth = true
	w.Header().Set("Pragma", "no-cache") // RFC 6749, 5.1; Cache-Control is set for every answer
	form, err := tokenForm(w, r)
	if err != nil {
		return err
	}
	if err := h.authenticateClient(r, form); err != nil {
		return err
	}
	if err := h.limitTokens(w, r); err != nil {
		return err
	}
	scopes, err := grantedScopes(form, r.credential.Scopes)
	if err != nil {
		return err
	}
	return h.answerToken(w, r.credential, scopes)
}

// tokenForm reads the body: a form that has no parameter twice. Ones that are not known are passed over, and one without a value is
// as if it were not there (RFC 6749, 3.2).
func tokenForm(w http.ResponseWriter, r *request) (url.Values, error) {
	wrong := func(message string) error { return refusal(http.StatusBadRequest, "invalid_request", "%s", message) }
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, wrong("a token is asked for with a form: application/x-www-form-urlencoded")
	}
	if r.URL.RawQuery != "" { // addresses are written down in many places
		return nil, wrong("the parameters stand in the body, never in the address")
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxTokenBody))
	if err != nil {
		return nil, wrong("the form did not arrive whole, or is too long")
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, wrong("the form cannot be read")
	}
	for name, values := range form {
		if len(values) > 1 {
			return nil, wrong("a parameter is there more than once")
		}
		if values[0] == "" {
			delete(form, name)
		}
	}
	return form, nil
}

// authenticateClient checks the key and its secret, which are client_id and client_secret: by HTTP Basic or in the form, not both
// (RFC 6749, 2.3.1).
func (h *handler) authenticateClient(r *request, form url.Values) error {
	key, secret, err := clientOf(r, form)
	if err != nil {
		return err
	}
	r.credential, err = h.Credentials.Check(r.Context(), key, secret)
	if errors.Is(err, ErrNotFound) {
		return refusal(http.StatusUnauthorized, "invalid_client", "the key and the secret do not belong together, or the key was revoked")
	}
	if err != nil {
		return fmt.Errorf("lrs: checking a credential: %w", err)
	}
	return nil
}

func clientOf(r *request, form url.Values) (key, secret string, err error) {
	if r.Header.Get("Authorization") == "" {
		if !form.Has("client_id") || !form.Has("client_secret") {
			return "", "", refusal(http.StatusUnauthorized, "invalid_client", "send a key and its secret, by HTTP Basic or as client_id and client_secret")
		}
		return form.Get("client_id"), form.Get("client_secret"), nil
	}
	name, password, ok := r.BasicAuth()
	key, keyErr := url.QueryUnescape(name)
	secret, secretErr := url.QueryUnescape(password)
	if !ok || keyErr != nil || secretErr != nil {
		return "", "", refusal(http.StatusUnauthorized, "invalid_client", "the Authorization header is not that of HTTP Basic")
	}
	if form.Has("client_secret") || form.Has("client_id") && form.Get("client_id") != key {
		return "", "", refusal(http.StatusBadRequest, "invalid_request", "send the key and the secret by HTTP Basic or in the form, not in both")
	}
	return key, secret, nil
}

// grantedScopes is what the token may do: the scopes that are asked for, which those of the credential must cover; without any, all
// of the credential's (RFC 6749, 3.3).
func grantedScopes(form url.Values, held []Scope) ([]Scope, error) {
	switch form.Get("grant_type") {
	case "client_credentials":
	case "":
		return nil, refusal(http.StatusBadRequest, "invalid_request", "the parameter grant_type is missing: client_credentials is the one that is known")
	default:
		return nil, refusal(http.StatusBadRequest, "unsupported_grant_type", "the only grant_type here is client_credentials")
	}
	if !form.Has("scope") {
		return held, nil
	}
	var wanted []Scope
	for word := range strings.SplitSeq(form.Get("scope"), " ") {
		if !slices.Contains(wanted, Scope(word)) {
			wanted = append(wanted, Scope(word))
		}
	}
	if len(narrowed(wanted, held)) < len(wanted) || !known(wanted) {
		return nil, refusal(http.StatusBadRequest, "invalid_scope", "the credential does not have every scope that is asked for; it has: %s", words(held))
	}
	return wanted, nil
}

func known(scopes []Scope) bool {
	return !slices.ContainsFunc(scopes, func(s Scope) bool { return !slices.Contains(Scopes(), s) })
}

// answerToken makes the token and answers it (RFC 6749, 5.1). It ends with the secret that it was asked for with, if that is being
// replaced.
func (h *handler) answerToken(w http.ResponseWriter, c Credential, scopes []Scope) error {
	now := h.Now()
	until := now.Add(h.TokenLife)
	if !c.Until.IsZero() && c.Until.Before(until) {
		until = c.Until
	}
	token, err := h.Door.writeToken(grant{grantVersion, c.ID, c.Mark, until.UnixMicro(), scopes})
	if err != nil {
		return err
	}
	body, err := json.Marshal(struct {
		Token  string `json:"access_token"`
		Type   string `json:"token_type"`
		Life   int64  `json:"expires_in"` // seconds
		Scopes string `json:"scope"`
	}{token, "Bearer", int64(until.Sub(now) / time.Second), words(scopes)})
	if err != nil {
		return fmt.Errorf("lrs: writing the answer with an access token: %w", err)
	}
	writeJSON(w, http.StatusOK, body)
	return nil
}
