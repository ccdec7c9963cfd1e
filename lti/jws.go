package lti

import (
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
)

// This file is the only one that knows the JOSE library.

// compactToken is a signed JWT taken apart: nothing in it is trusted before verify.
type compactToken struct {
	header    header
	payload   []byte // decoded claims
	signed    []byte // header and payload as they were signed
	signature []byte
}

// header holds the members of a JWS header that are looked at. The key parameters are read only to be refused.
type header struct {
	Algorithm text           `json:"alg"`
	KeyID     text           `json:"kid"`
	Critical  jsontext.Value `json:"crit"`
	Base64    jsontext.Value `json:"b64"`
	KeySetURL jsontext.Value `json:"jku"`
	Key       jsontext.Value `json:"jwk"`
	X509URL   jsontext.Value `json:"x5u"`
	X509Chain jsontext.Value `json:"x5c"`
}

// strictBase64 refuses padding, line breaks and loose bits at the end, so that a token has one spelling.
var strictBase64 = base64.RawURLEncoding.Strict()

// splitToken takes a compact JWS apart. ErrTokenSize, ErrTokenCompact, ErrTokenHeader.
func splitToken(token string) (*compactToken, error) {
	if len(token) > MaxToken {
		return nil, refuse(ErrTokenSize, fmt.Sprintf("%d bytes, at most %d", len(token), MaxToken))
	}
	if n := strings.Count(token, ".") + 1; n != 3 {
		return nil, refuse(ErrTokenCompact, fmt.Sprintf("%d parts", n))
	}
	last := strings.LastIndexByte(token, '.')
	head, body, _ := strings.Cut(token[:last], ".")
	if strings.Contains(token, "\r") || strings.Contains(token, "\n") { // the decoder would pass over them
		return nil, refuse(ErrTokenCompact, "line break in the token")
	}
	rawHeader, err1 := strictBase64.DecodeString(head)
	payload, err2 := strictBase64.DecodeString(body)
	signature, err3 := strictBase64.DecodeString(token[last+1:])
	if err1 != nil || err2 != nil || err3 != nil {
		return nil, refuse(ErrTokenCompact, "a part is not base64url")
	}
	t := &compactToken{payload: payload, signed: []byte(token[:last]), signature: signature}
	if err := json.Unmarshal(rawHeader, &t.header); err != nil {
		return nil, refuse(ErrTokenHeader, "the header cannot be read")
	}
	return t, nil
}

// verify checks the signature by RS256, whatever the header or the key name. ErrSignature.
func (t *compactToken) verify(key *rsa.PublicKey) error {
	verifier, err := jws.NewVerifier(jwa.RS256)
	if err != nil {
		return fmt.Errorf("lti: verify a token: %w", err)
	}
	if err := verifier.Verify(t.signed, t.signature, key); err != nil {
		return refuse(ErrSignature, "")
	}
	return nil
}

// signToken signs claims as a compact JWS by RS256, with the name of the key in its header.
func signToken(claims []byte, key KeyPair) (string, error) {
	headers := jws.NewHeaders()
	for name, value := range map[string]string{jws.KeyIDKey: key.ID, jws.TypeKey: "JWT"} {
		if err := headers.Set(name, value); err != nil {
			return "", fmt.Errorf("lti: sign a token: %w", err)
		}
	}
	token, err := jws.Sign(claims, jws.WithKey(jwa.RS256, key.private, jws.WithProtectedHeaders(headers)))
	if err != nil {
		return "", fmt.Errorf("lti: sign a token: %w", err)
	}
	return string(token), nil
}

// keySet is a platform's key set as it was read: by name, every key that bears it.
type keySet map[string][]jwk.Key

// parseKeySet reads a JWK Set (RFC 7517, 5). Keys of kinds it does not know are passed over, as are keys without a name.
func parseKeySet(body []byte) (keySet, error) {
	read, err := jwk.Parse(body, jwk.WithIgnoreParseError(true))
	if err != nil {
		return nil, fmt.Errorf("read a key set: %w", err)
	}
	set := keySet{}
	for i := range read.Len() {
		if key, ok := read.Key(i); ok && key.KeyID() != "" {
			set[key.KeyID()] = append(set[key.KeyID()], key)
		}
	}
	return set, nil
}

// find answers the one key of the name that is fit to verify RS256. Keys for other uses may share the name; of two fit keys that
// differ neither is taken. ErrKeyUnknown, ErrKeyUnfit, ErrKeyAmbiguous.
func (s keySet) find(kid string) (*rsa.PublicKey, error) {
	if len(s[kid]) == 0 {
		return nil, refuse(ErrKeyUnknown, "kid "+quote(kid))
	}
	var found *rsa.PublicKey
	for _, key := range s[kid] {
		public, ok := fitKey(key)
		switch {
		case !ok:
		case found == nil:
			found = public
		case !found.Equal(public):
			return nil, refuse(ErrKeyAmbiguous, "kid "+quote(kid))
		}
	}
	if found == nil {
		return nil, refuse(ErrKeyUnfit, "kid "+quote(kid))
	}
	return found, nil
}

// The sizes of RSA keys that are taken, in bits: below it is weak, above it costs the verifier too much.
const (
	minKeyBits = 2048
	maxKeyBits = 8192
)

// fitKey answers the key when it is an RSA public key for signatures by RS256. Some platforms leave alg and use out; a private key in
// a public set is known to everybody and so is no key at all.
func fitKey(key jwk.Key) (*rsa.PublicKey, bool) {
	if _, ok := key.(jwk.RSAPublicKey); !ok {
		return nil, false
	}
	if alg := key.Algorithm().String(); alg != "" && alg != jwa.RS256.String() {
		return nil, false
	}
	if use := key.KeyUsage(); use != "" && use != string(jwk.ForSignature) {
		return nil, false
	}
	var public rsa.PublicKey
	if err := key.Raw(&public); err != nil {
		return nil, false
	}
	bits := public.N.BitLen()
	return &public, bits >= minKeyBits && bits <= maxKeyBits && public.E >= 3 && public.E%2 == 1
}
