package mapping

import (
	"fmt"

	"github.com/google/uuid"
)

// checkTotals compares the tree with what the publisher states.
func (p pack) checkTotals(ps *problems) {
	parent := map[string]string{}
	for _, it := range p.Items {
		if it.Parent != nil {
			parent[it.Code] = *it.Parent
		}
	}
	count := [3]int{}
	for _, it := range p.Items {
		depth := 0
		for up := parent[it.Code]; up != ""; up = parent[up] {
			depth++
		}
		if it.Kind == NodeSection && depth < len(count) {
			count[depth]++
		}
	}
	for _, c := range []struct {
		what         string
		stated, have int
	}{
		{"domains", p.Totals.Domains, count[0]}, {"subdomains", p.Totals.Subdomains, count[1]},
		{"third_level_sections", p.Totals.ThirdLevel, count[2]}, {"levels", p.Totals.Levels, len(p.Levels)},
		{"archetypes", p.Totals.Archetypes, len(p.Archetypes)},
	} {
		if c.stated != 0 && c.stated != c.have {
			ps.add("stated_totals."+c.what, "the publisher has %d, the file %d", c.stated, c.have)
		}
	}
}

// sectionsByLevel makes one trackable capability for each section at each level, a fact of the framework's structure: so the
// whole framework can be used while the statements are incomplete.
func sectionsByLevel(f Framework, space uuid.UUID) []Node {
	var out []Node
	for _, s := range f.Items {
		if s.Kind != NodeSection {
			continue
		}
		for _, l := range f.Levels {
			code := fmt.Sprintf("%s-L%d", s.Code, l.Number)
			out = append(out, Node{
				ID: itemID(space, f.ID, code), Code: code, Parent: s.ID, Kind: NodeCapability,
				Title: fmt.Sprintf("%s %s, level %d", s.Code, s.Title, l.Number), Wording: WordingStructure, Level: l.Number,
			})
		}
	}
	return out
}

// ItemID is the identifier of an item that brings none: of framework and code alone, so that neither order nor title moves it.
func ItemID(framework, code string) string { return itemID(Namespace, framework, code) }

func itemID(space uuid.UUID, framework, code string) string {
	return uuid.NewSHA1(space, []byte("item/"+framework+"/"+code)).String()
}

// VersionGUID is the identifier of a version of a framework that brings none.
func VersionGUID(framework, version string) string {
	return frameworkGUID(Namespace, framework, version)
}

func frameworkGUID(space uuid.UUID, framework, version string) string {
	return uuid.NewSHA1(space, []byte("framework/"+framework+"/"+version)).String()
}

// Arrange puts the children of an item right after it; siblings keep their order. Items that hang on nothing that is there, or
// on each other, are left out.
func Arrange(items []Node) []Node {
	kids := map[string][]Node{}
	for _, n := range items {
		kids[n.Parent] = append(kids[n.Parent], n)
	}
	out := make([]Node, 0, len(items))
	var walk func(parent string)
	walk = func(parent string) {
		for _, n := range kids[parent] {
			out = append(out, n)
			walk(n.ID)
		}
	}
	walk("")
	return out
}
