package sqlstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/mapping"
)

func TestReportsOfImportsAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		ctx, s := context.Background(), d.Open(t)
		var want []sqlstore.FrameworkImport
		for n := range 3 {
			one := sqlstore.FrameworkImport{ID: "f", Version: fmt.Sprint(n), File: "f.csv", Report: mapping.Fidelity{Format: "CSV",
				Kept: []mapping.FidelityLine{{What: "items", Count: n + 1}}, Mapped: []mapping.FidelityLine{}, Dropped: []mapping.FidelityLine{{What: "rubrics", Count: 2, Note: "no place"}}}}
			if err := s.NoteImport(ctx, one); err != nil {
				t.Fatal(err)
			}
			want = append([]sqlstore.FrameworkImport{one}, want...)
			d.Clock.Move(time.Second)
		}
		got, err := s.FrameworkImports(ctx, 2)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[:2], got, cmpopts.IgnoreFields(sqlstore.FrameworkImport{}, "At")); diff != "" || got[0].At.IsZero() {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}
