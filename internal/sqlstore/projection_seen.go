package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"cairn/internal/pipeline"
	"cairn/xapi"
)

// seenPlace is the key of activity_seen, as values of table term.
type seenPlace struct{ Parent, Activity string }

// isNested says of a row x of activity_seen whether the activity lies under another that was seen under the same parent, as an
// attempt under its quiz. What only holds others hides nothing. Its parameters are nestedArgs.
func (d *dialect) isNested() string {
	return `EXISTS (SELECT 1 FROM activity_seen y JOIN activity_seen z ON z.parent = x.parent AND z.activity = y.parent
		JOIN term ty ON ty.kind = ? AND ty.value = y.parent LEFT JOIN activity dy ON dy.term = ty.id
		WHERE y.activity = x.activity AND y.parent <> x.parent AND y.parent <> x.activity AND NOT (` + d.in("COALESCE(dy.type, '')") + `))`
}

func (d *dialect) nestedArgs() []any { return []any{int64(xapi.TermActivity), d.list(containers)} }

// commitSeen notes what was seen where, and keeps which of it a page of a course shows: finding that as the page is asked for would
// cost a walk through every attempt of the course.
func (t *Tx) commitSeen(ctx context.Context, b pipeline.Batch) error {
	later := func(a, b pipeline.SeenActivity) int { return a.LastSeen.Compare(b.LastSeen) }
	place := func(s pipeline.SeenActivity) seenPlace {
		parent, _ := storedValue(s.Parent)
		activity, _ := storedValue(s.Activity)
		return seenPlace{parent, activity}
	}
	seen := lastOf(slices.SortedStableFunc(slices.Values(b.Seen), later), place)
	if len(seen) == 0 {
		return nil
	}
	rows, places := make([][]any, len(seen)), make([]seenPlace, len(seen))
	for i, s := range seen {
		places[i] = place(s)
		rows[i] = []any{places[i].Parent, places[i].Activity, micros(s.LastSeen)}
	}
	fresh, err := t.freshPlaces(ctx, places)
	if err != nil {
		return err
	}
	if err := t.insertRows(ctx, `INSERT INTO activity_seen (parent, activity, last_seen)`,
		` ON CONFLICT (parent, activity) DO UPDATE SET last_seen = excluded.last_seen WHERE excluded.last_seen > activity_seen.last_seen`, rows); err != nil {
		return err
	}
	return t.nest(ctx, places, fresh)
}

// activitiesOf is each activity of the places once.
func activitiesOf(places []seenPlace) []string {
	out := make([]string, len(places))
	for i, p := range places {
		out[i] = p.Activity
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// freshPlaces answers the places that are not in the table yet, and whose activity holds others there already.
func (t *Tx) freshPlaces(ctx context.Context, places []seenPlace) ([]seenPlace, error) {
	var holders []string
	activities := t.db.d.list(activitiesOf(places))
	if err := t.Select(ctx, &holders, `SELECT DISTINCT parent FROM activity_seen WHERE `+t.db.d.in("parent"), activities); err != nil {
		return nil, fmt.Errorf("sqlstore: read what activities hold: %w", err)
	}
	if len(holders) == 0 {
		return nil, nil
	}
	var known []seenPlace
	if err := t.Select(ctx, &known, `SELECT parent, activity FROM activity_seen WHERE `+t.db.d.in("activity"), t.db.d.list(holders)); err != nil {
		return nil, fmt.Errorf("sqlstore: read where activities were seen: %w", err)
	}
	held, old := map[string]bool{}, map[seenPlace]bool{}
	for _, h := range holders {
		held[h] = true
	}
	for _, k := range known {
		old[k] = true
	}
	return slices.DeleteFunc(slices.Clone(places), func(p seenPlace) bool { return !held[p.Activity] || old[p] }), nil
}

// nest finds anew what lies under what: for the activities of the places, and for what lies under an activity that is fresh in a
// place.
func (t *Tx) nest(ctx context.Context, places, fresh []seenPlace) error {
	d := t.db.d
	args := append(d.nestedArgs(), d.list(activitiesOf(places)))
	if _, err := t.Exec(ctx, `UPDATE activity_seen AS x SET nested = `+d.isNested()+` WHERE `+d.in("x.activity"), args...); err != nil {
		return fmt.Errorf("sqlstore: note what lies under what: %w", err)
	}
	for _, p := range fresh {
		args := append([]any{true, p.Parent, p.Activity}, d.nestedArgs()...)
		if _, err := t.Exec(ctx, `UPDATE activity_seen AS x SET nested = ? WHERE x.parent = ? AND NOT x.nested
			AND x.activity IN (SELECT c.activity FROM activity_seen c WHERE c.parent = ?) AND `+d.isNested(), args...); err != nil {
			return fmt.Errorf("sqlstore: note what lies under an activity: %w", err)
		}
	}
	return nil
}
