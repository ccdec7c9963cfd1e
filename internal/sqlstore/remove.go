package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cairn/xapi"
)

// leavingRow is a statement that is to be taken out of the store.
type leavingRow struct {
	Pos      int64   `db:"pos"`
	ID       string  `db:"id"`
	Actor    int64   `db:"actor"`
	Object   int64   `db:"object"`
	Terms    string  `db:"terms"`
	RefersTo *string `db:"refers_to"`
	Void     int64   `db:"void"`

	Fingerprint []byte `db:"fingerprint"`
	Timestamp   int64  `db:"timestamp"`

	evidence bool // somebody's evidence rests on it
	ticks    bool // somebody's evidence ended when it was folded
	links    []link
}

func (r leavingRow) voids() bool { return voidState(r.Void) == voidDone }

// removal takes statements out of the store, with everything that hangs on them.
type removal struct {
	tx   *Tx
	rows []leavingRow
	// record says that a checkpoint keeps what the fold sees of a statement, which is of the terms those that show answers; void
	// that one keeps the void it did. id is what the checkpoint goes by.
	record, void func(leavingRow) bool
	show         func(term int64) bool
	id           func(leavingRow) string

	terms map[int64]bool // of the links that were removed
}

// begin locks the projection's cursor and the log, in that order, as the projector does; so nothing is folded or stored meanwhile.
// The cursor is answered as it stands.
func (t *Tx) beginRemoval(ctx context.Context) (pos, emitted int64, err error) {
	var at struct {
		Pos       int64
		EmitAfter int64 `db:"emit_after"`
	}
	if err := t.Get(ctx, &at, `UPDATE projection_cursor SET pos = pos RETURNING pos, emit_after`); err != nil {
		return 0, 0, fmt.Errorf("sqlstore: lock the cursor of the projection: %w", err)
	}
	if err := t.lockLog(ctx); err != nil {
		return 0, 0, err
	}
	var generation int64
	if err := t.Get(ctx, &generation, `SELECT generation FROM log_head`); err != nil {
		return 0, 0, fmt.Errorf("sqlstore: read the head of the log: %w", err)
	}
	if generation != t.generation {
		return 0, 0, errStale
	}
	return at.Pos, at.EmitAfter, nil
}

// leaving reads the statements at the positions that are there and were stored, or happened, before a time. Evidence of the learners in
// except is not looked at.
func (t *Tx) leaving(ctx context.Context, positions []int64, before time.Time, except []string) ([]leavingRow, error) {
	d := t.db.d
	var rows []leavingRow
	if err := t.Select(ctx, &rows, `SELECT pos, id, actor, object, terms, refers_to, void, fingerprint, timestamp FROM statement WHERE `+d.inInts("pos")+` AND (stored < ? OR timestamp < ?) ORDER BY pos`,
		d.list(nonNilInts(positions)), micros(before), micros(before)); err != nil {
		return nil, fmt.Errorf("sqlstore: read what is to be removed: %w", err)
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i], rows[i].links = r.ID, parseLinks(r.Terms)
	}
	var used []int64
	if err := t.Select(ctx, &used, `SELECT DISTINCT statement_pos FROM evidence WHERE `+d.in("statement_id")+` AND NOT `+d.in("learner"),
		d.list(ids), d.list(append([]string{}, except...))); err != nil {
		return nil, fmt.Errorf("sqlstore: look for evidence: %w", err)
	}
	ticks, err := t.ticks(ctx, positions, except)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		rows[i].evidence, rows[i].ticks = slices.Contains(used, rows[i].Pos), slices.Contains(ticks, rows[i].Pos)
	}
	return rows, nil
}

// ticks answers the positions, of these, at which evidence of somebody not in except ended.
func (t *Tx) ticks(ctx context.Context, positions []int64, except []string) (ticks []int64, err error) {
	d := t.db.d
	err = t.Select(ctx, &ticks, `SELECT DISTINCT pos FROM transition WHERE cause = 'expiry' AND `+d.inInts("pos")+` AND NOT `+d.in("learner"),
		d.list(nonNilInts(positions)), d.list(append([]string{}, except...)))
	return ticks, wrap(err, "look for what ended")
}

// run removes them.
func (r *removal) run(ctx context.Context) error {
	if len(r.rows) == 0 {
		return nil
	}
	for _, step := range []func(context.Context) error{r.removeLinks, r.keepCheckpoints, r.keepIDs, r.removeRows, r.removeContents} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *removal) positions() []int64 {
	out := make([]int64, len(r.rows))
	for i, row := range r.rows {
		out[i] = row.Pos
	}
	return out
}

// keepCheckpoints writes what the fold still has to see. A void is nobody's record, so its checkpoint does not say who; that of a time
// at which something ended says nothing but the time, like a statement of Cairn's own.
func (r *removal) keepCheckpoints(ctx context.Context) error {
	const columns, of = `INSERT INTO checkpoint (credential, ` + recordColumns + `) SELECT credential, pos, CAST(? AS TEXT), stored, timestamp, `, ` FROM statement WHERE pos = ?`
	for _, row := range r.rows {
		var err error
		switch {
		case r.record(row):
			_, err = r.tx.Exec(ctx, columns+`own, verb, actor, object, CAST(? AS TEXT), success, completion, score_milli, duration, refers_to, void, voided_pos`+of,
				r.id(row), formatLinks(r.kept(row)), row.Pos)
		case row.voids() && r.void(row):
			_, err = r.tx.Exec(ctx, columns+`own, 0, 0, 0, '', NULL, NULL, NULL, NULL, refers_to, void, voided_pos`+of, r.id(row), row.Pos)
		case row.ticks:
			_, err = r.tx.Exec(ctx, columns+`1, 0, 0, 0, '', NULL, NULL, NULL, NULL, NULL, 0, NULL`+of, r.id(row), row.Pos)
		}
		if err != nil {
			return fmt.Errorf("sqlstore: keep a checkpoint: %w", err)
		}
	}
	return nil
}

