package pipeline

import (
	"context"
	"errors"
	"sync"
	"time"
)

// held prolongs a lease again and again while f works, so that it can be short however long a request takes: what a killed process
// had leased is soon another's. A lease that is lost is not prolonged any more; f finds that out when it asks for it.
func held(ctx context.Context, lease time.Duration, keep func(context.Context) error, f func()) {
	ctx, stop := context.WithCancel(ctx)
	var beats sync.WaitGroup
	beats.Go(func() {
		ticker := time.NewTicker(lease / 3)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if errors.Is(keep(ctx), ErrLeaseLost) {
					return
				}
			}
		}
	})
	defer beats.Wait()
	defer stop()
	f()
}
