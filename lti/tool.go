package lti

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"io"
	"time"
)

// PlatformKeys finds the keys that platforms sign with (Security 6.3); KeySets is the one that reads them over the network.
type PlatformKeys interface {
	// Key answers the key of that name in the registration's key set. ErrKeySetUnavailable, ErrKeyUnknown, ErrKeyAmbiguous,
	// ErrKeyUnfit.
	Key(ctx context.Context, reg Registration, kid string) (*rsa.PublicKey, error)
}

// Tool is the tool side of LTI: it begins logins (Security 5.1.1) and judges launches (Security 5.1.3; Core 1.3, 5.3). It
// keeps nothing itself and may be used by many at once.
type Tool struct {
	Registrations Registrations
	Logins        Logins
	KeySets       PlatformKeys
	URLs          URLs
	Messages      []MessageType    // the types that are taken: resource links, deep linking and submission review are known; nil means resource links only
	Now           func() time.Time // never nil
	Rand          io.Reader        // of states and nonces; nil means crypto/rand
}

// LoginLifetime is how long the platform and the person have between login and launch: time enough to sign in to the platform.
const LoginLifetime = 10 * time.Minute

// secretBytes is the size of states and nonces: 256 bits.
const secretBytes = 32

// secret makes one state or nonce, as base64url.
func (t *Tool) secret() (string, error) {
	source := t.Rand
	if source == nil {
		source = rand.Reader
	}
	var b [secretBytes]byte
	if _, err := io.ReadFull(source, b[:]); err != nil {
		return "", fmt.Errorf("lti: draw a random value: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}
