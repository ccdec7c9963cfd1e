package mapping

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
)

// WriteStatements writes the table that AttachStatements reads: the official statements with their ids, and a row to fill in for
// each item that has only a label of our own.
func WriteStatements(w io.Writer, f Framework) error {
	c := NewCatalog(f, "")
	rows := [][]string{{"id", "section", "level", "archetypes", "statement", "replaces", "label", "notes", "source_url"}}
	for _, n := range f.Items {
		if n.Kind != NodeCapability || n.Wording == WordingStructure {
			continue
		}
		section := ""
		for _, up := range c.Path(n.ID) {
			if up.Kind == NodeSection {
				section = up.Code
			}
		}
		row := []string{n.ID, section, number(n.Level), strings.Join(n.Archetypes, " "), n.Title, "", "", n.Notes, n.SourceURL}
		if n.Wording == WordingShortLabel {
			row[0], row[4], row[5], row[6] = "", "", n.Code, n.Title
		}
		for i := range row {
			row[i] = Guard(row[i])
		}
		rows = append(rows, row)
	}
	if err := csv.NewWriter(w).WriteAll(rows); err != nil {
		return fmt.Errorf("mapping: write statements as CSV: %w", err)
	}
	return nil
}
