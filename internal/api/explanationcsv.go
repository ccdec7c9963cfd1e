package api

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"time"

	"cairn/mapping"
)

// explanationColumns is the header of a table of explanations.
var explanationColumns = []string{
	"capability", "code", "state", "percent", "rule", "need", "have", "missing", "activity", "name", "statement", "verb", "at", "score_milli",
	"counts", "reason", "until", "missing_activities", "next", "needs_endorsement", "expires", "later", "framework", "version", "date", "pos",
}

// exportExplanations answers the explanations of all capabilities of a framework, now or on a date: one row an item of evidence and one where there is none.
func (s *service) exportExplanations(c *call) (answer, error) {
	cat, err := s.catalog(c)
	if err != nil {
		return answer{}, err
	}
	l, err := s.learner(c)
	if err != nil {
		return answer{}, err
	}
	nodes := cat.Tracked("")
	cases, err := s.casesOf(c, l.ID, idsOf(nodes))
	if err != nil {
		return answer{}, err
	}
	told, err := s.explained(c, cases)
	if err != nil {
		return answer{}, err
	}
	rows := [][]string{explanationColumns}
	for _, n := range nodes {
		rows = append(rows, explanationRows(n, told[n.ID], s.basis(cases[n.ID]))...)
	}
	table, err := guarded(rows)
	return answer{raw: table, kind: "text/csv; charset=utf-8"}, err
}

// explanationRows is one capability: what counted first, then what did not, with its reason.
func explanationRows(n mapping.Node, x mapping.Explanation, on basis) (rows [][]string) {
	head := []string{n.ID, n.Code, string(x.State), strconv.Itoa(x.Percent), string(x.Rule.Kind), strconv.Itoa(x.Rule.Need), strconv.Itoa(x.Have), strconv.Itoa(x.Missing)}
	var later []string
	for _, change := range x.Later {
		later = append(later, stamp(change.At)+" "+string(change.To))
	}
	tail := []string{addresses(x.MissingActivities), addresses(x.Next), strconv.FormatBool(x.NeedsEndorsement), stamp(x.Expires), strings.Join(later, "; "),
		on.Framework, on.Version, stamp(x.At), strconv.FormatInt(on.Pos, 10)}
	found := func(f mapping.Finding, counts bool) {
		score := ""
		if f.Score != nil {
			score = strconv.Itoa(*f.Score)
		}
		rows = append(rows, slices.Concat(head, []string{f.Activity.IRI, f.Activity.Name, f.Statement, f.Verb, stamp(f.At), score,
			strconv.FormatBool(counts), string(f.Reason), stamp(f.Until)}, tail))
	}
	for _, f := range x.Counted {
		found(f, true)
	}
	for _, f := range x.NotCounted {
		found(f, false)
	}
	if len(rows) == 0 {
		rows = append(rows, slices.Concat(head, make([]string, 9), tail))
	}
	return rows
}

// addresses is the IRIs of activities in one cell. An IRI has no space.
func addresses(all []mapping.ActivityRef) string {
	iris := make([]string, len(all))
	for i, a := range all {
		iris[i] = a.IRI
	}
	return strings.Join(iris, " ")
}

// stamp is a time as RFC 3339 has it, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// guarded writes a table of which no cell is run as a formula.
func guarded(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = mapping.Guard(cell)
		}
		if err := out.Write(safe); err != nil {
			return nil, err
		}
	}
	out.Flush()
	return b.Bytes(), out.Error()
}
