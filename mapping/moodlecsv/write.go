package moodlecsv

import (
	"encoding/csv"
	"fmt"
	"html"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"cairn/mapping"
)

// What is written for every framework: Moodle's usual scale of two values, of which the second is proficient, and the rule "all"
// for what holds others, which attaches evidence to it. A rule without settings has the text null, since Moodle refuses an empty one.
const (
	scaleValues  = "Not yet competent,Competent"
	scaleSetting = `[{"scaleid":"1"},{"name":"Not yet competent","id":1,"scaledefault":1,"proficient":0},` +
		`{"name":"Competent","id":2,"scaledefault":0,"proficient":1}]`
	ruleAll       = `core_competency\competency_rule_all`
	ruleEvidence  = "1"
	ruleNoSetting = "null"
	formatHTML    = "1"
	maxTaxonomies = 4
)

// writer is one framework on its way out.
type writer struct {
	f      mapping.Framework
	number map[string]string // ID number of each item
	holds  map[string]bool
	depth  map[string]int
	report mapping.Fidelity
}

// Write writes a framework for Moodle, and says what Moodle has no place for.
func Write(out io.Writer, f mapping.Framework) (mapping.Fidelity, error) {
	w := writer{f: f, number: map[string]string{}, holds: map[string]bool{}, depth: map[string]int{}, report: mapping.Fidelity{Format: Format}}
	w.index()
	rows := [][]string{columns, w.head()}
	for i, n := range f.Items {
		rows = append(rows, w.row(i, n))
	}
	w.tell()
	if err := csv.NewWriter(out).WriteAll(rows); err != nil {
		return mapping.Fidelity{}, fmt.Errorf("moodlecsv: write a framework: %w", err)
	}
	return w.report, nil
}

func (w *writer) index() {
	made := 0
	for _, n := range w.f.Items {
		w.holds[n.Parent] = true
		w.depth[n.ID] = w.depth[n.Parent] + 1
		w.number[n.ID] = w.frameworkNumber() + between + n.Code
		if utf8.RuneCountInString(w.number[n.ID]) > maxMoodle {
			w.number[n.ID] = n.ID
			made++
		}
	}
	w.report.Map("code", made, "the identifier: with the framework's name it is longer than 100 characters")
}

func (w *writer) frameworkNumber() string {
	if utf8.RuneCountInString(w.f.ID) > maxMoodle/2 {
		return w.f.GUID
	}
	return w.f.ID
}

func (w *writer) head() []string {
	name, text := w.texts(w.f.Title, strings.TrimSpace(w.f.Publisher+"\n"+w.f.SourceURL))
	return cells(map[string]string{
		colID: w.frameworkNumber(), colName: name, colText: text, colTextFormat: formatHTML, colScale: scaleValues, colScaleSet: scaleSetting,
		colFramework: "1", colTaxonomy: w.taxonomies(),
	})
}

// taxonomies are Moodle's words for the first four depths: domains where there are only sections, else competencies.
func (w *writer) taxonomies() string {
	out := slices.Repeat([]string{"domain"}, maxTaxonomies)
	for _, n := range w.f.Items {
		if d := w.depth[n.ID]; d <= maxTaxonomies && n.Kind == mapping.NodeCapability {
			out[d-1] = "competency"
		}
	}
	return strings.Join(out, ",")
}

func (w *writer) row(i int, n mapping.Node) []string {
	name, text := w.texts(n.Title, n.Notes)
	row := map[string]string{
		colParent: w.number[n.Parent], colID: w.number[n.ID], colName: name, colText: text, colTextFormat: formatHTML,
		colRelated: w.related(n.ID), colExported: strconv.Itoa(i + 1),
	}
	if w.holds[n.ID] {
		row[colRule], row[colOutcome], row[colRuleSet] = ruleAll, ruleEvidence, ruleNoSetting
	}
	return cells(row)
}

func cells(row map[string]string) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = row[c]
	}
	return out
}

// texts makes a short name and a description. A title that is cut off stands whole in the description's first paragraph.
func (w *writer) texts(title, notes string) (name, text string) {
	name = cut(strings.Join(strings.Fields(title), " "))
	if name != title {
		text = paragraph(title)
	}
	if notes != "" {
		text += paragraph(notes)
	}
	return name, text
}

func paragraph(s string) string {
	return "<p>" + strings.ReplaceAll(html.EscapeString(s), "\n", "<br>") + "</p>"
}

// cut shortens a name to what Moodle keeps, at the end of a word where there is one.
func cut(name string) string {
	r := []rune(name)
	if len(r) <= maxMoodle {
		return name
	}
	short := string(r[:maxMoodle-1])
	if i := strings.LastIndexByte(short, ' '); i > maxMoodle/2 {
		short = short[:i]
	}
	return short + ellipsis
}

const ellipsis = "…"

// related are the items that stand beside this one; Moodle knows no other relation.
func (w *writer) related(id string) string {
	var out []string
	for _, r := range w.f.Relations {
		if to, here := w.number[r.To]; r.From == id && r.Type == mapping.RelationRelatedTo && here {
			out = append(out, strings.ReplaceAll(to, ",", "%2C"))
		}
	}
	return strings.Join(out, ",")
}

// tell completes the report.
func (w *writer) tell() {
	var short, levels, archetypes, sources, wordings, holds, kinds, kept int
	for _, n := range w.f.Items {
		short += count(cut(n.Title) != n.Title)
		levels += count(n.Level != 0)
		archetypes += count(len(n.Archetypes) > 0)
		sources += count(n.SourceURL != "")
		wordings += count(n.Wording != "" && n.Wording != mapping.WordingOfficial)
		holds += count(w.holds[n.ID])
		kinds += count(w.holds[n.ID] != (n.Kind == mapping.NodeSection))
	}
	for _, r := range w.f.Relations {
		_, from := w.number[r.From]
		_, to := w.number[r.To]
		kept += count(r.Type == mapping.RelationRelatedTo && from && to)
	}
	const gone = "Moodle has no place for it"
	w.report.Keep("items", len(w.f.Items))
	w.report.Keep("relations (isRelatedTo)", kept)
	w.report.Map("titles", short, "cut off at 100 characters; whole in the description")
	w.report.Map("sections and groups", holds, `competencies with the rule "all", so that Moodle attaches evidence when what they hold is complete`)
	w.report.Map("scale", 1, "Not yet competent, Competent: Moodle asks for one")
	w.report.Drop("identifiers", len(w.f.Items), "read again, they are made from the codes")
	w.report.Drop("kinds", kinds, "read again, what holds others is a section and the rest capabilities")
	w.report.Drop("version", 1, gone)
	w.report.Drop("levels", levels, gone)
	w.report.Drop("higher levels include lower ones", count(w.f.LevelsImply), gone)
	w.report.Drop("archetypes", archetypes, gone)
	w.report.Drop("source addresses", sources, gone)
	w.report.Drop("wordings", wordings, gone)
	w.report.Drop("other relations", len(w.f.Relations)-kept, gone)
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
