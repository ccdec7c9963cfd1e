package lti

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"time"
)

// ErrNoBrowser says that a login was begun without a binding to the browser: a fault of the caller, since anybody could end it.
var ErrNoBrowser = errors.New("lti: a login must be bound to a browser")

// CheckLogin finds the registration of an initiation and checks that its target is ours (Security 5.1.1.1). It changes nothing, so
// that a page may come between the initiation and BeginLogin. Refusals: ErrUnknownRegistration, ErrAmbiguousRegistration,
// ErrLoginDisabled, ErrLoginTarget.
func (t *Tool) CheckLogin(ctx context.Context, req LoginRequest) (Registration, error) {
	reg, err := t.Registrations.ByIssuer(ctx, req.Issuer, req.ClientID)
	switch {
	case errors.Is(err, ErrUnknownRegistration):
		return Registration{}, refuse(ErrUnknownRegistration, "iss "+quote(req.Issuer)+" client_id "+quote(req.ClientID))
	case errors.Is(err, ErrAmbiguousRegistration):
		return Registration{}, refuse(ErrAmbiguousRegistration, "iss "+quote(req.Issuer))
	case err != nil:
		return Registration{}, fmt.Errorf("lti: find the registration of a login: %w", err)
	}
	if reg.Disabled {
		return Registration{}, of(reg, refuse(ErrLoginDisabled, ""))
	}
	if !t.URLs.Ours(req.TargetLinkURI) {
		return Registration{}, of(reg, refuse(ErrLoginTarget, "target_link_uri "+quote(withoutQuery(req.TargetLinkURI))))
	}
	return reg, nil
}

// BeginLogin makes state and nonce, keeps them bound to the browser, and answers the authentication request to send the browser to
// (Security 5.1.1.2). browser is the hash of the value that the browser holds. Refusals as CheckLogin, and ErrLoginTooLong.
func (t *Tool) BeginLogin(ctx context.Context, req LoginRequest, browser string) (AuthRequest, error) {
	if browser == "" {
		return AuthRequest{}, ErrNoBrowser
	}
	reg, err := t.CheckLogin(ctx, req)
	if err != nil {
		return AuthRequest{}, err
	}
	login, err := t.newLogin(req, reg, browser)
	if err != nil {
		return AuthRequest{}, err
	}
	auth, err := t.authRequest(req, reg, login)
	if err != nil {
		return AuthRequest{}, of(reg, err)
	}
	if err := t.Logins.SaveLogin(ctx, login); err != nil {
		return AuthRequest{}, fmt.Errorf("lti: keep a login: %w", err)
	}
	return auth, nil
}

func (t *Tool) newLogin(req LoginRequest, reg Registration, browser string) (Login, error) {
	state, err := t.secret()
	if err != nil {
		return Login{}, err
	}
	nonce, err := t.secret()
	if err != nil {
		return Login{}, err
	}
	now := t.Now()
	login := Login{
		State: state, Nonce: nonce, Registration: reg.ID, Browser: browser, TargetLinkURI: req.TargetLinkURI,
		CreatedAt: now, ExpiresAt: now.Add(LoginLifetime),
	}
	if len(req.MessageHint) <= MaxKeptHint {
		login.MessageHint = req.MessageHint
	}
	return login, nil
}

// MaxKeptHint is the length of the longest message hint that is kept with a login, in bytes.
const MaxKeptHint = 256

// AuthRequest is the OIDC authentication request that answers an initiation (Security 5.1.1.2). It is sent by redirect: a form posted
// across sites would arrive without the platform's SameSite=Lax cookies.
type AuthRequest struct {
	Registration Registration
	Params       url.Values
	State        string
	ExpiresAt    time.Time
	address      string
}

// maxAuthURL is the length that common servers take in a request line.
const maxAuthURL = 7500

func (t *Tool) authRequest(req LoginRequest, reg Registration, login Login) (AuthRequest, error) {
	endpoint, err := url.Parse(reg.AuthorizationEndpoint)
	if err != nil || webAddress(reg.AuthorizationEndpoint) == "" {
		return AuthRequest{}, fmt.Errorf("lti: registration %s has no usable authorization endpoint", reg.ID)
	}
	params := url.Values{
		"scope": {"openid"}, "response_type": {"id_token"}, "response_mode": {"form_post"}, "prompt": {"none"},
		"client_id": {reg.ClientID}, "redirect_uri": {t.URLs.Launch},
		"login_hint": {req.LoginHint}, "state": {login.State}, "nonce": {login.Nonce},
	}
	if req.HasMessageHint {
		params.Set("lti_message_hint", req.MessageHint)
	}
	auth := AuthRequest{Registration: reg, Params: params, State: login.State, ExpiresAt: login.ExpiresAt, address: withParams(endpoint, params)}
	if n := len(auth.address); n > maxAuthURL {
		return AuthRequest{}, refuse(ErrLoginTooLong, fmt.Sprintf("authentication request of %d characters", n))
	}
	return auth, nil
}

// URL is the address to redirect to (Security 5.1.1.2), with what the endpoint has of its own.
func (a AuthRequest) URL() string { return a.address }

// withParams is an endpoint with the parameters of a request. Those it has of its own are kept, unless the request sets them.
func withParams(endpoint *url.URL, params url.Values) string {
	u, query := *endpoint, endpoint.Query()
	maps.Copy(query, params)
	u.RawQuery, u.Fragment = query.Encode(), ""
	return u.String()
}

// of adds the registration to a refusal.
func of(reg Registration, err error) error {
	var r *Refusal
	if errors.As(err, &r) {
		r.Registration = reg.ID
	}
	return err
}

// withoutQuery leaves out what may be personal in an address.
func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}
