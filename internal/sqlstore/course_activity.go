package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
	"cairn/xapi"
)

// containers is the types of activities that hold others and are not done themselves: they cannot be tagged, and what lies under
// them is not hidden by them.
var containers = []string{
	"http://id.tincanapi.com/activitytype/section",
	"http://id.tincanapi.com/activitytype/lms",
	"http://id.tincanapi.com/activitytype/site",
	"http://adlnet.gov/expapi/activities/course",
	"https://w3id.org/xapi/cmi5/activitytype/course",
}

// seenRow is an activity with what statements said of it.
type seenRow struct {
	Value      string
	Whole      *string
	Name, Type string
	LastSeen   int64 `db:"last_seen"`
}

func (r seenRow) activity() web.CourseActivity {
	a := web.CourseActivity{IRI: givenValue(r.Value, r.Whole), Name: r.Name, Type: r.Type}
	if r.LastSeen != 0 {
		a.LastSeen = fromMicros(r.LastSeen)
	}
	return a
}

// Activities is web.Courses: what statements name the course for, without what lies under another of these activities (an
// attempt lies under its quiz), and what the course's own alignments name.
func (c Courses) Activities(ctx context.Context, course web.Course) ([]web.CourseActivity, error) {
	out, err := c.seen(ctx, course)
	if err != nil {
		return nil, err
	}
	named, err := c.named(ctx, course, out)
	if err != nil {
		return nil, err
	}
	out = append(out, named...)
	slices.SortFunc(out, func(a, b web.CourseActivity) int {
		return cmp.Or(cmp.Compare(unnamed(a), unnamed(b)), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.IRI, b.IRI))
	})
	return out, nil
}

// unnamed sorts activities without a name behind the others.
func unnamed(a web.CourseActivity) int {
	if a.Name == "" {
		return 1
	}
	return 0
}

// seen reads what statements name the course for, at the cost of what it answers: see commitSeen.
func (c Courses) seen(ctx context.Context, course web.Course) ([]web.CourseActivity, error) {
	if course.IRI == "" {
		return nil, nil
	}
	parent, _ := storedValue(course.IRI)
	var top []struct {
		Activity string
		LastSeen int64 `db:"last_seen"`
	}
	if err := c.s.Select(ctx, &top, `SELECT activity, last_seen FROM activity_seen WHERE parent = ? AND NOT nested AND activity <> parent`, parent); err != nil {
		return nil, fmt.Errorf("sqlstore: read the activities of a course: %w", err)
	}
	values, last := make([]string, len(top)), make(map[string]int64, len(top))
	for i, t := range top {
		values[i], last[t.Activity] = t.Activity, t.LastSeen
	}
	// A query of its own: PostgreSQL cannot know how few of a course's activities lie under no other, and would read all there are.
	var rows []seenRow
	if err := c.s.Select(ctx, &rows, `SELECT t.value, t.whole, COALESCE(d.name, '') AS name, COALESCE(d.type, '') AS type
		FROM term t LEFT JOIN activity d ON d.term = t.id
		WHERE t.kind = ? AND `+c.s.d.in("t.value")+` AND NOT (`+c.s.d.in("COALESCE(d.type, '')")+`) AND NOT EXISTS (
			SELECT 1 FROM placement p WHERE p.module = t.value AND p.activity = '')`,
		int64(xapi.TermActivity), c.s.d.list(values), c.s.d.list(containers)); err != nil {
		return nil, fmt.Errorf("sqlstore: read the activities of a course: %w", err)
	}
	out := make([]web.CourseActivity, len(rows))
	for i, r := range rows {
		r.LastSeen = last[r.Value]
		out[i] = r.activity()
	}
	return out, nil
}

// named reads what the course's own alignments name and is not listed yet.
func (c Courses) named(ctx context.Context, course web.Course, listed []web.CourseActivity) ([]web.CourseActivity, error) {
	own, err := selectAligned(ctx, c.s.DB, `WHERE ended = 0 AND registration = ? AND context = ?`, course.Registration, course.ID)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, a := range listed {
		known[a.IRI] = true
	}
	var iris []string
	var prefixes []web.CourseActivity
	for _, a := range own {
		if key := "prefix " + a.Selector.IRI; a.Selector.Kind == mapping.SelectPrefix {
			if !known[key] {
				known[key] = true
				prefixes = append(prefixes, web.CourseActivity{IRI: a.Selector.IRI, ByHand: true, Prefix: true})
			}
			continue
		}
		if !known[a.Selector.IRI] {
			known[a.Selector.IRI] = true
			iris = append(iris, a.Selector.IRI)
		}
	}
	if len(iris) == 0 {
		return prefixes, nil
	}
	described, err := c.described(ctx, course, iris)
	return append(described, prefixes...), err
}

// described reads what is known of activities that an author named.
func (c Courses) described(ctx context.Context, course web.Course, iris []string) ([]web.CourseActivity, error) {
	parent, _ := storedValue(course.IRI)
	var rows []seenRow
	if err := c.s.Select(ctx, &rows, `SELECT t.value, t.whole, COALESCE(d.name, '') AS name, COALESCE(d.type, '') AS type, COALESCE(x.last_seen, 0) AS last_seen
		FROM term t LEFT JOIN activity d ON d.term = t.id LEFT JOIN activity_seen x ON x.parent = ? AND x.activity = t.value
		WHERE t.kind = ? AND `+c.s.d.in("t.value"), parent, int64(xapi.TermActivity), c.s.d.list(storedValues(iris))); err != nil {
		return nil, fmt.Errorf("sqlstore: read activities: %w", err)
	}
	found := map[string]web.CourseActivity{}
	for _, r := range rows {
		a := r.activity()
		found[a.IRI] = a
	}
	out := make([]web.CourseActivity, len(iris))
	for i, iri := range iris {
		out[i] = found[iri]
		out[i].IRI, out[i].ByHand = iri, out[i].LastSeen.Equal(time.Time{})
	}
	return out, nil
}

// storedValues is the values of table term of identifiers.
func storedValues(iris []string) []string {
	out := make([]string, len(iris))
	for i, iri := range iris {
		out[i], _ = storedValue(iri)
	}
	return out
}
