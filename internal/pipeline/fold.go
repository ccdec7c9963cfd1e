package pipeline

import (
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"

	"cairn/internal/learner"
	"cairn/mapping"
)

// fold takes one entry of the log into the batch, after what had ended when it was stored.
func (w *work) fold(e Entry) error {
	if err := w.expire(e); err != nil {
		return err
	}
	if e.Kind != EntryStatement || e.Voids != "" {
		if err := w.settleRenewed(); err != nil {
			return err
		}
	}
	w.at = e.Stored
	switch e.Kind {
	case EntryStatement:
		if e.Own {
			return nil
		}
		if e.Voids != "" {
			return w.foldVoid(e)
		}
		return w.foldStatement(e)
	case EntryChangeset:
		return foldBody(e, w.foldChangeset)
	case EntryLink:
		return foldBody(e, w.foldLink)
	case EntryUnlink:
		return foldBody(e, w.foldUnlink)
	case EntryRated:
		return foldBody(e, w.foldRated)
	case EntryEndorsed:
		return foldBody(e, w.foldEndorsed)
	case EntryEndorsementWithdrawn:
		return foldBody(e, w.foldEndorsementWithdrawn)
	case EntryFramework:
		return w.p.cfg.Catalogs.Look()
	}
	return nil // other events change no learner's state
}

func foldBody[T any](e Entry, f func(Entry, T) error) error {
	var body T
	if err := json.Unmarshal(e.Body, &body); err != nil {
		return fmt.Errorf("read the %s at position %d: %w", e.Kind, e.Pos, err)
	}
	return f(e, body)
}

// foldStatement credits a statement to everyone its actor is linked to.
func (w *work) foldStatement(e Entry) error {
	w.see(e)
	touched := map[Pair]bool{}
	takenBack := false
	for _, l := range w.st.links[e.Record.Agent] {
		back, err := w.credit(l, e, e.Pos, w.st.index.Candidates(e.Record), touched)
		if err != nil {
			return err
		}
		takenBack = takenBack || back
	}
	cause := mapping.CauseStatement
	if takenBack {
		cause = mapping.CauseTakenBack
	}
	return w.settleAll(touched, mapping.Cause{Pos: e.Pos, Kind: cause, ID: e.Record.StatementID, At: e.Record.Time})
}

// credit writes the ledger rows of one statement for one link, as found at position at, and notes the pairs that are to be
// evaluated. It says whether the statement takes something back.
func (w *work) credit(l ActiveLink, e Entry, at int64, candidates []mapping.Alignment, touched map[Pair]bool) (takenBack bool, err error) {
	for _, a := range candidates {
		if !a.Accepts(e.Record, l.Registration) {
			continue
		}
		ev, ok := mapping.EvidenceOf(a, e.Record)
		if !ok {
			continue
		}
		ev.Registration = l.Registration
		ev.Voided = e.VoidedPos > 0 && e.VoidedPos <= at || w.voided[e.Record.StatementID]
		if ev.Voided {
			w.noteVoid(e.Record.StatementID, e.VoidedPos)
		}
		takenBack = takenBack || ev.Kind == mapping.EvidenceTakenBack
		pair := Pair{Learner: l.Learner, Capability: a.Capability}
		w.record(LedgerRow{Pair: pair, LinkPos: l.Pos, Pos: at, Evidence: ev})
		switch need, err := w.need(pair, a, ev); {
		case err != nil:
			return false, err
		case need == needLater && e.Pos == at:
			w.renewed[pair] = renewal{e.Stored, mapping.Cause{Pos: e.Pos, Kind: mapping.CauseStatement, ID: e.Record.StatementID, At: e.Record.Time}}
		case need != needNone:
			touched[pair] = true
		}
	}
	return takenBack, nil
}

// foldVoid takes a voided statement out of everything it was evidence for.
func (w *work) foldVoid(e Entry) error {
	touched, err := w.pairsOfStatement(e.Voids)
	if err != nil || len(touched) == 0 {
		return err
	}
	w.noteVoid(e.Voids, e.Pos)
	for _, rows := range w.ledger {
		for i := range rows {
			if rows[i].Evidence.Record.StatementID == e.Voids {
				rows[i].Evidence.Voided = true
			}
		}
	}
	return w.settleAll(touched, mapping.Cause{Pos: e.Pos, Kind: mapping.CauseVoid, ID: e.Voids, At: e.Record.Time})
}

// noteVoid writes one retraction row a statement.
func (w *work) noteVoid(id string, pos int64) {
	if w.voided[id] {
		return
	}
	w.voided[id] = true
	w.batch.Voided = append(w.batch.Voided, Voided{StatementID: id, Pos: pos})
}

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

// foldLink joins an agent's records, past and coming, to a learner.
func (w *work) foldLink(e Entry, l learner.Link) error {
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
	return w.settleAll(touched, mapping.Cause{Pos: e.Pos, Kind: mapping.CauseUnlink, ID: l.Account, At: e.Stored})
}

// see notes which activities occur in which course or other grouping, at most once a day each.
func (w *work) see(e Entry) {
	for _, parent := range e.Record.Under {
		if parent == e.Record.Activity || !w.p.seen.fresh(parent, e.Record.Activity, e.Record.Time) {
			continue
		}
		w.batch.Seen = append(w.batch.Seen, SeenActivity{Parent: parent, Activity: e.Record.Activity, LastSeen: e.Record.Time})
	}
}
