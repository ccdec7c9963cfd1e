package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"cairn/internal/sqlstore"
	"cairn/xapi/lrs"
)

var voidBehaviours = []behaviour{
	{"a voided statement is found only as voided, its voider stays", voided},
	{"pages pass over many voided statements in a row", manyVoided},
	{"a voider that came first voids its target when it comes", voiderFirst},
	{"voiding and target in one batch, both orders", voidInBatch},
	{"voiding a voider has no effect", voidVoider},
	{"another credential may not void, one with scope all may", voidByAnother},
	{"a waiting void of another credential has no effect", waitingVoidByAnother},
	{"a refused void undoes its whole batch", refusedVoidUndoes},
}

var referenceBehaviours = []behaviour{
	{"filters match what a reference points to, target first", referenceAfter},
	{"filters match what a reference points to, reference first", referenceBefore},
	{"references in one batch and in a ring", referenceRing},
	{"several filters must match the same statement, itself or one it refers to", referenceSeveral},
	{"long chains of references are bounded, oldest first", chainForward},
	{"long chains of references are bounded, newest first", chainBackward},
	{"long chains of references are bounded, in pieces", chainInPieces},
	{"references that multiply are refused whole", referencesMultiply},
	{"references are no records of the activity or the agent", referenceNoRecord},
}

// gone asserts that the statement is voided.
func gone(t testing.TB, s *sqlstore.Store, id string) {
	t.Helper()
	if _, err := s.Statement(context.Background(), id, false); !errors.Is(err, lrs.ErrNotFound) {
		t.Errorf("statement %s: %v, want not found", id, err)
	}
	if _, err := s.Statement(context.Background(), id, true); err != nil {
		t.Errorf("voided statement %s: %v", id, err)
	}
}

// there asserts that the statement is not voided.
func there(t testing.TB, s *sqlstore.Store, id string) {
	t.Helper()
	one(t, s, id)
	if _, err := s.Statement(context.Background(), id, true); !errors.Is(err, lrs.ErrNotFound) {
		t.Errorf("voided statement %s: %v, want not found", id, err)
	}
}

// voidMarks asserts the marks of the log: which position voided, and which statement says that it voided.
func voidMarks(t testing.TB, s *sqlstore.Store, id string, voidedPos int64, voids string) {
	t.Helper()
	entries, err := s.Entries(context.Background(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Record.StatementID == id && (e.VoidedPos != voidedPos || e.Voids != voids) {
			t.Errorf("statement %s: voided at %d and voids %q, want %d and %q", id, e.VoidedPos, e.Voids, voidedPos, voids)
		}
	}
}

func voided(t *testing.T, _ Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1), Agent: "bea"}, Build{ID: ID(2), Voids: ID(1)}, Build{ID: ID(3), Voids: ID(1)})
	gone(t, s, ID(1))
	there(t, s, ID(2))
	want(t, s, lrs.Query{}, 3, 2)
	want(t, s, lrs.Query{Agent: AgentKey("bea")}, 3, 2)
	voidMarks(t, s, ID(1), 2, "")
	voidMarks(t, s, ID(2), 0, ID(1))
	voidMarks(t, s, ID(3), 0, "")
}

func manyVoided(t *testing.T, _ Database, s *sqlstore.Store) {
	var all, voids []Build
	left, voiders := []int{}, []int{}
	for i := range 40 {
		all = append(all, Build{ID: ID(i), Agent: "bea", Parent: "course"})
		if i%17 == 3 {
			left = append(left, i)
			continue
		}
		voids, voiders = append(voids, Build{ID: ID(100 + i), Voids: ID(i)}), append(voiders, 100+i)
	}
	add(t, s, append(all, voids...)...)
	newest := append(left, voiders...)
	slices.Reverse(newest)
	want(t, s, lrs.Query{}, newest...)
	want(t, s, lrs.Query{Agent: AgentKey("bea"), Limit: 1}, newest...)
	want(t, s, lrs.Query{Activity: IRI("course"), RelatedActivities: true, Agent: AgentKey("bea"), Limit: 3}, newest...)
}

func voiderFirst(t *testing.T, _ Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(2), Voids: ID(1)}, Build{ID: ID(1), Agent: "bea"})
	gone(t, s, ID(1))
	want(t, s, lrs.Query{}, 2)
	voidMarks(t, s, ID(1), 1, "")
	voidMarks(t, s, ID(2), 0, "")
}

func voidInBatch(t *testing.T, _ Database, s *sqlstore.Store) {
	if err := s.Add(context.Background(), Key, Prepare(t, Build{ID: ID(1)}, Build{ID: ID(2), Voids: ID(1)}, Build{ID: ID(4), Voids: ID(3)}, Build{ID: ID(3)})); err != nil {
		t.Fatal(err)
	}
	gone(t, s, ID(1))
	gone(t, s, ID(3))
	want(t, s, lrs.Query{}, 4, 2)
}

func voidVoider(t *testing.T, _ Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1)}, Build{ID: ID(2), Voids: ID(1)}, Build{ID: ID(3), Voids: ID(2)})
	gone(t, s, ID(1))
	there(t, s, ID(2))
	add(t, s, Build{ID: ID(5), Voids: ID(4)}, Build{ID: ID(4), Voids: ID(1)}, Build{ID: ID(6), Voids: ID(6)})
	there(t, s, ID(4))
	there(t, s, ID(6))
}

