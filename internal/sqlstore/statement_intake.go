package sqlstore

import (
	"context"
	"slices"
	"time"

	"cairn/xapi"
	"cairn/xapi/lrs"
)

// request is one call of Add: all of its statements are stored, or none.
type request struct {
	by    lrs.Credential
	own   bool // written by Cairn itself, in the projector's transaction
	batch []xapi.Prepared
	drop  int64 // how many of it are answered as stored, and dropped
	err   error // why it was refused; nil when it is stored
}

// row is a statement as the intake sees it: stored already, or about to be.
type row struct {
	id          string
	pos         int64 // given when the row is written, for a new one
	credential  string
	fingerprint []byte
	timestamp   time.Time // of a stored one
	refersTo    string
	void        voidState
	voidedPos   int64
	voidedBy    *row // new voider of it, nil when none
	terms       []link
	new         *xapi.Prepared // nil for a stored one
	own         bool
	checkpoint  bool            // what is left of one that was purged
	hidden      map[string]bool // keys of agents that were erased: others stand in their place
}

// intake decides about requests one after the other, as if each had a transaction of its own, and writes what was accepted in
// one go. It works on rows read under the log's lock.
type intake struct {
	tx        *Tx
	byID      map[string]*row
	referrers map[string][]*row  // by the id they refer to, in order of position
	accepted  []*row             // new rows, in order
	gone      map[string]goneRow // by ids that were in the log once
}

// admit decides and writes. An error is unexpected, and undoes all; refusals stand in the requests.
func (t *Tx) admit(ctx context.Context, requests []*request) error {
	if err := t.askHead(ctx); err != nil {
		return err
	}
	in := &intake{tx: t, byID: map[string]*row{}, referrers: map[string][]*row{}}
	if err := in.load(ctx, requests); err != nil {
		return err
	}
	for _, r := range requests {
		r.drop, r.err = 0, nil
		if r.err = in.decide(r); r.err == nil && r.drop > 0 {
			t.AfterCommit(func() { t.db.dropped.Add(r.drop) })
		}
	}
	if len(in.accepted) == 0 {
		return nil
	}
	return in.write(ctx)
}

// decide accepts a request whole, or refuses it and leaves no trace of it.
func (in *intake) decide(r *request) error {
	var undo []func()
	before := len(in.accepted)
	for i := range r.batch {
		p := &r.batch[i]
		if was, ok := in.gone[p.ID]; ok {
			if !in.dropsGone(r, p, was) {
				return in.refuse(before, undo, &lrs.ConflictError{ID: p.ID})
			}
			r.drop++
			continue
		}
		if same, ok := in.byID[p.ID]; ok {
			if p.Equals(same.fingerprint, same.timestamp) {
				continue
			}
			return in.refuse(before, undo, &lrs.ConflictError{ID: p.ID})
		}
		hidden, drop := in.tx.db.departed.Load().keepsOut(p)
		if drop {
			r.drop++
			continue
		}
		n := &row{id: p.ID, hidden: hidden, credential: r.by.ID, fingerprint: p.Fingerprint[:], refersTo: p.RefersTo, new: p, own: r.own}
		voided, err := in.judgeVoid(n, slices.Contains(r.by.Scopes, lrs.ScopeAll))
		if err != nil {
			return in.refuse(before, undo, err)
		}
		in.accept(n)
		undo = append(undo, func() { in.forget(n, voided) })
	}
	if err := in.checkLinks(in.accepted[before:]); err != nil {
		return in.refuse(before, undo, err)
	}
	return nil
}

// dropsGone says that a statement with the id of one that is gone is dropped: the same again, one that the tombstones keep out, or one
// of Cairn itself, whose ids say what they are about. Any other is refused, as beside a stored one.
func (in *intake) dropsGone(r *request, p *xapi.Prepared, was goneRow) bool {
	left := in.tx.db.departed.Load()
	if r.own || was.same(left, p) {
		return true
	}
	_, drop := left.keepsOut(p)
	return drop
}

// accept adds a new row; one that waited for it may void it.
func (in *intake) accept(n *row) {
	in.byID[n.id] = n
	in.accepted = append(in.accepted, n)
	if n.refersTo != "" {
		in.referrers[n.refersTo] = append(in.referrers[n.refersTo], n)
	}
	in.voidOnArrival(n)
}

// forget takes back what accept and judgeVoid did for the last row accepted.
func (in *intake) forget(n, voided *row) {
	delete(in.byID, n.id)
	if n.refersTo != "" {
		refs := in.referrers[n.refersTo]
		in.referrers[n.refersTo] = refs[:len(refs)-1]
	}
	if voided != nil {
		voided.voidedBy = nil
	}
}

