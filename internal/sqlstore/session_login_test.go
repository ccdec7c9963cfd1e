package sqlstore_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/lti"
)

// launched counts what launches write.
func launched(t *testing.T, d storetest.Database) map[string]int {
	t.Helper()
	rows := map[string]int{}
	for _, table := range []string{"learner", "account", "account_claim", "course", "membership", "placement", "session", "event"} {
		rows[table] = count(t, d, table)
	}
	return rows
}

// newcomer is a launch that brings something new of every kind.
func newcomer(r sqlstore.Registration, d storetest.Database) web.Entry {
	return visit(r, fmt.Sprint("new", visits), d.Clock.Now(), func(e *web.Entry) {
		e.Course.ID, e.Placement.Context, e.Placement.LinkID = fmt.Sprint("course", visits), fmt.Sprint("course", visits), fmt.Sprint("link", visits)
	})
}

// Of a launch that is posted again nothing is kept, whatever it brings.
func TestEnterWithoutALoginToSpendKeepsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r := register(t, s, "c1")
		first := visit(r, "4", d.Clock.Now())
		enter(t, s, first)
		before := launched(t, d)
		again, changed, unknown := visit(r, "4", d.Clock.Now()), newcomer(r, d), newcomer(r, d)
		again.Login, changed.Login = first.Login, first.Login
		for name, tt := range map[string]struct {
			entry web.Entry
			want  error
		}{
			"the same launch":              {again, lti.ErrNonceSpent},
			"another launch on its login":  {changed, lti.ErrNonceSpent},
			"a login that is not known":    {unknown, lti.ErrStateUnknown},
			"a login that is not known, 2": {visit(r, "4", d.Clock.Now()), lti.ErrStateUnknown},
		} {
			if _, err := s.Enter(ctx, tt.entry); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if diff := cmp.Diff(before, launched(t, d)); diff != "" {
			t.Errorf("rows (-before +after):\n%s", diff)
		}
	})
}

// A launch whose keeping fails has not spent its login: whoever judges launches decides what becomes of it.
func TestEnterThatFailsSpendsNoLogin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		e := visit(sqlstore.Registration{Registration: lti.Registration{ID: "nobody", Issuer: issuer}}, "4", d.Clock.Now())
		begin(t, s, e)
		if _, err := s.Enter(ctx, e); !errors.Is(err, lti.ErrUnknownRegistration) {
			t.Fatal(err)
		}
		if _, err := s.Login(ctx, e.Login); err != nil {
			t.Errorf("the login: %v", err)
		}
		if err := s.SpendLogin(ctx, e.Login); err != nil {
			t.Errorf("spend it: %v", err)
		}
	})
}

// A nonce is spent once, atomically, also across processes (lti.md): of many posts of one launch one makes a session, of somebody new and
// of somebody known.
func TestOneOfManyLaunchesOnALoginEnters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		here, there, ctx := d.Open(t), d.Open(t), context.Background()
		r := register(t, here, "c1")
		for range 6 {
			e := visit(r, "4", d.Clock.Now())
			if visits%2 == 0 {
				e = newcomer(r, d)
			}
			begin(t, here, e)
			before := count(t, d, "session")
			var won atomic.Int32
			var wg sync.WaitGroup
			for i := range 16 {
				s, one := []*sqlstore.Store{here, there}[i%2], e
				one.Session.Hash = fmt.Sprint(e.Session.Hash, "-", i)
				wg.Go(func() {
					switch _, err := s.Enter(ctx, one); {
					case err == nil:
						won.Add(1)
					case !errors.Is(err, lti.ErrNonceSpent):
						t.Errorf("got %v", err)
					}
				})
			}
			wg.Wait()
			if made := count(t, d, "session") - before; won.Load() != 1 || made != 1 {
				t.Fatalf("%d of 16 entered, %d sessions were made", won.Load(), made)
			}
			if err := there.SpendLogin(ctx, e.Login); !errors.Is(err, lti.ErrNonceSpent) {
				t.Errorf("spent again: %v", err)
			}
			if _, err := here.Login(ctx, e.Login); !errors.Is(err, lti.ErrStateSpent) {
				t.Errorf("read again: %v", err)
			}
		}
	})
}

// commits counts the transactions in the write-ahead log of an SQLite file: the frames that end one (file format, 4.1).
func commits(t *testing.T, file string) (n int) {
	t.Helper()
	wal, err := os.ReadFile(file + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	const header, frameHeader = 32, 24
	frame := frameHeader + int(binary.BigEndian.Uint32(wal[8:]))
	for at := header; at+frame <= len(wal); at += frame {
		if binary.BigEndian.Uint32(wal[at+4:]) != 0 {
			n++
		}
	}
	return n
}

// A login and its launch are two durable writes, whether the launch brings something new or not.
func TestLoginAndLaunchAreTwoWrites(t *testing.T) {
	d := storetest.SQLite(t)
	s := d.Open(t)
	r := register(t, s, "c1")
	enter(t, s, visit(r, "4", d.Clock.Now()))
	for name, e := range map[string]web.Entry{"somebody known": visit(r, "4", d.Clock.Now()), "somebody new": newcomer(r, d)} {
		before := commits(t, d.DSN)
		enter(t, s, e)
		if n := commits(t, d.DSN) - before; n != 2 {
			t.Errorf("%s: %d transactions", name, n)
		}
	}
}
