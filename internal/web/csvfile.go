package web

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"cairn/mapping"
)

// csvFile answers a table as a file to keep: UTF-8 with a byte order mark, as spreadsheets want it, and no cell is run as a formula
// there. name has no ending. The first row is the head.
func csvFile(name string, rows [][]string) (answer, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	out := csv.NewWriter(&b)
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = mapping.Guard(cell)
		}
		if err := out.Write(safe); err != nil {
			return answer{}, fmt.Errorf("write a table: %w", err)
		}
	}
	out.Flush()
	return answer{body: b.Bytes(), kind: "text/csv; charset=utf-8", download: name + ".csv"}, out.Error()
}
