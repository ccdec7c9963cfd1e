package ltitest

import (
	"crypto/rsa"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
)

// Key is the private key that signs the platform's id_tokens, for tests that forge or verify.
func (p *Platform) Key() *rsa.PrivateKey { return p.key }

// KeyID is the kid of the platform's key.
func (p *Platform) KeyID() string { return p.keyID }

// KeySet is the public key set that the platform serves.
func (p *Platform) KeySet() jwk.Set {
	set := jwk.NewSet()
	if p.profile.SeveralKeys {
		must(0, set.AddKey(publicKey(&p.oldKey().PublicKey, "old-"+p.keyID)))
	}
	key := publicKey(&p.key.PublicKey, p.keyID)
	if p.profile.KeysWithoutAlg {
		must(0, key.Remove(jwk.AlgorithmKey))
	}
	must(0, set.AddKey(key))
	return set
}

// oldKey is the key that the platform signed with before; it takes a moment to make.
func (p *Platform) oldKey() *rsa.PrivateKey {
	p.old.Do(func() { p.former = must(rsa.GenerateKey(p.config.Rand, 2048)) })
	return p.former
}

func publicKey(public *rsa.PublicKey, kid string) jwk.Key {
	key := must(jwk.FromRaw(public))
	must(0, key.Set(jwk.KeyIDKey, kid))
	must(0, key.Set(jwk.AlgorithmKey, jwa.RS256))
	must(0, key.Set(jwk.KeyUsageKey, jwk.ForSignature))
	return key
}

// keySet serves the key set (Security Framework 1.0, section 6.3). It may be kept for an hour.
func (p *Platform) keySet(w http.ResponseWriter, r *http.Request) {
	p.record(r, "keys", "", http.StatusOK)
	w.Header().Set("Cache-Control", "public, max-age=3600")
	writeJSON(w, http.StatusOK, typeJSON+utf8Suffix, p.KeySet())
}

// writeJSON answers v. What cannot be encoded is a fault of the platform itself and panics.
func writeJSON(w http.ResponseWriter, status int, contentType string, v any) {
	body, err := json.Marshal(v, json.Deterministic(true), jsontext.EscapeForHTML(true))
	if err != nil {
		panic(fmt.Errorf("ltitest: encode an answer: %w", err))
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // when the client is gone nobody is left to tell
}
