package lti

import (
	"context"
	"time"
)

// Registration is one client of one platform (Core 1.3, 3.1.3): unique by issuer and client id. Secrets are not kept here: the tool
// signs with its own keys.
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

// Login is one login begun and not yet finished (Security 5.1.1): the state and nonce sent to the platform. It is used once.
type Login struct {
	State         string
	Nonce         string
	Registration  string // id
	Browser       string // hash of the value that binds it to the browser; never empty (a new window is given its own)
	TargetLinkURI string
	// MessageHint is the lti_message_hint, at most MaxKeptHint bytes of it or nothing: what it says is the platform's own business,
	// but Moodle's names the course module of the link, which no claim does. The platform has answered to it by then.
	MessageHint string
	CreatedAt   time.Time
	ExpiresAt   time.Time
}

// Registrations finds what the operator registered (Core 1.3, 3.1.3).
type Registrations interface {
	// ByIssuer answers the registration of the issuer and client id; with an empty client id the only one of the issuer.
	// ErrUnknownRegistration; ErrAmbiguousRegistration when several match.
	ByIssuer(ctx context.Context, issuer, clientID string) (Registration, error)
	// Registration answers by our id. ErrUnknownRegistration.
	Registration(ctx context.Context, id string) (Registration, error)
}

// Logins keeps logins until they are spent or expire (Security 5.1.1).
type Logins interface {
	SaveLogin(ctx context.Context, l Login) error
	// Login reads without spending. ErrStateUnknown when there is none (never, or expired and swept); ErrStateSpent.
	Login(ctx context.Context, state string) (Login, error)
	// SpendLogin marks it used, atomically and durably, also across processes: of two callers one gets ErrNonceSpent.
	// ErrStateUnknown when there is none.
	SpendLogin(ctx context.Context, state string) error
}

// Invitations keeps invitations until well after they expired, so that an operator can see what became of them (Dynamic
// Registration 1.0, 3.3).
type Invitations interface {
	SaveInvitation(ctx context.Context, i Invitation) error
	// InvitationByHash answers the invitation of a secret, usable or not. ErrInvitationUnknown.
	InvitationByHash(ctx context.Context, hash string) (Invitation, error)
	// Invitations answers all of them, newest first.
	Invitations(ctx context.Context) ([]Invitation, error)
	// RevokeInvitation takes one back. ErrInvitationUnknown; ErrInvitationSpent when it was used already.
	RevokeInvitation(ctx context.Context, id string, at time.Time) error
	// AcceptInvitation spends the invitation and stores what came of it, in one transaction, and answers the id of the registration.
	// It judges the invitation as it stands in the transaction, by Usable at that time: of two callers one gets ErrInvitationSpent.
	// A new registration is added, with its deployments; ErrRegistrationExists when issuer and client id are there, which undoes the
	// spending. With Update the registration of that id is replaced by made.Registration, whose ID it is, and keeps its history.
	AcceptInvitation(ctx context.Context, id string, made NewRegistration, at time.Time) (string, error)
}

// CachedRoster is a roster (NRPS 2.0, 2) as it was read at a time, so that pages can show it with its age and without waiting for the platform.
type CachedRoster struct {
	Registration string // id
	Context      string // id of the course, as launches tell it: not what the roster says of itself
	Address      string // where it was read
	Roster       Roster
	ReadAt       time.Time
}

// Rosters keeps the last roster of each course (NRPS 2.0, 2).
type Rosters interface {
	// SaveRoster puts it in place of the one of that registration and context, unless that was read later.
	SaveRoster(ctx context.Context, r CachedRoster) error
	// CachedRoster answers the last one. ErrNoRoster when none was read.
	CachedRoster(ctx context.Context, registration, course string) (CachedRoster, error)
}
