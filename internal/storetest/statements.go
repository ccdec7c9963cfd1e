package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/sqlstore"
	"cairn/xapi/lrs"
)

// behaviour is one thing a store must do, shown on an empty store.
type behaviour struct {
	name string
	show func(t *testing.T, d Database, s *sqlstore.Store)
}

// each shows every behaviour on every database.
func each(t *testing.T, all []behaviour) {
	for _, b := range all {
		t.Run(b.name, func(t *testing.T) {
			Each(t, func(t *testing.T, d Database) { b.show(t, d, d.Open(t)) })
		})
	}
}

// Statements is the behaviour of lrs.Statements.
func Statements(t *testing.T) {
	each(t, slices.Concat([]behaviour{
		{"what was added is read again whole", readAgain},
		{"a missing timestamp is the stored time", missingTimestamp},
		{"the same statement again changes nothing", sameAgain},
		{"XAPI-00188 a different statement with the same id is refused, with its whole batch", conflictLeavesNothing},
		{"stored times grow although the clock goes back", clockGoesBack},
		{"nothing is found in an empty store", emptyStore},
		{"a closed store is unavailable and stores nothing", closedStore},
		{"a caller that has gone stores nothing", canceledCaller},
		{"identifiers of any length and with any character are found", oddIdentifiers},
		{"definitions are merged, later over earlier", definitionsMerged},
	}, queryBehaviours, voidBehaviours, referenceBehaviours, crowdBehaviours))
}

// add stores statements, and fails the test when that is refused.
func add(t testing.TB, s *sqlstore.Store, builds ...Build) {
	t.Helper()
	for _, b := range builds {
		by := Key
		if b.By != "" {
			by = lrs.Credential{ID: b.By, Name: b.By, Scopes: []lrs.Scope{lrs.ScopeWrite}}
		}
		if err := s.Add(context.Background(), by, Prepare(t, b)); err != nil {
			t.Fatalf("add %+v: %v", b, err)
		}
	}
}

// one reads a statement that must be there.
func one(t testing.TB, s *sqlstore.Store, id string) lrs.Stored {
	t.Helper()
	st, err := s.Statement(context.Background(), id, false)
	if err != nil {
		t.Fatalf("statement %s: %v", id, err)
	}
	return st
}

// found walks a query to its end, page by page, and answers the ids.
func found(t testing.TB, s *sqlstore.Store, q lrs.Query) []string {
	t.Helper()
	ids := []string{}
	if q.Limit == 0 {
		q.Limit = 2
	}
	for {
		page, err := s.Query(context.Background(), q)
		if err != nil {
			t.Fatalf("query %+v: %v", q, err)
		}
		for _, st := range page.Statements {
			ids = append(ids, st.ID)
		}
		if page.Next == 0 {
			return ids
		}
		q.After, q.UpTo = page.Next, page.UpTo
	}
}

// want compares what a query finds with the numbers of ids, newest first.
func want(t testing.TB, s *sqlstore.Store, q lrs.Query, numbers ...int) {
	t.Helper()
	ids := []string{}
	for _, n := range numbers {
		ids = append(ids, ID(n))
	}
	if diff := cmp.Diff(ids, found(t, s, q)); diff != "" {
		t.Errorf("query %+v (-want +got):\n%s", q, diff)
	}
	slices.Reverse(ids)
	q.Ascending = true
	if diff := cmp.Diff(ids, found(t, s, q)); diff != "" {
		t.Errorf("query %+v (-want +got):\n%s", q, diff)
	}
}

func readAgain(t *testing.T, d Database, s *sqlstore.Store) {
	batch := Prepare(t, Build{ID: ID(1), Timestamp: "2026-01-02T03:04:05.678Z", Result: `{"score":{"scaled":0.70},"success":true}`}, Build{ID: ID(2)})
	if err := s.Add(context.Background(), Key, batch); err != nil {
		t.Fatal(err)
	}
	for i, p := range batch {
		st := one(t, s, p.ID)
		if diff := cmp.Diff(string(p.JSON(d.Clock.Now())), string(st.JSON)); diff != "" {
			t.Errorf("JSON (-want +got):\n%s", diff)
		}
		if st.Pos != int64(i+1) || st.ID != p.ID || !st.Stored.Equal(d.Clock.Now()) {
			t.Errorf("got position %d, id %s, stored %s", st.Pos, st.ID, st.Stored)
		}
	}
	through, err := s.Through(context.Background())
	if err != nil || !through.Stored.Equal(d.Clock.Now()) || through.Pos != int64(len(batch)) {
		t.Errorf("through %+v, %v", through, err)
	}
}

