package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"cairn/xapi"
)

// What becomes of a statement that names somebody who is erased is decided by where it names them:
//
//	actor, or Agent as object         it is about them: removed
//	member of a Group with others     it is about others too: nobody stands in their place
//	instructor, team, contextAgents,  it is about somebody else: the same
//	any Agent in a SubStatement
//	authority                         a credential and no person: left

// erasingPart is the statements of one transaction of an erasure.
type erasingPart struct {
	*erasing
	tx                          *Tx
	loose                       map[int64]bool // terms whose links were removed
	removed, named, checkpoints int64
	replay                      bool
}

func (e *erasingPart) run(ctx context.Context, positions []int64) error {
	if _, _, err := e.tx.beginRemoval(ctx); err != nil {
		return err
	}
	rows, err := e.tx.leaving(ctx, positions, e.before, e.Learners)
	if err != nil {
		return err
	}
	var about, named []leavingRow
	for _, r := range rows {
		switch e.stands(r.links) {
		case standsInMiddle:
			about = append(about, r)
		case standsAround:
			named = append(named, r)
		}
	}
	e.removed, e.named = int64(len(about)), int64(len(named))
	for _, step := range []func() error{
		func() error { return e.remove(ctx, about) },
		func() error { return e.hide(ctx, named) },
		func() error { return e.forgetCheckpoints(ctx, positions) },
		func() error {
			return e.tx.blankTerms(ctx, e.loose, xapi.TermActivity, xapi.TermAgent, xapi.TermRegistration)
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	if e.replay {
		return e.tx.reset(ctx)
	}
	return nil
}

// standing is where a statement names a person.
type standing int

const (
	standsNowhere  standing = iota // it only refers to a statement that names them
	standsAround                   // it is about somebody else
	standsInMiddle                 // it is about them
)

func (e *erasing) stands(links []link) standing {
	found := standsNowhere
	others := map[xapi.Role]bool{}
	for _, l := range links {
		others[l.role] = others[l.role] || !e.terms[l.term]
	}
	for _, l := range links {
		switch {
		case !e.terms[l.term] || l.role == xapi.RoleAuthority:
		case centred(l.role) && !others[l.role]:
			return standsInMiddle
		default:
			found = standsAround
		}
	}
	return found
}

// remove takes statements away. Evidence of others on one stays as a checkpoint, unless the person did it: then it was theirs by a
// link that is gone, and the projection is folded anew.
func (e *erasingPart) remove(ctx context.Context, rows []leavingRow) error {
	mine := func(r leavingRow) bool { return e.terms[r.Actor] }
	var ids []string
	for _, r := range rows {
		e.replay = e.replay || r.evidence && mine(r)
		if !r.evidence || mine(r) {
			ids = append(ids, r.ID)
		}
	}
	left := e.store.departed.Load()
	r := removal{tx: e.tx, rows: rows, terms: e.loose,
		record: func(r leavingRow) bool { return r.evidence && !mine(r) },
		void:   func(leavingRow) bool { return true },
		show:   func(term int64) bool { return !e.terms[term] },
		id: func(r leavingRow) string {
			if r.evidence && !mine(r) {
				return r.ID // a void may still come
			}
			return left.own(r.ID)
		},
	}
	if err := r.run(ctx); err != nil {
		return err
	}
	_, err := e.tx.Exec(ctx, `DELETE FROM evidence_retraction WHERE `+e.tx.db.d.in("statement_id"), e.tx.db.d.list(append([]string{}, ids...)))
	return wrap(err, "forget retractions")
}

// hide puts nobody in the person's place.
func (e *erasingPart) hide(ctx context.Context, rows []leavingRow) error {
	if len(rows) == 0 {
		return nil
	}
	hidden := map[string]bool{}
	for _, agent := range e.Agents {
		hidden[agent] = true
	}
	who := term{xapi.TermAgent, nobody.Key()}
	ids := map[term]int64{who: 0}
	if err := e.tx.db.terms.intern(ctx, e.tx, ids); err != nil {
		return err
	}
	for _, r := range rows {
		if err := e.hideOne(ctx, r, hidden, ids[who]); err != nil {
			return err
		}
	}
	return nil
}

func (e *erasingPart) hideOne(ctx context.Context, r leavingRow, hidden map[string]bool, nobody int64) error {
	var body []byte
	if err := e.tx.Get(ctx, &body, `SELECT body FROM statement WHERE pos = ?`, r.Pos); err != nil {
		return fmt.Errorf("sqlstore: read a statement: %w", err)
	}
	var links, gone []link
	for _, l := range r.links {
		if e.terms[l.term] && l.role != xapi.RoleAuthority {
			gone = append(gone, l)
			l.term = nobody
		}
		if !slices.Contains(links, l) {
			links = append(links, l)
		}
	}
	if _, err := e.tx.Exec(ctx, `UPDATE statement SET body = ?, terms = ? WHERE pos = ?`, string(withoutAgents(body, hidden)), formatLinks(links), r.Pos); err != nil {
		return fmt.Errorf("sqlstore: hide a person in a statement: %w", err)
	}
	out, err := e.tx.referredLinks(ctx, map[string][]link{r.ID: gone})
	if err != nil {
		return err
	}
	for _, l := range gone {
		out = append(out, placed{l, r.Pos})
		e.loose[l.term] = true
		if _, err := e.tx.Exec(ctx, `INSERT INTO statement_link (term, role, pos) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, nobody, int64(l.role), r.Pos); err != nil {
			return fmt.Errorf("sqlstore: hide a person in a statement: %w", err)
		}
	}
	return e.tx.deleteLinks(ctx, out)
}
