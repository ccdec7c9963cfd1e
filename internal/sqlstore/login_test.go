package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/lti"
)

var _ lti.Logins = (*sqlstore.Store)(nil)

func login(state string, now time.Time) lti.Login {
	return lti.Login{State: state, Nonce: "n-" + state, Registration: "r", Browser: "b", TargetLinkURI: "https://tool.example/",
		CreatedAt: now, ExpiresAt: now.Add(10 * time.Minute)}
}

func TestLoginIsSpentOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		l := login("a", d.Clock.Now())
		if err := s.SaveLogin(ctx, l); err != nil {
			t.Fatal(err)
		}
		got, err := s.Login(ctx, "a")
		if diff := cmp.Diff(l, got); diff != "" || err != nil {
			t.Errorf("Login: %v (-want +got):\n%s", err, diff)
		}
		if err := s.SaveLogin(ctx, l); err == nil {
			t.Error("a state was kept twice")
		}
		if err := s.SpendLogin(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		if err := s.SpendLogin(ctx, "a"); !errors.Is(err, lti.ErrNonceSpent) {
			t.Errorf("spent again: %v", err)
		}
		if _, err := s.Login(ctx, "a"); !errors.Is(err, lti.ErrStateSpent) {
			t.Errorf("read after it was spent: %v", err)
		}
		if _, err := s.Login(ctx, "b"); !errors.Is(err, lti.ErrStateUnknown) {
			t.Errorf("unknown: %v", err)
		}
		if err := s.SpendLogin(ctx, "b"); !errors.Is(err, lti.ErrStateUnknown) {
			t.Errorf("unknown spent: %v", err)
		}
	})
}

// A nonce is spent once, atomically, also across processes and after a restart (lti.md).
func TestOneOfManySpendersWins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		here, there, ctx := d.Open(t), d.Open(t), context.Background()
		for range 5 {
			visits++
			state := login("s", d.Clock.Now())
			state.State += time.Duration(visits).String()
			if err := here.SaveLogin(ctx, state); err != nil {
				t.Fatal(err)
			}
			var won atomic.Int32
			var wg sync.WaitGroup
			for i := range 16 {
				s := []*sqlstore.Store{here, there}[i%2]
				wg.Go(func() {
					switch err := s.SpendLogin(ctx, state.State); {
					case err == nil:
						won.Add(1)
					case !errors.Is(err, lti.ErrNonceSpent):
						t.Errorf("got %v", err)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 {
				t.Fatalf("%d of 16 spent the same login", won.Load())
			}
		}
		again := d.Open(t)
		if _, err := again.Login(ctx, "s"); !errors.Is(err, lti.ErrStateUnknown) {
			t.Errorf("after a restart: %v", err)
		}
	})
}

// Anybody can begin logins: of a registration so many are kept, the newest, and those of others and spent ones stay.
func TestLoginsThatNobodyEndsAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		s.KeepLogins(10, 5)
		save := func(registration string, n int) {
			l := login(fmt.Sprintf("%s%02d", registration, n), d.Clock.Now())
			l.Registration = registration
			if err := s.SaveLogin(ctx, l); err != nil {
				t.Fatal(err)
			}
			d.Clock.Move(time.Second)
		}
		save("other", 0)
		for n := range 40 {
			save("flooded", n)
			if n == 3 {
				if err := s.SpendLogin(ctx, "flooded03"); err != nil {
					t.Fatal(err)
				}
			}
		}
		for state, want := range map[string]error{
			"flooded39": nil, "flooded30": nil, "flooded29": lti.ErrStateUnknown, "flooded00": lti.ErrStateUnknown, "flooded03": lti.ErrStateSpent, "other00": nil,
		} {
			if _, err := s.Login(ctx, state); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", state, err, want)
			}
		}
	})
}

// No replay is accepted at any age: what was swept is unknown.
func TestSweptLoginIsUnknown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		for _, state := range []string{"spent", "open"} {
			if err := s.SaveLogin(ctx, login(state, d.Clock.Now())); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.SpendLogin(ctx, "spent"); err != nil {
			t.Fatal(err)
		}
		d.Clock.Move(30 * time.Minute)
		if swept, err := s.Sweep(ctx); err != nil || swept.Logins != 0 {
			t.Errorf("swept %d, %v before the margin was over", swept.Logins, err)
		}
		d.Clock.Move(time.Hour)
		if swept, err := s.Sweep(ctx); err != nil || swept.Logins != 2 {
			t.Errorf("swept %d, %v", swept.Logins, err)
		}
		d.Clock.Move(-2 * time.Hour) // the clock goes back: nothing comes back with it
		for _, state := range []string{"spent", "open"} {
			if err := s.SpendLogin(ctx, state); !errors.Is(err, lti.ErrStateUnknown) {
				t.Errorf("%s: %v", state, err)
			}
		}
	})
}

func TestSweepTakesAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		raw := d.Raw(t)
		insert := raw.Rebind(`INSERT INTO login (state, nonce, registration, browser, target_link_uri, created, expires, spent) VALUES (?, '', '', '', '', 0, ?, ?)`)
		for i := range 1203 {
			if _, err := raw.Exec(insert, time.Duration(i).String(), i, false); err != nil {
				t.Fatal(err)
			}
		}
		if swept, err := s.Sweep(ctx); err != nil || swept.Logins != 1203 {
			t.Errorf("swept %d, %v", swept.Logins, err)
		}
	})
}

// Writers that wait at the same time share a commit, and all get their turn.
func TestManyLoginsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for j := range 20 {
					state := time.Duration(i*100 + j).String()
					if err := s.SaveLogin(ctx, login(state, d.Clock.Now())); err != nil {
						t.Errorf("save: %v", err)
					}
					if err := s.SaveLogin(ctx, login(state, d.Clock.Now())); err == nil {
						t.Error("a state was kept twice")
					}
					if err := s.SpendLogin(ctx, state); err != nil {
						t.Errorf("spend: %v", err)
					}
				}
			})
		}
		wg.Wait()
		if n := count(t, d, "login"); n != 160 {
			t.Errorf("%d logins, want 160", n)
		}
	})
}
