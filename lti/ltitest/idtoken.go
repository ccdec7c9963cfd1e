package ltitest

import (
	"encoding/base64"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"
)

// Token is one id_token before it is signed. A Bend changes any of it.
type Token struct {
	Header    map[string]any // written as it is
	Claims    map[string]any // written as JSON unless Payload is set
	Payload   []byte         // sent in place of the claims when not nil: duplicate members, broken JSON
	Algorithm jwa.SignatureAlgorithm
	Key       any    // *rsa.PrivateKey for RS*, PS*; []byte for HS*; unused for none
	Raw       string // sent in place of the whole token when not ""
}

// Bend changes a token on its way out, for launches that must be refused.
type Bend func(*Token)

// Compact signs the token and answers its compact form (RFC 7515, section 7.1).
func (t Token) Compact() (string, error) {
	if t.Raw != "" {
		return t.Raw, nil
	}
	header, err := json.Marshal(t.Header, json.Deterministic(true))
	if err != nil {
		return "", fmt.Errorf("encode the token's header: %w", err)
	}
	payload := t.Payload
	if payload == nil {
		if payload, err = json.Marshal(t.Claims, json.Deterministic(true)); err != nil {
			return "", fmt.Errorf("encode the token's claims: %w", err)
		}
	}
	input := encode(header) + "." + encode(payload)
	if t.Algorithm == jwa.NoSignature {
		return input + ".", nil
	}
	signer, err := jws.NewSigner(t.Algorithm)
	if err != nil {
		return "", fmt.Errorf("find the signer of %s: %w", t.Algorithm, err)
	}
	signature, err := signer.Sign([]byte(input), t.Key)
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", t.Algorithm, err)
	}
	return input + "." + encode(signature), nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// IDToken makes the id_token of a launch of link by user for a login's nonce, signed and bent, without any login: for
// benchmarks, which sign outside the clock, and for tests of single checks. An empty target means the link's own.
// ErrUnknownUser, ErrUnknownLink, ErrNotEnrolled.
func (p *Platform) IDToken(user, link, nonce, target string, bends ...Bend) (string, error) {
	p.mu.Lock()
	l, err := p.newLaunch(user, link)
	if err != nil {
		p.mu.Unlock()
		return "", fmt.Errorf("make an id_token: %w", err)
	}
	t, err := p.unsigned(l, nonce, or(target, l.target))
	p.mu.Unlock()
	if err != nil {
		return "", fmt.Errorf("make an id_token: %w", err)
	}
	return p.finish(t, bends...)
}

// unsigned makes the token of a message. Platform.mu must be held.
func (p *Platform) unsigned(l launch, nonce, target string) (Token, error) {
	claims, err := p.claims(l, nonce, target)
	if err != nil {
		return Token{}, err
	}
	return Token{
		Header: map[string]any{"typ": "JWT", "alg": "RS256", "kid": p.keyID}, Claims: claims,
		Algorithm: jwa.RS256, Key: p.key,
	}, nil
}

// finish bends and signs; Platform.mu must not be held, as signing takes a millisecond.
func (p *Platform) finish(t Token, bends ...Bend) (string, error) {
	if p.config.Bend != nil {
		p.config.Bend(&t)
	}
	for _, bend := range bends {
		bend(&t)
	}
	return t.Compact()
}
