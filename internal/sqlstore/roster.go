package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"cairn/lti"
)

var _ lti.Rosters = (*Store)(nil)

// SaveRoster is lti.Rosters. lti.ErrUnknownRegistration when the registration was removed meanwhile: what a platform told goes with it.
func (s *Store) SaveRoster(ctx context.Context, r lti.CachedRoster) error {
	err := s.write(ctx, func(tx *Tx) error {
		row, err := tx.lockRegistration(ctx, r.Registration)
		if err != nil {
			return err
		}
		if row.Disabled {
			return lti.ErrUnknownRegistration
		}
		list, err := tx.namelessRoster(ctx, row.Issuer, row.Pseudonymous, r.Roster)
		if err != nil {
			return err
		}
		body, err := json.Marshal(list, json.Deterministic(true), json.OmitZeroStructFields(true))
		if err != nil {
			return fmt.Errorf("sqlstore: write a roster: %w", err)
		}
		_, err = tx.Exec(ctx, `INSERT INTO roster (registration, context, address, body, read_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (registration, context) DO UPDATE SET address = excluded.address, body = excluded.body, read_at = excluded.read_at
			WHERE roster.read_at <= excluded.read_at`, r.Registration, r.Context, r.Address, string(body), micros(r.ReadAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("sqlstore: keep a roster: %w", err)
	}
	return nil
}

// CachedRoster is lti.Rosters.
func (s *Store) CachedRoster(ctx context.Context, registration, course string) (lti.CachedRoster, error) {
	out := lti.CachedRoster{Registration: registration, Context: course}
	var row struct {
		Address, Body string
		ReadAt        int64 `db:"read_at"`
	}
	err := s.Get(ctx, &row, `SELECT address, body, read_at FROM roster WHERE registration = ? AND context = ?`, registration, course)
	if errors.Is(err, sql.ErrNoRows) {
		return lti.CachedRoster{}, lti.ErrNoRoster
	}
	if err != nil {
		return lti.CachedRoster{}, fmt.Errorf("sqlstore: read a roster: %w", err)
	}
	if err := json.Unmarshal([]byte(row.Body), &out.Roster); err != nil {
		return lti.CachedRoster{}, fmt.Errorf("sqlstore: read a roster: %w", err)
	}
	out.Address, out.ReadAt = row.Address, fromMicros(row.ReadAt)
	return out, nil
}
