package sqlstore

import (
	"context"
	"fmt"
	"time"

	"cairn/internal/web"
)

var _ web.Windows = (*Store)(nil)

// OpenWindow is web.Windows: the code and the session are written together, or neither is.
func (s *Store) OpenWindow(ctx context.Context, code string, expires time.Time, window web.Session) error {
	return s.write(ctx, func(tx *Tx) error {
		n, err := affected(tx.Exec(ctx, `INSERT INTO window_code (code, expires) VALUES (?, ?) ON CONFLICT (code) DO NOTHING`, code, micros(expires)))
		if err != nil {
			return fmt.Errorf("sqlstore: spend the code of a window: %w", err)
		}
		if n == 0 {
			return web.ErrNotFound
		}
		row, err := sessionRow(window)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO session (hash, registration, account, learner, body, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)`, row...); err != nil {
			return fmt.Errorf("sqlstore: keep the session of a window: %w", err)
		}
		return nil
	})
}
