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
// is the last one above it of the depth before. Related skills, tools and learning resources are left out.
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
	return t.finish(f, ps)
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
