package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"cairn/internal/pipeline"
	"cairn/lti"
)

// remoteFlags say which record store is meant and how it is entered.
type remoteFlags struct {
	keyFlags
	Name       string `required:"" help:"What it is called here."`
	Endpoint   string `required:"" placeholder:"URL" help:"Its endpoint: the address under which statements and about lie."`
	Key        string `required:"" help:"Key (user name) of a credential there."`
	SecretFile string `required:"" type:"path" placeholder:"FILE" help:"File that holds its secret; - is standard input. It is kept encrypted with the tool's keys."`
}

// maxRemoteSecret bounds a secret in octets.
const maxRemoteSecret = 4096

var errRemoteSecret = errors.New("the secret was encrypted with other keys of the tool, or is damaged: remove it and add it again")

// remote checks the flags and seals the secret.
func (f remoteFlags) remote(p *program) (pipeline.Remote, error) {
	r := pipeline.Remote{Endpoint: strings.TrimRight(f.Endpoint, "/"), Key: f.Key}
	if err := checkBase(r.Endpoint); err != nil {
		return r, refuse(exitUsage, "--endpoint cannot be used: %w", err)
	}
	if strings.TrimSpace(f.Name) == "" || strings.TrimSpace(f.Key) == "" || strings.Contains(f.Key, ":") {
		return r, refuse(exitUsage, "--name and --key may not be empty, and a key holds no colon")
	}
	secret, err := f.secretText()
	if err != nil {
		return r, err
	}
	keys, err := f.ring(p, newLogger(p.LogFormat, p.LogLevel))
	if err != nil {
		return r, err
	}
	r.Sealed, err = sealRemote(keys.links(), r, secret)
	return r, err
}

func (f remoteFlags) secretText() (string, error) {
	from := io.Reader(os.Stdin)
	if f.SecretFile != "-" {
		file, err := os.Open(f.SecretFile)
		if err != nil {
			return "", &refusal{exitUsage, "the file of the secret cannot be read", err}
		}
		defer func() { _ = file.Close() }()
		from = file
	}
	text, err := io.ReadAll(io.LimitReader(from, maxRemoteSecret+1))
	if err != nil {
		return "", &refusal{exitUsage, "the secret cannot be read", err}
	}
	secret := strings.TrimSpace(string(text))
	if secret == "" || len(text) > maxRemoteSecret {
		return "", refuse(exitUsage, "the secret must have 1 to %d octets", maxRemoteSecret)
	}
	return secret, nil
}

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
func (w wiring) remoteClient() *http.Client {
	return lti.NewHTTPClient(lti.Guard{PlainHTTP: w.privateHosts, Private: w.privateHosts, UserAgent: "Cairn/" + version, Timeout: 2 * time.Minute, MaxAnswer: 33 << 20})
}
