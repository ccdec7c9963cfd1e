package sqlstore_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
)

// TestAddTakesTwoRoundTrips holds what an Add on PostgreSQL costs: one trip that locks and looks, one that writes and commits; a
// third between them where somebody or something is new. What was never sent on the connection is prepared before.
func TestAddTakesTwoRoundTrips(t *testing.T) {
	d := storetest.Postgres(t)
	between := putBetween(t, &d)
	s, ctx := d.Open(t), context.Background()
	add := func(n int, actor string) int64 {
		t.Helper()
		before := between.trips.Load()
		if err := s.Add(ctx, storetest.Key, storetest.Prepare(t, storetest.Build{ID: storetest.ID(n), Agent: actor, Activity: "a"})); err != nil {
			t.Fatalf("add statement %d: %v", n, err)
		}
		return between.trips.Load() - before
	}
	add(1, "anna")
	add(2, "ben")
	if n := add(3, "anna"); n != 2 {
		t.Errorf("a statement of somebody who is known took %d round trips, not 2", n)
	}
	if n := add(4, "new"); n != 3 {
		t.Errorf("a statement of somebody new took %d round trips, not 3", n)
	}
	if n := add(4, "new"); n > 2 {
		t.Errorf("the same statement again took %d round trips, not 2", n)
	}
}

func TestWritesThatWaitAreSeenByTheNextRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		ctx := context.Background()
		err := d.Open(t).Write(ctx, func(tx *sqlstore.Tx) error {
			var asked []struct{ Value string }
			var selected string
			return errors.Join(
				tx.Later(ctx, "keep one", insertTerm, 1, "one"),
				tx.Ask(ctx, "read it", &asked, `SELECT value FROM term WHERE id = 1`),
				tx.Later(ctx, "keep two", insertTerm, 2, "two"),
				tx.Get(ctx, &selected, `SELECT value FROM term WHERE id = 2`),
				shows(asked[0].Value+" "+selected, "one two"))
		})
		if err != nil || count(t, d, "term") != 2 {
			t.Errorf("%d rows are kept, %v", count(t, d, "term"), err)
		}
	})
}

const insertTerm = `INSERT INTO term (id, kind, value) VALUES (?, 1, ?)`

func shows(got, want string) error {
	if got != want {
		return errors.New("read " + got + ", not " + want)
	}
	return nil
}

// TestTransactionThatFailsLeavesNothing ends transactions in every way but well, while they hold the log's lock: nothing of them stays,
// and neither does a transaction, or the lock, on a connection of the pool.
func TestTransactionThatFailsLeavesNothing(t *testing.T) {
	for name, end := range map[string]struct {
		f    func(ctx context.Context, cancel func(), tx *sqlstore.Tx) error
		told string
	}{
		"a write that waited": {func(ctx context.Context, _ func(), tx *sqlstore.Tx) error {
			return tx.Later(ctx, "keep it twice", insertTerm, 1, "one")
		}, "sqlstore: keep it twice: "},
		"a write that others wait behind": {func(ctx context.Context, _ func(), tx *sqlstore.Tx) error {
			return errors.Join(tx.Later(ctx, "keep it twice", insertTerm, 1, "one"), tx.Later(ctx, "keep three", insertTerm, 3, "three"))
		}, "sqlstore: keep it twice: "},
		"the caller changes its mind": {func(context.Context, func(), *sqlstore.Tx) error { return errors.New("no longer wanted") }, "no longer wanted"},
		"a statement that cannot be prepared": {func(ctx context.Context, _ func(), tx *sqlstore.Tx) error {
			return tx.Later(ctx, "write nowhere", `INSERT INTO nowhere (id) VALUES (?)`, 1)
		}, "nowhere"},
		"the caller has gone": {func(ctx context.Context, cancel func(), tx *sqlstore.Tx) error {
			cancel()
			var n int
			return tx.Get(ctx, &n, `SELECT COUNT(*) FROM term`)
		}, context.Canceled.Error()},
		"the caller has gone before the commit": {func(_ context.Context, cancel func(), _ *sqlstore.Tx) error {
			cancel()
			return nil
		}, context.Canceled.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			d := storetest.Postgres(t)
			s := d.Open(t)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			err := s.Write(ctx, func(tx *sqlstore.Tx) error {
				if _, err := tx.AppendEvent(ctx, "test", []byte(`{}`)); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, insertTerm, 1, "one"); err != nil {
					return err
				}
				return end.f(ctx, cancel, tx)
			})
			if err == nil || !strings.Contains(err.Error(), end.told) {
				t.Errorf("the transaction ended with %v, not with %q", err, end.told)
			}
			leftNothing(t, d, s)
		})
	}
}

