package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

// People reads who is in courses. It is web.People.
type People struct {
	s      *Store
	notice time.Duration
}

var _ web.People = People{}

// People answers the people of this database.
func (s *Store) People() People { return People{s, mapping.DefaultNotice} }

// Announcing has what ends within the notice be expiring.
func (p People) Announcing(notice time.Duration) People { return People{p.s, notice} }

// Seen is web.People.
func (p People) Seen(ctx context.Context, course web.Course) ([]web.Person, error) {
	var rows []struct {
		ID, Learner, Name, Subject string
		IsLearner                  bool `db:"is_learner"`
		Since                      int64
	}
	if err := p.s.Select(ctx, &rows, `SELECT a.id, a.learner, a.name, a.subject, m.is_learner, m.since FROM membership m JOIN account a ON a.id = m.account
		WHERE m.registration = ? AND m.context = ? ORDER BY a.created, a.id`, course.Registration, course.ID); err != nil {
		return nil, fmt.Errorf("sqlstore: read who opened a course: %w", err)
	}
	out := make([]web.Person, len(rows))
	for i, r := range rows {
		out[i] = web.Person{Member: web.Member{Account: r.ID, Learner: r.Learner, Name: r.Name}, Subject: r.Subject, IsLearner: r.IsLearner}
		if r.Since != 0 {
			out[i].Since = fromMicros(r.Since)
		}
	}
	return out, nil
}

// partsMost bounds the capabilities of one question, two parameters each.
const partsMost = 8000

// Figures is web.People: one query, whose answer has a row for each learner and part.
func (p People) Figures(ctx context.Context, learners []string, parts map[string]string) (map[string]map[string]web.Figure, error) {
	states, given := p.standing(learners)
	return p.figures(ctx, states, given, learners, parts)
}

// standing is a query for how learners stand now, as learner, capability and state: what ends by time is expiring within the notice.
func (p People) standing(learners []string) (query string, given []any) {
	now := p.s.now()
	return `SELECT learner, capability, CASE WHEN state = 'evidenced' AND expires_at <= ? THEN 'expired' WHEN state = 'evidenced' AND expires_at <= ? THEN 'expiring'
		ELSE state END AS state FROM progress WHERE ` + p.s.d.in("learner"), []any{micros(now), micros(now.Add(p.notice)), p.s.d.list(learners)}
}

// Expiring is web.People.
func (p People) Expiring(ctx context.Context, learners []string, from, until time.Time) ([]web.Expiry, error) {
	var rows []struct {
		Learner, Capability string
		At                  int64
	}
	first, last := micros(from), micros(until)
	if err := p.s.Select(ctx, &rows, `SELECT learner, capability, CASE WHEN state = 'expired' THEN since ELSE expires_at END AS at FROM progress
		WHERE `+p.s.d.in("learner")+` AND (state = 'evidenced' AND expires_at > ? AND expires_at <= ? OR state = 'expired' AND since > ? AND since <= ?)
		ORDER BY at, learner, capability`, p.s.d.list(learners), first, last, first, last); err != nil {
		return nil, fmt.Errorf("sqlstore: read what expires: %w", err)
	}
	out := make([]web.Expiry, len(rows))
	for i, r := range rows {
		out[i] = web.Expiry{Learner: r.Learner, Capability: r.Capability, At: fromMicros(r.At)}
	}
	return out, nil
}

// FiguresOn is web.People.
func (p People) FiguresOn(ctx context.Context, learners []string, parts map[string]string, at time.Time) (map[string]map[string]web.Figure, error) {
	states, given, err := p.stood(ctx, learners, at)
	if err != nil {
		return nil, err
	}
	return p.figures(ctx, states, given, learners, parts)
}

// stood is standing at a time: the states are those of the last transition that the log held then.
func (p People) stood(ctx context.Context, learners []string, at time.Time) (query string, given []any, err error) {
	pos, err := p.s.posAt(ctx, at)
	return `SELECT t.learner, t.capability, t.to_state AS state FROM transition t WHERE ` + p.s.d.in("t.learner") + ` AND t.pos <= ?
		AND NOT EXISTS (SELECT 1 FROM transition u WHERE u.learner = t.learner AND u.capability = t.capability AND u.ordinal > t.ordinal AND u.pos <= ?)`,
		[]any{p.s.d.list(learners), pos, pos}, err
}

