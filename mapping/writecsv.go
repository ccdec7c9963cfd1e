package mapping

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteCSV writes a framework as our CSV, with rows about the whole before its items. Read again it is the same framework.
func WriteCSV(w io.Writer, f Framework) error {
	out := csv.NewWriter(w)
	rows := append([][]string{ownColumns}, headRows(f)...)
	code := map[string]string{}
	for _, n := range f.Items {
		code[n.ID] = n.Code
	}
	relations := map[string][]string{}
	for _, r := range f.Relations {
		relations[r.From] = append(relations[r.From], string(r.Type)+" "+r.To)
	}
	for _, n := range f.Items {
		rows = append(rows, ownRow(map[string]string{
			"id": n.ID, "code": n.Code, "parent": code[n.Parent], "kind": string(n.Kind), "title": n.Title, "level": number(n.Level),
			"archetypes": strings.Join(n.Archetypes, " "), "wording": string(n.Wording), "source_url": n.SourceURL, "notes": n.Notes,
			"relations": strings.Join(relations[n.ID], "\n"),
		}))
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("mapping: write a framework as CSV: %w", err)
	}
	return nil
}

// headRows are the rows about the whole: see owncsvhead.go.
func headRows(f Framework) [][]string {
	rows := [][]string{ownRow(map[string]string{
		"kind": rowFramework, "id": f.GUID, "code": f.ID, "title": f.Title, "source_url": f.SourceURL, "version": f.Version,
		"publisher": f.Publisher, "checked": f.Checked, "statements": number(f.Statements), "levels_imply": yes(f.LevelsImply), "relations": looseRelations(f),
	})}
	for _, l := range f.Levels {
		rows = append(rows, ownRow(map[string]string{"kind": rowLevel, "level": number(l.Number), "title": l.Name}))
	}
	for _, a := range f.Archetypes {
		rows = append(rows, ownRow(map[string]string{"kind": rowArchetype, "code": a.Code, "title": a.Title, "notes": a.ExampleRoles}))
	}
	return rows
}

func ownRow(cells map[string]string) []string {
	row := make([]string, len(ownColumns))
	for i, c := range ownColumns {
		row[i] = Guard(cells[c])
	}
	return row
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

// looseRelations are those that begin at no item: at the framework, or elsewhere.
func looseRelations(f Framework) string {
	items := map[string]bool{}
	for _, n := range f.Items {
		items[n.ID] = true
	}
	var lines []string
	for _, r := range f.Relations {
		if !items[r.From] {
			lines = append(lines, r.From+" "+string(r.Type)+" "+r.To)
		}
	}
	return strings.Join(lines, "\n")
}

// formula are the beginnings that a spreadsheet takes for a formula (OWASP: CSV injection).
const formula = "=+-@"

// Guard writes a cell so that no spreadsheet runs it: a text that would begin a formula gets an apostrophe before it. Reading a
// table takes it off again.
func Guard(cell string) string {
	if bare := strings.TrimLeft(cell, "'"); bare != "" && strings.ContainsRune(formula, rune(bare[0])) {
		return "'" + cell
	}
	return cell
}

func unguard(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && Guard(rest) != rest {
		return rest
	}
	return cell
}
