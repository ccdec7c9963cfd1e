// Package sheet reads the rows of a spreadsheet file (xlsx: ECMA-376, Office Open XML). It knows nothing of frameworks.
package sheet

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/xuri/excelize/v2"

	"cairn/mapping"
)

// Limits of a file, so that a small one cannot unfold into more than memory holds.
const (
	maxUnpacked = 64 << 20 // bytes of all parts
	maxPart     = 16 << 20 // bytes of a part kept in memory; larger ones are unpacked to a temporary file
	maxRows     = 25000
	maxColumns  = 200
)

// Is says whether a file is an Office file by its first bytes: a ZIP archive.
func Is(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }

// Rows answers the rows of the first sheet as a spreadsheet shows them, empty ones too: row 1 is the first. Cells are texts; what
// is a number is written as it is shown. *mapping.ImportError says why a file cannot be read.
func Rows(name string, data []byte) ([][]string, error) {
	rows, err := read(data)
	if err != nil {
		return nil, &mapping.ImportError{File: name, Problems: []mapping.Problem{{Where: "file", Message: err.Error()}}}
	}
	return rows, nil
}

var (
	errNoSheet = errors.New("it has no sheet")
	errRows    = fmt.Errorf("it has more than %d rows", maxRows)
	errColumns = fmt.Errorf("it has more than %d columns", maxColumns)
	errBroken  = errors.New("it is no spreadsheet that can be read (xlsx)")
)

// read guards against a library that stops at broken files instead of refusing them.
func read(data []byte) (rows [][]string, err error) {
	defer func() {
		if recover() != nil {
			rows, err = nil, errBroken
		}
	}()
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxPart})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	defer func() { _ = book.Close() }()
	names := book.GetSheetList()
	if len(names) == 0 {
		return nil, errNoSheet
	}
	lines, err := book.Rows(names[0])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	defer func() { _ = lines.Close() }()
	return collect(lines)
}

func collect(lines *excelize.Rows) ([][]string, error) {
	var rows [][]string
	for lines.Next() {
		cells, err := lines.Columns()
		switch {
		case err != nil:
			return nil, fmt.Errorf("%w: %w", errBroken, err)
		case len(cells) > maxColumns:
			return nil, errColumns
		case len(rows) >= maxRows:
			return nil, errRows
		}
		rows = append(rows, cells)
	}
	if err := lines.Error(); err != nil {
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	return rows, nil
}
