package mapping

import (
	"cmp"
	"slices"
	"time"
)

// Outlook is how a learner stands in one capability that they are to have.
type Outlook struct {
	Node        Node
	Explanation Explanation // made for the date asked for, with the notice in which an end counts as near
	Needed      bool        // the learner said to need it
	Waits       []string    // ids of capabilities that precede it and are not evidenced
}

// Effect is what doing an activity does for a capability.
type Effect string

// The effects, the best first.
const (
	EffectRenews    Effect = "renews"    // it would end within the notice, and then lasts longer
	EffectCompletes Effect = "completes" // it becomes evidenced
	EffectMoves     Effect = "moves"     // it comes nearer
)

// Toward is what an activity does for one capability.
type Toward struct {
	Capability string    `json:"capability"`
	Level      int       `json:"level,omitzero"`
	Effect     Effect    `json:"effect"`
	Have       int       `json:"have"` // of Need, now
	Then       int       `json:"then"` // and when it is done
	Need       int       `json:"need"`
	Expires    time.Time `json:"expires,omitzero"` // with renews: when it ends without
	Needed     bool      `json:"needed,omitzero"`  // the learner said to need it
	Waits      []string  `json:"waits,omitzero"`   // capabilities that come before it and are not evidenced
}

// Suggestion is an activity to do next, with all that it does. Effect is the best of them and the reason why it stands where it does.
type Suggestion struct {
	Activity ActivityRef `json:"activity"`
	Effect   Effect      `json:"effect"`
	Toward   []Toward    `json:"toward"` // the best first, then by level and capability
	// Opens is from when on it counts, where that is later than the date asked for.
	Opens time.Time `json:"opens,omitzero"`
}

// Suggest answers what to do next: what renews what ends soon, the nearest end first; what completes a capability; what moves most
// capabilities; what the learner said to need; the lowest level; the title (pages.md L6). What only helps where another capability
// comes first stands after all that does not, and there what cannot be done yet after what can. Nothing is suggested that the rules do
// not ask for, and nothing that is over.
func Suggest(os []Outlook) []Suggestion {
	by := map[string]*Suggestion{}
	for _, o := range os {
		for _, h := range o.helps() {
			s := by[h.activity.IRI]
			if s == nil {
				s = &Suggestion{Activity: h.activity}
				by[h.activity.IRI] = s
			} else if h.activity.asksLess(s.Activity) {
				s.Activity = h.activity
			}
			s.Toward = append(s.Toward, h.toward)
			s.Opens = s.Activity.opens(o.Explanation.At)
		}
	}
	out := make([]Suggestion, 0, len(by))
	for _, s := range by {
		slices.SortFunc(s.Toward, Toward.compare)
		s.Effect = s.Toward[0].Effect
		out = append(out, *s)
	}
	slices.SortFunc(out, Suggestion.compare)
	return out
}

// Bare answers the gaps that no activity is aligned with, in their order.
func Bare(os []Outlook) []Node {
	var out []Node
	for _, o := range os {
		if s := o.Explanation.State; s != Evidenced && s != Expiring && o.Explanation.Rule.OutOf == 0 {
			out = append(out, o.Node)
		}
	}
	return out
}

// Waits answers the capabilities that precede one and are not evidenced, of those that Prerequisites answers.
func Waits(prerequisites map[string][]string, capability string, evidenced func(string) bool) []string {
	var out []string
	for _, id := range prerequisites[capability] {
		if !evidenced(id) {
			out = append(out, id)
		}
	}
	return out
}

// compare orders what an activity does: what can be done now, the best effect, the nearest end, what is needed, the lowest level (none
// last), then by id.
func (t Toward) compare(o Toward) int {
	return cmp.Or(cmp.Compare(min(len(t.Waits), 1), min(len(o.Waits), 1)), t.Effect.compare(o.Effect), t.Expires.Compare(o.Expires),
		trueFirst(t.Needed, o.Needed), compareLevels(t.Level, o.Level), cmp.Compare(t.Capability, o.Capability))
}

func (e Effect) compare(o Effect) int {
	order := []Effect{EffectRenews, EffectCompletes, EffectMoves}
	return cmp.Compare(slices.Index(order, e), slices.Index(order, o))
}

// compare orders suggestions as Suggest says.
func (s Suggestion) compare(o Suggestion) int {
	a, b := s.Toward[0], o.Toward[0]
	return cmp.Or(cmp.Compare(min(len(a.Waits), 1), min(len(b.Waits), 1)), trueFirst(s.Opens.IsZero(), o.Opens.IsZero()), s.Effect.compare(o.Effect),
		a.Expires.Compare(b.Expires), cmp.Compare(o.ready(), s.ready()), trueFirst(s.needed(), o.needed()), compareLevels(s.level(), o.level()), s.Activity.compare(o.Activity))
}

// ready is how many capabilities it helps that wait for no other.
func (s Suggestion) ready() (n int) {
	for _, t := range s.Toward {
		if len(t.Waits) == 0 {
			n++
		}
	}
	return n
}

func (s Suggestion) needed() bool {
	return slices.ContainsFunc(s.Toward, func(t Toward) bool { return t.Needed })
}

// level is the lowest level that it helps, 0 when none has one.
func (s Suggestion) level() int {
	level := 0
	for _, t := range s.Toward {
		if level == 0 || t.Level != 0 && t.Level < level {
			level = t.Level
		}
	}
	return level
}

func trueFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// compareLevels puts the lower level first, and none last.
func compareLevels(a, b int) int {
	return cmp.Compare((a+maxLevel)%(maxLevel+1), (b+maxLevel)%(maxLevel+1))
}
