package lti

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
)

// maxKeyID is the longest name of a key, in bytes.
const maxKeyID = 255

func (a *attempt) checkForm(context.Context) error {
	switch {
	case a.form.Error != "":
		return platformError(a.form)
	case a.form.IDToken == "":
		return refuse(ErrTokenMissing, "")
	case a.form.State == "":
		return refuse(ErrStateMissing, "")
	}
	return nil
}

func (a *attempt) checkCompact(context.Context) (err error) {
	a.token, err = splitToken(a.form.IDToken)
	return err
}

func (a *attempt) checkHeader(context.Context) error {
	h := a.token.header
	if h.Critical != nil || h.Base64 != nil {
		return refuse(ErrHeaderCritical, "")
	}
	if h.KeySetURL != nil || h.Key != nil || h.X509URL != nil || h.X509Chain != nil {
		return refuse(ErrHeaderKey, "")
	}
	return nil
}

func (a *attempt) checkAlgorithm(context.Context) error {
	if alg := a.token.header.Algorithm; alg.wrong || alg.value != "RS256" {
		return refuse(ErrAlgorithm, "alg "+quote(alg.value))
	}
	return nil
}

func (a *attempt) checkKeyID(context.Context) error {
	kid := a.token.header.KeyID
	if kid.null() || kid.good() && kid.value == "" {
		return refuse(ErrKeyIDMissing, "")
	}
	if kid.wrong || len(kid.value) > maxKeyID || !printable(kid.value) {
		return refuse(ErrKeyIDInvalid, fmt.Sprintf("kid of %d bytes", len(kid.value)))
	}
	return nil
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func (a *attempt) checkState(ctx context.Context) error {
	if len(a.form.State) > maxState || !printable(a.form.State) {
		return refuse(ErrStateUnknown, "not of our making")
	}
	login, err := a.tool.Logins.Login(ctx, a.form.State)
	switch {
	case errors.Is(err, ErrStateUnknown):
		return refuse(ErrStateUnknown, "")
	case errors.Is(err, ErrStateSpent):
		return refuse(ErrStateSpent, "")
	case err != nil:
		return fmt.Errorf("lti: find the login of a launch: %w", err)
	}
	a.login = login
	return nil
}

func (a *attempt) checkStateExpiry(context.Context) error {
	if !a.now.Before(a.login.ExpiresAt) {
		return refuse(ErrStateExpired, "")
	}
	return nil
}

func (a *attempt) checkBrowser(context.Context) error {
	same := subtle.ConstantTimeCompare([]byte(a.browser), []byte(a.login.Browser)) == 1
	if a.browser == "" {
		return refuse(ErrStateBrowser, "the browser brought no binding")
	}
	if !same {
		return refuse(ErrStateBrowser, "another browser's binding")
	}
	return nil
}

func (a *attempt) checkRegistration(ctx context.Context) error {
	reg, err := a.tool.Registrations.Registration(ctx, a.login.Registration)
	if errors.Is(err, ErrUnknownRegistration) {
		return refuse(ErrRegistrationOff, "removed since the login")
	}
	if err != nil {
		return fmt.Errorf("lti: find the registration of a launch: %w", err)
	}
	if reg.Disabled {
		return refuse(ErrRegistrationOff, "")
	}
	a.reg = reg
	return nil
}

func (a *attempt) checkClaims(context.Context) error {
	claims, err := parseClaims(a.token.payload)
	if err != nil {
		return refuse(ErrTokenClaims, "the claims cannot be read")
	}
	a.claims = claims
	return nil
}

func (a *attempt) checkIssuer(context.Context) error {
	if iss := a.claims.Issuer; !iss.good() || iss.value != a.reg.Issuer {
		return refuse(ErrIssuer, "iss "+quote(iss.value)+", registered "+quote(a.reg.Issuer))
	}
	return nil
}

// checkAudience trusts nobody but the client of the login: an audience beside it makes a token that others may pass on to us.
func (a *attempt) checkAudience(context.Context) error {
	aud, azp := a.claims.Audience, a.claims.AuthorizedParty
	if aud.wrong || !slices.Contains(aud.all, a.reg.ClientID) {
		return refuse(ErrAudience, "registered "+quote(a.reg.ClientID))
	}
	if azp.present && (azp.wrong && !azp.isNull || azp.good() && azp.value != a.reg.ClientID) {
		return refuse(ErrAuthorizedParty, "azp "+quote(azp.value))
	}
	if len(aud.all) > 1 && azp.null() {
		return refuse(ErrAuthorizedParty, "several audiences and no azp")
	}
	for _, one := range aud.all {
		if one != a.reg.ClientID {
			return refuse(ErrAudienceUntrusted, "aud "+quote(one))
		}
	}
	return nil
}

func (a *attempt) checkSignature(ctx context.Context) error {
	key, err := a.tool.KeySets.Key(ctx, a.reg, a.token.header.KeyID.value)
	if err != nil {
		return asRefusal(err, "find the key of a launch")
	}
	return a.token.verify(key)
}

// asRefusal keeps refusals, makes refusals of bare sentinels, and says what was attempted of anything else.
func asRefusal(err error, attempted string) error {
	var r *Refusal
	if errors.As(err, &r) {
		return err
	}
	var s *rule
	if errors.As(err, &s) {
		return refuse(s, "")
	}
	return fmt.Errorf("lti: %s: %w", attempted, err)
}
