package sqlstore

import (
	"context"
	"fmt"
	"sync"

	"github.com/go-json-experiment/json"

	"cairn/mapping"
)

// frameworksOf remembers which framework each item is of, and what it replaced. Published versions never change, so what is known
// stays true.
type frameworksOf struct {
	mu       sync.Mutex
	versions int                 // how many were read
	of       map[string]string   // item to framework
	earlier  map[string][]string // item to those that it replaced
}

// frameworkOf answers the id of the framework that has a capability, "" when none has. Frameworks are read once, and again when
// there are more of them.
func (s *Store) frameworkOf(ctx context.Context, capability string) (string, error) {
	k := &s.kept.capabilities
	k.mu.Lock()
	defer k.mu.Unlock()
	if id, known := k.of[capability]; known {
		return id, nil
	}
	var n int
	if err := s.Get(ctx, &n, `SELECT COUNT(*) FROM framework`); err != nil {
		return "", fmt.Errorf("sqlstore: count frameworks: %w", err)
	}
	if n == k.versions {
		return "", nil
	}
	return k.read(ctx, s, capability)
}

func (k *frameworksOf) read(ctx context.Context, s *Store, capability string) (string, error) {
	var rows []struct{ ID, Body string }
	if err := s.Select(ctx, &rows, `SELECT id, body FROM framework ORDER BY pos`); err != nil {
		return "", fmt.Errorf("sqlstore: read frameworks: %w", err)
	}
	k.of, k.versions = map[string]string{}, len(rows)
	all := make([]mapping.Framework, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal([]byte(row.Body), &all[i]); err != nil {
			return "", fmt.Errorf("sqlstore: read framework %s: %w", row.ID, err)
		}
		for _, item := range all[i].Items {
			k.of[item.ID] = row.ID
		}
	}
	k.earlier = mapping.Replaced(all...)
	return k.of[capability], nil
}

// earlierOf answers the items of older versions that a capability replaced.
func (s *Store) earlierOf(ctx context.Context, capability string) ([]string, error) {
	if _, err := s.frameworkOf(ctx, capability); err != nil {
		return nil, err
	}
	k := &s.kept.capabilities
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.earlier[capability], nil
}
