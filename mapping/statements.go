package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
)

// IsStatements says whether a table holds the official statements of a framework that is there already, without its structure.
func IsStatements(t *Table) bool { return t.Has("section", "statement") && !t.Has("kind") }

// Columns of the table of statements. label is for people: what a row to be filled in replaces.
var (
	statementNeeds = []string{"section", "statement"}
	statementMay   = []string{"id", "level", "archetypes", "replaces", "label", "notes", "source_url"}
)

// AttachStatements puts the publisher's statements into a new version of a framework (settled question 18). section is the code or
// title of a section, level a level of the framework or empty, archetypes codes or titles. A statement hangs on the group of
// its section and level where the framework has one, else on the section. It keeps the identity of the item that its id names, of
// the labelled item that it replaces, or of the statement with the same section, level and text.
//
// The table is the whole truth for the sections it names: statements and labels there that no row keeps are retired. A row
// with replaces and no statement is still to be filled in, and keeps the label. Sections that it does not name stay as they are.
// The version is Meta's, else the base's with a digest of the content; when nothing differs the base itself is answered.
// *ImportError names every problem by its cell, and then nothing is done.
func (m Meta) AttachStatements(file string, base Framework, table *Table) (Framework, Fidelity, error) {
	a := newAttachment(base, table.t)
	a.t.columns(&a.ps, statementNeeds, statementMay)
	if err := a.ps.err(file); err != nil {
		return Framework{}, Fidelity{}, err
	}
	for i := range a.t.rows {
		a.row(i)
	}
	a.checkKept()
	f := a.build()
	if len(a.ps) == 0 {
		a.ps = f.problems(func(i int, field string) string { return fmt.Sprintf("%s of %s", field, f.Items[i].Code) })
	}
	if err := a.ps.err(file); err != nil {
		return Framework{}, Fidelity{}, err
	}
	report := a.report(f)
	if Diff(base, f).Same() && slices.EqualFunc(base.Items, f.Items, func(x, y Node) bool { return x.ID == y.ID }) {
		return base, report, nil
	}
	f.Version = m.Version
	if f.Version == "" {
		f.Version = versionOf(base, f)
	}
	f.GUID = VersionGUID(f.ID, f.Version)
	return f, report, nil
}

// versionOf completes the base's version by a digest of the content, so that the same statements are the same version.
func versionOf(base, f Framework) string {
	body, err := json.Marshal([]any{f.Items, f.Relations}, json.Deterministic(true))
	if err != nil {
		panic(fmt.Sprintf("mapping: plain text cannot be written: %v", err)) // no input leads here
	}
	sum := sha256.Sum256(body)
	plain, _, _ := strings.Cut(base.Version, versionMark)
	return plain + versionMark + hex.EncodeToString(sum[:4])
}

const versionMark = "+statements."

// attachment is one table on its way into a framework.
type attachment struct {
	t        *table
	ps       problems
	base     Framework
	byID     map[string]Node
	byCode   map[string]Node
	sections map[string][]Node // by code, title, and both
	groups   map[string]Node   // trackable groups, by section and level
	byText   map[string]Node   // statements by place and text
	archs    map[string]string // codes by code and title
	rowOf    map[string]int    // row of each statement, by id
	out      []Node            // statements in the order of the table
	touched  map[string]bool   // sections that the table names
	open     map[string]bool   // labelled items that stay, by id
	gone     map[string]string // labelled items that were replaced by an item of another id
	unfilled int
}

func newAttachment(base Framework, t *table) *attachment {
	a := &attachment{
		t: t, base: base, byID: nodesByID(base), byCode: map[string]Node{}, sections: map[string][]Node{}, groups: map[string]Node{},
		byText: map[string]Node{}, archs: map[string]string{}, rowOf: map[string]int{}, touched: map[string]bool{}, open: map[string]bool{},
		gone: map[string]string{},
	}
	for _, n := range base.Items {
		a.byCode[n.Code] = n
		switch {
		case n.Kind == NodeSection:
			for _, name := range []string{n.Code, n.Title, n.Code + " " + n.Title} {
				if k := plainText(name); !slices.ContainsFunc(a.sections[k], func(o Node) bool { return o.ID == n.ID }) {
					a.sections[k] = append(a.sections[k], n)
				}
			}
		case n.Wording == WordingStructure:
			a.groups[spot(n.Parent, n.Level)] = n
		default:
			a.byText[spot(a.sectionOf(n), n.Level)+plainText(n.Title)] = n
		}
	}
	for _, x := range base.Archetypes {
		a.archs[plainText(x.Code)], a.archs[plainText(x.Title)] = x.Code, x.Code
	}
	return a
}

