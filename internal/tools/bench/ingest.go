package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"cairn/internal/tools/pgtemp"
)

// load is one way of sending statements.
type load struct {
	connections, batch int
	leastRatio, least  float64
}

var loads = []load{{8, 1, 0, 3000}, {64, 1, 0, 3000}, {8, 50, 0.4, 5000}}

func (l load) String() string {
	if l.batch == 1 {
		return fmt.Sprintf("single POST, %d connections", l.connections)
	}
	return fmt.Sprintf("batches of %d, %d connections", l.batch, l.connections)
}

// ingest measures each load on both databases, each on an empty database of its own.
func (b *bench) ingest() error {
	for i, l := range loads {
		if err := b.ingestOn("SQLite", filepath.Join(b.dir, fmt.Sprintf("ingest%d.db", i)), l); err != nil {
			return err
		}
	}
	for _, l := range loads {
		cluster, err := pgtemp.Start(b.ctx, pgtemp.Options{Durable: true})
		if err != nil {
			return err
		}
		l.least = 0
		l.leastRatio = 0.4
		err = b.ingestOn("PostgreSQL", cluster.DSN, l)
		cluster.Stop()
		if err != nil {
			return err
		}
	}
	return nil
}

// rounds is how often program and limit are measured in turn, so that a noisy minute of the machine falls on both.
const rounds = 3

func (b *bench) ingestOn(database, dsn string, l load) error {
	s, err := b.prepare(dsn)
	if err != nil {
		return err
	}
	var rates, limits []float64
	memory := 0.0
	for round := range rounds {
		if err := s.start(); err != nil {
			return err
		}
		rate, wrong := b.send(s, l)
		memory = max(memory, resident(s.process.Process.Pid))
		s.stop()
		if wrong > 0 {
			return fmt.Errorf("%s on %s: %d answers were not 200", l, database, wrong)
		}
		limit, err := bareInsert(b.ctx, dsn, fmt.Sprintf("bare%d", round), l.limit(database), b.window)
		if err != nil {
			return fmt.Errorf("the bare driver on %s: %w", database, err)
		}
		rates, limits = append(rates, rate), append(limits, limit)
	}
	b.table.add(fmt.Sprintf("ingest, %s, %s (durable)", l, database), median(rates), median(limits), "statements/s", l.leastRatio, l.least)
	fmt.Printf("    every answer was 200; most memory of the server: %.0f MB; rounds %.0f beside %.0f\n", memory, rates, limits)
	return nil
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// limit is how the bare driver gets the same rows: as many in a transaction as a batch has; group commit may join as many single
// statements as there are connections. SQLite has one writer; PostgreSQL is given as many as there are connections for batches.
func (l load) limit(database string) bareLoad {
	out := bareLoad{perTransaction: l.connections, writers: 1}
	if l.batch > 1 {
		out.perTransaction = l.batch
		if database == "PostgreSQL" {
			out.writers = l.connections
		}
	}
	return out
}

// send posts for the window of an ingest figure.
func (b *bench) send(s *server, l load) (rate float64, problems int64) {
	return b.sendFor(s, l, b.window)
}

// sendFor posts for a window and answers statements a second, and how many answers were not 200.
func (b *bench) sendFor(s *server, l load, window time.Duration) (rate float64, problems int64) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: l.connections}, Timeout: 30 * time.Second}
	ctx, cancel := context.WithTimeout(b.ctx, window)
	defer cancel()
	var sent, wrong atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for worker := range l.connections {
		group.Go(func() {
			next := generator(worker)
			for ctx.Err() == nil {
				// Each request runs to its end, so that what is counted is what was answered.
				status, err := s.post(client, body(next, l.batch))
				switch {
				case err == nil && status == http.StatusOK:
					sent.Add(int64(l.batch))
				default:
					wrong.Add(1)
				}
			}
		})
	}
	group.Wait()
	return float64(sent.Load()) / time.Since(began).Seconds(), wrong.Load()
}

func (s *server) post(client *http.Client, body []byte) (int, error) {
	r, err := http.NewRequestWithContext(s.b.ctx, http.MethodPost, s.base+"/xapi/statements", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.SetBasicAuth(s.key, s.secret)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Experience-API-Version", "1.0.3")
	answer, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}
