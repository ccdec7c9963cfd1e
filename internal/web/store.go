// Package web is the pages inside the LMS frame: sessions, handlers, templates, static files, and the two LTI endpoints a
// browser meets (login and launch).
package web

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi"
)

// ErrNotFound says that a store has no such thing.
var ErrNotFound = errors.New("web: not found")

// Session is one launch, kept while its pages are open. There is no current launch of a browser: each page names its session
// in its address (/s/{s}), so tabs never mix.
type Session struct {
	Hash         string     // of the token in the address; the token itself is not kept
	Browser      string     // hash of the browser's cookie value, "" when it had none to give
	Registration string     // id
	Operator     bool       `json:",omitzero"` // of who runs Cairn, by a link from the command line: no launch, no registration, no person
	Account      string     // id; "" for an anonymous launch
	Learner      string     // id; "" when nothing is recorded (anonymous, test user)
	Name         string     // "" when the LMS does not share it
	Actor        xapi.Agent // who statements about what the person does here are about; the zero Agent when nothing is recorded
	Course       Course
	LinkID       string   // resource link id
	Placement    string   // id of the placement (resource link) in our store
	Framework    string   // framework shown
	Node         string   // domain or section it is limited to, or ""
	Archetype    string   // role it is limited to, or ""
	Activity     string   // id of the placed activity that the link leads to, "" for a link that shows progress
	Roster       string   `json:",omitzero"` // where the learning site tells who is in the course; "" when it does not
	CopyOf       []string `json:",omitzero"` // LTI contexts that the course was copied from, as the launch told; nil for none
	Review       *Review  // whom a submission review is about; nil but for those
	Pick         *Pick    // what a deep linking request asked for; nil but for those
	Roles        []string // as launched
	Lead         bool     // leads the course: instructor, content developer or administrator in this context
	Recorded     bool     // false for anonymous, test user and preview
	Test         []string `json:",omitzero"` // agents (xapi.Agent.Key) whose records are those of the platform's test person; nil for everyone else
	Locale       string
	ReturnURL    string
	InFrame      bool
	CreatedAt    time.Time
	ExpiresAt    time.Time
}

// Course is the LTI context of a launch. IRI is what statements of this course name (settled question 4).
type Course struct {
	Registration string
	ID           string
	Title        string
	IRI          string
}

// CourseIRI is what statements of the course with this LTI context id name: the pattern with {issuer}, which loses a trailing
// slash, and {context}; "" without a pattern or a context.
func CourseIRI(pattern, issuer, contextID string) string {
	if pattern == "" || contextID == "" {
		return ""
	}
	return strings.NewReplacer("{issuer}", strings.TrimSuffix(issuer, "/"), "{context}", url.QueryEscape(contextID)).Replace(pattern)
}

// Scope is the course as a scope of alignments and rules.
func (c Course) Scope() mapping.Scope {
	return mapping.Scope{Kind: mapping.ScopeCourse, Registration: c.Registration, Context: c.ID, Course: c.IRI}
}

// Entry is what a launch brings to be kept, all in one transaction: its login, which is spent, the account (made when new, with its agent
// links as log events), the course and its membership, the placement with its line item, and the session.
type Entry struct {
	Login     string         // state of the login
	Claims    learner.Claims // Subject "" when anonymous
	Record    bool           // false: keep no account, no membership, no link
	Course    Course
	IsLearner bool // holds a learner role in the course: scores may be sent
	Placement Placement
	Session   Session // Account, Learner and Placement are filled by Enter
}

// Placement is a resource link: it shows progress, or leads to an activity that Cairn placed.
type Placement struct {
	ID           string
	Registration string
	Deployment   string
	Context      string
	LinkID       string
	Title        string
	LineItem     string // URL; "" when there is none (it is not forgotten when a later launch leaves it out)
	Module       string // IRI of the platform's own activity for the link; "" when it is not told (nor is this forgotten)
	Framework    string
	Node         string
	Archetype    string
	Activity     string
}

// Sessions admits launches and finds their sessions.
type Sessions interface {
	// Enter spends the login of a launch and keeps the launch, or does neither, and answers its session, completed. Errors about the
	// login are those of lti.Logins.SpendLogin.
	Enter(ctx context.Context, e Entry) (Session, error)
	// Session finds one that has not expired, by the hash of its token. ErrNotFound.
	Session(ctx context.Context, hash string, now time.Time) (Session, error)
	// Prolong moves the expiry of a session in use.
	Prolong(ctx context.Context, hash string, until time.Time) error
}

// CourseActivity is an activity an author can tag.
type CourseActivity struct {
	IRI      string
	Name     string // from the statements' definitions; "" when none was told
	Type     string // IRI of the activity type, or ""
	LastSeen time.Time
	ByHand   bool // added by an author, not seen in statements
	Placed   bool // placed in the course through Cairn
	Prefix   bool // the IRI is what the addresses of several activities begin with
}

// Count is a number that was counted up to a bound. More says that it may be larger.
type Count struct {
	N    int
	More bool
}

// HistoryEntry is a changeset as it was applied.
type HistoryEntry struct {
	Pos       int64
	Changeset mapping.Changeset
	Author    string // name to show, or ""
}