func voidByAnother(t *testing.T, _ Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1), By: "k1"})
	err := s.Add(context.Background(), lrs.Credential{ID: "k2", Scopes: []lrs.Scope{lrs.ScopeWrite}}, Prepare(t, Build{ID: ID(2), Voids: ID(1)}))
	if !errors.Is(err, lrs.ErrVoidForbidden) {
		t.Fatalf("got %v, want ErrVoidForbidden", err)
	}
	there(t, s, ID(1))
	if err := s.Add(context.Background(), lrs.Credential{ID: "k3", Scopes: []lrs.Scope{lrs.ScopeAll}}, Prepare(t, Build{ID: ID(3), Voids: ID(1)})); err != nil {
		t.Fatal(err)
	}
	gone(t, s, ID(1))
}

func waitingVoidByAnother(t *testing.T, _ Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(2), Voids: ID(1), By: "k2"}, Build{ID: ID(1), By: "k1"})
	there(t, s, ID(1))
	if err := s.Add(context.Background(), lrs.Credential{ID: "k3", Scopes: []lrs.Scope{lrs.ScopeAll}}, Prepare(t, Build{ID: ID(4), Voids: ID(3)})); err != nil {
		t.Fatal(err)
	}
	add(t, s, Build{ID: ID(3), By: "k1"})
	gone(t, s, ID(3))
}

func refusedVoidUndoes(t *testing.T, d Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1), By: "k1"}, Build{ID: ID(2), By: "k2"})
	before := counts(t, d.Raw(t))
	by := lrs.Credential{ID: "k2", Scopes: []lrs.Scope{lrs.ScopeWrite}}
	err := s.Add(context.Background(), by, Prepare(t, Build{ID: ID(3), Voids: ID(2)}, Build{ID: ID(4), Voids: ID(1)}))
	if !errors.Is(err, lrs.ErrVoidForbidden) {
		t.Fatalf("got %v, want ErrVoidForbidden", err)
	}
	there(t, s, ID(2))
	if after := counts(t, d.Raw(t)); after["statement"] != before["statement"] || after["head"] != before["head"] {
		t.Errorf("rows were left: %v, before %v", after, before)
	}
}

func referenceAfter(t *testing.T, _ Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1), Agent: "bea", Activity: "quiz", Parent: "course"}, Build{ID: ID(2), Agent: "ann", Ref: ID(1)}, Build{ID: ID(3), Agent: "cid", Ref: ID(2)})
	references(t, s, 3, 2, 1)
}

func referenceBefore(t *testing.T, _ Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(3), Agent: "cid", Ref: ID(2)}, Build{ID: ID(2), Agent: "ann", Ref: ID(1)}, Build{ID: ID(1), Agent: "bea", Activity: "quiz", Parent: "course"})
	references(t, s, 1, 2, 3)
}

// references asserts what filters find when 3 refers to 2, and 2 to 1.
func references(t *testing.T, s *sqlstore.Store, order ...int) {
	t.Helper()
	want(t, s, lrs.Query{Agent: AgentKey("bea")}, order...)
	want(t, s, lrs.Query{Activity: IRI("quiz")}, order...)
	want(t, s, lrs.Query{Activity: IRI("course")})
	want(t, s, lrs.Query{Activity: IRI("course"), RelatedActivities: true}, order...)
	want(t, s, lrs.Query{Agent: AgentKey("cid")}, 3)
	if order[0] == 3 {
		want(t, s, lrs.Query{Agent: AgentKey("ann")}, 3, 2)
	} else {
		want(t, s, lrs.Query{Agent: AgentKey("ann")}, 2, 3)
	}
}

func referenceRing(t *testing.T, _ Database, s *sqlstore.Store) {
	if err := s.Add(context.Background(), Key, Prepare(t, Build{ID: ID(1), Agent: "ann", Ref: ID(2)}, Build{ID: ID(2), Agent: "bea", Ref: ID(3)},
		Build{ID: ID(3), Agent: "cid", Ref: ID(1)}, Build{ID: ID(4), Agent: "dan", Ref: ID(4)})); err != nil {
		t.Fatal(err)
	}
	for _, agent := range []string{"ann", "bea", "cid"} {
		want(t, s, lrs.Query{Agent: AgentKey(agent)}, 3, 2, 1)
	}
	want(t, s, lrs.Query{Agent: AgentKey("dan")}, 4)
}

func referenceNoRecord(t *testing.T, _ Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1), Agent: "bea", Activity: "quiz"}, Build{ID: ID(2), Agent: "ann", Ref: ID(1)})
	wantRecords(t, s, "quiz", "bea", 1)
}

func referenceSeveral(t *testing.T, _ Database, s *sqlstore.Store) {
	next := 10
	for range 5 {
		target := next
		add(t, s, Build{ID: ID(target), Agent: "bea", Verb: "passed"}, Build{ID: ID(target + 1), Agent: "ann", Verb: "liked", Ref: ID(target)},
			Build{ID: ID(target + 2), Agent: "cid", Verb: "liked", Ref: ID(target + 1)})
		next += 10
	}
	want(t, s, lrs.Query{Agent: AgentKey("bea"), Verb: IRI("liked")})
	want(t, s, lrs.Query{Agent: AgentKey("bea"), Verb: IRI("passed")}, 52, 51, 50, 42, 41, 40, 32, 31, 30, 22, 21, 20, 12, 11, 10)
	want(t, s, lrs.Query{Agent: AgentKey("ann"), Verb: IRI("liked")}, 52, 51, 42, 41, 32, 31, 22, 21, 12, 11)
	want(t, s, lrs.Query{Agent: AgentKey("ann"), Verb: IRI("passed")})
	want(t, s, lrs.Query{Agent: AgentKey("cid"), Verb: IRI("liked"), Mine: Key.ID}, 52, 42, 32, 22, 12)
}
