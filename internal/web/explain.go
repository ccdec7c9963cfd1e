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
