package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"cairn/internal/pipeline"
	"cairn/lti"
)

var errRemoteSecret = errors.New("the secret was encrypted with other keys of the tool, or is damaged: give it again with the command set")

// remoteSealer is AES-256-GCM under a key made of what the tool keeps beside its signing keys, which outlives their rotation.
func remoteSealer(links []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, links, nil, "cairn secrets of other record stores 1", 32)
	if err != nil {
		return nil, fmt.Errorf("derive the key of secrets: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("derive the key of secrets: %w", err)
	}
	return cipher.NewGCM(block)
}

// bound is what a secret is sealed for: moved to another endpoint or key it cannot be opened.
func bound(r pipeline.Remote) []byte { return []byte(r.Endpoint + "\n" + r.Key) }

func sealRemote(links []byte, r pipeline.Remote, secret string) (string, error) {
	gcm, err := remoteSealer(links)
	if err != nil {
		return "", err
	}
	nonce := randomBytes(gcm.NonceSize())
	return base64.StdEncoding.EncodeToString(gcm.Seal(nonce, nonce, []byte(secret), bound(r))), nil
}

func openRemote(links []byte, r pipeline.Remote) (string, error) {
	gcm, err := remoteSealer(links)
	if err != nil {
		return "", err
	}
	sealed, err := base64.StdEncoding.DecodeString(r.Sealed)
	if err != nil || len(sealed) < gcm.NonceSize() {
		return "", errRemoteSecret
	}
	secret, err := gcm.Open(nil, sealed[:gcm.NonceSize()], sealed[gcm.NonceSize():], bound(r))
	if err != nil {
		return "", errRemoteSecret
	}
	return string(secret), nil
}

// openRemote decrypts the secret of another record store.
func (w wiring) openRemote(r pipeline.Remote) (string, error) { return openRemote(w.keys.links(), r) }

// remoteClient is the guarded client for other record stores: their answers are larger and slower than an LMS's.
func remoteClient(privateHosts []string) *http.Client {
	return lti.NewHTTPClient(lti.Guard{PlainHTTP: privateHosts, Private: privateHosts, UserAgent: "Cairn/" + version, Timeout: 2 * time.Minute, MaxAnswer: 33 << 20})
}
