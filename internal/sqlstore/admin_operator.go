package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"cairn/internal/web"
)

// How long a link of an operator can be made to hold.
const (
	operatorLinkLeast = time.Minute
	operatorLinkMost  = 24 * time.Hour
)

// ErrOperatorLink says that a link would hold for too short or too long.
var ErrOperatorLink = errors.New("sqlstore: a link of the administration holds for 1 minute to 24 hours")

var _ web.Operators = (*Store)(nil)

// AddOperatorLink makes the code of a link that enters the administration once, and answers until when it holds. Those that hold no
// more are forgotten. ErrOperatorLink.
func (s *Store) AddOperatorLink(ctx context.Context, life time.Duration) (code string, expires time.Time, err error) {
	if life < operatorLinkLeast || life > operatorLinkMost {
		return "", expires, fmt.Errorf("%w: %s", ErrOperatorLink, life)
	}
	code, expires = token(32), s.now().Add(life)
	err = s.write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM operator_link WHERE expires <= ?`, micros(tx.Now)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO operator_link (hash, expires) VALUES (?, ?)`, codeHash(code), micros(expires))
		return err
	})
	return code, expires, wrap(err, "keep a link of the administration")
}

// EnterOperator is web.Operators: the code is spent and the session kept together, or neither is.
func (s *Store) EnterOperator(ctx context.Context, code string, session web.Session) error {
	return s.write(ctx, func(tx *Tx) error {
		n, err := affected(tx.Exec(ctx, `DELETE FROM operator_link WHERE hash = ? AND expires > ?`, codeHash(code), micros(session.CreatedAt)))
		if err != nil {
			return wrap(err, "spend a link of the administration")
		}
		if n == 0 {
			return web.ErrNotFound
		}
		return wrap(tx.insertSession(ctx, session), "keep the session of an operator")
	})
}

// insertSession writes the row of a session.
func (t *Tx) insertSession(ctx context.Context, session web.Session) error {
	row, err := sessionRow(session)
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx, `INSERT INTO session (hash, registration, account, learner, body, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)`, row...)
	return err
}

// codeHash is how codes are kept: they are random, so a plain hash hides them.
func codeHash(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}
