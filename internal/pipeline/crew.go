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
	free    func() // called when a worker has ended; may be nil
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
	delete(c.busy, id)
	c.mu.Unlock()
	if c.free != nil {
		c.free()
	}
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

// run has workers serve what is due, now and then again and again, until the context ends; it returns when every request under
// way has ended. fault is told what went wrong, and it is tried again.
func (c *crew) run(ctx context.Context, poll time.Duration, dispatch func(context.Context) error, fault func(error)) {
	every(ctx, poll, func() {
		if err := dispatch(ctx); err != nil && ctx.Err() == nil {
			fault(err)
		}
	})
	c.workers.Wait()
}

// step has workers serve what is due now, and returns when it has been served.
func (c *crew) step(ctx context.Context, dispatch func(context.Context) error) error {
	err := dispatch(ctx)
	c.workers.Wait()
	return err
}

// assign starts a worker for each thing that claim answers, until nothing is due that has none. busy is what has a worker.
func assign[T any](ctx context.Context, c *crew, claim func(busy []string) (T, bool, error), id func(T) string, serve func(T)) error {
	for ctx.Err() == nil {
		claimed, ok, err := claim(c.ids())
		if err != nil || !ok {
			return err
		}
		c.start(id(claimed), func() { serve(claimed) })
	}
	return nil
}
