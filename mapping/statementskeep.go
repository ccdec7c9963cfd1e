package mapping

import (
	"cmp"
	"maps"
	"slices"
)

// identity decides which item a statement is.
func (a *attachment) identity(i int, n Node, section Node) (string, bool) {
	same, known := a.byText[spot(section.ID, n.Level)+plainText(n.Title)]
	label, ok := a.replaced(i, known)
	if !ok {
		return "", false
	}
	if given := a.t.cell(i, "id"); given != "" {
		id, ok := parseID(given)
		if was, here := a.byID[id]; !ok || here && (was.Kind != NodeCapability || was.Wording == WordingStructure) {
			a.ps.add(a.t.where(i, "id"), "%q is not the id of a statement", given)
			return "", false
		}
		if label.ID != "" && label.ID != id {
			a.gone[label.ID] = id
		}
		return id, true
	}
	switch {
	case label.ID != "":
		return label.ID, true // the same statement, in the publisher's words from now on
	case known:
		return same.ID, true
	}
	return a.statementID(n, section), true
}

// replaced answers the labelled item that a row takes the place of. It may have done so in an earlier version.
func (a *attachment) replaced(i int, known bool) (Node, bool) {
	ref := a.t.cell(i, "replaces")
	if ref == "" {
		return Node{}, true
	}
	n, found := a.byCode[ref]
	if !found {
		n, found = a.byID[ref]
	}
	if !found {
		n, found = a.byID[ItemID(a.base.ID, ref)] // replaced before, when it got another code
	}
	switch {
	case found && n.Kind == NodeCapability && n.Wording != WordingStructure:
		return n, true
	case !found && (known || a.t.cell(i, "id") != ""):
		return Node{}, true
	}
	a.ps.add(a.t.where(i, "replaces"), "no labelled item is called %q", ref)
	return Node{}, false
}

// unfilledRow notes a row that waits for its statement.
func (a *attachment) unfilledRow(i int) {
	if a.t.cell(i, "replaces") == "" {
		a.ps.add(a.t.where(i, "statement"), "it is empty")
		return
	}
	if n, ok := a.replaced(i, true); ok {
		a.open[n.ID] = true
		a.unfilled++
	}
}

// checkKept refuses a table that keeps a label in one row and replaces it in another.
func (a *attachment) checkKept() {
	for _, old := range slices.Sorted(maps.Keys(a.gone)) {
		id := a.gone[old]
		if row, both := a.rowOf[old]; both {
			a.ps.add(a.t.where(row, "id"), "the item is replaced in row %d", a.t.number[a.rowOf[id]])
		}
	}
}

// build makes the new version: what is not touched, and the statements in the order of the table.
func (a *attachment) build() Framework {
	f := a.base
	kids := map[string][]Node{}
	left := map[string]bool{} // ids that leave
	for _, n := range a.base.Items {
		_, again := a.rowOf[n.ID]
		if again || a.retires(n) {
			left[n.ID] = !again
			continue
		}
		kids[n.Parent] = append(kids[n.Parent], n)
	}
	sorted := map[string]bool{}
	for _, n := range a.out {
		kids[n.Parent] = append(kids[n.Parent], n)
		sorted[n.Parent] = true
	}
	f.Items = make([]Node, 0, len(a.base.Items)+len(a.out))
	var walk func(parent string)
	walk = func(parent string) {
		if sorted[parent] {
			slices.SortStableFunc(kids[parent], func(x, y Node) int { return cmp.Or(x.compare(y), grouping(x)-grouping(y)) })
		}
		for _, n := range kids[parent] {
			f.Items = append(f.Items, n)
			walk(n.ID)
		}
	}
	walk("")
	f.Relations = a.relations(left)
	return f
}

// grouping puts the group of a level before statements beside it.
func grouping(n Node) int {
	if n.Wording == WordingStructure {
		return 0
	}
	return 1
}

// retires says whether an item that no row names leaves the framework.
func (a *attachment) retires(n Node) bool {
	if _, replaced := a.gone[n.ID]; replaced {
		return true
	}
	return n.Kind == NodeCapability && n.Wording != WordingStructure && a.touched[a.sectionOf(n)] && !a.open[n.ID]
}

// relations keeps those of the base, with items that left named as what lies elsewhere, and adds what was replaced by what.
func (a *attachment) relations(left map[string]bool) []Relation {
	var out []Relation
	elsewhere := func(end string) string {
		if left[end] {
			return "urn:uuid:" + end
		}
		return end
	}
	for _, r := range a.base.Relations {
		if !left[r.From] || !left[r.To] {
			out = append(out, Relation{From: elsewhere(r.From), Type: r.Type, To: elsewhere(r.To)})
		}
	}
	for old, id := range a.gone {
		out = append(out, Relation{From: "urn:uuid:" + old, Type: RelationReplacedBy, To: id})
	}
	return SortRelations(out)
}

// report says what became of the rows and of what was there.
func (a *attachment) report(f Framework) Fidelity {
	d := Diff(a.base, f)
	r := Fidelity{Format: "statements"}
	worded := 0
	for _, c := range d.Changed {
		if slices.Contains(c.Fields, "wording") {
			worded++
		}
	}
	r.Keep("items as they were", d.Unchanged)
	r.Map("labelled items", worded, "the publisher's statement; their identity, tags and evidence stay")
	r.Map("statements", len(d.Changed)-worded, "changed")
	r.Map("statements", len(d.Added), "added")
	r.Map("rows without a statement", a.unfilled, "the label stays until they are filled in")
	r.Drop("items", len(d.Retired), "retired: no row keeps them in the sections that the table names")
	return r
}
