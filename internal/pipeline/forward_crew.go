package pipeline

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// crew is workers by the id of what they work on, one each. The zero value has none.
type crew struct {
	workers sync.WaitGroup
	mu      sync.Mutex
	busy    map[string]bool
}

// ids answers what has a worker.
func (c *crew) ids() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.busy))
}

// start has a worker do f.
func (c *crew) start(id string, f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy == nil {
		c.busy = map[string]bool{}
	}
	c.busy[id] = true
	c.workers.Go(func() {
		defer c.end(id)
		f()
	})
}

func (c *crew) end(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.busy, id)
}

// every calls f now and then again and again, until the context ends.
func every(ctx context.Context, poll time.Duration, f func()) {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		f()
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
