package sqlstore_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/mapping"
)

var courseScope = mapping.Scope{Kind: mapping.ScopeCourse, Registration: "r", Context: "2", Course: "https://lms.example/course/2"}

// aligned is an alignment of an activity with capability "a".
func aligned(id, iri string, began int64) pipeline.Aligned {
	return pipeline.Aligned{Began: began, Alignment: mapping.Alignment{ID: id, Capability: "a", Scope: courseScope,
		Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: iri}}}
}

func linked(pos int64, who string) pipeline.ActiveLink {
	return pipeline.ActiveLink{Pos: pos, Link: learner.Link{Learner: who, Account: "acc-" + who, Registration: "r", Issuer: issuer, Subject: "4",
		Agent: "account|https://lms.example|4"}}
}

func row(who, alignment, statement string, link, pos int64) pipeline.LedgerRow {
	yes, score, took := true, 640, 90*time.Second
	return pipeline.LedgerRow{Pair: pipeline.Pair{Learner: who, Capability: "a"}, LinkPos: link, Pos: pos, Evidence: mapping.Evidence{
		Alignment: alignment, Kind: mapping.EvidenceDone, Registration: "r", Record: mapping.Record{
			Pos: pos, StatementID: statement, Agent: "account|https://lms.example|\x004", Verb: "http://v", Activity: "http://a", Under: []string{"http://q", "http://c"}, Around: []string{"http://k"},
			Time: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC), Success: &yes, ScoreMilli: &score, Duration: &took,
		}}}
}

func TestCommitIsReadBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		p := s.Projection()
		rule := mapping.ScopedRule{Capability: "a", Scope: courseScope, Rule: mapping.Rule{Kind: mapping.RuleN, N: 2}}
		byDefault := mapping.ScopedRule{Framework: "fw", Scope: courseScope, Rule: mapping.Rule{Kind: mapping.RuleAll, Validity: mapping.Period{Years: 1}}}
		looser := rule
		looser.Rule = mapping.Rule{Kind: mapping.RuleAny}
		one, bare := row("l1", "t1", "s1", 1, 4), row("l1", "t1", "s2", 1, 5)
		bare.Evidence.Kind = mapping.EvidenceTakenBack
		bare.Evidence.Record.Around = nil
		bare.Evidence.Record.Under, bare.Evidence.Record.Success, bare.Evidence.Record.ScoreMilli, bare.Evidence.Record.Duration = nil, nil, nil, nil
		progress := mapping.Progress{Learner: "l1", Capability: "a", State: mapping.InProgress, Have: 1, Need: 2, Percent: 50,
			Since: d.Clock.Now(), Pos: 4, Ordinal: 1, Cycle: 1, Expires: d.Clock.Now().Add(time.Hour)}
		moved := mapping.Transition{Learner: "l1", Capability: "a", Ordinal: 1, Pos: 4, From: mapping.NotStarted, To: mapping.InProgress, Percent: 50,
			Have: 1, Need: 2, Cause: mapping.CauseStatement, CauseID: "s1", At: d.Clock.Now(), Statements: []string{"s1"}}
		project(t, s, d, batch(0, 9, func(b *pipeline.Batch) {
			b.Linked = []pipeline.ActiveLink{linked(1, "l1"), linked(2, "l2")}
			b.Unlinked = []pipeline.Unlinked{{LinkPos: 2, Pos: 8}}
			b.Began = []pipeline.Aligned{aligned("t1", "http://a", 3), aligned("t2", "http://b", 3)}
			b.Ended = []pipeline.Ended{{Alignment: "t2", Pos: 7}}
			b.Rules = []pipeline.Ruled{{ScopedRule: looser, Began: 3}, {ScopedRule: byDefault, Began: 3}, {ScopedRule: rule, Began: 4}}
			b.Evidence = []pipeline.LedgerRow{one, bare, row("l2", "t1", "s1", 2, 4)}
			b.Voided = []pipeline.Voided{{StatementID: "s2", Pos: 6}}
			b.Progress = []mapping.Progress{progress}
			b.Transitions = []mapping.Transition{moved}
		}))
		bare.Evidence.Voided = true
		ended := aligned("t2", "http://b", 3)
		ended.Ended = 7
		check := func(name string, want, got any, err error) {
			t.Helper()
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
			}
		}
		cursor, err := p.Cursor(ctx)
		check("cursor", pipeline.Cursor{Pos: 9}, cursor, err)
		alignments, err := p.Alignments(ctx)
		check("alignments", []pipeline.Aligned{aligned("t1", "http://a", 3), ended}, alignments, err)
		rules, err := p.Rules(ctx)
		check("rules", []mapping.ScopedRule{byDefault, rule}, rules, err)
		links, err := p.Links(ctx)
		check("links", []pipeline.ActiveLink{linked(1, "l1")}, links, err)
		ledger, err := p.Ledger(ctx, one.Pair)
		check("ledger", []pipeline.LedgerRow{one, bare}, ledger, err)
		ledger, err = p.Ledger(ctx, pipeline.Pair{Learner: "l2", Capability: "a"})
		check("ledger of an ended link", []pipeline.LedgerRow{}, ledger, err)
		got, err := p.Progress(ctx, one.Pair)
		check("progress", progress, got, err)
		got, err = p.Progress(ctx, pipeline.Pair{Learner: "l1", Capability: "none"})
		check("progress of nothing", mapping.Progress{}, got, err)
		transitions, err := s.Records().Transitions(ctx, "l1", "a")
		check("transitions", []mapping.Transition{moved}, transitions, err)
		l1, l2 := pipeline.Pair{Learner: "l1", Capability: "a"}, pipeline.Pair{Learner: "l2", Capability: "a"}
		pairs, err := p.LedgerOf(ctx, "s1", "", 0)
		check("pairs of a statement", []pipeline.Pair{l1, l2}, pairs, err)
		pairs, err = p.LedgerOf(ctx, "", "t1", 0)
		check("pairs of an alignment", []pipeline.Pair{l1, l2}, pairs, err)
		pairs, err = p.LedgerOf(ctx, "", "", 2)
		check("pairs of a link", []pipeline.Pair{l2}, pairs, err)
	})
}

