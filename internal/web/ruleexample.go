package web

import (
	"fmt"
	"slices"

	"cairn/mapping"
)

// ruleExample is what a form would do to one person: a real one, or somebody made up where there is no data.
type ruleExample struct {
	Who    any // a person, or words
	MadeUp bool
	Rows   []exampleRow
	Name   string // of the capability
	Now    mapping.State
	Then   mapping.State
	NowSay string
	Say    string
}

type exampleRow struct{ Record, Now, Then string }

// worked puts the rule of a trial draft in words and works it on an example.
func (s *site) worked(v *visit, e *ruleEdit) ([]string, *ruleExample, error) {
	var cs mapping.Changeset
	for _, edit := range e.draft.Edits {
		about := edit.Rule != nil && edit.Rule.Capability == e.capability.ID || edit.Rule == nil && e.draft.touches(edit, e.capability.ID)
		if about {
			cs.Edits = append(cs.Edits, edit)
		}
	}
	cs.Scope = e.tags.scope
	who, err := s.nearest(v, e.capability.ID)
	if err != nil {
		return nil, nil, err
	}
	before, after, err := s.casesOf(v, cs, who.Learner, e.capability.ID)
	if err != nil {
		return nil, nil, err
	}
	x := &ruleExample{Who: person(who.name), Name: e.capability.Title}
	if who.code == "" || len(after.Evidence) == 0 && len(before.Evidence) == 0 {
		x.Who, x.MadeUp = v.say("ruleform.madeup"), true
		before.Evidence, after.Evidence = madeUp(s, before.Alignments), madeUp(s, after.Alignments)
	}
	was, is := mapping.Evaluate(before), mapping.Evaluate(after)
	told, err := s.namedExplanation(v, after, is)
	if err != nil {
		return nil, nil, err
	}
	then, err := s.namedExplanation(v, before, was)
	if err != nil {
		return nil, nil, err
	}
	x.Now, x.Then, x.NowSay, x.Say = was.State, is.State, v.stateWords(was.State, was), v.stateWords(is.State, is)
	x.Rows = v.exampleRows(then, told)
	return v.ruleWords(told.Rule), x, nil
}

// touches says whether an edit of a tag is about a capability.
func (d *draft) touches(e mapping.Edit, capability string) bool {
	a, _ := d.saved(e.Remove)
	if e.Add != nil {
		a = *e.Add
	}
	return a.Capability == capability
}

// casesOf answers what a capability rests on before and after some changes.
func (s *site) casesOf(v *visit, cs mapping.Changeset, learner, capability string) (before, after mapping.Case, err error) {
	if len(cs.Edits) > 0 {
		before, after, err = s.Previews.Cases(v.Context(), cs, learner, capability)
	} else {
		before, err = s.Records.Case(v.Context(), learner, capability)
		after = before
	}
	if err != nil {
		return before, after, fmt.Errorf("work an example: %w", err)
	}
	before.Prefer, after.Prefer = cs.Scope, cs.Scope
	return before, after, nil
}

// nearest answers the person of the course who is nearest the line in a capability; nobody where none has begun, or where people are not
// named.
func (s *site) nearest(v *visit, capability string) (courseLearner, error) {
	if s.TotalsOnly || v.session.Account == "" || !v.session.Recorded {
		return courseLearner{}, nil
	}
	c, err := s.cohort(v.Context(), v.session)
	if err != nil {
		return courseLearner{}, err
	}
	ids := make([]string, len(c.people))
	for i, p := range c.people {
		ids[i] = p.Learner
	}
	learner, err := s.People.Nearest(v.Context(), ids, capability)
	if err != nil {
		return courseLearner{}, fmt.Errorf("find an example: %w", err)
	}
	i := slices.IndexFunc(c.people, func(p courseLearner) bool { return p.Learner == learner })
	if i < 0 {
		return courseLearner{}, nil
	}
	return c.people[i], nil
}

// madeUp is what somebody might have done: the first activities, with scores on both sides of the usual line.
func madeUp(s *site, aligned []mapping.Alignment) (out []mapping.Evidence) {
	for i, a := range aligned {
		if i == 3 {
			break
		}
		score := []int{640, 820, 710}[i]
		out = append(out, mapping.Evidence{Alignment: a.ID, Kind: mapping.EvidenceDone, Registration: a.Scope.Registration, Record: mapping.Record{
			Pos: int64(i + 1), StatementID: fmt.Sprint("example-", i), Verb: mapping.VerbPassed, Activity: a.Selector.IRI, Under: []string{a.Scope.Course},
			Time: s.Now().AddDate(0, 0, i-3), ScoreMilli: &score,
		}})
	}
	return out
}

// exampleRows says of each record what it is now and then.
func (l locale) exampleRows(now, then mapping.Explanation) (out []exampleRow) {
	at := map[string]int{}
	note := func(x mapping.Explanation, set func(*exampleRow, string)) {
		for _, f := range append(slices.Clone(x.Counted), x.NotCounted...) {
			i, seen := at[f.Statement]
			if !seen {
				i, at[f.Statement] = len(out), len(out)
				words := l.say("finding.counted", "activity", activityName(f.Activity), "date", l.date(f.At))
				if f.Score != nil {
					words = l.say("finding.scored", "activity", activityName(f.Activity), "score", l.milli(*f.Score), "date", l.date(f.At))
				}
				out = append(out, exampleRow{words, l.say("ruleform.nothere"), l.say("ruleform.nothere")})
			}
			verdict := l.say("ruleform.counts")
			if f.Reason != mapping.ReasonNone {
				verdict = l.reasonWords(f)
			}
			set(&out[i], verdict)
		}
	}
	note(now, func(r *exampleRow, words string) { r.Now = words })
	note(then, func(r *exampleRow, words string) { r.Then = words })
	return out
}
