package mapping

import (
	"slices"
	"strconv"
	"strings"
)

// Kinds of rows of our CSV that are no items but say something of the whole. They make its export complete; a table by hand
// needs none of them.
const (
	rowFramework = "framework" // code: short name, id: GUID, title, source_url, version, publisher, checked, statements, levels_imply: yes or nothing
	rowLevel     = "level"     // level: its number, title: its name
	rowArchetype = "archetype" // code, title, notes: example roles
)

// archetypeEnds are what stands between the codes of archetypes in one cell; codes hold none of them.
const archetypeEnds = " ,;|\t\n"

// readHead reads the rows about the whole, and notes which rows are items. What Meta gives wins over the file.
func (t *table) readHead(ps *problems, f *Framework, m Meta) {
	t.item = []int{}
	heads := 0
	for i := range t.rows {
		switch strings.ToLower(t.cell(i, "kind")) {
		case rowFramework:
			if heads++; heads > 1 {
				ps.add(t.where(i, "kind"), "a second row about the framework")
			}
			t.readFramework(ps, i, f, m)
		case rowLevel:
			n, err := strconv.Atoi(t.cell(i, "level"))
			if err != nil || n < 1 || n > maxLevel {
				ps.add(t.where(i, "level"), "%q is not a whole number from 1 to %d", t.cell(i, "level"), maxLevel)
			}
			f.Levels = append(f.Levels, Level{Number: n, Name: t.cell(i, "title")})
		case rowArchetype:
			f.Archetypes = append(f.Archetypes, Archetype{Code: t.cell(i, "code"), Title: t.cell(i, "title"), ExampleRoles: t.cell(i, "notes")})
		default:
			t.item = append(t.item, i)
			t.itemsOnly(ps, i)
		}
	}
}

// itemsOnly refuses what an item's row cannot say: it would be accepted and ignored.
func (t *table) itemsOnly(ps *problems, i int) {
	for _, c := range ownColumns[slices.Index(ownColumns, "version"):] {
		if t.cell(i, c) != "" {
			ps.add(t.where(i, c), "only the row of the framework has it")
		}
	}
}

func (t *table) readFramework(ps *problems, i int, f *Framework, m Meta) {
	or := func(given string, now *string, column string) {
		if cell := t.cell(i, column); given == "" && cell != "" {
			*now = cell
		}
	}
	or(m.ID, &f.ID, "code")
	or(m.Version, &f.Version, "version")
	or(m.Title, &f.Title, "title")
	or(m.Publisher, &f.Publisher, "publisher")
	or(m.SourceURL, &f.SourceURL, "source_url")
	f.Checked = t.cell(i, "checked")
	if n := t.cell(i, "statements"); n != "" {
		var err error
		if f.Statements, err = strconv.Atoi(n); err != nil || f.Statements < 0 {
			ps.add(t.where(i, "statements"), "%q is not a whole number", n)
		}
	}
	switch imply := strings.ToLower(t.cell(i, "levels_imply")); imply {
	case "", "no":
	case "yes":
		f.LevelsImply = true
	default:
		ps.add(t.where(i, "levels_imply"), "%q is neither yes nor no", imply)
	}
	f.GUID = VersionGUID(f.ID, f.Version)
	if guid := t.cell(i, "id"); guid != "" && m.ID == "" && m.Version == "" {
		f.GUID = guid // checked with the whole
	}
	for line := range strings.Lines(t.cell(i, "relations")) {
		words := strings.Fields(line)
		if len(words) != 3 {
			ps.add(t.where(i, "relations"), "%q is not: from, relation, to", strings.TrimSpace(line))
			continue
		}
		f.Relations = append(f.Relations, Relation{From: words[0], Type: RelationType(words[1]), To: words[2]})
	}
}

// relations reads those that begin at an item: one a line, the type and then the id or IRI of the other end.
func (t *table) relations(ps *problems, i int, from string) []Relation {
	var out []Relation
	for line := range strings.Lines(t.cell(i, "relations")) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if len(words) != 2 {
			ps.add(t.where(i, "relations"), "%q is not: relation, other end", strings.TrimSpace(line))
			continue
		}
		kind, ok := ParseRelationType(words[0])
		if !ok {
			ps.add(t.where(i, "relations"), "%q is no relation of CASE", words[0])
		}
		out = append(out, Relation{From: from, Type: kind, To: words[1]})
	}
	return out
}
