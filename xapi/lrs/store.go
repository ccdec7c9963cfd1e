package lrs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cairn/xapi"
)

// Credential is who sends or reads statements: a key made by the operator, used with its secret or with an access token.
type Credential struct {
	ID     string // also the key: the user name of HTTP Basic, the client_id of OAuth 2.0
	Name   string // shown to people; stands in the authority
	Scopes []Scope
	Limits Limits
	Mark   string    // of its newest secret, which it does not tell: another secret has another mark
	Until  time.Time // when the secret that it was checked with holds no more; zero when that is not known
}

// Limits narrow what the scopes of a credential allow. The zero value narrows nothing. A credential with a home page or an
// activity reads only statements it stored itself, whatever its scopes.
type Limits struct {
	HomePage  string // it writes only about people with an account there: an IRI, with or without a slash at its end
	Activity  string // it writes only about this activity and what lies under it: an IRI that goes on at one of / ? # &
	PerMinute int    // requests a minute; 0 for as many as come
}

// Sentinels a store answers with.
var (
	ErrNotFound      = errors.New("lrs: not found")
	ErrReferences    = errors.New("lrs: the references between statements make too much of them")
	ErrVoidForbidden = errors.New("lrs: only the credential that stored a statement, or one with scope all, may void it")
)

// ConflictError says that a statement was stored with this id and differs, be it still there or gone (xAPI 1.0.3 Communication 2.1.1, XAPI-00142).
type ConflictError struct{ ID string }

func (e *ConflictError) Error() string {
	return fmt.Sprintf("lrs: a different statement was stored with the id %s", e.ID)
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

// Reach is how far the log can be read: every statement stored up to the time, which are those up to the position.
type Reach struct {
	Stored time.Time
	Pos    int64
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
	// equal is left as it is. It answers *ConflictError for one that differs, ErrVoidForbidden for a void the credential may not make,
	// ErrReferences when what the statements refer to, and what refers to them, is too much to be found by filters.
	Add(ctx context.Context, by Credential, batch []xapi.Prepared) error
	// Statement finds one by id: the voided one when voided is true, else only one that is not voided. ErrNotFound.
	Statement(ctx context.Context, id string, voided bool) (Stored, error)
	// Query answers the statements that match and are not voided.
	Query(ctx context.Context, q Query) (Page, error)
	// Through is how far every statement stored can be read (X-Experience-API-Consistent-Through).
	Through(ctx context.Context) (Reach, error)
}

// Credentials checks keys. Unknown ones, wrong secrets and revoked credentials are all ErrNotFound.
type Credentials interface {
	// Check answers the credential of a key and its secret.
	Check(ctx context.Context, key, secret string) (Credential, error)
	// Bearer answers the credential of a key to who holds a token that was made when it had the mark. ErrNotFound when it has
	// another one now.
	Bearer(ctx context.Context, key, mark string) (Credential, error)
}

// DocumentKind is the resource a document belongs to. Values are stored: never renumber.
type DocumentKind uint8

// The document resources (Communication 2.3, 2.6, 2.7).
const (
	KindState           DocumentKind = 1
	KindAgentProfile    DocumentKind = 2
	KindActivityProfile DocumentKind = 3
)

// DocumentKey names one document; fields that its kind does not have are empty.
type DocumentKey struct {
	Kind         DocumentKind
	Activity     string // of a state and an activity profile
	Agent        string // of a state and an agent profile: agent key
	Registration string // of a state, or "": a state without one is another document
	ID           string // stateId or profileId
}

// Document is what is kept under a key: any octets.
type Document struct {
	ContentType string
	Content     []byte
	ETag        string    // SHA-1 of the content, 40 hexadecimal digits, without quotes
	Updated     time.Time // later than that of the content whose place it takes
}

// DocumentFilter names the documents of an owner: ID is not looked at, and Registration only when it is set.
type DocumentFilter struct {
	DocumentKey
	Since time.Time // only what was updated after it; zero for all
}

// Documents keeps documents. Every method is safe for concurrent use, and reads see every write that was answered.
type Documents interface {
	// Document answers one. ErrNotFound.
	Document(ctx context.Context, key DocumentKey) (Document, error)
	// DocumentIDs answers the ids of a filter's documents, sorted and without repeats, and when the newest was updated.
	DocumentIDs(ctx context.Context, f DocumentFilter) (ids []string, newest time.Time, err error)
	// ChangeDocument reads a document, has change decide, and writes what it answers, as one step that no other change of the
	// document can come between: nil deletes. had is nil when there is none. An error of change is answered as it is and
	// nothing is written. change may be called more than once and must have no effects. Updated of what it answers is set here.
	ChangeDocument(ctx context.Context, key DocumentKey, change func(had *Document) (*Document, error)) error
	// DeleteDocuments deletes a filter's documents; that there are none is no error.
	DeleteDocuments(ctx context.Context, f DocumentFilter) error
}

// Activities tells what is known of activities.
type Activities interface {
	// Definitions answers the canonical definition of each activity that has one, as JSON: what statements said, merged. A later
	// property takes the place of an earlier one; name, description and extensions are merged entry by entry; nothing is removed
	// by being left out.
	Definitions(ctx context.Context, ids []string) (map[string][]byte, error)
}

// AttachmentData is the data of one attachment of a stored statement.
type AttachmentData struct {
	SHA2    string // as the statement gives it, in lower case
	Content []byte
}

// Attachments finds what came with statements; Statements.Add stores it, from Attachment.Data.
type Attachments interface {
	// AttachmentData answers what came with the statements at these positions, each content once, in order of SHA2.
	AttachmentData(ctx context.Context, positions []int64) ([]AttachmentData, error)
}
