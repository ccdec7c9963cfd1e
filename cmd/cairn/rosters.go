package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/lti"
)

// The pace of asking platforms who is in a course.
const (
	rosterFresh = 5 * time.Minute  // a list is not read again before it is this old
	rosterAgain = time.Minute      // nor after an attempt that failed
	rosterWait  = 3 * time.Second  // a page waits this long, and shows the last list then
	rosterLimit = 30 * time.Second // the reading itself goes on this long, for the next page
)

// rosters is web.Rosters over the roster service of platforms (NRPS 2.0) and what the store keeps of it.
type rosters struct {
	store interface {
		lti.Rosters
		Registration(ctx context.Context, id string) (lti.Registration, error)
	}
	services *lti.Services
	now      func() time.Time
	log      *slog.Logger
	life     context.Context // ends with the program
	wait     time.Duration

	mu      sync.Mutex
	flights map[rosterKey]*rosterFlight
}

type rosterKey struct{ registration, course string }

// rosterFlight is a reading that is under way, or was the last one.
type rosterFlight struct {
	began time.Time
	done  chan struct{}
}

var _ web.Rosters = (*rosters)(nil)

func (w wiring) newRosters(ctx context.Context, store *sqlstore.Store, client *http.Client) *rosters {
	tokens := lti.NewTokens(client, w.keys.signing, w.now)
	return &rosters{
		store: store, services: &lti.Services{Client: client, Tokens: tokens, Now: w.now}, now: w.now, log: w.log, life: ctx, wait: rosterWait,
		flights: map[rosterKey]*rosterFlight{},
	}
}

// People is web.Rosters.
func (r *rosters) People(ctx context.Context, c web.Course, address string) (web.CourseList, error) {
	last, err := r.store.CachedRoster(ctx, c.Registration, c.ID)
	if err != nil && !errors.Is(err, lti.ErrNoRoster) {
		return web.CourseList{}, err
	}
	if err == nil && r.fresh(last) {
		return listOf(last, false), nil
	}
	if address != "" {
		r.await(ctx, r.flight(rosterKey{c.Registration, c.ID}, address, last))
		if last, err = r.store.CachedRoster(ctx, c.Registration, c.ID); err != nil && !errors.Is(err, lti.ErrNoRoster) {
			return web.CourseList{}, err
		}
	}
	if err != nil {
		return web.CourseList{}, web.ErrNotFound
	}
	return listOf(last, !r.fresh(last)), nil
}

func (r *rosters) fresh(last lti.CachedRoster) bool {
	return r.now().Sub(last.ReadAt).Abs() < rosterFresh
}

// await waits for a reading, but not long.
func (r *rosters) await(ctx context.Context, f *rosterFlight) {
	timer := time.NewTimer(r.wait)
	defer timer.Stop()
	select {
	case <-f.done:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// flight begins a reading, unless one is under way or was tried a moment ago.
func (r *rosters) flight(key rosterKey, address string, last lti.CachedRoster) *rosterFlight {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if f := r.flights[key]; f != nil && now.Sub(f.began).Abs() < rosterAgain {
		return f
	}
	for k, f := range r.flights { // those that say nothing any more
		if now.Sub(f.began).Abs() >= rosterAgain {
			delete(r.flights, k)
		}
	}
	f := &rosterFlight{began: now, done: make(chan struct{})}
	r.flights[key] = f
	go func() {
		defer close(f.done)
		ctx, cancel := context.WithTimeout(r.life, rosterLimit)
		defer cancel()
		if err := r.read(ctx, key, address, last); err != nil && r.life.Err() == nil {
			r.log.Warn("read the list of a course", "registration", key.registration, "error", err)
		}
	}()
	return f
}

// read asks the platform, for what has changed where it tells that, and keeps the answer.
func (r *rosters) read(ctx context.Context, key rosterKey, address string, last lti.CachedRoster) error {
	reg, err := r.store.Registration(ctx, key.registration)
	if err != nil {
		return err
	}
	if last.Address != address {
		last.Roster = lti.Roster{} // another list: its changes are not those of this one
	}
	at := r.now()
	roster, err := r.services.RefreshRoster(ctx, reg, address, last.Roster)
	if err != nil {
		return err
	}
	return r.store.SaveRoster(ctx, lti.CachedRoster{
		Registration: key.registration, Context: key.course, Address: address, Roster: needed(roster), ReadAt: at,
	})
}

// needed is a roster without the personal data that no page needs.
func needed(r lti.Roster) lti.Roster {
	out := lti.Roster{Differences: r.Differences}
	for _, m := range r.Members {
		out.Members = append(out.Members, lti.Member{UserID: m.UserID, Roles: m.Roles, Status: m.Status, Name: fullName(m)})
	}
	return out
}

// fullName is how a member is shown: by the name the platform made, else by its parts.
func fullName(m lti.Member) string {
	return cmp.Or(strings.TrimSpace(m.Name), strings.TrimSpace(m.GivenName+" "+m.FamilyName))
}

// listOf is a roster as pages show it: those who are active in the course now.
func listOf(c lti.CachedRoster, late bool) web.CourseList {
	out := web.CourseList{ReadAt: c.ReadAt, Late: late}
	for _, m := range c.Roster.Members {
		if m.Status == lti.MemberActive {
			out.People = append(out.People, web.Listed{Subject: m.UserID, Name: m.Name, IsLearner: m.Roles.IsLearner()})
		}
	}
	return out
}
