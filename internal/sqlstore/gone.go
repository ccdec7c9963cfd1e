package sqlstore

import (
	"context"
	"fmt"
)

// loadGone finds which ids were in the log once and are erased or purged. They stay known, so that a sender who repeats itself is
// answered and nothing is counted twice. What they held is not, so a different statement with such an id is not told from the same.
func (in *intake) loadGone(ctx context.Context, ids []string) error {
	left := in.tx.db.departed.Load()
	if !left.gone {
		return nil
	}
	of := make(map[string]string, len(ids))
	hashes := make([]string, len(ids))
	for i, id := range ids {
		hashes[i] = left.own(id)
		of[hashes[i]] = id
	}
	var found []string
	d := in.tx.db.d
	if err := in.tx.Select(ctx, &found, `SELECT hash FROM gone WHERE `+d.in("hash"), d.list(hashes)); err != nil {
		return fmt.Errorf("sqlstore: look for ids that are gone: %w", err)
	}
	in.gone = make(map[string]bool, len(found))
	for _, hash := range found {
		in.gone[of[hash]] = true
	}
	return nil
}

// Dropped counts the statements that this process answered as stored and dropped: of people who were erased, and with ids that are
// gone.
func (s *Store) Dropped() int64 { return s.dropped.Load() }
