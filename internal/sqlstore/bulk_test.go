package sqlstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/xapi"
	"cairn/xapi/lrs"
)

// outgoingIDs walks what leaves the log in pages, and answers the last digits of the ids.
func outgoingIDs(t *testing.T, s *sqlstore.Store, sel pipeline.Selection, limit int) string {
	t.Helper()
	ctx := context.Background()
	head, err := s.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for after := int64(0); after < head; {
		page, through, err := s.Outgoing(ctx, sel, after, head, limit)
		if err != nil {
			t.Fatal(err)
		}
		if through <= after {
			t.Fatalf("after %d the walk came to %d", after, through)
		}
		for _, o := range page {
			if o.Pos <= after || o.Pos > through || !strings.Contains(string(o.JSON), o.ID) || o.Stored.IsZero() {
				t.Errorf("between %d and %d there is %+v", after, through, o)
			}
			out.WriteString(o.ID[len(o.ID)-1:])
		}
		after = through
	}
	return out.String()
}

func TestWhatLeavesTheLogIsWhatTheSelectionTakes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		ctx := context.Background()
		add := func(by string, builds ...storetest.Build) time.Time {
			t.Helper()
			d.Clock.Move(time.Minute)
			if err := s.Add(ctx, lrs.Credential{ID: by}, storetest.Prepare(t, builds...)); err != nil {
				t.Fatal(err)
			}
			return d.Clock.Now()
		}
		first := add("a", storetest.Build{ID: storetest.ID(1), Verb: "v"}, storetest.Build{ID: storetest.ID(2), Activity: "course?id=3", Agent: "bob"})
		second := add("b", storetest.Build{ID: storetest.ID(3), Activity: "course?id=30"}, storetest.Build{ID: storetest.ID(4), Activity: "course?id=3&page=2", Verb: "v"})
		add("a", storetest.Build{ID: storetest.ID(5), Voids: storetest.ID(2)}, storetest.Build{ID: storetest.ID(6), Voids: storetest.ID(7)})
		add("a", storetest.Build{ID: storetest.ID(7), Verb: "v"})
		for name, c := range map[string]struct {
			sel  pipeline.Selection
			want string
		}{
			"all, voided ones too":                       {pipeline.Selection{}, "1234567"},
			"verb, without what was voided on arrival":   {pipeline.Selection{Verb: storetest.IRI("v")}, "146"},
			"activity up to a boundary, with what voids": {pipeline.Selection{Activity: storetest.IRI("course?id=3")}, "245"},
			"agent, with what voids":                     {pipeline.Selection{Agent: storetest.AgentKey("bob")}, "25"},
			"since is exclusive":                         {pipeline.Selection{Since: first}, "34567"},
			"until is inclusive":                         {pipeline.Selection{Until: second}, "1234"},
			"not what one credential stored":             {pipeline.Selection{NotBy: "a"}, "34"},
			"own":                                        {pipeline.Selection{Own: true}, ""},
			"a verb that no statement has":               {pipeline.Selection{Verb: storetest.IRI("none")}, ""},
			"a verb and an activity":                     {pipeline.Selection{Verb: storetest.IRI("v"), Activity: storetest.IRI("course?id=3")}, "4"},
			"an agent that no statement has":             {pipeline.Selection{Agent: storetest.AgentKey("nobody")}, ""},
			"a verb, since, and not what one has stored": {pipeline.Selection{Verb: storetest.IRI("v"), Since: first, NotBy: "a"}, "4"},
		} {
			for _, limit := range []int{1, 2, 100} {
				if got := outgoingIDs(t, s, c.sel, limit); got != c.want {
					t.Errorf("%s, %d at a time: %q, want %q", name, limit, got, c.want)
				}
			}
		}
	})
}

func TestEachStatementIsStoredOrRefusedByItself(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		ctx := context.Background()
		if err := s.Add(ctx, storetest.Key, storetest.Prepare(t, storetest.Build{ID: storetest.ID(1)}, storetest.Build{ID: storetest.ID(2)})); err != nil {
			t.Fatal(err)
		}
		var batch []xapi.Prepared
		for _, b := range []storetest.Build{{ID: storetest.ID(1)}, {ID: storetest.ID(2), Verb: "other"}, {ID: storetest.ID(3)}, {ID: storetest.ID(3)},
			{ID: storetest.ID(4), Voids: storetest.ID(1)}, {ID: storetest.ID(5), Voids: storetest.ID(3)}} {
			batch = append(batch, storetest.Prepare(t, b)...)
		}
		added, err := s.AddEach(ctx, lrs.Credential{ID: "importer"}, batch)
		if err != nil {
			t.Fatal(err)
		}
		var conflict *lrs.ConflictError
		if !errors.As(added[1].Err, &conflict) || !errors.Is(added[4].Err, lrs.ErrVoidForbidden) {
			t.Errorf("refused were %v and %v", added[1].Err, added[4].Err)
		}
		added[1].Err, added[4].Err = nil, nil
		if diff := cmp.Diff([]pipeline.Added{{Known: true}, {}, {}, {Known: true}, {}, {}}, added); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := outgoingIDs(t, s, pipeline.Selection{}, 100); got != "1235" {
			t.Errorf("the log holds %q", got)
		}
		if _, err := s.Statement(ctx, storetest.ID(3), true); err != nil {
			t.Errorf("what was voided by the same credential: %v", err)
		}
	})
}
