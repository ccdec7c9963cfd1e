package mapping_test

import (
	"testing"

	"cairn/mapping"
)

// selfConfirmed is a case in which the learner's own word is not enough.
func selfConfirmed() mapping.Case {
	strict := tag("q", course2, quiz)
	strict.Criterion.NoSelf = true
	c := caseOf(tags(strict), nil, row{tag: "q", pos: 1, activity: quiz})
	c.Evidence[0].Kind, c.Evidence[0].Record.SelfConfirmed = mapping.EvidenceSelfConfirmed, true
	return c
}

// Evidence that only the learner's own word supports is a kind of its own; it counts, unless the criterion excludes it
// (mapping.md, evidence 10).
func TestSelfConfirmedEvidenceIsAKindOfItsOwn(t *testing.T) {
	open, strict := tag("a", course2, page), tag("a", course2, page)
	strict.Criterion.NoSelf = true
	record := mapping.Record{Pos: 1, StatementID: "s1", Verb: mapping.VerbCompleted, Activity: page, Under: []string{course}, Time: epoch}
	own := record
	own.SelfConfirmed = true
	for name, c := range map[string]struct {
		tag    mapping.Alignment
		record mapping.Record
		kind   mapping.EvidenceKind
		state  mapping.State
		reason mapping.Reason
		self   bool
	}{
		"a record":               {open, record, mapping.EvidenceDone, mapping.Evidenced, mapping.ReasonNone, false},
		"a record, strict":       {strict, record, mapping.EvidenceDone, mapping.Evidenced, mapping.ReasonNone, false},
		"the own word":           {open, own, mapping.EvidenceSelfConfirmed, mapping.Evidenced, mapping.ReasonNone, true},
		"the own word, excluded": {strict, own, mapping.EvidenceSelfConfirmed, mapping.NotStarted, mapping.ReasonSelfConfirmed, true},
	} {
		e, ok := mapping.EvidenceOf(c.tag, c.record)
		if !ok || e.Kind != c.kind {
			t.Errorf("%s: evidence of kind %q", name, e.Kind)
		}
		e.Registration = "r1"
		all := mapping.Case{Capability: "c", Alignments: tags(c.tag), Ended: map[string]bool{}, Evidence: []mapping.Evidence{e}}
		got := mapping.Evaluate(all)
		if got.State != c.state || got.Items[0].Reason != c.reason {
			t.Errorf("%s: %s, reason %q", name, got.State, got.Items[0].Reason)
		}
		x := mapping.Explain(all, got, nil)
		for _, f := range append(x.Counted, x.NotCounted...) {
			if f.Self != c.self {
				t.Errorf("%s: told as the own word: %v", name, f.Self)
			}
		}
	}
	back := own
	back.Verb = mapping.VerbUncompleted
	if e, _ := mapping.EvidenceOf(open, back); e.Kind != mapping.EvidenceTakenBack {
		t.Errorf("taking back is of kind %q", e.Kind)
	}
}
