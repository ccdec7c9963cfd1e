package moodlecsv_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
	"cairn/mapping/moodlecsv"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func indented(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v, jsontext.WithIndent("  "))
	if err != nil {
		t.Fatal(err)
	}
	return string(b) + "\n"
}

func write(t testing.TB, f mapping.Framework) ([]byte, mapping.Fidelity) {
	t.Helper()
	var out bytes.Buffer
	report, err := moodlecsv.Write(&out, f)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), report
}

func TestMoodlesSampleIsReadWithAReport(t *testing.T) {
	data, err := os.ReadFile("testdata/competency-import-sample.csv")
	if err != nil {
		t.Fatal(err)
	}
	f, report, err := moodlecsv.Read(mapping.Meta{}, "sample.csv", data)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/competency-import-sample.golden.json", indented(t, struct {
		Framework mapping.Framework `json:"framework"`
		Report    mapping.Fidelity  `json:"report"`
	}{f, report}))
}

func TestBuiltinIsWrittenAsTheGoldenFile(t *testing.T) {
	data, report := write(t, mapping.Builtin())
	golden(t, "testdata/builtin.golden.csv", string(data))
	golden(t, "testdata/builtin.report.golden.json", indented(t, report))
}

// What tool_lpimportcsv asks of a file, or does to it: names and ID numbers of 100 characters, parents before children's use, the
// text null for a rule without settings, ID numbers that PHP does not take for equal numbers.
func TestMoodlesRulesHold(t *testing.T) {
	f := mapping.Builtin()
	f.Items[0].Title = strings.Repeat("long word ", 30) + "end"
	data, _ := write(t, f)
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, c := range rows[0] {
		column[c] = i
	}
	heads, seen, rules := 0, map[string]bool{}, 0
	for _, row := range rows[1:] {
		cell := func(c string) string { return row[column[c]] }
		id, parent := cell("ID number"), cell("Parent ID number")
		if cell("Is framework") == "1" {
			heads++
		} else if parent != "" && !seen[parent] {
			t.Errorf("%s hangs on %q, which is not above it", id, parent)
		}
		if seen[id] || !strings.HasPrefix(id, "hee-ai-dht") || utf8.RuneCountInString(id) > 100 || utf8.RuneCountInString(cell("Short name")) > 100 {
			t.Errorf("%q, %q: a name that Moodle changes or mixes up", id, cell("Short name"))
		}
		if rule := cell("Rule type (optional)"); rule != "" {
			rules++
			if rule != `core_competency\competency_rule_all` || cell("Rule config (optional)") != "null" || cell("Rule outcome (optional)") != "1" {
				t.Errorf("%s: rule %q, setting %q", id, rule, cell("Rule config (optional)"))
			}
		}
		seen[id] = true
	}
	if heads != 1 || rules != 24 {
		t.Errorf("%d frameworks, %d rules", heads, rules)
	}
}

// Codes, titles, notes, tree, order and cross-references come back; since the built-in identifiers follow from its codes, they do too.
func TestWhatMoodleKeepsComesBack(t *testing.T) {
	f := mapping.Builtin()
	f.Items[0].Title, f.Items[0].Notes = strings.Repeat("long word ", 30)+"end", "first\nsecond <b> & third"
	f.Relations = mapping.SortRelations([]mapping.Relation{
		{From: f.Items[1].ID, Type: mapping.RelationRelatedTo, To: f.Items[3].ID}, {From: f.Items[1].ID, Type: mapping.RelationPrecedes, To: f.Items[3].ID},
	})
	data, _ := write(t, f)
	got, _, err := moodlecsv.Read(mapping.Meta{}, "x.csv", data)
	if err != nil {
		t.Fatal(err)
	}
	type kept struct{ ID, Code, Parent, Title, Notes string }
	keep := func(f mapping.Framework) (out []kept) {
		for _, n := range f.Items {
			out = append(out, kept{n.ID, n.Code, n.Parent, n.Title, n.Notes})
		}
		return out
	}
	if diff := cmp.Diff(keep(f), keep(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if len(got.Relations) != 1 || got.Relations[0].Type != mapping.RelationRelatedTo || got.ID != f.ID || got.Title != f.Title {
		t.Errorf("%s %q %v", got.ID, got.Title, got.Relations)
	}
}

func TestTablesThatMoodleWouldHalfImportAreRefused(t *testing.T) {
	const head = "Parent ID number,ID number,Short name,Is framework\n"
	for name, tc := range map[string]struct{ body, where string }{
		"no framework":      {",a,A,\n", "file"},
		"two frameworks":    {",f,F,1\n,g,G,1\n,a,A,\n", `row 3, column "Is framework"`},
		"an unknown parent": {",f,F,1\nx,a,A,\n", `row 3, column "Parent ID number"`},
		"no short name":     {",f,F,1\n,a,,\n", `row 3, column "Short name"`},
		"no ID number":      {",f,F,1\n,,A,\n", `row 3, column "ID number"`},
		"a number twice":    {",f,F,1\n,a,A,\n,a,B,\n", `row 4, column "ID number"`},
	} {
		_, _, err := moodlecsv.Read(mapping.Meta{}, "x.csv", []byte(head+tc.body))
		var refused *mapping.ImportError
		if !errors.As(err, &refused) || refused.Problems[0].Where != tc.where {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Any table that is taken can be published, and written again for Moodle.
func FuzzRead(f *testing.F) {
	data, err := os.ReadFile("testdata/competency-import-sample.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("Parent ID number,ID number,Short name,Is framework,Description\n,f,F,1,\n,f:a,Aaa…,,<p>Aaaaa &amp; b</p><script>x</script>\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _, err := moodlecsv.Read(mapping.Meta{}, "fuzz.csv", data)
		var refused *mapping.ImportError
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatalf("refused without saying where: %v", err)
			}
			return
		}
		if err := mapping.Validate(got); err != nil {
			t.Fatalf("read and not valid: %v", err)
		}
		write(t, got)
	})
}
