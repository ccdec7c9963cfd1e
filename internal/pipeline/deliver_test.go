package pipeline_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"cairn/internal/pipeline"
	"cairn/lti"
)

// owed is one delivery, its platform and the clock.
type owed struct {
	*testing.T
	one      pipeline.Delivery
	have     int
	now      time.Time
	answer   error
	sent     []lti.Score
	done     bool
	next     time.Time
	problem  string
	givenUp  bool
	claimed  bool // in this step
	deliver  *pipeline.Deliverer
	catalogs catalogs
}

func owing(t *testing.T) *owed {
	o := &owed{T: t, now: epoch, catalogs: builtin(t)}
	o.one = pipeline.Delivery{ID: "d1", Registration: "r1", LineItem: "http://lms.test/lineitem", Subject: "4", Learner: "learner-1", Framework: o.catalogs.one.ID}
	o.deliver = pipeline.NewDeliverer(pipeline.DelivererConfig{
		Deliveries: o, Catalogs: o.catalogs, Scores: o, Now: func() time.Time { return o.now }, Logger: slog.New(slog.DiscardHandler),
	})
	return o
}

func (o *owed) Claim(_ context.Context, _, _ time.Time, _ int, except ...string) ([]pipeline.Delivery, error) {
	if o.claimed || slices.Contains(except, o.one.Registration) {
		return nil, nil
	}
	o.claimed = true
	return []pipeline.Delivery{o.one}, nil
}

func (o *owed) Done(_ context.Context, d pipeline.Delivery, given *int, maximum int, at time.Time) error {
	o.done = true
	if given != nil {
		o.one.LastGiven, o.one.LastMaximum, o.one.LastAt, o.one.Attempts = given, maximum, at, 0
	}
	return nil
}

func (o *owed) Retry(_ context.Context, d pipeline.Delivery, next time.Time, problem string) error {
	o.next, o.problem = next, problem
	if problem != "" {
		o.one.Attempts++
	}
	return nil
}

func (o *owed) GiveUp(_ context.Context, d pipeline.Delivery, problem string) error {
	o.givenUp, o.problem = true, problem
	return nil
}

func (o *owed) Finished(_ context.Context, _, activity string) (bool, error) {
	return activity == "finished", nil
}

func (o *owed) Evidenced(context.Context, string, []string) (int, error) { return o.have, nil }

func (o *owed) PostScore(_ context.Context, _, _ string, s lti.Score) error {
	if o.answer != nil {
		return o.answer
	}
	o.sent = append(o.sent, s)
	return nil
}

func (o *owed) step() {
	o.Helper()
	o.claimed, o.done, o.next, o.problem, o.givenUp = false, false, time.Time{}, "", false
	if err := o.deliver.Step(context.Background()); err != nil {
		o.Fatal(err)
	}
}

func (o *owed) wantSent(n int) {
	o.Helper()
	if len(o.sent) != n {
		o.Fatalf("%d scores sent, want %d", len(o.sent), n)
	}
}

func TestNoScoreIsSentBeforeTheFirstEvidence(t *testing.T) { // any FullyGraded score completes the activity on Moodle
	o := owing(t)
	o.step()
	o.wantSent(0)
	if !o.done {
		t.Error("it stays due although nothing is to be sent")
	}
}

func TestScoreCountsEvidencedOfTrackedAndIsFullyGraded(t *testing.T) {
	o := owing(t)
	o.have = 3
	o.step()
	o.wantSent(1)
	s := o.sent[0]
	if *s.Given != 3 || s.Maximum != float64(len(o.catalogs.one.Tracked(""))) || s.GradingProgress != lti.GradingFullyGraded || s.UserID != "4" {
		t.Errorf("sent %+v", s)
	}
	o.step()
	o.wantSent(1) // the platform has this value already
}

func TestLowerScoreIsSentWhenItFallsAlsoToNone(t *testing.T) {
	o := owing(t)
	o.have = 1
	o.step()
	o.have, o.now = 0, o.now.Add(time.Minute)
	o.step()
	o.wantSent(2)
	if *o.sent[1].Given != 0 {
		t.Errorf("sent %v, want 0", *o.sent[1].Given)
	}
}

func TestScoresForOnePersonAreASecondApart(t *testing.T) { // Moodle answers 409 within the same second
	o := owing(t)
	o.have = 1
	o.step()
	o.have, o.now = 2, o.now.Add(300*time.Millisecond)
	o.step()
	o.wantSent(1)
	if want := epoch.Add(time.Second); !o.next.Equal(want) || o.problem != "" || o.one.Attempts != 0 {
		t.Errorf("waits until %v (%q, %d attempts), want %v", o.next, o.problem, o.one.Attempts, want)
	}
	o.now = o.next
	o.step()
	o.wantSent(2)
}

