package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"cairn/lti"
)

// Scores sends one score to a platform.
type Scores interface {
	PostScore(ctx context.Context, registration, lineItem string, s lti.Score) error
}

// DelivererConfig is what a Deliverer needs. Every field but the numbers must be set.
type DelivererConfig struct {
	Deliveries Deliveries
	Catalogs   Catalogs
	Scores     Scores
	Now        func() time.Time
	Logger     *slog.Logger
	Poll       time.Duration // default 1 s
	Lease      time.Duration // of a claim: longer than Most requests may take; default 2 min
	Most       int           // deliveries claimed at once, default 8
}

// Deliverer sends the scores that platforms are owed, outside of any transaction: latest wins, in order for each line item
// and person, with backoff, and never a value that has been accepted already. Each platform has a worker of its own while it
// is owed something, so that a slow one holds up no other; one that cannot be reached is left alone until its backoff ends.
type Deliverer struct {
	cfg  DelivererConfig
	crew crew          // by registration
	free chan struct{} // signalled when a worker ends: its platform may be owed more

	mu    sync.Mutex
	until map[string]time.Time // registrations to leave alone, and how long
}

// NewDeliverer makes a deliverer; Run or Step start it.
func NewDeliverer(cfg DelivererConfig) *Deliverer {
	if cfg.Poll == 0 {
		cfg.Poll = time.Second
	}
	if cfg.Lease == 0 {
		cfg.Lease = 2 * time.Minute
	}
	if cfg.Most == 0 {
		cfg.Most = 8
	}
	d := &Deliverer{cfg: cfg, free: make(chan struct{}, 1), until: map[string]time.Time{}}
	d.crew.free = func() {
		select {
		case d.free <- struct{}{}:
		default:
		}
	}
	return d
}

// Run delivers until the context ends, and returns when every request under way has ended.
func (d *Deliverer) Run(ctx context.Context) {
	ticker := time.NewTicker(d.cfg.Poll)
	defer ticker.Stop()
	defer d.crew.workers.Wait()
	for {
		if _, err := d.dispatchAll(ctx); err != nil && ctx.Err() == nil {
			d.cfg.Logger.Error("deliveries stopped; they are tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-d.free:
		}
	}
}

// Step sends what is due now, and returns when it has been answered.
func (d *Deliverer) Step(ctx context.Context) error {
	for {
		n, err := d.dispatchAll(ctx)
		d.crew.workers.Wait()
		if n == 0 || err != nil {
			return err
		}
	}
}

// dispatchAll hands out claims until no free platform is owed anything, and answers how many.
func (d *Deliverer) dispatchAll(ctx context.Context) (all int, err error) {
	for ctx.Err() == nil {
		n, err := d.dispatch(ctx)
		all += n
		if n == 0 || err != nil {
			return all, err
		}
	}
	return all, nil
}

// dispatch claims what is due on platforms that have no worker and are not left alone, and starts a worker for each.
func (d *Deliverer) dispatch(ctx context.Context) (int, error) {
	now := d.cfg.Now()
	due, err := d.cfg.Deliveries.Claim(ctx, now, now.Add(d.cfg.Lease), d.cfg.Most, d.notNow(now)...)
	if err != nil {
		return 0, fmt.Errorf("claim deliveries: %w", err)
	}
	platforms := map[string][]Delivery{}
	for _, one := range due {
		platforms[one.Registration] = append(platforms[one.Registration], one)
	}
	for registration, mine := range platforms {
		d.crew.start(registration, func() { d.serve(ctx, registration, mine) })
	}
	return len(due), nil
}

// notNow answers the registrations that have a worker or are left alone.
func (d *Deliverer) notNow(now time.Time) []string {
	out := d.crew.ids()
	d.mu.Lock()
	defer d.mu.Unlock()
	for r, until := range d.until {
		if !until.After(now) {
			delete(d.until, r)
			continue
		}
		out = append(out, r)
	}
	return out
}

// leave has a platform left alone until a time.
func (d *Deliverer) leave(registration string, until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.until[registration] = until
}

// serve sends a platform's claims one after the other. When it fails to answer, the rest is put off with the one that failed.
func (d *Deliverer) serve(ctx context.Context, registration string, claims []Delivery) {
	var away time.Time
	for _, one := range claims {
		if !away.IsZero() || ctx.Err() != nil {
			next := away
			if next.IsZero() {
				next = d.cfg.Now()
			}
			d.note(one, d.cfg.Deliveries.Retry(context.WithoutCancel(ctx), one, next, ""))
			continue
		}
		next, err := d.deliver(ctx, one)
		d.note(one, err)
		if !next.IsZero() {
			away = next
			d.leave(registration, next)
		}
	}
}

func (d *Deliverer) note(one Delivery, err error) {
	if err != nil {
		d.cfg.Logger.Error("a delivery could not be noted", "delivery", one.ID, "error", err)
	}
}
