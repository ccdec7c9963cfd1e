package sqlstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/mapping"
	"cairn/xapi"
)

// keep does what a server does every day: purge what is older than most of a life; but not while a replay is under way.
func (l *life) keep() {
	rule := sqlstore.RetentionRule{Days: 1}
	if l.rand.IntN(2) == 0 {
		rule.Verb = l.pick(mapping.VerbCompleted, mapping.VerbPassed, xapi.VerbVoided)
	}
	if _, err := l.s.Purge(context.Background(), rule, nil); err != nil && !errors.Is(err, sqlstore.ErrReplayUnderWay) {
		l.Fatal(err)
	}
}

// forget does what people who run Cairn do now and then: erase somebody.
func (l *life) forget() {
	p, err := l.s.Person(context.Background(), sqlstore.WhoIs{Issuer: issuer, Subject: l.pick("4", "5", "6")})
	if errors.Is(err, sqlstore.ErrNobody) {
		return
	}
	if err == nil {
		_, err = l.s.Erase(context.Background(), p, "asked for", nil)
	}
	if err != nil {
		l.Fatal(err)
	}
}

// goOn drains a projector whose lease may have been taken from it, as Run does.
func (l *life) goOn(p *pipeline.Projector) {
	if _, err := p.Step(context.Background()); err != nil && !errors.Is(err, pipeline.ErrLeaseLost) {
		l.Fatal(err)
	}
	l.drain(p)
}

// onlyTheLiving holds that the projection has no rows of people who were erased, at any moment.
func (l *life) onlyTheLiving(raw *sqlx.DB) {
	l.Helper()
	for _, table := range []string{"evidence", "progress", "transition", "agent_link", "rating", "endorsement"} {
		var gone int
		if err := raw.Get(&gone, `SELECT COUNT(*) FROM `+table+` WHERE learner NOT IN (SELECT id FROM learner)`); err != nil || gone > 0 {
			l.Fatalf("%s has %d rows of the erased, %v", table, gone, err)
		}
	}
}

// TestLiveEqualsReplayAfterErasuresAndPurges: settled question 9 holds also when people are erased between, whoever shares their records,
// and when old statements are purged.
func TestLiveEqualsReplayAfterErasuresAndPurges(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3, 138} {
		storetest.Each(t, func(t *testing.T, d storetest.Database) {
			l := newLife(t, d, seed)
			live, raw := l.projector("live", 7), d.Raw(t)
			for day := range 200 {
				l.day()
				switch l.rand.IntN(10) {
				case 0, 1, 2:
					l.goOn(live)
					l.onlyTheLiving(raw)
				case 3:
					live = l.projector("live", 1+l.rand.IntN(9))
				case 4:
					d.Clock.Move(time.Duration(l.rand.IntN(40)) * time.Hour)
				}
				if day%15 == 10 {
					l.keep()
				}
				if day%60 == 55 {
					l.forget()
				}
			}
			l.goOn(live)
			before := l.projected()
			if len(before["transition"]) < 2 || count(t, d, "gone") < 20 || count(t, d, "checkpoint") == 0 {
				t.Fatalf("the days were too quiet: %d transitions, %d gone", len(before["transition"]), count(t, d, "gone"))
			}
			if err := l.s.Projection().Reset(context.Background()); err != nil {
				t.Fatal(err)
			}
			l.drain(l.projector("replay", 50))
			if d := cmp.Diff(before, l.projected()); d != "" {
				t.Errorf("seed %d: the projection differs (-live +replay):\n%s", seed, d)
			}
		})
	}
}