// Batches of many rows are written in several statements.
func TestCommitOfManyRows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		const n = 1501
		project(t, s, d, batch(0, n, func(b *pipeline.Batch) {
			b.Linked = []pipeline.ActiveLink{linked(1, "l1")}
			for i := range int64(n) {
				b.Evidence = append(b.Evidence, row("l1", "t1", "s", 1, i+1))
				b.Seen = append(b.Seen, pipeline.SeenActivity{Parent: "http://c", Activity: time.Duration(i % 700).String(), LastSeen: d.Clock.Now()})
			}
		}))
		rows, err := s.Projection().Ledger(context.Background(), pipeline.Pair{Learner: "l1", Capability: "a"})
		if err != nil || len(rows) != n {
			t.Errorf("%d rows, %v", len(rows), err)
		}
		if got := count(t, d, "activity_seen"); got != 700 {
			t.Errorf("%d activities, want 700", got)
		}
	})
}

// Settled question 11: one projector at a time holds the lease.
func TestLeaseIsHeldByOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		p, now := s.Projection(), d.Clock.Now()
		until := now.Add(time.Minute)
		steps := []struct {
			name string
			do   func() error
			want error
		}{
			{"take", func() error { return p.Lease(ctx, "p", now, until) }, nil},
			{"keep", func() error { return p.Lease(ctx, "p", now, until) }, nil},
			{"another's while it is held", func() error { return p.Lease(ctx, "q", until.Add(-1), until) }, pipeline.ErrLeaseLost},
			{"commit", func() error { return p.Commit(ctx, batch(0, 5)) }, nil},
			{"commit from where it does not stand", func() error { return p.Commit(ctx, batch(0, 6)) }, pipeline.ErrLeaseLost},
			{"commit of who does not hold it", func() error { b := batch(5, 6); b.Holder = "q"; return p.Commit(ctx, b) }, pipeline.ErrLeaseLost},
			{"another's when it is over", func() error { return p.Lease(ctx, "q", until, until.Add(time.Minute)) }, nil},
			{"commit of who held it", func() error { return p.Commit(ctx, batch(5, 6)) }, pipeline.ErrLeaseLost},
		}
		for _, step := range steps {
			if err := step.do(); !errors.Is(err, step.want) {
				t.Errorf("%s: %v, want %v", step.name, err, step.want)
			}
		}
	})
}

