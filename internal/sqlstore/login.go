package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"cairn/lti"
)

// How many logins that nobody ended are kept of a registration. Anybody may begin one, so without a bound anybody could fill the
// database. The oldest go, since whoever really launches is back within seconds; refusing new ones would shut people out instead.
const (
	loginsMost = 10_000
	loginsLook = 1_000 // a look after so many logins begun by this process; meanwhile there may be so many more
)

// begunLogins counts the logins begun by registration. It is safe for concurrent use.
type begunLogins struct {
	mu         sync.Mutex
	most, look int
	count      map[string]int
}

func newBegunLogins() *begunLogins {
	return &begunLogins{most: loginsMost, look: loginsLook, count: map[string]int{}}
}

// add says whether it is time to look.
func (b *begunLogins) add(registration string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count[registration]++
	return b.count[registration]%b.look == 0
}

// trimLogins takes away the oldest logins of a registration that were not spent, beyond the number that is kept. Their state is unknown
// from then on.
func (s *Store) trimLogins(ctx context.Context, registration string) error {
	var last int64
	err := s.Get(ctx, &last, `SELECT expires FROM login WHERE registration = ? AND NOT spent ORDER BY expires DESC LIMIT 1 OFFSET ?`, registration, s.begun.most)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sqlstore: count the logins of a registration: %w", err)
	}
	n, err := s.sweep(ctx, `DELETE FROM login WHERE state IN (SELECT state FROM login WHERE registration = ? AND NOT spent AND expires <= ? LIMIT ?)`, registration, last)
	s.fresh.clear()
	if err != nil {
		return fmt.Errorf("sqlstore: take away logins that nobody ended: %w", err)
	}
	s.log.WarnContext(ctx, "took away logins that nobody ended", "registration", registration, "logins", n, "kept", s.begun.most)
	return nil
}

// SaveLogin is lti.Logins. It returns when the login is durable. Of one registration about loginsMost unspent ones are kept.
func (s *Store) SaveLogin(ctx context.Context, l lti.Login) error {
	if _, err := s.execOne(ctx, `INSERT INTO login (state, nonce, registration, browser, target_link_uri, message_hint, created, expires, spent)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.State, l.Nonce, l.Registration, l.Browser, l.TargetLinkURI, clean(l.MessageHint), micros(l.CreatedAt), micros(l.ExpiresAt), false); err != nil {
		return fmt.Errorf("sqlstore: save a login: %w", err)
	}
	l.MessageHint, l.CreatedAt, l.ExpiresAt = clean(l.MessageHint), fromMicros(micros(l.CreatedAt)), fromMicros(micros(l.ExpiresAt)) // as it is read
	s.fresh.put(l.State, l)
	if s.begun.add(l.Registration) {
		if err := s.trimLogins(ctx, l.Registration); err != nil {
			s.log.WarnContext(ctx, "too many logins may be kept", "error", err) // this one is kept all the same
		}
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

// Login is lti.Logins. One that expired is answered until it is swept: its ExpiresAt says so. A login that this process began is
// answered from memory until it is spent here: nothing of it changes but that it is spent, which whoever spends it finds out in any case.
func (s *Store) Login(ctx context.Context, state string) (lti.Login, error) {
	if l, ok := s.fresh.get(state); ok {
		return l, nil
	}
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

// SpendLogin is lti.Logins. A login that was swept is gone, so it can never be spent again: lti.ErrStateUnknown.
func (s *Store) SpendLogin(ctx context.Context, state string) error {
	s.fresh.drop(state)
	n, err := s.execOne(ctx, spendLogin, true, state)
	return loginSpent(ctx, s, state, n, err)
}

// spendLogin finds a login unspent or changes nothing, so of two callers, also in two processes, one spends it.
const spendLogin = `UPDATE login SET spent = ? WHERE state = ? AND NOT spent`

// loginSpent judges what came of spending a login by a statement that changed so many rows.
func loginSpent(ctx context.Context, db reader, state string, changed int64, err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("sqlstore: spend a login: %w", err)
	case changed == 1:
		return nil
	}
	var found string
	err = db.Get(ctx, &found, `SELECT state FROM login WHERE state = ?`, state)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return lti.ErrStateUnknown
	case err != nil:
		return fmt.Errorf("sqlstore: read a login: %w", err)
	}
	return lti.ErrNonceSpent
}
