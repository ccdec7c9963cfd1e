package pipeline

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// RemoteAnswer is what came of one question to another record store.
type RemoteAnswer struct {
	Status int    // 0 when it was not reached
	Good   bool   // the answer is the one that a record store gives to who may ask
	Says   string // for people; never empty
	Err    error  // why it was not reached
}

// AskRemote asks a record store what it speaks (Communication 2.8), and with the key for one statement (2.1.3). Each question may
// take so long.
func AskRemote(ctx context.Context, r Remote, secret string, client *http.Client, timeout time.Duration, now func() time.Time) (about, statements RemoteAnswer) {
	to := newRemote(r, secret, client, timeout, now)
	a := to.call(ctx, remoteRequest{address: "/about"})
	about = a.outcome()
	if versions := a.versions(); len(versions) > 0 {
		about.Good, about.Says = speaks(versions), "it speaks xAPI "+spoken([]byte(strings.Join(versions, ", ")))
	} else if a.status == http.StatusOK {
		about.Says = "it answered 200, but not what a record store says of itself; is the endpoint right?"
	}
	a = to.call(ctx, remoteRequest{address: "/statements?limit=1"})
	statements = a.outcome()
	if a.status != http.StatusOK {
		return about, statements
	}
	page, err := readPage(a.kind, a.body)
	if err != nil {
		statements.Says = "it answered 200, but not with statements; is the endpoint right?"
		return about, statements
	}
	statements.Good, statements.Says = true, "the key may read, and sees no statement"
	if len(page.statements) > 0 {
		statements.Says = "the key may read; the newest statement it sees was stored at " + storedOf(page.statements[0]).Format(time.RFC3339)
	}
	return about, statements
}

// outcome is an answer before it is looked into.
func (a answer) outcome() RemoteAnswer {
	return RemoteAnswer{Status: a.status, Says: a.problem, Err: a.err}
}

// versions are those that a record store says of itself, none when it is no record store.
func (a answer) versions() []string {
	var about struct {
		Version []string `json:"version"`
	}
	if a.status != http.StatusOK || json.Unmarshal(a.body, &about) != nil {
		return nil
	}
	return about.Version
}

// speaks says whether a version is among them that we speak, too.
func speaks(versions []string) bool {
	return slices.ContainsFunc(versions, func(v string) bool { return strings.HasPrefix(v, "1.0") || strings.HasPrefix(v, "2.0") })
}
