package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"cairn/mapping"
)

// work is a batch in the making: the rows made so far, laid over what the projection holds, so that each entry is folded on
// top of the ones before it, just as if every entry were a batch of its own.
type work struct {
	ctx      context.Context
	p        *Projector
	st       *state
	batch    Batch
	ledger   map[Pair][]LedgerRow // of the pairs that were evaluated: read, then added to
	counted  map[Pair]map[counting]bool
	progress map[Pair]mapping.Progress
	kept     map[Pair]bool      // whose progress changed
	looks    map[Pair]time.Time // when those that were settled have to be looked at again
	added    []LedgerRow
	addedOf  map[Pair][]int            // places in added
	voided   map[string]bool           // statement ids
	scored   map[string]bool           // learners
	endorsed map[Pair][]EndorsementRow // of the pairs that were asked for
	renewed  map[Pair]renewal          // to be settled, see need
	at       time.Time                 // the date at which pairs are settled
}

func (p *Projector) newWork(ctx context.Context, st *state) *work {
	w := &work{ctx: ctx, p: p, st: st}
	w.begin()
	return w
}

// begin begins a batch where the last one ended.
func (w *work) begin() {
	w.batch = Batch{From: w.st.cursor.Pos, Holder: w.p.cfg.Holder}
	w.ledger, w.counted, w.progress = map[Pair][]LedgerRow{}, map[Pair]map[counting]bool{}, map[Pair]mapping.Progress{}
	w.kept, w.looks = map[Pair]bool{}, map[Pair]time.Time{}
	w.added, w.addedOf, w.voided, w.scored = nil, map[Pair][]int{}, map[string]bool{}, map[string]bool{}
	w.endorsed, w.renewed = map[Pair][]EndorsementRow{}, map[Pair]renewal{}
}

// finish completes the batch up to a position.
func (w *work) finish(to int64) Batch {
	w.batch.To = to
	for _, pair := range sortedPairs(w.kept) {
		w.batch.Progress = append(w.batch.Progress, w.progress[pair])
		if at := w.looks[pair]; !at.IsZero() {
			w.batch.Due = append(w.batch.Due, Due{pair, at})
		}
	}
	for l := range w.scored {
		w.batch.Scored = append(w.batch.Scored, l)
	}
	slices.Sort(w.batch.Scored)
	w.batch.Evidence = w.added
	return w.batch
}

// rows answers the ledger of a pair as it stands now: what the projection holds, and what this batch added.
func (w *work) rows(pair Pair) ([]LedgerRow, error) {
	if rows, ok := w.ledger[pair]; ok {
		return rows, nil
	}
	rows, err := w.p.cfg.Projection.Ledger(w.ctx, pair)
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	for _, i := range w.addedOf[pair] {
		rows = append(rows, w.added[i])
	}
	for i := range rows {
		rows[i].Evidence.Voided = rows[i].Evidence.Voided || w.voided[rows[i].Evidence.Record.StatementID]
	}
	rows = slices.DeleteFunc(rows, func(r LedgerRow) bool { return w.isUnlinked(r.LinkPos) })
	w.ledger[pair] = rows
	return rows, nil
}

func (w *work) isUnlinked(linkPos int64) bool {
	return slices.ContainsFunc(w.batch.Unlinked, func(u Unlinked) bool { return u.LinkPos == linkPos })
}

// record adds a row to the ledger.
func (w *work) record(row LedgerRow) {
	w.addedOf[row.Pair] = append(w.addedOf[row.Pair], len(w.added))
	w.added = append(w.added, row)
	if rows, read := w.ledger[row.Pair]; read {
		w.ledger[row.Pair] = append(rows, row)
	}
}

// pairsWhere answers the pairs with a row that passes: those of the projection, asked by ask, and those added in this batch.
func (w *work) pairsWhere(ask func() ([]Pair, error), added func(LedgerRow) bool) (map[Pair]bool, error) {
	found, err := ask()
	if err != nil {
		return nil, fmt.Errorf("find whom it touches: %w", err)
	}
	pairs := map[Pair]bool{}
	for _, pair := range found {
		pairs[pair] = true
	}
	for _, row := range w.added {
		if added(row) {
			pairs[row.Pair] = true
		}
	}
	return pairs, nil
}

func (w *work) pairsOfStatement(id string) (map[Pair]bool, error) {
	return w.pairsWhere(
		func() ([]Pair, error) { return w.p.cfg.Projection.LedgerOf(w.ctx, id, "", 0) },
		func(r LedgerRow) bool { return r.Evidence.Record.StatementID == id })
}

func (w *work) pairsOfAlignment(id string) (map[Pair]bool, error) {
	return w.pairsWhere(
		func() ([]Pair, error) { return w.p.cfg.Projection.LedgerOf(w.ctx, "", id, 0) },
		func(r LedgerRow) bool { return r.Evidence.Alignment == id })
}

func (w *work) pairsOfLink(pos int64) (map[Pair]bool, error) {
	return w.pairsWhere(
		func() ([]Pair, error) { return w.p.cfg.Projection.LedgerOf(w.ctx, "", "", pos) },
		func(r LedgerRow) bool { return r.LinkPos == pos })
}

// current answers the progress of a pair as it stands now.
func (w *work) current(pair Pair) (mapping.Progress, error) {
	if pr, ok := w.progress[pair]; ok {
		return pr, nil
	}
	pr, err := w.p.cfg.Projection.Progress(w.ctx, pair)
	if err != nil {
		return pr, fmt.Errorf("read progress: %w", err)
	}
	pr.Learner, pr.Capability = pair.Learner, pair.Capability
	w.progress[pair] = pr
	return pr, nil
}

// sortedPairs answers the keys in a fixed order: nothing depends on the order of a map.
func sortedPairs[V any](m map[Pair]V) []Pair {
	out := make([]Pair, 0, len(m))
	for pair := range m {
		out = append(out, pair)
	}
	slices.SortFunc(out, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(a.Learner, b.Learner), cmp.Compare(a.Capability, b.Capability))
	})
	return out
}
