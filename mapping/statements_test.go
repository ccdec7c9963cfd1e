package mapping_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

// attach puts statements, as the lines of a CSV file, into a new version.
func attach(base mapping.Framework, lines ...string) (mapping.Framework, mapping.Fidelity, error) {
	t, err := mapping.ReadTable("s.csv", []byte(strings.Join(lines, "\n")))
	if err != nil {
		return mapping.Framework{}, mapping.Fidelity{}, err
	}
	return mapping.Meta{}.AttachStatements("s.csv", base, t)
}

func attached(t *testing.T, base mapping.Framework, lines ...string) mapping.Framework {
	t.Helper()
	f, _, err := attach(base, lines...)
	if err != nil {
		t.Fatal(err)
	}
	if err := mapping.Validate(f); err != nil {
		t.Fatalf("attached and not valid: %v", err)
	}
	return f
}

const statementHead = "section,level,archetypes,statement,replaces"

// Settled question 18, from the first import to the corrections after it.
func TestStatementsAttachUnderSectionAndLevel(t *testing.T) {
	base := mapping.Builtin()
	f := attached(t, base, statementHead,
		`6.1,2,"C, Embedder",Can judge a model,`,
		`Machine learning and natural language processing,Level 2,,Can explain a model,`,
		`2,3,U,Can point patients to resources,2-LX-01`)
	c := mapping.NewCatalog(f, "https://cairn.example")
	group, _ := c.ByCode("6.1-L2")
	if diff := cmp.Diff([]string{"6.1-L2-01", "6.1-L2-02"}, codes(c.Capabilities(group.ID))); diff != "" || group.Wording != mapping.WordingStructure {
		t.Errorf("under 6.1-L2 (-want +got):\n%s", diff)
	}
	if n, _ := c.ByCode("6.1-L2-01"); n.Title != "Can judge a model" || n.Level != 2 || n.Wording != mapping.WordingOfficial || strings.Join(n.Archetypes, " ") != "C E" {
		t.Errorf("%+v", n)
	}
	was, _ := mapping.NewCatalog(base, "").ByCode("2-LX-01")
	now, ok := c.Node(was.ID)
	if !ok || now.Title != "Can point patients to resources" || now.Code != "2-L3-01" || now.Wording != mapping.WordingOfficial || now.SourceURL != was.SourceURL {
		t.Errorf("the labelled item became %+v", now)
	}
	if f.Version == base.Version || f.GUID == base.GUID || f.ID != base.ID || c.StatementsIncluded() < 3 {
		t.Errorf("%s %s, %d statements", f.Version, f.GUID, c.StatementsIncluded())
	}
	d := mapping.Diff(base, f)
	if len(d.Added) != 2 || len(d.Changed) != 1 {
		t.Errorf("%+v", d)
	}
}

