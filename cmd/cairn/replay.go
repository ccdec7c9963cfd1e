package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
)

type replayCmd struct{}

// replayBatch is larger than a server's: nobody waits for the first entries of a replay.
const replayBatch = 2000

// Run empties the projection and folds the log again, up to where it ends when it is reached.
func (replayCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		began := p.now()
		head, err := s.Head(p.ctx)
		if err != nil {
			return err
		}
		if err := p.replay(s, head); err != nil {
			return err
		}
		took := p.now().Sub(began)
		if p.JSON {
			return printJSON(p.out, map[string]any{"entries": head, "seconds": took.Seconds()})
		}
		_, err = fmt.Fprintf(p.out, "Folded %d entries in %s.\n", head, took.Round(time.Millisecond))
		return err
	})
}

// replay empties the projection and steps until it has reached the head. Where a running server folds the same log, its steps
// count as well.
func (p *program) replay(s *sqlstore.Store, head int64) error {
	if err := s.Projection().Reset(p.ctx); err != nil {
		return fmt.Errorf("empty the projection: %w", err)
	}
	frameworks, err := s.Frameworks(p.ctx, "")
	if err != nil {
		return fmt.Errorf("load the frameworks: %w", err)
	}
	w := wiring{settings: p.settings, now: p.now, log: newLogger(p.LogFormat, p.LogLevel), process: processName()}
	defer w.release(context.WithoutCancel(p.ctx), s)
	projector := w.newProjector(s, frameworks, pipeline.Config{Batch: replayBatch})
	shown := newBar(os.Stderr, "replay", head, p.now)
	defer shown.end()
	for {
		cursor, err := s.Projection().Cursor(p.ctx)
		if err != nil {
			return err
		}
		shown.at(cursor.Pos)
		if cursor.Pos >= head {
			return nil
		}
		_, err = projector.Step(p.ctx)
		if errors.Is(err, pipeline.ErrLeaseLost) {
			err = p.pause(100 * time.Millisecond)
		}
		if err != nil {
			return fmt.Errorf("fold the log: %w", err)
		}
	}
}

// pause waits, or answers the context's error.
func (p *program) pause(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-p.ctx.Done():
		return p.ctx.Err()
	case <-timer.C:
		return nil
	}
}
