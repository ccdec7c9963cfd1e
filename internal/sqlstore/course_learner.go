package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"cairn/internal/web"
	"cairn/mapping"
	"cairn/xapi"
)

// countedMost is how many of the newest records of an activity are looked through for who made them: a page must not cost what a
// course has ever done.
const countedMost = 2000

// Learners is web.Courses. A record belongs to an activity when it is about it, or about something that lies under it.
func (c Courses) Learners(ctx context.Context, course web.Course, iris []string) (map[string]web.Count, error) {
	out := make(map[string]web.Count, len(iris))
	who, err := c.actors(ctx, course)
	if err != nil || len(who) == 0 {
		return out, err
	}
	terms, err := c.activityTerms(ctx, iris)
	if err != nil {
		return nil, err
	}
	for iri, term := range terms {
		people, all, err := c.learnersOf(ctx, term, who)
		if err != nil {
			return nil, err
		}
		out[iri] = web.Count{N: len(people), More: !all}
	}
	return out, nil
}

// LearnersOf is web.Courses.
func (c Courses) LearnersOf(ctx context.Context, course web.Course, iri string) ([]string, error) {
	who, err := c.actors(ctx, course)
	if err != nil || len(who) == 0 {
		return nil, err
	}
	terms, err := c.activityTerms(ctx, []string{iri})
	if err != nil || len(terms) == 0 {
		return nil, err
	}
	people, _, err := c.learnersOf(ctx, terms[iri], who)
	return slices.Sorted(maps.Keys(people)), err
}

// actors answers the learner of each agent that the course's learners are known by, by the id of its term.
func (c Courses) actors(ctx context.Context, course web.Course) (map[int64]string, error) {
	var rows []struct {
		ID      int64
		Learner string
	}
	if err := c.s.Select(ctx, &rows, `SELECT t.id, l.learner FROM membership m JOIN account a ON a.id = m.account
		JOIN agent_link l ON l.learner = a.learner AND l.ended = 0 JOIN term t ON t.kind = ? AND t.value = l.agent
		WHERE m.registration = ? AND m.context = ? AND m.is_learner`, int64(xapi.TermAgent), course.Registration, course.ID); err != nil {
		return nil, fmt.Errorf("sqlstore: read the agents of a course: %w", err)
	}
	out := make(map[int64]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Learner
	}
	return out, nil
}

func (c Courses) activityTerms(ctx context.Context, iris []string) (map[string]int64, error) {
	var rows []struct {
		ID    int64
		Value string
		Whole *string
	}
	if err := c.s.Select(ctx, &rows, `SELECT id, value, whole FROM term WHERE kind = ? AND `+c.s.d.in("value"), int64(xapi.TermActivity), c.s.d.list(storedValues(iris))); err != nil {
		return nil, fmt.Errorf("sqlstore: find activities: %w", err)
	}
	out := make(map[string]int64, len(rows))
	for _, r := range rows {
		out[givenValue(r.Value, r.Whole)] = r.ID
	}
	return out, nil
}

// learnersOf answers who made the newest records of an activity, and whether these are all there are.
func (c Courses) learnersOf(ctx context.Context, term int64, who map[int64]string) (people map[string]bool, all bool, err error) {
	var actors []int64
	for _, table := range []string{"statement", "checkpoint"} {
		var some []int64
		if err := c.s.Select(ctx, &some, `SELECT s.actor FROM `+table+` s JOIN (
			SELECT pos FROM (SELECT pos FROM statement_link WHERE term = ? AND role = ? ORDER BY pos DESC LIMIT ?) o
			UNION SELECT pos FROM (SELECT pos FROM statement_link WHERE term = ? AND role = ? ORDER BY pos DESC LIMIT ?) u) f ON f.pos = s.pos
		WHERE s.voided_pos IS NULL`, term, int64(xapi.RoleObject), countedMost, term, int64(xapi.RoleParent), countedMost); err != nil {
			return nil, false, fmt.Errorf("sqlstore: read the learners of an activity: %w", err)
		}
		actors = append(actors, some...)
	}
	people = map[string]bool{}
	for _, a := range actors {
		if learner := who[a]; learner != "" {
			people[learner] = true
		}
	}
	return people, len(actors) < countedMost, nil
}

// Under is web.Courses.
func (c Courses) Under(ctx context.Context, course web.Course, prefix string) (int, error) {
	parent, _ := storedValue(course.IRI)
	start, _ := storedValue(prefix)
	var values []string
	if err := c.s.Select(ctx, &values, `SELECT activity FROM activity_seen WHERE parent = ? AND substr(activity, 1, ?) = ?`, parent, len([]rune(start)), start); err != nil {
		return 0, fmt.Errorf("sqlstore: count what a prefix takes: %w", err)
	}
	n, selector := 0, mapping.Selector{Kind: mapping.SelectPrefix, IRI: prefix}
	for _, v := range values {
		if selector.Matches(mapping.Record{Activity: v}) {
			n++
		}
	}
	return n, nil
}
