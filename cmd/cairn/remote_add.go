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

// remoteFlags say which record store is meant and how it is entered.
type remoteFlags struct {
	reachFlags
	Name       string `required:"" help:"What it is called here."`
	Endpoint   string `required:"" placeholder:"URL" help:"Its endpoint: the address under which statements and about lie."`
	Key        string `required:"" help:"Key (user name) of a credential there."`
	SecretFile string `required:"" type:"path" placeholder:"FILE" help:"File that holds its secret; - is standard input. It is kept encrypted with the tool's keys."`
	Check      bool   `default:"true" negatable:"" help:"Ask it at once whether it lets us in, and say what it answered. It is added whatever that is."`
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
	return p.withStore(func(s *sqlstore.Store) error {
		r, secret, err := f.remote(p)
		if err != nil {
			return err
		}
		if err := keep(s, r); err != nil {
			return remoteError(err)
		}
		findings := []diagnosis.Finding{}
		if f.Check {
			if findings, err = checkRemote[K](p, r, secret, f.AllowPrivateHost); err != nil {
				return err
			}
		}
		if p.JSON {
			return printJSON(p.out, map[string]any{"id": id, "state": "added", "findings": findings})
		}
		if _, err := fmt.Fprintln(p.out, "Added. A server that runs begins within seconds; see the command status."); err != nil || !f.Check {
			return err
		}
		return printRemoteFindings(p.out, r.Endpoint, findings)
	})
}

// maxRemoteSecret bounds a secret in octets.
const maxRemoteSecret = 4096

// remote checks the flags and seals the secret, which it answers as well.
func (f remoteFlags) remote(p *program) (r pipeline.Remote, secret string, err error) {
	r = pipeline.Remote{Endpoint: strings.TrimRight(f.Endpoint, "/"), Key: f.Key}
	if err := checkBase(r.Endpoint); err != nil {
		return r, "", refuse(exitUsage, "--endpoint cannot be used: %w", err)
	}
	if strings.TrimSpace(f.Name) == "" || strings.TrimSpace(f.Key) == "" || strings.Contains(f.Key, ":") {
		return r, "", refuse(exitUsage, "--name and --key may not be empty, and a key holds no colon")
	}
	if secret, err = f.secretText(); err != nil {
		return r, "", err
	}
	keys, err := f.ring(p, newLogger(p.LogFormat, p.LogLevel))
	if err != nil {
		return r, "", err
	}
	r.Sealed, err = sealRemote(keys.links(), r, secret)
	return r, secret, err
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
