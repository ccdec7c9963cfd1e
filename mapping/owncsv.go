package mapping

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// ownColumns are the columns of our CSV in the order of its export. Those after relations belong to the row of the framework.
var ownColumns = []string{"id", "code", "parent", "kind", "title", "level", "archetypes", "wording", "source_url", "notes", "relations",
	"version", "publisher", "checked", "statements", "levels_imply"}

// framework reads our own columns. code, kind and title are needed; parent is the code of a row, empty for a domain; kind is
// section or capability, or framework, level, archetype in rows about the whole (owncsvhead.go); archetypes are codes with
// spaces, commas, semicolons or bars between. id is a UUID given out earlier.
func (t *table) framework(f Framework, m Meta) (Framework, error) {
	var ps problems
	needed := []string{"code", "kind", "title"}
	t.columns(&ps, needed, slices.DeleteFunc(slices.Clone(ownColumns), func(c string) bool { return slices.Contains(needed, c) }))
	if err := ps.err(t.file); err != nil {
		return Framework{}, err
	}
	t.readHead(&ps, &f, m)
	ids := map[string]string{}
	for _, i := range t.item {
		ids[t.cell(i, "code")] = t.id(i, f.ID)
	}
	for _, i := range t.item {
		n := t.node(&ps, i, f.ID, ids)
		f.Items = append(f.Items, n)
		f.Relations = append(f.Relations, t.relations(&ps, i, n.ID)...)
	}
	return t.finish(f, ps)
}

// finish derives levels and archetypes from the rows where none are given, checks the whole, and puts it in order.
func (t *table) finish(f Framework, ps problems) (Framework, error) {
	f.derive()
	if len(f.Archetypes) > maxArchetypes {
		ps.add("file", "it has %d archetypes; at most %d are taken", len(f.Archetypes), maxArchetypes)
	}
	f.Relations = SortRelations(f.Relations)
	if len(ps) == 0 {
		ps = f.problems(t.whereItem)
	}
	if err := ps.err(t.file); err != nil {
		return Framework{}, err
	}
	f.Items = Arrange(f.Items)
	return f, nil
}

// derive names the levels and archetypes that the items use, unless the file names its own.
func (f *Framework) derive() {
	ownLevels, ownArchetypes := len(f.Levels) > 0, len(f.Archetypes) > 0
	levels, archetypes := map[int]bool{}, map[string]bool{}
	for _, n := range f.Items {
		if n.Level != 0 && !levels[n.Level] && !ownLevels {
			levels[n.Level] = true
			f.Levels = append(f.Levels, Level{Number: n.Level})
		}
		for _, code := range n.Archetypes {
			if !archetypes[code] && !ownArchetypes {
				archetypes[code] = true
				f.Archetypes = append(f.Archetypes, Archetype{Code: code, Title: code})
			}
		}
	}
	if !ownLevels {
		slices.SortFunc(f.Levels, func(a, b Level) int { return a.Number - b.Number })
	}
}

func (t *table) node(ps *problems, i int, framework string, ids map[string]string) Node {
	n := Node{
		ID: t.id(i, framework), Code: t.cell(i, "code"), Kind: NodeKind(strings.ToLower(t.cell(i, "kind"))), Title: t.cell(i, "title"),
		Wording: Wording(t.cell(i, "wording")), SourceURL: t.cell(i, "source_url"), Notes: t.cell(i, "notes"),
	}
	if n.Kind == NodeCapability && n.Wording == "" {
		n.Wording = WordingOfficial
	}
	if parent := t.cell(i, "parent"); parent != "" {
		if n.Parent = ids[parent]; n.Parent == "" {
			ps.add(t.where(i, "parent"), "no row has the code %q", parent)
		}
	}
	if level := t.cell(i, "level"); level != "" {
		l, err := strconv.Atoi(level)
		if err != nil || l < 1 || l > maxLevel {
			ps.add(t.where(i, "level"), "%q is not a whole number from 1 to %d", level, maxLevel)
		}
		n.Level = l
	}
	if codes := t.cell(i, "archetypes"); codes != "" {
		n.Archetypes = strings.FieldsFunc(codes, func(r rune) bool { return strings.ContainsRune(archetypeEnds, r) })
	}
	return n
}

func (t *table) id(i int, framework string) string {
	given := t.cell(i, "id")
	if u, err := uuid.Parse(given); err == nil && len(given) == 36 {
		return u.String()
	}
	if given != "" {
		return given // refused with its cell by the check of the whole
	}
	return ItemID(framework, t.cell(i, "code"))
}
