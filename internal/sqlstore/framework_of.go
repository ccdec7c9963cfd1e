package sqlstore

import (
	"context"
	"fmt"
	"sync"

	"github.com/go-json-experiment/json"
)

// frameworksOf remembers which framework each item is of. Published versions never change, so what is known stays true.
type frameworksOf struct {
	mu       sync.Mutex
	versions int               // how many were read
	of       map[string]string // item to framework
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
	for _, row := range rows {
		var body struct {
			Items []struct {
				ID string `json:"id"`
			} `json:"items"`
		}
		if err := json.Unmarshal([]byte(row.Body), &body); err != nil {
			return "", fmt.Errorf("sqlstore: read framework %s: %w", row.ID, err)
		}
		for _, item := range body.Items {
			k.of[item.ID] = row.ID
		}
	}
	return k.of[capability], nil
}
