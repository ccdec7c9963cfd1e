package sqlstore

import (
	"context"
	"sync"
	"time"
)

// usedEvery is how often the time of last use is written at most.
const usedEvery = time.Minute

// lastUsed gathers when credentials were used, so that a request does not write for it.
type lastUsed struct {
	mu      sync.Mutex
	at      map[string]time.Time // not written yet
	written time.Time
}

func newLastUsed() *lastUsed { return &lastUsed{at: map[string]time.Time{}} }

// used notes that the credential was used now. Once in a while the caller that notes it writes what was gathered.
func (s *Store) used(ctx context.Context, key string) {
	now := s.now()
	s.lastUsed.mu.Lock()
	s.lastUsed.at[key] = now
	due := now.Sub(s.lastUsed.written) >= usedEvery
	if due {
		s.lastUsed.written = now
	}
	s.lastUsed.mu.Unlock()
	if due {
		s.writeLastUsed(context.WithoutCancel(ctx))
	}
}

// writeLastUsed writes what was gathered. A failure only makes the times older than they are, so it is logged and no more.
func (s *Store) writeLastUsed(ctx context.Context) {
	s.lastUsed.mu.Lock()
	at := s.lastUsed.at
	s.lastUsed.at = map[string]time.Time{}
	s.lastUsed.mu.Unlock()
	if len(at) == 0 {
		return
	}
	err := s.write(ctx, func(tx *Tx) error {
		for key, used := range at {
			if _, err := tx.Exec(ctx, `UPDATE credential SET last_used = ? WHERE id = ?`, micros(used), key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.log.Warn("when credentials were last used could not be written", "error", err)
	}
}