// Change is an entry of a learner's history with when it became known here, which may be later than it happened: a new tag counts what
// was done before.
type Change struct {
	mapping.Transition
	Known time.Time
}

// Records reads what pages show. Everything is read for one learner or one course: callers hold the right to it.
type Records interface {
	// Progress answers the learner's states; capabilities without one are not started.
	Progress(ctx context.Context, learnerID string) ([]mapping.Progress, error)
	// Case answers what the state of one capability rests on, for Evaluate and Explain.
	Case(ctx context.Context, learnerID, capability string) (mapping.Case, error)
	// Cases answers what Case answers of each of some capabilities, by capability.
	Cases(ctx context.Context, learnerID string, capabilities []string) (map[string]mapping.Case, error)
	// Tried answers Case for nobody, with what the agents of a registration's test person did: it is told, and counts for nothing.
	Tried(ctx context.Context, registration string, agents []string, capability string) (mapping.Case, error)
	// Changes answers the history of some capabilities from when something became known on (the zero time: all of it), the newest
	// first, limit of them after the first offset ones; total is how many there are.
	Changes(ctx context.Context, learnerID string, capabilities []string, since time.Time, offset, limit int) (changes []Change, total int, err error)
	// AsOf answers the case of one capability as it stood on a date.
	AsOf(ctx context.Context, learnerID, capability string, q pipeline.AsOf) (mapping.Case, error)
	// AllAsOf answers the cases of every capability that a learner has any history in, as they stood on a date.
	AllAsOf(ctx context.Context, learnerID string, q pipeline.AsOf) ([]mapping.Case, error)
	// Transitions answers the history of one capability, oldest first.
	Transitions(ctx context.Context, learnerID, capability string) ([]mapping.Transition, error)
	// ActivityNames answers the names of activities that are known; unknown IRIs are left out.
	ActivityNames(ctx context.Context, iris []string) (map[string]string, error)
}

// RuleChange is a rule that took the place of another, or of none (the zero Rule).
type RuleChange struct {
	mapping.ScopedRule
	Was mapping.Rule
	Pos int64     // of the log
	At  time.Time // when it was applied
}

// Courses reads and changes the tags of a course.
type Courses interface {
	// Activities answers what can be tagged in the course, by name; what holds others is listed, not what lies under it.
	Activities(ctx context.Context, c Course) ([]CourseActivity, error)
	// Names answers what those who lead the course call activities, by IRI; it goes before what their records call them.
	Names(ctx context.Context, c Course) (map[string]string, error)
	// Rename keeps such a name; "" forgets it.
	Rename(ctx context.Context, c Course, iri, name, author string, at time.Time) error
	// Learners counts the learners of the course who have a record of an activity, or of what lies under it, by IRI.
	Learners(ctx context.Context, c Course, iris []string) (map[string]Count, error)
	// LearnersOf answers those whom Learners counts for one activity, by their ids.
	LearnersOf(ctx context.Context, c Course, iri string) ([]string, error)
	// Under counts the activities seen in the course that a prefix takes.
	Under(ctx context.Context, c Course, prefix string) (int, error)
	// Title answers the title of a course. ErrNotFound when nobody opened Cairn there.
	Title(ctx context.Context, registration, id string) (string, error)
	// Alignments answers the active alignments that hold in the course: its own, and the wider ones.
	Alignments(ctx context.Context, c Course) ([]mapping.Alignment, error)
	// Member finds a person of the course by issuer and subject. ErrNotFound when they were never seen in it.
	Member(ctx context.Context, c Course, issuer, subject string) (Member, error)
	// Changesets answers the newest first.
	Changesets(ctx context.Context, c Course, limit int) ([]HistoryEntry, error)
	// RuleChanges answers how the rules that hold in the course changed since a time (the zero time: ever), the newest first: those
	// of some capabilities, and the usual rule of a framework.
	RuleChanges(ctx context.Context, c Course, framework string, capabilities []string, since time.Time) ([]RuleChange, error)
	// Undo answers a changeset of the course, and what takes it back of what still stands: nothing when nothing does, or it was taken back
	// before. ErrNotFound.
	Undo(ctx context.Context, c Course, id string, undo mapping.Changeset) (was, back mapping.Changeset, err error)
	// Apply appends a changeset to the log and answers its position.
	Apply(ctx context.Context, cs mapping.Changeset) (int64, error)
}

// Frameworks answers the published frameworks. They never change, so they are held in memory.
type Frameworks interface {
	// All answers every published framework, in a stable order.
	All() []*mapping.Catalog
	// Publications answers what All does, with when each was published.
	Publications() []mapping.Publication
	Framework(id string) (*mapping.Catalog, bool)
	Default() *mapping.Catalog
	// Offers says whether a version in use has the capability: what only retired ones have takes no new tags.
	Offers(capability string) bool
}

// Freshness says how far the projection has come.
type Freshness interface {
	// Wait returns when the projection has reached the position, or when the context ends.
	Wait(ctx context.Context, pos int64) error
	// UpTo is the time up to which figures are complete.
	UpTo(ctx context.Context) (time.Time, error)
}
