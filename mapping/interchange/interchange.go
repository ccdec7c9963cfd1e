// Package interchange chooses among the formats that frameworks come and go in: by the content of a file on its way in, by name
// on its way out. Every way in or out ends with a report of what was kept, mapped and dropped.
package interchange

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"cairn/mapping"
	"cairn/mapping/casefmt"
	"cairn/mapping/moodlecsv"
	"cairn/mapping/sheet"
)

// Import is a file that was read.
type Import struct {
	Framework mapping.Framework
	Report    mapping.Fidelity
	Attached  bool // statements were attached to a framework that was there already
}

// Newest answers the newest version of a framework that is there, by its short name.
type Newest func(id string) (mapping.Framework, bool)

// Read reads a framework file of any format: our JSON pack and CSV, the table of DIRECT, CASE 1.0 and 1.1, Moodle's CSV, a
// spreadsheet (xlsx) of our columns, and the official statements of a framework that is there, in CSV or xlsx. What Meta gives
// wins over tables and CASE; for statements its ID names the framework, the built-in one if it is empty. *mapping.ImportError names
// every problem, and then nothing was read.
func Read(m mapping.Meta, name string, data []byte, newest Newest) (Import, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	switch {
	case len(data) > mapping.MaxFile: // refused below, in mapping's words
	case sheet.Is(data):
		return readSheet(m, name, data, newest)
	case !utf8.Valid(data):
	case casefmt.Is(data):
		f, report, err := casefmt.Parse(m, name, data)
		return Import{Framework: f, Report: report}, err
	case !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")):
		return readCSV(m, name, data, newest)
	}
	f, err := m.Parse(name, data)
	if err != nil {
		return Import{}, err
	}
	return Import{Framework: f, Report: mapping.Whole("pack", f)}, nil
}

func readCSV(m mapping.Meta, name string, data []byte, newest Newest) (Import, error) {
	t, err := mapping.ReadTable(name, data)
	switch {
	case err != nil:
		return Import{}, err
	case moodlecsv.Is(t):
		f, report, err := moodlecsv.Read(m, name, data)
		return Import{Framework: f, Report: report}, err
	case mapping.IsStatements(t):
		return attach(m, name, t, newest)
	}
	f, err := m.Parse(name, data)
	if err != nil {
		return Import{}, err
	}
	return Import{Framework: f, Report: tableReport("CSV", t, f)}, nil
}

func readSheet(m mapping.Meta, name string, data []byte, newest Newest) (Import, error) {
	rows, err := sheet.Rows(name, data)
	if err != nil {
		return Import{}, err
	}
	t, err := mapping.NewTable(name, rows)
	switch {
	case err != nil:
		return Import{}, err
	case mapping.IsStatements(t):
		return attach(m, name, t, newest)
	}
	f, err := m.ParseRows(name, rows, data)
	if err != nil {
		return Import{}, err
	}
	return Import{Framework: f, Report: tableReport("spreadsheet", t, f)}, nil
}

func attach(m mapping.Meta, name string, t *mapping.Table, newest Newest) (Import, error) {
	id := m.ID
	if id == "" {
		id = mapping.Builtin().ID
	}
	base, ok := newest(id)
	if !ok && id == mapping.Builtin().ID {
		base, ok = mapping.Builtin(), true
	}
	if !ok {
		return Import{}, refuse(name, fmt.Sprintf("its statements need the framework %q, which is not there", id))
	}
	f, report, err := m.AttachStatements(name, base, t)
	return Import{Framework: f, Report: report, Attached: true}, err
}

func refuse(file, message string) error {
	return &mapping.ImportError{File: file, Problems: []mapping.Problem{{Where: "file", Message: message}}}
}

func tableReport(format string, t *mapping.Table, f mapping.Framework) mapping.Fidelity {
	if t.Has("kind") {
		return mapping.Whole(format, f)
	}
	return mapping.DirectReport(t, f)
}

// Format is a way out.
type Format string

// The formats of export.
const (
	CASE       Format = "case"       // CFPackage of CASE 1.1
	CSV        Format = "csv"        // our own; read again it is the same framework
	Moodle     Format = "moodle"     // for Moodle's import of competency frameworks
	Statements Format = "statements" // the table to complete with the official statements
)

// ErrFormat says that no export has this name.
var ErrFormat = errors.New("interchange: the formats are case, csv, moodle and statements")

// Write writes a published version. CASE also tells when it was published, and whether it is retired.
func Write(w io.Writer, format Format, p mapping.Publication) (mapping.Fidelity, error) {
	c := p.Catalog
	switch format {
	case CASE:
		body, err := casefmt.ExportPublication(p).JSON()
		if err == nil {
			_, err = w.Write(append(body, '\n'))
		}
		return mapping.Whole(casefmt.Format, c.Framework), err
	case CSV:
		return mapping.Whole("CSV", c.Framework), mapping.WriteCSV(w, c.Framework)
	case Moodle:
		return moodlecsv.Write(w, c.Framework)
	case Statements:
		return statementsReport(c), mapping.WriteStatements(w, c.Framework)
	}
	return mapping.Fidelity{}, ErrFormat
}

func statementsReport(c *mapping.Catalog) mapping.Fidelity {
	r := mapping.Fidelity{Format: string(Statements)}
	official, labels, structure := 0, 0, 0
	for _, n := range c.Tracked("") {
		switch n.Wording {
		case mapping.WordingShortLabel:
			labels++
		case mapping.WordingStructure:
			structure++
		default:
			official++
		}
	}
	r.Keep("statements", official)
	r.Map("labelled items", labels, "rows to be filled in")
	r.Drop("sections and groups", len(c.Items)-official-labels, "the structure stays in the framework")
	return r
}
