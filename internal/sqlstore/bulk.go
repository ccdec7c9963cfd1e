package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"cairn/internal/pipeline"
	"cairn/xapi"
	"cairn/xapi/lrs"
)

// The bounds of one page of what leaves the log.
const (
	outgoingWindow = 10_000  // positions that one query looks at
	outgoingBytes  = 4 << 20 // of statements held at once; one that is larger comes alone
)

// Outgoing answers up to limit statements after a position and not beyond upTo that the selection takes, in order. through is how
// far the log was looked at: the position to go on after.
func (s *Store) Outgoing(ctx context.Context, sel pipeline.Selection, after, upTo int64, limit int) (out []pipeline.Outgoing, through int64, err error) {
	whole := upTo
	after, upTo, err = s.between(ctx, sel, after, upTo)
	if err != nil {
		return nil, after, fmt.Errorf("sqlstore: find the bounds of what leaves the log: %w", err)
	}
	o := outgoing{Selection: sel, limit: limit}
	if none, err := s.named(ctx, &o); err != nil || none {
		return nil, whole, err
	}
	for after < upTo && !o.full() {
		window := min(upTo, after+outgoingWindow)
		if after, err = s.leave(ctx, &o, after, window); err != nil {
			return nil, after, fmt.Errorf("sqlstore: read what leaves the log: %w", err)
		}
	}
	if after >= upTo { // what is left lies after the time until which
		after = whole
	}
	return o.found, after, nil
}

// outgoing is a page that is being read.
type outgoing struct {
	pipeline.Selection
	limit       int
	verb, agent int64 // terms
	found       []pipeline.Outgoing
	bytes       int
}

func (o *outgoing) full() bool { return len(o.found) >= o.limit || o.bytes >= outgoingBytes }

// between narrows the positions by the times of the selection.
func (s *Store) between(ctx context.Context, sel pipeline.Selection, after, upTo int64) (int64, int64, error) {
	if !sel.Since.IsZero() {
		last, err := s.lastAt(ctx, sel.Since)
		if err != nil {
			return after, upTo, err
		}
		after = max(after, last)
	}
	if !sel.Until.IsZero() {
		last, err := s.lastAt(ctx, sel.Until)
		if err != nil {
			return after, upTo, err
		}
		upTo = min(upTo, last)
	}
	return after, upTo, nil
}

// named finds the terms of the selection; none is true when no statement has one of them.
func (s *Store) named(ctx context.Context, o *outgoing) (none bool, err error) {
	if o.Verb != "" {
		if o.verb, err = s.terms.id(ctx, term{xapi.TermVerb, o.Verb}); err != nil || o.verb == 0 {
			return true, err
		}
	}
	if o.Agent != "" {
		if o.agent, err = s.terms.id(ctx, term{xapi.TermAgent, o.Agent}); err != nil || o.agent == 0 {
			return true, err
		}
	}
	return false, nil
}

// leave reads one window, and answers how far it came.
func (s *Store) leave(ctx context.Context, o *outgoing, after, upTo int64) (int64, error) {
	text, args := o.query(after, upTo)
	rows, err := s.DB.Query(ctx, text, args...)
	if err != nil {
		return after, err
	}
	defer rows.Close() //nolint:errcheck // Err says all
	for rows.Next() {
		one, takes, err := o.scan(rows)
		if err != nil {
			return after, err
		}
		after = one.Pos
		if !takes {
			continue
		}
		o.found, o.bytes = append(o.found, one), o.bytes+len(one.JSON)
		if o.full() {
			return after, nil
		}
	}
	if err := rows.Err(); err != nil {
		return after, translate(err)
	}
	return upTo, nil
}