func missingTimestamp(t *testing.T, d Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1)})
	entries, err := s.Entries(context.Background(), 0, 10)
	if err != nil || len(entries) != 1 || !entries[0].Record.Time.Equal(d.Clock.Now()) {
		t.Fatalf("got %+v, %v", entries, err)
	}
}

func sameAgain(t *testing.T, d Database, s *sqlstore.Store) {
	b := Build{ID: ID(1), Agent: "bea"}
	add(t, s, b)
	before := one(t, s, b.ID)
	d.Clock.Move(time.Minute)
	add(t, s, b, Build{ID: ID(2)})
	b.By = "another"
	add(t, s, b)
	if diff := cmp.Diff(before, one(t, s, b.ID)); diff != "" {
		t.Errorf("it changed:\n%s", diff)
	}
	want(t, s, lrs.Query{}, 2, 1)
}

func conflictLeavesNothing(t *testing.T, d Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1), Agent: "bea"})
	raw := d.Raw(t)
	before := counts(t, raw)
	batch := Prepare(t, Build{ID: ID(2), Agent: "new", Activity: "new", Name: "New"}, Build{ID: ID(1), Agent: "cid"}, Build{ID: ID(3)})
	err := s.Add(context.Background(), Key, batch)
	var conflict *lrs.ConflictError
	if !errors.As(err, &conflict) || conflict.ID != ID(1) {
		t.Fatalf("got %v, want a conflict about %s", err, ID(1))
	}
	if diff := cmp.Diff(before, counts(t, raw)); diff != "" {
		t.Errorf("rows were left:\n%s", diff)
	}
	add(t, s, Build{ID: ID(2), Agent: "other"})
	want(t, s, lrs.Query{}, 2, 1)
}

// counts is how many rows each table of the log has, and its head.
func counts(t testing.TB, raw interface {
	Get(any, string, ...any) error
}) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for _, table := range []string{"statement", "statement_link", "term", "activity", "event", "credential_authority"} {
		var n int64
		if err := raw.Get(&n, `SELECT COUNT(*) FROM `+table); err != nil {
			t.Fatal(err)
		}
		out[table] = n
	}
	var head int64
	if err := raw.Get(&head, `SELECT pos FROM log_head`); err != nil {
		t.Fatal(err)
	}
	out["head"] = head
	return out
}

func clockGoesBack(t *testing.T, d Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1)})
	first := one(t, s, ID(1)).Stored
	d.Clock.Move(-time.Hour)
	add(t, s, Build{ID: ID(2)})
	if got := one(t, s, ID(2)).Stored; !got.Equal(first.Add(time.Microsecond)) {
		t.Errorf("stored %s after %s", got, first)
	}
	want(t, s, lrs.Query{Since: first}, 2)
	want(t, s, lrs.Query{Until: first}, 1)
}

func emptyStore(t *testing.T, _ Database, s *sqlstore.Store) {
	if _, err := s.Statement(context.Background(), ID(1), false); !errors.Is(err, lrs.ErrNotFound) {
		t.Errorf("statement: %v", err)
	}
	want(t, s, lrs.Query{})
	want(t, s, lrs.Query{Agent: AgentKey("nobody"), Since: time.Now()})
	if err := s.Add(context.Background(), Key, nil); err != nil {
		t.Errorf("add nothing: %v", err)
	}
	if pos, err := s.Head(context.Background()); pos != 0 || err != nil {
		t.Errorf("head %d, %v", pos, err)
	}
}

