package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"cairn/internal/sqlstore"
	"cairn/lti/ltitest"
	"cairn/mapping"
)

// Every hundredth of the generated activities' statements is aligned: two activities of the 200, for everyone.
const alignedActivities = activities / 100

// projection measures the fold as it goes, and the replay.
func (b *bench) projection() error {
	dsn := filepath.Join(b.dir, "projection.db")
	s, err := b.prepare(dsn)
	if err != nil {
		return err
	}
	platform, link, err := b.platform(s)
	if err != nil {
		return err
	}
	defer func() { _ = platform.Close() }()
	if err := b.fill(s, dsn, platform, link); err != nil {
		return err
	}
	reading, err := b.readLog(dsn)
	if err != nil {
		return err
	}
	if err := b.fold(s, dsn, reading); err != nil {
		return err
	}
	return b.replay(s, reading)
}

// fill makes the log: people who have launched (so that their statements are theirs), tags, and then the statements. The server
// that took the launches has stopped, so that nothing is folded yet.
func (b *bench) fill(s *server, dsn string, p *ltitest.Platform, link string) error {
	if err := s.start(); err != nil {
		return err
	}
	client := browser()
	for i := range launchPeople {
		if _, err := launchFor(client, s.base, p, learnerSub(i), link); err != nil {
			return err
		}
	}
	s.stop()
	store, err := sqlstore.Open(b.ctx, dsn, sqlstore.Options{Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	if err := tag(b.ctx, store, p.Issuer(), alignedActivities); err != nil {
		return err
	}
	return b.append(store, s, b.size, generatorFor(p.Issuer()))
}

// tag aligns as many activities with a capability each, for the whole instance.
func tag(ctx context.Context, store *sqlstore.Store, issuer string, count int) error {
	frameworks, err := store.Frameworks(ctx, "")
	if err != nil {
		return err
	}
	scope := mapping.Scope{Kind: mapping.ScopeInstance}
	cs := mapping.Changeset{ID: uuid.NewString(), Author: "operator", At: time.Now().UTC(), Scope: scope}
	for i, n := range frameworks.Default().Tracked("")[:count] {
		cs.Edits = append(cs.Edits, mapping.Edit{Add: &mapping.Alignment{
			ID: uuid.NewString(), Capability: n.ID, Scope: scope, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: activityIRI(issuer, i)},
		}})
	}
	_, err = store.Courses(frameworks).Apply(ctx, cs)
	return err
}

// readLog reads the log as the fold does, and does nothing with it: the limit of any fold. It answers entries a second.
func (b *bench) readLog(dsn string) (float64, error) {
	store, err := sqlstore.Open(b.ctx, dsn, sqlstore.Options{Now: time.Now})
	if err != nil {
		return 0, err
	}
	defer func() { _ = store.Close() }()
	began, read := time.Now(), int64(0)
	for {
		entries, err := store.Entries(b.ctx, read, 500)
		if err != nil {
			return 0, err
		}
		if len(entries) == 0 {
			return float64(read) / time.Since(began).Seconds(), nil
		}
		read = entries[len(entries)-1].Pos
	}
}

// fold starts the server on the waiting log and sees how long it takes to come to its end, emission included.
func (b *bench) fold(s *server, dsn string, reading float64) error {
	began := time.Now()
	if err := s.start(); err != nil {
		return err
	}
	defer s.stop()
	state, err := s.readiness()
	if err != nil {
		return err
	}
	from := state.Projected
	if state.Lag > 0 {
		began = time.Now() // the start of the server is not counted, unless the fold was done before it answered
	} else {
		from = 0
	}
	for ; state.Lag > 0; state, err = s.readiness() {
		if err != nil {
			return err
		}
		if time.Since(began) > 10*time.Minute {
			return fmt.Errorf("%d entries are not folded after 10 minutes", state.Lag)
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.table.add(fmt.Sprintf("projection, 1 in 100 aligned, %d statements, emission included, SQLite", b.size),
		float64(state.Head-from)/time.Since(began).Seconds(), reading, "entries/s", 0.3, 20_000)
	fmt.Printf("    most memory of the server: %.0f MB\n", resident(s.process.Process.Pid))
	return nil
}

type readiness struct {
	Head      int64 `json:"log_head"`
	Projected int64 `json:"projected"`
	Lag       int64 `json:"projection_lag"`
}

func (s *server) readiness() (r readiness, err error) {
	answer, err := http.Get(s.base + "/readyz")
	if err != nil {
		return r, err
	}
	defer func() { _ = answer.Body.Close() }()
	return r, json.NewDecoder(answer.Body).Decode(&r)
}

// settled returns when the server has folded what was appended before it started.
func (s *server) settled() error {
	for deadline := time.Now().Add(10 * time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if state, err := s.readiness(); err != nil || state.Lag == 0 {
			return err
		}
	}
	return errors.New("the log is not folded after 10 minutes")
}

// replay folds everything again by the command.
func (b *bench) replay(s *server, reading float64) error {
	var done struct {
		Entries int64
		Seconds float64
	}
	if err := s.command(&done, "replay"); err != nil {
		return err
	}
	rate := float64(done.Entries) / done.Seconds
	// A million in 60 seconds is 16,667 a second.
	b.table.add(fmt.Sprintf("replay of %d statements (%.1f s), SQLite", b.size, done.Seconds), rate, reading, "entries/s", 0.3, 16_667)
	return nil
}
