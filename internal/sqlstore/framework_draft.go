package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/mapping"
)

// FrameworkDraft is a version that is not published yet, for lists.
type FrameworkDraft struct {
	Framework mapping.Framework
	Saved     time.Time
}

// SaveFrameworkDraft keeps a version that is not published yet, in place of an earlier draft of it. ErrFrameworkChanged when the
// version is published, ErrFrameworkField.
func (s *Store) SaveFrameworkDraft(ctx context.Context, f mapping.Framework) error {
	if f.ID == "" || f.GUID == "" || f.Version == "" {
		return ErrFrameworkField
	}
	body, err := json.Marshal(f, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("sqlstore: write a framework: %w", err)
	}
	return s.write(ctx, func(tx *Tx) error {
		var published int
		if err := tx.Get(ctx, &published, `SELECT COUNT(*) FROM framework WHERE id = ? AND version = ?`, f.ID, f.Version); err != nil {
			return fmt.Errorf("sqlstore: find a framework: %w", err)
		}
		if published > 0 {
			return fmt.Errorf("%w: %s %s", ErrFrameworkChanged, f.ID, f.Version)
		}
		_, err := tx.Exec(ctx, `INSERT INTO framework_draft (id, version, body, saved) VALUES (?, ?, ?, ?)
			ON CONFLICT (id, version) DO UPDATE SET body = excluded.body, saved = excluded.saved`, f.ID, f.Version, string(body), micros(tx.Now))
		if err != nil {
			return fmt.Errorf("sqlstore: keep a draft: %w", err)
		}
		return nil
	})
}

// FrameworkDraft answers a draft, the one saved last when no version is named. ErrFrameworkUnknown.
func (s *Store) FrameworkDraft(ctx context.Context, id, version string) (mapping.Framework, error) {
	var body string
	err := s.Get(ctx, &body, `SELECT body FROM framework_draft WHERE id = ? AND (version = ? OR ? = '') ORDER BY saved DESC, version LIMIT 1`, id, version, version)
	if errors.Is(err, sql.ErrNoRows) {
		return mapping.Framework{}, fmt.Errorf("%w: no draft of %s %s", ErrFrameworkUnknown, id, version)
	}
	if err != nil {
		return mapping.Framework{}, fmt.Errorf("sqlstore: read a draft: %w", err)
	}
	return readDraft(body)
}

// FrameworkDrafts answers every draft, in the order of names and versions.
func (s *Store) FrameworkDrafts(ctx context.Context) ([]FrameworkDraft, error) {
	var rows []struct {
		Body  string
		Saved int64
	}
	if err := s.Select(ctx, &rows, `SELECT body, saved FROM framework_draft ORDER BY id, version`); err != nil {
		return nil, fmt.Errorf("sqlstore: read the drafts: %w", err)
	}
	out := make([]FrameworkDraft, len(rows))
	for i, row := range rows {
		f, err := readDraft(row.Body)
		if err != nil {
			return nil, err
		}
		out[i] = FrameworkDraft{Framework: f, Saved: fromMicros(row.Saved)}
	}
	return out, nil
}

func readDraft(body string) (mapping.Framework, error) {
	var f mapping.Framework
	if err := json.Unmarshal([]byte(body), &f); err != nil {
		return mapping.Framework{}, fmt.Errorf("sqlstore: read a draft: %w", err)
	}
	return f, nil
}

// dropDraft takes away the draft of a version that is published now.
func (t *Tx) dropDraft(ctx context.Context, id, version string) error {
	if _, err := t.Exec(ctx, `DELETE FROM framework_draft WHERE id = ? AND version = ?`, id, version); err != nil {
		return fmt.Errorf("sqlstore: take away a draft: %w", err)
	}
	return nil
}
