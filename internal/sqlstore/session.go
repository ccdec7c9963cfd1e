package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/web"
	"cairn/lti"
)

// Enter is web.Sessions. A launch that brings nothing new spends its login and writes the row of its session; anything new is written
// with them in one transaction. lti.ErrNonceSpent and lti.ErrStateUnknown, as SpendLogin; lti.ErrUnknownRegistration.
func (s *Store) Enter(ctx context.Context, e web.Entry) (web.Session, error) {
	e = cleaned(e)
	s.fresh.drop(e.Login)
	if !s.d.oneWriter {
		k, err := readKnown(ctx, s.DB, e)
		if err != nil {
			return web.Session{}, err
		}
		if e = s.withoutNames(e, k); !k.isNew(e) {
			session := k.session(e)
			return session, s.enterKnown(ctx, e.Login, session)
		}
	}
	var session web.Session
	err := s.write(ctx, func(tx *Tx) (err error) {
		session, err = tx.enterSession(ctx, e)
		return err
	})
	return session, err
}

// enterSession keeps a launch in a transaction. SQLite looks up what is known here too: the writing connection has its pages in
// memory, where a reading one has to read them again after every commit.
func (t *Tx) enterSession(ctx context.Context, e web.Entry) (web.Session, error) {
	n, err := affected(t.Exec(ctx, spendLogin, true, e.Login))
	if err := loginSpent(ctx, t, e.Login, n, err); err != nil {
		return web.Session{}, err
	}
	k, err := readKnown(ctx, t, e)
	if e = t.db.withoutNames(e, k); err == nil && k.isNew(e) {
		k, err = t.enter(ctx, e)
	}
	if err != nil {
		return web.Session{}, err
	}
	session := k.session(e)
	row, err := sessionRow(session)
	if err != nil {
		return web.Session{}, err
	}
	if _, err := t.Exec(ctx, `INSERT INTO session (hash, registration, account, learner, body, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)`, row...); err != nil {
		return web.Session{}, fmt.Errorf("sqlstore: keep a session: %w", err)
	}
	return session, nil
}

// enterKnown spends a login and writes the row of a session by one statement, which needs PostgreSQL: one round trip instead of four.
func (s *Store) enterKnown(ctx context.Context, login string, session web.Session) error {
	row, err := sessionRow(session)
	if err != nil {
		return err
	}
	n, err := s.execOne(ctx, `WITH spent AS (`+spendLogin+` RETURNING state) INSERT INTO session (hash, registration, account, learner, body, created, expires)
		SELECT CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT) FROM spent`,
		append([]any{true, login}, row...)...)
	return loginSpent(ctx, s, login, n, err)
}

// session completes the session of a launch. k must hold what was written for it.
func (k known) session(e web.Entry) web.Session {
	s := e.Session
	s.Registration = k.registered
	s.Account, s.Learner = "", ""
	if subjectOf(e) != "" {
		s.Account, s.Learner = *k.Account, *k.Learner
	}
	if k.Placement != nil {
		s.Placement = *k.Placement
	}
	return s
}

// sessionRow is the row of a session: hash, registration, account, learner, body, created, expires.
func sessionRow(s web.Session) ([]any, error) {
	body, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: write a session: %w", err)
	}
	return []any{s.Hash, s.Registration, s.Account, s.Learner, string(body), micros(s.CreatedAt), micros(s.ExpiresAt)}, nil
}

// Session is web.Sessions. A session ends when its registration is disabled.
func (s *Store) Session(ctx context.Context, hash string, now time.Time) (web.Session, error) {
	var row struct {
		Body    string
		Expires int64
		Learner *string // whose the account is now
	}
	err := s.Get(ctx, &row, `SELECT s.body, s.expires, a.learner FROM session s LEFT JOIN account a ON a.id = s.account AND s.learner <> ''
		WHERE s.hash = ? AND s.expires > ?`, hash, micros(now))
	if errors.Is(err, sql.ErrNoRows) {
		return web.Session{}, web.ErrNotFound
	}
	if err != nil {
		return web.Session{}, fmt.Errorf("sqlstore: read a session: %w", err)
	}
	var session web.Session
	if err := json.Unmarshal([]byte(row.Body), &session); err != nil {
		return web.Session{}, fmt.Errorf("sqlstore: read a session: %w", err)
	}
	session.ExpiresAt = fromMicros(row.Expires)
	if row.Learner != nil {
		session.Learner = *row.Learner
	}
	if session.Operator {
		return session, nil
	}
	if err := s.stillOpen(ctx, session.Registration); err != nil {
		return web.Session{}, err
	}
	return session, nil
}

// stillOpen answers web.ErrNotFound for sessions of a registration that is disabled or gone.
func (s *Store) stillOpen(ctx context.Context, registration string) error {
	r, err := s.FullRegistration(ctx, registration)
	if errors.Is(err, lti.ErrUnknownRegistration) || r.Disabled {
		return web.ErrNotFound
	}
	return err
}

// Prolong is web.Sessions. A session that has expired stays expired, and an expiry never moves back: web.ErrNotFound for the first.
func (s *Store) Prolong(ctx context.Context, hash string, until time.Time) error {
	n, err := s.execOne(ctx, `UPDATE session SET expires = CASE WHEN expires < CAST(? AS BIGINT) THEN CAST(? AS BIGINT) ELSE expires END
		WHERE hash = ? AND expires > ?`, micros(until), micros(until), hash, micros(s.now()))
	if err != nil {
		return fmt.Errorf("sqlstore: prolong a session: %w", err)
	}
	if n == 0 {
		return web.ErrNotFound
	}
	return nil
}
