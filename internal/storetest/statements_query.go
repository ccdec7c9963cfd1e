package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"cairn/internal/sqlstore"
	"cairn/xapi/lrs"
)

var queryBehaviours = []behaviour{
	{"filters find their statements", filters},
	{"several filters find what matches all", severalFilters},
	{"since is exclusive and until inclusive", sinceUntil},
	{"mine is what the credential stored", mine},
	{"a walk of agent-filtered pages meets every statement once while others are stored", walkWhileStoring},
}

const someRegistration = "0e0a7a4c-0000-4000-8000-00000000000a"

func filters(t *testing.T, _ Database, s *sqlstore.Store) {
	add(t, s,
		Build{ID: ID(1), Agent: "ann", Activity: "quiz", Verb: "passed"},
		Build{ID: ID(2), Agent: "bea", Activity: "quiz", Verb: "failed", Instructor: "ann"},
		Build{ID: ID(3), Agent: "ann", Activity: "page", Verb: "viewed", Parent: "quiz", Grouping: "course"},
		Build{ID: ID(4), Agent: "cid", Activity: "page", Category: "quiz", Registration: someRegistration},
		Build{ID: ID(5), Agent: "cid", Activity: "quizzes"})
	want(t, s, lrs.Query{}, 5, 4, 3, 2, 1)
	want(t, s, lrs.Query{Agent: AgentKey("ann")}, 3, 1)
	want(t, s, lrs.Query{Agent: AgentKey("ann"), RelatedAgents: true}, 3, 2, 1)
	want(t, s, lrs.Query{Agent: "account|https://cairn.example|key"})
	want(t, s, lrs.Query{Agent: "account|https://cairn.example|key", RelatedAgents: true}, 5, 4, 3, 2, 1)
	want(t, s, lrs.Query{Activity: IRI("quiz")}, 2, 1)
	want(t, s, lrs.Query{Activity: IRI("quiz"), RelatedActivities: true}, 4, 3, 2, 1)
	want(t, s, lrs.Query{Activity: IRI("course")})
	want(t, s, lrs.Query{Activity: IRI("course"), RelatedActivities: true}, 3)
	want(t, s, lrs.Query{Verb: IRI("failed")}, 2)
	want(t, s, lrs.Query{Verb: IRI("quiz")})
	want(t, s, lrs.Query{Registration: someRegistration}, 4)
	want(t, s, lrs.Query{Agent: AgentKey("ANN")})
}

func severalFilters(t *testing.T, _ Database, s *sqlstore.Store) {
	for i := range 60 {
		add(t, s, Build{ID: ID(i), Agent: fmt.Sprint("a", i%2), Verb: fmt.Sprint("v", i%3), Activity: fmt.Sprint("o", i%5), Parent: fmt.Sprint("o", i%7)})
	}
	numbers := func(match func(i int) bool) (out []int) {
		for i := range 60 {
			if match(i) {
				out = append(out, i)
			}
		}
		slices.Reverse(out)
		return out
	}
	q := lrs.Query{Agent: AgentKey("a1"), Verb: IRI("v2"), Limit: 3}
	want(t, s, q, numbers(func(i int) bool { return i%2 == 1 && i%3 == 2 })...)
	q.Activity = IRI("o3")
	want(t, s, q, numbers(func(i int) bool { return i%2 == 1 && i%3 == 2 && i%5 == 3 })...)
	q.RelatedActivities, q.RelatedAgents = true, true
	want(t, s, q, numbers(func(i int) bool { return i%2 == 1 && i%3 == 2 && (i%5 == 3 || i%7 == 3) })...)
	q.Mine = "key"
	want(t, s, q, numbers(func(i int) bool { return i%2 == 1 && i%3 == 2 && (i%5 == 3 || i%7 == 3) })...)
	q.Mine = "other"
	want(t, s, q)
}

func sinceUntil(t *testing.T, d Database, s *sqlstore.Store) {
	var at []time.Time
	for i := range 5 {
		add(t, s, Build{ID: ID(i)})
		at = append(at, d.Clock.Now())
		d.Clock.Move(time.Second)
	}
	want(t, s, lrs.Query{Since: at[1]}, 4, 3, 2)
	want(t, s, lrs.Query{Until: at[1]}, 1, 0)
	want(t, s, lrs.Query{Since: at[0], Until: at[3].Add(time.Nanosecond)}, 3, 2, 1)
	want(t, s, lrs.Query{Since: at[0].Add(-time.Microsecond), Until: at[4].Add(time.Hour), Agent: AgentKey("ann")}, 4, 3, 2, 1, 0)
	want(t, s, lrs.Query{Since: at[3], Until: at[1]})
	want(t, s, lrs.Query{Since: at[4]})
	want(t, s, lrs.Query{Until: at[0].Add(-time.Hour)})
}

func mine(t *testing.T, _ Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1), By: "k1"}, Build{ID: ID(2), By: "k2"}, Build{ID: ID(3), By: "k1", Agent: "bea"}, Build{ID: ID(4), By: "k2", Ref: ID(1)})
	want(t, s, lrs.Query{Mine: "k1"}, 3, 1)
	want(t, s, lrs.Query{Mine: "k2"}, 4, 2)
	want(t, s, lrs.Query{Mine: "k1", Agent: AgentKey("bea")}, 3)
	want(t, s, lrs.Query{Mine: "k3"})
	add(t, s, Build{ID: ID(5), By: "k2", Ref: ID(3)}, Build{ID: ID(6), By: "k1", Ref: ID(3)}, Build{ID: ID(7), By: "k2", Agent: "cid"}, Build{ID: ID(8), By: "k1", Ref: ID(7)}, Build{ID: ID(9), By: "k2", Ref: ID(8)})
	want(t, s, lrs.Query{Agent: AgentKey("bea")}, 6, 5, 3)
	want(t, s, lrs.Query{Mine: "k2", Agent: AgentKey("bea")}) // what it refers to is not its own
	want(t, s, lrs.Query{Mine: "k1", Agent: AgentKey("bea")}, 6, 3)
	want(t, s, lrs.Query{Mine: "k2", Agent: AgentKey("cid")}, 7) // the way there leads through another's
}

func walkWhileStoring(t *testing.T, _ Database, s *sqlstore.Store) {
	next := 0
	store := func() {
		add(t, s, Build{ID: ID(next), Agent: "ann", Activity: fmt.Sprint("a", next)}, Build{ID: ID(next + 1), Agent: "bea"})
		next += 2
	}
	for range 25 {
		store()
	}
	for _, ascending := range []bool{false, true} {
		expected := []string{}
		for i := 0; i < next; i += 2 {
			expected = append(expected, ID(i))
		}
		if !ascending {
			slices.Reverse(expected)
		}
		var got []string
		q := lrs.Query{Agent: AgentKey("ann"), Limit: 4, Ascending: ascending}
		for more := true; more; more = q.After != 0 {
			page, err := s.Query(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, st := range page.Statements {
				got = append(got, st.ID)
			}
			q.After, q.UpTo = page.Next, page.UpTo
			store()
		}
		if !slices.Equal(got, expected) {
			t.Errorf("ascending %t: got %d statements %v, want %d", ascending, len(got), got, len(expected))
		}
	}
}
