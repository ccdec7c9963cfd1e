package web

import (
	"fmt"
	"html/template"
	"slices"
	"time"

	"cairn/mapping"
)

// otherTracks is what stands beside evidence, by capability: how the learner rates themselves, and what others have seen.
type otherTracks struct {
	ratings  map[string]string
	endorsed map[string][]mapping.Endorsement
	names    map[string]string // of who endorsed, by account
}

// has says whether there is anything beside evidence for a capability.
func (t otherTracks) has(capability string) bool {
	return t.ratings[capability] != "" || len(t.endorsed[capability]) > 0
}

// otherTracks reads the last ratings and the endorsements that stand, at a moment. Of somebody else's record the ratings are those that
// are shared.
func (s *site) otherTracks(v *visit, r *record, at time.Time) (otherTracks, error) {
	out, who := otherTracks{ratings: map[string]string{}, endorsed: map[string][]mapping.Endorsement{}}, r.learner
	if who == "" {
		return out, nil
	}
	ratings, err := s.Tracks.Ratings(v.Context(), who)
	if err != nil {
		return out, fmt.Errorf("read the ratings of a learner: %w", err)
	}
	for _, m := range ratings {
		if m, err = s.ratingBy(v, m, at); err != nil {
			return out, err
		}
		if !m.Cleared() && (r.name == "" || m.Shared) {
			out.ratings[m.Capability] = v.ratingWords(m)
			if apart := v.apartWords(m, r.of(m.Capability).State); apart != "" && r.name == "" {
				out.ratings[m.Capability] += " " + apart
			}
		}
	}
	all, err := s.Tracks.Endorsements(v.Context(), who)
	if err != nil {
		return out, fmt.Errorf("read the endorsements of a learner: %w", err)
	}
	if out.names, err = s.endorsers(v, all); err != nil {
		return out, err
	}
	for _, e := range all {
		if e.WithdrawnAt.After(at) {
			e.WithdrawnAt = time.Time{}
		}
		if !e.At.After(at) && e.Stands(at) {
			out.endorsed[e.Capability] = append(out.endorsed[e.Capability], e)
		}
	}
	return out, nil
}

// endorsementsIn writes what others have seen of a capability, as markup or as plain text.
func endorsementsIn[T string | template.HTML](say func(key string, gaps ...any) T, l locale, t otherTracks, capability string) (out []T) {
	for _, e := range t.endorsed[capability] {
		out = append(out, endorsementIn(say, l, e, t.names))
	}
	return out
}

// ratingBy answers what held at a moment in place of a rating that came after it; a cleared one when nothing did.
func (s *site) ratingBy(v *visit, last mapping.Rating, at time.Time) (mapping.Rating, error) {
	if !last.At.After(at) {
		return last, nil
	}
	all, err := s.Tracks.RatingHistory(v.Context(), last.Learner, last.Capability)
	if err != nil {
		return last, fmt.Errorf("read the ratings of a learner: %w", err)
	}
	for _, m := range slices.Backward(all) {
		if !m.At.After(at) {
			return m, nil
		}
	}
	return mapping.Rating{Capability: last.Capability}, nil
}

// addTracks reads them into a record.
func (s *site) addTracks(v *visit, m *myRecord) (err error) {
	at := m.at
	if at.IsZero() {
		at = s.Now()
	}
	m.tracks, err = s.otherTracks(v, m.record, at)
	return err
}

// listed says whether a capability stands in the record: something counted towards it once, or stands beside that.
func (m *myRecord) listed(n mapping.Node) bool {
	return m.of(n.ID).State != mapping.NotStarted || m.tracks.has(n.ID)
}
