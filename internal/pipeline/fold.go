package pipeline

import (
	"fmt"

	"github.com/go-json-experiment/json"

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
	case EntryJoined, EntryParted:
		return foldBody(e, w.foldMove)
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

// see notes which activities occur in which course or other grouping, at most once a day each.
func (w *work) see(e Entry) {
	for _, parent := range e.Record.Under {
		if parent == e.Record.Activity || !w.p.seen.fresh(parent, e.Record.Activity, e.Record.Time) {
			continue
		}
		w.batch.Seen = append(w.batch.Seen, SeenActivity{Parent: parent, Activity: e.Record.Activity, LastSeen: e.Record.Time})
	}
}
