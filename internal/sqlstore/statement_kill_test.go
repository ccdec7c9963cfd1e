package sqlstore_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
)

// killed is set in the environment of the process that is killed: the address of its database.
const killed = "CAIRN_TEST_KILLED"

// TestAcknowledgedIsDurableWhenKilled lets another process store statements from several senders, kills it in the middle of that,
// and finds every statement it acknowledged, each once.
func TestAcknowledgedIsDurableWhenKilled(t *testing.T) {
	if dsn := os.Getenv(killed); dsn != "" {
		storeUntilKilled(t, dsn)
		return
	}
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var acknowledged []string
		for _, after := range []int{1, 40, 150} {
			acknowledged = append(acknowledged, killAfter(t, d, after)...)
		}
		s := d.Open(t)
		for _, id := range acknowledged {
			if _, err := s.Statement(context.Background(), id, false); err != nil {
				t.Errorf("statement %s was acknowledged: %v", id, err)
			}
		}
		head, err := s.Head(context.Background())
		entries, err2 := s.Entries(context.Background(), 0, int(head)+1)
		if err := errors.Join(err, err2); err != nil || int64(len(entries)) != head || head < int64(len(acknowledged)) {
			t.Errorf("%d entries, head %d, %d acknowledged, %v", len(entries), head, len(acknowledged), err)
		}
	})
}

// killAfter starts the process and kills it after so many acknowledgements.
func killAfter(t *testing.T, d storetest.Database, n int) (acknowledged []string) {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestAcknowledgedIsDurableWhenKilled$")
	c.Env = append(os.Environ(), killed+"="+d.DSN)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		acknowledged = append(acknowledged, lines.Text())
		if len(acknowledged) == n {
			c.Process.Kill()
		}
	}
	if err := c.Wait(); err == nil || len(acknowledged) < n {
		t.Fatalf("it ended by itself after %d acknowledgements: %v", len(acknowledged), err)
	}
	return acknowledged[:len(acknowledged)-1] // the last line may be cut
}

// storeUntilKilled prints the id of each statement once it is stored.
func storeUntilKilled(t *testing.T, dsn string) {
	s, err := sqlstore.Open(context.Background(), dsn, sqlstore.Options{Now: storetest.NewClock().Now})
	if err != nil {
		t.Fatal(err)
	}
	var out sync.Mutex
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for {
				batch := storetest.Prepare(t, storetest.Build{}, storetest.Build{})
				if err := s.Add(context.Background(), storetest.Key, batch); err != nil {
					return
				}
				out.Lock()
				fmt.Println(batch[1].ID)
				out.Unlock()
			}
		})
	}
	wait.Wait()
}

// TestLostConnectionsAreReplaced ends the connections of a store in the middle of its work: callers are told, and what comes
// after is stored.
func TestLostConnectionsAreReplaced(t *testing.T) {
	d := storetest.Postgres(t)
	s := d.Open(t)
	raw := d.Raw(t)
	told := 0
	for i := range 200 {
		if i%50 == 10 {
			if _, err := raw.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`); err != nil {
				t.Fatal(err)
			}
		}
		batch := storetest.Prepare(t, storetest.Build{ID: storetest.ID(i)})
		err := s.Add(context.Background(), storetest.Key, batch)
		if errors.Is(err, sqlstore.ErrUnavailable) {
			told++
			err = s.Add(context.Background(), storetest.Key, batch)
		}
		if err != nil {
			t.Fatalf("statement %d: %v", i, err)
		}
	}
	if head, err := s.Head(context.Background()); head != 200 || err != nil {
		t.Errorf("head %d, %v; told %d times", head, err, told)
	}
}
