package sqlstore

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// What is wrong with a registration an operator wants to keep. Each names its rule.
var (
	ErrRegistrationField   = errors.New("sqlstore: a registration needs an issuer, a client id, an authorization endpoint and a key set address")
	ErrRegistrationLong    = errors.New("sqlstore: issuer, client id and home page of a registration have at most 1000 bytes")
	ErrRegistrationURL     = errors.New("sqlstore: the addresses of a registration are absolute and begin with https:// or http://")
	ErrRegistrationOrigin  = errors.New("sqlstore: a frame or service origin is scheme://host, with a port if need be, and nothing more")
	ErrRegistrationPattern = errors.New("sqlstore: a course pattern holds {context}")
	ErrRegistrationExists  = errors.New("sqlstore: this issuer and client id are registered already")
	ErrRegistrationIssuer  = errors.New("sqlstore: the issuer and client id of a registration never change; add another one")
)

// maxField keeps what is looked up by index within what PostgreSQL can index.
const maxField = 1000

// check is the rules of a registration, in their order.
func (r Registration) check() error {
	for _, rule := range []func() error{r.checkFields, r.checkAddresses, r.checkOrigins, r.checkPattern, r.Identity.Check} {
		if err := rule(); err != nil {
			return err
		}
	}
	return nil
}

func (r Registration) checkFields() error {
	if r.Issuer == "" || r.ClientID == "" || r.AuthorizationEndpoint == "" || r.KeySetURL == "" {
		return ErrRegistrationField
	}
	if len(r.Issuer) > maxField || len(r.ClientID) > maxField || len(r.Identity.HomePage) > maxField {
		return ErrRegistrationLong
	}
	return nil
}

func (r Registration) checkAddresses() error {
	for _, address := range []string{r.AuthorizationEndpoint, r.KeySetURL, r.TokenEndpoint} {
		if address == "" {
			continue // a platform without services has no token endpoint
		}
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
			return fmt.Errorf("%w: %q", ErrRegistrationURL, address)
		}
	}
	return nil
}

// checkOrigins keeps anything but origins out of the frame-ancestors policy, and out of where access tokens go.
func (r Registration) checkOrigins() error {
	for _, origin := range slices.Concat(r.FrameOrigins, r.ServiceOrigins) {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.Scheme+"://"+u.Host != origin || strings.ContainsAny(origin, " ;,'\"*") {
			return fmt.Errorf("%w: %q", ErrRegistrationOrigin, origin)
		}
	}
	return nil
}

func (r Registration) checkPattern() error {
	if r.CoursePattern != "" && !strings.Contains(r.CoursePattern, "{context}") {
		return fmt.Errorf("%w: %q", ErrRegistrationPattern, r.CoursePattern)
	}
	return nil
}