// posAt is the position of the last entry that the log had before a time, 0 when it had none.
func (s *Store) posAt(ctx context.Context, at time.Time) (int64, error) {
	statement, err := s.lastAt(ctx, at.Add(-time.Microsecond))
	if err != nil {
		return 0, err
	}
	var event int64
	err = s.Get(ctx, &event, `SELECT pos FROM event WHERE stored < ? ORDER BY pos DESC LIMIT 1`, micros(at))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("sqlstore: find a position by its time: %w", err)
	}
	return max(statement, event), nil
}

// figures counts states, which a query answers as learner, capability and state, by learner and part.
func (p People) figures(ctx context.Context, states string, given []any, learners []string, parts map[string]string) (map[string]map[string]web.Figure, error) {
	out := map[string]map[string]web.Figure{}
	if len(learners) == 0 || len(parts) == 0 {
		return out, nil
	}
	if len(parts) > partsMost {
		return nil, fmt.Errorf("sqlstore: count progress: %d capabilities are more than %d", len(parts), partsMost)
	}
	ids := slices.Sorted(maps.Keys(parts))
	var args []any
	for _, id := range ids {
		args = append(args, id, parts[id])
	}
	var rows []struct {
		Learner, Part       string
		Evidenced, Expiring int
		InProgress          int `db:"in_progress"`
	}
	query := `WITH part (capability, part) AS (VALUES (CAST(? AS TEXT), CAST(? AS TEXT))` + strings.Repeat(", (?, ?)", len(ids)-1) + `)
		SELECT p.learner, part.part, SUM(CASE WHEN p.state IN ('evidenced', 'expiring') THEN 1 ELSE 0 END) AS evidenced,
			SUM(CASE WHEN p.state = 'expiring' THEN 1 ELSE 0 END) AS expiring, SUM(CASE WHEN p.state = 'in_progress' THEN 1 ELSE 0 END) AS in_progress
		FROM (` + states + `) p JOIN part ON part.capability = p.capability
		WHERE p.state IN ('evidenced', 'expiring', 'in_progress') GROUP BY p.learner, part.part`
	if err := p.s.Select(ctx, &rows, query, append(args, given...)...); err != nil {
		return nil, fmt.Errorf("sqlstore: count progress: %w", err)
	}
	for _, r := range rows {
		if out[r.Learner] == nil {
			out[r.Learner] = map[string]web.Figure{}
		}
		out[r.Learner][r.Part] = web.Figure{Evidenced: r.Evidenced, Expiring: r.Expiring, InProgress: r.InProgress}
	}
	return out, nil
}

// Standings is web.People.
func (p People) Standings(ctx context.Context, learners []string) (map[string]web.Standing, error) {
	states, given := p.standing(learners)
	return p.standings(ctx, states, given, learners)
}

// StandingsOn is web.People.
func (p People) StandingsOn(ctx context.Context, learners []string, at time.Time) (map[string]web.Standing, error) {
	states, given, err := p.stood(ctx, learners, at)
	if err != nil {
		return nil, err
	}
	return p.standings(ctx, states, given, learners)
}

// standings counts states, which a query answers as learner, capability and state, by capability.
func (p People) standings(ctx context.Context, states string, given []any, learners []string) (map[string]web.Standing, error) {
	out := map[string]web.Standing{}
	if len(learners) == 0 {
		return out, nil
	}
	var rows []struct {
		Capability, State string
		N                 int
	}
	if err := p.s.Select(ctx, &rows, `SELECT capability, state, COUNT(*) AS n FROM (`+states+`) p GROUP BY capability, state`, given...); err != nil {
		return nil, fmt.Errorf("sqlstore: count where people stand: %w", err)
	}
	for _, r := range rows {
		n := out[r.Capability]
		switch mapping.State(r.State) {
		case mapping.InProgress:
			n.InProgress += r.N
		case mapping.Evidenced:
			n.Evidenced += r.N
		case mapping.Expiring:
			n.Evidenced, n.Expiring = n.Evidenced+r.N, n.Expiring+r.N
		case mapping.Expired:
			n.Expired += r.N
		case mapping.Withdrawn:
			n.Withdrawn += r.N
		}
		out[r.Capability] = n
	}
	return out, nil
}

// Nearest is web.People.
func (p People) Nearest(ctx context.Context, learners []string, capability string) (string, error) {
	var learner []string
	err := p.s.Select(ctx, &learner, `SELECT learner FROM progress WHERE capability = ? AND state <> 'not_started' AND `+p.s.d.in("learner")+`
		ORDER BY ABS(need - have), learner LIMIT 1`, capability, p.s.d.list(learners))
	if err != nil || len(learner) == 0 {
		return "", err
	}
	return learner[0], nil
}
