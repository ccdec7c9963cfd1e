package main

import (
	"context"
	"errors"
	"time"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/lti"
)

// registrations is web.Registrations over the store.
type registrations struct{ store *sqlstore.Store }

// PageRegistration answers what pages need of one.
func (r registrations) PageRegistration(ctx context.Context, id string) (web.Registration, error) {
	reg, err := r.store.FullRegistration(ctx, id)
	if errors.Is(err, lti.ErrUnknownRegistration) {
		return web.Registration{}, web.ErrNotFound
	}
	if err != nil {
		return web.Registration{}, err
	}
	where, _ := reg.Storage(lti.FrameParent)
	return web.Registration{ID: reg.ID, StorageOrigin: where.Origin, Issuer: reg.Issuer, FrameOrigins: reg.Origins(), CoursePattern: reg.Pattern(), ModulePattern: reg.ModulePattern(), Identity: reg.Identity, AdminPage: !reg.AdminPageOff}, nil
}

// FrameOrigins answers those of every registration that is enabled.
func (r registrations) FrameOrigins(ctx context.Context) ([]string, error) {
	return r.store.FrameOrigins(ctx)
}

// scores is pipeline.Scores: it finds the registration that a delivery names.
type scores struct {
	store    *sqlstore.Store
	services *lti.Services
}

// PostScore sends one score.
func (s scores) PostScore(ctx context.Context, registration, lineItem string, score lti.Score) error {
	reg, err := s.store.Registration(ctx, registration)
	if err != nil {
		return err
	}
	return s.services.PostScore(ctx, reg, lineItem, score)
}

// freshness is web.Freshness.
type freshness struct {
	projector *pipeline.Projector
	store     *sqlstore.Store
	grown     bell
	now       func() time.Time
}

// Wait has the projector look at once, and returns when it has reached the position.
func (f freshness) Wait(ctx context.Context, pos int64) error {
	f.grown.ring()
	return f.projector.Wait(ctx, pos)
}

// UpTo is when the newest entry of the log that is folded was stored; now, when all are.
func (f freshness) UpTo(ctx context.Context) (time.Time, error) {
	head, err := f.store.Head(ctx)
	if err != nil {
		return time.Time{}, err
	}
	cursor, err := f.store.Projection().Cursor(ctx)
	if err != nil || cursor.Pos >= head {
		return f.now(), err
	}
	last, err := f.store.Entries(ctx, cursor.Pos-1, 1)
	if err != nil || len(last) == 0 {
		return time.Time{}, err
	}
	return last[0].Stored, nil
}

// status is logStatus over the store.
type status struct{ *sqlstore.Store }

// Cursor answers how far the projection has come.
func (s status) Cursor(ctx context.Context) (pipeline.Cursor, error) {
	return s.Store.Projection().Cursor(ctx)
}

// bell tells the projector that the log has grown in this process, so that nobody waits for its next look. It never blocks:
// one ring waiting is enough.
type bell chan struct{}

func (b bell) ring() {
	select {
	case b <- struct{}{}:
	default:
	}
}
