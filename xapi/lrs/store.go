package lrs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cairn/xapi"
)

// Credential is who sends or reads statements: an HTTP Basic key made by the operator.
type Credential struct {
	ID     string // also the key, the user name of HTTP Basic
	Name   string // shown to people; stands in the authority
	Scopes []Scope
}

// Scope is one right of a credential.
type Scope string

// The credential scopes, in the words of xAPI 1.0.3 Part 3, 4.2 (OAuth authorization scope).
const (
	ScopeWrite    Scope = "statements/write"
	ScopeReadMine Scope = "statements/read/mine"
	ScopeRead     Scope = "statements/read"
	ScopeAllRead  Scope = "all/read"
	ScopeAll      Scope = "all"
)

// Sentinels a store answers with.
var (
	ErrNotFound      = errors.New("lrs: not found")
	ErrVoidForbidden = errors.New("lrs: only the credential that stored a statement, or one with scope all, may void it")
)

// ConflictError says that a statement with this id is stored already and differs (xAPI 1.0.3 Communication 2.1.1, XAPI-00142).
type ConflictError struct{ ID string }

func (e *ConflictError) Error() string {
	return fmt.Sprintf("lrs: a different statement with id %s is stored already", e.ID)
}

// Stored is a statement as it is given back.
type Stored struct {
	Pos    int64
	ID     string
	Stored time.Time
	JSON   []byte // whole, with id, stored, timestamp, authority and version
}

// Query is the filter of GET /statements. Zero values mean "any".
type Query struct {
	Agent             string // agent key
	Verb              string
	Activity          string
	Registration      string
	RelatedAgents     bool
	RelatedActivities bool
	Since, Until      time.Time // by stored: since exclusive, until inclusive
	Mine              string    // credential id: only what it stored
	Limit             int       // 1 to the server's maximum, never 0
	Ascending         bool
	After             int64 // continue after this position (before it when descending); 0 from the start
	UpTo              int64 // upper bound of positions, fixed by the first page; 0 none yet
}

// Page is one answer to a Query, in order of stored. Next is the value of After for the next page, 0 when this is the last.
type Page struct {
	Statements []Stored
	Next       int64
	UpTo       int64
}

// Statements keeps and finds statements. Every method is safe for concurrent use.
type Statements interface {
	// Add stores all of the statements or none, and returns once they are durable. A statement that is stored already and
	// equal is left as it is. It answers *ConflictError for one that differs, ErrVoidForbidden for a void the credential may not make.
	Add(ctx context.Context, by Credential, batch []xapi.Prepared) error
	// Statement finds one by id: the voided one when voided is true, else only one that is not voided. ErrNotFound.
	Statement(ctx context.Context, id string, voided bool) (Stored, error)
	// Query answers the statements that match and are not voided.
	Query(ctx context.Context, q Query) (Page, error)
	// Through is the time up to which every statement stored can be read (X-Experience-API-Consistent-Through).
	Through(ctx context.Context) (time.Time, error)
}

// Credentials checks keys. It answers ErrNotFound for an unknown key, a wrong secret, and a revoked credential alike.
type Credentials interface {
	Check(ctx context.Context, key, secret string) (Credential, error)
}
