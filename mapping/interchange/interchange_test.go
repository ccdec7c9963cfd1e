package interchange_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"cairn/mapping"
	"cairn/mapping/interchange"
)

const base = "https://cairn.example"

var published = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func nothing(string) (mapping.Framework, bool) { return mapping.Framework{}, false }

func export(t require, format interchange.Format, f mapping.Framework) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := interchange.Write(&out, format, mapping.Publication{Catalog: mapping.NewCatalog(f, base), Published: published}); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return out.Bytes()
}

type require interface {
	Helper()
	Fatalf(format string, args ...any)
}

// text draws words as publishers write them, and what spreadsheets and JSON stumble over.
func text() *rapid.Generator[string] {
	word := rapid.SampledFrom([]string{"Ärzte", "=SUM(A1)", "+1", "@me", "'quoted", "''", "a,b;c", "\"said\"", "-", "1.10", "<b>", "&amp;", "two\nlines", "tab\there", "日本", "null"})
	return rapid.Map(rapid.SliceOfN(word, 1, 4), func(ws []string) string { return strings.Join(ws, " ") })
}

func optional(g *rapid.Generator[string]) *rapid.Generator[string] {
	return rapid.OneOf(rapid.Just(""), g)
}

// framework draws a framework that can be published, of any shape.
func framework(t *rapid.T) mapping.Framework {
	f := mapping.Framework{
		ID: rapid.StringMatching(`[a-z][a-z0-9-]{0,8}[a-z]`).Draw(t, "id"), Version: text().Draw(t, "version"), Title: text().Draw(t, "title"),
		Publisher: optional(text()).Draw(t, "publisher"), Checked: optional(rapid.Just("2026-07-17")).Draw(t, "checked"),
		Statements: rapid.IntRange(0, 300).Draw(t, "statements"), LevelsImply: rapid.Bool().Draw(t, "levels imply"), SourceURL: optional(rapid.Just("https://e.example/a?b=c&d")).Draw(t, "source"),
	}
	f.GUID = rapid.SampledFrom([]string{mapping.VersionGUID(f.ID, f.Version), "0f5b1f0e-1111-4111-8111-0000000000ff"}).Draw(t, "guid")
	for i := range rapid.IntRange(0, 4).Draw(t, "levels") {
		f.Levels = append(f.Levels, mapping.Level{Number: 4 - i, Name: optional(text()).Draw(t, "level name")})
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "archetypes") {
		f.Archetypes = append(f.Archetypes, mapping.Archetype{Code: fmt.Sprint("A", i), Title: text().Draw(t, "archetype"), ExampleRoles: optional(text()).Draw(t, "roles")})
	}
	ids := []string{""}
	for i := range rapid.IntRange(1, 12).Draw(t, "items") {
		n := node(t, i, f)
		n.Parent = rapid.SampledFrom(ids).Draw(t, "parent")
		ids = append(ids, n.ID)
		f.Items = append(f.Items, n)
	}
	f.Items = mapping.Arrange(f.Items)
	f.Relations = relations(t, f, ids[1:])
	if err := mapping.Validate(f); err != nil {
		t.Fatalf("the generator is wrong: %v", err)
	}
	return f
}

func node(t *rapid.T, i int, f mapping.Framework) mapping.Node {
	code := fmt.Sprintf("%s %d", text().Draw(t, "code"), i)
	n := mapping.Node{
		Code: code, Kind: mapping.NodeCapability, Title: text().Draw(t, "item"), Wording: mapping.WordingOfficial, Notes: optional(text()).Draw(t, "notes"),
		SourceURL: optional(rapid.Just("http://e.example/x")).Draw(t, "item source"),
	}
	n.ID = rapid.SampledFrom([]string{mapping.ItemID(f.ID, code), uuid.NewSHA1(uuid.NameSpaceURL, []byte(code)).String()}).Draw(t, "item id")
	if i > 0 && rapid.Bool().Draw(t, "section") {
		n.Kind, n.Wording = mapping.NodeSection, ""
	} else {
		n.Wording = rapid.SampledFrom([]mapping.Wording{mapping.WordingOfficial, mapping.WordingShortLabel, mapping.WordingStructure}).Draw(t, "wording")
	}
	if len(f.Levels) > 0 && rapid.Bool().Draw(t, "levelled") {
		n.Level = rapid.SampledFrom(f.Levels).Draw(t, "level").Number
	}
	for _, a := range f.Archetypes {
		if rapid.Bool().Draw(t, "meant for") {
			n.Archetypes = append(n.Archetypes, a.Code)
		}
	}
	return n
}

