package sqlstore

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"cairn/xapi/lrs"
)

// Refusals of the methods that make and end credentials.
var (
	ErrNameEmpty    = errors.New("sqlstore: a credential needs a name, of one line and without control characters")
	ErrNoScope      = errors.New("sqlstore: a credential needs at least one scope")
	ErrScopeUnknown = errors.New("sqlstore: unknown scope")
)

// CredentialInfo is a credential as the operator sees it. The secret is not kept, only its hash.
type CredentialInfo struct {
	lrs.Credential
	Created  time.Time
	Revoked  time.Time // zero while it is in use
	LastUsed time.Time // zero before the first use; up to a minute late
	Rotating time.Time // until when the secret before the last rotation holds; zero when it holds no more
}

// AddCredential makes a credential and answers its secret, which cannot be read again. The secret is random, 256 bits, so a
// plain SHA-256 of it is as good as a slow hash, and a check costs a microsecond.
func (s *Store) AddCredential(ctx context.Context, name string, wanted []lrs.Scope) (c lrs.Credential, secret string, err error) {
	if err := checkCredential(name, wanted); err != nil {
		return c, "", err
	}
	secret = token(32)
	hash := sha256.Sum256([]byte(secret))
	c = lrs.Credential{ID: token(15), Name: name, Scopes: slices.Clone(wanted), Mark: markOf(hash[:])}
	err = s.write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO credential (id, name, secret, scopes, created) VALUES (?, ?, ?, ?, ?)`,
			c.ID, c.Name, hash[:], joinScopes(c.Scopes), micros(tx.Now))
		return err
	})
	if err != nil {
		return c, "", fmt.Errorf("sqlstore: make a credential: %w", err)
	}
	return c, secret, nil
}

func checkCredential(name string, wanted []lrs.Scope) error {
	if strings.TrimSpace(name) == "" || strings.ContainsFunc(name, unicode.IsControl) {
		return ErrNameEmpty
	}
	if len(wanted) == 0 {
		return ErrNoScope
	}
	for _, w := range wanted {
		if !slices.Contains(lrs.Scopes(), w) {
			return fmt.Errorf("%w %q; known are %s", ErrScopeUnknown, w, joinScopes(lrs.Scopes()))
		}
	}
	return nil
}

// letters writes tokens in small letters and digits only: they need no escape anywhere, are taken whole by a double click, and
// never look like a flag of a command.
var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// token is n random bytes as text.
func token(n int) string {
	b := make([]byte, n)
	rand.Read(b) //nolint:errcheck // it never fails
	return letters.EncodeToString(b)
}

func joinScopes(s []lrs.Scope) string {
	words := make([]string, len(s))
	for i, one := range s {
		words[i] = string(one)
	}
	return strings.Join(words, " ")
}

// credentialRow is a row of the table credential.
type credentialRow struct {
	ID       string `db:"id"`
	Name     string `db:"name"`
	Secret   []byte `db:"secret"`
	Scopes   string `db:"scopes"`
	Created  int64  `db:"created"`
	Revoked  *int64 `db:"revoked"`
	LastUsed *int64 `db:"last_used"`

	HomePage      string `db:"home_page"`
	Activity      string `db:"activity"`
	PerMinute     int64  `db:"per_minute"`
	Previous      string `db:"previous"`
	PreviousUntil int64  `db:"previous_until"`
}

const credentialColumns = `id, name, secret, scopes, created, revoked, last_used, home_page, activity, per_minute, previous, previous_until`

func (r credentialRow) credential() lrs.Credential {
	c := lrs.Credential{ID: r.ID, Name: r.Name, Mark: markOf(r.Secret), Limits: lrs.Limits{HomePage: r.HomePage, Activity: r.Activity, PerMinute: int(r.PerMinute)}}
	for _, word := range strings.Fields(r.Scopes) {
		c.Scopes = append(c.Scopes, lrs.Scope(word))
	}
	return c
}

// ListCredentials answers all, also those that were revoked, oldest first.
func (s *Store) ListCredentials(ctx context.Context) ([]CredentialInfo, error) {
	s.writeLastUsed(ctx)
	var rows []credentialRow
	if err := s.Select(ctx, &rows, `SELECT `+credentialColumns+` FROM credential ORDER BY created, id`); err != nil {
		return nil, fmt.Errorf("sqlstore: list credentials: %w", err)
	}
	out := make([]CredentialInfo, len(rows))
	for i, r := range rows {
		out[i] = CredentialInfo{Credential: r.credential(), Created: fromMicros(r.Created)}
		if r.Revoked != nil {
			out[i].Revoked = fromMicros(*r.Revoked)
		}
		if r.LastUsed != nil {
			out[i].LastUsed = fromMicros(*r.LastUsed)
		}
		if until := fromMicros(r.PreviousUntil); until.After(s.now()) {
			out[i].Rotating = until
		}
	}
	return out, nil
}

// RevokeCredential ends a credential, here at once and in other processes within checkedFor. lrs.ErrNotFound when there is none
// with the id; one that was revoked before stays as it is.
func (s *Store) RevokeCredential(ctx context.Context, id string) error {
	err := s.write(ctx, func(tx *Tx) error {
		var had int64
		err := tx.Get(ctx, &had, `UPDATE credential SET revoked = COALESCE(revoked, CAST(? AS BIGINT)) WHERE id = ? RETURNING revoked`, micros(tx.Now), id)
		if errors.Is(err, sql.ErrNoRows) {
			return lrs.ErrNotFound
		}
		return err
	})
	s.checked.drop(id)
	if err != nil {
		return fmt.Errorf("sqlstore: revoke credential %s: %w", id, err)
	}
	return nil
}
