package web

import (
	"context"
	"fmt"

	"cairn/mapping"
)

// explain asks why a capability stands as it does for the session's learner. Without one (preview, anonymous) the explanation
// still tells the rule and the activities.
func (s *site) explain(ctx context.Context, session *Session, capability string) (mapping.Explanation, error) {
	_, x, err := s.explainOf(ctx, session, owner(session), capability)
	return x, err
}

// names answers the names of activities: as those who lead the course call them, as they were placed there, or as their records tell.
func (s *site) names(ctx context.Context, c Course, iris []string) (map[string]string, error) {
	names, err := s.Records.ActivityNames(ctx, iris)
	if err != nil {
		return nil, fmt.Errorf("read the names of activities: %w", err)
	}
	placed, err := s.placed(ctx, c)
	if err != nil {
		return nil, err
	}
	for iri, a := range placed {
		names[iri] = a.Title
	}
	called, err := s.Courses.Names(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("read what the course calls its activities: %w", err)
	}
	for iri, name := range called {
		names[iri] = name
	}
	return names, nil
}

// placed answers the activities that Cairn placed in the course, by the IRI that is tagged.
func (s *site) placed(ctx context.Context, c Course) (map[string]PlacedActivity, error) {
	all, err := s.Activities.OfCourse(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("read the placed activities of the course: %w", err)
	}
	out := make(map[string]PlacedActivity, len(all))
	for _, a := range all {
		out[a.Records] = a
	}
	return out, nil
}

// activityName is how an activity reads: its name, or the end of its address.
func activityName(a mapping.ActivityRef) string {
	if a.Name != "" {
		return a.Name
	}
	return shortAddress(a.IRI)
}

// ruleWords puts a rule in sentences. Authors read the same.
func (l locale) ruleWords(r mapping.RuleOf) []string {
	if r.OutOf == 0 {
		return []string{l.say("rule.none")}
	}
	var out []string
	switch r.Kind {
	case mapping.RuleAll:
		out = append(out, l.say("rule.all", "n", r.OutOf))
	case mapping.RuleN:
		out = append(out, l.say("rule.n_of", "need", r.Need, "n", r.OutOf))
	default:
		out = append(out, l.say("rule.any", "n", r.OutOf))
	}
	switch {
	case r.MinMilli != nil && r.Scored == r.OutOf:
		out = append(out, l.say("rule.score", "score", l.milli(*r.MinMilli)))
	case r.MinMilli != nil:
		out = append(out, l.say("rule.scoresome", "n", r.Scored, "score", l.milli(*r.MinMilli)))
	case r.Scored > 0:
		out = append(out, l.say("rule.scoremixed"))
	}
	return append(out, l.say("rule.finished"))
}

// scopeWords says where a result comes from, seen from the session's course.
func (l locale) scopeWords(session *Session, x mapping.Explanation) string {
	scope := x.Scope
	switch {
	case x.Rule.OutOf == 0:
		return "" // nothing is tagged, so there is no rule yet
	case scope.Kind != mapping.ScopeCourse:
		return l.say("scope." + string(scope.Kind))
	case scope.Same(session.Course.Scope()):
		return l.say("scope.course")
	}
	return l.say("scope.othercourse")
}

// countedWords is one line of what counted.
func (l locale) countedWords(f mapping.Finding) string {
	if f.Self {
		return l.say("finding.said", "activity", activityName(f.Activity), "date", l.date(f.At))
	}
	if f.Score == nil {
		return l.say("finding.counted", "activity", activityName(f.Activity), "date", l.date(f.At))
	}
	return l.say("finding.scored", "activity", activityName(f.Activity), "score", l.milli(*f.Score), "date", l.date(f.At))
}

// notCountedWords is one line of what did not count, with its reason.
func (l locale) notCountedWords(f mapping.Finding) string {
	return l.say("finding.not", "activity", activityName(f.Activity), "date", l.date(f.At), "reason", l.reasonWords(f))
}

func (l locale) reasonWords(f mapping.Finding) string {
	gaps := []any{}
	if f.Score != nil {
		gaps = append(gaps, "score", l.milli(*f.Score))
	}
	if f.Needed != nil {
		gaps = append(gaps, "needed", l.milli(*f.Needed))
	}
	if !f.ByTime.IsZero() {
		gaps = append(gaps, "date", l.date(f.ByTime))
	}
	return l.say("reason."+string(f.Reason), gaps...)
}

// causeWords says what made a state change.
func (l locale) causeWords(t mapping.Transition) string { return l.say("cause." + string(t.Cause)) }
