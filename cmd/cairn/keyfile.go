package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"cairn/lti"
)

// keyFormat names the form of a key file that holds several keys. It is authenticated with what is sealed.
const keyFormat = "cairn-keys-1"

// What is wrong with a key file or the secret that seals it. None of them ever holds any of the text.
var (
	errKeyFormat   = errors.New("the key file is neither PEM nor " + keyFormat)
	errSecretNone  = errors.New("the key file is encrypted: set CAIRN_KEY_SECRET or CAIRN_KEY_SECRET_FILE")
	errSecretWrong = errors.New("CAIRN_KEY_SECRET does not open the key file: it is another secret, or the file is damaged")
)

// toolKey is one signing key of the tool. It signs from a time on, until a newer one does; it is published until it is retired.
type toolKey struct {
	lti.KeyPair
	Created time.Time // zero when it is not known
	From    time.Time // zero: from the beginning
}

// toolKeys are the keys of the tool, oldest first.
type toolKeys struct {
	all    []toolKey
	links  []byte // what the links to further pages are signed with; it outlives the key it was made from
	sealed bool   // read from an encrypted file
}

// oneKey is the keys of a file that holds one, in PEM form.
func oneKey(text []byte) (toolKeys, error) {
	pair, err := lti.ParsePrivateKeyPEM(text)
	if err != nil {
		return toolKeys{}, err
	}
	canonical, err := pair.PEM()
	if err != nil {
		return toolKeys{}, err
	}
	m := hmac.New(sha256.New, canonical)
	m.Write([]byte("cairn more links"))
	return toolKeys{all: []toolKey{{KeyPair: pair}}, links: m.Sum(nil)}, nil
}

// signing is the index of the key that signs at a time: of those whose time has come the newest; the first, when none has, since
// the clock went back.
func (k toolKeys) signing(now time.Time) int {
	found := -1
	for i, one := range k.all {
		if !one.From.After(now) && (found < 0 || !one.From.Before(k.all[found].From)) {
			found = i
		}
	}
	return max(found, 0)
}

// ring is the keys as the protocol needs them.
func (k toolKeys) ring(now time.Time) lti.KeyRing {
	signing := k.signing(now)
	ring := lti.KeyRing{Signing: k.all[signing].KeyPair}
	for i, one := range k.all {
		if i != signing {
			ring.Others = append(ring.Others, one.KeyPair)
		}
	}
	return ring
}

// keyFile is the form of a file with several keys: they stand in it openly, or sealed by AES-256-GCM under a key derived from the
// operator's secret (HKDF with SHA-256, RFC 5869).
type keyFile struct {
	Format string `json:"format"`
	keyContent
	Salt   []byte `json:"salt,omitzero"`
	Nonce  []byte `json:"nonce,omitzero"`
	Sealed []byte `json:"sealed,omitzero"`
}

// keyContent is what is sealed.
type keyContent struct {
	Keys  []keyEntry `json:"keys,omitzero"`
	Links []byte     `json:"links,omitzero"`
}

type keyEntry struct {
	PEM     string    `json:"pem"`
	Created time.Time `json:"created,omitzero"`
	From    time.Time `json:"signs_from,omitzero"`
}

// readKeys reads either form of a key file. secret is "" when the operator gave none.
func readKeys(text []byte, secret string) (toolKeys, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		return oneKey(text)
	}
	var f keyFile
	if err := json.Unmarshal(text, &f, json.RejectUnknownMembers(true)); err != nil || f.Format != keyFormat {
		return toolKeys{}, errKeyFormat
	}
	if f.Sealed != nil {
		if err := f.open(secret); err != nil {
			return toolKeys{}, err
		}
	}
	keys := toolKeys{links: f.Links, sealed: f.Sealed != nil}
	for _, e := range f.Keys {
		pair, err := lti.ParsePrivateKeyPEM([]byte(e.PEM))
		if err != nil {
			return toolKeys{}, err
		}
		keys.all = append(keys.all, toolKey{pair, e.Created, e.From})
	}
	if len(keys.all) == 0 || len(keys.links) == 0 {
		return toolKeys{}, errKeyFormat
	}
	return keys, nil
}

// open unseals the content in place.
func (f *keyFile) open(secret string) error {
	if secret == "" {
		return errSecretNone
	}
	gcm, err := sealer(secret, f.Salt)
	if err != nil {
		return err
	}
	if len(f.Nonce) != gcm.NonceSize() {
		return errKeyFormat
	}
	content, err := gcm.Open(nil, f.Nonce, f.Sealed, []byte(keyFormat))
	if err != nil {
		return errSecretWrong
	}
	if err := json.Unmarshal(content, &f.keyContent, json.RejectUnknownMembers(true)); err != nil {
		return errKeyFormat
	}
	return nil
}

// text writes the keys, sealed when there is a secret. Every writing draws a new salt, so no nonce is ever used twice with a key.
func (k toolKeys) text(secret string) ([]byte, error) {
	f := keyFile{Format: keyFormat, keyContent: keyContent{Links: k.links}}
	for _, one := range k.all {
		text, err := one.PEM()
		if err != nil {
			return nil, err
		}
		f.Keys = append(f.Keys, keyEntry{string(text), one.Created, one.From})
	}
	if secret != "" {
		content, err := json.Marshal(f.keyContent)
		if err != nil {
			return nil, fmt.Errorf("write the tool's keys: %w", err)
		}
		f.keyContent = keyContent{}
		f.Salt, f.Nonce = randomBytes(32), randomBytes(12)
		gcm, err := sealer(secret, f.Salt)
		if err != nil {
			return nil, err
		}
		f.Sealed = gcm.Seal(nil, f.Nonce, content, []byte(keyFormat))
	}
	text, err := json.Marshal(f, jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("write the tool's keys: %w", err)
	}
	return append(text, '\n'), nil
}

// sealer is AES-256-GCM under the key that the secret and the salt make.
func sealer(secret string, salt []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, []byte(secret), salt, keyFormat, 32)
	if err != nil {
		return nil, fmt.Errorf("derive the key of the key file: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("derive the key of the key file: %w", err)
	}
	return cipher.NewGCM(block)
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b
}

// with is the keys and one more.
func (k toolKeys) with(one toolKey) toolKeys {
	k.all = append(slices.Clone(k.all), one)
	return k
}

// without is the keys but one.
func (k toolKeys) without(i int) toolKeys {
	k.all = slices.Delete(slices.Clone(k.all), i, i+1)
	return k
}
