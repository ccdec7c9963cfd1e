package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/mapping"
	"cairn/xapi/lrs"
)

// Log is the behaviour of pipeline.Log.
func Log(t *testing.T) {
	each(t, []behaviour{
		{"an entry holds what mapping needs", entryWhole},
		{"a time far ahead of storing is the time of storing, live and when read again", entryAhead},
		{"a group is nobody's record, and filters find it", entryOfGroup},
		{"a limit and a place are kept", entriesInSteps},
		{"selectors take what mapping takes", selectors},
		{"what was stored after a position is left out", upToPosition},
		{"an error of the caller ends the reading", callerEnds},
	})
}

// wantRecords asserts which statements the log answers for an activity and for an agent.
func wantRecords(t testing.TB, s *sqlstore.Store, activity, agent string, numbers ...int) {
	t.Helper()
	expected := []string{}
	for _, n := range numbers {
		expected = append(expected, ID(n))
	}
	if diff := cmp.Diff(expected, ofActivity(t, s, mapping.Selector{Kind: mapping.SelectExact, IRI: IRI(activity)}, 1000)); diff != "" {
		t.Errorf("records of the activity (-want +got):\n%s", diff)
	}
	got := []string{}
	err := s.OfAgent(context.Background(), AgentKey(agent), 1000, func(e pipeline.Entry) error {
		got = append(got, e.Record.StatementID)
		return nil
	})
	if diff := cmp.Diff(expected, got); diff != "" || err != nil {
		t.Errorf("records of the agent, %v (-want +got):\n%s", err, diff)
	}
}

func ofActivity(t testing.TB, s *sqlstore.Store, sel mapping.Selector, upTo int64) []string {
	t.Helper()
	got, last := []string{}, int64(0)
	err := s.OfActivity(context.Background(), sel, upTo, func(e pipeline.Entry) error {
		if e.Pos <= last || e.Pos > upTo {
			t.Errorf("position %d after %d, up to %d", e.Pos, last, upTo)
		}
		last = e.Pos
		got = append(got, e.Record.StatementID)
		return nil
	})
	if err != nil {
		t.Fatalf("statements of %+v: %v", sel, err)
	}
	return got
}

func entryWhole(t *testing.T, d Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1), Agent: "ann", Verb: "passed", Activity: "attempt", Parent: "quiz", Grouping: "course", Category: "source",
		Timestamp: "2026-01-02T03:04:05.678901Z", Result: `{"score":{"scaled":0.75},"success":true,"completion":false,"duration":"PT1M"}`})
	add(t, s, Build{ID: ID(2), Agent: "ann", Ref: ID(1)})
	got, err := s.Entries(context.Background(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	expected := []pipeline.Entry{
		{Pos: 1, Stored: d.Clock.Now(), Kind: pipeline.EntryStatement, Record: mapping.Record{Pos: 1, StatementID: ID(1), Agent: AgentKey("ann"),
			Verb: IRI("passed"), Activity: IRI("attempt"), Under: []string{IRI("course"), IRI("quiz")}, Around: []string{IRI("source")},
			Time: time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC), Success: new(true), Completion: new(false), ScoreMilli: new(750), Duration: new(time.Minute)}},
		{Pos: 2, Stored: d.Clock.Now().Add(time.Microsecond), Kind: pipeline.EntryStatement, Record: mapping.Record{Pos: 2, StatementID: ID(2),
			Agent: AgentKey("ann"), Verb: IRI("did"), Time: d.Clock.Now().Add(time.Microsecond)}},
	}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func entryAhead(t *testing.T, d Database, s *sqlstore.Store) {
	now := d.Clock.Now()
	add(t, s, Build{ID: ID(1), Timestamp: "2030-01-01T00:00:00Z"}, Build{ID: ID(2), Timestamp: now.Add(23 * time.Hour).Format(time.RFC3339)})
	d.Clock.Move(10 * 365 * 24 * time.Hour) // that the year comes changes nothing
	got, err := s.Entries(context.Background(), 0, 10)
	if err != nil || len(got) != 2 || !got[0].Record.Time.Equal(now) || !got[1].Record.Time.Equal(now.Add(23*time.Hour)) {
		t.Errorf("%+v, %v", got, err)
	}
}

func entryOfGroup(t *testing.T, _ Database, s *sqlstore.Store) {
	const rest = `"verb":{"id":"http://example.org/did"},"object":{"id":"http://example.org/thing"}}`
	for i, group := range []string{`"mbox":"mailto:ann@example.org"`, `"member":[{"mbox":"mailto:ann@example.org"}]`} {
		raw := fmt.Sprintf(`{"id":%q,"actor":{"objectType":"Group",%s},%s`, ID(i+1), group, rest)
		if err := s.Add(context.Background(), Key, PrepareJSON(t, raw, Key.ID)); err != nil {
			t.Fatal(err)
		}
	}
	add(t, s, Build{ID: ID(3), Agent: "ann", Activity: "alone"})
	wantRecords(t, s, "alone", "ann", 3)
	want(t, s, lrs.Query{Agent: AgentKey("ann")}, 3, 2, 1)
}

func entriesInSteps(t *testing.T, _ Database, s *sqlstore.Store) {
	for i := range 7 {
		add(t, s, Build{ID: ID(i)})
	}
	var got []int64
	for after := int64(0); ; {
		entries, err := s.Entries(context.Background(), after, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			after = e.Pos
			got = append(got, e.Pos)
		}
	}
	if diff := cmp.Diff([]int64{1, 2, 3, 4, 5, 6, 7}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func selectors(t *testing.T, _ Database, s *sqlstore.Store) {
	activities := []string{"c?id=3", "c?id=30", "c?id=3&x=1", "c?id=3#a", "c", "c/", "c/d", "cd", "b", "c?id=3/deep/er"}
	for i, a := range activities {
		add(t, s, Build{ID: ID(2 * i), Activity: a, Parent: "p" + fmt.Sprint(i%3)}, Build{ID: ID(2*i + 1), Activity: "other", Grouping: a})
	}
	for _, kind := range mapping.SelectorKinds() {
		for _, iri := range append(activities, "p1", "", "c?", "none", "C") {
			sel := mapping.Selector{Kind: kind, IRI: IRI(iri)}
			expected := []string{}
			entries, err := s.Entries(context.Background(), 0, 1000)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if sel.Matches(e.Record) {
					expected = append(expected, e.Record.StatementID)
				}
			}
			if diff := cmp.Diff(expected, ofActivity(t, s, sel, 1000)); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", sel, diff)
			}
		}
	}
	wantRecords(t, s, "none", "none")
}

func upToPosition(t *testing.T, _ Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1)}, Build{ID: ID(2)}, Build{ID: ID(3)})
	got := ofActivity(t, s, mapping.Selector{Kind: mapping.SelectExact, IRI: IRI("thing")}, 2)
	if diff := cmp.Diff([]string{ID(1), ID(2)}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func callerEnds(t *testing.T, _ Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1)}, Build{ID: ID(2)})
	enough, calls := errors.New("enough"), 0
	err := s.OfAgent(context.Background(), AgentKey("ann"), 10, func(pipeline.Entry) error { calls++; return enough })
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
}