func closedStore(t *testing.T, d Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1)})
	s.Close()
	ctx := context.Background()
	_, statement := s.Statement(ctx, ID(1), false)
	_, query := s.Query(ctx, lrs.Query{Limit: 1})
	_, through := s.Through(ctx)
	_, check := s.Check(ctx, "a", "b")
	for name, err := range map[string]error{"add": s.Add(ctx, Key, Prepare(t, Build{ID: ID(2)})), "statement": statement, "query": query,
		"through": through, "check": check} {
		if !errors.Is(err, sqlstore.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	again := d.Open(t)
	want(t, again, lrs.Query{}, 1)
}

func canceledCaller(t *testing.T, _ Database, s *sqlstore.Store) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for i := range 20 {
		err := s.Add(ctx, Key, Prepare(t, Build{ID: ID(i)}))
		_, read := s.Statement(context.Background(), ID(i), false)
		if err == nil != (read == nil) || err != nil && !errors.Is(err, context.Canceled) {
			t.Fatalf("told %v, but reading it answers %v", err, read)
		}
	}
}

func oddIdentifiers(t *testing.T, _ Database, s *sqlstore.Store) {
	long := ""
	for range 700 {
		long += "längere/"
	}
	activities := []string{"short", long + "a", long + "b", "nul\\u0000", "nul\\u0000a", "one\\u0001a", "one\\u0001b", "' OR 1=1 --", "%_?$1"}
	for i, a := range activities {
		raw := `{"id":"` + ID(i+1) + `","actor":{"account":{"homePage":"http://example.org/","name":"` + a + `"}},"verb":{"id":"http://example.org/did"},"object":{"id":"http://example.org/thing"}}`
		if err := s.Add(context.Background(), Key, PrepareJSON(t, raw, "key")); err != nil {
			t.Fatalf("%.30s: %v", a, err)
		}
	}
	entries, err := s.Entries(context.Background(), 0, 100)
	if err != nil || len(entries) != len(activities) {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	for i, e := range entries {
		p, err := s.Query(context.Background(), lrs.Query{Agent: e.Record.Agent, Limit: 10})
		if err != nil || len(p.Statements) != 1 || p.Statements[0].ID != ID(i+1) {
			t.Errorf("agent %q: %d statements, %v", e.Record.Agent, len(p.Statements), err)
		}
	}
}

func definitionsMerged(t *testing.T, d Database, s *sqlstore.Store) {
	raw := d.Raw(t)
	for _, step := range []struct{ sent, kept, name string }{
		{`{"name":{"de":"Eins"},"type":"http://e/t"}`, `{"name":{"de":"Eins"},"type":"http://e/t"}`, "Eins"},
		{`{"name":{"en-GB":"One"}}`, `{"name":{"de":"Eins","en-GB":"One"},"type":"http://e/t"}`, "One"},
		{`{"name":{"de":"Zwei"},"moreInfo":"http://e/m"}`, `{"moreInfo":"http://e/m","name":{"de":"Zwei","en-GB":"One"},"type":"http://e/t"}`, "One"},
		{`{"name":{"de":"Eins"},"type":"http://e/t"}`, `{"moreInfo":"http://e/m","name":{"de":"Eins","en-GB":"One"},"type":"http://e/t"}`, "One"},
		{`{"name":{"de":"Eins"},"type":"http://e/t"}`, `{"moreInfo":"http://e/m","name":{"de":"Eins","en-GB":"One"},"type":"http://e/t"}`, "One"},
		{`{"extensions":{"http://e/x":1.50}}`, `{"extensions":{"http://e/x":1.50},"moreInfo":"http://e/m","name":{"de":"Eins","en-GB":"One"},"type":"http://e/t"}`, "One"},
	} {
		sent := `{"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://example.org/did"},"object":{"id":"http://example.org/thing","definition":` + step.sent + `}}`
		if err := s.Add(context.Background(), Key, PrepareJSON(t, sent, "key")); err != nil {
			t.Fatal(err)
		}
		var got struct{ Definition, Name string }
		if err := raw.Get(&got, `SELECT definition, name FROM activity`); err != nil {
			t.Fatal(err)
		}
		if got.Definition != step.kept || got.Name != step.name {
			t.Errorf("after %s:\n got %s, name %s\nwant %s, name %s", step.sent, got.Definition, got.Name, step.kept, step.name)
		}
	}
}