// query is for one window. t is the target of a statement s that voids, where it is there, and k what is left of it where it was purged. What was voided on arrival does not leave
// by a selection: the statement that voids it may have been passed over before its target was known.
func (o *outgoing) query(after, upTo int64) (string, []any) {
	var b queryText
	b.add(`SELECT s.pos, s.id, s.stored, s.void, s.body, COALESCE(m.value, ''), m.whole, COALESCE(n.value, ''), n.whole
		FROM statement s LEFT JOIN statement t ON s.void <> 0 AND t.id = s.refers_to LEFT JOIN checkpoint k ON s.void <> 0 AND k.id = s.refers_to
		LEFT JOIN term m ON m.id = s.object LEFT JOIN term n ON n.id = COALESCE(t.object, k.object) WHERE s.pos > ? AND s.pos <= ?`, after, upTo)
	if o.Narrows() {
		b.add(` AND (s.voided_pos IS NULL OR s.voided_pos > s.pos)`)
	}
	if o.verb != 0 {
		b.add(` AND (s.verb = ? OR t.verb = ? OR k.verb = ?)`, o.verb, o.verb, o.verb)
	}
	if o.Own {
		b.add(` AND (s.own = 1 OR t.own = 1 OR k.own = 1)`)
	}
	if o.NotBy != "" {
		b.add(` AND s.credential <> ?`, o.NotBy)
	}
	if o.agent != 0 { // links of a statement that refers to another are that one's too
		b.add(` AND EXISTS (SELECT 1 FROM statement_link x WHERE x.term = ? AND x.role IN (?, ?) AND x.pos = s.pos)`,
			o.agent, int64(xapi.RoleActor), int64(xapi.RoleObjectAgent))
	}
	b.add(` ORDER BY s.pos`)
	if o.Activity == "" { // else some rows are not taken
		b.add(` LIMIT ?`, o.limit-len(o.found))
	}
	return b.text.String(), b.args
}

func (o *outgoing) scan(rows *sqlx.Rows) (one pipeline.Outgoing, takes bool, err error) {
	var stored, void int64
	var object, target string
	var objectWhole, targetWhole *string
	if err = rows.Scan(&one.Pos, &one.ID, &stored, &void, &one.JSON, &object, &objectWhole, &target, &targetWhole); err != nil {
		return one, false, err
	}
	one.Stored, one.Voids = fromMicros(stored), voidState(void) != voidsNothing
	takes = o.Activity == "" || o.TakesActivity(givenValue(object, objectWhole)) || o.TakesActivity(givenValue(target, targetWhole))
	return one, takes, nil
}

// OutgoingData answers the data that came with the statement at a position, in order of SHA2.
func (s *Store) OutgoingData(ctx context.Context, pos int64) ([]pipeline.Data, error) {
	all, err := s.AttachmentData(ctx, []int64{pos})
	if err != nil {
		return nil, err
	}
	out := make([]pipeline.Data, len(all))
	for i, a := range all {
		out[i] = pipeline.Data{SHA2: a.SHA2, Content: a.Content}
	}
	return out, nil
}

// AddEach stores every statement that can be stored, in one transaction and in order, and says of each what became of it. It
// returns once they are durable; an error means that none was stored.
func (s *Store) AddEach(ctx context.Context, by lrs.Credential, batch []xapi.Prepared) (added []pipeline.Added, err error) {
	err = s.write(ctx, func(tx *Tx) error {
		added, err = tx.addEach(ctx, by, batch)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: store %d statements one by one: %w", len(batch), err)
	}
	return added, nil
}

func (t *Tx) addEach(ctx context.Context, by lrs.Credential, batch []xapi.Prepared) ([]pipeline.Added, error) {
	if err := t.lockLog(ctx); err != nil {
		return nil, err
	}
	ids, requests := make([]string, len(batch)), make([]*request, len(batch))
	for i := range batch {
		ids[i], requests[i] = batch[i].ID, &request{by: by, batch: batch[i : i+1]}
	}
	var had []string
	if err := t.Select(ctx, &had, `SELECT id FROM statement WHERE `+t.db.d.in("id"), t.db.d.list(ids)); err != nil {
		return nil, fmt.Errorf("look for the same ids: %w", err)
	}
	if err := t.admit(ctx, requests); err != nil {
		return nil, err
	}
	slices.Sort(had)
	there := map[string]bool{}
	added := make([]pipeline.Added, len(batch))
	for i, r := range requests {
		_, before := slices.BinarySearchFunc(had, ids[i], strings.Compare)
		added[i] = pipeline.Added{Known: r.err == nil && r.drop == 0 && (before || there[ids[i]]), Dropped: r.err == nil && r.drop > 0, Err: r.err}
		there[ids[i]] = there[ids[i]] || r.err == nil
	}
	return added, nil
}
