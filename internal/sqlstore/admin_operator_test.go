package sqlstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
)

func TestOperatorsLinkIsSpentOnceAndInTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		session := func(hash string) web.Session {
			return web.Session{Hash: hash, Operator: true, CreatedAt: d.Clock.Now(), ExpiresAt: d.Clock.Now().Add(2 * time.Hour)}
		}
		for _, life := range []time.Duration{0, time.Second, 25 * time.Hour, -time.Hour} {
			if _, _, err := s.AddOperatorLink(ctx, life); !errors.Is(err, sqlstore.ErrOperatorLink) {
				t.Errorf("a link for %s: %v", life, err)
			}
		}
		late, _, err := s.AddOperatorLink(ctx, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		d.Clock.Move(time.Minute)
		code, expires, err := s.AddOperatorLink(ctx, 15*time.Minute)
		if err != nil || len(code) < 50 || !expires.Equal(d.Clock.Now().Add(15*time.Minute)) {
			t.Fatalf("%q until %s, %v", code, expires, err)
		}
		for _, wrong := range []string{late, "", code[1:], strings.ToUpper(code)} {
			if err := s.EnterOperator(ctx, wrong, session("x")); !errors.Is(err, web.ErrNotFound) {
				t.Errorf("%q enters: %v", wrong, err)
			}
		}
		if err := s.EnterOperator(ctx, code, session("h1")); err != nil {
			t.Fatal(err)
		}
		if err := s.EnterOperator(ctx, code, session("h2")); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("it enters twice: %v", err)
		}
		if got, err := s.Session(ctx, "h1", d.Clock.Now()); err != nil || !got.Operator {
			t.Errorf("the session is %+v, %v", got, err)
		}
		if _, err := s.Session(ctx, "h2", d.Clock.Now()); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("a second session: %v", err)
		}
		if n := count(t, d, "operator_link"); n != 0 {
			t.Errorf("%d links are kept", n)
		}
	})
}
