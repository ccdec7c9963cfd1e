package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/mapping"
	"cairn/xapi/lrs"
)

// old is a rule that takes what is older than a day.
var old = sqlstore.RetentionRule{Name: "old", Days: 1}

func purged(t testing.TB, s *sqlstore.Store, rule sqlstore.RetentionRule) sqlstore.Purged {
	t.Helper()
	would, err := s.CountPurge(context.Background(), rule)
	if err != nil {
		t.Fatal(err)
	}
	did, err := s.Purge(context.Background(), rule, nil)
	if err != nil {
		t.Fatal(err)
	}
	if would != did {
		t.Errorf("the dry run says %+v, the purge %+v", would, did)
	}
	return did
}

// Settled question 15: a purge takes statements and leaves states, history and evidence as they are; a replay makes them again.
func TestPurgeChangesNoState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, _ := enrolled(t, d)
		l.drain(l.projector("live", 7))
		before := l.projected()
		tom := find(t, l.s, "tom").Learners[0]
		changes := func() []web.Change {
			all, _, err := l.s.Records().Changes(context.Background(), tom, []string{"cap-1"}, time.Time{}, 0, 10)
			if err != nil || len(all) == 0 {
				t.Fatalf("%d changes, %v", len(all), err)
			}
			return all
		}
		known := changes()
		d.Clock.Move(48 * time.Hour)
		l.act()
		did := purged(t, l.s, old)
		if d := cmp.Diff(known, changes()); d != "" {
			t.Errorf("the history changed:\n%s", d)
		}
		if did.Statements < 13 || did.Checkpoints < 4 {
			t.Errorf("it took %+v", did)
		}
		if d := cmp.Diff(before, l.projected()); d != "" {
			t.Errorf("the projection changed:\n%s", d)
		}
		if _, err := l.s.Statement(context.Background(), storetest.ID(1), false); !errors.Is(err, lrs.ErrNotFound) {
			t.Errorf("a purged statement is there: %v", err)
		}
		if err := l.s.Projection().Reset(context.Background()); err != nil {
			t.Fatal(err)
		}
		if _, err := l.s.Purge(context.Background(), old, nil); !errors.Is(err, sqlstore.ErrReplayUnderWay) {
			t.Errorf("it purges while a replay is under way: %v", err)
		}
		l.drain(l.projector("replay", 3))
		if d := cmp.Diff(before, l.projected()); d != "" {
			t.Errorf("a replay makes something else:\n%s", d)
		}
		for _, word := range []string{"Name of", "1.50", "zoe-secret-4711@"} {
			if where := mentions(t, d, word); len(where) > 0 && where[0] == "statement" {
				t.Errorf("%q is still in %v", word, where)
			}
		}
	})
}

// A sender who repeats itself after a purge is answered, and nothing is counted twice; what comes later may still be voided or tagged.
func TestPurgedStatementsStayKnown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, _ := enrolled(t, d)
		tom := find(t, l.s, "tom").Learners[0]
		d.Clock.Move(48 * time.Hour)
		l.act()
		other := d.Open(t)
		purged(t, l.s, old)
		before := l.projected()
		l.s = other
		l.send(did(2, agentJSON("tom"), quizObject))
		if other.Dropped() != 1 {
			t.Errorf("%d were dropped", other.Dropped())
		}
		l.drain(l.projector("live", 7))
		if d := cmp.Diff(before["evidence"], l.projected()["evidence"][:len(before["evidence"])]); d != "" {
			t.Errorf("it counts twice: %s", d)
		}
		state := func() mapping.State {
			progress, err := l.s.Records().Progress(context.Background(), tom)
			if err != nil || len(progress) != 1 {
				t.Fatalf("%+v, %v", progress, err)
			}
			return progress[0].State
		}
		for i, target := range []int{2, 3, 7} {
			if state() != mapping.Evidenced {
				t.Fatalf("before void %d he is %s", target, state())
			}
			l.send(strings.Replace(strings.Replace(did(80+i, agentJSON("tom"), quizObject), mapping.VerbCompleted, "http://adlnet.gov/expapi/verbs/voided", 1), quizObject,
				fmt.Sprintf(`"object":{"objectType":"StatementRef","id":%q}`, storetest.ID(target)), 1))
			l.drain(l.projector("live", 7))
			if target == 3 {
				break
			}
		}
		if state() != mapping.Withdrawn {
			t.Errorf("after all was voided he is %s", state())
		}
	})
}

