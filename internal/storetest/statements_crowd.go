package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"cairn/internal/sqlstore"
	"cairn/xapi"
	"cairn/xapi/lrs"
)

var crowdBehaviours = []behaviour{
	{"overlapping batches with new agents and activities in any order are all stored", overlapping},
	{"two processes store at once", twoProcesses},
	{"one refused request does not disturb the others of its group", refusedInGroup},
	{"the same statement from many at once is stored once", sameAtOnce},
}

// overlappingBatches is 8 senders with batches of 50 that name the same new agents and activities in different orders.
func overlappingBatches(t testing.TB, sender, rounds int) [][]xapi.Prepared {
	random := rand.New(rand.NewPCG(uint64(sender), 7))
	out := make([][]xapi.Prepared, rounds)
	for round := range out {
		builds := make([]Build, 50)
		for i, n := range random.Perm(50) {
			builds[i] = Build{Agent: fmt.Sprint("agent", round, "-", n), Activity: fmt.Sprint("act", round, "-", 49-n), Name: fmt.Sprint("Act ", n),
				Parent: fmt.Sprint("act", round, "-", n), Grouping: "course"}
		}
		out[round] = Prepare(t, builds...)
	}
	return out
}

const (
	crowdSenders = 8
	crowdRounds  = 4
)

// crowd stores the batches of all senders at once, each through one of the stores, and reads its own writes.
func crowd(t *testing.T, stores ...*sqlstore.Store) {
	t.Helper()
	batches := make([][][]xapi.Prepared, crowdSenders)
	for i := range batches {
		batches[i] = overlappingBatches(t, i, crowdRounds)
	}
	var wait sync.WaitGroup
	for i, mine := range batches {
		s := stores[i%len(stores)]
		wait.Go(func() {
			for _, batch := range mine {
				if err := s.Add(context.Background(), Key, batch); err != nil {
					t.Errorf("sender %d: %v", i, err)
					return
				}
				last := batch[len(batch)-1]
				if _, err := s.Statement(context.Background(), last.ID, false); err != nil {
					t.Errorf("sender %d cannot read what was stored: %v", i, err)
				}
			}
		})
	}
	stop := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() { visibleInOrder(t, stores[0], stop) })
	wait.Wait()
	close(stop)
	watch.Wait()
	dense(t, stores[0], crowdSenders*crowdRounds*50)
}

// visibleInOrder reads the log from time to time: what was read before never grows in its middle.
func visibleInOrder(t *testing.T, s *sqlstore.Store, stop chan struct{}) {
	after := int64(0)
	for {
		entries, err := s.Entries(context.Background(), after, 1000)
		if err != nil {
			t.Errorf("read the log: %v", err)
			return
		}
		for _, e := range entries {
			if e.Pos != after+1 {
				t.Errorf("after position %d comes %d", after, e.Pos)
			}
			after = e.Pos
		}
		select {
		case <-stop:
			return
		default:
		}
	}
}

// dense asserts that the log has n entries with the positions 1 to n and growing stored times.
func dense(t *testing.T, s *sqlstore.Store, n int) {
	t.Helper()
	entries, err := s.Entries(context.Background(), 0, n+1)
	if err != nil || len(entries) != n {
		t.Fatalf("%d entries of %d, %v", len(entries), n, err)
	}
	for i, e := range entries {
		if e.Pos != int64(i+1) || i > 0 && e.Stored.Before(entries[i-1].Stored) {
			t.Fatalf("entry %d has position %d and was stored %s", i, e.Pos, e.Stored)
		}
	}
}

func overlapping(t *testing.T, _ Database, s *sqlstore.Store) { crowd(t, s) }

func twoProcesses(t *testing.T, d Database, s *sqlstore.Store) { crowd(t, s, d.Open(t)) }

func refusedInGroup(t *testing.T, _ Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(0), Agent: "first"})
	var wait sync.WaitGroup
	for i := range 64 {
		b := Build{ID: ID(i), Agent: fmt.Sprint("agent", i)}
		if i%4 == 0 {
			b.ID = ID(0)
		}
		batch := Prepare(t, Build{Agent: "with"}, b)
		wait.Go(func() {
			err := s.Add(context.Background(), Key, batch)
			var conflict *lrs.ConflictError
			if refused := errors.As(err, &conflict); refused != (i%4 == 0) || !refused && err != nil {
				t.Errorf("request %d: %v", i, err)
			}
		})
	}
	wait.Wait()
	dense(t, s, 1+48*2)
}

func sameAtOnce(t *testing.T, d Database, s *sqlstore.Store) {
	stores := []*sqlstore.Store{s, d.Open(t)}
	batch := Prepare(t, Build{ID: ID(1)}, Build{ID: ID(2), Ref: ID(1)})
	var wait sync.WaitGroup
	for i := range 32 {
		wait.Go(func() {
			if err := stores[i%2].Add(context.Background(), Key, batch); err != nil {
				t.Errorf("request %d: %v", i, err)
			}
		})
	}
	wait.Wait()
	dense(t, s, 2)
}
