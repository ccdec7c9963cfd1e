package sqlstore

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"cairn/xapi/lrs"
)

// checkedFor is how long a credential that was read is checked from memory.
const checkedFor = 5 * time.Second

// lookAgain is how often a credential in memory is read again at once because what was sent does not fit it: another process may have
// rotated it a moment ago, and whoever guesses does not make the database work.
const lookAgain = time.Second

// check is a credential in memory.
type check struct {
	credential lrs.Credential
	secret     []byte
	previous   previous
	revoked    bool
	until      time.Time
	looked     time.Time // when it was last read again because something did not fit
}

// fits answers 1 and 0 for the hash of the newest secret, 0 and 1 for one of the secret before it that still holds.
func (c *check) fits(hash []byte, now time.Time) (newest, previous int) {
	return subtle.ConstantTimeCompare(hash, c.secret), c.previous.fits(hash, now)
}

// Check answers the credential of a key and its secret. An unknown key, a wrong secret and a revoked credential are all
// lrs.ErrNotFound, and take about the same time.
func (s *Store) Check(ctx context.Context, key, secret string) (lrs.Credential, error) {
	hash := sha256.Sum256([]byte(secret))
	c, err := s.credentialThat(ctx, key, func(c check) bool {
		newest, previous := c.fits(hash[:], s.now())
		return newest|previous == 1
	})
	if err != nil {
		return lrs.Credential{}, fmt.Errorf("sqlstore: check a credential: %w", err)
	}
	newest, previous := c.fits(hash[:], s.now())
	if newest|previous != 1 || c.revoked {
		return lrs.Credential{}, lrs.ErrNotFound
	}
	if newest != 1 {
		c.credential.Until = c.previous.until
	}
	s.used(ctx, key)
	return c.credential, nil
}

// Bearer answers the credential of a key whose newest secret has the mark. An unknown key, another mark and a revoked credential are
// all lrs.ErrNotFound.
func (s *Store) Bearer(ctx context.Context, key, mark string) (lrs.Credential, error) {
	c, err := s.credentialThat(ctx, key, func(c check) bool { return c.credential.Mark == mark })
	if err != nil {
		return lrs.Credential{}, fmt.Errorf("sqlstore: check the credential of a token: %w", err)
	}
	if c.revoked || c.credential.Mark != mark {
		return lrs.Credential{}, lrs.ErrNotFound
	}
	s.used(ctx, key)
	return c.credential, nil
}

// markOf tells secrets apart by their hashes, without telling the hash.
func markOf(secret []byte) string {
	sum := sha256.Sum256(append([]byte("mark of "), secret...))
	return hex.EncodeToString(sum[:8])
}

// canBeKey says whether the text is written with the letters of keys. Another one is no key, and some are no text for a database.
func canBeKey(key string) bool {
	return len(key) > 0 && len(key) <= 64 && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// credentialThat answers the credential in memory when it fits, else the one in the database, which may be newer.
func (s *Store) credentialThat(ctx context.Context, key string, fits func(check) bool) (check, error) {
	now := s.now()
	c, ok := s.checked.get(key)
	if !ok || !now.Before(c.until) {
		return s.credential(ctx, key, time.Time{})
	}
	if fits(c) || now.Before(c.looked.Add(lookAgain)) {
		return c, nil
	}
	return s.credential(ctx, key, now)
}

// credential reads a credential from the database; for an unknown key one that no secret fits.
func (s *Store) credential(ctx context.Context, key string, looked time.Time) (check, error) {
	now := s.now()
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
	c := check{credential: r.credential(), secret: r.Secret, previous: r.previous(), revoked: r.Revoked != nil, until: now.Add(checkedFor), looked: looked}
	s.checked.put(key, c)
	return c, nil
}
