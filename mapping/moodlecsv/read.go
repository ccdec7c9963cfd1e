package moodlecsv

import (
	"slices"
	"strings"

	"cairn/mapping"
)

// Is says whether a table has Moodle's columns.
func Is(t *mapping.Table) bool {
	return t.Has(low(colParent), low(colID), low(colName), low(colFramework))
}

func low(column string) string { return strings.ToLower(column) }

// reader is one table while it is read.
type reader struct {
	*mapping.Table
	problems mapping.Problems
	report   mapping.Fidelity
	f        mapping.Framework
	rows     []int // row of each item
}

// Read reads a framework of Moodle. Items that hold others become sections, the others capabilities; identifiers are made from the ID
// numbers. It answers what became of the rest, or *mapping.ImportError. What Meta gives wins over the file.
func Read(m mapping.Meta, name string, data []byte) (mapping.Framework, mapping.Fidelity, error) {
	t, err := mapping.ReadTable(name, data)
	if err != nil {
		return mapping.Framework{}, mapping.Fidelity{}, err
	}
	r := &reader{Table: t, report: mapping.Fidelity{Format: Format}}
	head := r.head(m, m.Complete(name, data))
	prefix := r.prefix(head)
	r.items(prefix)
	r.related(prefix)
	r.f.Relations = mapping.SortRelations(r.f.Relations)
	if r.problems.Err(name) == nil {
		r.problems.Check(r.f, r.where)
	}
	if err := r.problems.Err(name); err != nil {
		return mapping.Framework{}, mapping.Fidelity{}, err
	}
	r.f.Items = mapping.Arrange(r.f.Items)
	r.tell()
	return r.f, r.report, nil
}

// where names a field of an item by the cell it came from.
func (r *reader) where(item int, field string) string {
	column := map[string]string{"code": colID, "id": colID, "title": colName, "notes": colText, "parent": colParent}[field]
	if column == "" {
		column = field
	}
	return r.Where(r.rows[item], column)
}

func (r *reader) cell(i int, column string) string { return r.Cell(i, low(column)) }

// isHead says whether a row is the framework's own.
func (r *reader) isHead(i int) bool {
	flag := r.cell(i, colFramework)
	return flag != "" && flag != "0"
}

// head reads the framework's row and answers its number; there is exactly one.
func (r *reader) head(given, whole mapping.Meta) int {
	head := -1
	for i := range r.Len() {
		if !r.isHead(i) {
			continue
		}
		if head >= 0 {
			r.problems.Add(r.Where(i, colFramework), "a second framework; give each its own file")
			continue
		}
		head = i
	}
	r.f = mapping.Framework{ID: whole.ID, Version: whole.Version, Title: whole.Title, Publisher: given.Publisher, SourceURL: given.SourceURL}
	if head < 0 {
		r.problems.Add("file", "no row is marked in %q", colFramework)
		return head
	}
	if id := r.cell(head, colID); given.ID == "" && id != "" {
		r.f.ID = mapping.Slug(id)
	}
	if given.Title == "" {
		r.f.Title, _ = titleAndNotes(r.cell(head, colName), r.cell(head, colText))
	}
	r.f.GUID = mapping.VersionGUID(r.f.ID, r.f.Version)
	return head
}

// prefix is what Write puts before every code, when it stands before all of them.
func (r *reader) prefix(head int) string {
	if head < 0 {
		return ""
	}
	prefix := r.cell(head, colID) + between
	for i := range r.Len() {
		if rest, ok := strings.CutPrefix(r.cell(i, colID), prefix); i != head && (!ok || rest == "") {
			return ""
		}
	}
	return prefix
}

func (r *reader) items(prefix string) {
	holds, ids := map[string]bool{}, map[string]string{}
	for i := range r.Len() {
		if !r.isHead(i) {
			code := strings.TrimPrefix(r.cell(i, colID), prefix)
			ids[r.cell(i, colID)] = mapping.ItemID(r.f.ID, code)
			holds[r.cell(i, colParent)] = true
		}
	}
	for i := range r.Len() {
		if r.isHead(i) {
			continue
		}
		number, parent := r.cell(i, colID), r.cell(i, colParent)
		n := mapping.Node{ID: ids[number], Code: strings.TrimPrefix(number, prefix), Parent: ids[parent], Kind: mapping.NodeCapability, Wording: mapping.WordingOfficial}
		n.Title, n.Notes = titleAndNotes(r.cell(i, colName), r.cell(i, colText))
		if number != "" && holds[number] {
			n.Kind, n.Wording = mapping.NodeSection, ""
		}
		if parent != "" && n.Parent == "" {
			r.problems.Add(r.Where(i, colParent), "no row has the ID number %q", parent)
		}
		r.f.Items, r.rows = append(r.f.Items, n), append(r.rows, i)
	}
}

// related reads the cross-references; Moodle forgets those to unknown competencies, and so do we, with a word.
func (r *reader) related(prefix string) {
	ids := map[string]string{}
	for _, n := range r.f.Items {
		ids[prefix+n.Code] = n.ID
	}
	unknown := 0
	for item, i := range r.rows {
		for _, raw := range strings.Split(r.cell(i, colRelated), ",") {
			number := strings.ReplaceAll(strings.TrimSpace(raw), "%2C", ",")
			to, ok := ids[number]
			switch {
			case number == "":
			case !ok || to == r.f.Items[item].ID:
				unknown++
			default:
				r.f.Relations = append(r.f.Relations, mapping.Relation{From: r.f.Items[item].ID, Type: mapping.RelationRelatedTo, To: to})
			}
		}
	}
	r.report.Drop("cross-references", unknown, "they lead to no other row")
}

// tell completes the report.
func (r *reader) tell() {
	var rules, scales, taxonomies, sections, other int
	known := make([]string, 0, len(columns))
	for _, c := range columns {
		known = append(known, low(c))
	}
	for i := range r.Len() {
		rules += count(r.cell(i, colRule) != "")
		scales += count(r.cell(i, colScale) != "")
		taxonomies += count(r.cell(i, colTaxonomy) != "")
		for _, c := range r.Columns() {
			other += count(!slices.Contains(known, c) && r.Cell(i, c) != "")
		}
	}
	for _, n := range r.f.Items {
		sections += count(n.Kind == mapping.NodeSection)
	}
	r.report.Keep("items", len(r.f.Items))
	r.report.Keep("cross-references", len(r.f.Relations))
	r.report.Map("competencies that hold others", sections, "sections")
	r.report.Map("version", 1, "a digest of the file, unless one was given")
	r.report.Drop("rules", rules, "rules of Cairn are made in Cairn")
	r.report.Drop("scales", scales, "Cairn counts evidence and grades nothing")
	r.report.Drop("taxonomy", taxonomies, "a framework of Cairn has no place for it")
	r.report.Drop("cells of unknown columns", other, "they are not Moodle's")
}
