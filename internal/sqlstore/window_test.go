package sqlstore_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/storetest"
	"cairn/internal/web"
)

// A code opens one window, however many press at once, and its session is found.
func TestACodeOpensOneWindow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r := register(t, s, "c1")
		first := enter(t, s, visit(r, "4", d.Clock.Now()))
		var opened atomic.Int32
		var wait sync.WaitGroup
		for i := range 4 {
			wait.Go(func() {
				window := first
				window.Hash, window.Browser, window.InFrame = "window-"+string(rune('a'+i)), "b2", false
				switch err := s.OpenWindow(ctx, "code", d.Clock.Now().Add(time.Hour), window); {
				case errors.Is(err, web.ErrNotFound):
				case err != nil:
					t.Error(err)
				default:
					opened.Add(1)
					got, err := s.Session(ctx, window.Hash, d.Clock.Now())
					if diff := cmp.Diff(window, got); diff != "" || err != nil {
						t.Errorf("%v (-want +got):\n%s", err, diff)
					}
				}
			})
		}
		wait.Wait()
		if opened.Load() != 1 || count(t, d, "session") != 2 {
			t.Errorf("opened %d windows, %d sessions", opened.Load(), count(t, d, "session"))
		}
	})
}

func TestSweepTakesOldCodesOfWindows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		first := enter(t, s, visit(register(t, s, "c1"), "4", d.Clock.Now()))
		for code, expires := range map[string]time.Time{"old": d.Clock.Now().Add(-2 * time.Hour), "new": d.Clock.Now().Add(time.Hour)} {
			window := first
			window.Hash = "of " + code
			if err := s.OpenWindow(ctx, code, expires, window); err != nil {
				t.Fatal(err)
			}
		}
		if swept, err := s.Sweep(ctx); err != nil || swept.Windows != 1 || count(t, d, "window_code") != 1 {
			t.Errorf("swept %+v, %v", swept, err)
		}
	})
}