// Each condition narrows; what others still wait for is held.
func TestRetentionRulesTakeWhatTheySay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, _ := enrolled(t, d)
		all := 0
		if err := d.Raw(t).Get(&all, `SELECT COUNT(*) FROM statement`); err != nil {
			t.Fatal(err)
		}
		d.Clock.Move(48 * time.Hour)
		l.act()
		rules := []struct {
			name string
			rule sqlstore.RetentionRule
			want int64
		}{
			{"all", sqlstore.RetentionRule{Days: 1}, int64(all)},
			{"younger", sqlstore.RetentionRule{Days: 3}, 0},
			{"verb", sqlstore.RetentionRule{Days: 1, Verb: "http://adlnet.gov/expapi/verbs/voided"}, 2},
			{"unknown verb", sqlstore.RetentionRule{Days: 1, Verb: "http://example.org/never"}, 0},
			{"activity", sqlstore.RetentionRule{Days: 1, Activity: "http://example.org"}, 1},
			{"beginning of another", sqlstore.RetentionRule{Days: 1, Activity: "http://example.org/only"}, 0},
			{"LMS", sqlstore.RetentionRule{Days: 1, Registration: l.registration.ID}, int64(all) - 2}, // groups are nobody's
		}
		for _, c := range rules {
			got, err := l.s.CountPurge(context.Background(), c.rule)
			if err != nil || got.Statements != c.want {
				t.Errorf("%s: %+v, %v; want %d", c.name, got, err, c.want)
			}
		}
		if err := l.s.AddTarget(context.Background(), pipeline.Target{ID: "t", Name: "t", Pos: 5}); err != nil {
			t.Fatal(err)
		}
		for _, c := range rules {
			if got, err := l.s.CountPurge(context.Background(), c.rule); err != nil || got.Statements+got.Held != c.want {
				t.Errorf("%s, while a record store waits: %+v, %v; want %d", c.name, got, err, c.want)
			}
		}
		if got, err := l.s.CountPurge(context.Background(), old); err != nil || got.Held == 0 || got.Statements > 5 {
			t.Errorf("what is to be forwarded: %+v, %v", got, err)
		}
	})
}

// Another process writes all the time while a purge is under way.
func TestStatementsAreStoredWhileAPurgeRuns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l := newLife(t, d, 1)
		for i := range 6 {
			if err := l.s.Add(context.Background(), storetest.Key, storetest.Prepare1K(t, i*500, 500)); err != nil {
				t.Fatal(err)
			}
		}
		l.drain(l.projector("live", 500))
		d.Clock.Move(48 * time.Hour)
		l.act()
		stop, wrote := writing(t, d)
		var steps, between int64
		did, err := l.s.Purge(context.Background(), old, func(int64, int64) {
			if steps++; steps == 4 {
				between = wrote.Load()
			}
		})
		stop()
		if err != nil || did.Statements != 3000 || steps < 6 || between == 0 {
			t.Fatalf("%+v, %v; %d written in the first of %d steps", did, err, between, steps)
		}
		if n := count(t, d, "statement"); int64(n) != 1+wrote.Load() {
			t.Errorf("%d statements are left, %d were written", n, wrote.Load())
		}
		var lost int
		if err := d.Raw(t).Get(&lost, `SELECT COUNT(*) FROM statement_link l WHERE NOT EXISTS (SELECT 1 FROM statement s WHERE s.pos = l.pos)`); err != nil || lost > 0 {
			t.Errorf("%d links of nothing are left, %v", lost, err)
		}
	})
}

// writing stores statements by another process until it is stopped.
func writing(t *testing.T, d storetest.Database) (stop func(), wrote *atomic.Int64) {
	other, done, wrote := d.Open(t), make(chan struct{}), &atomic.Int64{}
	var wait sync.WaitGroup
	wait.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
			}
			if err := other.Add(context.Background(), storetest.Key, storetest.Prepare1K(t, 10_000+i, 1)); err != nil {
				t.Error(err)
				return
			}
			wrote.Add(1)
		}
	})
	return func() { close(done); wait.Wait() }, wrote
}

// What is gone takes no room after it was compacted.
func TestCompactGivesRoomBack(t *testing.T) {
	d := storetest.SQLite(t)
	l := newLife(t, d, 1)
	if err := l.s.Add(context.Background(), storetest.Key, storetest.Prepare1K(t, 0, 1000)); err != nil {
		t.Fatal(err)
	}
	size := func() int64 {
		if err := l.s.Compact(context.Background()); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(d.DSN)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before := size()
	l.drain(l.projector("live", 500))
	d.Clock.Move(48 * time.Hour)
	l.act()
	purged(t, l.s, old)
	if after := size(); after > before/2 {
		t.Errorf("the file had %d octets and has %d", before, after)
	}
}

// A server applies a rule once a day, whatever the number of processes.
func TestPurgeIsDueOnceADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, _ := enrolled(t, d)
		ctx := context.Background()
		if err := l.s.SetRetention(ctx, old); err != nil {
			t.Fatal(err)
		}
		d.Clock.Move(48 * time.Hour)
		l.act()
		var ran []int64
		run := func(s *sqlstore.Store) {
			if err := s.PurgeDue(ctx, func(_ sqlstore.RetentionRule, p sqlstore.Purged) { ran = append(ran, p.Statements) }); err != nil {
				t.Fatal(err)
			}
		}
		run(l.s)
		run(d.Open(t))
		d.Clock.Move(25 * time.Hour)
		run(l.s)
		if len(ran) != 2 || ran[0] == 0 || ran[1] != 0 {
			t.Errorf("it ran %v", ran)
		}
		rules, err := l.s.Retention(ctx)
		if err != nil || len(rules) != 1 || rules[0].Purged != ran[0] || rules[0].Days != 1 {
			t.Errorf("the rule says %+v, %v", rules, err)
		}
		if err := errors.Join(l.s.RemoveRetention(ctx, "old")); err != nil {
			t.Error(err)
		}
		if err := l.s.RemoveRetention(ctx, "old"); !errors.Is(err, sqlstore.ErrNoRule) {
			t.Errorf("removed twice: %v", err)
		}
	})
}
