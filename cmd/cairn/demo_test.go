package main

import (
	"net"
	"os"
	"strings"
	"testing"
)

// The journey of `make demo ARGS=--once`: every step is there, in order, and each says what was recorded.
func TestDemoOnceWalksTheJourney(t *testing.T) {
	var steps []struct {
		Name, Recorded, Problem string
		OK                      bool
	}
	succeed(t, environment(t, "TMPDIR="+t.TempDir()), &steps, "demo", "--once")
	want := []string{
		"launch", "statement", "evidence", "progress", "emitted statement", "score", "rating", "untagged", "retag", "new progress", "score", "void", "credit gone", "score", "replay",
	}
	if len(steps) != len(want) {
		t.Fatalf("%d steps, want %d: %+v", len(steps), len(want), steps)
	}
	for i, s := range steps {
		if !strings.HasPrefix(s.Name, want[i]+":") || !s.OK || s.Recorded == "" {
			t.Errorf("step %d is %+v, want %s", i+1, s, want[i])
		}
	}
}

// A demo that cannot start says why, and leaves nothing behind.
func TestDemoEndsWhenItsAddressIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for _, flag := range []string{"--addr", "--lms-addr"} {
		folder := t.TempDir()
		r := command(t, environment(t, "TMPDIR="+folder), "demo", flag, l.Addr().String())
		if r.code != exitAddress {
			t.Errorf("%s: ended with %d: %s", flag, r.code, r.problem)
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
			t.Errorf("%s: %v is left in the temporary folder (%v)", flag, left, err)
		}
	}
}