func TestStatementsImportedAgainAreTheSameVersion(t *testing.T) {
	lines := []string{statementHead, "6.1,2,,Can judge a model,", "2,3,U,Can point patients to resources,2-LX-01"}
	once := attached(t, mapping.Builtin(), lines...)
	again, report, err := attach(once, lines...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(once, again); diff != "" || len(report.Mapped) > 0 || len(report.Dropped) > 0 {
		t.Errorf("%+v\n%s", report, diff)
	}
}

func TestStatementsKeepTheirIDsWhenTextOrPlaceChange(t *testing.T) {
	once := attached(t, mapping.Builtin(), statementHead, "6.1,2,,Can judge a model,", "6.1,3,,Can choose a model,")
	var table bytes.Buffer
	if err := mapping.WriteStatements(&table, once); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(table.String(), "Can judge a model", "Can judge any model", 1)
	text = strings.Replace(text, "6.1,3,,Can choose", "6.1,4,,Can choose", 1)
	f := attached(t, once, text)
	d := mapping.Diff(once, f)
	if len(d.Changed) != 2 || len(d.Added)+len(d.Retired) != 0 {
		t.Errorf("%+v", d)
	}
	if d.Changed[0].Fields[0] != "title" || !cmp.Equal(d.Changed[1].Fields, []string{"code", "parent", "level"}) {
		t.Errorf("%+v", d.Changed)
	}
}

// The table is the whole truth for the sections it names, and says nothing of the others.
func TestStatementsThatNoRowKeepsAreRetiredInTheSectionsNamed(t *testing.T) {
	once := attached(t, mapping.Builtin(), statementHead, "6.1,2,,One,", "6.1,2,,Two,", "1,1,,Three,")
	f := attached(t, once, statementHead, "6.1,2,,One,")
	d := mapping.Diff(once, f)
	if len(d.Retired) == 0 || d.Retired[0].Title != "Two" || d.Retired[0].Fate != mapping.FateRetired || len(d.Added)+len(d.Changed) != 0 {
		t.Errorf("%+v", d)
	}
	for _, r := range d.Retired {
		if r.Title == "Three" {
			t.Error("a statement of a section that the table does not name is retired")
		}
	}
}

func TestLabelsStayWhileTheirRowIsOpenAndLeaveWithTheirSectionElse(t *testing.T) {
	base := mapping.Builtin()
	f := attached(t, base, statementHead, "2,1,,Can do,", "2,,,,2-LX-02")
	c := mapping.NewCatalog(f, "")
	if _, ok := c.ByCode("2-LX-02"); !ok {
		t.Error("a label whose row is still to be filled in left")
	}
	if _, ok := c.ByCode("2-LX-01"); ok {
		t.Error("a label stayed beside the statements of its section")
	}
}

// A statement of another identity that replaces a label leaves word of it for whoever moves tags.
func TestAStatementWithAnIDOfItsOwnReplacesALabel(t *testing.T) {
	const id = "0f5b1f0e-1111-4111-8111-000000000001"
	base := mapping.Builtin()
	f := attached(t, base, statementHead+",id", "2,1,,Can do,2-LX-01,"+id)
	old, _ := mapping.NewCatalog(base, "").ByCode("2-LX-01")
	for _, r := range mapping.Diff(base, f).Retired {
		if r.ID == old.ID {
			if r.Fate != mapping.FateExact || r.Becomes[0] != id {
				t.Errorf("%+v", r)
			}
			return
		}
	}
	t.Error("the label did not leave")
}

func TestStatementsThatCannotBePlacedAreRefusedWithRowAndColumn(t *testing.T) {
	for name, tc := range map[string]struct{ line, where string }{
		"unknown section":         {"9.9,1,,S,,", `row 2, column "section"`},
		"unknown level":           {"6.1,7,,S,,", `row 2, column "level"`},
		"unknown archetype":       {"6.1,1,Z,S,,", `row 2, column "archetypes"`},
		"no statement":            {"6.1,1,,,,", `row 2, column "statement"`},
		"replaces nothing":        {"6.1,1,,S,x,", `row 2, column "replaces"`},
		"replaces a group":        {"6.1,1,,S,6.1-L1,", `row 2, column "replaces"`},
		"an id that is none":      {"6.1,1,,S,,x", `row 2, column "id"`},
		"the id of a section":     {"6.1,1,,S,,53bf6439-b98c-5937-aae4-bd51be734c16", `row 2, column "id"`},
		"the same statement":      {"6.1,1,,S,,\n6.1,1,, s,,", `row 3, column "statement"`},
		"one label replaced more": {"2,1,,S,2-LX-01,\n2,1,,T,2-LX-01,", `row 3, column "statement"`},
	} {
		f, _, err := attach(mapping.Builtin(), statementHead+",id", tc.line)
		var refused *mapping.ImportError
		if !errors.As(err, &refused) || refused.Problems[0].Where != tc.where || f.ID != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := attach(mapping.Builtin(), "section,statement,colour", "6.1,S,red"); err == nil || !strings.Contains(err.Error(), "colour") {
		t.Errorf("an unknown column: %v", err)
	}
}

func FuzzAttachStatements(f *testing.F) {
	f.Add([]byte(statementHead + "\n6.1,2,S D,Can,2-LX-01\n2,,,,2-LX-02\n"))
	f.Add([]byte("id,section,statement\n0f5b1f0e-1111-4111-8111-000000000001,6.1,x\n,6,y\n"))
	base := mapping.Builtin()
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _, err := attach(base, string(data))
		var refused *mapping.ImportError
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatalf("refused without saying where: %v", err)
			}
			return
		}
		if err := mapping.Validate(got); err != nil {
			t.Fatalf("attached and not valid: %v", err)
		}
		var table bytes.Buffer
		if err := mapping.WriteStatements(&table, got); err != nil {
			t.Fatal(err)
		}
		again, _, err := attach(got, table.String())
		if d := mapping.Diff(got, again); err != nil || !d.Same() {
			t.Fatalf("written and attached again: %v %+v", err, d)
		}
	})
}
