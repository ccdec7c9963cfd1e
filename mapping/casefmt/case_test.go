package casefmt_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"cairn/mapping"
	"cairn/mapping/casefmt"
)

var update = flag.Bool("update", false, "write the golden files")

var published = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

const base = "https://cairn.example"

// official is the schema of CFPackage of CASE 1.1, as 1EdTech publishes it; formats are asserted.
func official(t testing.TB) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile("testdata/case-v1p1-cfpackage.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func export(t testing.TB, f mapping.Framework) []byte {
	t.Helper()
	b, err := casefmt.Export(mapping.NewCatalog(f, base), published).JSON()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func validate(t testing.TB, s *jsonschema.Schema, data []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("not valid CASE 1.1: %v", err)
	}
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sample(t testing.TB) (mapping.Framework, mapping.Fidelity) {
	t.Helper()
	f, report, err := casefmt.Parse(mapping.Meta{}, "opensalt-sample.json", read(t, "testdata/opensalt-sample.json"))
	if err != nil {
		t.Fatal(err)
	}
	return f, report
}

func TestExportsAreValidAgainstTheOfficialSchemaAndReadAsTheSame(t *testing.T) {
	schema := official(t)
	foreign, _ := sample(t)
	for name, f := range map[string]mapping.Framework{"built-in": mapping.Builtin(), "of another server": foreign} {
		data := export(t, f)
		validate(t, schema, data)
		got, report, err := casefmt.Parse(mapping.Meta{}, "x.json", data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(f, got); diff != "" {
			t.Errorf("%s: export then import (-want +got):\n%s", name, diff)
		}
		if len(report.Mapped) > 0 || len(report.Dropped) > 0 {
			t.Errorf("%s: our own export loses something: %+v", name, report)
		}
	}
}

// The sample is a real export, which fails the schema of its own version; it is read, and the report says what became of it.
func TestAnExportOfAPublicServerIsReadWithAReport(t *testing.T) {
	f, report := sample(t)
	got, err := json.Marshal(struct {
		Framework mapping.Framework `json:"framework"`
		Report    mapping.Fidelity  `json:"report"`
	}{f, report}, jsontext.WithIndent("  "))
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/opensalt-sample.golden.json"
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, golden)), string(got)+"\n"); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What real servers do that the schema forbids.
func TestLenientIn(t *testing.T) {
	const (
		a = "0f5b1f0e-1111-4111-8111-000000000001"
		b = "0f5b1f0e-1111-4111-8111-000000000002"
		c = "0f5b1f0e-1111-4111-8111-000000000003"
	)
	item := func(id, more string) string { return `{"identifier":"` + id + `","fullStatement":"S"` + more + `}` }
	link := func(kind, from, to string) string {
		return `{"associationType":"` + kind + `","originNodeURI":{"identifier":"` + from + `"},"destinationNodeURI":{"identifier":"` + to + `"}}`
	}
	for name, tc := range map[string]struct {
		items, links string
		check        func(f mapping.Framework) bool
	}{
		"no associations at all": {item(a, ""), "", func(f mapping.Framework) bool { return f.Items[0].Parent == "" && f.Items[0].Code == a }},
		"upper case identifiers": {item("0F5B1F0E-1111-4111-8111-00000000000A", ""), "", func(f mapping.Framework) bool { return f.Items[0].ID == "0f5b1f0e-1111-4111-8111-00000000000a" }},
		"numbers for texts":      {item(a, `,"humanCodingScheme":12`), "", func(f mapping.Framework) bool { return f.Items[0].Code == "12" }},
		"one level as text":      {item(a, `,"educationLevel":"03"`), "", func(f mapping.Framework) bool { return f.Items[0].Level == 3 && f.Levels[0].Number == 3 }},
		"several levels":         {item(a, `,"educationLevel":["09","10"]`), "", func(f mapping.Framework) bool { return f.Items[0].Level == 0 }},
		"the same code twice":    {item(a, `,"humanCodingScheme":"X"`) + "," + item(b, `,"humanCodingScheme":"X"`), "", func(f mapping.Framework) bool { return f.Items[0].Code == "X" && f.Items[1].Code == b }},
		"relations in other words": {item(a, "") + "," + item(b, ""), link("Is Child Of", b, a), func(f mapping.Framework) bool {
			return f.Items[1].Parent == a && f.Items[0].Kind == mapping.NodeSection
		}},
		"a second parent":           {item(a, "") + "," + item(b, "") + "," + item(c, ""), link("isChildOf", c, a) + "," + link("isChildOf", c, b), func(f mapping.Framework) bool { return len(f.Relations) == 1 && f.Relations[0].To == b }},
		"a ring":                    {item(a, "") + "," + item(b, ""), link("isChildOf", a, b) + "," + link("isChildOf", b, a), func(f mapping.Framework) bool { return len(f.Items) == 2 && f.Items[0].ID == b }},
		"a parent that is not here": {item(a, ""), link("isChildOf", a, b), func(f mapping.Framework) bool { return f.Items[0].Parent == "" && f.Relations[0].To == "urn:uuid:"+b }},
		"an end elsewhere":          {item(a, ""), link("precedes", a, c), func(f mapping.Framework) bool { return f.Relations[0].To == "urn:uuid:"+c }},
		"an unknown relation":       {item(a, "") + "," + item(b, ""), link("likes", a, b), func(f mapping.Framework) bool { return f.Relations == nil }},
	} {
		data := `{"CFDocument":{"title":"T","identifier":null},"CFItems":[` + tc.items + `],"CFAssociations":[` + tc.links + `]}`
		f, _, err := casefmt.Parse(mapping.Meta{}, "t.json", []byte(data))
		if err != nil || !tc.check(f) {
			t.Errorf("%s: %v %+v", name, err, f)
		}
	}
}

