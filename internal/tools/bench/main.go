// Command bench measures Cairn beside the limit of the machine it runs on: the program as built, over real HTTP, on SQLite and a
// throw-away PostgreSQL, and next to each figure what the bare driver or the bare verifier does with the same rows or tokens.
// Everything is bounded in count and time and stays on loopback.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// bench is one run.
type bench struct {
	ctx    context.Context
	cairn  string        // path of the program
	dir    string        // for databases
	window time.Duration // how long each ingest figure is measured
	soak   time.Duration // how long each third of a soak lasts
	size   int           // statements of the projection, replay and preview figures
	most   int           // statements of the query and memory figures
	count  int           // launches, and page loads
	table  table
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == bareVerifierArg {
		serveBareVerifier()
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	cairn := flag.String("cairn", "bin/cairn", "the program to measure")
	quick := flag.Bool("quick", false, "a glance: short windows and small data")
	write := flag.String("write", "", "file to write the table to, for example docs/benchmarks.md")
	only := flag.String("only", "", "comma-separated parts: ingest, soak, query, launch, projection, preview, page")
	most := flag.Int("statements", 1_000_000, "how many statements the queries and the memory are measured over")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.MkdirTemp("", "cairn-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b := &bench{ctx: ctx, cairn: *cairn, dir: dir, window: 3 * time.Second, soak: time.Minute, size: 1_000_000, most: max(*most, queryFew), count: 4000}
	if *quick {
		b.window, b.soak, b.size, b.most, b.count = 700*time.Millisecond, 2*time.Second, 10_000, querySome, 400
	}
	if err := b.parts(*only); err != nil {
		return err
	}
	text := b.table.markdown(machine(ctx), time.Now())
	fmt.Print("\n", text)
	if *write == "" {
		return nil
	}
	return keep(*write, text)
}

// parts runs what was asked for. A part that fails is named in the end, and the others still run.
func (b *bench) parts(only string) error {
	var failed []error
	for _, part := range []struct {
		name string
		run  func() error
	}{
		{"ingest", b.ingest}, {"soak", b.soaks}, {"query", b.queries}, {"launch", b.launches}, {"projection", b.projection}, {"preview", b.previews}, {"page", b.pages},
	} {
		if only != "" && !slices.Contains(strings.Split(only, ","), part.name) {
			continue
		}
		if err := part.run(); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", part.name, err))
		}
		if b.ctx.Err() != nil {
			return b.ctx.Err()
		}
	}
	return errors.Join(failed...)
}
