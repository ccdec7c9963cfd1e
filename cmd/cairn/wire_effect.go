package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"cairn/internal/pipeline"
	"cairn/internal/web"
	"cairn/mapping"
)

// What versions do to learners is worked out one after the other, and remembered for a while.
const (
	effectsKept = 20
	effectLife  = 30 * time.Minute
)

// versionEffects are what is worked out, by what to ask for it with.
type versionEffects struct {
	ctx   context.Context
	now   func() time.Time
	turn  chan struct{}
	mu    sync.Mutex
	known map[string]*versionEffect
}

type versionEffect struct {
	so    web.VersionEffect
	plan  string // tells whether the tags or the version have changed since
	begun time.Time
	done  chan struct{}
}

func newVersionEffects(ctx context.Context, now func() time.Time) *versionEffects {
	return &versionEffects{ctx: ctx, now: now, turn: make(chan struct{}, 1), known: map[string]*versionEffect{}}
}

// begin remembers that something is worked out, and forgets what is old.
func (e *versionEffects) begin(so web.VersionEffect, plan string) (string, *versionEffect) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	for of, one := range e.known {
		if now.Sub(one.begun) > effectLife || len(e.known) >= effectsKept && one.so.Done {
			delete(e.known, of)
		}
	}
	of, one := uuid.NewString(), &versionEffect{so: so, plan: plan, begun: now, done: make(chan struct{})}
	e.known[of] = one
	return of, one
}

// note changes what is known of an effect.
func (e *versionEffects) note(one *versionEffect, change func(*web.VersionEffect)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change(&one.so)
}

func (e *versionEffects) look(of string) (*versionEffect, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	one, ok := e.known[of]
	return one, ok
}

// versionPlan is how tags are carried from one version of a framework to the next.
type versionPlan struct {
	before, after *mapping.Catalog
	diff          mapping.FrameworkDiff
	mapping.Migration
}

// digest is the same while neither what the version changes nor the tags do.
func (p versionPlan) digest() string {
	diff, err := json.Marshal(p.diff, json.Deterministic(true))
	if err != nil {
		return "" // text that is no UTF-8: nothing is stored of it
	}
	return string(diff) + pipeline.PreviewID("", pipeline.Together(p.Changesets...))
}

// plan plans the carrying of tags to a version from the one before it.
func (f *frameworkVersions) plan(ctx context.Context, id, version, reason string) (versionPlan, error) {
	var p versionPlan
	all, err := f.Versions(ctx)
	if err != nil {
		return p, err
	}
	for _, v := range all {
		if v.ID == id && v.Version == version && v.Diff != nil {
			p.before, p.after, p.diff = v.Before, v.Items, *v.Diff
		}
	}
	if p.after == nil {
		return p, web.ErrNotFound
	}
	tags, err := allTags(ctx, f.store)
	if err != nil {
		return p, err
	}
	by := mapping.Changeset{Author: operator, Reason: cmp.Or(reason, migrationReason(p.diff)), At: f.now().UTC()}
	p.Migration = mapping.Migrate(p.diff, tagsOf(tags, p.before, p.after), by)
	return p, nil
}

// StartEffect is web.FrameworkVersions.
func (f *frameworkVersions) StartEffect(ctx context.Context, id, version string) (string, error) {
	p, err := f.plan(ctx, id, version, "")
	if err != nil {
		return "", err
	}
	of, one := f.effects.begin(web.VersionEffect{ID: id, Version: version, From: p.diff.From, Tags: web.TagsCarried{
		Carried: p.Carried, Rules: p.Rules, Courses: len(p.Changesets), There: p.There, Lost: len(p.Lost)}}, p.digest())
	go f.work(one, p)
	return of, nil
}

// work finds the effect. Two are never worked out at once.
func (f *frameworkVersions) work(one *versionEffect, p versionPlan) {
	defer close(one.done)
	e := f.effects
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-e.ctx.Done():
		return
	}
	previewer := pipeline.Previewer{Frozen: f.store.Frozen, Catalogs: withVersion{p.after, f.there}, Now: f.now}
	cs := pipeline.Together(p.Changesets...)
	shown, err := previewer.Preview(e.ctx, cs, nil, func(done, of int) {
		e.note(one, func(so *web.VersionEffect) { so.Checked, so.Of = done, of })
	})
	var fates []mapping.FateEffect
	if err == nil {
		fates, err = previewer.Fates(e.ctx, p.diff, cs, nil)
	}
	e.note(one, func(so *web.VersionEffect) {
		so.Done, so.Err, so.Effects, so.Fates = true, err, effectsOf(shown), fates
	})
}

// withVersion is the frameworks that are published, and one that perhaps is not yet.
type withVersion struct {
	version *mapping.Catalog
	pipeline.Catalogs
}

func (w withVersion) All() []*mapping.Catalog {
	return append([]*mapping.Catalog{w.version}, w.Catalogs.All()...)
}

// VersionEffect is web.FrameworkVersions.
func (f *frameworkVersions) VersionEffect(ctx context.Context, of string, wait time.Duration) (web.VersionEffect, bool) {
	one, known := f.effects.look(of)
	if !known {
		return web.VersionEffect{}, false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-one.done:
	case <-timer.C:
	case <-ctx.Done():
	}
	var out web.VersionEffect
	f.effects.note(one, func(so *web.VersionEffect) { out = *so })
	return out, true
}

// Carry is web.FrameworkVersions. What it does is planned anew, and is done only where that is what was shown.
func (f *frameworkVersions) Carry(ctx context.Context, of, reason string) error {
	one, known := f.effects.look(of)
	if !known {
		return web.ErrNotFound
	}
	so, _ := f.VersionEffect(ctx, of, 0)
	p, err := f.plan(ctx, so.ID, so.Version, reason)
	switch {
	case errors.Is(err, web.ErrNotFound), err == nil && (!so.Done || p.digest() != one.plan):
		return mapping.ErrMoved
	case err != nil:
		return err
	}
	if _, err := findFramework(f.there, so.ID, so.Version); err != nil { // a draft
		if err := f.Publish(ctx, so.ID, so.Version); err != nil {
			return err
		}
		if err := f.there.Look(); err != nil {
			return err
		}
	}
	courses := f.store.Courses(f.there)
	for _, cs := range p.Changesets {
		if _, err := courses.Apply(ctx, cs); err != nil {
			return fmt.Errorf("carry the tags of a scope (those of scopes before it are carried; look at the effect and carry again): %w", err)
		}
	}
	return nil
}
