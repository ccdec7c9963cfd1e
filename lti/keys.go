package lti

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"

	"github.com/go-json-experiment/json"
)

// ErrKey says that a private key of the tool cannot be used.
var ErrKey = errors.New("lti: the tool's key must be an RSA private key of 2048 to 8192 bits in PEM form (PKCS #8 or PKCS #1)")

// KeyPair is a signing key of the tool. ID is the thumbprint of its public half (RFC 7638), so that it is the same in every process.
type KeyPair struct {
	ID      string
	private *rsa.PrivateKey
}

// GenerateKey makes a key pair of 2048 bits (Security 6.1).
func GenerateKey() (KeyPair, error) {
	private, err := rsa.GenerateKey(rand.Reader, minKeyBits)
	if err != nil {
		return KeyPair{}, fmt.Errorf("lti: make a key: %w", err)
	}
	return newKeyPair(private)
}

// ParsePrivateKeyPEM reads a key pair from its PEM form (RFC 7468, 10). ErrKey; the error never holds any of the text.
func ParsePrivateKeyPEM(text []byte) (KeyPair, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return KeyPair{}, fmt.Errorf("%w: no PEM block", ErrKey)
	}
	if private, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return newKeyPair(private)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return KeyPair{}, fmt.Errorf("%w: not PKCS #8 or PKCS #1", ErrKey)
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return KeyPair{}, fmt.Errorf("%w: not RSA", ErrKey)
	}
	return newKeyPair(private)
}

func newKeyPair(private *rsa.PrivateKey) (KeyPair, error) {
	if bits := private.N.BitLen(); bits < minKeyBits || bits > maxKeyBits {
		return KeyPair{}, fmt.Errorf("%w: %d bits", ErrKey, bits)
	}
	return KeyPair{ID: thumbprint(&private.PublicKey), private: private}, nil
}

// PEM is the secret form of the key, as PKCS #8 (RFC 5958, 2). Keep it readable for its owner alone.
func (k KeyPair) PEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return nil, fmt.Errorf("lti: write a key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// Public is the half that platforms may know (Security 6.3; RFC 8017, 3.1).
func (k KeyPair) Public() *rsa.PublicKey { return &k.private.PublicKey }

// KeyRing holds the tool's keys (Security 6.3): it signs with one and publishes that and others, so that platforms know the next key
// before it signs and the last one while its signatures are still about.
type KeyRing struct {
	Signing KeyPair
	Others  []KeyPair
}

// publicKey is an RSA public key as a JWK (RFC 7517; RFC 7518, 6.3.1).
type publicKey struct {
	Type      string `json:"kty"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	ID        string `json:"kid"`
	Modulus   string `json:"n"`
	Exponent  string `json:"e"`
}

// KeySet is the tool's JWK Set (Security 6.2; RFC 7517, 5): public halves only, the signing key first.
func (r KeyRing) KeySet() ([]byte, error) {
	set := struct {
		Keys []publicKey `json:"keys"`
	}{}
	for _, k := range append([]KeyPair{r.Signing}, r.Others...) {
		n, e := publicNumbers(k.Public())
		set.Keys = append(set.Keys, publicKey{Type: "RSA", Use: "sig", Algorithm: "RS256", ID: k.ID, Modulus: n, Exponent: e})
	}
	body, err := json.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("lti: write the key set: %w", err)
	}
	return body, nil
}

func publicNumbers(k *rsa.PublicKey) (modulus, exponent string) {
	encode := base64.RawURLEncoding.EncodeToString
	return encode(k.N.Bytes()), encode(big.NewInt(int64(k.E)).Bytes())
}

// thumbprint is the SHA-256 of the key's required members in the order of RFC 7638, 3.
func thumbprint(k *rsa.PublicKey) string {
	n, e := publicNumbers(k)
	h := crypto.SHA256.New()
	h.Write([]byte(`{"e":"` + e + `","kty":"RSA","n":"` + n + `"}`))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
