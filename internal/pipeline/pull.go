package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"cairn/xapi"
)

// Source is a record store that statements are pulled from, leased to a holder.
type Source struct {
	ID, Name string
	Remote
	Verb, Activity string        // parameters of the query there
	Every          time.Duration // between one look and the next
	Through        time.Time     // stored there up to it has been taken; zero before the first
	Attempts       int           // failed ones since the last success
	Holder         string
}

// Pulled is what became of a page. Through is the source's from now on, when it is later than the one it had.
type Pulled struct {
	Through time.Time
	Stored  int
	Refused int    // for good: an invalid one, one that differs from ours, a void that is not its to make
	Refusal string // why, of the last one
}

// Sources keeps where statements are pulled from.
type Sources interface {
	// Claim leases one source that is due, neither paused nor leased, and not among except. ok is false when there is none.
	Claim(ctx context.Context, holder string, now, until time.Time, except []string) (s Source, ok bool, err error)
	// Keep prolongs the lease. ErrLeaseLost when the source is another's, paused, or removed.
	Keep(ctx context.Context, s Source, until time.Time) error
	// Take stores what was pulled, each statement by itself, by SourceCredential of the source's endpoint.
	Take(ctx context.Context, s Source, batch []xapi.Prepared) ([]Added, error)
	// Note keeps how far the source has been taken, and forgets failed attempts when that is farther or something was stored.
	// ErrLeaseLost when it is another's.
	Note(ctx context.Context, s Source, p Pulled) error
	// Release ends the lease; the source is due again at next. problem is kept for people to read and counts as a failed attempt; an
	// empty one is a success.
	Release(ctx context.Context, s Source, next time.Time, problem string) error
}

// PullerConfig is what a Puller needs. Every field but the numbers must be set.
type PullerConfig struct {
	Sources   Sources
	Authority func(Source) xapi.Agent      // who vouches for what is pulled: the log has one kind of authority, its own (Data 2.4.9)
	Open      func(Remote) (string, error) // decrypts Remote.Sealed
	Stored    func(n int)                  // told when statements were stored
	HTTP      *http.Client                 // guarded: sources are addresses that people typed
	Now       func() time.Time
	Logger    *slog.Logger
	Holder    string        // names this process in leases
	Poll      time.Duration // default 1 s
	Lease     time.Duration // default 10 s; prolonged while a source has a worker
	Timeout   time.Duration // of a request, default 1 min
	Overlap   time.Duration // default 1 min: what a source stored before the newest we have may become visible later
	Most      int           // statements of a page, default 100
}

// Puller takes statements from other record stores into the log, each once: its id says whether it is there.
type Puller struct {
	cfg  PullerConfig
	crew crew
}

// NewPuller makes a puller; Run or Step start it.
func NewPuller(cfg PullerConfig) *Puller {
	for _, d := range []struct {
		of     *time.Duration
		orElse time.Duration
	}{{&cfg.Poll, time.Second}, {&cfg.Lease, 10 * time.Second}, {&cfg.Timeout, time.Minute}, {&cfg.Overlap, time.Minute}} {
		if *d.of == 0 {
			*d.of = d.orElse
		}
	}
	if cfg.Most == 0 {
		cfg.Most = 100
	}
	return &Puller{cfg: cfg}
}

// Run pulls until the context ends, and returns when every request under way has ended.
func (p *Puller) Run(ctx context.Context) {
	p.crew.run(ctx, p.cfg.Poll, p.dispatch, func(err error) {
		p.cfg.Logger.Error("pulling stopped; it is tried again", "error", err)
	})
}

// Step asks the sources that are due now, and returns when everything was taken.
func (p *Puller) Step(ctx context.Context) error { return p.crew.step(ctx, p.dispatch) }

// dispatch starts a worker for each source that is due.
func (p *Puller) dispatch(ctx context.Context) error {
	return assign(ctx, &p.crew, func(busy []string) (Source, bool, error) {
		now := p.cfg.Now()
		return p.cfg.Sources.Claim(ctx, p.cfg.Holder, now, now.Add(p.cfg.Lease), busy)
	}, func(s Source) string { return s.ID }, func(s Source) { p.serve(ctx, s) })
}

// keepLease prolongs the lease of a source.
func (p *Puller) keepLease(ctx context.Context, s Source) error {
	return p.cfg.Sources.Keep(ctx, s, p.cfg.Now().Add(p.cfg.Lease))
}

// serve takes what a source has, and puts it off to its next time.
func (p *Puller) serve(ctx context.Context, s Source) {
	var err error
	claimed := s // pull moves s on
	held(ctx, p.cfg.Lease, func(ctx context.Context) error { return p.keepLease(ctx, claimed) }, func() { err = p.pull(ctx, &s) })
	next, problem := p.cfg.Now().Add(s.Every), ""
	var later *notNow
	var told *odd
	switch {
	case err == nil:
	case errors.As(err, &told):
		problem = told.problem
		p.cfg.Logger.Warn("a source was read to its end, but something is wrong there", "source", s.Name, "problem", problem)
	case ctx.Err() != nil:
		next = p.cfg.Now()
	case errors.Is(err, ErrLeaseLost):
		p.cfg.Logger.Info("pulling from a source ended: it was paused, removed, or taken by another process", "source", s.Name)
	case errors.As(err, &later):
		problem, next = later.problem, p.cfg.Now().Add(max(later.wait, s.Every, backoff(s.Attempts)))
		p.cfg.Logger.Warn("a source cannot be pulled from; it is tried again", "source", s.Name, "next", next, "problem", problem)
	default:
		next = p.cfg.Now().Add(backoff(0))
		p.cfg.Logger.Error("pulling from a source failed by ourselves; it is tried again", "source", s.Name, "error", err)
	}
	err = p.cfg.Sources.Release(context.WithoutCancel(ctx), s, next, problem)
	if err != nil && !errors.Is(err, ErrLeaseLost) {
		p.cfg.Logger.Error("a source could not be given back", "source", s.Name, "error", err)
	}
}