func TestOfManyProjectorsOneTakesTheLease(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		here, there := d.Open(t), d.Open(t)
		now := d.Clock.Now()
		var took atomic.Int32
		var wg sync.WaitGroup
		for i := range 8 {
			p := []*sqlstore.Store{here, there}[i%2].Projection()
			wg.Go(func() {
				switch err := p.Lease(context.Background(), time.Duration(i+1).String(), now, now.Add(time.Minute)); {
				case err == nil:
					took.Add(1)
				case !errors.Is(err, pipeline.ErrLeaseLost):
					t.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
		if took.Load() != 1 {
			t.Errorf("%d took it", took.Load())
		}
	})
}

// A batch that cannot be written whole is not written at all.
func TestCommitIsAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		project(t, s, d, batch(0, 1, func(b *pipeline.Batch) { b.Began = []pipeline.Aligned{aligned("t1", "http://a", 1)} }))
		err := s.Projection().Commit(ctx, batch(1, 2, func(b *pipeline.Batch) {
			b.Linked = []pipeline.ActiveLink{linked(2, "l1")}
			b.Transitions = []mapping.Transition{{Learner: "l", Capability: "a", Ordinal: 1}, {Learner: "l", Capability: "a", Ordinal: 1}}
		}))
		if err == nil {
			t.Fatal("two transitions of one ordinal were written")
		}
		if c, _ := s.Projection().Cursor(ctx); c.Pos != 1 {
			t.Errorf("the cursor stands at %d", c.Pos)
		}
		if n := count(t, d, "agent_link"); n != 0 {
			t.Errorf("%d links were left behind", n)
		}
	})
}

func TestResetEmptiesTheProjection(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		p := s.Projection()
		fill := func(from, to int64) {
			project(t, s, d, batch(from, to, evidenced("l1", "a", d.Clock.Now()), func(b *pipeline.Batch) {
				b.Linked, b.Began = []pipeline.ActiveLink{linked(1, "l1")}, []pipeline.Aligned{aligned("t1", "http://a", 1)}
				b.Rules = []pipeline.Ruled{{ScopedRule: mapping.ScopedRule{Capability: "a", Scope: courseScope}, Began: 1}}
				b.Rated = []pipeline.RatingRow{{Rating: mapping.Rating{ID: "r", Learner: "l1", Capability: "a"}, Ordinal: 1}}
				b.Endorsed = []pipeline.EndorsementRow{{Endorsement: mapping.Endorsement{ID: "e", Learner: "l1", Capability: "a"}, Ordinal: 1}}
				b.Evidence = []pipeline.LedgerRow{row("l1", "t1", "s1", 1, 1)}
				b.Voided = []pipeline.Voided{{StatementID: "s1", Pos: 1}}
				b.Transitions = []mapping.Transition{{Learner: "l1", Capability: "a", Ordinal: 1}}
				b.Seen = []pipeline.SeenActivity{{Parent: "c", Activity: "a", LastSeen: d.Clock.Now()}}
			}))
		}
		reset := func(want pipeline.Cursor) {
			t.Helper()
			if err := p.Reset(ctx); err != nil {
				t.Fatal(err)
			}
			if c, err := p.Cursor(ctx); err != nil || c != want {
				t.Errorf("cursor %+v, %v", c, err)
			}
			for _, table := range []string{"alignment", "rule", "agent_link", "evidence", "evidence_retraction", "progress", "transition", "rating",
				"endorsement"} {
				if n := count(t, d, table); n != 0 {
					t.Errorf("%d rows of %s are left", n, table)
				}
			}
			if n := count(t, d, "activity_seen"); n != 1 { // the statements that said so may have been purged
				t.Errorf("%d rows say what was seen", n)
			}
		}
		fill(0, 9)
		reset(pipeline.Cursor{Pos: 0, EmitAfter: 9})
		if err := p.Commit(ctx, batch(0, 1)); !errors.Is(err, pipeline.ErrLeaseLost) {
			t.Errorf("a batch in the making was written on top: %v", err)
		}
		fill(0, 5) // a replay that was broken off
		reset(pipeline.Cursor{Pos: 0, EmitAfter: 9})
	})
}

// Statements of Cairn itself are appended in the projector's transaction; one whose id is taken does not stop progress.
func TestCommitEmits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		const taken, free = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
		if err := s.Add(ctx, storetest.Key, storetest.Prepare(t, storetest.Build{ID: taken, Verb: "stole"})); err != nil {
			t.Fatal(err)
		}
		emit := storetest.Prepare(t, storetest.Build{ID: taken, Verb: "achieved"}, storetest.Build{ID: free, Verb: "achieved"})
		project(t, s, d,
			batch(0, 1, func(b *pipeline.Batch) { b.Emit = emit }),
			batch(1, 2, func(b *pipeline.Batch) { b.Emit = emit[1:] }), // said again: the same statement
		)
		entries, err := s.Entries(ctx, 0, 10)
		if err != nil || len(entries) != 2 || !entries[1].Own || entries[1].Record.StatementID != free {
			t.Errorf("%d entries, %v: %+v", len(entries), err, entries)
		}
	})
}
