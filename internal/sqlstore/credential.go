package sqlstore

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
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

// scopes are those a credential can have.
var scopes = []lrs.Scope{lrs.ScopeWrite, lrs.ScopeReadMine, lrs.ScopeRead, lrs.ScopeDefine, lrs.ScopeState, lrs.ScopeProfile, lrs.ScopeAllRead, lrs.ScopeAll}

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
	c = lrs.Credential{ID: token(15), Name: name, Scopes: slices.Clone(wanted)}
	secret = token(32)
	hash := sha256.Sum256([]byte(secret))
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
		if !slices.Contains(scopes, w) {
			return fmt.Errorf("%w %q; known are %s", ErrScopeUnknown, w, joinScopes(scopes))
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
	c := lrs.Credential{ID: r.ID, Name: r.Name, Limits: lrs.Limits{HomePage: r.HomePage, Activity: r.Activity, PerMinute: int(r.PerMinute)}}
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

// checkedFor is how long a credential that was read is checked from memory.
const checkedFor = 5 * time.Second

// check is a credential in memory.
type check struct {
	credential lrs.Credential
	secret     []byte
	previous   previous
	revoked    bool
	until      time.Time
}

// Check answers the credential of a key and its secret. An unknown key, a wrong secret and a revoked credential are all
// lrs.ErrNotFound, and take about the same time.
func (s *Store) Check(ctx context.Context, key, secret string) (lrs.Credential, error) {
	c, err := s.credential(ctx, key)
	if err != nil {
		return lrs.Credential{}, fmt.Errorf("sqlstore: check a credential: %w", err)
	}
	hash := sha256.Sum256([]byte(secret))
	fits := subtle.ConstantTimeCompare(hash[:], c.secret) | c.previous.fits(hash[:], s.now())
	if fits != 1 || c.revoked {
		return lrs.Credential{}, lrs.ErrNotFound
	}
	s.used(ctx, key)
	return c.credential, nil
}

// canBeKey says whether the text is written with the letters of keys. Another one is no key, and some are no text for a database.
func canBeKey(key string) bool {
	return len(key) > 0 && len(key) <= 64 && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// credential reads a credential from memory or the database; for an unknown key one that no secret fits.
func (s *Store) credential(ctx context.Context, key string) (check, error) {
	now := s.now()
	if c, ok := s.checked.get(key); ok && now.Before(c.until) {
		return c, nil
	}
	unknown := check{secret: make([]byte, sha256.Size), revoked: true}
	if !canBeKey(key) {
		return unknown, nil
	}
	var r credentialRow
	err := s.Get(ctx, &r, `SELECT `+credentialColumns+` FROM credential WHERE id = ?`, key)
	if errors.Is(err, sql.ErrNoRows) {
		return unknown, nil
	}
	if err != nil {
		return check{}, err
	}
	c := check{credential: r.credential(), secret: r.Secret, previous: r.previous(), revoked: r.Revoked != nil, until: now.Add(checkedFor)}
	s.checked.put(key, c)
	return c, nil
}
