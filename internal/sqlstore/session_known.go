package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"cairn/internal/learner"
	"cairn/internal/web"
)

// known is what the store knows of the things that a launch brings; nil where there is no row. All of it is read by one query,
// since most launches bring nothing new.
type known struct {
	PseudonymHome *string `db:"pseudonym_home"` // nil where the name may be kept
	Mode          *string // of the registration's identity rule
	Account       *string
	Learner       *string
	Name          *string
	Email         *string
	Mailbox       *string
	Username      *string
	SourcedID     *string `db:"sourced_id"`
	Title         *string
	IRI           *string
	IsLearner     *bool `db:"is_learner"`
	Placement     *string
	LinkTitle     *string `db:"link_title"`
	LineItem      *string `db:"line_item"`
	Module        *string
	Framework     *string
	Node          *string
	Archetype     *string
	Activity      *string
	registered    string // id of the registration
}

// registrationOf is the registration that a launch came through.
func registrationOf(e web.Entry) string {
	return cmp.Or(e.Claims.Registration, e.Session.Registration, e.Course.Registration, e.Placement.Registration)
}

// subjectOf is the subject whose account is kept, "" when none is.
func subjectOf(e web.Entry) string {
	if !e.Record {
		return ""
	}
	return e.Claims.Subject
}

// contextOf is the course that a placement stands in.
func contextOf(e web.Entry) string { return cmp.Or(e.Placement.Context, e.Course.ID) }

// cleaned is the entry without U+0000 in what people wrote, which PostgreSQL's text cannot hold.
func cleaned(e web.Entry) web.Entry {
	for _, text := range []*string{&e.Claims.Name, &e.Claims.Email, &e.Claims.Username, &e.Claims.SourcedID, &e.Course.Title, &e.Placement.Title} {
		*text = strings.ReplaceAll(*text, "\x00", "")
	}
	return e
}

// readKnown looks everything up. The values stand in a row of their own: SQLite plans a statement anew at every run when a join's
// condition holds a parameter, which takes longer than the run.
func readKnown(ctx context.Context, db reader, e web.Entry) (known, error) {
	k := known{registered: registrationOf(e)}
	err := db.Get(ctx, &k, `SELECT a.id AS account, a.learner, a.name, k.email, k.mailbox, k.username, k.sourced_id, c.title, c.iri, m.is_learner,
			p.id AS placement, p.title AS link_title, p.line_item, p.framework, p.node, p.archetype, p.activity, p.module,
			COALESCE(`+pseudonymHome+`, CASE WHEN r.pseudonymous THEN r.pseudonym_home END) AS pseudonym_home, r.identity_mode AS mode
		FROM (SELECT CAST(? AS TEXT) AS registration, CAST(? AS TEXT) AS issuer, CAST(? AS TEXT) AS subject, CAST(? AS TEXT) AS course,
			CAST(? AS TEXT) AS context, CAST(? AS TEXT) AS link, CAST(? AS TEXT) AS deployment) e
		LEFT JOIN registration r ON r.id = e.registration
		LEFT JOIN account a ON a.issuer = e.issuer AND a.subject = e.subject
		LEFT JOIN account_claim k ON k.registration = e.registration AND k.account = a.id
		LEFT JOIN course c ON c.registration = e.registration AND c.id = e.course
		LEFT JOIN membership m ON m.registration = e.registration AND m.context = e.course AND m.account = a.id
		LEFT JOIN placement p ON p.registration = e.registration AND p.context = e.context AND p.link_id = e.link AND p.deployment = e.deployment`,
		k.registered, e.Claims.Issuer, subjectOf(e), e.Course.ID, contextOf(e), e.Placement.LinkID, e.Placement.Deployment)
	if err != nil {
		return k, fmt.Errorf("sqlstore: look up a launch: %w", err)
	}
	return k, nil
}

// The questions below say what of a launch is to be written. What a launch leaves out is not forgotten.

// tells says that a launch told something that is not what is known.
func tells(told string, is *string) bool { return is == nil || told != "" && told != *is }

// last is what is known after the launch: what it told, else what was known.
func last(told string, was *string) string {
	if told == "" && was != nil {
		return *was
	}
	return told
}

func (k known) newAccount(e web.Entry) bool { return subjectOf(e) != "" && k.Account == nil }

func (k known) newName(e web.Entry) bool {
	return subjectOf(e) != "" && k.Account != nil && tells(e.Claims.Name, k.Name)
}

// newClaims says that what agents are derived from is new, or proved through this registration for the first time.
func (k known) newClaims(e web.Entry) bool {
	c := e.Claims
	return subjectOf(e) != "" && (tells(c.Email, k.Email) || tells(c.Username, k.Username) || tells(c.SourcedID, k.SourcedID))
}

// losesName says that an account that other registrations may know by name comes through a pseudonymous one for the first time.
func (k known) losesName(e web.Entry) bool {
	return subjectOf(e) != "" && k.Account != nil && k.PseudonymHome != nil && k.Email == nil
}

func (k known) newCourse(e web.Entry) bool {
	return e.Course.ID != "" && (tells(e.Course.Title, k.Title) || tells(e.Course.IRI, k.IRI))
}

func (k known) newMember(e web.Entry) bool {
	return e.Course.ID != "" && subjectOf(e) != "" && (k.IsLearner == nil || *k.IsLearner != e.IsLearner)
}

// newPlacement says that a resource link is new, or shows something else than before.
func (k known) newPlacement(e web.Entry) bool {
	p := e.Placement
	return p.LinkID != "" && (tells(p.Title, k.LinkTitle) || tells(p.LineItem, k.LineItem) || tells(p.Module, k.Module) || k.newShown(p))
}

// newShown says that the placement shows another part than before. A launch that names no framework says nothing about it.
func (k known) newShown(p web.Placement) bool {
	return k.Placement == nil || p.Framework != "" && (p.Framework != *k.Framework || p.Node != *k.Node || p.Archetype != *k.Archetype ||
		p.Activity != *k.Activity)
}

// isNew says that there is anything to write beside the session.
func (k known) isNew(e web.Entry) bool {
	return k.newAccount(e) || k.newName(e) || k.newClaims(e) || k.newCourse(e) || k.newMember(e) || k.newPlacement(e)
}

// merged is what an account proves from now on.
func (k known) merged(c learner.Claims) learner.Claims {
	c.Email, c.Username, c.SourcedID = last(c.Email, k.Email), last(c.Username, k.Username), last(c.SourcedID, k.SourcedID)
	return c
}
