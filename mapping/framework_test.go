package mapping_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

func TestValidFrameworksAreReadAsTheGoldenOnes(t *testing.T) {
	for _, file := range files(t, "testdata/frameworks/valid/*.*") {
		if strings.HasSuffix(file, ".golden.json") {
			continue
		}
		f, err := mapping.ParseFramework(filepath.Base(file), read(t, file))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if err := mapping.Validate(f); err != nil {
			t.Errorf("%s was read and is not valid: %v", file, err)
		}
		got, err := json.Marshal(f, jsontext.WithIndent("  "))
		if err != nil {
			t.Fatal(err)
		}
		golden(t, strings.TrimSuffix(file, filepath.Ext(file))+".golden.json", string(got)+"\n")
	}
}

// Every refusal names its place: the golden file beside has one line for each problem.
func TestInvalidFrameworksAreRefusedWithRowAndColumn(t *testing.T) {
	for _, file := range files(t, "testdata/frameworks/invalid/*.*") {
		if strings.HasSuffix(file, ".golden.txt") {
			continue
		}
		f, err := mapping.ParseFramework(filepath.Base(file), read(t, file))
		var refused *mapping.ImportError
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v, want *ImportError", file, err)
			continue
		}
		if diff := cmp.Diff(mapping.Framework{}, f); diff != "" {
			t.Errorf("%s was half imported:\n%s", file, diff)
		}
		var lines strings.Builder
		for _, p := range refused.Problems {
			lines.WriteString(p.String() + "\n")
		}
		golden(t, file+".golden.txt", lines.String())
	}
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("no files at %s: %v", pattern, err)
	}
	return found
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, file)), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func TestBuiltinFrameworkIsWhole(t *testing.T) {
	f := mapping.Builtin()
	c := mapping.NewCatalog(f, "https://cairn.example/")
	counts := map[string]int{}
	for _, n := range f.Items {
		counts[string(n.Kind)+" "+string(n.Wording)]++
	}
	want := map[string]int{"section ": 24, "capability short_label": 15, "capability structure": 96}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if f.ID != "hee-ai-dht" || f.Statements != 195 || c.StatementsIncluded() != 15 || len(f.Levels) != 4 || len(f.Archetypes) != 5 || len(c.Domains()) != 6 {
		t.Errorf("%s: %d of %d statements, %d levels, %d archetypes, %d domains",
			f.ID, c.StatementsIncluded(), f.Statements, len(f.Levels), len(f.Archetypes), len(c.Domains()))
	}
	n, ok := c.ByCode("6.1-L2")
	if !ok || n.Title != "6.1 Machine learning and natural language processing, level 2" || n.Wording != mapping.WordingStructure || n.Level != 2 {
		t.Errorf("6.1-L2 is %+v", n)
	}
}

// Identifiers are in what others keep: they must never move.
func TestBuiltinIdentifiersNeverMove(t *testing.T) {
	c := mapping.NewCatalog(mapping.Builtin(), "https://cairn.example")
	want := map[string]string{
		"6":       "53bf6439-b98c-5937-aae4-bd51be734c16",
		"6.1-L2":  "cd18a9f4-5539-5ba8-9dc5-fdbb80f24eab",
		"2-LX-01": "734d3aa1-42d1-5ade-a99c-bb2b6aff2cc7",
	}
	got := map[string]string{}
	for code := range want {
		n, _ := c.ByCode(code)
		got[code] = n.ID
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got, want := c.IRI(), "https://cairn.example/framework/eea563c3-b2fc-5e2c-9f65-a77f3bf13a1a"; got != want {
		t.Errorf("the framework is %s, want %s", got, want)
	}
}

func TestIdentifiersDependOnNeitherOrderNorTitle(t *testing.T) {
	const head = "code,kind,title\n"
	ids := func(body string) map[string]string {
		f, err := mapping.Meta{ID: "x", Version: "1"}.Parse("x.csv", []byte(head+body))
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, n := range f.Items {
			out[n.Code] = n.ID
		}
		return out
	}
	if diff := cmp.Diff(ids("1,capability,One\n2,capability,Two\n"), ids("2,capability,Deux\n1,capability,Un\n")); diff != "" {
		t.Errorf("identifiers moved (-one way +other way):\n%s", diff)
	}
}

func TestAChangedTableIsAnotherVersion(t *testing.T) {
	a, err := mapping.ParseFramework("a/My frame.csv", []byte("code,kind,title\n1,capability,One\n"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := mapping.ParseFramework("My frame.csv", []byte("code,kind,title\n1,capability,Uno\n"))
	if err != nil {
		t.Fatal(err)
	}
	if a.ID != "my-frame" || a.ID != b.ID || a.Version == b.Version || a.GUID == b.GUID || a.Items[0].ID != b.Items[0].ID || a.Title != "My frame" {
		t.Errorf("%+v\n%+v", a, b)
	}
}

func TestImportErrorsTellAtMostAHundredProblems(t *testing.T) {
	body := "code,kind,title\n" + strings.Repeat("1,chapter,\n", 500)
	_, err := mapping.ParseFramework("x.csv", []byte(body))
	var refused *mapping.ImportError
	if !errors.As(err, &refused) || len(refused.Problems) != 100 {
		t.Errorf("%v", err)
	}
}

func FuzzParseFramework(f *testing.F) {
	for _, folder := range []string{"valid", "invalid"} {
		found, _ := filepath.Glob("testdata/frameworks/" + folder + "/*.*")
		for _, file := range found {
			if b, err := os.ReadFile(file); err == nil && !strings.Contains(file, ".golden.") {
				f.Add(b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := mapping.ParseFramework("fuzz", data)
		var refused *mapping.ImportError
		if err != nil && !errors.As(err, &refused) {
			t.Fatalf("refused without saying where: %v", err)
		}
		if err != nil {
			return
		}
		if err := mapping.Validate(got); err != nil {
			t.Fatalf("read and not valid: %v", err)
		}
		c := mapping.NewCatalog(got, "https://x.example")
		for _, n := range got.Items {
			if _, ok := c.DomainOf(n.ID); !ok {
				t.Fatalf("%s lies in no domain", n.Code)
			}
		}
	})
}
