package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
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
// and when old statements are purged; with evidence that ends, ratings and endorsements.
func TestLiveEqualsReplayAfterErasuresAndPurges(t *testing.T) {
	for _, seed := range []uint64{1, 2, 4, 24, 57, 62, 138} {
		storetest.Each(t, func(t *testing.T, d storetest.Database) {
			l := newLife(t, d, seed)
			l.long, l.joins = seed < 100, seed > 50 && seed < 100
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
			if l.long && !l.joins && (len(before["rating"])+len(before["endorsement"]) == 0 || !strings.Contains(fmt.Sprint(before["transition"]), string(mapping.CauseExpiry))) {
				t.Fatalf("nothing ended, or nothing stands beside: %d ratings, %d endorsements", len(before["rating"]), len(before["endorsement"]))
			}
			t.Logf("seed %d", seed)
			l.replayed(before)
		})
	}
}

// TestErasureKeepsWhenEvidenceOfOthersEnded: what Zoe did was the first that was stored after Tom's evidence had ended, or was voided by it.
// A purge left its checkpoint, and her erasure leaves of it the time.
func TestErasureKeepsWhenEvidenceOfOthersEnded(t *testing.T) {
	for name, ends := range map[string]func(*life){
		"at a record of hers":           func(l *life) { l.send(l.now(did(71, agentJSON(zoe), quizObject))) },
		"at a void of a record of hers": func(l *life) { l.voids(72) },
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, d storetest.Database) {
				l, _ := enrolled(t, d)
				live := l.projector("live", 7)
				l.ruled(mapping.ScopedRule{Capability: "cap-1", Rule: mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Days: 10}},
					Scope: mapping.Scope{Kind: mapping.ScopeRegistration, Registration: l.registration.ID}})
				l.send("[" + l.now(did(70, agentJSON("tom"), quizObject)) + "," + l.now(did(72, agentJSON(zoe), quizObject)) + "]")
				l.goOn(live)
				d.Clock.Move(11 * 24 * time.Hour)
				ends(l)
				l.goOn(live)
				d.Clock.Move(48 * time.Hour)
				l.act()
				l.goOn(live)
				purged(t, l.s, old)
				if done := erase(t, l, find(t, l.s, zoe)); done.Replay {
					t.Fatal("the projection is folded anew")
				}
				l.goOn(live)
				before := l.projected()
				if !strings.Contains(fmt.Sprint(before["transition"]), string(mapping.CauseExpiry)) {
					t.Fatal("nothing ended")
				}
				l.replayed(before)
			})
		})
	}
}

// now puts the present where did has a time.
func (l *life) now(statement string) string {
	return strings.Replace(statement, "2026-03-01T10:00:00Z", l.d.Clock.Now().Format(time.RFC3339), 1)
}

// voids has Tom void a statement.
func (l *life) voids(id int) {
	l.Helper()
	l.send(fmt.Sprintf(`{"id":%q,"actor":%s,"verb":{"id":%q},"object":{"objectType":"StatementRef","id":%q}}`,
		storetest.ID(100+id), agentJSON("tom"), xapi.VerbVoided, storetest.ID(id)))
}

// ruled sets a rule.
func (l *life) ruled(rule mapping.ScopedRule) {
	l.Helper()
	cs := mapping.Changeset{ID: uuid.NewString(), Author: "operator", At: l.d.Clock.Now(), Scope: rule.Scope, Edits: []mapping.Edit{{Rule: &rule}}}
	if _, err := l.s.Courses(l.frameworks).Apply(context.Background(), cs); err != nil {
		l.Fatal(err)
	}
}

// replayed folds the log anew and holds that it makes the same.
func (l *life) replayed(live map[string][]string) {
	l.Helper()
	if err := l.s.Projection().Reset(context.Background()); err != nil {
		l.Fatal(err)
	}
	l.drain(l.projector("replay", 50))
	if d := cmp.Diff(live, l.projected()); d != "" {
		l.Errorf("the projection differs (-live +replay):\n%s", d)
	}
}
