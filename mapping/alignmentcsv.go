package mapping

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// alignmentColumns is the header of a table of alignments. The first and third are needed; the scope is the caller's.
var alignmentColumns = []string{"activity", "selector", "capability", "verbs", "min_score", "min_duration", "kind", "placed", "from", "until"}

// What the column "kind" says: which evidence may count.
const (
	kindAny      = "any"      // also what the learner alone says; so does an empty cell
	kindRecorded = "recorded" // only what a record of its own shows
)

// placedYes is what the column "placed" says of an activity that belongs to the course without its statements saying so.
const placedYes = "yes"

// verbNames are the verbs that a table may name by one word; others stand as IRIs.
var verbNames = map[string]string{"completed": VerbCompleted, "passed": VerbPassed}

// AlignmentImport is what a table of alignments does not say.
type AlignmentImport struct {
	Scope Scope
	// ID makes the identifiers: the same table under the same ID gives the same ones. It is the id of the changeset or draft.
	ID string
	// Capability answers the id of what a table calls a capability: its code or its id.
	Capability func(name string) (id string, ok bool)
	Own        func(iri string) bool // as in Known; nil: nothing is
	Retired    func(id string) bool  // as in Known; nil: none is
	// Refused answers those of some selectors that cannot be aligned in the scope, each with the rule that it breaks (ErrNotALink,
	// ErrOwnActivity). It is asked once, for all rows; nil: it is not looked.
	Refused func(all []Selector) (map[Selector]error, error)
}

// WriteAlignments writes alignments as a table, in the order of capabilities, activities and selectors. Of the scope nothing is
// written. name answers what a capability is called: a code that AlignmentImport.Capability knows, or its id.
func WriteAlignments(w io.Writer, as []Alignment, name func(capability string) string) error {
	rows := make([][]string, 0, len(as))
	for _, a := range as {
		rows = append(rows, alignmentRow(a, name(a.Capability)))
	}
	slices.SortFunc(rows, func(a, b []string) int {
		return cmp.Or(cmp.Compare(a[2], b[2]), cmp.Compare(a[0], b[0]), slices.Compare(a, b))
	})
	if err := csv.NewWriter(w).WriteAll(append([][]string{alignmentColumns}, rows...)); err != nil {
		return fmt.Errorf("mapping: write alignments as CSV: %w", err)
	}
	return nil
}

func alignmentRow(a Alignment, capability string) []string {
	kind, placed := "", ""
	if a.Criterion.NoSelf {
		kind = kindRecorded
	}
	if a.Placed {
		placed = placedYes
	}
	row := []string{
		a.Selector.IRI, string(a.Selector.Kind), capability, verbCell(a.Criterion.Verbs), scoreCell(a.Criterion.MinMilli),
		a.Criterion.MinDuration.String(), kind, placed, timeCell(a.Criterion.Dates.From), timeCell(a.Criterion.Dates.Until),
	}
	for i, cell := range row {
		row[i] = Guard(cell)
	}
	return row
}

