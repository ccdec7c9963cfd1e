package lti_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/lestrrat-go/jwx/v2/jwk"

	"cairn/lti"
)

func pemOf(t *testing.T, kind string, der []byte, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func TestKeyPair_survives_PEM(t *testing.T) {
	text, err := toolKey().PEM()
	if err != nil {
		t.Fatal(err)
	}
	read, err := lti.ParsePrivateKeyPEM(text)
	if err != nil || read.ID != toolKey().ID || !read.Public().Equal(toolKey().Public()) {
		t.Errorf("%q, %v", read.ID, err)
	}
	old := pemOf(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(platformKey()), nil)
	if read, err := lti.ParsePrivateKeyPEM(old); err != nil || !read.Public().Equal(&platformKey().PublicKey) {
		t.Errorf("PKCS #1: %v", err)
	}
}

func TestParsePrivateKeyPEM_refuses(t *testing.T) {
	curve, err := x509.MarshalPKCS8PrivateKey(curveKey())
	public, errPublic := x509.MarshalPKIXPublicKey(&platformKey().PublicKey)
	for name, text := range map[string][]byte{
		"nothing": nil, "no PEM": []byte("secret"), "broken": pemOf(t, "PRIVATE KEY", []byte("secret"), nil),
		"a curve": pemOf(t, "PRIVATE KEY", curve, err), "a public key": pemOf(t, "PUBLIC KEY", public, errPublic),
		"1024 bits": pemOf(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(weakKey()), nil),
	} {
		if _, err := lti.ParsePrivateKeyPEM(text); !errors.Is(err, lti.ErrKey) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestKeySet_is_public: another library reads the set, finds our names to be thumbprints (RFC 7638), and nothing that is secret.
func TestKeySet_is_public(t *testing.T) {
	next, err := lti.ParsePrivateKeyPEM(pemOf(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(strangerKey()), nil))
	if err != nil {
		t.Fatal(err)
	}
	body, err := lti.KeyRing{Signing: toolKey(), Others: []lti.KeyPair{next}}.KeySet()
	if err != nil {
		t.Fatal(err)
	}
	set, err := jwk.Parse(body)
	if err != nil || set.Len() != 2 {
		t.Fatalf("%s: %v", body, err)
	}
	for i, want := range []lti.KeyPair{toolKey(), next} {
		key, _ := set.Key(i)
		var public rsa.PublicKey
		sum, errSum := key.Thumbprint(crypto.SHA256)
		if err := errors.Join(key.Raw(&public), errSum); err != nil || !public.Equal(want.Public()) || key.KeyID() != base64.RawURLEncoding.EncodeToString(sum) || key.KeyID() != want.ID {
			t.Errorf("key %d: %q, %v", i, key.KeyID(), err)
		}
	}
	var members struct {
		Keys []map[string]string `json:"keys"`
	}
	if err := json.Unmarshal(body, &members); err != nil {
		t.Fatal(err)
	}
	for _, key := range members.Keys {
		if len(key) != 6 || key["use"] != "sig" || key["alg"] != "RS256" || key["kty"] != "RSA" {
			t.Errorf("members %v", key)
		}
	}
	if bytes.Contains(body, []byte(`"d"`)) {
		t.Error("the private exponent is published")
	}
}
