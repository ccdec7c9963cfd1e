package mapping

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxFile is the most bytes a framework file may have. A framework of as many items as are taken, exported as CASE, stays below it.
const MaxFile = 64 << 20

// Meta is what a table does not say about its framework. Empty fields are filled in from the file: ID from its name, Version
// from a digest of its bytes, so that a changed file is another version, Title from its name.
type Meta struct {
	ID        string
	Version   string
	Title     string
	Publisher string
	SourceURL string
}

// ParseFramework reads a framework file: our JSON pack, our CSV, or the CSV of DIRECT. name is the file's name. It answers
// *ImportError with every problem, named by row and column (by item and field in JSON); nothing is read in part.
func ParseFramework(name string, data []byte) (Framework, error) {
	return Meta{}.Parse(name, data)
}

// Parse reads a framework file as ParseFramework does. What Meta gives is used for tables; a pack says everything itself.
func (m Meta) Parse(name string, data []byte) (Framework, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	switch {
	case len(data) > MaxFile:
		return Framework{}, problems{{"file", fmt.Sprintf("it is larger than %d bytes", MaxFile)}}.err(name)
	case !utf8.Valid(data):
		return Framework{}, problems{{"file", "it is not UTF-8 text"}}.err(name)
	case len(bytes.TrimSpace(data)) == 0:
		return Framework{}, problems{{"file", "it is empty"}}.err(name)
	case bytes.TrimSpace(data)[0] == '{':
		return ParsePack(name, data)
	}
	t, err := readTable(name, data)
	if err != nil {
		return Framework{}, err
	}
	f := m.head(name, data)
	return m.table(t, f)
}

// ParseRows reads a table that another format held, as Parse does: the rows as a spreadsheet shows them, the header first. data
// is the file they come from, for the version's digest.
func (m Meta) ParseRows(name string, rows [][]string, data []byte) (Framework, error) {
	t, err := newTable(name, rows)
	if err != nil {
		return Framework{}, err
	}
	return m.table(t, m.head(name, data))
}

func (m Meta) table(t *table, f Framework) (Framework, error) {
	if t.isDirect() {
		return t.direct(f)
	}
	return t.framework(f, m)
}

// Complete fills in what is empty: ID from the file's name, Version from a digest of its bytes, Title from the name.
func (m Meta) Complete(name string, data []byte) Meta {
	f := m.head(name, data)
	m.ID, m.Version, m.Title = f.ID, f.Version, f.Title
	return m
}

func (m Meta) head(name string, data []byte) Framework {
	base := strings.TrimSpace(strings.TrimSuffix(path.Base(strings.ReplaceAll(name, `\`, "/")), path.Ext(name)))
	f := Framework{ID: m.ID, Version: m.Version, Title: m.Title, Publisher: m.Publisher, SourceURL: m.SourceURL}
	if f.ID == "" {
		f.ID = slug(base)
	}
	if f.Version == "" {
		sum := sha256.Sum256(data)
		f.Version = "sha256-" + hex.EncodeToString(sum[:6])
	}
	if f.Title == "" {
		f.Title = base
	}
	f.GUID = frameworkGUID(Namespace, f.ID, f.Version)
	return f
}

// slug turns a name into lower-case words of letters and digits with hyphens between.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if len(words) == 0 {
		return "framework"
	}
	return strings.Join(words, "-")
}

// table is a CSV file by named columns. Rows are numbered as a spreadsheet shows them: the header is row 1.
type table struct {
	file   string
	column map[string]int
	rows   [][]string
	number []int             // row number of each row
	item   []int             // row of each item, where not every row is one
	called map[string]string // what a field of a node is called in this shape of table, where it is not the same
}

// maxTable is more rows than a table of items and rows about the whole may have: one that goes on has too many of either, and is
// refused for that.
const maxTable = maxItems + maxLevel + maxArchetypes + 1

// readTable reads the file; rows without any text are left out.
func readTable(name string, data []byte) (*table, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	t := &table{file: name, column: map[string]int{}}
	var ps problems
	row, next := 0, 1 // the row read last, and the line the next one begins at unless rows without text are skipped
	for len(t.rows) <= maxTable {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, problems{{fmt.Sprintf("after row %d", row), err.Error()}}.err(name)
		}
		line, _ := r.FieldPos(0)
		row += 1 + line - next
		next = line + 1 + strings.Count(strings.Join(cells, ""), "\n")
		if len(t.column) == 0 {
			t.header(&ps, cells)
			continue
		}
		t.add(&ps, row, cells)
	}
	return t, ps.err(name)
}

// newTable takes rows that were read already. Cells that a row leaves out at its end are empty.
func newTable(name string, rows [][]string) (*table, error) {
	t := &table{file: name, column: map[string]int{}}
	var ps problems
	for i, cells := range rows {
		switch {
		case len(t.rows) > maxTable:
		case len(t.column) == 0 && len(cells) > 0:
			t.header(&ps, cells)
		case len(t.column) > 0:
			t.add(&ps, i+1, slices.Concat(cells, make([]string, max(0, len(t.column)-len(cells)))))
		}
	}
	return t, ps.err(name)
}

func (t *table) header(ps *problems, cells []string) {
	for i, c := range cells {
		name := strings.ToLower(strings.TrimSpace(c))
		if _, again := t.column[name]; again {
			ps.add("row 1", "the column %q is there twice", name)
		}
		t.column[name] = i
	}
}

func (t *table) add(ps *problems, row int, cells []string) {
	if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
		return
	}
	if len(cells) != len(t.column) {
		ps.add(fmt.Sprintf("row %d", row), "it has %d columns, the header %d", len(cells), len(t.column))
	}
	t.rows, t.number = append(t.rows, cells), append(t.number, row)
}

// where names a cell.
func (t *table) where(i int, column string) string {
	if name, ok := t.called[column]; ok {
		column = name
	}
	return fmt.Sprintf("row %d, column %q", t.number[i], column)
}

// cell answers the text of a cell, "" where the file has no such column.
func (t *table) cell(i int, column string) string {
	c, ok := t.column[column]
	if !ok || c >= len(t.rows[i]) {
		return ""
	}
	return unguard(strings.TrimSpace(t.rows[i][c]))
}

// whereItem names a cell of an item.
func (t *table) whereItem(item int, column string) string {
	if t.item != nil {
		item = t.item[item]
	}
	return t.where(item, column)
}

// columns checks that the needed columns are there and no unknown one is.
func (t *table) columns(ps *problems, needed, optional []string) {
	for _, c := range needed {
		if _, ok := t.column[c]; !ok {
			ps.add("row 1", "the column %q is missing", c)
		}
	}
	byIndex := make([]string, len(t.column))
	for c, i := range t.column {
		if i < len(byIndex) {
			byIndex[i] = c
		}
	}
	for i, c := range byIndex {
		if !slices.Contains(needed, c) && !slices.Contains(optional, c) {
			ps.add("row 1", "column %d: %q is unknown; known are %s", i+1, c, strings.Join(slices.Concat(needed, optional), ", "))
		}
	}
}