// timeCell writes a moment as RFC 3339 has it, "" for none.
func timeCell(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func verbCell(verbs []string) string {
	words := make([]string, len(verbs))
	for i, v := range verbs {
		words[i] = v
		for name, iri := range verbNames {
			if iri == v {
				words[i] = name
			}
		}
	}
	return strings.Join(words, " ")
}

// scoreCell writes thousandths as a score out of 100.
func scoreCell(milli *int) string {
	switch {
	case milli == nil:
		return ""
	case *milli%10 == 0:
		return strconv.Itoa(*milli / 10)
	}
	return fmt.Sprintf("%d.%d", *milli/10, *milli%10)
}

// ReadAlignments reads a table of alignments, as WriteAlignments writes it: columns by header, in any order; those without text may
// be left out but for activity and capability. An empty selector takes the activity and what lies under it. It answers
// *ImportError with every problem, named by row and column; then nothing is read. Another error is that of AlignmentImport.Refused.
func ReadAlignments(file string, data []byte, in AlignmentImport) ([]Alignment, error) {
	t, err := readTable(file, data)
	if err != nil {
		return nil, err
	}
	r := alignmentReader{table: t, in: in, seen: map[string]int{}}
	t.columns(&r.ps, []string{"activity", "capability"}, alignmentColumns)
	if len(t.rows) > maxEdits {
		r.ps.add("file", "it has %d rows; at most %d are taken at once", len(t.rows), maxEdits)
	}
	if len(r.ps) > 0 {
		return nil, r.ps.err(file)
	}
	if err := r.ask(); err != nil {
		return nil, err
	}
	out := make([]Alignment, 0, len(t.rows))
	for i := range t.rows {
		out = append(out, r.row(i))
	}
	if err := r.ps.err(file); err != nil {
		return nil, err
	}
	return out, nil
}

// alignmentReader reads a table row by row.
type alignmentReader struct {
	*table
	in   AlignmentImport
	ps   problems
	seen map[string]int // row number of each alignment, by what it says

	refused map[Selector]error
}

// ask finds out which of the selectors cannot be aligned.
func (r *alignmentReader) ask() (err error) {
	if r.in.Refused == nil {
		return nil
	}
	var all []Selector
	for i := range r.rows {
		if s := r.selector(i); s.check() == nil {
			all = append(all, s)
		}
	}
	r.refused, err = r.in.Refused(all)
	return err
}

func (r *alignmentReader) selector(i int) Selector {
	return Selector{SelectorKind(cmp.Or(strings.ToLower(r.cell(i, "selector")), string(SelectUnder))), r.cell(i, "activity")}
}

func (r *alignmentReader) row(i int) Alignment {
	a := Alignment{
		ID: uuid.NewSHA1(Namespace, fmt.Appendf(nil, "import/%s/%d", r.in.ID, i)).String(), Scope: r.in.Scope,
		Selector:  r.selector(i),
		Criterion: Criterion{Verbs: r.verbs(i), MinMilli: r.score(i), MinDuration: r.duration(i), NoSelf: r.choice(i, "kind", kindAny, kindRecorded), Dates: Dates{r.moment(i, "from"), r.moment(i, "until")}},
		Placed:    r.choice(i, "placed", "no", placedYes),
	}
	name, known := r.cell(i, "capability"), false
	if a.Capability, known = r.in.Capability(name); !known {
		r.ps.add(r.where(i, "capability"), "no capability is called %q", name)
	}
	if known && r.in.Retired != nil && r.in.Retired(a.Capability) {
		r.ps.add(r.where(i, "capability"), "%s", plainRule(ErrRetiredCapability))
	}
	r.hold(i, a)
	return a
}

// hold holds an alignment to the rules of a changeset.
func (r *alignmentReader) hold(i int, a Alignment) {
	for _, c := range []struct {
		column string
		rule   error
	}{{"activity", a.Selector.check()}, {"until", a.Criterion.Dates.check()}, {"verbs", Criterion{Verbs: a.Criterion.Verbs, MinMilli: a.Criterion.MinMilli, MinDuration: a.Criterion.MinDuration}.check()}} {
		if c.rule != nil {
			r.ps.add(r.where(i, c.column), "%s", plainRule(c.rule))
		}
	}
	switch {
	case r.in.Own != nil && r.in.Own(a.Selector.IRI):
		r.ps.add(r.where(i, "activity"), "%s", plainRule(ErrOwnActivity))
	case a.Placed && a.Scope.Kind != ScopeCourse:
		r.ps.add(r.where(i, "placed"), "%s", plainRule(ErrPlacedScope))
	case a.Selector.Kind == SelectLink && a.Scope.Kind != ScopeCourse:
		r.ps.add(r.where(i, "selector"), "%s", plainRule(ErrLinkScope))
	case r.refused[a.Selector] != nil:
		r.ps.add(r.where(i, "activity"), "%s", plainRule(r.refused[a.Selector]))
	}
	key := Edit{Add: &a}.key()
	if first, again := r.seen[key]; again {
		r.ps.add(fmt.Sprintf("row %d", r.number[i]), "it says the same as row %d", first)
		return
	}
	r.seen[key] = r.number[i]
}

// plainRule is a rule in words, without the package's name.
func plainRule(rule error) string { return strings.ReplaceAll(rule.Error(), "mapping: ", "") }

// choice reads a cell of two words: the first, or an empty cell, is false.
func (r *alignmentReader) choice(i int, column, no, yes string) bool {
	switch cell := strings.ToLower(r.cell(i, column)); cell {
	case "", no:
	case yes:
		return true
	default:
		r.ps.add(r.where(i, column), "%q is neither %s nor %s", cell, no, yes)
	}
	return false
}

func (r *alignmentReader) verbs(i int) []string {
	verbs := strings.Fields(r.cell(i, "verbs"))
	for k, v := range verbs {
		if iri, ok := verbNames[strings.ToLower(v)]; ok {
			verbs[k] = iri
		}
	}
	if len(verbs) == 0 {
		return nil
	}
	return verbs
}

// score reads a score out of 100, with at most one decimal.
func (r *alignmentReader) score(i int) *int {
	cell := r.cell(i, "min_score")
	if cell == "" {
		return nil
	}
	units, tenths, _ := strings.Cut(strings.Replace(cell, ",", ".", 1), ".")
	if tenths == "" {
		tenths = "0"
	}
	whole, err := strconv.ParseUint(units, 10, 8)
	part, err2 := strconv.ParseUint(tenths, 10, 8)
	if milli := int(whole)*10 + int(part); err == nil && err2 == nil && len(tenths) == 1 && milli <= 1000 {
		return &milli
	}
	r.ps.add(r.where(i, "min_score"), "%q is no score out of 100, with at most one decimal", cell)
	return nil
}

// moment reads a moment (RFC 3339), or a day, which begins at midnight UTC.
func (r *alignmentReader) moment(i int, column string) time.Time {
	cell := r.cell(i, column)
	if cell == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, cell); err == nil {
			return t.UTC()
		}
	}
	r.ps.add(r.where(i, column), "%q is no moment such as 2026-06-01T00:00:00Z, and no day such as 2026-06-01", cell)
	return time.Time{}
}

func (r *alignmentReader) duration(i int) (d Duration) {
	if err := d.UnmarshalText([]byte(r.cell(i, "min_duration"))); err != nil {
		r.ps.add(r.where(i, "min_duration"), "%s", plainRule(err))
	}
	return d
}

// NewAlignments answers the edits that add those alignments of which there is no twin among the active ones, and how many there
// are already. Where the same activity is aligned with the same capability by another criterion, which the table does not say, what is
// added takes its place.
func NewAlignments(read, active []Alignment) (edits []Edit, there int) {
	told, has := map[string][]Alignment{}, map[string][]Alignment{}
	for _, a := range read {
		told[tagKey(a)] = append(told[tagKey(a)], a)
	}
	for _, a := range active {
		has[tagKey(a)] = append(has[tagKey(a)], a)
	}
	for _, a := range read {
		k := tagKey(a)
		if slices.ContainsFunc(has[k], a.Twin) {
			there++
			continue
		}
		for _, old := range has[k] {
			if !slices.ContainsFunc(told[k], old.Twin) {
				edits = append(edits, Edit{Remove: old.ID})
			}
		}
		has[k] = slices.DeleteFunc(has[k], func(old Alignment) bool { return !slices.ContainsFunc(told[k], old.Twin) })
		edits = append(edits, Edit{Add: &a})
	}
	return edits, there
}
