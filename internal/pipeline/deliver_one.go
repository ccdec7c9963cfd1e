package pipeline

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"cairn/lti"
	"cairn/mapping"
)

// deliver sends one score, or finds that nothing is to be sent. away is set when the platform did not serve us at all: until
// when it is to be left alone.
func (d *Deliverer) deliver(ctx context.Context, one Delivery) (away time.Time, err error) {
	given, maximum, err := d.value(ctx, one)
	if err != nil {
		return away, err
	}
	now := d.cfg.Now()
	switch {
	case maximum == 0, one.LastGiven == nil && given == 0, one.LastGiven != nil && *one.LastGiven == given && one.LastMaximum == maximum:
		return away, d.cfg.Deliveries.Done(ctx, one, nil, 0, time.Time{})
	case !one.LastAt.IsZero() && now.Unix() <= one.LastAt.Unix():
		return away, d.cfg.Deliveries.Retry(ctx, one, one.LastAt.Truncate(time.Second).Add(time.Second), "")
	}
	sent := d.cfg.Scores.PostScore(ctx, one.Registration, one.LineItem, scoreOf(one, given, maximum, now))
	return d.settle(context.WithoutCancel(ctx), one, given, maximum, now, sent)
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

// settle notes what the platform answered, also when we are about to stop: what was accepted must not be sent again.
func (d *Deliverer) settle(ctx context.Context, one Delivery, given, maximum int, at time.Time, sent error) (away time.Time, err error) {
	if sent == nil {
		d.cfg.Logger.Info("score accepted", "delivery", one.ID, "given", given, "maximum", maximum)
		return away, d.cfg.Deliveries.Done(ctx, one, &given, maximum, at)
	}
	var refused *lti.ServiceError
	if permanent(sent, &refused) {
		d.cfg.Logger.Warn("the platform refused a score for good", "delivery", one.ID, "error", sent)
		return away, d.cfg.Deliveries.GiveUp(ctx, one, sent.Error())
	}
	next := d.cfg.Now().Add(backoff(one.Attempts))
	if refused != nil && refused.RetryAfter > 0 {
		next = d.cfg.Now().Add(min(refused.RetryAfter, day))
	}
	d.cfg.Logger.Warn("a score was not accepted; it is sent again", "delivery", one.ID, "next", next, "error", sent)
	if refused != nil && unavailable(refused) {
		away = next
	}
	return away, d.cfg.Deliveries.Retry(ctx, one, next, sent.Error())
}

// tokenCall is the name of the call for an access token in a ServiceError.
const tokenCall = "token"

// permanent says that sending the same score again cannot succeed: the platform refused it, or it cannot be sent at all. A
// conflict is about the timestamp only, and the next attempt has a later one. A refused access token is about the connection,
// which somebody will mend: keys that could not be fetched, a clock that is off, a service that is not switched on.
func permanent(err error, refused **lti.ServiceError) bool {
	if errors.As(err, refused) {
		return (*refused).Op != tokenCall && !(*refused).Retryable() && !(*refused).Conflict() && (*refused).Status != http.StatusUnauthorized
	}
	return errors.Is(err, lti.ErrScore) || errors.Is(err, lti.ErrForeignService)
}

// unavailable says that the next score of the same platform would fare no better: it was not reached, gave no token, asked to
// be left alone, or failed by itself.
func unavailable(refused *lti.ServiceError) bool {
	return refused.Status == 0 || refused.Op == tokenCall || refused.RetryAfter > 0 || refused.Status >= http.StatusInternalServerError
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
