package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cairn/internal/web"
)

// People reads who is in courses. It is web.People.
type People struct{ s *Store }

var _ web.People = People{}

// People answers the people of this database.
func (s *Store) People() People { return People{s} }

// Seen is web.People.
func (p People) Seen(ctx context.Context, course web.Course) ([]web.Person, error) {
	var rows []struct {
		ID, Learner, Name, Subject string
		IsLearner                  bool `db:"is_learner"`
	}
	if err := p.s.Select(ctx, &rows, `SELECT a.id, a.learner, a.name, a.subject, m.is_learner FROM membership m JOIN account a ON a.id = m.account
		WHERE m.registration = ? AND m.context = ? ORDER BY a.created, a.id`, course.Registration, course.ID); err != nil {
		return nil, fmt.Errorf("sqlstore: read who opened a course: %w", err)
	}
	out := make([]web.Person, len(rows))
	for i, r := range rows {
		out[i] = web.Person{Member: web.Member{Account: r.ID, Learner: r.Learner, Name: r.Name}, Subject: r.Subject, IsLearner: r.IsLearner}
	}
	return out, nil
}

// partsMost bounds the capabilities of one question, two parameters each.
const partsMost = 8000

// Figures is web.People: one query, whose answer has a row for each learner and part.
func (p People) Figures(ctx context.Context, learners []string, parts map[string]string) (map[string]map[string]web.Figure, error) {
	out := map[string]map[string]web.Figure{}
	if len(learners) == 0 || len(parts) == 0 {
		return out, nil
	}
	if len(parts) > partsMost {
		return nil, fmt.Errorf("sqlstore: count progress: %d capabilities are more than %d", len(parts), partsMost)
	}
	ids := make([]string, 0, len(parts))
	for id := range parts {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var args []any
	for _, id := range ids {
		args = append(args, id, parts[id])
	}
	var rows []struct {
		Learner, Part       string
		Evidenced, Expiring int
	}
	query := `WITH part (capability, part) AS (VALUES (CAST(? AS TEXT), CAST(? AS TEXT))` + strings.Repeat(", (?, ?)", len(ids)-1) + `)
		SELECT p.learner, part.part, COUNT(*) AS evidenced, SUM(CASE WHEN p.state = 'expiring' THEN 1 ELSE 0 END) AS expiring
		FROM progress p JOIN part ON part.capability = p.capability
		WHERE p.state IN ('evidenced', 'expiring') AND ` + p.s.d.in("p.learner") + ` GROUP BY p.learner, part.part`
	if err := p.s.Select(ctx, &rows, query, append(args, p.s.d.list(learners))...); err != nil {
		return nil, fmt.Errorf("sqlstore: count progress: %w", err)
	}
	for _, r := range rows {
		if out[r.Learner] == nil {
			out[r.Learner] = map[string]web.Figure{}
		}
		out[r.Learner][r.Part] = web.Figure{Evidenced: r.Evidenced, Expiring: r.Expiring}
	}
	return out, nil
}