func (in *intake) refuse(before int, undo []func(), err error) error {
	for _, f := range slices.Backward(undo) {
		f()
	}
	in.accepted = in.accepted[:before]
	return err
}

// storedRow is a row of the table statement as far as decisions need it.
type storedRow struct {
	ID          string  `db:"id"`
	Pos         int64   `db:"pos"`
	Credential  string  `db:"credential"`
	Fingerprint []byte  `db:"fingerprint"`
	Timestamp   int64   `db:"timestamp"`
	RefersTo    *string `db:"refers_to"`
	Void        int64   `db:"void"`
	VoidedPos   *int64  `db:"voided_pos"`
	Terms       string  `db:"terms"`
	Checkpoint  bool    `db:"checkpoint"`
}

const (
	storedColumns     = `id, pos, credential, fingerprint, timestamp, refers_to, void, voided_pos, terms, false AS checkpoint`
	checkpointColumns = `id, pos, credential, CAST('' AS bytea) AS fingerprint, timestamp, refers_to, void, voided_pos, terms, true AS checkpoint`
)

// The bounds of how far references are followed. What is further away does not make a filter match.
const (
	referenceDepth = 16      // statements that refer to one that refers to ...
	referenceMost  = 10_000  // statements that waited for those of one transaction
	linksMost      = 250_000 // links by references that one request may need
)

// load reads every stored row the requests touch: the same ids, what they refer to (and that in turn), and what has waited for
// them. Mostly there is nothing, and one query says so.
func (in *intake) load(ctx context.Context, requests []*request) error {
	var ids, targets []string
	for _, r := range requests {
		for i := range r.batch {
			ids = append(ids, r.batch[i].ID)
			if to := r.batch[i].RefersTo; to != "" {
				targets = append(targets, to)
			}
		}
	}
	var gone []goneRow
	if err := in.askGone(ctx, ids, &gone); err != nil {
		return err
	}
	up, down := slices.Concat(ids, targets), ids
	seen := map[string]bool{}
	for depth := 0; depth < referenceDepth && len(up)+len(down) > 0; depth++ {
		rows, err := in.read(ctx, up, down)
		if err != nil {
			return err
		}
		asked := make(map[string]bool, len(down))
		for _, id := range down {
			asked[id] = true
		}
		up, down = nil, nil
		for _, r := range rows {
			if in.byID[r.id] == nil {
				in.add(r)
			}
			if r.refersTo != "" && in.byID[r.refersTo] == nil {
				up = append(up, r.refersTo)
			}
			if asked[r.refersTo] && !seen[r.id] && len(seen) < referenceMost {
				seen[r.id] = true
				down = append(down, r.id)
			}
		}
	}
	in.knowGone(ids, gone)
	return nil
}

// add keeps a stored row. Rows come in order of position.
func (in *intake) add(r *row) {
	in.byID[r.id] = r
	if r.refersTo != "" {
		in.referrers[r.refersTo] = append(in.referrers[r.refersTo], r)
	}
}

// read finds the stored rows with these ids and those that refer to the others.
func (in *intake) read(ctx context.Context, ids, referred []string) ([]*row, error) {
	d := in.tx.db.d
	query := d.byKey(storedColumns, "statement", "id") + ` UNION ALL ` + d.byKey(storedColumns, "statement", "refers_to")
	args := []any{d.list(ids), d.list(referred)}
	if in.tx.db.departed.Load().gone { // what is left of purged ones may still be voided
		query += ` UNION ALL ` + d.byKey(checkpointColumns, "checkpoint", "id")
		args = append(args, d.list(ids))
	}
	var found []storedRow
	if err := in.tx.Ask(ctx, "look for statements with the same ids", &found, query+` ORDER BY pos`, args...); err != nil {
		return nil, err
	}
	if err := in.tx.Send(ctx); err != nil {
		return nil, err
	}
	found = slices.CompactFunc(found, func(a, b storedRow) bool { return a.ID == b.ID }) // with the id, and referring
	rows := make([]*row, len(found))
	for i, f := range found {
		rows[i] = &row{id: f.ID, pos: f.Pos, credential: f.Credential, fingerprint: f.Fingerprint, timestamp: fromMicros(f.Timestamp), checkpoint: f.Checkpoint, void: voidState(f.Void), terms: parseLinks(f.Terms)}
		if f.RefersTo != nil {
			rows[i].refersTo = *f.RefersTo
		}
		if f.VoidedPos != nil {
			rows[i].voidedPos = *f.VoidedPos
		}
	}
	return rows, nil
}
