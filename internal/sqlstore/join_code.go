package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"cairn/internal/web"
)

// Accounts joins the accounts of people who prove both. It is web.Accounts.
type Accounts struct{ s *Store }

var _ web.Accounts = Accounts{}

// Accounts answers the accounts of this database.
func (s *Store) Accounts() Accounts { return Accounts{s} }

// joinTries is how many wrong codes an account may type within joinTriesIn.
const (
	joinTries   = 10
	joinTriesIn = 10 * time.Minute
)

const ownAccounts = `SELECT a.id, a.learner, COALESCE(r.name, a.issuer) AS site, a.joined FROM account a
	LEFT JOIN registration r ON r.id = a.registration JOIN learner l ON l.id = a.home `

type ownAccountRow struct {
	ID, Learner, Site string
	Joined            int64
}

func (r ownAccountRow) account() web.OwnAccount {
	out := web.OwnAccount{ID: r.ID, Learner: r.Learner, Site: r.Site}
	if r.Joined != 0 {
		out.Since = fromMicros(r.Joined)
	}
	return out
}

// Accounts is web.Accounts.
func (a Accounts) Accounts(ctx context.Context, learner string) ([]web.OwnAccount, error) {
	var rows []ownAccountRow
	if err := a.s.Select(ctx, &rows, ownAccounts+`WHERE a.learner = ? ORDER BY l.created, l.id`, learner); err != nil {
		return nil, fmt.Errorf("sqlstore: read the accounts of a learner: %w", err)
	}
	out := make([]web.OwnAccount, len(rows))
	for i, r := range rows {
		out[i] = r.account()
	}
	return out, nil
}

// KeepJoinCode is web.Accounts.
func (a Accounts) KeepJoinCode(ctx context.Context, hash, account string, expires time.Time) error {
	_, err := a.s.execOne(ctx, `INSERT INTO join_code (account, hash, expires) VALUES (?, ?, ?)
		ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, expires = excluded.expires`, account, hash, micros(expires))
	return wrap(err, "keep a code that joins accounts")
}

// TryJoinCode is web.Accounts. A wrong code is counted whatever comes of it.
func (a Accounts) TryJoinCode(ctx context.Context, hash, account string) (out web.OwnAccount, err error) {
	var refused error
	err = a.s.write(ctx, func(tx *Tx) error {
		refused = nil
		out, err = tx.tryJoinCode(ctx, hash, account)
		if !errors.Is(err, web.ErrNotFound) {
			return err
		}
		refused = err
		return tx.countTry(ctx, account)
	})
	return out, errors.Join(err, refused)
}

// tryJoinCode finds the account of a code that holds, unless too many were tried.
func (t *Tx) tryJoinCode(ctx context.Context, hash, account string) (web.OwnAccount, error) {
	var tries int
	err := t.Get(ctx, &tries, `SELECT tries FROM join_try WHERE account = ? AND since > ?`, account, micros(t.Now.Add(-joinTriesIn)))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return web.OwnAccount{}, fmt.Errorf("sqlstore: count the codes that were tried: %w", err)
	}
	if tries >= joinTries {
		return web.OwnAccount{}, web.ErrManyTries
	}
	var row ownAccountRow
	err = t.Get(ctx, &row, ownAccounts+`JOIN join_code c ON c.account = a.id WHERE c.hash = ? AND c.expires > ?`, hash, micros(t.Now))
	if errors.Is(err, sql.ErrNoRows) {
		return web.OwnAccount{}, web.ErrNotFound
	}
	if err != nil {
		return web.OwnAccount{}, fmt.Errorf("sqlstore: find a code that joins accounts: %w", err)
	}
	switch mine, err := t.learnerOf(ctx, account); {
	case err != nil:
		return web.OwnAccount{}, err
	case row.ID == account:
		return web.OwnAccount{}, web.ErrOwnCode
	case row.Learner == mine:
		return web.OwnAccount{}, web.ErrSamePerson
	}
	return row.account(), nil
}

func (t *Tx) countTry(ctx context.Context, account string) error {
	_, err := t.Exec(ctx, `INSERT INTO join_try (account, tries, since) VALUES (?, 1, ?) ON CONFLICT (account) DO UPDATE SET
		tries = CASE WHEN join_try.since > CAST(? AS BIGINT) THEN join_try.tries + 1 ELSE 1 END,
		since = CASE WHEN join_try.since > CAST(? AS BIGINT) THEN join_try.since ELSE excluded.since END`,
		account, micros(t.Now), micros(t.Now.Add(-joinTriesIn)), micros(t.Now.Add(-joinTriesIn)))
	return wrap(err, "count a code that was tried")
}

// JoinByCode is web.Accounts: the code is spent with the joining, or neither happens.
func (a Accounts) JoinByCode(ctx context.Context, hash, account string) (pos int64, err error) {
	if _, err := a.TryJoinCode(ctx, hash, account); err != nil {
		return 0, err
	}
	err = a.s.write(ctx, func(tx *Tx) error {
		other, err := tx.tryJoinCode(ctx, hash, account)
		if err != nil {
			return err
		}
		mine, err := tx.learnerOf(ctx, account)
		if err != nil {
			return err
		}
		done, err := tx.join(ctx, mine, other.Learner, account, "")
		if err != nil {
			return err
		}
		pos = done.Pos
		n, err := affected(tx.Exec(ctx, `DELETE FROM join_code WHERE hash = ?`, hash))
		if err == nil && n == 0 {
			err = web.ErrNotFound
		}
		return err
	})
	return pos, err
}

// PartAccount is web.Accounts.
func (a Accounts) PartAccount(ctx context.Context, learner, account, author string) (int64, error) {
	mine, err := a.Accounts(ctx, learner)
	if err != nil {
		return 0, err
	}
	for _, one := range mine {
		if one.ID == account {
			done, err := a.s.Part(ctx, account, author, "")
			return done.Pos, err
		}
	}
	return 0, web.ErrNotFound
}
