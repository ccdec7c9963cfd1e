package pipeline

import (
	"fmt"

	"cairn/internal/learner"
	"cairn/mapping"
)

// foldLink joins an agent's records, past and coming, to a learner.
func (w *work) foldLink(e Entry, l learner.Link) error {
	move := l.Move
	l.Move = ""
	active := ActiveLink{Link: l, Pos: e.Pos}
	w.st.link(active)
	w.batch.Linked = append(w.batch.Linked, active)
	touched := map[Pair]bool{}
	err := w.p.cfg.Log.OfAgent(w.ctx, l.Agent, e.Pos, func(past Entry) error {
		_, err := w.credit(active, past, e.Pos, w.st.index.Candidates(past.Record), touched)
		return err
	})
	if err != nil {
		return fmt.Errorf("join past records: %w", err)
	}
	if move != "" {
		return nil // foldMove looks at all that the learner has
	}
	return w.settleAll(touched, mapping.Cause{Pos: e.Pos, Kind: mapping.CauseLink, ID: l.Account, At: e.Stored})
}

// foldUnlink parts an agent's records from a learner again.
func (w *work) foldUnlink(e Entry, l learner.Link) error {
	gone, ok := w.st.unlink(l)
	if !ok {
		return nil
	}
	touched, err := w.pairsOfLink(gone.Pos)
	if err != nil {
		return err
	}
	w.batch.Unlinked = append(w.batch.Unlinked, Unlinked{LinkPos: gone.Pos, Pos: e.Pos})
	for pair, rows := range w.ledger {
		kept := rows[:0:0]
		for _, r := range rows {
			if r.LinkPos != gone.Pos {
				kept = append(kept, r)
			}
		}
		w.ledger[pair] = kept
	}
	if l.Move != "" {
		return nil
	}
	return w.settleAll(touched, mapping.Cause{Pos: e.Pos, Kind: mapping.CauseUnlink, ID: l.Account, At: e.Stored})
}
