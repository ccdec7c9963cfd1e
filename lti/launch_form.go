package lti

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// LaunchForm is what the platform had the browser post to the launch address (Security 5.1.1.3 and 5.1.1.5): a token with its state,
// or an error.
type LaunchForm struct {
	IDToken          string
	State            string
	Error            string // code of OAuth 2.0 or OpenID Connect
	ErrorDescription string
}

// Limits of a launch form, in bytes. Tokens of real platforms are 2 to 8 KB; lists of groups may make them larger.
const (
	MaxToken      = 32 << 10
	maxLaunchBody = MaxToken + 32<<10
	maxState      = 128
)

// ReadLaunch reads the launch out of a request (Security 5.1.1.3), whose PostForm holds the other fields then. Refusals: ErrLaunchMethod, ErrTokenInQuery, ErrTokenSize,
// ErrLaunchForm.
func ReadLaunch(r *http.Request) (LaunchForm, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || query.Has("id_token") {
		return LaunchForm{}, refuse(ErrTokenInQuery, "")
	}
	if r.Method != http.MethodPost {
		return LaunchForm{}, refuse(ErrLaunchMethod, quote(r.Method))
	}
	values, err := readForm(r, maxLaunchBody)
	if errors.Is(err, errTooLarge) {
		return LaunchForm{}, refuse(ErrTokenSize, fmt.Sprintf("body of more than %d bytes", maxLaunchBody))
	}
	if err != nil {
		return LaunchForm{}, refuse(ErrLaunchForm, err.Error())
	}
	return ParseLaunchForm(values)
}

// ParseLaunchForm reads the fields of the form (Security 5.1.1.3). ErrLaunchForm when one is given more than once.
func ParseLaunchForm(values url.Values) (LaunchForm, error) {
	for _, name := range []string{"id_token", "state", "error", "error_description"} {
		if len(values[name]) > 1 {
			return LaunchForm{}, refuse(ErrLaunchForm, name+" is given more than once")
		}
	}
	return LaunchForm{
		IDToken: values.Get("id_token"), State: values.Get("state"),
		Error: values.Get("error"), ErrorDescription: values.Get("error_description"),
	}, nil
}

// platformErrors says who can mend an error that a platform answers to a login (Security 5.1.1.5; OIDC 3.1.2.6).
var platformErrors = map[string]Mender{
	"login_required": Person, "interaction_required": Person, "consent_required": Person, "account_selection_required": Person,
	"access_denied": Person, "temporarily_unavailable": Person, "server_error": Site, "unauthorized_client": Site,
	"invalid_request": Us, "invalid_scope": Us, "unsupported_response_type": Us,
}

// platformError is the refusal for an error in place of a token.
func platformError(f LaunchForm) error {
	detail := "error " + quote(f.Error)
	if f.ErrorDescription != "" {
		detail += " " + quote(f.ErrorDescription)
	}
	err := refuse(ErrPlatformError, detail)
	if r := new(Refusal); errors.As(err, &r) {
		if mender, ok := platformErrors[f.Error]; ok {
			r.For = mender
		}
	}
	return err
}
