package pipeline

import (
	"fmt"
	"maps"
	"slices"

	"cairn/mapping"
)

// foldChangeset applies edits of alignments and rules; what was done before counts at once.
func (w *work) foldChangeset(e Entry, cs mapping.Changeset) error {
	touched := map[Pair]bool{}
	for _, edit := range cs.Edits {
		if err := w.foldEdit(e, edit, touched); err != nil {
			return err
		}
	}
	for _, pair := range sortedPairs(touched) {
		if err := w.settle(pair, mapping.Cause{Pos: e.Pos, Kind: mapping.CauseTag, ID: cs.ID, At: cs.At}); err != nil {
			return err
		}
		if err := w.relieve(e); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) foldEdit(e Entry, edit mapping.Edit, touched map[Pair]bool) error {
	switch {
	case edit.Add != nil:
		return w.foldAdd(e, *edit.Add, touched)
	case edit.Remove != "":
		return w.foldRemove(e, edit.Remove, touched)
	case edit.Rule != nil:
		return w.foldRule(e, *edit.Rule, touched)
	}
	return nil
}

func (w *work) foldAdd(e Entry, a mapping.Alignment, touched map[Pair]bool) error {
	switch was, known := w.st.alignments[a.ID]; {
	case !known:
		aligned := Aligned{Alignment: a, Began: e.Pos}
		w.st.begin(aligned)
		w.batch.Began = append(w.batch.Began, aligned)
	case was.Began != e.Pos: // else a part of this entry was written before
		return nil // the id says that it is the same alignment, and alignments never change
	}
	err := w.p.cfg.Log.OfActivity(w.ctx, a.Selector, e.Pos, func(past Entry) error {
		for _, l := range w.st.links[past.Record.Agent] {
			if _, err := w.credit(l, past, e.Pos, []mapping.Alignment{a}, touched); err != nil {
				return err
			}
		}
		return w.relieve(e)
	})
	if err != nil {
		return fmt.Errorf("count what was done before: %w", err)
	}
	return w.touchIfRuled(a.Capability, touched)
}

func (w *work) foldRemove(e Entry, id string, touched map[Pair]bool) error {
	a, known := w.st.alignments[id]
	switch {
	case !known, a.Ended != 0 && a.Ended != e.Pos:
		return nil // removed twice: the first counts
	case a.Ended == 0: // else a part of this entry was written before
		w.st.end(id, e.Pos)
		w.batch.Ended = append(w.batch.Ended, Ended{Alignment: id, Pos: e.Pos})
	}
	pairs, err := w.pairsOfAlignment(id)
	if err != nil {
		return err
	}
	maps.Copy(touched, pairs)
	return w.touchIfRuled(a.Capability, touched)
}

// foldRule sets a rule, or a default of a framework: everyone with evidence for what it is about may stand otherwise now.
func (w *work) foldRule(e Entry, r mapping.ScopedRule, touched map[Pair]bool) error {
	w.st.setRule(r)
	w.batch.Rules = append(w.batch.Rules, Ruled{ScopedRule: r, Began: e.Pos})
	if r.Capability != "" {
		return w.touchCapability(r.Capability, touched)
	}
	for _, capability := range slices.Sorted(maps.Keys(w.st.tagged)) {
		if w.p.frameworkOf(capability) != r.Framework {
			continue
		}
		if err := w.touchCapability(capability, touched); err != nil {
			return err
		}
	}
	return nil
}

// touchIfRuled touches everyone with evidence for a capability that has a rule, or whose framework has a default: what the rule
// asks for may have changed with the number of its activities.
func (w *work) touchIfRuled(capability string, touched map[Pair]bool) error {
	if len(w.rulesOf(capability)) == 0 {
		return nil
	}
	return w.touchCapability(capability, touched)
}

func (w *work) touchCapability(capability string, touched map[Pair]bool) error {
	for _, id := range w.st.tagged[capability] {
		pairs, err := w.pairsOfAlignment(id)
		if err != nil {
			return err
		}
		maps.Copy(touched, pairs)
	}
	return nil
}