func spot(section string, level int) string { return fmt.Sprintf("%s/%d/", section, level) }

// plainText is a text as people compare it: without case and spacing.
func plainText(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// sectionOf answers the id of the section that a node lies in.
func (a *attachment) sectionOf(n Node) string {
	for up := a.byID[n.Parent]; up.ID != ""; up = a.byID[up.Parent] {
		if up.Kind == NodeSection {
			return up.ID
		}
	}
	return ""
}

// row reads one statement.
func (a *attachment) row(i int) {
	section, ok := a.section(i)
	if !ok {
		return
	}
	n := Node{
		Kind: NodeCapability, Wording: WordingOfficial, Title: a.t.cell(i, "statement"), Level: a.level(i), Archetypes: a.archetypes(i),
		Notes: a.t.cell(i, "notes"), SourceURL: a.t.cell(i, "source_url"),
	}
	if n.Title == "" {
		a.unfilledRow(i)
		return
	}
	n.Parent = section.ID
	if g, ok := a.groups[spot(section.ID, n.Level)]; ok && n.Level != 0 {
		n.Parent = g.ID
	}
	a.touched[section.ID] = true
	if n.ID, ok = a.identity(i, n, section); !ok {
		return
	}
	if first, again := a.rowOf[n.ID]; again {
		a.ps.add(a.t.where(i, "statement"), "row %d is the same item", a.t.number[first])
		return
	}
	a.rowOf[n.ID] = i
	a.out = append(a.out, a.complete(n, section))
}

// complete takes over from the item that was there what the table does not say, and gives a code.
func (a *attachment) complete(n Node, section Node) Node {
	was, known := a.byID[n.ID]
	if known && n.Notes == "" {
		n.Notes = was.Notes
	}
	if known && n.SourceURL == "" {
		n.SourceURL = was.SourceURL
	}
	if known && was.Parent == n.Parent && was.Wording == WordingOfficial {
		n.Code = was.Code
		return n
	}
	prefix := section.Code + "-S"
	if parent := a.byID[n.Parent]; parent.Kind == NodeCapability {
		prefix = parent.Code + "-"
	}
	for k := 1; ; k++ {
		n.Code = fmt.Sprintf("%s%02d", prefix, k)
		if _, taken := a.byCode[n.Code]; !taken {
			a.byCode[n.Code] = n
			return n
		}
	}
}

func (a *attachment) section(i int) (Node, bool) {
	found := a.sections[plainText(a.t.cell(i, "section"))]
	switch len(found) {
	case 0:
		a.ps.add(a.t.where(i, "section"), "the framework has no section %q", a.t.cell(i, "section"))
	case 1:
		return found[0], true
	default:
		a.ps.add(a.t.where(i, "section"), "%d sections are called %q: give its code", len(found), a.t.cell(i, "section"))
	}
	return Node{}, false
}

func (a *attachment) level(i int) int {
	text := a.t.cell(i, "level")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(strings.ToLower(text), "level")))
	if err != nil || !slices.ContainsFunc(a.base.Levels, func(l Level) bool { return l.Number == n }) {
		a.ps.add(a.t.where(i, "level"), "%q is not a level of the framework", text)
		return 0
	}
	return n
}

func (a *attachment) archetypes(i int) []string {
	var out []string
	for _, name := range strings.FieldsFunc(a.t.cell(i, "archetypes"), func(r rune) bool { return strings.ContainsRune(",;|/\n", r) }) {
		for _, word := range a.archetypeWords(name) {
			code, known := a.archs[plainText(word)]
			if !known {
				a.ps.add(a.t.where(i, "archetypes"), "%q is not an archetype of the framework", strings.TrimSpace(word))
			} else if !slices.Contains(out, code) {
				out = append(out, code)
			}
		}
	}
	return out
}

// archetypeWords takes a name whole when it is one, else word by word: codes may stand with only spaces between.
func (a *attachment) archetypeWords(name string) []string {
	if _, whole := a.archs[plainText(name)]; whole {
		return []string{name}
	}
	return strings.Fields(name)
}

// statementID is the id of a statement that is new: of its place and text, so that instances agree on it.
func (a *attachment) statementID(n Node, section Node) string {
	return ItemID(a.base.ID, "statement/"+section.Code+"/"+strconv.Itoa(n.Level)+"/"+plainText(n.Title))
}

func parseID(s string) (string, bool) {
	u, err := uuid.Parse(s)
	return u.String(), err == nil && len(s) == 36
}
