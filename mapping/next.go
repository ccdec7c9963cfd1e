package mapping

import "time"

// Cause is what made the projection look at a learner's progress again.
type Cause struct {
	Kind CauseKind
	ID   string    // statement id, changeset id, or account id
	Pos  int64     // log position
	At   time.Time // event time of a statement, else the time the event was stored
}

// Step is what Next found.
type Step struct {
	// Changed says that the kept Progress differs from the one before and has to be written.
	Changed  bool
	Progress Progress
	// Due says that Transition belongs into the history: the state or the percent changed.
	Due        bool
	Transition Transition
}

// Next compares what is kept with what Evaluate found. prev names learner and capability also before the first transition
// (Ordinal 0). A change of Have or Need that moves neither state nor percent is kept without an entry in the history.
func Next(prev Progress, r Result, c Cause) Step {
	if prev.State == "" {
		prev.State = NotStarted
	}
	next := prev
	next.State, next.Percent, next.Have, next.Need = r.State, r.Percent, r.Have, r.Need
	next.WasEvidenced = prev.WasEvidenced || r.State == Evidenced
	s := Step{Progress: next, Changed: next != prev, Due: next.State != prev.State || next.Percent != prev.Percent}
	if !s.Due {
		return s
	}
	s.Transition = Transition{
		Learner: prev.Learner, Capability: prev.Capability,
		Ordinal: prev.Ordinal + 1, Pos: c.Pos,
		From: prev.State, To: r.State, FromPercent: prev.Percent, Percent: r.Percent, Have: r.Have, Need: r.Need,
		Cause: c.Kind, CauseID: c.ID, At: c.At, Statements: r.Counted(),
	}
	if s.Transition.Achieved() {
		s.Transition.At = r.DecidedAt
	}
	s.Progress.Ordinal, s.Progress.Pos = s.Transition.Ordinal, c.Pos
	if prev.State != r.State {
		s.Progress.Since = s.Transition.At
	}
	return s
}

// Progressed says that a progressed statement is due: the percent changed.
func (t Transition) Progressed() bool { return t.Percent != t.FromPercent }

// Achieved says that an achieved statement is due: the state became evidenced.
func (t Transition) Achieved() bool { return t.To == Evidenced && t.From != Evidenced }

// Forfeited says that a forfeited statement is due: the state was evidenced and became withdrawn.
func (t Transition) Forfeited() bool { return t.To == Withdrawn && t.From == Evidenced }

// Award is the ordinal of the transition that began the award a statement about achieving or forfeiting belongs to. While the
// state is evidenced the percent stays at 100, so the transition before a loss is always the one that achieved.
func (t Transition) Award() int {
	if t.Forfeited() {
		return t.Ordinal - 1
	}
	return t.Ordinal
}
