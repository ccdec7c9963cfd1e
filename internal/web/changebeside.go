package web

import (
	"fmt"
	"slices"
	"time"

	"cairn/mapping"
)

// beside reads what happened beside the states since a time: ratings, endorsements, rules of the course and wider ones, and versions of
// the framework.
func (s *site) beside(v *visit, f *feed, since time.Time) ([]happening, error) {
	out, err := s.ratingsSince(v, f, since)
	if err != nil {
		return nil, err
	}
	seen, err := s.endorsedSince(v, f, since)
	if err != nil {
		return nil, err
	}
	ruled, err := s.ruledSince(v, f, since)
	return slices.Concat(out, seen, ruled), err
}

// ratingsSince is what the learner said of themselves; others read what is shared with them.
func (s *site) ratingsSince(v *visit, f *feed, since time.Time) (out []happening, err error) {
	all, err := s.Tracks.AllRatings(v.Context(), f.learner)
	if err != nil {
		return nil, fmt.Errorf("read the ratings of a learner: %w", err)
	}
	if f.name != "" {
		all = sharedNow(all)
	}
	for _, m := range all {
		if _, shown := f.nodes[m.Capability]; !shown || !m.At.After(since) {
			continue
		}
		row := changedRow{Kind: v.say("tracks.rating"), Cause: v.ratingWords(m)}
		if f.name != "" {
			row.Kind = v.say("tracks.theirs")
		}
		f.about(&row, m.Capability, m.At)
		out = append(out, happening{m.At, row})
	}
	return out, nil
}

// sharedNow leaves of ratings, the first one first, those that were shared and whose capability's last one still is.
func sharedNow(all []mapping.Rating) []mapping.Rating {
	last := map[string]bool{}
	for _, m := range all {
		last[m.Capability] = m.Shared && !m.Cleared()
	}
	return slices.DeleteFunc(slices.Clone(all), func(m mapping.Rating) bool { return !m.Shared || !last[m.Capability] })
}

// endorsedSince is what others said to have seen, and what they took back.
func (s *site) endorsedSince(v *visit, f *feed, since time.Time) (out []happening, err error) {
	all, err := s.Tracks.Endorsements(v.Context(), f.learner)
	if err != nil {
		return nil, fmt.Errorf("read the endorsements of a learner: %w", err)
	}
	names, err := s.endorsers(v, all)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		if _, shown := f.nodes[e.Capability]; !shown {
			continue
		}
		add := func(kind string, at time.Time, e mapping.Endorsement) {
			if at.IsZero() || !at.After(since) || at.After(s.Now()) {
				return
			}
			row := changedRow{Kind: kind, Cause: v.endorsementWords(e, names)}
			f.about(&row, e.Capability, at)
			out = append(out, happening{at, row})
		}
		given := e
		given.WithdrawnAt = time.Time{}
		add(v.say("changes.endorsed"), e.At, given)
		if add(v.say("changes.withdrawn"), e.WithdrawnAt, e); e.WithdrawnAt.IsZero() {
			add(v.say("changes.ended"), e.Until, e)
		}
	}
	return out, nil
}

// ruledSince is how rules changed and which versions came out. What was so before the first thing that the learner's record knows of
// was no change for them.
func (s *site) ruledSince(v *visit, f *feed, since time.Time) (out []happening, err error) {
	if since.IsZero() {
		if since, err = s.firstChange(v, f); err != nil || since.IsZero() {
			return nil, err
		}
	}
	if f.rules, err = s.Courses.RuleChanges(v.Context(), v.session.Course, f.cat.ID, f.capabilities(), since); err != nil {
		return nil, fmt.Errorf("read how rules changed: %w", err)
	}
	for _, r := range f.rules {
		row := changedRow{Kind: v.say("changes.rule"), Cause: v.ruleWas(r), Name: v.say("changes.usualrule")}
		if r.Capability != "" {
			f.about(&row, r.Capability, r.At)
		}
		out = append(out, happening{r.At, row})
	}
	for _, p := range s.Frameworks.Publications() {
		if p.Catalog.ID == f.cat.ID && p.Published.After(since) {
			row := changedRow{Kind: v.say("changes.version"), Name: p.Catalog.Title, Lang: v.foreign(), Cause: v.say("changes.versionis", "version", p.Catalog.Version)}
			out = append(out, happening{p.Published, row})
		}
	}
	return out, nil
}

// firstChange is when the oldest change of the record became known, the zero time when there is none.
func (s *site) firstChange(v *visit, f *feed) (time.Time, error) {
	_, total, err := s.Records.Changes(v.Context(), f.learner, f.capabilities(), time.Time{}, 0, 1)
	if err != nil || total == 0 {
		return time.Time{}, err
	}
	first, _, err := s.Records.Changes(v.Context(), f.learner, f.capabilities(), time.Time{}, total-1, 1)
	if err != nil || len(first) == 0 {
		return time.Time{}, err
	}
	return first[0].Known, nil
}

// ruleWas says who changed a rule, and how where only the number did.
func (l locale) ruleWas(r RuleChange) string {
	if r.number() {
		return l.say("cause.rulenumber", "n", r.Rule.N, "was", r.Was.N)
	}
	return l.say("changes.ruled." + string(r.Scope.Kind))
}

// ruleWasOn is ruleWas with the day, where the day does not stand beside it.
func (l locale) ruleWasOn(r RuleChange) string {
	if r.number() {
		return l.ruleWas(r)
	}
	return l.say("changes.ruledon."+string(r.Scope.Kind), "date", l.date(r.At))
}

// number says whether a course changed no more of a rule than how many activities it asks for.
func (r RuleChange) number() bool {
	same := r.Rule
	same.N = r.Was.N
	return r.Scope.Kind == mapping.ScopeCourse && r.Rule.Kind == mapping.RuleN && r.Was.N != r.Rule.N && same.Equal(r.Was)
}
