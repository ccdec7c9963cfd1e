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

// pastOf is what became of a learner's capability by a date, the oldest first, and how its rule changed meanwhile.
type pastOf struct {
	tell    teller
	changes []mapping.Transition
	rules   []RuleChange // the newest first
}

func (s *site) pastOf(v *visit, r *record, capability string, when asked, tell teller) (*pastOf, error) {
	p := &pastOf{tell: tell}
	if r.learner == "" {
		return p, nil
	}
	all, err := s.Records.Transitions(v.Context(), r.learner, capability)
	if err != nil {
		return nil, fmt.Errorf("read the history of a capability: %w", err)
	}
	p.changes = slices.DeleteFunc(slices.Clone(all), func(t mapping.Transition) bool { return !when.now() && t.At.After(when.at) })
	if len(p.changes) == 0 {
		return p, nil
	}
	rules, err := s.Courses.RuleChanges(v.Context(), v.session.Course, r.cat.ID, []string{capability}, p.changes[0].At)
	if err != nil {
		return nil, fmt.Errorf("read how a rule changed: %w", err)
	}
	p.rules = slices.DeleteFunc(rules, func(c RuleChange) bool { return !when.now() && c.At.After(when.at) })
	return p, nil
}

// ruled says that the rule changed since the learner began, "" when it did not.
func (p *pastOf) ruled() string {
	if len(p.rules) == 0 {
		return ""
	}
	return p.tell.say("changes.ruledon."+string(p.rules[0].Scope.Kind), "date", p.tell.date(p.rules[0].At))
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
func (p *pastOf) lines(x mapping.Explanation) history {
	out := history{Count: len(p.changes)}
	for i, t := range slices.Backward(p.changes) {
		then := mapping.Progress{State: t.To, Have: t.Have, Need: t.Need, Since: t.At}
		line := historyLine{p.tell.date(t.At), p.tell.chipWords(then), p.cause(t, x), t.To}
		if len(p.changes)-i <= longList {
			out.Shown = append(out.Shown, line)
		} else {
			out.Rest = append(out.Rest, line)
		}
	}
	out.ShowText = p.tell.say("why.showall", "n", out.Count)
	return out
}

// cause says what made a change: the activity where a record did, the rule where a change of that did.
func (p *pastOf) cause(t mapping.Transition, x mapping.Explanation) string {
	for _, r := range p.rules {
		if r.Pos == t.Pos && t.Pos != 0 {
			return p.tell.ruleWasOn(r)
		}
	}
	return p.tell.cause(t, x)
}

// lastCause is the cause of the state as it is.
func (p *pastOf) lastCause(x mapping.Explanation) string {
	if len(p.changes) == 0 {
		return ""
	}
	return p.cause(p.changes[len(p.changes)-1], x)
}
