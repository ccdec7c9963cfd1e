package main

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
)

// healthTimeout bounds one look at the database.
const healthTimeout = 3 * time.Second

// logStatus is what health and metrics ask the store.
type logStatus interface {
	Head(ctx context.Context) (int64, error)
	Cursor(ctx context.Context) (pipeline.Cursor, error)
	DeliveryBacklog(ctx context.Context) (sqlstore.DeliveryBacklog, error)
}

// health answers the watchers. The process is alive when it answers at all; it is ready when the database can be read and the
// process is not stopping. How far the projection lags is told, and does not make it unready: statements are taken regardless.
type health struct {
	store    logStatus
	now      func() time.Time
	stopping atomic.Bool
}

type readiness struct {
	Ready      bool   `json:"ready"`
	Database   string `json:"database"`   // "reachable", or "unreachable"
	Migrations string `json:"migrations"` // "current": serving is refused otherwise
	Head       int64  `json:"log_head"`
	Projected  int64  `json:"projected"`
	Lag        int64  `json:"projection_lag"` // positions
	Stopping   bool   `json:"stopping,omitzero"`
}

func (h *health) alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
	defer cancel()
	state := h.look(ctx)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !state.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.MarshalWrite(w, state) // a watcher that went away is no error of ours
}

func (h *health) look(ctx context.Context) readiness {
	state := readiness{Database: "reachable", Migrations: "current", Stopping: h.stopping.Load()}
	head, err := h.store.Head(ctx)
	cursor, err2 := h.store.Cursor(ctx)
	if err != nil || err2 != nil {
		state.Database, state.Migrations = "unreachable", "unknown"
		return state
	}
	state.Head, state.Projected = head, cursor.Pos
	state.Lag = max(0, head-cursor.Pos)
	state.Ready = !state.Stopping
	return state
}
