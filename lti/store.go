package lti

import (
	"context"
	"time"
)

// Registration is one client of one platform: unique by issuer and client id. Secrets are not kept here: the tool signs with
// its own keys.
type Registration struct {
	ID                    string // ours
	Name                  string // shown to people
	Issuer                string // exactly as in the id_token
	ClientID              string
	AuthorizationEndpoint string
	TokenEndpoint         string
	TokenAudience         string // aud of the client assertion; "" means the token endpoint
	KeySetURL             string
	Deployments           []string // known deployment ids
	AnyDeployment         bool     // admit deployments not known yet; the caller stores the new one
	Disabled              bool
	ServiceOrigins        []string // origins trusted with access tokens, beside those of the issuer and the token endpoint
}

// Login is one login begun and not yet finished: the state and nonce sent to the platform. It is used once.
type Login struct {
	State         string
	Nonce         string
	Registration  string // id
	Browser       string // hash of the value that binds it to the browser; never empty (a new window is given its own)
	TargetLinkURI string
	CreatedAt     time.Time
	ExpiresAt     time.Time
}

// Registrations finds what the operator registered.
type Registrations interface {
	// ByIssuer answers the registration of the issuer and client id; with an empty client id the only one of the issuer.
	// ErrUnknownRegistration; ErrAmbiguousRegistration when several match.
	ByIssuer(ctx context.Context, issuer, clientID string) (Registration, error)
	// Registration answers by our id. ErrUnknownRegistration.
	Registration(ctx context.Context, id string) (Registration, error)
}

// Logins keeps logins until they are spent or expire.
type Logins interface {
	SaveLogin(ctx context.Context, l Login) error
	// Login reads without spending. ErrStateUnknown when there is none (never, or expired and swept); ErrStateSpent.
	Login(ctx context.Context, state string) (Login, error)
	// SpendLogin marks it used, atomically and durably, also across processes: of two callers one gets ErrNonceSpent.
	// ErrStateUnknown when there is none.
	SpendLogin(ctx context.Context, state string) error
}
