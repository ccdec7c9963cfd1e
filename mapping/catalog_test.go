package mapping_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

func codes(nodes []mapping.Node) []string {
	var out []string
	for _, n := range nodes {
		out = append(out, n.Code)
	}
	return out
}

// grouped is a framework whose capability holds others (settled question 18: section-and-level items stay as groups).
func grouped() *mapping.Catalog {
	return mapping.NewCatalog(mapping.Framework{
		ID: "g", GUID: "guid", Levels: []mapping.Level{{Number: 1, Name: "Basic"}, {Number: 3}},
		Items: []mapping.Node{
			{ID: "d", Code: "1", Kind: mapping.NodeSection},
			{ID: "g", Code: "1-L3", Parent: "d", Kind: mapping.NodeCapability, Level: 3, Wording: mapping.WordingStructure},
			{ID: "s", Code: "1-L3-01", Parent: "g", Kind: mapping.NodeCapability, Level: 3, Wording: mapping.WordingOfficial},
			{ID: "x", Code: "1-LX", Parent: "d", Kind: mapping.NodeCapability},
			{ID: "e", Code: "1.1", Parent: "d", Kind: mapping.NodeSection},
			{ID: "c", Code: "1.1-L1", Parent: "e", Kind: mapping.NodeCapability, Level: 1},
			{ID: "f", Code: "2", Kind: mapping.NodeSection},
		},
	}, "https://cairn.example/")
}

func TestCatalogWalksTheTree(t *testing.T) {
	c := grouped()
	for name, got := range map[string][]string{
		"1 2":                      codes(c.Domains()),
		"1-L3 1-LX 1.1":            codes(c.Children("d")),
		"1.1":                      codes(c.Sections("d")),
		"1-L3 1-LX":                codes(c.Capabilities("d")),
		"1-L3 1-L3-01 1-LX 1.1-L1": codes(c.Tracked("")),
		"1-L3 1-L3-01":             codes(c.Tracked("g")),
		"1.1-L1":                   codes(c.Tracked("e")),
		"":                         codes(c.Tracked("f")),
		"1 1.1 1.1-L1":             codes(c.Path("c")),
	} {
		want := ""
		for i, code := range got {
			if i > 0 {
				want += " "
			}
			want += code
		}
		if name != want {
			t.Errorf("got %q, want %q", want, name)
		}
	}
	if d, ok := c.DomainOf("s"); !ok || d.ID != "d" {
		t.Errorf("domain of s: %v", d)
	}
	if _, ok := c.DomainOf("nothing"); ok || c.Path("nothing") != nil || c.Tracked("nothing") != nil {
		t.Error("an unknown node lies somewhere")
	}
	if got := c.LevelsOf(""); !slices.Equal(got, []int{1, 3, 0}) {
		t.Errorf("levels %v", got)
	}
	if !c.Contains("d", "s") || !c.Contains("", "s") || c.Contains("f", "s") || c.Contains("", "nothing") {
		t.Error("Contains is wrong")
	}
	if c.LevelName(1) != "Basic" || c.LevelName(3) != "" || c.TopLevel() != 3 || c.StatementsIncluded() != 3 {
		t.Errorf("%q %q %d %d", c.LevelName(1), c.LevelName(3), c.TopLevel(), c.StatementsIncluded())
	}
}

func TestCatalogMintsIRIsUnderItsBase(t *testing.T) { // settled question 17
	c := grouped()
	got := []string{c.IRI(), c.CapabilityIRI("s")}
	if diff := cmp.Diff([]string{"https://cairn.example/framework/guid", "https://cairn.example/capability/s"}, got); diff != "" {
		t.Error(diff)
	}
	if !c.Minted(c.IRI()) || !c.Minted(c.CapabilityIRI("x")) || c.Minted("https://cairn.example/activity/1") {
		t.Error("Minted is wrong")
	}
	if _, ok := c.Capability("e"); ok {
		t.Error("a section is no capability")
	}
	if n, ok := c.Capability("s"); !ok || n.Code != "1-L3-01" {
		t.Error("a capability is not found")
	}
}

func BenchmarkTracked(b *testing.B) {
	c := mapping.NewCatalog(mapping.Builtin(), "https://cairn.example")
	for b.Loop() {
		if len(c.Tracked("")) != 111 {
			b.Fatal("not all")
		}
	}
}
