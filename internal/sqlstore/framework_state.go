package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// ErrFrameworkUnknown says that no such version is published, or drafted where a draft is asked for.
var ErrFrameworkUnknown = errors.New("sqlstore: there is no such version of the framework")

// SetFrameworkState retires a published version, or takes a retired one into use again, as an event of the log with its author
// and reason. It says whether anything was done. ErrFrameworkUnknown.
func (s *Store) SetFrameworkState(ctx context.Context, to pipeline.FrameworkState) (changed bool, err error) {
	if to.State != mapping.VersionPublished && to.State != mapping.VersionRetired {
		return false, fmt.Errorf("sqlstore: a published framework cannot become %q", to.State)
	}
	body, err := json.Marshal(to)
	if err != nil {
		return false, fmt.Errorf("sqlstore: write a %s event: %w", pipeline.EntryFrameworkState, err)
	}
	err = s.write(ctx, func(tx *Tx) error {
		changed = false
		// The row is locked by touching it, so that two retirements at once are one.
		n, err := affected(tx.Exec(ctx, `UPDATE framework SET version = version WHERE id = ? AND version = ?`, to.ID, to.Version))
		if err != nil {
			return fmt.Errorf("sqlstore: find a framework: %w", err)
		}
		if n == 0 {
			return fmt.Errorf("%w: %s %s", ErrFrameworkUnknown, to.ID, to.Version)
		}
		now, err := tx.frameworkState(ctx, to.ID, to.Version)
		if err != nil || now == to.State {
			return err
		}
		pos, err := tx.AppendEvent(ctx, pipeline.EntryFrameworkState, body)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO framework_state (pos, id, version, state, at, author, reason) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			pos, to.ID, to.Version, string(to.State), micros(tx.Now), to.Author, to.Reason); err != nil {
			return fmt.Errorf("sqlstore: note the state of a framework: %w", err)
		}
		changed = true
		tx.AfterCommit(func() { s.kept.published.Add(1) })
		return nil
	})
	return changed, err
}

func (t *Tx) frameworkState(ctx context.Context, id, version string) (mapping.PublicationState, error) {
	var state string
	err := t.Get(ctx, &state, `SELECT state FROM framework_state WHERE id = ? AND version = ? ORDER BY pos DESC LIMIT 1`, id, version)
	if errors.Is(err, sql.ErrNoRows) {
		return mapping.VersionPublished, nil
	}
	if err != nil {
		return "", fmt.Errorf("sqlstore: read the state of a framework: %w", err)
	}
	return mapping.PublicationState(state), nil
}

// retirements answers when each version that is out of use was retired, by id and version.
func (s *Store) retirements(ctx context.Context) (map[[2]string]time.Time, error) {
	var rows []struct {
		ID, Version, State string
		At                 int64
	}
	if err := s.Select(ctx, &rows, `SELECT id, version, state, at FROM framework_state ORDER BY pos`); err != nil {
		return nil, fmt.Errorf("sqlstore: read the states of frameworks: %w", err)
	}
	out := map[[2]string]time.Time{}
	for _, r := range rows {
		key := [2]string{r.ID, r.Version}
		if delete(out, key); mapping.PublicationState(r.State) == mapping.VersionRetired {
			out[key] = fromMicros(r.At)
		}
	}
	return out, nil
}
