package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"cairn/mapping"
)

// courseTags is what can be tagged in a course and how it is.
type courseTags struct {
	activities []CourseActivity
	aligned    []mapping.Alignment // that hold in the course, its own and wider ones
	scope      mapping.Scope       // of the course
	called     map[string]string   // what the course calls its activities, by IRI
}

func (s *site) courseTags(ctx context.Context, c Course) (*courseTags, error) {
	activities, err := s.Courses.Activities(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("read the activities of the course: %w", err)
	}
	aligned, err := s.Courses.Alignments(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("read the tags of the course: %w", err)
	}
	placed, err := s.Activities.OfCourse(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("read the placed activities of the course: %w", err)
	}
	called, err := s.Courses.Names(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("read what the course calls its activities: %w", err)
	}
	t := &courseTags{activities: withPlaced(activities, placed), aligned: aligned, scope: c.Scope(), called: called}
	for i, a := range t.activities {
		t.activities[i].Name = cmp.Or(called[a.IRI], a.Name)
	}
	return t, nil
}

// withPlaced adds the activities that Cairn placed, under the IRI that their statements have.
func withPlaced(list []CourseActivity, placed []PlacedActivity) []CourseActivity {
	for _, p := range placed {
		i := slices.IndexFunc(list, func(a CourseActivity) bool { return a.IRI == p.Records })
		if i < 0 {
			i, list = len(list), append(list, CourseActivity{IRI: p.Records})
		}
		list[i].Name, list[i].Placed, list[i].ByHand = p.Title, true, false
	}
	return list
}

// codeOf is how an address of ours names an activity: an IRI may hold anything, and is nobody's business in a log.
func codeOf(key string) string { return hashSecret(key)[:16] }

// kinds answers which records the author may choose from.
func (a CourseActivity) kinds() []mapping.SelectorKind {
	switch a.kind() {
	case mapping.SelectPrefix:
		return []mapping.SelectorKind{mapping.SelectPrefix}
	case mapping.SelectLink:
		return []mapping.SelectorKind{mapping.SelectUnder, mapping.SelectLink}
	}
	return []mapping.SelectorKind{mapping.SelectUnder, mapping.SelectExact}
}

// key tells what can be tagged apart: an IRI, or all that begin with one.
func (a CourseActivity) key() string { return keyOf(mapping.Selector{Kind: a.kind(), IRI: a.IRI}) }

func (a CourseActivity) code() string { return codeOf(a.key()) }

// kind is which records a new tag takes when nobody chose: what lies under a placed activity is none of its own.
func (a CourseActivity) kind() mapping.SelectorKind {
	switch {
	case a.Prefix:
		return mapping.SelectPrefix
	case a.Placed:
		return mapping.SelectLink
	}
	return mapping.SelectUnder
}

// keyOf is the key of what a selector takes.
func keyOf(s mapping.Selector) string {
	if s.Kind == mapping.SelectPrefix {
		return "prefix " + s.IRI
	}
	return s.IRI
}

// find answers the activity of a code, in this course only.
func (t *courseTags) find(code string) (CourseActivity, bool) {
	for _, a := range t.activities {
		if a.code() == code {
			return a, true
		}
	}
	return CourseActivity{}, false
}

// own answers the course's own tags of an activity, which its authors may change.
func (t *courseTags) own(key string) []mapping.Alignment {
	return t.of(key, func(a mapping.Alignment) bool { return a.Scope.Same(t.scope) })
}

// wider answers the tags of an activity that others set for more than this course.
func (t *courseTags) wider(key string) []mapping.Alignment {
	return t.of(key, func(a mapping.Alignment) bool { return !a.Scope.Same(t.scope) })
}

func (t *courseTags) of(key string, keep func(mapping.Alignment) bool) []mapping.Alignment {
	var out []mapping.Alignment
	for _, a := range t.aligned {
		if keyOf(a.Selector) == key && keep(a) {
			out = append(out, a)
		}
	}
	return out
}

// count is how many capabilities an activity is tagged with.
func (t *courseTags) count(key string) int {
	seen := map[string]bool{}
	for _, a := range t.aligned {
		if keyOf(a.Selector) == key {
			seen[a.Capability] = true
		}
	}
	return len(seen)
}

// tags says whether an activity is tagged with a capability.
func (t *courseTags) tags(key, capability string) bool {
	return slices.ContainsFunc(t.aligned, func(a mapping.Alignment) bool { return keyOf(a.Selector) == key && a.Capability == capability })
}

// byCapability answers the names of the activities that each capability is tagged with, each once.
func (t *courseTags) byCapability() map[string][]string {
	names := map[string]string{}
	for _, a := range t.activities {
		names[a.key()] = named(a)
	}
	out, seen := map[string][]string{}, map[string]bool{}
	for _, a := range t.aligned {
		if key := a.Capability + " " + keyOf(a.Selector); !seen[key] {
			seen[key] = true
			out[a.Capability] = append(out[a.Capability], cmp.Or(names[keyOf(a.Selector)], shortAddress(a.Selector.IRI)))
		}
	}
	return out
}

// named answers an activity's name, or the end of its address.
func named(a CourseActivity) string { return cmp.Or(a.Name, shortAddress(a.IRI)) }
