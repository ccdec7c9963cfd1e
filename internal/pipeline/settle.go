package pipeline

import (
	"fmt"

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
	rows, err := w.rows(pair)
	if err != nil {
		return err
	}
	before, err := w.current(pair)
	if err != nil {
		return err
	}
	result := mapping.Evaluate(BuildCase(pair, rows, w.alignedWith(pair.Capability), w.st.rules[pair.Capability], before))
	w.remember(pair, result)
	after, moved := mapping.Next(before, result, cause)
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
	w.emit(*moved, result)
	return nil
}

func (w *work) alignedWith(capability string) []Aligned {
	ids := w.st.tagged[capability]
	out := make([]Aligned, len(ids))
	for i, id := range ids {
		out[i] = w.st.alignments[id]
	}
	return out
}
