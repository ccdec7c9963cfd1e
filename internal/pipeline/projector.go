package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"cairn/mapping"
	"cairn/xapi"
	"cairn/xapi/profile"
)

// Catalogs answers every published framework.
type Catalogs interface {
	All() []*mapping.Catalog
	// Look reads anew what is published: the log has come to a publication.
	Look() error
}

// Config is what a Projector needs. Every field but Changed, Observe and the numbers must be set.
type Config struct {
	Log        Log
	Projection Projection
	Committer  Committer
	Catalogs   Catalogs
	// Prepare makes a statement of our own ready to store.
	Prepare func(statement []byte) (xapi.Prepared, error)
	// Companions are said beside each achievement, in this order; none unless the operator switched them on.
	Companions []profile.Companion
	// Changed fires when the log has grown in this process; without it the log is asked every Poll.
	Changed <-chan struct{}
	// Observe is told after each batch how many entries it held; may be nil.
	Observe func(entries int)
	Now     func() time.Time
	Logger  *slog.Logger
	Holder  string        // names this process in the lease
	Batch   int           // entries a batch, at most; default 500
	Most    int           // rows that one entry makes before they are written, see work.relieve; default 5000
	Poll    time.Duration // how often the log is asked without Changed; default 250 ms
	Rest    time.Duration // between two batches that are not full; default 50 ms
	Lease   time.Duration // default 15 s
	Tick    time.Duration // between two entries that are nothing but the time, at least; default 1 min
}

// Projector folds the log into evidence and progress, and emits what others are told. One process projects at a time; the
// others wait for its lease to end. It keeps what it needs in memory and reads it anew whenever a commit is refused.
type Projector struct {
	cfg  Config
	st   *state
	seen *recent
	till time.Time // our lease
	// ticked is when the time was appended to the log last.
	ticked time.Time
	// hurry is signalled by those who wait for a position.
	hurry chan struct{}

	mu       sync.Mutex
	position int64
	moved    chan struct{} // closed and replaced whenever position moves
}

// NewProjector makes a projector; Run or Step start it.
func NewProjector(cfg Config) *Projector {
	if cfg.Batch == 0 {
		cfg.Batch = 500
	}
	if cfg.Most == 0 {
		cfg.Most = 5000
	}
	if cfg.Poll == 0 {
		cfg.Poll = 250 * time.Millisecond
	}
	if cfg.Rest == 0 {
		cfg.Rest = 50 * time.Millisecond
	}
	if cfg.Lease == 0 {
		cfg.Lease = 15 * time.Second
	}
	if cfg.Tick == 0 {
		cfg.Tick = time.Minute
	}
	return &Projector{cfg: cfg, seen: newRecent(), moved: make(chan struct{}), hurry: make(chan struct{}, 1)}
}

// Run projects until the context ends. A fault is logged and tried again: statements already stored are never lost by it.
func (p *Projector) Run(ctx context.Context) {
	for {
		n, err := p.Step(ctx)
		if !p.rest(ctx, n, err) {
			return
		}
	}
}

// rest waits until the next step is worth its transaction, and answers false when the context has ended. After a full batch
// there is more to do. After a smaller one others get Rest to write, so that statements that trickle in are folded together;
// someone who waits for a position ends the rest.
func (p *Projector) rest(ctx context.Context, folded int, err error) bool {
	switch {
	case ctx.Err() != nil:
		return false
	case errors.Is(err, ErrLeaseLost):
		return pause(ctx, p.cfg.Poll)
	case err != nil:
		p.cfg.Logger.Error("projection stopped; it is tried again", "error", err)
		return pause(ctx, 4*p.cfg.Poll)
	case folded == p.cfg.Batch:
		return true
	}
	return pause(ctx, p.cfg.Rest, p.hurry) && pause(ctx, p.cfg.Poll, p.hurry, p.cfg.Changed)
}

// pause waits for the time, or for the first of the signals. It answers false when the context has ended.
func pause(ctx context.Context, d time.Duration, signals ...<-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	first, second := append(signals, nil, nil)[0], append(signals, nil, nil)[1]
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-first:
	case <-second:
	}
	return true
}

// Step folds one batch and answers how many entries it held: 0 when there is nothing new. ErrLeaseLost while another
// process projects.
func (p *Projector) Step(ctx context.Context) (int, error) {
	n, err := p.step(ctx)
	if err != nil {
		p.st = nil // what was folded was not written: read it again
		p.seen = newRecent()
		p.till = time.Time{}
	}
	return n, err
}

func (p *Projector) step(ctx context.Context) (int, error) {
	if err := p.keepLease(ctx); err != nil {
		return 0, err
	}
	if p.st == nil {
		st, err := loadState(ctx, p.cfg.Projection)
		if err != nil {
			return 0, err
		}
		p.st = st
		p.arrive(st.cursor.Pos)
	}
	entries, err := p.entries(ctx)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	return len(entries), p.project(ctx, entries)
}

// entries answers the next ones; when there are none and something has ended, the time is one.
func (p *Projector) entries(ctx context.Context) ([]Entry, error) {
	entries, err := p.cfg.Log.Entries(ctx, p.st.cursor.Pos, p.cfg.Batch)
	if err != nil || len(entries) > 0 {
		return entries, err
	}
	if ticked, err := p.tick(ctx); err != nil || !ticked {
		return nil, err
	}
	return p.cfg.Log.Entries(ctx, p.st.cursor.Pos, p.cfg.Batch)
}

// project folds the entries and commits the batch.
func (p *Projector) project(ctx context.Context, entries []Entry) error {
	w := p.newWork(ctx, p.st)
	for _, e := range entries {
		if err := w.fold(e); err != nil {
			return fmt.Errorf("fold position %d: %w", e.Pos, err)
		}
	}
	if err := w.settleRenewed(); err != nil {
		return err
	}
	to := entries[len(entries)-1].Pos
	if err := p.cfg.Committer.Commit(ctx, w.finish(to)); err != nil {
		return fmt.Errorf("commit up to position %d: %w", to, err)
	}
	p.st.cursor.Pos = to
	p.arrive(to)
	if p.cfg.Observe != nil {
		p.cfg.Observe(len(entries))
	}
	return nil
}

// keepLease takes the lease, and takes it anew when half of it is gone.
func (p *Projector) keepLease(ctx context.Context) error {
	now := p.cfg.Now()
	if p.till.Sub(now) > p.cfg.Lease/2 {
		return nil
	}
	until := now.Add(p.cfg.Lease)
	if err := p.cfg.Committer.Lease(ctx, p.cfg.Holder, now, until); err != nil {
		return fmt.Errorf("take the projector's lease: %w", err)
	}
	p.till = until
	return nil
}

// frameworkOf answers the id of the framework that has a capability, "" when none has.
func (p *Projector) frameworkOf(capability string) string {
	return frameworkOf(p.cfg.Catalogs, capability)
}

func frameworkOf(catalogs Catalogs, capability string) string {
	for _, c := range catalogs.All() {
		if _, ok := c.Node(capability); ok {
			return c.ID
		}
	}
	return ""
}

// capability finds the framework and node of a capability.
func (p *Projector) capability(id string) (*mapping.Catalog, mapping.Node, bool) {
	for _, c := range p.cfg.Catalogs.All() {
		if n, ok := c.Node(id); ok {
			return c, n, true
		}
	}
	return nil, mapping.Node{}, false
}
