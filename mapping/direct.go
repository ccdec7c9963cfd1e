package mapping

import "strings"

// directColumns is the header of the DIRECT framework's table (CC BY 4.0): three columns for three depths, of which each row
// fills one, and a slug that names the row.
var directColumns = []string{"competency_domain", "competency", "skill", "description", "slug"}

// isDirect says whether the table has the shape of DIRECT.
func (t *table) isDirect() bool {
	for _, c := range directColumns {
		if _, ok := t.column[c]; !ok {
			return false
		}
	}
	return true
}

// direct reads a table of DIRECT's shape: domains and competencies become sections, skills capabilities. What each row hangs on
// is the last one above it of the depth before. Related skills become relations (isRelatedTo); tools and learning resources are left out.
func (t *table) direct(f Framework) (Framework, error) {
	var ps problems
	t.called = map[string]string{"code": "slug", "id": "slug", "title": "skill", "notes": "description"}
	var above [2]string // ids of the last domain and the last competency
	for i := range t.rows {
		depth, ok := t.depth(&ps, i)
		if !ok {
			continue
		}
		code := t.cell(i, "slug")
		n := Node{
			ID: ItemID(f.ID, code), Code: code, Kind: NodeSection,
			Title: t.cell(i, directColumns[depth]), Notes: t.cell(i, "description"),
		}
		if depth > 0 {
			if n.Parent = above[depth-1]; n.Parent == "" {
				ps.add(t.where(i, directColumns[depth]), "no row above it fills %q", directColumns[depth-1])
			}
		}
		if depth == 2 {
			n.Kind, n.Wording = NodeCapability, WordingOfficial
		} else {
			above[depth] = n.ID
		}
		if depth == 0 {
			above[1] = ""
		}
		f.Items = append(f.Items, n)
	}
	f.Relations = SortRelations(t.related(f))
	return t.finish(f, ps)
}

// related reads the slugs of related skills, with bars between. What names no other row of the table is left out: the table refers to
// what it does not hold.
func (t *table) related(f Framework) (out []Relation) {
	there := nodesByID(f)
	for i := range t.rows {
		from := ItemID(f.ID, t.cell(i, "slug"))
		for _, slug := range relatedSlugs(t.cell(i, "related_skills")) {
			to := ItemID(f.ID, slug)
			if _, known := there[to]; known && to != from {
				out = append(out, Relation{From: from, Type: RelationRelatedTo, To: to})
			}
		}
	}
	return out
}

// relatedSlugs takes a cell of related skills apart.
func relatedSlugs(cell string) (slugs []string) {
	for slug := range strings.SplitSeq(cell, "|") {
		if slug = strings.TrimSpace(slug); slug != "" {
			slugs = append(slugs, slug)
		}
	}
	return slugs
}

// DirectReport says what became of a table of DIRECT's shape.
func DirectReport(t *Table, f Framework) Fidelity {
	items := f
	items.Relations = nil
	r := Whole("DIRECT", items)
	r.Map("related skills", len(f.Relations), "relations of the kind isRelatedTo")
	named := 0
	for i := range t.Len() {
		named += len(relatedSlugs(t.Cell(i, "related_skills")))
	}
	r.Drop("related skills", named-len(f.Relations), "they name no other row of the table, or one twice")
	for _, c := range []string{"tools_languages_methodologies", "learning_resources"} {
		n := 0
		for i := range t.Len() {
			if t.Cell(i, c) != "" {
				n++
			}
		}
		r.Drop(strings.ReplaceAll(c, "_", " "), n, "a framework of Cairn has no place for it")
	}
	return r
}

// depth answers which of the three columns the row fills.
func (t *table) depth(ps *problems, i int) (int, bool) {
	var filled []int
	for d, c := range directColumns[:3] {
		if t.cell(i, c) != "" {
			filled = append(filled, d)
		}
	}
	if len(filled) != 1 {
		ps.add(t.where(i, directColumns[0]), "one of %s has to be filled", strings.Join(directColumns[:3], ", "))
		return 0, false
	}
	return filled[0], true
}