func TestTransactionThatPanicsLeavesNothing(t *testing.T) {
	d := storetest.Postgres(t)
	s, ctx := d.Open(t), context.Background()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not reach the caller")
			}
		}()
		_ = s.Write(ctx, func(tx *sqlstore.Tx) error {
			if _, err := tx.Exec(ctx, insertTerm, 1, "one"); err != nil {
				t.Errorf("write: %v", err)
			}
			panic("at the disco")
		})
	}()
	leftNothing(t, d, s)
}

// leftNothing finds no row, and another that needs the lock goes on at once.
func leftNothing(t *testing.T, d storetest.Database, s *sqlstore.Store) {
	t.Helper()
	if terms, events := count(t, d, "term"), count(t, d, "event"); terms+events != 0 {
		t.Errorf("%d terms and %d events stayed", terms, events)
	}
	if err := s.Add(context.Background(), storetest.Key, storetest.Prepare(t, storetest.Build{ID: storetest.ID(99)})); err != nil {
		t.Errorf("store a statement afterwards: %v", err)
	}
	if head, err := s.Head(context.Background()); head != 1 || err != nil {
		t.Errorf("the head of the log is %d, not 1, %v", head, err)
	}
}

func TestConnectionThatIsLostIsUnavailable(t *testing.T) {
	d := storetest.Postgres(t)
	between := putBetween(t, &d)
	s, ctx := d.Open(t), context.Background()
	err := s.Write(ctx, func(tx *sqlstore.Tx) error {
		if _, err := tx.Exec(ctx, insertTerm, 1, "one"); err != nil {
			return err
		}
		between.cut()
		return tx.Later(ctx, "keep two", insertTerm, 2, "two")
	})
	if !errors.Is(err, sqlstore.ErrUnavailable) {
		t.Errorf("the transaction ended with %v, not with ErrUnavailable", err)
	}
	leftNothing(t, d, s)
}

// between is a proxy before the database.
type between struct {
	server string
	trips  atomic.Int64 // how often the client waited for an answer: messages Sync
	mu     sync.Mutex
	open   []net.Conn
	ended  sync.WaitGroup
}

// putBetween has d lead to a proxy, which lives as long as the test.
func putBetween(t *testing.T, d *storetest.Database) *between {
	t.Helper()
	at, err := url.Parse(d.DSN)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &between{server: at.Host}
	at.Host = l.Addr().String()
	d.DSN = at.String()
	b.ended.Go(func() {
		for client, err := l.Accept(); err == nil; client, err = l.Accept() {
			b.ended.Go(func() { b.relay(client) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		b.cut()
		b.ended.Wait()
	})
	return b
}

// cut ends every connection.
func (b *between) cut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.open {
		c.Close()
	}
	b.open = nil
}

// relay carries one connection until either side ends it.
func (b *between) relay(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", b.server)
	if err != nil {
		return
	}
	defer server.Close()
	b.mu.Lock()
	b.open = append(b.open, client, server)
	b.mu.Unlock()
	b.ended.Go(func() {
		_, _ = io.Copy(client, server)
		client.Close()
	})
	in := bufio.NewReader(client)
	for kind := byte(0); ; { // the first message has no kind
		head, err := in.Peek(4)
		if err != nil {
			return
		}
		if kind == 'S' {
			b.trips.Add(1) // before it is passed on: else the answer may be there first
		}
		if _, err := io.CopyN(server, in, int64(binary.BigEndian.Uint32(head))); err != nil {
			return
		}
		if kind, err = in.ReadByte(); err != nil {
			return
		}
		if _, err := server.Write([]byte{kind}); err != nil {
			return
		}
	}
}
