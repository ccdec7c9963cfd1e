package sqlstore_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
)

// TestArraysArriveAsTheyWere sends columns to PostgreSQL and has it say what it got.
func TestArraysArriveAsTheyWere(t *testing.T) {
	s, ctx := storetest.Postgres(t).Open(t), context.Background()
	long := strings.Repeat("long ", 20_000)
	for name, sent := range map[string]struct {
		kind   string
		values any
		want   string
	}{
		"no texts":  {"text", []string{}, `[]`},
		"null":      {"text", []string(nil), ``},
		"texts":     {"text", []string{"", "a,\"{b}", "NULL", "ü€😀"}, `["","a,\"{b}","NULL","ü€😀"]`},
		"documents": {"text", [][]byte{{}, []byte(`{"a":1}`), []byte(long)}, `["","{\"a\":1}","` + long + `"]`},
		"no ints":   {"bigint", []int64{}, `[]`},
		"ints":      {"bigint", []int64{math.MinInt64, -1, 0, 1, math.MaxInt64}, `[-9223372036854775808,-1,0,1,9223372036854775807]`},
		"optional":  {"text", []*string{nil, new("a")}, `[null,"a"]`},
	} {
		t.Run(name, func(t *testing.T) {
			err := s.Write(ctx, func(tx *sqlstore.Tx) error {
				var got string
				if err := tx.Get(ctx, &got, `SELECT COALESCE(CAST(array_to_json(CAST(? AS `+sent.kind+`[])) AS text), '')`, sent.values); err != nil {
					return err
				}
				return shows(got, sent.want)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
