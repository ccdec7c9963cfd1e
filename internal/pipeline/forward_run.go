package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// ForwarderConfig is what a Forwarder needs. Every field but the numbers must be set.
type ForwarderConfig struct {
	Targets Targets
	Open    func(Remote) (secret string, err error) // decrypts Remote.Sealed
	HTTP    *http.Client                            // guarded: targets are addresses that people typed
	Now     func() time.Time
	Logger  *slog.Logger
	Holder  string        // names this process in leases
	Poll    time.Duration // default 1 s
	Lease   time.Duration // default 10 s; prolonged while a target has a worker
	Timeout time.Duration // of a request, default 1 min
	Most    int           // statements in a request, default 100
}

// Forwarder sends statements on to other record stores: in the order of the log, at least once, where the statements' ids make it
// once. Each target has a worker of its own while it is behind, so that a slow one holds up no other.
type Forwarder struct {
	cfg  ForwarderConfig
	crew crew
}

// NewForwarder makes a forwarder; Run or Step start it.
func NewForwarder(cfg ForwarderConfig) *Forwarder {
	if cfg.Poll == 0 {
		cfg.Poll = time.Second
	}
	if cfg.Lease == 0 {
		cfg.Lease = 10 * time.Second
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = time.Minute
	}
	if cfg.Most == 0 {
		cfg.Most = 100
	}
	return &Forwarder{cfg: cfg}
}

// Run forwards until the context ends, and returns when every request under way has ended.
func (f *Forwarder) Run(ctx context.Context) {
	f.crew.run(ctx, f.cfg.Poll, f.dispatch, func(err error) {
		f.cfg.Logger.Error("forwarding stopped; it is tried again", "error", err)
	})
}

// Step forwards what is due now, and returns when it has been answered.
func (f *Forwarder) Step(ctx context.Context) error { return f.crew.step(ctx, f.dispatch) }

// dispatch starts a worker for each target that is due.
func (f *Forwarder) dispatch(ctx context.Context) error {
	return assign(ctx, &f.crew, func(busy []string) (Target, bool, error) {
		now := f.cfg.Now()
		return f.cfg.Targets.Claim(ctx, f.cfg.Holder, now, now.Add(f.cfg.Lease), busy)
	}, func(t Target) string { return t.ID }, func(t Target) { f.serve(ctx, t) })
}

// serve sends a target what it lacks, until it has everything or does not serve us.
func (f *Forwarder) serve(ctx context.Context, t Target) {
	var problem string
	var wait time.Duration
	var err error
	claimed := t // follow moves t on
	held(ctx, f.cfg.Lease, func(ctx context.Context) error { return f.keep(ctx, claimed) }, func() { problem, wait, err = f.follow(ctx, &t) })
	switch {
	case errors.Is(err, ErrLeaseLost):
		f.cfg.Logger.Info("forwarding to a target ended: it was paused, removed, or taken by another process", "target", t.Name)
	case err != nil && ctx.Err() == nil:
		f.cfg.Logger.Error("forwarding to a target failed by ourselves; it is tried again", "target", t.Name, "error", err)
	}
	now := f.cfg.Now()
	next := now
	switch {
	case err != nil && ctx.Err() == nil:
		next = now.Add(backoff(0))
	case problem != "":
		next = now.Add(max(wait, backoff(t.Attempts)))
		f.cfg.Logger.Warn("a target does not take statements; they are sent again", "target", t.Name, "next", next, "problem", problem)
	}
	err = f.cfg.Targets.Release(context.WithoutCancel(ctx), t, next, problem)
	if err != nil && !errors.Is(err, ErrLeaseLost) {
		f.cfg.Logger.Error("a target could not be given back", "target", t.Name, "error", err)
	}
}

// keep prolongs the lease of a target.
func (f *Forwarder) keep(ctx context.Context, t Target) error {
	return f.cfg.Targets.Keep(ctx, t, f.cfg.Now().Add(f.cfg.Lease))
}

// leastBatch is the fewest statements of a request to a target that failed before: what it refuses is found with fewer requests.
const leastBatch = 8

// follow sends page after page. problem says why the target did not take them, and wait how long it asked to be left alone.
func (f *Forwarder) follow(ctx context.Context, t *Target) (problem string, wait time.Duration, err error) {
	secret, err := f.cfg.Open(t.Remote)
	if err != nil {
		return "the secret cannot be opened: " + err.Error(), 0, nil
	}
	to := newRemote(t.Remote, secret, f.cfg.HTTP, f.cfg.Timeout, f.cfg.Now)
	if stopped := f.once(ctx, t, to); stopped != nil {
		return f.why(ctx, stopped)
	}
	for ctx.Err() == nil {
		head, err := f.cfg.Targets.Head(ctx)
		if err != nil || t.Pos >= head {
			return "", 0, err
		}
		size := max(f.cfg.Most>>min(t.Attempts, 8), min(leastBatch, f.cfg.Most))
		page, through, err := f.cfg.Targets.Outgoing(ctx, t.Selection, t.Pos, head, size)
		if err != nil {
			return "", 0, fmt.Errorf("read what is to be forwarded: %w", err)
		}
		s := &sending{Forwarder: f, target: *t, to: to, through: through}
		stopped := s.page(ctx, page)
		if err := f.settle(context.WithoutCancel(ctx), t, s); err != nil {
			return "", 0, err
		}
		if stopped != nil {
			return f.why(ctx, stopped)
		}
	}
	return "", 0, nil
}

// why tells what a target does from what went wrong here.
func (f *Forwarder) why(ctx context.Context, stopped error) (problem string, wait time.Duration, err error) {
	var later *notNow
	if errors.As(stopped, &later) && ctx.Err() == nil {
		return later.problem, later.wait, nil
	}
	return "", 0, stopped
}

// once sends once more what a person wants sent once more.
func (f *Forwarder) once(ctx context.Context, t *Target, to *remote) error {
	for ctx.Err() == nil {
		list, err := f.cfg.Targets.Again(ctx, *t, leastBatch)
		if err != nil || len(list) == 0 {
			return err
		}
		s := &sending{Forwarder: f, target: *t, to: to, again: true}
		stopped := s.page(ctx, list)
		done := Settled{Pos: t.Pos, Sent: s.accepted, Dead: s.dead, Took: s.took}
		if len(s.took)+len(s.dead) > 0 {
			if err := f.cfg.Targets.Settle(context.WithoutCancel(ctx), *t, done); err != nil {
				return err
			}
			t.Attempts = 0
		}
		if stopped != nil {
			return stopped
		}
	}
	return nil
}

// settle keeps how far the page came.
func (f *Forwarder) settle(ctx context.Context, t *Target, s *sending) error {
	done := s.settled()
	for _, d := range done.Dead {
		f.cfg.Logger.Warn("a target refused a statement for good", "target", t.Name, "statement", d.Statement, "problem", d.Problem)
	}
	if done.Pos <= t.Pos {
		return nil
	}
	if err := f.cfg.Targets.Settle(ctx, *t, done); err != nil {
		return err
	}
	t.Pos, t.Attempts = done.Pos, 0
	return nil
}
