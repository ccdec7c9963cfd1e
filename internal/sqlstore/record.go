package sqlstore

import (
	"context"
	"fmt"

	"github.com/go-json-experiment/json"

	"cairn/internal/web"
	"cairn/mapping"
	"cairn/xapi"
)

// Records reads what pages show of one learner. It is web.Records.
type Records struct{ s *Store }

var _ web.Records = Records{}

// Records answers the records of this database.
func (s *Store) Records() Records { return Records{s} }

// Progress is web.Records.
func (r Records) Progress(ctx context.Context, learnerID string) ([]mapping.Progress, error) {
	var rows []progressRow
	if err := r.s.Select(ctx, &rows, `SELECT `+progressColumns+` FROM progress WHERE learner = ? ORDER BY capability`, learnerID); err != nil {
		return nil, fmt.Errorf("sqlstore: read the progress of a learner: %w", err)
	}
	out := make([]mapping.Progress, len(rows))
	for i, row := range rows {
		out[i] = row.progress()
	}
	return out, nil
}

// Case is web.Records, read from one state of the database, and put together as the projector does. Its date is now.
func (r Records) Case(ctx context.Context, learnerID, capability string) (mapping.Case, error) {
	cases, err := r.Cases(ctx, learnerID, []string{capability})
	return cases[capability], err
}

// Transitions is web.Records.
func (r Records) Transitions(ctx context.Context, learnerID, capability string) ([]mapping.Transition, error) {
	return selectTransitions(ctx, r.s.DB, `WHERE learner = ? AND capability = ? ORDER BY ordinal`, learnerID, capability)
}

func selectTransitions(ctx context.Context, db reader, where string, args ...any) ([]mapping.Transition, error) {
	var rows []transitionRow
	if err := db.Select(ctx, &rows, `SELECT `+transitionColumns+` FROM transition `+where, args...); err != nil {
		return nil, fmt.Errorf("sqlstore: read the history of capabilities: %w", err)
	}
	out := make([]mapping.Transition, len(rows))
	for i, row := range rows {
		var err error
		if out[i], err = row.transition(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// transitionRow is a row of table transition.
type transitionRow struct {
	Learner, Capability, Cause, Statements string
	Ordinal, Percent, Have, Need           int
	Pos, At                                int64
	From                                   string `db:"from_state"`
	To                                     string `db:"to_state"`
	FromPercent                            int    `db:"from_percent"`
	CauseID                                string `db:"cause_id"`
}

func (r transitionRow) transition() (mapping.Transition, error) {
	out := mapping.Transition{
		Learner: r.Learner, Capability: r.Capability, Ordinal: r.Ordinal, Pos: r.Pos, From: mapping.State(r.From), To: mapping.State(r.To),
		FromPercent: r.FromPercent, Percent: r.Percent, Have: r.Have, Need: r.Need, Cause: mapping.CauseKind(r.Cause), CauseID: r.CauseID,
		At: fromMicros(r.At),
	}
	if r.Statements == "" {
		return out, nil
	}
	if err := json.Unmarshal([]byte(r.Statements), &out.Statements); err != nil {
		return out, fmt.Errorf("sqlstore: read the history of a capability: %w", err)
	}
	return out, nil
}

// ActivityNames is web.Records.
func (r Records) ActivityNames(ctx context.Context, iris []string) (map[string]string, error) {
	out := map[string]string{}
	if len(iris) == 0 {
		return out, nil
	}
	var rows []struct {
		Value, Name string
		Whole       *string
	}
	if err := r.s.Select(ctx, &rows, `SELECT t.value, t.whole, a.name FROM term t JOIN activity a ON a.term = t.id
		WHERE t.kind = ? AND a.name <> '' AND `+r.s.d.in("t.value"), int64(xapi.TermActivity), r.s.d.list(storedValues(iris))); err != nil {
		return nil, fmt.Errorf("sqlstore: read the names of activities: %w", err)
	}
	for _, row := range rows {
		out[givenValue(row.Value, row.Whole)] = row.Name
	}
	return out, nil
}
