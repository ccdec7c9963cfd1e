package web

import (
	"fmt"
	"slices"

	"cairn/mapping"
)

// history is each change of a state with its date and cause, the newest first.
type history struct {
	Count    int
	Shown    []historyLine
	Rest     []historyLine
	ShowText string
}

type historyLine struct {
	Date, Chip, Cause string
	State             mapping.State
}

// pastOf is what became of a learner's capability by a date, the oldest first, and what the course did to its rule meanwhile.
type pastOf struct {
	changes []mapping.Transition
	rules   map[string]string // how a changeset changed the rule, by its id
}

func (s *site) pastOf(v *visit, who, capability string, when asked) (*pastOf, error) {
	p := &pastOf{}
	if who == "" {
		return p, nil
	}
	all, err := s.Records.Transitions(v.Context(), who, capability)
	if err != nil {
		return nil, fmt.Errorf("read the history of a capability: %w", err)
	}
	p.changes = slices.DeleteFunc(slices.Clone(all), func(t mapping.Transition) bool { return !when.now() && t.At.After(when.at) })
	if slices.ContainsFunc(p.changes, func(t mapping.Transition) bool { return t.Cause == mapping.CauseTag }) {
		p.rules, err = s.ruleCauses(v, capability)
	}
	return p, err
}

// state is the state that an explanation of another date came to, with the date it was reached where that is known.
func (p *pastOf) state(x mapping.Explanation) mapping.Progress {
	out := mapping.Progress{Capability: x.Capability, State: x.State, Have: x.Have, Need: x.Rule.Need, Since: x.DecidedAt, Expires: x.Expires}
	if x.State == mapping.Expired {
		out.Expires = x.ExpiredAt
	}
	for _, t := range p.changes {
		if t.To == x.State && x.State != mapping.Evidenced {
			out.Since = t.At
		}
	}
	return out
}

// lines is the history as the page lists it.
func (p *pastOf) lines(v *visit, x mapping.Explanation) history {
	out := history{Count: len(p.changes)}
	for i, t := range slices.Backward(p.changes) {
		then := mapping.Progress{State: t.To, Have: t.Have, Need: t.Need, Since: t.At}
		line := historyLine{v.date(t.At), v.chipWords(then), p.cause(v, t, x), t.To}
		if len(p.changes)-i <= longList {
			out.Shown = append(out.Shown, line)
		} else {
			out.Rest = append(out.Rest, line)
		}
	}
	out.ShowText = v.say("why.showall", "n", out.Count)
	return out
}

// cause says what made a change: the activity where a record did, the rule where the course changed that.
func (p *pastOf) cause(v *visit, t mapping.Transition, x mapping.Explanation) string {
	if words, ok := p.rules[t.CauseID]; ok && t.Cause == mapping.CauseTag {
		return words
	}
	return v.causeOf(t, x)
}

// lastCause is the cause of the state as it is.
func (p *pastOf) lastCause(v *visit, x mapping.Explanation) string {
	if len(p.changes) == 0 {
		return ""
	}
	return p.cause(v, p.changes[len(p.changes)-1], x)
}

// ruleCauses says how the course changed the rule that holds for a capability, by changeset.
func (s *site) ruleCauses(v *visit, capability string) (map[string]string, error) {
	entries, err := s.Courses.Changesets(v.Context(), v.session.Course, historyDepth)
	if err != nil {
		return nil, fmt.Errorf("read the changes of the course: %w", err)
	}
	out, was, framework := map[string]string{}, mapping.Rule{}, s.catalog(v.session).ID
	for _, h := range slices.Backward(entries) {
		for _, e := range h.Changeset.Edits {
			if e.Rule == nil || e.Rule.Capability != capability && (e.Rule.Capability != "" || e.Rule.Framework != framework) {
				continue
			}
			out[h.Changeset.ID] = v.ruleChanged(was, e.Rule.Rule, h)
			was = e.Rule.Rule
		}
	}
	return out, nil
}

// ruleChanged says how a rule changed; where only the number did, the numbers.
func (l locale) ruleChanged(was, is mapping.Rule, h HistoryEntry) string {
	same := is
	same.N = was.N
	if is.Kind == mapping.RuleN && was.N != is.N && same.Equal(was) {
		return l.say("cause.rulenumber", "n", is.N, "was", was.N)
	}
	return l.say("cause.rule", "date", l.date(h.Changeset.At))
}
