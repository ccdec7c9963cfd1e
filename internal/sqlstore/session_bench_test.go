package sqlstore_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
)

// BenchmarkLaunch is what a returning person's login and launch ask of the store: two durable writes and two reads.
func BenchmarkLaunch(b *testing.B) {
	for name, open := range map[string]func(testing.TB) storetest.Database{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			s := d.Open(b)
			r := register(b, s, "c1")
			for i := range 100 {
				enter(b, s, visit(r, fmt.Sprint(i), d.Clock.Now()))
			}
			var n atomic.Int64
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					launch(b, s, d, r, n.Add(1))
				}
			})
		})
	}
}

func launch(b *testing.B, s *sqlstore.Store, d storetest.Database, r sqlstore.Registration, n int64) {
	ctx, state := context.Background(), fmt.Sprint("state", n)
	if err := s.SaveLogin(ctx, login(state, d.Clock.Now())); err != nil {
		b.Error(err)
	}
	if _, err := s.Login(ctx, state); err != nil {
		b.Error(err)
	}
	if _, err := s.Registration(ctx, r.ID); err != nil {
		b.Error(err)
	}
	e := returning(r, fmt.Sprint(n%100), d.Clock.Now())
	e.Session.Hash, e.Login = state, state
	if _, err := s.Enter(ctx, e); err != nil {
		b.Error(err)
	}
}
