package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"cairn/lti"
	"cairn/mapping"
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
	Lease      time.Duration // default 1 min: longer than any request may take
	Most       int           // deliveries claimed at once, default 32
}

// Deliverer sends the scores that platforms are owed, outside of any transaction: latest wins, in order for each line item
// and person, with backoff, and never a value that has been accepted already.
type Deliverer struct{ cfg DelivererConfig }

// NewDeliverer makes a deliverer; Run or Step start it.
func NewDeliverer(cfg DelivererConfig) *Deliverer {
	if cfg.Poll == 0 {
		cfg.Poll = time.Second
	}
	if cfg.Lease == 0 {
		cfg.Lease = time.Minute
	}
	if cfg.Most == 0 {
		cfg.Most = 32
	}
	return &Deliverer{cfg: cfg}
}

// Run delivers until the context ends.
func (d *Deliverer) Run(ctx context.Context) {
	ticker := time.NewTicker(d.cfg.Poll)
	defer ticker.Stop()
	for {
		for {
			n, err := d.Step(ctx)
			if err != nil && ctx.Err() == nil {
				d.cfg.Logger.Error("deliveries stopped; they are tried again", "error", err)
			}
			if n < d.cfg.Most {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Step sends what is due now and answers how many deliveries it claimed. Platforms are served side by side, each one's
// deliveries one after the other, so that a slow platform holds up no other.
func (d *Deliverer) Step(ctx context.Context) (int, error) {
	now := d.cfg.Now()
	due, err := d.cfg.Deliveries.Claim(ctx, now, now.Add(d.cfg.Lease), d.cfg.Most)
	if err != nil {
		return 0, fmt.Errorf("claim deliveries: %w", err)
	}
	platforms := map[string][]Delivery{}
	for _, one := range due {
		platforms[one.Registration] = append(platforms[one.Registration], one)
	}
	var group sync.WaitGroup
	for _, mine := range platforms {
		group.Go(func() {
			for _, one := range mine {
				if err := d.deliver(ctx, one); err != nil && ctx.Err() == nil {
					d.cfg.Logger.Error("a delivery could not be noted", "delivery", one.ID, "error", err)
				}
			}
		})
	}
	group.Wait()
	return len(due), nil
}

// deliver sends one score, or finds that nothing is to be sent.
func (d *Deliverer) deliver(ctx context.Context, one Delivery) error {
	given, maximum, err := d.value(ctx, one)
	if err != nil {
		return err
	}
	now := d.cfg.Now()
	switch {
	case maximum == 0, one.LastGiven == nil && given == 0, one.LastGiven != nil && *one.LastGiven == given && one.LastMaximum == maximum:
		return d.cfg.Deliveries.Done(ctx, one, nil, 0, time.Time{})
	case !one.LastAt.IsZero() && now.Unix() <= one.LastAt.Unix():
		return d.cfg.Deliveries.Retry(ctx, one, one.LastAt.Truncate(time.Second).Add(time.Second), "")
	}
	err = d.cfg.Scores.PostScore(ctx, one.Registration, one.LineItem, scoreOf(one, given, maximum, now))
	return d.settle(ctx, one, given, maximum, now, err)
}

// value counts the score: the evidenced of the tracked capabilities, or 1 of 1 for an activity that is finished.
func (d *Deliverer) value(ctx context.Context, one Delivery) (given, maximum int, err error) {
	if one.Activity == "" {
		tracked := d.tracked(one)
		if given, err = d.cfg.Deliveries.Evidenced(ctx, one.Learner, tracked); err != nil {
			return 0, 0, fmt.Errorf("count what is evidenced: %w", err)
		}
		return given, len(tracked), nil
	}
	finished, err := d.cfg.Deliveries.Finished(ctx, one.Account, one.Activity)
	if err != nil {
		return 0, 0, fmt.Errorf("ask whether an activity is finished: %w", err)
	}
	if finished {
		given = 1
	}
	return given, 1, nil
}

// settle notes what the platform answered.
func (d *Deliverer) settle(ctx context.Context, one Delivery, given, maximum int, at time.Time, err error) error {
	if err == nil {
		d.cfg.Logger.Info("score accepted", "delivery", one.ID, "given", given, "maximum", maximum)
		return d.cfg.Deliveries.Done(ctx, one, &given, maximum, at)
	}
	var refused *lti.ServiceError
	if permanent(err, &refused) {
		d.cfg.Logger.Warn("the platform refused a score for good", "delivery", one.ID, "error", err)
		return d.cfg.Deliveries.GiveUp(ctx, one, err.Error())
	}
	next := at.Add(backoff(one.Attempts))
	if refused != nil && refused.RetryAfter > 0 {
		next = at.Add(min(refused.RetryAfter, day))
	}
	d.cfg.Logger.Warn("a score was not accepted; it is sent again", "delivery", one.ID, "next", next, "error", err)
	return d.cfg.Deliveries.Retry(ctx, one, next, err.Error())
}

// permanent says that sending the same score again cannot succeed: the platform refused it, or it cannot be sent at all. A
// conflict is about the timestamp only, and the next attempt has a later one.
func permanent(err error, refused **lti.ServiceError) bool {
	if errors.As(err, refused) {
		return !(*refused).Retryable() && !(*refused).Conflict() && (*refused).Status != http.StatusUnauthorized
	}
	return errors.Is(err, lti.ErrScore) || errors.Is(err, lti.ErrForeignService)
}

// tracked is the ids of the capabilities that the placement shows.
func (d *Deliverer) tracked(one Delivery) []string {
	for _, c := range d.cfg.Catalogs.All() {
		if c.ID != one.Framework {
			continue
		}
		return capabilityIDs(c.TrackedFor(one.Node, one.Archetype))
	}
	return nil
}

func capabilityIDs(nodes []mapping.Node) []string {
	ids := make([]string, len(nodes))
	for i, n := range nodes {
		ids[i] = n.ID
	}
	return ids
}

const day = 24 * time.Hour

// backoff is 2 s after the first failure and doubles up to an hour.
func backoff(failed int) time.Duration {
	return min(2*time.Second<<min(failed, 12), time.Hour)
}

// scoreOf is the score of a progress link: how many of the capabilities it shows are evidenced (settled question 8). It is
// always FullyGraded, since some platforms erase a grade that is not.
func scoreOf(one Delivery, given, maximum int, at time.Time) lti.Score {
	activity := lti.ActivityInProgress
	if given == maximum {
		activity = lti.ActivityCompleted
	}
	value := float64(given)
	comment := fmt.Sprintf("Evidence for %d of %d capabilities tracked here.", given, maximum)
	if one.Activity != "" {
		comment = ""
	}
	return lti.Score{
		UserID: one.Subject, Given: &value, Maximum: float64(maximum), Timestamp: at,
		ActivityProgress: activity, GradingProgress: lti.GradingFullyGraded,
		Comment: comment,
	}
}
