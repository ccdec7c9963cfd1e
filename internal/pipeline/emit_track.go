package pipeline

import (
	"fmt"

	"cairn/mapping"
	"cairn/xapi/profile"
)

// emitRated tells others of a rating. One that is not shared is for the learner's own eyes: others read statements.
func (w *work) emitRated(r RatingRow) error {
	if r.Pos <= w.st.cursor.EmitAfter || !r.Shared {
		return nil
	}
	return w.emitAbout(Pair{r.About, r.Capability}, func(p profile.Params) ([][]byte, error) {
		actor, err := w.person(p.Base, "", r.Learner)
		p.Actor, p.Ordinal, p.At = actor, r.Ordinal, r.At
		return [][]byte{profile.Rated(p, string(r.Now), string(r.Needed))}, err
	})
}

// emitConferred tells others of an endorsement. It has to stand on a statement (settled question 16): the last one that is
// evidence for the capability. Without any there is nothing that others could hold it against, so nothing is said.
func (w *work) emitConferred(e Entry, row EndorsementRow) error {
	if e.Pos <= w.st.cursor.EmitAfter {
		return nil
	}
	return w.emitEndorsement(row, row.By, func(p profile.Params, about profile.Account) []byte {
		p.At, p.Expires = row.At, row.Until
		return profile.Conferred(p, about)
	})
}

// emitRevoked tells others that an endorsement was withdrawn, where they were told of it.
func (w *work) emitRevoked(e Entry, row EndorsementRow) error {
	if e.Pos <= w.st.cursor.EmitAfter {
		return nil
	}
	return w.emitEndorsement(row, row.WithdrawnBy, func(p profile.Params, about profile.Account) []byte {
		p.At, p.Trigger, p.Reason = row.WithdrawnAt, p.ID(profile.KindConferred), string(mapping.CauseEndorsementWithdrawn)
		return profile.Revoked(p, about)
	})
}

func (w *work) emitEndorsement(row EndorsementRow, by string, build func(profile.Params, profile.Account) []byte) error {
	last, err := w.lastEvidence(Pair{row.Learner, row.Capability}, row.Pos)
	if err != nil {
		return err
	}
	if last == "" {
		w.p.cfg.Logger.Info("an endorsement without any evidence is not emitted: it has no statement to stand on", "position", row.Pos)
		return nil
	}
	return w.emitAbout(Pair{row.About, row.Capability}, func(p profile.Params) (statements [][]byte, err error) {
		if p.Actor, err = w.person(p.Base, by, ""); err != nil {
			return nil, err
		}
		about, err := w.person(p.Base, "", row.Learner)
		p.Ordinal, p.Trigger = row.Ordinal, last
		return [][]byte{build(p, about)}, err
	})
}

// lastEvidence answers the last statement that was evidence for the pair when the position was folded, "" for none.
func (w *work) lastEvidence(pair Pair, upTo int64) (string, error) {
	rows, err := w.rows(pair)
	if err != nil {
		return "", err
	}
	var last mapping.Record
	for _, r := range rows {
		if r.Pos <= upTo && r.Evidence.Kind != mapping.EvidenceTakenBack && (last.StatementID == "" || last.Compare(r.Evidence.Record) < 0) {
			last = r.Evidence.Record
		}
	}
	return last.StatementID, nil
}

// person answers whom a statement names: an account, or the one that a learner began with, whatever was joined with it since. Who has
// no account acts for this instance, under its name.
func (w *work) person(base, account, learner string) (profile.Account, error) {
	found, err := w.p.cfg.Projection.Person(w.ctx, account, learner)
	switch {
	case err != nil:
		return found, fmt.Errorf("find whom a statement is about: %w", err)
	case found == (profile.Account{}) && account != "":
		return profile.Account{HomePage: base, Name: account}, nil
	}
	return found, nil
}
