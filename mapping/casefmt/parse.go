package casefmt

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"cairn/mapping"
)

// Format names CASE in reports.
const Format = "CASE"

// Is says whether a file is a CFPackage, whatever its version.
func Is(data []byte) bool {
	o, ok := newObject(jsontext.Value(data))
	return ok && o.value("CFDocument").Kind() == '{'
}

// reader is one package while it is read.
type reader struct {
	file     string
	problems []mapping.Problem
	report   mapping.Fidelity
	dropped  map[string]int // members nothing looked at, by the object they stood in
	f        mapping.Framework
	list     []item
	index    map[string]int // place of an item by identifier
}

// item is a CFItem on its way to a node.
type item struct {
	mapping.Node
	kind      string // CFItemType
	enum      string // listEnumeration
	sequence  int    // of its place under the parent, 0 unknown
	placed    bool
	described bool // by an extension of ours
}

// Parse reads a CFPackage of CASE 1.0 or 1.1 leniently: what the schema asks for and is not needed may be missing, texts may be
// numbers and lists single values. It answers the framework and what became of the package's content, or *mapping.ImportError.
// What Meta gives wins over the file.
func Parse(m mapping.Meta, name string, data []byte) (mapping.Framework, mapping.Fidelity, error) {
	r := &reader{file: name, report: mapping.Fidelity{Format: Format}, dropped: map[string]int{}, index: map[string]int{}}
	var root object
	if err := json.Unmarshal(data, &root.members); err != nil {
		return mapping.Framework{}, mapping.Fidelity{}, r.refuse("file", "it cannot be read as JSON: "+err.Error())
	}
	root.seen = map[string]bool{}
	doc, ok := newObject(root.value("CFDocument"))
	if !ok {
		return mapping.Framework{}, mapping.Fidelity{}, r.refuse("CFDocument", "it is missing")
	}
	r.document(doc, m.Complete(name, data), m)
	for i, o := range root.objects("CFItems") {
		r.item(i, o)
	}
	r.associations(root.objects("CFAssociations"))
	r.order()
	r.kinds()
	r.definitions(root)
	r.unread("package", root)
	return r.finish()
}

func (r *reader) refuse(where, message string) error {
	return &mapping.ImportError{File: r.file, Problems: append(r.problems, mapping.Problem{Where: where, Message: message})}
}

// finish checks the whole and completes the report.
func (r *reader) finish() (mapping.Framework, mapping.Fidelity, error) {
	for _, it := range r.list {
		r.f.Items = append(r.f.Items, it.Node)
	}
	r.f.Items = mapping.Arrange(r.f.Items)
	r.f.Relations = mapping.SortRelations(r.f.Relations)
	if len(r.problems) > 0 {
		return mapping.Framework{}, mapping.Fidelity{}, &mapping.ImportError{File: r.file, Problems: r.problems}
	}
	if err := mapping.Validate(r.f); err != nil {
		return mapping.Framework{}, mapping.Fidelity{}, err
	}
	r.report.Keep("items", len(r.f.Items))
	r.report.Keep("relations", len(r.f.Relations))
	names := make([]string, 0, len(r.dropped))
	for n := range r.dropped {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		r.report.Drop(n, r.dropped[n], "a framework of Cairn has no place for it")
	}
	return r.f, r.report, nil
}

func (r *reader) unread(where string, o object) {
	for _, name := range o.unread() {
		r.dropped[where+" "+name]++
	}
}

// document reads the head. An extension of ours says what CASE has no word for.
func (r *reader) document(o object, whole, given mapping.Meta) {
	ext := extension[docExtra](o)
	first := func(texts ...string) string {
		for _, t := range texts {
			if t != "" {
				return t
			}
		}
		return ""
	}
	creator := o.text("creator")
	if ext != nil {
		creator = ""
	}
	r.f = mapping.Framework{
		ID: first(given.ID, slug(o.text("title")), whole.ID), Version: first(given.Version, o.text("version"), whole.Version),
		Title: first(given.Title, o.text("title"), whole.Title), Publisher: first(given.Publisher, o.text("publisher"), creator),
		SourceURL: first(given.SourceURL, webAddress(o.text("officialSourceURL"))),
	}
	guid := strings.ToLower(o.text("identifier"))
	if ext != nil {
		ext.apply(&r.f, given)
	} else {
		o.value("identifier", "caseVersion", "adoptionStatus", "CFPackageURI")
		r.mapDocument(o)
	}
	if u, err := uuid.Parse(guid); err == nil && given.ID == "" && given.Version == "" {
		r.f.GUID = u.String()
	} else {
		r.f.GUID = mapping.VersionGUID(r.f.ID, r.f.Version)
		r.report.Map("identifier of the document", 1, "made from the short name and the version")
	}
	o.value("uri", "lastChangeDateTime", "caseVersion", "adoptionStatus", "statusEndDate", "CFPackageURI")
	r.unread("document", o)
}

