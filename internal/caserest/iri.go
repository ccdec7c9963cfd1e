package caserest

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"cairn/mapping"
	"cairn/mapping/casefmt"
	"cairn/xapi/profile"
)

// definition is an Activity Definition: what an LRS may fetch from an activity's IRI (xAPI 1.0.3 part 2, 2.4.4.1, "Activity
// Metadata").
type definition struct {
	Name        map[string]string `json:"name"`
	Description map[string]string `json:"description,omitzero"`
	Type        string            `json:"type,omitzero"`
	MoreInfo    string            `json:"moreInfo,omitzero"`
}

// described is what an IRI of ours names, for people and programs.
type described struct {
	definition
	Title, Text, Code, Level string
	Framework                string
	FrameworkIRI             string
	Version                  string
	Publisher                string
	Source                   string
	Path                     []string // titles from the domain down
	Archetypes               []string
	Counts                   string // "15 of 195 statements included"; "" where nothing is missing
	Retired                  string
	Case                     string // address of the same in CASE
}

//go:embed iri.html
var iriPage string

var iriTemplate = template.Must(template.New("iri").Parse(iriPage))

// capability answers the IRI of a capability or section: the newest version that has it.
func (s *service) capability(r *http.Request) (answer, error) {
	x, id, err := s.lookup(r, "capability", isItem)
	if err != nil {
		return answer{}, err
	}
	n, _ := x.Catalog.Node(id)
	d := x.describe()
	d.Title, d.Text, d.Code, d.Source = n.Title, n.Notes, n.Code, n.SourceURL
	d.definition = definition{Name: english(n.Title), MoreInfo: n.SourceURL}
	if n.Notes != "" {
		d.Description = english(n.Notes)
	}
	if n.Kind == mapping.NodeCapability {
		d.Type = profile.TypeCompetency
	}
	if n.Level != 0 {
		d.Level = strings.TrimSpace(fmt.Sprintf("%d %s", n.Level, x.Catalog.LevelName(n.Level)))
	}
	for _, up := range x.Catalog.Path(n.Parent) {
		d.Path = append(d.Path, strings.TrimSpace(up.Code+" "+up.Title))
	}
	for _, a := range x.Catalog.Archetypes {
		for _, code := range n.Archetypes {
			if a.Code == code {
				d.Archetypes = append(d.Archetypes, a.Title)
			}
		}
	}
	d.Counts = ""
	d.Case = s.BaseURL + casefmt.V1p1.Path() + "/CFItems/" + id
	return d.answer(r, x)
}

// framework answers the IRI of a version of a framework.
func (s *service) framework(r *http.Request) (answer, error) {
	x, id, err := s.lookup(r, "framework", isDocument)
	if err != nil {
		return answer{}, err
	}
	d := x.describe()
	d.Title, d.Source = x.Catalog.Title, x.Catalog.SourceURL
	d.definition = definition{Name: english(d.Title), Type: profile.TypeFramework, MoreInfo: d.Source}
	d.Case = s.BaseURL + casefmt.V1p1.Path() + "/CFPackages/" + id
	return d.answer(r, x)
}

// describe is what a page says of the version that something is in.
func (x *index) describe() described {
	c := x.Catalog
	d := described{Framework: c.Title, FrameworkIRI: c.IRI(), Version: c.Version, Publisher: c.Publisher}
	if have := c.StatementsIncluded(); c.Statements > have {
		d.Counts = fmt.Sprintf("%d of %d statements included", have, c.Statements)
	}
	if !x.Retired.IsZero() {
		d.Retired = x.Retired.UTC().Format("2006-01-02")
	}
	return d
}

// english names the language of what Cairn tells; a framework says nothing of its own.
func english(text string) map[string]string { return map[string]string{"en": text} }

// answer is a small page for who asks for one, else the definition.
func (d described) answer(r *http.Request, x *index) (answer, error) {
	header := http.Header{"Vary": {"Accept"}, "Link": {"<" + d.Case + `>; rel="alternate"; type="application/json"`}}
	if !wantsPage(r) {
		out, err := asJSON(d.definition, x.changedAt(), keepList)
		out.header = header
		return out, err
	}
	var page bytes.Buffer
	if err := iriTemplate.Execute(&page, d); err != nil {
		return answer{}, fmt.Errorf("caserest: describe %s: %w", d.Title, err)
	}
	return answer{kind: "text/html; charset=utf-8", body: page.Bytes(), changed: x.changedAt(), fresh: keepList, header: header}, nil
}

// wantsPage says whether a browser asks. Programs name JSON, or nothing.
func wantsPage(r *http.Request) bool {
	for _, kind := range strings.Split(strings.Join(r.Header.Values("Accept"), ","), ",") {
		kind, _, _ = strings.Cut(kind, ";")
		switch strings.ToLower(strings.TrimSpace(kind)) {
		case "text/html", "application/xhtml+xml":
			return true
		case jsonKind, "application/ld+json", "*/*":
			return false
		}
	}
	return false
}
