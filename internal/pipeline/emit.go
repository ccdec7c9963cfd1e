package pipeline

import (
	"cairn/mapping"
	"cairn/xapi/profile"
)

// emit adds the statements that tell others of a transition (mapping.md, "What is emitted"), made from the explanation that pages and
// programs are given. Their ids follow from learner, capability, kind and ordinal, so that a repeat is the same statement again.
func (w *work) emit(t mapping.Transition, x mapping.Explanation) error {
	return w.emitAbout(Pair{t.Learner, t.Capability}, func(p profile.Params) ([][]byte, error) {
		actor, err := w.person(p.Base, "", t.Learner)
		p.Actor = actor
		return statementsOf(withTransition(p, t, x), t, w.p.cfg.Companions), err
	})
}

// emitAbout adds statements about a capability, where it is in a published framework. What cannot be said as a valid statement (an
// issuer that is no IRI) is logged and left out: it must not stop the projection.
func (w *work) emitAbout(pair Pair, build func(profile.Params) ([][]byte, error)) error {
	catalog, node, ok := w.p.capability(pair.Capability)
	if !ok {
		w.p.cfg.Logger.Warn("a capability is in no published framework, so nothing is emitted", "capability", pair.Capability)
		return nil
	}
	statements, err := build(capabilityParams(catalog, node, pair.Learner))
	if err != nil {
		return err
	}
	for _, statement := range statements {
		prepared, err := w.p.cfg.Prepare(statement)
		if err != nil {
			w.p.cfg.Logger.Error("an outgoing statement is not valid and was left out", "capability", pair.Capability, "error", err)
			continue
		}
		w.batch.Emit = append(w.batch.Emit, prepared)
	}
	return nil
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
	if t.Expired() {
		out = append(out, profile.Expired(p))
	}
	return out
}

// capabilityParams is what every statement about a capability tells.
func capabilityParams(c *mapping.Catalog, n mapping.Node, learner string) profile.Params {
	return profile.Params{
		Base: c.IRIBase, Learner: learner, Capability: profile.Named{IRI: c.CapabilityIRI(n.ID), Name: n.Title}, CapabilityID: n.ID,
		Framework: profile.Named{IRI: c.IRI(), Name: c.Title}, Level: n.Level, TopLevel: topLevel(c),
	}
}

// withTransition adds what a transition tells, and why it stands so now.
func withTransition(p profile.Params, t mapping.Transition, x mapping.Explanation) profile.Params {
	p.Ordinal, p.Award, p.Percent, p.At = t.Ordinal, t.Award(), t.Percent, t.At
	p.Trigger, p.Expires, p.Reason = trigger(t, x), x.Expires, string(t.Cause)
	for _, f := range x.Counted {
		p.Evidence = append(p.Evidence, f.Statement)
	}
	return p
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
func trigger(t mapping.Transition, x mapping.Explanation) string {
	switch {
	case t.Achieved():
		return x.Decisive
	case t.Cause == mapping.CauseStatement, t.Cause == mapping.CauseTakenBack:
		return t.CauseID
	}
	return ""
}
