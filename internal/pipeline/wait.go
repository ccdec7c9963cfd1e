package pipeline

import (
	"context"
	"time"
)

// arrive tells those who wait that the projection stands at a position.
func (p *Projector) arrive(pos int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if pos == p.position {
		return
	}
	p.position = pos
	close(p.moved)
	p.moved = make(chan struct{})
}

// Wait returns when the projection has reached a position, or with the context's error. It ends the projector's rest. Where another process projects, the
// cursor in the database is asked every Poll.
func (p *Projector) Wait(ctx context.Context, pos int64) error {
	ticker := time.NewTicker(p.cfg.Poll)
	defer ticker.Stop()
	for {
		p.mu.Lock()
		here, moved := p.position, p.moved
		p.mu.Unlock()
		if here >= pos {
			return nil
		}
		select {
		case p.hurry <- struct{}{}:
		default:
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		case <-ticker.C:
			if c, err := p.cfg.Projection.Cursor(ctx); err == nil && c.Pos >= pos {
				return nil
			}
		}
	}
}
