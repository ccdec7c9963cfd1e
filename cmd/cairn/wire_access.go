package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/lti"
	"cairn/xapi/lrs"
)

// access is web.Access. What other record stores answered to tests is kept by this process.
type access struct {
	wiring
	store *sqlstore.Store

	mu    sync.Mutex
	tests map[string]remoteTest // by target
}

type remoteTest struct {
	at    time.Time
	found []web.ForwardTest
}

func (a *access) Keys(ctx context.Context) ([]web.Key, error) {
	all, err := a.store.ListCredentials(ctx)
	out := make([]web.Key, len(all))
	for i, c := range all {
		out[i] = web.Key{ID: c.ID, Name: c.Name, HomePage: c.Limits.HomePage, Activity: c.Limits.Activity, PerMinute: c.Limits.PerMinute,
			Created: c.Created, Used: c.LastUsed, Ended: c.Revoked, Renewing: c.Rotating}
		for _, s := range c.Scopes {
			out[i].Scopes = append(out[i].Scopes, string(s))
		}
	}
	return out, err
}

func (a *access) Scopes() []string {
	out := make([]string, 0, len(lrs.Scopes()))
	for _, s := range lrs.Scopes() {
		out = append(out, string(s))
	}
	return out
}

// AddKey makes a credential; a limit is kept before the secret is told.
func (a *access) AddKey(ctx context.Context, name string, scopes []string, site string) (id, secret string, err error) {
	limits, err := limitFlags{Registration: site}.limits(&program{ctx: ctx}, a.store)
	var refused *refusal
	if errors.As(err, &refused) {
		return "", "", errors.Join(web.ErrNotFound, err)
	}
	if err != nil {
		return "", "", err
	}
	wanted := make([]lrs.Scope, len(scopes))
	for i, s := range scopes {
		wanted[i] = lrs.Scope(s)
	}
	made, secret, err := a.store.AddCredential(ctx, name, wanted)
	if err == nil && limits != (lrs.Limits{}) {
		err = a.store.LimitCredential(ctx, made.ID, limits)
	}
	return made.ID, secret, err
}

func (a *access) RenewKey(ctx context.Context, id string, keep time.Duration) (string, error) {
	secret, err := a.store.RotateCredential(ctx, id, keep)
	return secret, notFoundAs(err, lrs.ErrNotFound, sqlstore.ErrRevoked)
}

func (a *access) EndKey(ctx context.Context, id string) error {
	return notFoundAs(a.store.RevokeCredential(ctx, id), lrs.ErrNotFound)
}

// notFoundAs gives errors that say that there is no such thing the pages' word for it.
func notFoundAs(err error, missing ...error) error {
	for _, m := range missing {
		if errors.Is(err, m) {
			return errors.Join(web.ErrNotFound, err)
		}
	}
	return err
}

func (a *access) Forwards(ctx context.Context) ([]web.Forward, error) {
	all, err := a.store.ListTargets(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]web.Forward, len(all))
	for i, t := range all {
		tested := a.tests[t.ID]
		out[i] = web.Forward{ID: t.ID, Name: t.Name, Endpoint: t.Endpoint, Key: t.Key, Verb: t.Selection.Verb, Activity: t.Selection.Activity, Own: t.Selection.Own,
			Paused: t.Paused, Sent: t.LastSent, Next: t.Due, Waiting: int(t.Lag), Count: int(t.Sent), Refused: int(t.Dead), Problem: t.Problem,
			Tested: tested.at, Tests: tested.found}
		if t.Age > 0 {
			out[i].Waits = a.now().Add(-t.Age)
		}
	}
	return out, err
}

// AddForward seals the secret and keeps a target. Who serves begins within seconds.
func (a *access) AddForward(ctx context.Context, f web.NewForward) (string, error) {
	t := pipeline.Target{ID: uuid.NewString(), Name: f.Name, Remote: pipeline.Remote{Endpoint: f.Endpoint, Key: f.Key},
		Selection: pipeline.Selection{Verb: f.Verb, Activity: f.Activity, Own: f.Own}}
	var err error
	if t.Sealed, err = sealRemote(a.keys.links(), t.Remote, f.Secret); err != nil {
		return "", err
	}
	if f.FromNow {
		if t.Pos, err = a.store.Head(ctx); err != nil {
			return "", err
		}
	}
	if err = a.store.AddTarget(ctx, t); errors.Is(err, sqlstore.ErrRemoteName) {
		return "", web.ErrTaken
	}
	return t.ID, err
}

func (a *access) PauseForward(ctx context.Context, id string, pause bool) error {
	return notFoundAs(a.store.PauseTarget(ctx, id, pause), sqlstore.ErrRemoteUnknown)
}

func (a *access) CatchUp(ctx context.Context, id string, from time.Time) error {
	return notFoundAs(a.store.RewindTarget(ctx, id, from), sqlstore.ErrRemoteUnknown)
}

func (a *access) RemoveForward(ctx context.Context, id string) error {
	return notFoundAs(a.store.RemoveTarget(ctx, id), sqlstore.ErrRemoteUnknown)
}

func (a *access) Refused(ctx context.Context, id string, limit int) ([]web.RefusedRecord, error) {
	all, err := a.store.DeadOf(ctx, id, limit)
	out := make([]web.RefusedRecord, len(all))
	for i, d := range all {
		out[i] = web.RefusedRecord{Statement: d.Statement, Status: d.Status, Problem: d.Problem, At: d.At}
	}
	return out, err
}

func (a *access) SendAgain(ctx context.Context, id, statement string) (int, error) {
	n, err := a.store.RetryDead(ctx, id, statement)
	return int(n), err
}

func (a *access) Dismiss(ctx context.Context, id, statement string) (int, error) {
	n, err := a.store.DismissDead(ctx, id, statement)
	return int(n), err
}

// TestForward asks what `cairn forward test` asks, and keeps what was answered.
func (a *access) TestForward(ctx context.Context, id string) error {
	all, err := a.store.ListTargets(ctx)
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.ID == id {
			return a.test(ctx, t.ID, t.Remote)
		}
	}
	return web.ErrNotFound
}

func (a *access) test(ctx context.Context, id string, r pipeline.Remote) error {
	found := []web.ForwardTest{}
	secret, err := a.openRemote(r)
	if err != nil {
		found = append(found, web.ForwardTest{Says: inWords(err.Error())})
	} else {
		client := remoteClient(a.privateHosts)
		defer client.CloseIdleConnections()
		about, statements := pipeline.AskRemote(ctx, r, secret, client, remoteCheckTime, a.now)
		for _, one := range []pipeline.RemoteAnswer{about, statements} {
			says := one.Says
			if errors.Is(one.Err, lti.ErrAddressForbidden) || errors.Is(one.Err, lti.ErrPlainHTTP) {
				says += "; name its host in CAIRN_ALLOW_PRIVATE_HOST"
			}
			found = append(found, web.ForwardTest{Good: one.Good, Says: says})
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tests[id] = remoteTest{a.now(), found}
	return nil
}
