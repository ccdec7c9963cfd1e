package pipeline

import (
	"fmt"

	"cairn/internal/learner"
	"cairn/mapping"
)

// foldMove joins accounts with those of another learner, or parts them again. Their links went over in the entries just before, without
// being looked at; here everything that either learner has is, once, so that nobody stands between two learners in any history. What was
// said of the accounts' own learners goes over too: it is written first, and then read as theirs.
func (w *work) foldMove(e Entry, m learner.Move) error {
	for _, home := range m.Homes {
		w.st.owners[home] = m.Into
	}
	w.batch.Moved = append(w.batch.Moved, Moved{m.Homes, m.Into, e.Pos})
	if err := w.writePart(e); err != nil {
		return err
	}
	cause := mapping.Cause{Pos: e.Pos, Kind: mapping.CauseJoined, At: e.Stored}
	if e.Kind == EntryParted {
		cause.Kind = mapping.CauseParted
	}
	if len(m.Accounts) > 0 {
		cause.ID = m.Accounts[0]
	}
	for _, who := range []string{m.From, m.Into} {
		if who == "" {
			continue // erased: nothing is theirs
		}
		if err := w.settleLearner(e, who, cause); err != nil {
			return err
		}
	}
	return nil
}

// settleLearner finds the new state of everything that a learner has, and lets their scores be sent anew: other accounts may be theirs.
func (w *work) settleLearner(e Entry, who string, cause mapping.Cause) error {
	pairs, err := w.p.cfg.Projection.PairsOf(w.ctx, who)
	if err != nil {
		return fmt.Errorf("find what a learner has: %w", err)
	}
	for _, pair := range pairs {
		if err := w.settle(pair, cause); err != nil {
			return fmt.Errorf("settle position %d: %w", e.Pos, err)
		}
		if err := w.relieve(e); err != nil {
			return err
		}
	}
	w.scored[who] = true
	return nil
}
