package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"cairn/lti"
)

type keyCmd struct {
	List   keyListCmd   `cmd:"" help:"List the tool's keys: which signs, which is next, which are published still."`
	Rotate keyRotateCmd `cmd:"" help:"Add a key. It is published at once and signs later, so that LMSs know it by then. Servers that run follow."`
	Retire keyRetireCmd `cmd:"" help:"Take a key away that does not sign. What it signed is refused from then on."`
	Seal   keySealCmd   `cmd:"" help:"Encrypt the key file with CAIRN_KEY_SECRET, or with another secret than before."`
}

// keyView is what --json prints of a key.
type keyView struct {
	ID      string `json:"kid"`
	State   string `json:"state"` // "signing", "next" or "old"
	Created string `json:"created,omitzero"`
	From    string `json:"signs_from,omitzero"`
}

// keyFileView is what --json prints of the file.
type keyFileView struct {
	File      string    `json:"file,omitzero"` // none when the key is given by CAIRN_TOOL_KEY
	Encrypted bool      `json:"encrypted"`
	Keys      []keyView `json:"keys"`
}

func viewKeys(path string, keys toolKeys, now time.Time) keyFileView {
	v, signing := keyFileView{File: path, Encrypted: keys.sealed}, keys.signing(now)
	for i, one := range keys.all {
		state := "old"
		switch {
		case i == signing:
			state = "signing"
		case one.From.After(now):
			state = "next"
		}
		v.Keys = append(v.Keys, keyView{one.ID, state, stamp(one.Created), stamp(one.From)})
	}
	return v
}

type keyListCmd struct{ keyFlags }

// Run prints the keys, never their secret halves.
func (c *keyListCmd) Run(p *program) error {
	path, err := c.path(p.settings)
	if err != nil {
		return err
	}
	keys, err := c.load(path)
	if err != nil {
		return err
	}
	v := viewKeys(path, keys, p.now())
	if p.JSON {
		return printJSON(p.out, v)
	}
	rows := [][]string{{"KID", "STATE", "SIGNS FROM", "CREATED"}}
	for _, k := range v.Keys {
		rows = append(rows, []string{k.ID, k.State, firstOf(k.From, "the beginning"), firstOf(k.Created, "-")})
	}
	return printTable(p.out, rows)
}

type keyRotateCmd struct {
	keyFlags
	After time.Duration `default:"24h" placeholder:"TIME" help:"When the new key begins to sign. LMSs may keep our key set for an hour; 0s when the old key is not to be used any more."`
}

// Run adds a key to the file.
func (c *keyRotateCmd) Run(p *program) error {
	if c.After < 0 || c.After > 90*24*time.Hour {
		return refuse(exitUsage, "a new key begins to sign within 90 days: --after %s cannot be", c.After)
	}
	return c.change(p, func(keys toolKeys) (toolKeys, string, error) {
		now := p.now().UTC().Truncate(time.Second)
		if next := keys.all[len(keys.all)-1]; next.From.After(now) && c.After > 0 {
			return keys, "", refuse(exitRefused, "the key %s waits already to sign from %s on; retire it to make another", next.ID, stamp(next.From))
		}
		pair, err := lti.GenerateKey()
		if err != nil {
			return keys, "", err
		}
		made := toolKey{pair, now, now.Add(c.After)}
		return keys.with(made), fmt.Sprintf("Made %s. It is published now and signs from %s on. When it does, and an hour has passed, retire the old one: cairn key retire %s\n",
			pair.ID, stamp(made.From), keys.all[keys.signing(now)].ID), nil
	})
}

type keyRetireCmd struct {
	keyFlags
	ID string `arg:"" name:"kid" help:"The key (cairn key list)."`
}

// Run takes a key out of the file.
func (c *keyRetireCmd) Run(p *program) error {
	return c.change(p, func(keys toolKeys) (toolKeys, string, error) {
		i := slices.IndexFunc(keys.all, func(k toolKey) bool { return k.ID == c.ID })
		switch {
		case i < 0:
			return keys, "", refuse(exitRefused, "there is no key %q; cairn key list shows them", c.ID)
		case i == keys.signing(p.now()):
			return keys, "", refuse(exitRefused, "the key %s signs; rotate first (cairn key rotate, with --after 0s if it must not sign any more)", c.ID)
		}
		return keys.without(i), "Retired. LMSs forget it when they read our key set again, within an hour as a rule.\n", nil
	})
}

type keySealCmd struct {
	keyFlags
	NewSecretFile string `placeholder:"FILE" help:"File of the secret from now on; CAIRN_KEY_SECRET is then the one until now."`
}

// Run writes the file anew, encrypted.
func (c *keySealCmd) Run(p *program) error {
	secret, err := c.secret()
	if err != nil {
		return err
	}
	if c.NewSecretFile != "" {
		if secret, err = readSecret(c.NewSecretFile); err != nil {
			return err
		}
	}
	if secret == "" {
		return refuse(exitUsage, "there is nothing to encrypt the key file with: set CAIRN_KEY_SECRET or CAIRN_KEY_SECRET_FILE")
	}
	return c.rewrite(p, secret, func(keys toolKeys) (toolKeys, string, error) {
		return keys, "Encrypted. Every process must be given this secret; without it the keys are lost.\n", nil
	})
}

// change rewrites the key file as it is protected now.
func (f keyFlags) change(p *program, edit func(toolKeys) (toolKeys, string, error)) error {
	secret, err := f.secret()
	if err != nil {
		return err
	}
	return f.rewrite(p, secret, edit)
}

// rewrite replaces the key file, unless somebody else changed it meanwhile.
func (f keyFlags) rewrite(p *program, secret string, edit func(toolKeys) (toolKeys, string, error)) error {
	path, err := f.path(p.settings)
	if err != nil {
		return err
	}
	if path == "" {
		return refuse(exitRefused, "the key is given by CAIRN_TOOL_KEY, which cannot be rewritten: put it in a file and name that in CAIRN_TOOL_KEY_FILE")
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	before, err := os.ReadFile(path)
	if err != nil {
		return &refusal{exitUsage, "the tool's key file cannot be read", err}
	}
	keys, err := f.load(path)
	if err != nil {
		return err
	}
	keys, said, err := edit(keys)
	if err != nil {
		return err
	}
	text, err := keys.text(secret)
	if err != nil {
		return err
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, before) {
		return &refusal{exitFailure, "the key file was changed by somebody else; nothing was written", err}
	}
	if err := writeKeyFile(path, text, os.Rename); err != nil {
		return &refusal{exitUsage, "the tool's key file cannot be written", err}
	}
	keys.sealed = secret != ""
	if p.JSON {
		return printJSON(p.out, viewKeys(path, keys, p.now()))
	}
	_, err = fmt.Fprint(p.out, said)
	return err
}