// tickOnly leaves nothing of a checkpoint but the time, as keepCheckpoints does; a condition follows.
const tickOnly = `UPDATE checkpoint SET own = 1, verb = 0, actor = 0, object = 0, terms = '', success = NULL, completion = NULL, score_milli = NULL,
	duration = NULL, refers_to = NULL, void = 0, voided_pos = NULL`

// kept is the links of a record that its checkpoint keeps.
func (r *removal) kept(row leavingRow) []link {
	return slices.DeleteFunc(slices.Clone(row.links), func(l link) bool {
		return !slices.Contains(foldedRoles, l.role) || !r.show(l.term) || l.role == xapi.RoleActor && l.term != row.Actor
	})
}

// keepIDs keeps the ids and what was under them known, as hashes.
func (r *removal) keepIDs(ctx context.Context) error {
	left := r.tx.db.departed.Load()
	hashes, contents, contentsAt := make([]string, len(r.rows)), make([]string, len(r.rows)), make([]string, len(r.rows))
	for i, row := range r.rows {
		hashes[i] = left.own(row.ID)
		contents[i], contentsAt[i] = left.content(row.Fingerprint, time.Time{}), left.content(row.Fingerprint, fromMicros(row.Timestamp))
	}
	insert := bulk{table: "gone", columns: []column{texts("hash", hashes), ints("pos", r.positions()), texts("content", contents), texts("content_at", contentsAt)}, suffix: " ON CONFLICT DO NOTHING"}
	return insert.later(ctx, r.tx, "keep the ids of what is removed")
}

func (r *removal) removeRows(ctx context.Context) error {
	d := r.tx.db.d
	positions := d.list(r.positions())
	for _, table := range []string{"forward_dead", "statement"} {
		if _, err := r.tx.Exec(ctx, `DELETE FROM `+table+` WHERE `+d.inInts("pos"), positions); err != nil {
			return fmt.Errorf("sqlstore: remove statements: %w", err)
		}
	}
	return nil
}

// removeContents removes the data of attachments that no other statement came with.
func (r *removal) removeContents(ctx context.Context) error {
	d := r.tx.db.d
	positions := d.list(r.positions())
	var hashes []string
	if err := r.tx.Select(ctx, &hashes, `SELECT DISTINCT hash FROM statement_attachment WHERE `+d.inInts("pos"), positions); err != nil || len(hashes) == 0 {
		return wrap(err, "look for attachments")
	}
	if _, err := r.tx.Exec(ctx, `DELETE FROM statement_attachment WHERE `+d.inInts("pos"), positions); err != nil {
		return fmt.Errorf("sqlstore: remove attachments: %w", err)
	}
	_, err := r.tx.Exec(ctx, `DELETE FROM attachment WHERE `+d.in("hash")+` AND NOT EXISTS (SELECT 1 FROM statement_attachment s WHERE s.hash = attachment.hash)`,
		d.list(hashes))
	return wrap(err, "remove the data of attachments")
}

func nonNilInts(v []int64) []int64 { return append([]int64{}, v...) }

// blankTerms takes the identifiers of these kinds out of the store that nothing names any more, with what was said of them; the rows
// stay, so that their ids are never given to others.
func (t *Tx) blankTerms(ctx context.Context, terms map[int64]bool, kinds ...xapi.TermKind) error {
	ids, d := make([]int64, 0, len(terms)), t.db.d
	for id := range terms {
		ids = append(ids, id)
	}
	in := strings.Repeat(", ?", len(kinds))[2:]
	args := []any{d.list(ids)}
	for _, k := range kinds {
		args = append(args, int64(k))
	}
	var alone []int64
	if err := t.Select(ctx, &alone, `SELECT id FROM term WHERE `+d.inInts("id")+` AND kind IN (`+in+`) AND value NOT LIKE ? ESCAPE '!' AND
		NOT EXISTS (SELECT 1 FROM statement_link l WHERE l.term = term.id) AND NOT EXISTS (SELECT 1 FROM credential_authority c WHERE c.term = term.id)`,
		append(args, blank+"%")...); err != nil {
		return fmt.Errorf("sqlstore: look for identifiers without statements: %w", err)
	}
	if len(alone) == 0 {
		return nil
	}
	list := d.list(alone)
	for _, query := range []string{
		`DELETE FROM activity_seen WHERE activity IN (SELECT value FROM term WHERE kind = 2 AND ` + d.inInts("id") + `)`,
		`DELETE FROM activity WHERE ` + d.inInts("term"),
	} {
		if _, err := t.Exec(ctx, query, list); err != nil {
			return fmt.Errorf("sqlstore: forget activities: %w", err)
		}
	}
	if _, err := t.Exec(ctx, `UPDATE term SET value = CAST(? AS TEXT) || CAST(id AS TEXT), whole = NULL WHERE `+d.inInts("id"), blank, list); err != nil {
		return fmt.Errorf("sqlstore: blank identifiers: %w", err)
	}
	return t.newGeneration(ctx)
}

// blank begins the value of an identifier that was blanked; no stored value does (storedValue).
const blank = "\x01e"