func (r *reader) mapDocument(o object) {
	if o.text("version") == "" {
		r.report.Map("version", 1, "a digest of the file, since the document gives none")
	}
	if o.text("publisher") == "" && o.text("creator") != "" {
		r.report.Map("creator", 1, "publisher")
	}
	if status := o.text("adoptionStatus"); status != "" {
		r.dropped["document adoptionStatus"]++
	}
}

func (x docExtra) apply(f *mapping.Framework, given mapping.Meta) {
	if given.ID == "" && x.ID != "" {
		f.ID = x.ID
	}
	f.Checked, f.Statements, f.LevelsImply = x.Checked, max(0, x.Statements), x.Imply
	for _, l := range x.Levels {
		f.Levels = append(f.Levels, mapping.Level(l))
	}
	for _, a := range x.Archetypes {
		f.Archetypes = append(f.Archetypes, mapping.Archetype{Code: a.Code, Title: a.Title, ExampleRoles: a.Roles})
	}
}

// extension answers what an export of Cairn's says beside CASE; nil when there is none that can be read.
func extension[T any](o object) *T {
	sub, ok := newObject(o.value("extensions"))
	if !ok {
		return nil
	}
	v := sub.value("cairn")
	out := new(T)
	if v == nil || json.Unmarshal(v, out) != nil {
		return nil
	}
	return out
}

// slug is a short name made of a title.
func slug(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	s := strings.Join(words, "-")
	return strings.Trim(s[:min(len(s), 60)], "-")
}

func webAddress(s string) string {
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return s
	}
	return ""
}

// item reads a CFItem. One without an identifier cannot be told from others: the package is refused.
func (r *reader) item(i int, o object) {
	where := func(field string) string { return fmt.Sprintf("CFItems[%d].%s", i, field) }
	id, err := uuid.Parse(strings.ToLower(o.text("identifier")))
	if err != nil {
		r.problems = append(r.problems, mapping.Problem{Where: where("identifier"), Message: "it is not a UUID"})
		return
	}
	if _, again := r.index[id.String()]; again {
		r.problems = append(r.problems, mapping.Problem{Where: where("identifier"), Message: "another item has it"})
		return
	}
	it := item{kind: o.text("CFItemType"), enum: o.text("listEnumeration")}
	it.Node = mapping.Node{
		ID: id.String(), Code: o.text("humanCodingScheme"), Title: o.text("fullStatement"), Notes: o.text("notes"),
		Wording: mapping.WordingOfficial,
	}
	r.repair(&it, o)
	uri := o.text("uri")
	if ext := extension[itemExtra](o); ext != nil {
		o.value("CFItemTypeURI", "conceptKeywords", "educationLevel")
		it.described = true
		it.Kind, it.Wording, it.Level = mapping.NodeKind(ext.Kind), mapping.Wording(ext.Wording), ext.Level
		it.Archetypes, it.SourceURL = ext.Archetypes, ext.Source
	} else {
		it.SourceURL = webAddress(uri)
		it.Level = r.level(o)
	}
	o.value("lastChangeDateTime", "CFDocumentURI", "CFItemAssociationURI")
	r.unread("item", o)
	r.index[it.ID] = len(r.list)
	r.list = append(r.list, it)
}

// repair brings texts within the limits of a framework.
func (r *reader) repair(it *item, o object) {
	if it.Title == "" {
		it.Title = o.text("abbreviatedStatement")
	}
	if it.Title == "" {
		it.Title = it.ID
		r.report.Map("fullStatement", 1, "the identifier, since item "+it.ID+" has none")
	}
	if utf8.RuneCountInString(it.Code) > 100 {
		it.Code = "" // the identifier takes its place
	}
	if notes := []rune(it.Notes); len(notes) > maxNotes {
		it.Notes = strings.TrimSpace(string(notes[:maxNotes-1])) + "…"
		r.report.Map("notes", 1, "cut off, since those of item "+it.ID+" are longer than 4000 characters")
	}
}

// maxNotes is what a framework takes.
const maxNotes = 4000

// level is the education level of an item where it is one whole number that can be a level.
func (r *reader) level(o object) int {
	given := o.texts("educationLevel", "educationalLevel")
	if len(given) == 0 {
		return 0
	}
	n, err := strconv.Atoi(given[0])
	if err != nil || n < 1 || n > 20 || len(given) > 1 {
		r.dropped["item educationLevel"]++
		return 0
	}
	return n
}