func TestPackagesThatCannotBeReadAreRefusedWithTheirPlace(t *testing.T) {
	for name, tc := range map[string]struct{ data, where string }{
		"not JSON":                {`{"CFDocument":`, "file"},
		"no document":             {`{"CFItems":[]}`, "CFDocument"},
		"an item without an id":   {`{"CFDocument":{"title":"T"},"CFItems":[{"fullStatement":"S"}]}`, "CFItems[0].identifier"},
		"an identifier twice":     {`{"CFDocument":{"title":"T"},"CFItems":[{"identifier":"0f5b1f0e-1111-4111-8111-000000000001"},{"identifier":"0f5b1f0e-1111-4111-8111-000000000001"}]}`, "CFItems[1].identifier"},
		"nothing that is tracked": {`{"CFDocument":{"title":"T"}}`, "file"},
	} {
		_, _, err := casefmt.Parse(mapping.Meta{}, "t.json", []byte(tc.data))
		var refused *mapping.ImportError
		if !errors.As(err, &refused) || refused.Problems[0].Where != tc.where {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatTheOperatorGivesWinsOverThePackage(t *testing.T) {
	m := mapping.Meta{ID: "mine", Version: "7", Title: "Ours", Publisher: "Us"}
	f, _, err := casefmt.Parse(m, "x.json", read(t, "testdata/opensalt-sample.json"))
	if err != nil || f.ID != "mine" || f.Version != "7" || f.Title != "Ours" || f.Publisher != "Us" || f.GUID != mapping.VersionGUID("mine", "7") {
		t.Errorf("%v: %s %s %s %s", err, f.ID, f.Version, f.Title, f.GUID)
	}
}

// Any package that is taken is a framework that can be published, and its export is valid and the same again.
func FuzzParse(f *testing.F) {
	small, err := mapping.ParseFramework("small.csv", []byte("code,kind,title,parent,level,archetypes\nA,section,Area,,,\nA.1,capability,One,A,1,U\n"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(export(f, small)) // large seeds make the fuzzer slow
	f.Add([]byte(`{"CFDocument":{"title":"T"},"CFItems":[{"identifier":"0f5b1f0e-1111-4111-8111-000000000001","educationLevel":"03,04"}],` +
		`"CFAssociations":[{"associationType":"precedes","originNodeURI":{"identifier":"0f5b1f0e-1111-4111-8111-000000000001"},"destinationNodeURI":"urn:x:y"}]}`))
	schema := official(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _, err := casefmt.Parse(mapping.Meta{}, "fuzz.json", data)
		var refused *mapping.ImportError
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatalf("refused without saying where: %v", err)
			}
			return
		}
		out := export(t, got)
		validate(t, schema, out)
		again, _, err := casefmt.Parse(mapping.Meta{}, "fuzz.json", out)
		if diff := cmp.Diff(got, again); err != nil || diff != "" {
			t.Fatalf("export then import: %v\n%s", err, diff)
		}
	})
}
