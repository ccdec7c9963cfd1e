package sheet_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"cairn/mapping"
	"cairn/mapping/sheet"
)

// book makes a file of one sheet. A nil row is left out, as people leave rows empty.
func book(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if row != nil {
			if err := f.SetSheetRow("Sheet1", cell, &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRowsAreWhatASpreadsheetShows(t *testing.T) {
	data := book(t, []any{"code", "level"}, nil, []any{"A", 2}, []any{"1.10", ""}, []any{"", "only second"})
	if !sheet.Is(data) || sheet.Is([]byte("code,level\n")) {
		t.Error("Is is wrong")
	}
	got, err := sheet.Rows("x.xlsx", data)
	want := [][]string{{"code", "level"}, nil, {"A", "2"}, {"1.10"}, {"", "only second"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestTheFirstSheetCounts(t *testing.T) {
	f := excelize.NewFile()
	if _, err := f.NewSheet("Second"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.SetCellStr("Sheet1", "A1", "first"), f.SetCellStr("Second", "A1", "second")); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	got, err := sheet.Rows("x.xlsx", out.Bytes())
	if err != nil || len(got) != 1 || got[0][0] != "first" {
		t.Errorf("%v %v", got, err)
	}
}

func TestFilesThatAreNoSpreadsheetAreRefused(t *testing.T) {
	wide := make([]any, 300)
	for i := range wide {
		wide[i] = "x"
	}
	for name, data := range map[string][]byte{
		"a ZIP of nothing": []byte("PK\x03\x04"), "cut off": book(t, []any{"a"})[:400], "text": []byte("code,kind"), "too wide": book(t, wide),
	} {
		_, err := sheet.Rows("x.xlsx", data)
		var refused *mapping.ImportError
		if !errors.As(err, &refused) || refused.Problems[0].Where != "file" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRows(f *testing.F) {
	f.Add(book(f, []any{"code", "kind"}, []any{"A", 1.5}))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := sheet.Rows("fuzz.xlsx", data)
		var refused *mapping.ImportError
		if err != nil && !errors.As(err, &refused) {
			t.Fatalf("refused without saying where: %v", err)
		}
	})
}
