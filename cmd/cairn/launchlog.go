package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/lti"
)

// The pace of the launch log. A launch itself writes nothing to it: what was noted is written together, a moment later.
const (
	launchFlush = 2 * time.Second
	launchGood  = time.Minute // of accepted launches one of a registration is noted in this time
	launchMost  = 50          // of a registration between two flushes: the newest
)

// launchLog notes what came of logins and launches, for `cairn doctor`. What was noted in the last moment is lost when the process
// is killed: it is help, not a record.
type launchLog struct {
	store interface {
		LogLaunches(ctx context.Context, records []sqlstore.LaunchRecord) error
		AddDeployment(ctx context.Context, registration, deployment string) error
	}
	now func() time.Time
	log *slog.Logger

	mu      sync.Mutex
	waiting map[string][]sqlstore.LaunchRecord // by registration
	good    map[string]time.Time               // when an accepted launch was last noted, by registration
}

func newLaunchLog(store *sqlstore.Store, now func() time.Time, log *slog.Logger) *launchLog {
	return &launchLog{store: store, now: now, log: log, waiting: map[string][]sqlstore.LaunchRecord{}, good: map[string]time.Time{}}
}

// refused notes an error of a login or launch; registration is "" where only a refusal may tell it.
func (l *launchLog) refused(err error, registration, token string) {
	r := sqlstore.LaunchRecord{Registration: registration, At: l.now(), Result: sqlstore.LaunchFailed, Claims: maskClaims(token)}
	var refusal *lti.Refusal
	if errors.As(err, &refusal) {
		r.Registration, r.Result, r.Rule, r.Detail = refusal.Registration, sqlstore.LaunchRefused, refusal.Rule, refusal.Detail
	} else if rule := web.Refused(err); rule != "" {
		r.Result, r.Rule = sqlstore.LaunchRefused, rule
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(r)
}

// accepted notes a launch, unless one of its registration was noted a moment ago.
func (l *launchLog) accepted(registration, token string) {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.good[registration]).Abs() < launchGood {
		return
	}
	l.good[registration] = now
	l.add(sqlstore.LaunchRecord{Registration: registration, At: now, Result: sqlstore.LaunchAccepted, Claims: maskClaims(token)})
}

func (l *launchLog) add(r sqlstore.LaunchRecord) {
	all := append(l.waiting[r.Registration], r)
	l.waiting[r.Registration] = all[max(0, len(all)-launchMost):]
}

// flush writes what was noted.
func (l *launchLog) flush(ctx context.Context) {
	l.mu.Lock()
	var all []sqlstore.LaunchRecord
	for _, some := range l.waiting {
		all = append(all, some...)
	}
	clear(l.waiting)
	l.mu.Unlock()
	if len(all) == 0 {
		return
	}
	if err := l.store.LogLaunches(ctx, all); err != nil && ctx.Err() == nil {
		l.log.Warn("the launch log could not be written", "launches", len(all), "error", err)
	}
}

// run writes until the context ends, and what is left then.
func (l *launchLog) run(ctx context.Context) {
	tick := time.NewTicker(launchFlush)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthTimeout)
			defer cancel()
			l.flush(last)
			return
		case <-tick.C:
			l.flush(ctx)
		}
	}
}

// notedTool is the counted LTI tool with the launch log behind it.
type notedTool struct {
	countedTool
	log *launchLog
}

// CheckLogin notes initiations that are refused.
func (t notedTool) CheckLogin(ctx context.Context, r lti.LoginRequest) (lti.Registration, error) {
	reg, err := t.countedTool.CheckLogin(ctx, r)
	if err != nil {
		t.log.refused(err, "", "")
	}
	return reg, err
}

// Admit notes what came of it. A deployment that the registration's rule admitted is kept, once.
func (t notedTool) Admit(ctx context.Context, form lti.LaunchForm, browser string, keep lti.Keep) (*lti.Launch, error) {
	registration := ""
	l, err := t.countedTool.Admit(ctx, form, browser, func(ctx context.Context, l *lti.Launch) error {
		registration = l.Registration.ID
		return keep(ctx, l)
	})
	if err != nil {
		t.log.refused(err, registration, form.IDToken)
		return l, err
	}
	t.log.accepted(l.Registration.ID, form.IDToken)
	if l.NewDeployment {
		if err := t.log.store.AddDeployment(ctx, l.Registration.ID, l.Deployment); err != nil {
			t.log.log.ErrorContext(ctx, "a new deployment could not be kept", "registration", l.Registration.ID, "error", err)
		}
	}
	return l, nil
}
