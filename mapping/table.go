package mapping

// Table is a table by named columns, for the formats beside this package. Rows are counted from 0 and leave out the header and
// rows without text; Where names them as a spreadsheet does.
type Table struct{ t *table }

// ReadTable reads a CSV file with a header. Column names are taken in lower case. *ImportError.
func ReadTable(name string, data []byte) (*Table, error) {
	t, err := readTable(name, data)
	return &Table{t}, err
}

// NewTable takes rows that were read already, the header first. *ImportError.
func NewTable(name string, rows [][]string) (*Table, error) {
	t, err := newTable(name, rows)
	return &Table{t}, err
}

// Len is how many rows there are.
func (t *Table) Len() int { return len(t.t.rows) }

// Has says whether all of the columns are there.
func (t *Table) Has(columns ...string) bool {
	for _, c := range columns {
		if _, ok := t.t.column[c]; !ok {
			return false
		}
	}
	return true
}

// Columns are the names of the columns, in any order.
func (t *Table) Columns() []string {
	out := make([]string, 0, len(t.t.column))
	for c := range t.t.column {
		out = append(out, c)
	}
	return out
}

// Cell answers the text of a cell without the space around it, "" where there is no such column.
func (t *Table) Cell(i int, column string) string { return t.t.cell(i, column) }

// Where names a cell for people.
func (t *Table) Where(i int, column string) string { return t.t.where(i, column) }

// Problems collects what is wrong in a file, at most 100 things.
type Problems struct{ list problems }

// Add notes one thing.
func (p *Problems) Add(where, format string, args ...any) { p.list.add(where, format, args...) }

// Err answers *ImportError, or nil when nothing is wrong.
func (p *Problems) Err(file string) error { return p.list.err(file) }

// Check holds a framework to the rules of Validate; where names a field of an item in the words of the file it came from.
func (p *Problems) Check(f Framework, where func(item int, field string) string) {
	p.list = append(p.list, f.problems(where)...)
}

// Slug turns a name into lower-case words of letters and digits with hyphens between; "framework" when there are none.
func Slug(name string) string { return slug(name) }
