package web

import (
	"fmt"
	"slices"

	"cairn/mapping"
)

// calibrationTable is what a learner says of themselves beside what there is evidence for, by role. The two are counted, never mixed.
type calibrationTable struct {
	Heads []string
	Rows  []calibrationRow
}

// calibrationRow is one role, or what is for every role. Each number leads to its list.
type calibrationRow struct {
	Role  string
	Cells []calibrationCell
}

type calibrationCell struct {
	Head   string // where cells stand below one another
	Number counted
}

// everyRole stands in addresses for what is for every role.
const everyRole = "every"

// saidCells are the numbers of a row, as addresses name them, in the order of the table.
var saidCells = []string{"rated", "both", "said", "evidence", "neither"}

func saidCell(c mapping.Calibration, cell string) int {
	switch cell {
	case "rated":
		return c.Rated
	case "both":
		return c.Both
	case "said":
		return c.Said
	case "evidence":
		return c.Evidence
	}
	return c.Neither
}

// readRatings reads how the learner of the record rates themselves; nobody else's pages ask for it.
func (s *site) readRatings(v *visit, r *record) error {
	if r.name != "" || r.learner == "" || r.ratings != nil {
		return nil
	}
	all, err := s.Tracks.Ratings(v.Context(), r.learner)
	if err != nil {
		return fmt.Errorf("read the ratings of a learner: %w", err)
	}
	r.ratings = make(map[string]mapping.Rating, len(all))
	for _, m := range all {
		r.ratings[m.Capability] = m
	}
	return nil
}

// calibrationOf counts the ratings of what the roles show; nil when nothing is rated.
func (r *record) calibrationOf(v *visit) *calibrationTable {
	if len(r.ratings) == 0 {
		return nil
	}
	codes := make([]string, 0, len(r.cat.Archetypes))
	for _, a := range slices.Backward(r.cat.Archetypes) {
		codes = append(codes, a.Code)
	}
	var said []mapping.Rated
	for _, n := range r.tracked("") {
		said = append(said, mapping.Rated{Node: n, Now: r.ratings[n.ID].Now, State: r.of(n.ID).State})
	}
	t := calibrationTable{}
	for _, cell := range saidCells {
		t.Heads = append(t.Heads, v.say("said."+cell))
	}
	for _, c := range mapping.Calibrate(codes, said) {
		if c.Rated == 0 {
			continue
		}
		row, group := calibrationRow{Role: roleTitles(r.cat, []string{c.Archetype})}, c.Archetype
		if group == "" {
			row.Role, group = v.say("capability.everyrole"), everyRole
		}
		for i, cell := range saidCells {
			row.Cells = append(row.Cells, calibrationCell{t.Heads[i], v.num(saidCell(c, cell), r.href(v, "/list", "said", cell, "group", group))})
		}
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return &t
}

// saidIn says whether a capability is among those that a number of the table counts.
func (r *record) saidIn(n mapping.Node, cell, group string) bool {
	one := []mapping.Rated{{Node: n, Now: r.ratings[n.ID].Now, State: r.of(n.ID).State}}
	codes := []string{group}
	if group == everyRole {
		codes = nil
	}
	found := mapping.Calibrate(codes, one)
	return len(found) > 0 && (found[0].Archetype != "") == (group != everyRole) && saidCell(found[0], cell) == 1
}

// knownGroup says whether an address may ask for the group.
func (r *record) knownGroup(group string) bool {
	return group == everyRole || slices.ContainsFunc(r.cat.Archetypes, func(a mapping.Archetype) bool { return a.Code == group })
}