func relations(t *rapid.T, f mapping.Framework, ids []string) []mapping.Relation {
	var out []mapping.Relation
	ends := append([]string{f.GUID, "urn:uuid:0f5b1f0e-1111-4111-8111-0000000000aa", "https://other.example/uri/1?x=%20"}, ids...)
	for range rapid.IntRange(0, 4).Draw(t, "relations") {
		r := mapping.Relation{
			From: rapid.SampledFrom(ends).Draw(t, "from"), To: rapid.SampledFrom(ids).Draw(t, "to"),
			Type: rapid.SampledFrom([]mapping.RelationType{mapping.RelationChildOf, mapping.RelationPrecedes, mapping.RelationReplacedBy, "ext:is.like"}).Draw(t, "type"),
		}
		if rapid.Bool().Draw(t, "the other way") {
			r.From, r.To = r.To, r.From
		}
		if r.From != r.To {
			out = append(out, r)
		}
	}
	return mapping.SortRelations(out)
}

// Settled question 19: export then import is the identity for CASE and for our CSV, whatever the file is called.
func TestExportThenImportIsTheIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := framework(t)
		for _, format := range []interchange.Format{interchange.CASE, interchange.CSV} {
			got, err := interchange.Read(mapping.Meta{}, "any name", export(t, format, f), nothing)
			if err != nil {
				t.Fatalf("%s: %v", format, err)
			}
			if diff := cmp.Diff(f, got.Framework); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", format, diff)
			}
			if len(got.Report.Mapped)+len(got.Report.Dropped) > 0 {
				t.Fatalf("%s: %+v", format, got.Report)
			}
		}
	})
}