func TestRefusalsAreRetriedOrGivenUpByWhatTheyMean(t *testing.T) {
	for name, c := range map[string]struct {
		answer  error
		givenUp bool
		wait    time.Duration
	}{
		"server failure":         {&lti.ServiceError{Status: http.StatusInternalServerError}, false, 2 * time.Second},
		"not reached":            {&lti.ServiceError{Err: errors.New("connection refused")}, false, 2 * time.Second},
		"too many, says when":    {&lti.ServiceError{Status: http.StatusTooManyRequests, RetryAfter: time.Minute}, false, time.Minute},
		"timestamp conflict":     {&lti.ServiceError{Status: http.StatusConflict}, false, 2 * time.Second},
		"token no longer valid":  {&lti.ServiceError{Status: http.StatusUnauthorized}, false, 2 * time.Second},
		"cannot be graded":       {&lti.ServiceError{Status: http.StatusBadRequest}, true, 0},
		"column is gone":         {&lti.ServiceError{Status: http.StatusNotFound}, true, 0},
		"foreign service":        {lti.ErrForeignService, true, 0},
		"no token, bad request":  {&lti.ServiceError{Op: "token", Status: http.StatusBadRequest}, false, 2 * time.Second},
		"registration not found": {lti.ErrUnknownRegistration, false, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			o := owing(t)
			o.have, o.answer = 1, c.answer
			o.step()
			if o.givenUp != c.givenUp {
				t.Fatalf("given up: %v, want %v (%s)", o.givenUp, c.givenUp, o.problem)
			}
			if !c.givenUp && !o.next.Equal(epoch.Add(c.wait)) {
				t.Errorf("tried again after %v, want %v", o.next.Sub(epoch), c.wait)
			}
		})
	}
}

func TestBackoffGrowsToAnHourAndSuccessEndsIt(t *testing.T) {
	o := owing(t)
	o.have, o.answer = 1, &lti.ServiceError{Status: http.StatusBadGateway}
	last := time.Duration(0)
	for range 20 {
		o.step()
		wait := o.next.Sub(o.now)
		if wait < last || wait > time.Hour {
			t.Fatalf("waits %v after %v", wait, last)
		}
		last, o.now = wait, o.next
	}
	if last != time.Hour {
		t.Errorf("the longest wait is %v, want an hour", last)
	}
	o.answer = nil
	o.step()
	o.wantSent(1)
}

// A link to an activity is worth 1 of 1 once the activity is finished, and nothing is sent before.
func TestScoreOfAnActivity(t *testing.T) {
	o := owing(t)
	o.have, o.one.Activity = 3, "begun"
	o.step()
	o.wantSent(0)
	o.one.Activity = "finished"
	o.step()
	o.wantSent(1)
	if s := o.sent[0]; *s.Given != 1 || s.Maximum != 1 || s.ActivityProgress != lti.ActivityCompleted || s.GradingProgress != lti.GradingFullyGraded || s.Comment != "" {
		t.Errorf("sent %+v", s)
	}
	o.now = o.now.Add(time.Minute)
	o.step()
	o.wantSent(1)
}

// crowd is many deliveries of many platforms: one never answers until it is let go.
type crowd struct {
	mu     sync.Mutex
	due    []pipeline.Delivery
	sent   map[string]int
	hang   chan struct{}
	others sync.WaitGroup
	pipeline.Deliveries
}

func (c *crowd) Claim(_ context.Context, _, _ time.Time, limit int, except ...string) (out []pipeline.Delivery, _ error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due = slices.DeleteFunc(c.due, func(d pipeline.Delivery) bool {
		if len(out) == limit || slices.Contains(except, d.Registration) {
			return false
		}
		out = append(out, d)
		return true
	})
	return out, nil
}

func (c *crowd) Evidenced(context.Context, string, []string) (int, error) { return 1, nil }

func (c *crowd) Done(context.Context, pipeline.Delivery, *int, int, time.Time) error { return nil }

func (c *crowd) Retry(context.Context, pipeline.Delivery, time.Time, string) error { return nil }

func (c *crowd) PostScore(_ context.Context, registration, _ string, _ lti.Score) error {
	if registration == "slow" {
		<-c.hang
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent[registration]++
	c.others.Done()
	return nil
}

func TestPlatformThatHangsHoldsUpNoOther(t *testing.T) {
	cat := builtin(t)
	c := &crowd{sent: map[string]int{}, hang: make(chan struct{})}
	for range 40 {
		c.due = append(c.due, pipeline.Delivery{Registration: "slow", Framework: cat.one.ID})
	}
	for range 40 {
		c.others.Add(1)
		c.due = append(c.due, pipeline.Delivery{Registration: "quick", Framework: cat.one.ID})
	}
	d := pipeline.NewDeliverer(pipeline.DelivererConfig{Deliveries: c, Catalogs: cat, Scores: c,
		Now: func() time.Time { return epoch }, Logger: slog.New(slog.DiscardHandler), Poll: time.Hour})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); d.Run(ctx) }()
	c.others.Wait() // the test's own time limit is the check
	close(c.hang)
	stop()
	<-done
}
