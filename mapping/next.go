package mapping

import "time"

// Cause is what made the projection look at a learner's progress again.
type Cause struct {
	Kind CauseKind
	ID   string    // statement id, changeset id, or account id
	Pos  int64     // log position
	At   time.Time // event time of a statement, else the time the event was stored
}

// Next compares what is kept with what Evaluate found. It answers the progress to keep from now on, and the entry of the history
// that is due: nil when neither state nor percent changed. Have, Need and Expires may change without one; the progress answered
// then differs from prev and has to be kept all the same. prev names learner and capability also before the first transition
// (Ordinal 0).
func Next(prev Progress, r Result, c Cause) (Progress, *Transition) {
	from := prev.State
	if from == "" {
		from = NotStarted
	}
	next := prev
	next.State, next.Percent, next.Have, next.Need, next.Expires = r.State, r.Percent, r.Have, r.Need, r.Expires
	next.WasEvidenced = prev.WasEvidenced || r.State == Evidenced
	if from == r.State && prev.Percent == r.Percent {
		return next, nil
	}
	t := &Transition{
		Learner: prev.Learner, Capability: prev.Capability,
		Ordinal: prev.Ordinal + 1, Pos: c.Pos,
		From: from, To: r.State, FromPercent: prev.Percent, Percent: r.Percent, Have: r.Have, Need: r.Need,
		Cause: c.Kind, CauseID: c.ID, At: c.At, Statements: r.Counted(),
	}
	switch {
	case t.Achieved():
		t.At = r.DecidedAt
		next.Cycle++
	case t.To == Expired && t.From != Expired:
		t.At = r.ExpiredAt
	}
	next.Ordinal, next.Pos = t.Ordinal, c.Pos
	if from != r.State {
		next.Since = t.At
	}
	return next, t
}

// Idle says that one more row of evidence can change neither state nor percent nor the end of what is evidenced, so that nobody
// needs to look: it does not count by itself, or the capability is evidenced for ever already and the row takes nothing back.
// rules are those of the case. Where the latest or the most common record decides, what does not count has a say too; where
// records are to be spaced, another choice of activities may last longer, and is looked for each time.
func (p Progress) Idle(a Alignment, e Evidence, rules ...ScopedRule) bool {
	if e.Kind == EvidenceTakenBack {
		return false
	}
	if e.Voided {
		return true
	}
	picks, spaced := false, false
	for _, r := range rules {
		picks = picks || r.Rule.Pick != PickHighest
		spaced = spaced || !r.Rule.Spacing.IsZero()
	}
	if picks {
		return false
	}
	return a.Criterion.merit(e) != ReasonNone || p.State == Evidenced && p.Expires.IsZero() && !spaced
}

// Progressed says that a progressed statement is due: the percent changed.
func (t Transition) Progressed() bool { return t.Percent != t.FromPercent }

// Achieved says that an achieved statement is due: the state became evidenced.
func (t Transition) Achieved() bool { return t.To == Evidenced && t.From != Evidenced }

// Forfeited says that a forfeited statement is due: the state was evidenced and became withdrawn.
func (t Transition) Forfeited() bool { return t.To == Withdrawn && t.From == Evidenced }

// Expired says that an expired statement is due: the state was evidenced and ended.
func (t Transition) Expired() bool { return t.To == Expired && t.From == Evidenced }

// Award is the ordinal of the transition that began the award a statement about achieving, forfeiting or expiring belongs to.
// While the state is evidenced the percent stays at 100, so the transition before a loss is always the one that achieved.
func (t Transition) Award() int {
	if t.Forfeited() || t.Expired() {
		return t.Ordinal - 1
	}
	return t.Ordinal
}
