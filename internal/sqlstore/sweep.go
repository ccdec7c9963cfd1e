package sqlstore

import (
	"context"
	"fmt"
	"time"
)

// sweepMargin is how long expired logins and sessions are kept, so that who comes late is told "expired" instead of "unknown".
const sweepMargin = time.Hour

// sweepMost bounds one transaction of a sweep, so that launches do not wait for it.
const sweepMost = 500

// Swept counts the rows that a sweep took away.
type Swept struct{ Logins, Sessions, Launches, Preferences, Windows, JoinCodes int64 }

// Sweep takes away logins, codes of windows, sessions and what was preferred in these that expired more than an hour ago, and what the launch log holds
// for more than thirty days, in short transactions. What is swept is unknown from
// then on: it can never become valid again.
func (s *Store) Sweep(ctx context.Context) (swept Swept, err error) {
	before := micros(s.now().Add(-sweepMargin))
	if swept.Logins, err = s.sweep(ctx, `DELETE FROM login WHERE state IN (SELECT state FROM login WHERE expires < ? LIMIT ?)`, before); err != nil {
		return swept, fmt.Errorf("sqlstore: sweep logins: %w", err)
	}
	if swept.Logins > 0 {
		s.fresh.clear()
	}
	if swept.Sessions, err = s.sweep(ctx, `DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE expires < ? LIMIT ?)`, before); err != nil {
		return swept, fmt.Errorf("sqlstore: sweep sessions: %w", err)
	}
	if swept.Preferences, err = s.sweep(ctx, `DELETE FROM preference WHERE owner IN (SELECT owner FROM preference WHERE expires > 0 AND expires < ? LIMIT ?)`, before); err != nil {
		return swept, fmt.Errorf("sqlstore: sweep preferences: %w", err)
	}
	if swept.Windows, err = s.sweep(ctx, `DELETE FROM window_code WHERE code IN (SELECT code FROM window_code WHERE expires < ? LIMIT ?)`, before); err != nil {
		return swept, fmt.Errorf("sqlstore: sweep codes of windows: %w", err)
	}
	if swept.JoinCodes, err = s.sweep(ctx, `DELETE FROM join_code WHERE account IN (SELECT account FROM join_code WHERE expires < ? LIMIT ?)`, before); err != nil {
		return swept, fmt.Errorf("sqlstore: sweep codes that join accounts: %w", err)
	}
	if _, err = s.sweep(ctx, `DELETE FROM join_try WHERE account IN (SELECT account FROM join_try WHERE since < ? LIMIT ?)`, before); err != nil {
		return swept, fmt.Errorf("sqlstore: sweep tries of codes: %w", err)
	}
	before = micros(s.now().Add(-launchesLife))
	if swept.Launches, err = s.sweep(ctx, `DELETE FROM launch_log WHERE id IN (SELECT id FROM launch_log WHERE at < ? LIMIT ?)`, before); err != nil {
		return swept, fmt.Errorf("sqlstore: sweep the launch log: %w", err)
	}
	return swept, nil
}

// sweep repeats a bounded deletion until nothing is left.
func (s *Store) sweep(ctx context.Context, query string, args ...any) (total int64, err error) {
	args = append(args, sweepMost)
	for {
		n, err := s.execOne(ctx, query, args...)
		total += n
		if err != nil || n == 0 || ctx.Err() != nil {
			return total, err
		}
	}
}
