package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"cairn/internal/diagnosis"
	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/lti"
)

// reachFlags are what is needed to call another record store from the command line.
type reachFlags struct {
	keyFlags
	AllowPrivateHost []string `env:"CAIRN_ALLOW_PRIVATE_HOST" placeholder:"HOST" help:"As for serve (${env})."`
}

// remoteCheckTime is how long one question of a check may take.
const remoteCheckTime = 10 * time.Second

// Checks of another record store.
const (
	checkAbout      = "about"
	checkStatements = "statements"
)

type remoteTestCmd[K remoteKind] struct {
	reachFlags
	remoteName
}

// Run asks one what it is and whether it lets us in, says what it answered, and fails when that will not do.
func (c *remoteTestCmd[K]) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		found, err := findRemote[K](p, s, c.Name)
		if err != nil {
			return err
		}
		keys, err := c.ring(p, newLogger(p.LogFormat, p.LogLevel))
		if err != nil {
			return err
		}
		secret, err := openRemote(keys.links(), found.Remote)
		if err != nil {
			return err
		}
		findings, err := checkRemote[K](p, found.Remote, secret, c.AllowPrivateHost)
		if err != nil {
			return err
		}
		if p.JSON {
			err = printJSON(p.out, map[string]any{"id": found.id, "name": found.name, "endpoint": found.Endpoint, "findings": findings})
		} else {
			err = printRemoteFindings(p.out, found.Endpoint, findings)
		}
		if n := countBad(findings); err == nil && n > 0 {
			return refuse(exitFailure, "checks that failed: %d", n)
		}
		return err
	})
}

// checkRemote asks another record store, and judges what it answered.
func checkRemote[K remoteKind](p *program, r pipeline.Remote, secret string, privateHosts []string) ([]diagnosis.Finding, error) {
	if err := checkHosts(privateHosts); err != nil {
		return nil, err
	}
	var kind K
	client := remoteClient(privateHosts)
	defer client.CloseIdleConnections()
	about, statements := pipeline.AskRemote(p.ctx, r, secret, client, remoteCheckTime, p.now)
	return []diagnosis.Finding{aboutFinding(about), statementsFinding(statements, kind.mustRead())}, nil
}

func aboutFinding(a pipeline.RemoteAnswer) diagnosis.Finding {
	f := diagnosis.Finding{Check: checkAbout, Result: diagnosis.Good, Says: a.Says}
	switch {
	case a.Good:
	case forbidden(a.Err):
		f.Result, f.Do = diagnosis.Bad, "name its host in CAIRN_ALLOW_PRIVATE_HOST, here and for the server"
	case a.Status == 0:
		f.Result, f.Do = diagnosis.Bad, "see whether it runs, whether the endpoint names it, and whether this machine can reach it"
	default:
		f.Result, f.Do = diagnosis.Bad, "check the endpoint: it is the address under which /statements and /about lie"
	}
	return f
}

func statementsFinding(a pipeline.RemoteAnswer, mustRead bool) diagnosis.Finding {
	f := diagnosis.Finding{Check: checkStatements, Result: diagnosis.Good, Says: a.Says}
	switch {
	case a.Good:
	case a.Status == http.StatusForbidden && !mustRead:
		f.Result, f.Do = diagnosis.Doubt, "sending may well work; with a key that may also read, what is there already and equal is told from what differs"
	case a.Status == http.StatusUnauthorized:
		f.Result, f.Do = diagnosis.Bad, "check the key and its secret there; the command set gives others"
	case a.Status == http.StatusForbidden:
		f.Result, f.Do = diagnosis.Bad, "give the key there the right to read statements"
	default:
		f.Result = diagnosis.Bad
	}
	return f
}

// forbidden says whether a call was stopped by our own rules.
func forbidden(err error) bool {
	return errors.Is(err, lti.ErrAddressForbidden) || errors.Is(err, lti.ErrPlainHTTP)
}

func printRemoteFindings(w io.Writer, endpoint string, findings []diagnosis.Finding) error {
	var b strings.Builder
	fmt.Fprintln(&b, endpoint)
	printFindings(&b, findings)
	_, err := io.WriteString(w, b.String())
	return err
}
