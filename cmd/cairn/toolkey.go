package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"cairn/lti"
)

// keyFlags say where the tool's keys are, and what seals their file. With a key, the tool asks LMSs for access tokens; they know its
// public half.
type keyFlags struct {
	ToolKey       string `env:"CAIRN_TOOL_KEY" placeholder:"PEM" help:"The tool's RSA private key itself, in PEM form (${env})."`
	ToolKeyFile   string `env:"CAIRN_TOOL_KEY_FILE" placeholder:"FILE" help:"File of the tool's keys (${env}). It must be there. With SQLite it defaults to the database file with .key added, and that one is made at the first start."`
	KeySecret     string `env:"CAIRN_KEY_SECRET" placeholder:"TEXT" help:"What the key file is encrypted with, 32 characters or more (${env}); openssl rand -base64 32 makes one."`
	KeySecretFile string `env:"CAIRN_KEY_SECRET_FILE" placeholder:"FILE" help:"File that holds it (${env})."`
}

// minSecret is the length of a secret in characters: it must be random and long, for nothing slows down who guesses it.
const minSecret = 32

// secret finds what the key file is encrypted with, "" when it is not to be.
func (f keyFlags) secret() (string, error) {
	if f.KeySecret != "" && f.KeySecretFile != "" {
		return "", refuse(exitUsage, "CAIRN_KEY_SECRET and CAIRN_KEY_SECRET_FILE are both set: give one")
	}
	if f.KeySecretFile != "" {
		return readSecret(f.KeySecretFile)
	}
	if f.KeySecret == "" {
		return "", nil
	}
	return checkSecret("CAIRN_KEY_SECRET", f.KeySecret)
}

func readSecret(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", &refusal{exitUsage, "the file of the key secret cannot be read", err}
	}
	return checkSecret(path, strings.TrimSpace(string(text)))
}

func checkSecret(from, secret string) (string, error) {
	if n := utf8.RuneCountInString(secret); n < minSecret {
		return "", refuse(exitUsage, "the key secret in %s has %d characters and needs %d or more: openssl rand -base64 32 makes one", from, n, minSecret)
	}
	return secret, nil
}

// path is the file of the keys, "" when they are given by CAIRN_TOOL_KEY. Several processes on one PostgreSQL must sign with the
// same key, so there the file must be named.
func (f keyFlags) path(s settings) (string, error) {
	switch {
	case f.ToolKey != "" && f.ToolKeyFile != "":
		return "", refuse(exitUsage, "CAIRN_TOOL_KEY and CAIRN_TOOL_KEY_FILE are both set: give one")
	case f.ToolKey != "":
		return "", nil
	case f.ToolKeyFile == "" && s.postgres():
		return "", refuse(exitUsage, "with PostgreSQL the tool's key must be given, so that every process signs with the same one: "+
			"set CAIRN_TOOL_KEY_FILE (openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out tool-key.pem)")
	}
	return firstOf(f.ToolKeyFile, s.DB+".key"), nil
}

// load reads the keys, from the file or the environment.
func (f keyFlags) load(path string) (toolKeys, error) {
	secret, err := f.secret()
	if err != nil {
		return toolKeys{}, err
	}
	text, from := []byte(f.ToolKey), "CAIRN_TOOL_KEY"
	if path != "" {
		from = path
		if text, err = os.ReadFile(path); err != nil {
			return toolKeys{}, &refusal{exitUsage, "the tool's key file cannot be read", err}
		}
	}
	keys, err := readKeys(text, secret)
	if err != nil {
		return toolKeys{}, &refusal{exitUsage, "the tool's key in " + from + " cannot be used", err}
	}
	return keys, nil
}

// ring finds the keys for a server. With SQLite the file is made at the first start, but not one that was named: a mistyped name
// would give the tool another key than the one that LMSs know.
func (f keyFlags) ring(p *program, log *slog.Logger) (*keyRing, error) {
	path, err := f.path(p.settings)
	if err != nil {
		return nil, err
	}
	keys, err := f.load(path)
	switch {
	case !errors.Is(err, fs.ErrNotExist) || path == "" || p.postgres():
	case f.ToolKeyFile != "":
		return nil, refuse(exitUsage, "the tool's key file %s is not there: check CAIRN_TOOL_KEY_FILE, or make the file "+
			"(openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out FILE); one that is named is never made by itself", path)
	default:
		keys, err = f.first(path, p.settings, log)
	}
	if err != nil {
		return nil, err
	}
	if path != "" {
		f.warn(path, keys, log)
	}
	return newKeyRing(path, keys, func() (toolKeys, error) { return f.load(path) }, p.now, log), nil
}

// warn says what makes a key file less safe than it could be.
func (f keyFlags) warn(path string, keys toolKeys, log *slog.Logger) {
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		log.Warn("the tool's key file can be read by others on this machine", "file", path, "mode", info.Mode().Perm().String())
	}
	if secret, err := f.secret(); err == nil && secret != "" && !keys.sealed {
		log.Warn("the tool's key file is not encrypted, though there is a secret for it; run `cairn key seal`", "file", path)
	}
}

// first makes the file at the first start: one key in PEM form, or encrypted when there is a secret.
func (f keyFlags) first(path string, s settings, log *slog.Logger) (toolKeys, error) {
	if err := makeFolder(s.DB); err != nil {
		return toolKeys{}, err
	}
	pair, err := lti.GenerateKey()
	if err != nil {
		return toolKeys{}, err
	}
	text, err := pair.PEM()
	if err != nil {
		return toolKeys{}, err
	}
	secret, err := f.secret()
	if err != nil {
		return toolKeys{}, err
	}
	if secret != "" {
		keys, err := oneKey(text)
		if err != nil {
			return toolKeys{}, err
		}
		if text, err = keys.text(secret); err != nil {
			return toolKeys{}, err
		}
	}
	// Of two processes that start at once one makes the file and the other reads it.
	if err := writeKeyFile(path, text, os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return toolKeys{}, &refusal{exitUsage, "the tool's key file cannot be made", err}
	} else if err == nil {
		log.Info("made the tool's key", "file", path, "kid", pair.ID)
	}
	return f.load(path)
}

// writeKeyFile writes a file that is readable for its owner alone and appears whole or not at all: place is os.Link, which leaves a
// file that is there, or os.Rename, which replaces it.
func writeKeyFile(path string, text []byte, place func(from, to string) error) error {
	draft, err := os.CreateTemp(filepath.Dir(path), ".cairn-key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = draft.Write(text)
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return fmt.Errorf("write the tool's keys: %w", err)
	}
	return place(draft.Name(), path)
}
