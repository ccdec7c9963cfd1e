package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"cairn/internal/tools/pgtemp"
)

// leastLast is how much of the first part's speed the last part of a soak must keep.
const leastLast = 0.9

// soaks sends single statements for minutes while the access log is written and the metrics are read, on both databases.
func (b *bench) soaks() error {
	if err := b.soakOn("SQLite", filepath.Join(b.dir, "soak.db")); err != nil {
		return err
	}
	cluster, err := pgtemp.Start(b.ctx, pgtemp.Options{Durable: true})
	if err != nil {
		return err
	}
	defer cluster.Stop()
	return b.soakOn("PostgreSQL", cluster.DSN)
}

// soakOn compares the last part of a soak with the first.
func (b *bench) soakOn(database, dsn string) error {
	s, err := b.prepare(dsn)
	if err != nil {
		return err
	}
	s.env = append(s.env, "CAIRN_LOG_LEVEL=info", "CAIRN_LOG_FORMAT=json")
	if err := s.start(); err != nil {
		return err
	}
	defer s.stop()
	stop := s.watch()
	defer stop()
	var rates []float64
	for range 3 {
		rate, wrong := b.sendFor(s, load{connections: 8, batch: 1}, b.soak)
		if wrong > 0 {
			return fmt.Errorf("soak on %s: %d answers were not 200", database, wrong)
		}
		rates = append(rates, rate)
	}
	first, last := rates[0], rates[2]
	b.table.put(row{work: fmt.Sprintf("soak, single POST, 8 connections, the last of 3 times %s, %s", b.soak, database),
		measured: figure(last) + " statements/s", limit: figure(first) + " statements/s at first", ratio: fmt.Sprintf("%.2f", last/first),
		target: fmt.Sprintf("%.1f of the first", leastLast), met: yes(last >= leastLast*first)})
	fmt.Printf("    most memory of the server: %.0f MB; rates %.0f\n", resident(s.process.Process.Pid), rates)
	return nil
}

// watch reads the metrics once a second, as a monitor does, until it is stopped.
func (s *server) watch() (stop func()) {
	ticker, done := time.NewTicker(time.Second), make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				if r, err := http.Get(s.base + "/metrics"); err == nil {
					_ = r.Body.Close()
				}
			}
		}
	}()
	return func() { ticker.Stop(); close(done) }
}
