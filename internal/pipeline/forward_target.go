package pipeline

import (
	"context"
	"net/url"
	"strings"
	"time"
)

// Remote is another record store and how it is entered.
type Remote struct {
	Endpoint string // base address, without a slash at its end
	Key      string // user name of HTTP Basic
	Sealed   string // the secret, encrypted
}

// SourceCredential is the name under which the log keeps what was pulled from a record store. It is the same for every source and
// target with that endpoint, also after one was removed, so that nothing is ever forwarded to where it came from.
func SourceCredential(endpoint string) string { return "source|" + normalEndpoint(endpoint) }

// normalEndpoint is an endpoint as it is compared: scheme and host in lower case, without the scheme's own port and without a slash
// at its end (RFC 3986, 6.2).
func normalEndpoint(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return endpoint
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if port := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]; port != "" {
		u.Host = strings.TrimSuffix(u.Host, port)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u.String()
}

// Target is a record store that statements are forwarded to, leased to a holder.
type Target struct {
	ID, Name string
	Remote
	Selection Selection // Verb, Activity and Own; NotBy keeps what was pulled from it
	Pos       int64     // everything up to it has been sent, passed over or refused for good
	Attempts  int       // failed ones since the last success
	Holder    string
}

// Dead is a statement that a target refused for good.
type Dead struct {
	Pos       int64
	Statement string // id
	Status    int    // of the target's answer
	Problem   string
}

// Settled is what became of some statements.
type Settled struct {
	Pos  int64 // the target's from now on
	Sent int   // accepted, or known to the target and equal
	Dead []Dead
	Took []int64 // positions of statements that were to be sent once more, and are refused no longer
}

// Targets keeps where statements are forwarded to. What is to be sent is no queue of its own but the log behind a position.
type Targets interface {
	// Claim leases one target that is behind the log, due, neither paused nor leased, and not among except. ok is false when there is none.
	Claim(ctx context.Context, holder string, now, until time.Time, except []string) (t Target, ok bool, err error)
	// Keep prolongs the lease. ErrLeaseLost when the target is another's, paused, or removed.
	Keep(ctx context.Context, t Target, until time.Time) error
	// Settle moves the target's position and keeps what it refused. ErrLeaseLost when it is another's.
	Settle(ctx context.Context, t Target, s Settled) error
	// Release ends the lease; the target is due again at next. problem is kept for people to read and counts as a failed attempt;
	// an empty one is a success.
	Release(ctx context.Context, t Target, next time.Time, problem string) error

	// Head, Again, Outgoing and OutgoingData read the log.
	Head(ctx context.Context) (int64, error)
	// Again answers up to limit of the statements that the target refused and a person wants sent once more, in order.
	Again(ctx context.Context, t Target, limit int) ([]Outgoing, error)
	Outgoing(ctx context.Context, sel Selection, after, upTo int64, limit int) (list []Outgoing, through int64, err error)
	OutgoingData(ctx context.Context, pos int64) ([]Data, error)
}
