package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/lti"
)

// identityLife is how long the effect of a rule is shown before it is worked out anew.
const identityLife = time.Minute

// identities is web.Identities.
type identities struct {
	wiring
	ctx   context.Context // ends what is worked out
	store *sqlstore.Store
	there *sqlstore.Frameworks

	turn  chan struct{}
	mu    sync.Mutex
	known map[identityAsked]*identityJob
}

type identityAsked struct {
	registration string
	rule         learner.IdentityRule
}

type identityJob struct {
	so    web.IdentityEffect
	done  chan struct{}
	ended time.Time
}

func (w wiring) identities(ctx context.Context, store *sqlstore.Store, there *sqlstore.Frameworks) *identities {
	return &identities{wiring: w, ctx: ctx, store: store, there: there, turn: make(chan struct{}, 1), known: map[identityAsked]*identityJob{}}
}

// Identity is web.Identities.
func (i *identities) Identity(ctx context.Context, registration string) (web.Identity, error) {
	return i.store.Identity(ctx, registration)
}

// IdentityEffect is web.Identities. The same question that is being worked out, or was a moment ago, is not worked out again.
func (i *identities) IdentityEffect(ctx context.Context, registration string, rule learner.IdentityRule, wait time.Duration) (web.IdentityEffect, error) {
	asked := identityAsked{registration, rule.Normal()}
	job, known := i.look(asked)
	if !known {
		links, err := i.store.Relinking(ctx, registration, rule)
		if err != nil {
			return web.IdentityEffect{}, err
		}
		so, err := i.counted(ctx, links)
		if err != nil {
			return so, err
		}
		job = i.begin(asked, so, links)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-job.done:
	case <-timer.C:
	case <-ctx.Done():
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return job.so, nil
}

func (i *identities) look(asked identityAsked) (*identityJob, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for of, one := range i.known {
		if one.so.Done && i.now().Sub(one.ended) > identityLife {
			delete(i.known, of)
		}
	}
	job, known := i.known[asked]
	return job, known
}

// counted counts links, people and records in both directions.
func (i *identities) counted(ctx context.Context, links pipeline.Relinking) (so web.IdentityEffect, err error) {
	so.Ended, so.Began = len(links.Gone), len(links.Made)
	lost, gained := map[string]bool{}, map[string]bool{}
	var gone, made []string
	for _, l := range links.Gone {
		lost[l.Learner], gone = true, append(gone, l.Agent)
	}
	for _, l := range links.Made {
		gained[l.Learner], made = true, append(made, l.Agent)
	}
	so.PeopleLost, so.PeopleGained = len(lost), len(gained)
	if so.RecordsLost, err = i.store.CountRecords(ctx, gone); err != nil {
		return so, err
	}
	so.RecordsGained, err = i.store.CountRecords(ctx, made)
	return so, err
}

// begin works the effect on learners out, one after the other.
func (i *identities) begin(asked identityAsked, so web.IdentityEffect, links pipeline.Relinking) *identityJob {
	i.mu.Lock()
	defer i.mu.Unlock()
	if job, known := i.known[asked]; known {
		return job
	}
	job := &identityJob{so: so, done: make(chan struct{})}
	i.known[asked] = job
	go i.work(job, links)
	return job
}

func (i *identities) work(job *identityJob, links pipeline.Relinking) {
	defer close(job.done)
	select {
	case i.turn <- struct{}{}:
		defer func() { <-i.turn }()
	case <-i.ctx.Done():
		return
	}
	previewer := pipeline.Previewer{Frozen: i.store.Frozen, Catalogs: i.there, Now: i.now}
	shown, err := previewer.Links(i.ctx, links, nil, func(done, of int) {
		i.mu.Lock()
		defer i.mu.Unlock()
		job.so.Checked, job.so.Of = done, of
	})
	i.mu.Lock()
	defer i.mu.Unlock()
	job.so.Done, job.so.Err, job.so.Effects, job.ended = true, err, effectsOf(shown), i.now()
}

// ChangeIdentity is web.Identities.
func (i *identities) ChangeIdentity(ctx context.Context, registration string, rule learner.IdentityRule, ended, began int, author, reason string) error {
	err := i.store.ChangeIdentity(ctx, registration, rule, sqlstore.Relinked{Ended: ended, Began: began}, author, reason)
	if errors.Is(err, lti.ErrUnknownRegistration) {
		return errors.Join(web.ErrNotFound, err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	clear(i.known)
	return err
}
