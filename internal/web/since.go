package web

import (
	"fmt"
	"time"

	"cairn/mapping"
)

// mostChanges bounds how many changes the overview sums up.
const mostChanges = 500

// sinceLine is what changed since the last visit, in one line.
type sinceLine struct {
	Text string
	Href string
}

// lastVisit answers when the learner's visit before this one ended, the zero time when there was none, and notes this one. Pages
// opened within the life of a session are one visit.
func (s *site) lastVisit(v *visit) (time.Time, error) {
	p, err := s.preference(v)
	if err != nil || owner(v.session) == "" {
		return time.Time{}, err
	}
	now := s.Now()
	switch idle := now.Sub(p.Visited); {
	case !p.Visited.IsZero() && idle < prolongEvery:
		return p.Before, nil
	case p.Visited.IsZero() || idle >= s.SessionLife:
		p.Before = p.Visited
	}
	p.Visited = now
	if err := s.Preferences.SaveVisit(v.Context(), v.session.Learner, p.Visited, p.Before); err != nil {
		return time.Time{}, fmt.Errorf("keep a visit: %w", err)
	}
	v.preferred = &p
	return p.Before, nil
}

// since sums up what changed since the last visit; nil when there was none, or nothing did.
func (s *site) since(v *visit, r *record) (*sinceLine, error) {
	last, err := s.lastVisit(v)
	if err != nil || last.IsZero() {
		return nil, err
	}
	changes, _, err := s.Records.Changes(v.Context(), owner(v.session), ids(r.tracked("")), last, 0, mostChanges)
	if err != nil {
		return nil, fmt.Errorf("read what changed: %w", err)
	}
	words := v.sumUp(changes)
	if words == "" {
		return nil, nil
	}
	return &sinceLine{Text: v.say("since.line", "date", v.date(last), "what", words), Href: v.to("me/changes")}, nil
}

// sumUp counts the capabilities that stand otherwise than before some changes, the newest of which comes first: "2 newly evidenced, 1
// withdrawn", "" for none.
func (l locale) sumUp(changes []Change) string {
	before, after, order := map[string]mapping.State{}, map[string]mapping.State{}, map[mapping.State]int{}
	for _, c := range changes {
		if _, newer := after[c.Capability]; !newer {
			after[c.Capability] = c.To
		}
		before[c.Capability] = c.From
	}
	for id, to := range after {
		if to != before[id] {
			order[to]++
		}
	}
	out := ""
	for _, state := range []mapping.State{mapping.Evidenced, mapping.InProgress, mapping.Expired, mapping.Withdrawn} {
		if n := order[state]; n > 0 {
			words := l.say("since."+string(state), "n", n)
			if out != "" {
				words = l.say("since.and", "one", out, "other", words)
			}
			out = words
		}
	}
	return out
}

// ids answers the ids of nodes.
func ids(nodes []mapping.Node) []string {
	out := make([]string, len(nodes))
	for i, n := range nodes {
		out[i] = n.ID
	}
	return out
}
