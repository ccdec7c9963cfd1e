package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// Errors of publication.
var (
	ErrFrameworkChanged = errors.New("sqlstore: this version of the framework is published with other content; a published version never changes")
	ErrFrameworkField   = errors.New("sqlstore: a framework is published with an id, a GUID, a version, and a base for its IRIs")
)

// PublishedFramework is a published version, for lists.
type PublishedFramework struct {
	ID           string    `json:"id"`
	Version      string    `json:"version"`
	Title        string    `json:"title"`
	IRIBase      string    `json:"iri_base"`
	Published    time.Time `json:"published"`
	Capabilities int       `json:"capabilities"`
	Statements   int       `json:"statements"` // of the publisher's framework, 0 unknown

	State mapping.PublicationState `json:"state"`
}

// PublishFramework makes a version usable: a row that never changes, and an event of the log. It says whether anything was done:
// publishing the same content again is no change, whatever the base. IRIs never change once minted, so a later version keeps the
// base of the first (settled question 17). ErrFrameworkChanged, ErrFrameworkField.
func (s *Store) PublishFramework(ctx context.Context, f mapping.Framework, iriBase string) (published bool, err error) {
	iriBase = strings.TrimSuffix(iriBase, "/")
	if f.ID == "" || f.GUID == "" || f.Version == "" || iriBase == "" {
		return false, ErrFrameworkField
	}
	body, err := json.Marshal(f, json.Deterministic(true))
	if err != nil {
		return false, fmt.Errorf("sqlstore: write a framework: %w", err)
	}
	err = s.write(ctx, func(tx *Tx) error {
		published = false
		base, err := tx.iriBase(ctx, f.ID, iriBase)
		if err != nil {
			return err
		}
		n, err := affected(tx.Exec(ctx, `INSERT INTO framework (id, version, iri_base, body, published, pos) VALUES (?, ?, ?, ?, ?, 0)
			ON CONFLICT (id, version) DO NOTHING`, f.ID, f.Version, base, string(body), micros(tx.Now)))
		if err != nil {
			return fmt.Errorf("sqlstore: publish a framework: %w", err)
		}
		if err := tx.dropDraft(ctx, f.ID, f.Version); err != nil {
			return err
		}
		if n == 0 {
			return tx.sameFramework(ctx, f, body)
		}
		published = true
		tx.AfterCommit(func() { s.kept.published.Add(1) })
		return tx.appendFramework(ctx, pipeline.FrameworkPublished{ID: f.ID, Version: f.Version, IRIBase: base})
	})
	return published, err
}

// iriBase is the base that the first version was published with, else the one given.
func (t *Tx) iriBase(ctx context.Context, id, given string) (base string, err error) {
	err = t.Get(ctx, &base, `SELECT iri_base FROM framework WHERE id = ? ORDER BY pos LIMIT 1`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return given, nil
	}
	if err != nil {
		return "", fmt.Errorf("sqlstore: read the base of a framework: %w", err)
	}
	return base, nil
}

// sameFramework refuses other content under a version that is published.
func (t *Tx) sameFramework(ctx context.Context, f mapping.Framework, body []byte) error {
	var stored string
	if err := t.Get(ctx, &stored, `SELECT body FROM framework WHERE id = ? AND version = ?`, f.ID, f.Version); err != nil {
		return fmt.Errorf("sqlstore: read a framework: %w", err)
	}
	if stored == string(body) {
		return nil
	}
	// Written by an older program, the same content may read differently.
	var was mapping.Framework
	if err := json.Unmarshal([]byte(stored), &was); err != nil {
		return fmt.Errorf("sqlstore: read a framework: %w", err)
	}
	if again, err := json.Marshal(was, json.Deterministic(true)); err != nil || string(again) != string(body) {
		return fmt.Errorf("%w: %s %s", ErrFrameworkChanged, f.ID, f.Version)
	}
	return nil
}

func (t *Tx) appendFramework(ctx context.Context, p pipeline.FrameworkPublished) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("sqlstore: write a %s event: %w", pipeline.EntryFramework, err)
	}
	pos, err := t.AppendEvent(ctx, pipeline.EntryFramework, body)
	if err != nil {
		return err
	}
	if _, err := t.Exec(ctx, `UPDATE framework SET pos = ? WHERE id = ? AND version = ?`, pos, p.ID, p.Version); err != nil {
		return fmt.Errorf("sqlstore: note where a framework was published: %w", err)
	}
	return nil
}

// publications reads every published version, in order of publication.
func (s *Store) publications(ctx context.Context) ([]mapping.Publication, error) {
	var rows []struct {
		IRIBase   string `db:"iri_base"`
		Body      string
		Published int64
	}
	if err := s.Select(ctx, &rows, `SELECT iri_base, body, published FROM framework ORDER BY pos`); err != nil {
		return nil, fmt.Errorf("sqlstore: read the frameworks: %w", err)
	}
	retired, err := s.retirements(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]mapping.Publication, len(rows))
	for i, row := range rows {
		var f mapping.Framework
		if err := json.Unmarshal([]byte(row.Body), &f); err != nil {
			return nil, fmt.Errorf("sqlstore: read a framework: %w", err)
		}
		out[i] = mapping.Publication{Catalog: mapping.NewCatalog(f, row.IRIBase), Published: fromMicros(row.Published),
			Retired: retired[[2]string{f.ID, f.Version}]}
	}
	return out, nil
}

// ListFrameworks answers every published version, in order of publication.
func (s *Store) ListFrameworks(ctx context.Context) ([]PublishedFramework, error) {
	all, err := s.publications(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]PublishedFramework, len(all))
	for i, p := range all {
		c := p.Catalog
		out[i] = PublishedFramework{ID: c.ID, Version: c.Version, Title: c.Title, IRIBase: c.IRIBase, Published: p.Published,
			Capabilities: len(c.Tracked("")), Statements: c.Statements, State: p.State()}
	}
	return out, nil
}
