package lti

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"time"
)

// Invitation lets one platform register itself (Dynamic Registration 3.3). Whoever makes it gives its secret to an administrator, as part
// of an address; only a hash of the secret is kept.
type Invitation struct {
	ID        string // ours; no secret
	Hash      string // of the secret
	Note      string // for people: who it is for
	Update    string // id of the registration it may change; "" for a new one
	CreatedAt time.Time
	ExpiresAt time.Time
	SpentAt   time.Time // zero while it can be used
	RevokedAt time.Time // zero unless it was taken back
	Made      string    // id of the registration that came of it, "" before
}

// Usable says whether an invitation can be used now (Dynamic Registration 1.0, 3.3): nil, or
// ErrInvitationRevoked, ErrInvitationSpent, ErrInvitationExpired.
func (i Invitation) Usable(now time.Time) error {
	switch {
	case !i.RevokedAt.IsZero():
		return refuse(ErrInvitationRevoked, "")
	case !i.SpentAt.IsZero():
		return refuse(ErrInvitationSpent, "")
	case !now.Before(i.ExpiresAt):
		return refuse(ErrInvitationExpired, "")
	}
	return nil
}

// InvitationParam is the parameter of the registration address that holds the secret of an invitation.
const InvitationParam = "invitation"

// NewInvitation makes an invitation that is good for so long, and its secret, which is shown once and not kept (Dynamic Registration 3.3).
// update is the id of the registration it may change, "" for a new one; source is of randomness, nil means crypto/rand.
func NewInvitation(source io.Reader, note, update string, now time.Time, life time.Duration) (Invitation, string, error) {
	if source == nil {
		source = rand.Reader
	}
	var drawn [secretBytes + 12]byte
	if _, err := io.ReadFull(source, drawn[:]); err != nil {
		return Invitation{}, "", fmt.Errorf("lti: draw an invitation: %w", err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	secret := encode(drawn[:secretBytes])
	return Invitation{
		ID: encode(drawn[secretBytes:]), Hash: InvitationHash(secret), Note: note, Update: update, CreatedAt: now, ExpiresAt: now.Add(life),
	}, secret, nil
}

// InvitationHash is what is kept of an invitation's secret. The secret is 256 random bits, so that one round of SHA-256 does.
func InvitationHash(secret string) string {
	sum := sha256.Sum256([]byte("lti invitation " + secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Invitation is the address that an administrator pastes into the platform (Dynamic Registration 3.3).
func (u URLs) Invitation(secret string) string {
	return u.Register + "?" + url.Values{InvitationParam: {secret}}.Encode()
}
