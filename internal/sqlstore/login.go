package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"cairn/lti"
)

// SaveLogin is lti.Logins. It returns when the login is durable.
func (s *Store) SaveLogin(ctx context.Context, l lti.Login) error {
	if _, err := s.execOne(ctx, `INSERT INTO login (state, nonce, registration, browser, target_link_uri, message_hint, created, expires, spent)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.State, l.Nonce, l.Registration, l.Browser, l.TargetLinkURI, clean(l.MessageHint), micros(l.CreatedAt), micros(l.ExpiresAt), false); err != nil {
		return fmt.Errorf("sqlstore: save a login: %w", err)
	}
	return nil
}

// loginRow is a row of table login.
type loginRow struct {
	State, Nonce, Registration, Browser string
	TargetLinkURI                       string `db:"target_link_uri"`
	MessageHint                         string `db:"message_hint"`
	Created, Expires                    int64
	Spent                               bool
}

// Login is lti.Logins. One that expired is answered until it is swept: its ExpiresAt says so.
func (s *Store) Login(ctx context.Context, state string) (lti.Login, error) {
	var row loginRow
	err := s.Get(ctx, &row, `SELECT state, nonce, registration, browser, target_link_uri, message_hint, created, expires, spent FROM login WHERE state = ?`, state)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return lti.Login{}, lti.ErrStateUnknown
	case err != nil:
		return lti.Login{}, fmt.Errorf("sqlstore: read a login: %w", err)
	case row.Spent:
		return lti.Login{}, lti.ErrStateSpent
	}
	return lti.Login{
		State: row.State, Nonce: row.Nonce, Registration: row.Registration, Browser: row.Browser, TargetLinkURI: row.TargetLinkURI,
		MessageHint: row.MessageHint, CreatedAt: fromMicros(row.Created), ExpiresAt: fromMicros(row.Expires),
	}, nil
}

// SpendLogin is lti.Logins. The one statement that marks a login finds it unspent or changes nothing, so of two callers, also in
// two processes, one spends it. A login that was swept is gone, so it can never be spent again: lti.ErrStateUnknown.
func (s *Store) SpendLogin(ctx context.Context, state string) error {
	n, err := s.execOne(ctx, `UPDATE login SET spent = ? WHERE state = ? AND NOT spent`, true, state)
	if err != nil {
		return fmt.Errorf("sqlstore: spend a login: %w", err)
	}
	if n == 1 {
		return nil
	}
	if _, err := s.Login(ctx, state); errors.Is(err, lti.ErrStateSpent) {
		return lti.ErrNonceSpent
	} else if err != nil {
		return err
	}
	return lti.ErrNonceSpent // not reached while rows are only ever marked: an unspent one would have been
}
