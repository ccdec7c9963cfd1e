package lti

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// LoginRequest is a login initiation by a platform (Security 5.1.1.1; Core 4.1). Hints are opaque and echoed byte for byte.
type LoginRequest struct {
	Issuer         string
	LoginHint      string
	TargetLinkURI  string
	MessageHint    string
	HasMessageHint bool   // an empty hint is echoed as well
	ClientID       string // "" when the platform does not tell it
	DeploymentID   string // a hint only: the launch says which
	StorageTarget  string // lti_storage_target: the frame that keeps values for the tool, "" when not offered
}

// maxLoginBody bounds the body of an initiation, in bytes.
const maxLoginBody = 64 << 10

// loginParams are the parameters with the longest value taken, in bytes.
var loginParams = []struct {
	name  string
	limit int
	field func(*LoginRequest) *string
}{
	{"iss", 1024, func(r *LoginRequest) *string { return &r.Issuer }},
	{"login_hint", 2048, func(r *LoginRequest) *string { return &r.LoginHint }},
	{"target_link_uri", 2048, func(r *LoginRequest) *string { return &r.TargetLinkURI }},
	{"lti_message_hint", 4096, func(r *LoginRequest) *string { return &r.MessageHint }},
	{"client_id", 512, func(r *LoginRequest) *string { return &r.ClientID }},
	{"lti_deployment_id", 255, func(r *LoginRequest) *string { return &r.DeploymentID }},
	{"lti_storage_target", 255, func(r *LoginRequest) *string { return &r.StorageTarget }},
}

// ReadLogin reads the initiation out of a request (Security 5.1.1.1): the query of a GET, the form of a POST. Refusals:
// ErrLoginMethod, ErrLoginForm, ErrLoginTooLong, ErrLoginIssuerMissing, ErrLoginHintMissing, ErrLoginTargetMissing.
func ReadLogin(r *http.Request) (LoginRequest, error) {
	switch r.Method {
	case http.MethodGet:
		values, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return LoginRequest{}, refuse(ErrLoginForm, "the query cannot be read")
		}
		return ParseLogin(values)
	case http.MethodPost:
		values, err := readForm(r, maxLoginBody)
		if errors.Is(err, errTooLarge) {
			return LoginRequest{}, refuse(ErrLoginTooLong, fmt.Sprintf("body of more than %d bytes", maxLoginBody))
		}
		if err != nil {
			return LoginRequest{}, refuse(ErrLoginForm, err.Error())
		}
		return ParseLogin(values)
	}
	return LoginRequest{}, refuse(ErrLoginMethod, quote(r.Method))
}

// ParseLogin reads the parameters of an initiation (Security 5.1.1.1). Parameters it does not know are passed over, as OAuth 2.0 asks
// (RFC 6749, 3.1).
func ParseLogin(values url.Values) (LoginRequest, error) {
	var req LoginRequest
	for _, p := range loginParams {
		switch given := values[p.name]; {
		case len(given) > 1:
			return LoginRequest{}, refuse(ErrLoginForm, p.name+" is given more than once")
		case len(given) == 1 && len(given[0]) > p.limit:
			return LoginRequest{}, refuse(ErrLoginTooLong, fmt.Sprintf("%s of %d bytes, at most %d", p.name, len(given[0]), p.limit))
		case len(given) == 1:
			*p.field(&req) = given[0]
		}
	}
	_, req.HasMessageHint = values["lti_message_hint"]
	switch {
	case req.Issuer == "":
		return LoginRequest{}, refuse(ErrLoginIssuerMissing, "")
	case req.LoginHint == "":
		return LoginRequest{}, refuse(ErrLoginHintMissing, "")
	case req.TargetLinkURI == "":
		return LoginRequest{}, refuse(ErrLoginTargetMissing, "")
	}
	return req, nil
}

// Values gives the parameters back, so that the same initiation can be sent on to another address of the tool (Security 5.1.1.1).
func (r LoginRequest) Values() url.Values {
	values := url.Values{}
	for _, p := range loginParams {
		if v := *p.field(&r); v != "" {
			values.Set(p.name, v)
		}
	}
	if r.HasMessageHint {
		values.Set("lti_message_hint", r.MessageHint)
	}
	return values
}
