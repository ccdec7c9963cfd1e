package pipeline

import (
	"fmt"
	"slices"
	"time"

	"cairn/mapping"
)

// settleAll finds the new state of every pair that was touched.
func (w *work) settleAll(touched map[Pair]bool, cause mapping.Cause) error {
	for _, pair := range sortedPairs(touched) {
		if err := w.settle(pair, cause); err != nil {
			return fmt.Errorf("settle position %d: %w", cause.Pos, err)
		}
	}
	return nil
}

// settle evaluates one pair and, when its state or percent moved, writes the transition, the progress, and what goes out.
func (w *work) settle(pair Pair, cause mapping.Cause) error {
	delete(w.renewed, pair)
	rows, err := w.rows(pair)
	if err != nil {
		return err
	}
	before, err := w.current(pair)
	if err != nil {
		return err
	}
	basis := Basis{Pair: pair, Rows: rows, Aligned: w.alignedWith(pair.Capability), Rules: w.rulesOf(pair.Capability), At: w.at, WasEvidenced: before.WasEvidenced}
	if basis.Endorsements, err = w.endorsementsFor(pair, basis.Rules); err != nil {
		return err
	}
	c := basis.Case()
	result := mapping.Evaluate(c)
	w.remember(pair, result)
	after, moved := mapping.Next(before, result, cause)
	w.look(pair, nextLook(c, result), result)
	if after != before {
		w.progress[pair] = after
		w.kept[pair] = true
	}
	if moved == nil {
		return nil
	}
	w.batch.Transitions = append(w.batch.Transitions, *moved)
	w.scored[pair.Learner] = true
	if cause.Pos <= w.st.cursor.EmitAfter {
		return nil
	}
	return w.emit(*moved, mapping.Explain(c, result, nil))
}

// look notes when a pair has to be looked at again. While it is evidenced that is part of its progress, and at no percent it is never
// (nextLook); between, it may change alone, also to never.
func (w *work) look(pair Pair, at time.Time, r mapping.Result) {
	w.looks[pair] = at
	w.st.noteEnd(at)
	if r.State != mapping.Evidenced && r.Percent > 0 {
		w.kept[pair] = true
	}
}

// rulesOf answers the rules of a capability, and the defaults of its framework.
func (w *work) rulesOf(capability string) []mapping.ScopedRule {
	own := w.st.rules[capability]
	if len(w.st.defaults) == 0 {
		return own
	}
	return slices.Concat(own, w.st.defaults[w.p.frameworkOf(capability)])
}

func (w *work) alignedWith(capability string) []Aligned {
	ids := w.st.tagged[capability]
	out := make([]Aligned, len(ids))
	for i, id := range ids {
		out[i] = w.st.alignments[id]
	}
	return out
}
