package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"cairn/lti"
)

// keyFlags say where the tool's signing key is. With a key, the tool asks LMSs for access tokens; they know its public half.
type keyFlags struct {
	ToolKey     string `env:"CAIRN_TOOL_KEY" placeholder:"PEM" help:"The tool's RSA private key itself, in PEM form (${env})."`
	ToolKeyFile string `env:"CAIRN_TOOL_KEY_FILE" placeholder:"FILE" help:"File of the key (${env}). With SQLite it defaults to the database file with .key added, and is made at the first start."`
}

// toolKey finds the key. Several processes on one PostgreSQL must sign with the same one, so there none is made.
func (f keyFlags) toolKey(s settings, log *slog.Logger) (lti.KeyPair, error) {
	switch {
	case f.ToolKey != "" && f.ToolKeyFile != "":
		return lti.KeyPair{}, refuse(exitUsage, "CAIRN_TOOL_KEY and CAIRN_TOOL_KEY_FILE are both set: give one")
	case f.ToolKey != "":
		return parseKey("CAIRN_TOOL_KEY", []byte(f.ToolKey))
	case f.ToolKeyFile != "" && s.postgres():
		return readKey(f.ToolKeyFile, log)
	case s.postgres():
		return lti.KeyPair{}, refuse(exitUsage, "with PostgreSQL the tool's key must be given, so that every process signs with the same one: "+
			"set CAIRN_TOOL_KEY_FILE (openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out tool-key.pem)")
	}
	path := firstOf(f.ToolKeyFile, s.DB+".key")
	if err := makeFolder(s.DB); err != nil {
		return lti.KeyPair{}, err
	}
	key, err := readKey(path, log)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(path, log)
	}
	return key, err
}

func readKey(path string, log *slog.Logger) (lti.KeyPair, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return lti.KeyPair{}, &refusal{exitUsage, "the tool's key file cannot be read", err}
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		log.Warn("the tool's key file can be read by others on this machine", "file", path, "mode", info.Mode().Perm().String())
	}
	return parseKey(path, text)
}

func parseKey(from string, text []byte) (lti.KeyPair, error) {
	key, err := lti.ParsePrivateKeyPEM(text)
	if err != nil {
		return lti.KeyPair{}, &refusal{exitUsage, "the tool's key in " + from + " cannot be used", err}
	}
	return key, nil
}

// makeKey makes the key at the first start, readable for its owner alone. The file appears whole or not at all, and of two
// processes that start at once one makes it and the other reads it.
func makeKey(path string, log *slog.Logger) (lti.KeyPair, error) {
	key, err := lti.GenerateKey()
	if err != nil {
		return lti.KeyPair{}, err
	}
	text, err := key.PEM()
	if err != nil {
		return lti.KeyPair{}, err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), ".cairn-key-*") // mode 0600
	if err != nil {
		return lti.KeyPair{}, &refusal{exitUsage, "the tool's key file cannot be made", err}
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = draft.Write(text)
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return lti.KeyPair{}, fmt.Errorf("write the tool's key: %w", err)
	}
	if err := os.Link(draft.Name(), path); errors.Is(err, fs.ErrExist) {
		return readKey(path, log)
	} else if err != nil {
		return lti.KeyPair{}, &refusal{exitUsage, "the tool's key file cannot be made", err}
	}
	log.Info("made the tool's key", "file", path, "kid", key.ID)
	return key, nil
}