// A spreadsheet program opens our CSV and saves it as xlsx: nothing is lost on that way either.
func TestOurColumnsInASpreadsheetAreTheSameFramework(t *testing.T) {
	f := mapping.Builtin()
	rows, err := csv.NewReader(bytes.NewReader(export(t, interchange.CSV, f))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got, err := interchange.Read(mapping.Meta{}, "x.xlsx", book(t, rows), nothing)
	if diff := cmp.Diff(f, got.Framework); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func book(t testing.TB, rows [][]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAFormatIsKnownByItsContent(t *testing.T) {
	moodle, err := os.ReadFile("../moodlecsv/testdata/competency-import-sample.csv")
	if err != nil {
		t.Fatal(err)
	}
	sample, err := os.ReadFile("../casefmt/testdata/opensalt-sample.json")
	if err != nil {
		t.Fatal(err)
	}
	pack, err := os.ReadFile("../pack/hee-ai-dht.json")
	if err != nil {
		t.Fatal(err)
	}
	const statements = "section,level,statement\n6.1,2,Can judge a model\n"
	for name, tc := range map[string]struct {
		data   []byte
		format string
		items  int
	}{
		"our CSV":                 {[]byte("code,kind,title\nA,capability,Can\n"), "CSV", 1},
		"with a byte order mark":  {[]byte("\ufeffcode,kind,title\nA,capability,Can\n"), "CSV", 1},
		"DIRECT":                  {[]byte("competency_domain,competency,skill,description,slug,related_skills\nD,,,,d,\n,C,,,c,\n,,S,,s,x\n"), "DIRECT", 3},
		"our pack":                {pack, "pack", 135},
		"CASE":                    {sample, "CASE", 16},
		"Moodle":                  {moodle, "Moodle CSV", 3},
		"statements":              {[]byte(statements), "statements", 135}, // one in, one label out
		"a sheet":                 {book(t, [][]string{{"code", "kind", "title"}, {"A", "capability", "Can"}}), "spreadsheet", 1},
		"a sheet of statements":   {book(t, [][]string{{"section", "level", "statement"}, {"6.1", "2", "Can judge"}}), "statements", 135},
		"a sheet with empty rows": {book(t, [][]string{{}, {"code", "kind", "title", "level"}, {}, {"A", "capability", "Can"}}), "spreadsheet", 1},
	} {
		got, err := interchange.Read(mapping.Meta{}, "file", tc.data, nothing)
		if err != nil || got.Report.Format != tc.format || len(got.Framework.Items) != tc.items {
			t.Errorf("%s: %v, %q with %d items", name, err, got.Report.Format, len(got.Framework.Items))
		}
	}
}

func TestABadRowOfASpreadsheetIsNamedAsTheSpreadsheetNumbersIt(t *testing.T) {
	for name, tc := range map[string]struct {
		rows  [][]string
		where string
	}{
		"a bad kind after an empty row": {[][]string{{"code", "kind", "title"}, {}, {"A", "chapter", "Can"}}, `row 3, column "kind"`},
		"an unknown column":             {[][]string{{"code", "kind", "title", "colour"}, {"A", "capability", "Can", "red"}}, "row 1"},
		"an unknown section":            {[][]string{{"section", "statement"}, {"77", "Can"}}, `row 2, column "section"`},
	} {
		_, err := interchange.Read(mapping.Meta{}, "x.xlsx", book(t, tc.rows), nothing)
		var refused *mapping.ImportError
		if !errors.As(err, &refused) || refused.Problems[len(refused.Problems)-1].Where != tc.where {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStatementsNeedTheirFramework(t *testing.T) {
	const statements = "section,statement\nA,Can do\n"
	if _, err := interchange.Read(mapping.Meta{ID: "own"}, "s.csv", []byte(statements), nothing); err == nil || !strings.Contains(err.Error(), `"own"`) {
		t.Errorf("%v", err)
	}
	own := mapping.Framework{ID: "own", Version: "1", Title: "Own", GUID: mapping.VersionGUID("own", "1"), Items: []mapping.Node{
		{ID: mapping.ItemID("own", "A"), Code: "A", Kind: mapping.NodeSection, Title: "Area"},
	}}
	got, err := interchange.Read(mapping.Meta{ID: "own", Version: "2"}, "s.csv", []byte(statements), func(string) (mapping.Framework, bool) { return own, true })
	if err != nil || !got.Attached || got.Framework.Version != "2" || len(got.Framework.Items) != 2 {
		t.Errorf("%v %+v", err, got)
	}
}

func TestAnUnknownFormatIsRefused(t *testing.T) {
	if _, err := interchange.Write(&bytes.Buffer{}, "pdf", mapping.Publication{Catalog: mapping.NewCatalog(mapping.Builtin(), base), Published: published}); !errors.Is(err, interchange.ErrFormat) {
		t.Errorf("%v", err)
	}
}

// Any file that is taken can be published, and every export of it can be read.
func FuzzRead(f *testing.F) {
	f.Add([]byte("code,kind,title,relations,id\nA,capability,'=Can,precedes urn:x:y,\n"))
	f.Add([]byte("kind,code,title,level,version,id\nframework,own,Own,,7,0f5b1f0e-1111-4111-8111-0000000000ff\nlevel,,Basic,1,,\narchetype,U,User,,,\ncapability,A,Can,1,,\n"))
	f.Add([]byte(`{"CFDocument":{"title":"T"},"CFItems":[{"identifier":"0f5b1f0e-1111-4111-8111-000000000001"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := interchange.Read(mapping.Meta{}, "fuzz", data, nothing)
		var refused *mapping.ImportError
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatalf("refused without saying where: %v", err)
			}
			return
		}
		for _, format := range []interchange.Format{interchange.CASE, interchange.CSV, interchange.Moodle, interchange.Statements} {
			out := export(t, format, got.Framework)
			if format == interchange.CASE || format == interchange.CSV {
				again, err := interchange.Read(mapping.Meta{}, "fuzz", out, nothing)
				if diff := cmp.Diff(got.Framework, again.Framework); err != nil || diff != "" {
					t.Fatalf("%s: %v\n%s", format, err, diff)
				}
			}
		}
	})
}

// As many items as a framework may have, exported, are not more than an import takes.
func TestAFrameworkOfVeryManyItemsComesBack(t *testing.T) {
	f := mapping.Framework{ID: "big", Version: "1", Title: "Big", GUID: mapping.VersionGUID("big", "1"), Levels: []mapping.Level{{Number: 1}}}
	for i := range 20000 {
		code := fmt.Sprintf("C.%d", i)
		f.Items = append(f.Items, mapping.Node{ID: mapping.ItemID("big", code), Code: code, Kind: mapping.NodeCapability, Wording: mapping.WordingOfficial,
			Title: strings.Repeat("Can do this ", 15) + code, Level: 1, SourceURL: "https://publisher.example/framework/" + code})
	}
	for _, format := range []interchange.Format{interchange.CASE, interchange.CSV} {
		body := export(t, format, f)
		got, err := interchange.Read(mapping.Meta{}, "big", body, nothing)
		if err != nil || !cmp.Equal(f, got.Framework) {
			t.Errorf("%s, %d bytes: %v", format, len(body), err)
		}
	}
}
