package web

import (
	"cmp"
	"slices"

	"cairn/mapping"
)

// step is an activity that would count, with what it would count towards.
type step struct {
	mapping.ActivityRef
	towards   int // capabilities that it moves
	completes int // of these, those that it completes
	level     int // the lowest of them; 0, not given, is after all others
}

// stepsOf answers the activities that would count towards what has no evidence yet, the best first: those that complete a capability,
// then those that move most, the lowest level, the title (pages.md L6).
func (r *record) stepsOf(all map[string]mapping.Explanation) []step {
	found := map[string]*step{}
	for _, n := range r.tracked("") {
		x, ok := all[n.ID]
		if state := r.of(n.ID).State; !ok || state == mapping.Evidenced || state == mapping.Expiring {
			continue
		}
		for _, a := range x.Next {
			if found[a.IRI] == nil {
				found[a.IRI] = &step{ActivityRef: a, level: n.Level}
			}
			one := found[a.IRI]
			one.towards++
			if x.Missing == 1 && !x.NeedsEndorsement {
				one.completes++
			}
			if compareLevels(n.Level, one.level) < 0 {
				one.level = n.Level
			}
		}
	}
	out := make([]step, 0, len(found))
	for _, one := range found {
		out = append(out, *one)
	}
	slices.SortFunc(out, func(a, b step) int {
		return cmp.Or(cmp.Compare(min(b.completes, 1), min(a.completes, 1)), cmp.Compare(b.towards, a.towards), compareLevels(a.level, b.level),
			cmp.Compare(activityName(a.ActivityRef), activityName(b.ActivityRef)), cmp.Compare(a.IRI, b.IRI))
	})
	return out
}

// doNext is the one step that the overview offers.
type doNext struct {
	nextActivity
	Towards string
}

// doNext answers the best step that can be opened from here, else the best one; nil when there is none.
func (s *site) doNext(v *visit, r *record, all map[string]mapping.Explanation) (*doNext, error) {
	steps := r.stepsOf(all)
	if len(steps) == 0 {
		return nil, nil
	}
	placed, err := s.placed(v.Context(), v.session.Course)
	if err != nil {
		return nil, err
	}
	best := &doNext{s.nextActivity(v, steps[0].ActivityRef, placed), v.say("next.towards", "n", steps[0].towards)}
	for _, one := range steps {
		if a := s.nextActivity(v, one.ActivityRef, placed); a.Href != "" {
			return &doNext{a, v.say("next.towards", "n", one.towards)}, nil
		}
	}
	return best, nil
}
