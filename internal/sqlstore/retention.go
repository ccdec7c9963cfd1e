package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// RetentionRule says how long statements are kept: what was stored longer ago goes, if the other conditions take it too. Rules do not
// know of each other: a statement goes by the first that takes it.
type RetentionRule struct {
	Name         string
	Days         int
	Verb         string // IRI
	Activity     string // IRI of the object, or what goes on after it at one of / ? # &
	Registration string // id: only what people of this LMS did
	Created      time.Time
	LastRun      time.Time // zero before the first
	Purged       int64     // so far
}

// Before is the time before which statements go.
func (r RetentionRule) Before(now time.Time) time.Time { return now.AddDate(0, 0, -r.Days) }

// ErrNoRule says that no retention rule has the name.
var ErrNoRule = errors.New("sqlstore: there is no retention rule with this name")

type retentionRow struct {
	Name, Verb, Activity, Registration string
	Days                               int
	Created, Purged                    int64
	LastRun                            int64 `db:"last_run"`
}

// SetRetention keeps a rule, or changes the one with its name.
func (s *Store) SetRetention(ctx context.Context, r RetentionRule) error {
	_, err := s.execOne(ctx, `INSERT INTO retention_rule (name, days, verb, activity, registration, created, last_run, purged) VALUES (?, ?, ?, ?, ?, ?, 0, 0)
		ON CONFLICT (name) DO UPDATE SET days = excluded.days, verb = excluded.verb, activity = excluded.activity, registration = excluded.registration, last_run = 0`,
		r.Name, r.Days, r.Verb, r.Activity, r.Registration, micros(s.now()))
	return wrap(err, "keep a retention rule")
}

// Retention answers all rules, by name.
func (s *Store) Retention(ctx context.Context) ([]RetentionRule, error) {
	var rows []retentionRow
	if err := s.Select(ctx, &rows, `SELECT name, days, verb, activity, registration, created, last_run, purged FROM retention_rule ORDER BY name`); err != nil {
		return nil, fmt.Errorf("sqlstore: list the retention rules: %w", err)
	}
	out := make([]RetentionRule, len(rows))
	for i, r := range rows {
		out[i] = RetentionRule{r.Name, r.Days, r.Verb, r.Activity, r.Registration, fromMicros(r.Created), fromMicros(r.LastRun), r.Purged}
	}
	return out, nil
}

// RemoveRetention removes a rule. ErrNoRule.
func (s *Store) RemoveRetention(ctx context.Context, name string) error {
	n, err := s.execOne(ctx, `DELETE FROM retention_rule WHERE name = ?`, name)
	if err == nil && n == 0 {
		return ErrNoRule
	}
	return wrap(err, "remove a retention rule")
}

// retentionEvery is how often a server applies each rule.
const retentionEvery = 24 * time.Hour

// PurgeDue applies the rules that were not applied for a day, each in one process only. Each is told when it is done; the first
// error ends it.
func (s *Store) PurgeDue(ctx context.Context, told func(RetentionRule, Purged)) error {
	rules, err := s.Retention(ctx)
	if err != nil {
		return err
	}
	for _, r := range rules {
		now := s.now()
		n, err := s.execOne(ctx, `UPDATE retention_rule SET last_run = ? WHERE name = ? AND last_run <= ?`, micros(now), r.Name, micros(now.Add(-retentionEvery)))
		if err != nil {
			return fmt.Errorf("sqlstore: begin a purge: %w", err)
		}
		if n == 0 {
			continue
		}
		done, err := s.Purge(ctx, r, nil)
		if errors.Is(err, ErrReplayUnderWay) {
			_, err = s.execOne(ctx, `UPDATE retention_rule SET last_run = ? WHERE name = ?`, micros(r.LastRun), r.Name)
			return err
		}
		if err != nil {
			return err
		}
		told(r, done)
	}
	return nil
}

// issuerOf answers the issuer of a registration.
func (s *Store) issuerOf(ctx context.Context, registration string) (issuer string, err error) {
	err = s.Get(ctx, &issuer, `SELECT issuer FROM registration WHERE id = ?`, registration)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("sqlstore: the retention rule names a registration that is not there: %s", registration)
	}
	return issuer, err
}
