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

	"cairn/xapi"
	"cairn/xapi/lrs"
)

// Refusals of the methods that change credentials.
var (
	ErrLimit   = errors.New("sqlstore: a limit is an IRI, and a rate is not negative")
	ErrKeep    = errors.New("sqlstore: how long the old secret holds is not negative")
	ErrRevoked = errors.New("sqlstore: the credential was revoked")
)

// rateMost bounds the rates that can be set: more is no limit.
const rateMost = 1_000_000

// previous is the secret before the last rotation.
type previous struct {
	hash  []byte
	until time.Time
}

func (r credentialRow) previous() previous {
	hash, err := hex.DecodeString(r.Previous)
	if err != nil || r.PreviousUntil == 0 {
		return previous{}
	}
	return previous{hash, fromMicros(r.PreviousUntil)}
}

// fits answers 1 for the hash of a secret that still holds.
func (p previous) fits(hash []byte, now time.Time) int {
	fits := subtle.ConstantTimeCompare(hash, p.hash)
	if !now.Before(p.until) {
		return 0
	}
	return fits
}

// LimitCredential sets what a credential may not pass, here at once and in other processes within checkedFor. ErrLimit,
// lrs.ErrNotFound.
func (s *Store) LimitCredential(ctx context.Context, id string, l lrs.Limits) error {
	for _, iri := range []string{l.HomePage, l.Activity} {
		if iri != "" && (!xapi.IsIRI(iri) || strings.ContainsRune(iri, 0)) {
			return fmt.Errorf("%w: %q", ErrLimit, iri)
		}
	}
	if l.PerMinute < 0 || l.PerMinute > rateMost {
		return fmt.Errorf("%w, and at most %d: %d", ErrLimit, rateMost, l.PerMinute)
	}
	return s.changeCredential(ctx, id, `home_page = ?, activity = ?, per_minute = ?`, l.HomePage, l.Activity, l.PerMinute)
}

// RotateCredential gives a credential another secret and answers it; the old one holds for keep more, so that programs can be
// changed one after the other. A secret before that ends at once. ErrKeep, ErrRevoked, lrs.ErrNotFound.
func (s *Store) RotateCredential(ctx context.Context, id string, keep time.Duration) (secret string, err error) {
	if keep < 0 {
		return "", fmt.Errorf("%w: %s", ErrKeep, keep)
	}
	var had credentialRow
	err = s.Get(ctx, &had, `SELECT `+credentialColumns+` FROM credential WHERE id = ?`, id)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", lrs.ErrNotFound
	case err != nil:
		return "", fmt.Errorf("sqlstore: read a credential: %w", err)
	case had.Revoked != nil:
		return "", ErrRevoked
	}
	secret = token(32)
	hash := sha256.Sum256([]byte(secret))
	until := s.now().Add(keep)
	return secret, s.changeCredential(ctx, id, `secret = ?, previous = ?, previous_until = ?`, hash[:], hex.EncodeToString(had.Secret), micros(until))
}

// changeCredential sets columns of a row.
func (s *Store) changeCredential(ctx context.Context, id, columns string, values ...any) error {
	err := s.write(ctx, func(tx *Tx) error {
		done, err := tx.Exec(ctx, `UPDATE credential SET `+columns+` WHERE id = ?`, append(values, id)...)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, lrs.ErrNotFound)
		}
		return nil
	})
	s.checked.drop(id)
	if err != nil {
		return fmt.Errorf("sqlstore: change credential %s: %w", id, err)
	}
	return nil
}
