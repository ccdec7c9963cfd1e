package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/mux"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/lti"
)

// wiring is what the rooms are joined with.
type wiring struct {
	settings
	now          func() time.Time
	log          *slog.Logger
	keys         *keyRing
	privateHosts []string // hosts that outgoing calls may reach by plain http and on private addresses
	openMetrics  bool
	zone         *time.Location // of the times on pages; nil is UTC
	tokenLife    time.Duration  // of access tokens to the record store; 0 is an hour
	process      string         // names this process in the projector's lease
	habits       web.Settings
}

// server is the joined rooms: what answers requests, and what works behind them.
type server struct {
	wiring
	store     *sqlstore.Store
	health    *health
	handler   http.Handler
	projector *pipeline.Projector
	deliverer *pipeline.Deliverer
	forwarder *pipeline.Forwarder
	puller    *pipeline.Puller
	launches  *launchLog
}

// wire joins the rooms over an open store. ctx bounds what they keep in memory.
func (w wiring) wire(ctx context.Context, store *sqlstore.Store) (*server, error) {
	s := &server{wiring: w, store: store, health: &health{store: status{store}, now: w.now}, launches: newLaunchLog(store, w.now, w.log)}
	m, grown := newMetrics(s.health), make(bell, 1)
	frameworks, err := store.Frameworks(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("load the frameworks: %w", err)
	}
	urls, err := lti.NewURLs(w.BaseURL)
	if err != nil {
		return nil, &refusal{exitUsage, "CAIRN_BASE_URL cannot be used", err}
	}
	client := lti.NewHTTPClient(lti.Guard{PlainHTTP: w.privateHosts, Private: w.privateHosts, UserAgent: "Cairn/" + version})
	s.projector = w.newProjector(store, frameworks, pipeline.Config{Changed: grown, Observe: func(n int) { m.folded.Add(float64(n)) }})
	s.deliverer = w.newDeliverer(store, frameworks, client)
	s.forwarder, s.puller = w.newForwarder(store), w.newPuller(store, m, grown)
	m.registry.MustRegister(forwardFigures{store}, sourceFigures{store}, droppedOf(store))
	ahead := w.newPreviews(ctx, store, frameworks)
	pages, err := web.New(web.Config{
		Tool: notedTool{countedTool{&lti.Tool{
			Registrations: store, Logins: store, KeySets: lti.NewKeySets(client, w.now), URLs: urls, Messages: messages, Now: w.now,
			Rand: rand.Reader,
		}, m}, s.launches},
		KeySet: w.keys.keySet, Sessions: store, Records: store.Records(), Courses: store.Courses(frameworks), Frameworks: frameworks,
		Drafts: store.Courses(frameworks), Previews: ahead,
		People: w.people(store), Tracks: store.Tracks(), Accounts: store.Accounts(), Preferences: store.Preferences(), Windows: store, Rosters: w.newRosters(ctx, store, client),
		Activities: store.Activities(), Prepare: w.prepareOwn, DeepLinks: deepLinks{w, store, urls},
		Diagnoses: &diagnoses{connections: connections{store}, wiring: w, last: map[string]checked{}},
		Admin:     w.administration(ctx, store, frameworks),
		AskSource: sourceHeaders{client}.ask,
		Freshness: freshness{s.projector, store, grown, w.now}, Registrations: registrations{store}, Now: w.now, Rand: rand.Reader, Log: w.log,
		BaseURL: w.BaseURL, Version: version, Zone: w.zone, Settings: w.habits,
	})
	if err != nil {
		return nil, &refusal{exitUsage, "the pages cannot be served", err}
	}
	behind, err := w.newPrograms(countedStatements{store, m, grown}, store, frameworks, ahead, freshness{s.projector, store, grown, w.now})
	if err != nil {
		return nil, err
	}
	entry := registering{store, &lti.Registrar{Client: client, Registrations: store, URLs: urls}, aboutTool(), w.now, w.log}
	s.handler = w.around(s.health, m, behind, frameworks, entry.beside(pages))
	return s, nil
}

// newProjector completes what the caller chose: numbers and who observes.
func (w wiring) newProjector(store *sqlstore.Store, frameworks *sqlstore.Frameworks, c pipeline.Config) *pipeline.Projector {
	c.Log, c.Projection, c.Committer, c.Catalogs = store, store.Projection(), store.Projection(), frameworks
	c.Prepare, c.Now, c.Logger, c.Holder, c.Companions = w.prepareOwn, w.now, w.log, w.process, w.Companions
	return pipeline.NewProjector(c)
}

func (w wiring) newDeliverer(store *sqlstore.Store, frameworks *sqlstore.Frameworks, client *http.Client) *pipeline.Deliverer {
	tokens := lti.NewTokens(client, w.keys.signing, w.now)
	return pipeline.NewDeliverer(pipeline.DelivererConfig{
		Deliveries: store.Deliveries(), Catalogs: frameworks, Now: w.now, Logger: w.log,
		Scores: scores{store, &lti.Services{Client: client, Tokens: tokens, Now: w.now}},
	})
}

// around puts the watchers' addresses beside the rooms' and the middleware around all: first an id, then the log, then recovery.
func (w wiring) around(h *health, m *metrics, p programs, frameworks *sqlstore.Frameworks, pages http.Handler) http.Handler {
	router := mux.NewRouter().SkipClean(true) // a redirect to the clean path would lose what was posted
	router.HandleFunc("/healthz", h.alive).Methods(http.MethodGet, http.MethodHead)
	router.HandleFunc("/readyz", h.ready).Methods(http.MethodGet, http.MethodHead)
	router.Handle("/metrics", m.handler(w.openMetrics)).Methods(http.MethodGet)
	p.mount(router)
	w.mountPublic(router, frameworks)
	router.PathPrefix("/").Handler(pages)
	return withRequestID(withAccessLog(w.log, w.now, m.observe, withRecovery(w.log, router)))
}

// under says whether what lies under a prefix is asked, also when an endpoint with a slash at its end was joined with another one.
func under(prefix string) mux.MatcherFunc {
	return func(r *http.Request, _ *mux.RouteMatch) bool {
		clean := path.Clean("/" + r.URL.Path)
		return clean == prefix || strings.HasPrefix(clean, prefix+"/")
	}
}

// run serves until the context ends: it drains requests first, so that what they stored is still projected, then stops the
// work behind them after what it is doing.
func (s *server) run(ctx context.Context, l net.Listener) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var group sync.WaitGroup
	for _, f := range []func(context.Context){s.projector.Run, s.deliverer.Run, s.forwarder.Run, s.puller.Run, s.launches.run, s.sweep, s.retain} {
		group.Go(func() { f(work) })
	}
	done := context.AfterFunc(ctx, func() { s.health.stopping.Store(true) })
	defer done()
	err := serveHTTP(ctx, l, s.handler, s.log)
	stop()
	group.Wait()
	s.release(context.WithoutCancel(ctx), s.store)
	s.log.Info("stopped")
	return err
}

// release gives the projector's lease back, so that the next process need not wait for its end.
func (w wiring) release(ctx context.Context, store *sqlstore.Store) {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	now := w.now()
	if err := store.Projection().Lease(ctx, w.process, now, now); err != nil && !errors.Is(err, pipeline.ErrLeaseLost) {
		w.log.Warn("give the projector's lease back", "error", err)
	}
}

// sweepEvery is how often expired logins and sessions are taken away.
const sweepEvery = 10 * time.Minute

func (s *server) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, err := s.store.Sweep(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("sweep expired logins and sessions", "error", err)
			}
		}
	}
}

// processName tells processes apart in the projector's lease.
func processName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text()[:8])
}
