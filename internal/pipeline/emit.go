package pipeline

import (
	"cairn/mapping"
	"cairn/xapi/profile"
)

// emit adds the statements that tell others of a transition (mapping.md, "What is emitted"). Their ids follow from learner,
// capability, kind and ordinal, so that a repeat is the same statement again.
// What cannot be said as a valid statement (an issuer that is no IRI) is logged and left out: it must not stop the projection.
func (w *work) emit(t mapping.Transition, r mapping.Result) {
	catalog, node, ok := w.p.capability(t.Capability)
	if !ok {
		w.p.cfg.Logger.Warn("a capability is in no published framework, so nothing is emitted", "capability", t.Capability)
		return
	}
	for _, statement := range statementsOf(w.params(catalog, node, t, r), t, w.p.cfg.Companions) {
		prepared, err := w.p.cfg.Prepare(statement)
		if err != nil {
			w.p.cfg.Logger.Error("an outgoing statement is not valid and was left out", "position", t.Pos, "error", err)
			continue
		}
		w.batch.Emit = append(w.batch.Emit, prepared)
	}
}

// statementsOf answers what a transition gives rise to, in the order in which it is stored.
func statementsOf(p profile.Params, t mapping.Transition, companions []profile.Companion) [][]byte {
	var out [][]byte
	if t.Progressed() {
		out = append(out, profile.Progressed(p))
	}
	if t.Achieved() {
		out = append(out, profile.Achieved(p))
		for _, c := range companions {
			out = append(out, c.Statement(p))
		}
	}
	if t.Forfeited() {
		out = append(out, profile.Forfeited(p))
	}
	return out
}

func (w *work) params(c *mapping.Catalog, n mapping.Node, t mapping.Transition, r mapping.Result) profile.Params {
	person := w.st.people[t.Learner]
	return profile.Params{
		Base: c.IRIBase, Learner: t.Learner, Actor: profile.Account{HomePage: person.Issuer, Name: person.Subject},
		Capability: profile.Named{IRI: c.CapabilityIRI(n.ID), Name: n.Title}, CapabilityID: n.ID,
		Framework: profile.Named{IRI: c.IRI(), Name: c.Title}, Level: n.Level, TopLevel: topLevel(c),
		Ordinal: t.Ordinal, Award: t.Award(), Percent: t.Percent, At: t.At,
		Trigger: trigger(t, r), Evidence: t.Statements, Reason: string(t.Cause),
	}
}

func topLevel(c *mapping.Catalog) int {
	top := 0
	for _, l := range c.Levels {
		top = max(top, l.Number)
	}
	return top
}

// trigger is the statement behind a transition: the one that completed the rule, else the one that arrived. An edit, a link
// and a void have none: what they took away is no evidence.
func trigger(t mapping.Transition, r mapping.Result) string {
	switch {
	case t.Achieved():
		return r.Decisive
	case t.Cause == mapping.CauseStatement, t.Cause == mapping.CauseTakenBack:
		return t.CauseID
	}
	return ""
}
