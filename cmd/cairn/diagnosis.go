package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"cairn/internal/diagnosis"
	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/lti"
)

// connections reads what is kept about registrations, for the doctor and for the page of administrators.
type connections struct{ store *sqlstore.Store }

// diagnosisClient is for checks only. Our own address may be a private one, behind a proxy.
func diagnosisClient(private []string, baseURL string) *http.Client {
	hosts := append(slices.Clone(private), hostOf(baseURL))
	return lti.NewHTTPClient(lti.Guard{PlainHTTP: hosts, Private: hosts, UserAgent: "Cairn/" + version})
}

// subject is a registration as the checks see it.
func subject(r sqlstore.Registration) diagnosis.Subject {
	return diagnosis.Subject{Registration: r.Registration, Origins: r.Origins(), OriginsGiven: len(r.FrameOrigins) > 0}
}

// check runs the checks of a registration but the one of its launches.
func (c connections) check(ctx context.Context, checker *diagnosis.Checker, r sqlstore.Registration) ([]diagnosis.Finding, error) {
	found := checker.Connection(ctx, subject(r))
	owed, err := c.owed(ctx, r)
	return append(found, owed), err
}

// launches reads the log of a registration.
func (c connections) launches(ctx context.Context, registration string, most int) ([]diagnosis.Launch, error) {
	records, err := c.store.Launches(ctx, registration, most)
	if err != nil {
		return nil, err
	}
	out := make([]diagnosis.Launch, len(records))
	for i, r := range records {
		out[i] = diagnosis.NewLaunch(r.At, diagnosis.Result(r.Result), r.Rule, r.Detail, r.Claims)
	}
	return out, nil
}

// owed is how the scores stand.
func (c connections) owed(ctx context.Context, r sqlstore.Registration) (diagnosis.Finding, error) {
	f := diagnosis.Finding{Check: diagnosis.CheckScores, Result: diagnosis.Good, Says: "none is late"}
	const most = 1000
	for _, state := range []sqlstore.DeliveryState{sqlstore.DeliveryGivenUp, sqlstore.DeliveryWaiting} {
		some, err := c.store.ListDeliveries(ctx, sqlstore.DeliveryQuery{Registration: r.ID, State: state, Limit: most})
		if err != nil {
			return f, err
		}
		if len(some) == 0 {
			continue
		}
		f.Result, f.Why, f.Count = diagnosis.Doubt, diagnosis.Waiting, len(some)
		if state == sqlstore.DeliveryGivenUp {
			f.Why = diagnosis.GivenUp
		}
		f.Says = fmt.Sprintf("%d %s; the LMS said of the oldest: %s", len(some), map[sqlstore.DeliveryState]string{
			sqlstore.DeliveryGivenUp: "were refused for good", sqlstore.DeliveryWaiting: "failed and are sent again"}[state], some[0].Problem)
		f.Do = "mend what it says, then cairn deliveries retry --registration " + r.ID
		break
	}
	return f, nil
}

// The measure of checks from the page: how long one may take, how soon the next begins, and how many launches it shows.
const (
	diagnosisTime     = 20 * time.Second
	diagnosisPause    = 3 * time.Second
	diagnosisLaunches = 50
)

// diagnoses is web.Diagnoses. What was found is kept by this process, and found anew after a restart.
type diagnoses struct {
	connections
	wiring

	mu   sync.Mutex
	last map[string]checked // by registration
}

// checked is one look.
type checked struct {
	at      time.Time
	found   []diagnosis.Finding
	running bool
}

// Diagnosis answers what is known of a registration, without a call to anyone.
func (d *diagnoses) Diagnosis(ctx context.Context, registration string) (web.Diagnosis, error) {
	r, err := d.full(ctx, registration)
	if err != nil {
		return web.Diagnosis{}, err
	}
	launches, err := d.launches(ctx, r.ID, diagnosisLaunches)
	if err != nil {
		return web.Diagnosis{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	last := d.last[r.ID]
	return web.Diagnosis{Subject: subject(r), Launches: launches, Findings: last.found, CheckedAt: last.at}, nil
}

func (d *diagnoses) full(ctx context.Context, registration string) (sqlstore.Registration, error) {
	r, err := d.store.FullRegistration(ctx, registration)
	if errors.Is(err, lti.ErrUnknownRegistration) {
		return r, web.ErrNotFound
	}
	return r, err
}

// Check looks now, unless someone is looking or has just looked.
func (d *diagnoses) Check(ctx context.Context, registration string) error {
	r, err := d.full(ctx, registration)
	if err != nil || !d.begin(r.ID) {
		return err
	}
	now := checked{}
	defer func() { d.end(r.ID, now) }()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), diagnosisTime) // who asked may leave; that is no fault of the LMS
	defer cancel()
	client := diagnosisClient(d.privateHosts, d.BaseURL)
	defer client.CloseIdleConnections()
	checker := diagnosis.NewChecker(diagnosis.Config{Client: client, BaseURL: d.BaseURL, Signing: d.keys.signing(), Now: d.now})
	found, err := d.check(ctx, checker, r)
	if err != nil {
		return fmt.Errorf("check a registration: %w", err)
	}
	now = checked{at: d.now(), found: append(found, checker.OwnKeys(ctx)...)}
	return nil
}

// end keeps what a look found. One that failed leaves nothing, so that the next may begin.
func (d *diagnoses) end(registration string, now checked) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last[registration] = now
}

// begin says whether a look may begin.
func (d *diagnoses) begin(registration string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	last := d.last[registration]
	if last.running || d.now().Sub(last.at).Abs() < diagnosisPause {
		return false
	}
	last.running = true
	d.last[registration] = last
	return true
}
