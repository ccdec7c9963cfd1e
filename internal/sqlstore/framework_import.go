package sqlstore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/mapping"
)

// FrameworkImport is a file that became a version of a framework.
type FrameworkImport struct {
	ID, Version string
	File        string // its name, without its folder
	At          time.Time
	Report      mapping.Fidelity
}

// NoteImport keeps what an import says of itself. At is set here.
func (s *Store) NoteImport(ctx context.Context, i FrameworkImport) error {
	report, err := json.Marshal(i.Report, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("sqlstore: write the report of an import: %w", err)
	}
	file := strings.ToValidUTF8(strings.ReplaceAll(i.File, "\x00", ""), "")
	err = s.write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO framework_import (id, version, at, file, report) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (at, id, version) DO UPDATE SET file = excluded.file, report = excluded.report`, i.ID, i.Version, micros(tx.Now), file, string(report))
		return err
	})
	return wrap(err, "keep the report of an import")
}

// FrameworkImports answers the last imports, the newest first.
func (s *Store) FrameworkImports(ctx context.Context, limit int) ([]FrameworkImport, error) {
	var rows []struct {
		ID, Version, File, Report string
		At                        int64
	}
	if err := s.Select(ctx, &rows, `SELECT id, version, at, file, report FROM framework_import ORDER BY at DESC, id, version LIMIT ?`, limit); err != nil {
		return nil, wrap(err, "read the imports of frameworks")
	}
	out := make([]FrameworkImport, len(rows))
	for i, r := range rows {
		out[i] = FrameworkImport{ID: r.ID, Version: r.Version, File: r.File, At: fromMicros(r.At)}
		if err := json.Unmarshal([]byte(r.Report), &out[i].Report); err != nil {
			return nil, wrap(err, "read the report of an import")
		}
	}
	return out, nil
}
