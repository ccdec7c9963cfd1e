package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"cairn/internal/diagnosis"
	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/xapi"
)

// remoteEntry is how another record store is entered.
type remoteEntry struct {
	reachFlags
	SecretFile string `required:"" type:"path" placeholder:"FILE" help:"File that holds the secret of the key; - is standard input. It is kept encrypted with the tool's keys."`
	Check      bool   `default:"true" negatable:"" help:"Ask the other record store at once whether it lets us in, and say what it answered. Whatever that is, what was given is kept."`
}

// remoteFlags say which record store is meant.
type remoteFlags struct {
	remoteEntry
	Name     string `required:"" help:"What it is called here."`
	Endpoint string `required:"" placeholder:"URL" help:"Its endpoint: the address under which statements and about lie."`
	Key      string `required:"" help:"Key (user name) of a credential there."`
}

// checkIRIs refuses flags that hold no IRI.
func checkIRIs(flags map[string]string) error {
	for flag, iri := range flags {
		if iri != "" && !xapi.IsIRI(iri) {
			return refuse(exitUsage, "%s is no IRI: %q", flag, iri)
		}
	}
	return nil
}

// addRemote keeps a target or a source under the id, and says what the other side answered.
func addRemote[K remoteKind](p *program, f remoteFlags, id string, keep func(*sqlstore.Store, pipeline.Remote) error) error {
	r := pipeline.Remote{Endpoint: strings.TrimRight(f.Endpoint, "/"), Key: f.Key}
	if err := checkBase(r.Endpoint); err != nil {
		return refuse(exitUsage, "--endpoint cannot be used: %w", err)
	}
	if strings.TrimSpace(f.Name) == "" {
		return refuse(exitUsage, "--name may not be empty")
	}
	return p.withStore(func(s *sqlstore.Store) error {
		return enterRemote[K](p, f.remoteEntry, id, r, remoteSaid{"added", "Added. A server that runs begins within seconds; see the command status."},
			func(r pipeline.Remote) error { return keep(s, r) })
	})
}

type remoteSetCmd[K remoteKind] struct {
	remoteEntry
	remoteName
	Key string `placeholder:"KEY" help:"Another key (user name) there; default: the one it has."`
}

// Run gives a target or a source another key and secret. It goes on where it stood.
func (c *remoteSetCmd[K]) Run(p *program) error {
	var kind K
	return p.withStore(func(s *sqlstore.Store) error {
		found, err := findRemote[K](p, s, c.Name)
		if err != nil {
			return err
		}
		r := found.Remote
		r.Key = firstOf(c.Key, r.Key)
		return enterRemote[K](p, c.remoteEntry, found.id, r, remoteSaid{"set", "Set. It goes on where it stood; a server that runs follows within seconds."},
			func(r pipeline.Remote) error { return kind.enter(p.ctx, s, found.id, r) })
	})
}

// remoteSaid is what a command says when it is done, to scripts and to people.
type remoteSaid struct{ state, text string }

// enterRemote seals the secret, has it kept, and says what the other side answered to it.
func enterRemote[K remoteKind](p *program, f remoteEntry, id string, r pipeline.Remote, said remoteSaid, keep func(pipeline.Remote) error) error {
	secret, err := f.seal(p, &r)
	if err != nil {
		return err
	}
	if err := keep(r); err != nil {
		return remoteError(err)
	}
	findings := []diagnosis.Finding{}
	if f.Check {
		if findings, err = checkRemote[K](p, r, secret, f.AllowPrivateHost); err != nil {
			return err
		}
	}
	if p.JSON {
		return printJSON(p.out, map[string]any{"id": id, "state": said.state, "findings": findings})
	}
	if _, err := fmt.Fprintln(p.out, said.text); err != nil || !f.Check {
		return err
	}
	return printRemoteFindings(p.out, r.Endpoint, findings)
}

// seal reads the secret, seals it for the record store, and answers it.
func (f remoteEntry) seal(p *program, r *pipeline.Remote) (secret string, err error) {
	if strings.TrimSpace(r.Key) == "" || strings.Contains(r.Key, ":") {
		return "", refuse(exitUsage, "--key may not be empty, and a key holds no colon")
	}
	if secret, err = f.secretText(); err != nil {
		return "", err
	}
	keys, err := f.ring(p, newLogger(p.LogFormat, p.LogLevel))
	if err != nil {
		return "", err
	}
	r.Sealed, err = sealRemote(keys.links(), *r, secret)
	return secret, err
}

// maxRemoteSecret bounds a secret in octets.
const maxRemoteSecret = 4096

func (f remoteEntry) secretText() (string, error) {
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
