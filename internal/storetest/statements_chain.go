package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cairn/internal/sqlstore"
	"cairn/xapi/lrs"
)

// chainLength is how many statements refer to the one before in a chain; chainDepth is how far filters follow.
const (
	chainLength = 2000
	chainDepth  = 16
)

// chain makes statements that each refer to the one before, each by somebody else.
func chain(n int) []Build {
	out := make([]Build, n)
	for i := range out {
		out[i] = Build{ID: ID(i + 1), Agent: fmt.Sprintf("p%d", i+1), Activity: "begin"}
		if i > 0 {
			out[i].Ref = ID(i)
		}
	}
	return out
}

// wantChain asserts that each statement is found by itself and by those that follow it up to the depth, whatever the order.
func wantChain(t testing.TB, d Database, s *sqlstore.Store, n int) {
	t.Helper()
	for _, at := range []int{1, 2, 7, n/2 - 3, n / 2, n/2 + 1, n - 20, n - chainDepth, n - 3, n} {
		page, err := s.Query(context.Background(), lrs.Query{Agent: AgentKey(fmt.Sprintf("p%d", at)), Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, one := range page.Statements {
			got[one.ID] = true
		}
		for i := at; i <= min(n, at+chainDepth); i++ {
			if !got[ID(i)] {
				t.Errorf("filters for %d do not find %d", at, i)
			}
		}
		if len(got) != min(n, at+chainDepth)-at+1 {
			t.Errorf("filters for %d find %d statements", at, len(got))
		}
	}
	if links := counts(t, d.Raw(t))["statement_link"]; links > int64(n*(chainDepth+1)*5) {
		t.Errorf("%d rows for a chain of %d", links, n)
	}
}

func addChain(t testing.TB, s *sqlstore.Store, batches ...[]Build) {
	t.Helper()
	for _, b := range batches {
		var before, after runtime.MemStats
		prepared := Prepare(t, b...)
		runtime.ReadMemStats(&before)
		if err := s.Add(context.Background(), Key, prepared); err != nil {
			t.Fatal(err)
		}
		if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 400<<20 {
			t.Errorf("%d statements took %d MB in all", len(b), (after.TotalAlloc-before.TotalAlloc)>>20)
		}
	}
}

func chainForward(t *testing.T, d Database, s *sqlstore.Store) {
	addChain(t, s, chain(chainLength))
	wantChain(t, d, s, chainLength)
}

func chainBackward(t *testing.T, d Database, s *sqlstore.Store) {
	all := chain(chainLength)
	slices.Reverse(all)
	addChain(t, s, all)
	wantChain(t, d, s, chainLength)
}

// The middle comes last: it joins what refers to it with what it refers to.
func chainInPieces(t *testing.T, d Database, s *sqlstore.Store) {
	all := chain(60)
	addChain(t, s, all[:28], all[31:], all[28:31])
	wantChain(t, d, s, 60)
	again := chain(60)
	addChain(t, s, again)
	wantChain(t, d, s, 60)
}

func referencesMultiply(t *testing.T, d Database, s *sqlstore.Store) {
	members := make([]string, 1000)
	for i := range members {
		members[i] = fmt.Sprintf(`{"mbox":"mailto:m%d@example.org"}`, i)
	}
	raw := []string{fmt.Sprintf(`{"id":%q,"actor":{"objectType":"Group","member":[%s]},"verb":{"id":"http://example.org/did"},"object":{"id":"http://example.org/a"}}`,
		ID(1), strings.Join(members, ","))}
	for i := range 400 {
		raw = append(raw, Build{ID: ID(i + 2), Ref: ID(1)}.JSON())
	}
	err := s.Add(context.Background(), Key, PrepareJSON(t, "["+strings.Join(raw, ",")+"]", Key.ID))
	if !errors.Is(err, lrs.ErrReferences) {
		t.Fatalf("got %v", err)
	}
	if n := counts(t, d.Raw(t))["statement"]; n != 0 {
		t.Errorf("%d statements are left", n)
	}
	if err := s.Add(context.Background(), Key, PrepareJSON(t, "["+strings.Join(raw[:100], ",")+"]", Key.ID)); err != nil {
		t.Errorf("fewer: %v", err)
	}
}
