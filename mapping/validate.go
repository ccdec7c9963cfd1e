package mapping

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Limits of a framework. The largest published ones have a few thousand items.
const (
	maxItems      = 20000
	maxDepth      = 12
	maxTitle      = 4000 // characters of a title, and of notes
	maxCode       = 100  // characters
	maxLevel      = 20
	maxArchetypes = 100
)

// Validate checks that a framework can be published. It answers *ImportError with every problem, named by item and field.
func Validate(f Framework) error {
	ps := f.problems(func(i int, field string) string { return fmt.Sprintf("items[%d].%s", i, field) })
	return ps.err(f.ID)
}

// problems checks a framework; where names a field of an item in the words of the file it came from.
func (f Framework) problems(where func(item int, field string) string) problems {
	var ps problems
	f.checkHead(&ps)
	if len(f.Items) > maxItems {
		ps.add("file", "it has %d items; at most %d are taken", len(f.Items), maxItems)
		return ps
	}
	byID, byCode := map[string]int{}, map[string]int{}
	for i, n := range f.Items {
		at := func(field string) string { return where(i, field) }
		if unique(&ps, byCode, n.Code, i, at("code")) { // an id made from a code taken twice needs no word of its own
			unique(&ps, byID, n.ID, i, at("id"))
		}
		f.checkNode(&ps, n, at)
	}
	for i, n := range f.Items {
		if _, known := byID[n.Parent]; n.Parent != "" && !known {
			ps.add(where(i, "parent"), "no item is called %q", n.Parent)
		}
	}
	if len(ps) == 0 {
		f.checkTree(&ps, byID, where)
		f.checkRelations(&ps, byID)
	}
	return ps
}

func (f Framework) checkHead(ps *problems) {
	for _, need := range []struct{ field, value string }{{"id", f.ID}, {"version", f.Version}, {"title", f.Title}} {
		if strings.TrimSpace(need.value) == "" {
			ps.add(need.field, "it is missing")
		}
	}
	for _, text := range []struct{ field, value string }{
		{"id", f.ID}, {"version", f.Version}, {"title", f.Title}, {"publisher", f.Publisher}, {"source_url", f.SourceURL}, {"checked", f.Checked},
	} {
		checkShown(ps, text.field, text.value, maxTitle)
	}
	if !isUUID(f.GUID) {
		ps.add("guid", "%q is not a UUID in lower case", f.GUID)
	}
	if !slices.ContainsFunc(f.Items, func(n Node) bool { return n.Kind == NodeCapability }) {
		ps.add("file", "it has no capability")
	}
	seen := map[int]bool{}
	for i, l := range f.Levels {
		if l.Number < 1 || l.Number > maxLevel || seen[l.Number] {
			ps.add(fmt.Sprintf("levels[%d]", i), "levels are different whole numbers from 1 to %d", maxLevel)
		}
		seen[l.Number] = true
		checkShown(ps, fmt.Sprintf("levels[%d].name", i), l.Name, maxTitle)
	}
	codes := map[string]bool{}
	for i, a := range f.Archetypes {
		if a.Code == "" || strings.ContainsAny(a.Code, archetypeEnds) || codes[a.Code] {
			ps.add(fmt.Sprintf("archetypes[%d].code", i), "codes are different words without spaces, commas, semicolons or bars")
		}
		codes[a.Code] = true
		checkShown(ps, fmt.Sprintf("archetypes[%d].title", i), a.Title, maxTitle)
		checkShown(ps, fmt.Sprintf("archetypes[%d].example_roles", i), a.ExampleRoles, maxTitle)
	}
}

// unique notes a value that must not repeat, and says whether it is the first.
func unique(ps *problems, seen map[string]int, value string, i int, where string) bool {
	if _, again := seen[value]; again && value != "" {
		ps.add(where, "%q is taken by another item", value)
		return false
	}
	seen[value] = i
	return true
}

func (f Framework) checkNode(ps *problems, n Node, at func(field string) string) {
	if !isUUID(n.ID) {
		ps.add(at("id"), "%q is not a UUID in lower case", n.ID)
	}
	checkText(ps, at("code"), n.Code, maxCode)
	checkText(ps, at("title"), n.Title, maxTitle)
	checkShown(ps, at("notes"), n.Notes, maxTitle)
	if n.Kind != NodeSection && n.Kind != NodeCapability {
		ps.add(at("kind"), "%q is neither section nor capability", n.Kind)
	}
	if !slices.Contains([]Wording{"", WordingOfficial, WordingShortLabel, WordingStructure}, n.Wording) {
		ps.add(at("wording"), "%q is none of official, short_label, structure", n.Wording)
	}
	if n.Level != 0 && !slices.ContainsFunc(f.Levels, func(l Level) bool { return l.Number == n.Level }) {
		ps.add(at("level"), "%d is not a level of the framework", n.Level)
	}
	f.checkArchetypes(ps, n, at("archetypes"))
	if n.SourceURL != "" && !isWebAddress(n.SourceURL) {
		ps.add(at("source_url"), "%q is not a web address", n.SourceURL)
	}
}

func (f Framework) checkArchetypes(ps *problems, n Node, where string) {
	for i, code := range n.Archetypes {
		if !slices.ContainsFunc(f.Archetypes, func(a Archetype) bool { return a.Code == code }) {
			ps.add(where, "%q is not an archetype of the framework", code)
		}
		if slices.Contains(n.Archetypes[:i], code) {
			ps.add(where, "%q is there twice", code)
		}
	}
}

// checkTree walks up from every item: it must end at a domain, within the depth allowed.
func (f Framework) checkTree(ps *problems, byID map[string]int, where func(int, string) string) {
	for i, n := range f.Items {
		up := n.Parent
		for depth := 1; up != ""; depth++ {
			if f.Items[byID[up]].ID == n.ID {
				ps.add(where(i, "parent"), "%q is above itself", n.Code)
				break
			}
			if depth > maxDepth {
				ps.add(where(i, "parent"), "it lies more than %d steps deep, or above itself", maxDepth)
				break
			}
			up = f.Items[byID[up]].Parent
		}
	}
}

func checkText(ps *problems, where, s string, limit int) {
	switch {
	case strings.TrimSpace(s) == "":
		ps.add(where, "it is empty")
	default:
		checkShown(ps, where, s, limit)
	}
}

// checkShown refuses a text that is long, that no page can show, or that would not come back from a table as it went in.
func checkShown(ps *problems, where, s string, limit int) {
	switch {
	case utf8.RuneCountInString(s) > limit:
		ps.add(where, "it is longer than %d characters", limit)
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == utf8.RuneError }):
		ps.add(where, "it has a character that cannot be shown")
	case s != strings.TrimSpace(s):
		ps.add(where, "it begins or ends with a space")
	}
}

func isUUID(s string) bool {
	u, err := uuid.Parse(s)
	return err == nil && u.String() == s
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
