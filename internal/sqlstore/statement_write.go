package sqlstore

import (
	"context"
	"slices"
	"time"

	"cairn/xapi"
)

// write gives positions to the accepted rows and writes them with everything that belongs to them.
func (in *intake) write(ctx context.Context) error {
	first, stored, err := in.tx.advance(ctx, len(in.accepted)) // before ids are looked up: it tells when they are stale
	if err != nil {
		return err
	}
	ids, err := in.intern(ctx)
	if err != nil {
		return err
	}
	for i, n := range in.accepted {
		n.pos = first + int64(i)
		for _, t := range n.new.Terms {
			n.terms = append(n.terms, link{t.Role, ids[term{t.Role.Kind(), n.shown(t.Value)}]})
		}
	}
	if err := in.writeStatements(ctx, stored); err != nil {
		return err
	}
	if err := in.writeLinks(ctx); err != nil {
		return err
	}
	if err := in.writeAttachments(ctx); err != nil {
		return err
	}
	if err := in.writeVoids(ctx); err != nil {
		return err
	}
	if err := in.writeActivities(ctx, ids); err != nil {
		return err
	}
	return in.writeAuthorities(ctx)
}

// intern finds the ids of all identifiers of the accepted rows.
func (in *intake) intern(ctx context.Context) (map[term]int64, error) {
	ids := map[term]int64{}
	for _, n := range in.accepted {
		for _, t := range n.new.Terms {
			ids[term{t.Role.Kind(), n.shown(t.Value)}] = 0
		}
		for _, d := range n.new.Definitions {
			ids[term{xapi.TermActivity, d.Activity}] = 0
		}
	}
	return ids, in.tx.db.terms.intern(ctx, in.tx, ids)
}

// actor answers who did it, 0 when a Group did: only Agents name people (settled question 2).
func (n *row) actor() int64 {
	if n.new.ByGroup {
		return 0
	}
	return n.only(xapi.RoleActor)
}

// only answers the one term with the role, 0 when there is none or more than one.
func (n *row) only(role xapi.Role) (id int64) {
	for _, l := range n.terms {
		if l.role != role {
			continue
		}
		if id != 0 {
			return 0
		}
		id = l.term
	}
	return id
}

// writtenAtOnce is how many rows of statements are held in memory as they are written.
const writtenAtOnce = 500

// writeStatements inserts the rows of the table statement.
func (in *intake) writeStatements(ctx context.Context, stored time.Time) error {
	for some := range slices.Chunk(in.accepted, writtenAtOnce) {
		rows := newStatementRows(len(some))
		for i, n := range some {
			rows.set(i, n, stored)
		}
		if err := rows.insert().later(ctx, in.tx, "store statements"); err != nil {
			return err
		}
		if len(some) == writtenAtOnce {
			if err := in.tx.Send(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// statementRows is rows of the table statement, column by column.
type statementRows struct {
	id, credential, terms                                  []string
	pos, stored, timestamp, own, verb, actor, object, void []int64
	success, completion, score, duration, voidedPos        []*int64
	refersTo                                               []*string
	fingerprint, body                                      [][]byte
}

func newStatementRows(n int) *statementRows {
	s, i, o := func() []string { return make([]string, n) }, func() []int64 { return make([]int64, n) }, func() []*int64 { return make([]*int64, n) }
	return &statementRows{id: s(), credential: s(), terms: s(),
		pos: i(), stored: i(), timestamp: i(), own: i(), verb: i(), actor: i(), object: i(), void: i(),
		success: o(), completion: o(), score: o(), duration: o(), voidedPos: o(),
		refersTo: make([]*string, n), fingerprint: make([][]byte, n), body: make([][]byte, n)}
}

// set fills row i.
func (r *statementRows) set(i int, n *row, stored time.Time) {
	p := n.new
	r.pos[i], r.id[i], r.credential[i], r.body[i] = n.pos, p.ID, n.credential, withoutAgents(p.JSON(stored), n.hidden)
	r.stored[i], r.timestamp[i] = micros(stored), micros(p.Timestamp)
	if p.Timestamp.IsZero() {
		r.timestamp[i] = r.stored[i]
	}
	r.own[i], r.void[i] = *flag(&n.own), int64(n.void)
	r.verb[i], r.actor[i], r.object[i] = n.only(xapi.RoleVerb), n.actor(), n.only(xapi.RoleObject)
	r.terms[i], r.fingerprint[i] = formatLinks(n.terms), n.fingerprint
	r.success[i], r.completion[i] = flag(p.Outcome.Success), flag(p.Outcome.Completion)
	if p.Outcome.ScoreMilli != nil {
		r.score[i] = new(int64(*p.Outcome.ScoreMilli))
	}
	if p.Outcome.Duration != nil {
		r.duration[i] = new(p.Outcome.Duration.Nanoseconds())
	}
	if p.RefersTo != "" {
		r.refersTo[i] = &p.RefersTo
	}
	if n.voidedBy != nil {
		r.voidedPos[i] = &n.voidedBy.pos
	}
}

// insert is the statement that writes all rows. The largest column stands first: the buffers of the driver grow with it once.
func (r *statementRows) insert() bulk {
	return bulk{table: "statement", columns: []column{documents("body", r.body), ints("pos", r.pos), texts("id", r.id), ints("stored", r.stored), ints("timestamp", r.timestamp),
		texts("credential", r.credential), ints("own", r.own), ints("verb", r.verb), ints("actor", r.actor), ints("object", r.object),
		texts("terms", r.terms), optionalInts("success", r.success), optionalInts("completion", r.completion), optionalInts("score_milli", r.score),
		optionalInts("duration", r.duration), blobs("fingerprint", r.fingerprint), optionalTexts("refers_to", r.refersTo), ints("void", r.void),
		optionalInts("voided_pos", r.voidedPos)}}
}

// flag is a boolean as it is stored: 1, 0, or nothing.
func flag(b *bool) *int64 {
	switch {
	case b == nil:
		return nil
	case *b:
		return new(int64(1))
	}
	return new(int64(0))
}
