package sqlstore

import "sync"

// tolds remembers which definitions the rows of their activities hold, so that what every statement of a course repeats is not
// merged again. Another process may have changed a row since: then the later definition stays until a different one comes.
type tolds struct {
	mu     sync.Mutex
	hashes map[int64][]uint64
}

const (
	toldMost = 20_000 // activities remembered
	toldEach = 4      // definitions of one
)

func (t *tolds) holds(d told) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, h := range t.hashes[d.activity] {
		if h == d.hash {
			return true
		}
	}
	return false
}

func (t *tolds) put(d told) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hashes == nil || len(t.hashes) >= toldMost {
		t.hashes = map[int64][]uint64{}
	}
	if had := t.hashes[d.activity]; len(had) < toldEach {
		t.hashes[d.activity] = append(had, d.hash)
	}
}

func (t *tolds) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hashes = nil
}

func (t *tolds) forget(activity int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.hashes, activity)
}
