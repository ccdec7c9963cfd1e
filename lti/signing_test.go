package lti_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
)

// keyName is the kid of the platform's key in tests.
const keyName = "platform-key-1"

// keyed makes a key once for all tests, since that is slow.
func keyed(bits int) func() *rsa.PrivateKey {
	return sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			panic(err)
		}
		return key
	})
}

var (
	platformKey = keyed(2048)
	strangerKey = keyed(2048)
	weakKey     = keyed(1024)
	curveKey    = sync.OnceValue(func() *ecdsa.PrivateKey {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		return key
	})
)

var b64 = base64.RawURLEncoding.EncodeToString

// seal signs by an algorithm over header and payload as they are given.
func seal(t testing.TB, algorithm string, header, payload []byte) string {
	t.Helper()
	input := b64(header) + "." + b64(payload)
	signature, err := signature(algorithm, []byte(input))
	if err != nil {
		t.Fatalf("sign by %s: %v", algorithm, err)
	}
	return input + "." + b64(signature)
}

func signature(algorithm string, input []byte) ([]byte, error) {
	digest := sha256.Sum256(input)
	switch algorithm {
	case "none":
		return nil, nil
	case "HS256": // keyed with what everybody knows
		der, err := x509.MarshalPKIXPublicKey(&platformKey().PublicKey)
		if err != nil {
			return nil, err
		}
		mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
		mac.Write(input)
		return mac.Sum(nil), nil
	case "PS256":
		return rsa.SignPSS(rand.Reader, platformKey(), crypto.SHA256, digest[:], nil)
	case "RS384":
		h := crypto.SHA384.New()
		h.Write(input)
		return rsa.SignPKCS1v15(nil, platformKey(), crypto.SHA384, h.Sum(nil))
	case "stranger":
		return rsa.SignPKCS1v15(nil, strangerKey(), crypto.SHA256, digest[:])
	case "weak":
		return rsa.SignPKCS1v15(nil, weakKey(), crypto.SHA256, digest[:])
	}
	return rsa.SignPKCS1v15(nil, platformKey(), crypto.SHA256, digest[:])
}

// rsaJWK is a public key as a platform publishes it, with members changed or, when nil, left out.
func rsaJWK(key *rsa.PrivateKey, change map[string]any) map[string]any {
	jwk := map[string]any{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": keyName,
		"n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes()),
	}
	for name, value := range change {
		if value == nil {
			delete(jwk, name)
		} else {
			jwk[name] = value
		}
	}
	return jwk
}

// publishable are the keys that a fixture can put in a key set.
func publishable(t testing.TB, name string) map[string]any {
	t.Helper()
	switch name {
	case "platform":
		return rsaJWK(platformKey(), nil)
	case "platform_bare": // neither alg nor use
		return rsaJWK(platformKey(), map[string]any{"alg": nil, "use": nil})
	case "platform_odd_name":
		return rsaJWK(platformKey(), map[string]any{"kid": oddName})
	case "platform_for_rs384":
		return rsaJWK(platformKey(), map[string]any{"alg": "RS384"})
	case "platform_for_encryption":
		return rsaJWK(platformKey(), map[string]any{"use": "enc"})
	case "platform_private":
		return rsaJWK(platformKey(), map[string]any{"d": b64(platformKey().D.Bytes())})
	case "stranger": // another key under the same name
		return rsaJWK(strangerKey(), nil)
	case "stranger_for_encryption":
		return rsaJWK(strangerKey(), map[string]any{"use": "enc", "alg": "RSA-OAEP"})
	case "weak":
		return rsaJWK(weakKey(), nil)
	case "curve":
		raw, err := curveKey().PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return map[string]any{"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": keyName, "x": b64(raw[1:33]), "y": b64(raw[33:])}
	case "symmetric":
		return map[string]any{"kty": "oct", "alg": "HS256", "kid": keyName, "k": b64([]byte("known to all who read the key set"))}
	case "of_a_kind_unknown":
		return map[string]any{"kty": "LATTICE", "kid": "later"}
	}
	t.Fatalf("no key is called %q", name)
	return nil
}

// oddName is a name of a key with everything that could break a lookup built of text.
const oddName = `a'b"c/../d\e;--?kid=1&x`

// keySetOf is a JWK Set of keys by name.
func keySetOf(t testing.TB, names ...string) string {
	t.Helper()
	keys := []any{}
	for _, name := range names {
		keys = append(keys, publishable(t, name))
	}
	body, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
