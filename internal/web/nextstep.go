package web

import (
	"cairn/mapping"
)

// suggest answers the activities that would count towards what the record shows and has no lasting evidence yet, the best first.
func (r *record) suggest(all map[string]mapping.Explanation) []mapping.Suggestion {
	return mapping.Suggest(r.outlooks(all))
}

func (r *record) outlooks(all map[string]mapping.Explanation) []mapping.Outlook {
	tracked := r.tracked("")
	out := make([]mapping.Outlook, 0, len(tracked))
	before := r.cat.Prerequisites()
	has := func(id string) bool {
		state := r.of(id).State
		return state == mapping.Evidenced || state == mapping.Expiring
	}
	for _, n := range tracked {
		if x, ok := all[n.ID]; ok && x.State != mapping.Evidenced { // nothing is left to do there
			needed := r.ratings[n.ID].Needed
			out = append(out, mapping.Outlook{Node: n, Explanation: x, Needed: needed != mapping.RatingNone && needed != mapping.RatingNotNeeded,
				Waits: mapping.Waits(before, n.ID, has)})
		}
	}
	return out
}

// doNext is the one step that the overview offers.
type doNext struct {
	nextActivity
	Towards string
	All     string // where all steps are
}

// doNext answers the best step that can be opened from here, else the best one; nil when there is none.
func (s *site) doNext(v *visit, r *record, all map[string]mapping.Explanation) (*doNext, error) {
	steps := r.suggest(all)
	if len(steps) == 0 {
		return nil, nil
	}
	placed, err := s.placed(v.Context(), v.session.Course)
	if err != nil {
		return nil, err
	}
	best := steps[0]
	for _, one := range steps {
		if s.nextActivity(v, one.Activity, placed).Href != "" {
			best = one
			break
		}
	}
	return &doNext{s.nextActivity(v, best.Activity, placed), v.say("next.towards", "n", len(best.Toward)), r.href(v, "/next")}, nil
}
