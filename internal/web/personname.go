package web

import (
	"html"
	"html/template"
)

// person is the name of a person as the value of a gap. In markup it stands by itself, so that a name that is written from right to left
// turns nothing that is around it; in plain text, as of a table, it is the name alone.
type person string

// isolated writes a name of a person as markup, for templates.
func isolated(name string) template.HTML {
	return template.HTML("<bdi>" + html.EscapeString(name) + "</bdi>")
}

// personOr is a name as the value of a gap, or other words where it is not shared.
func personOr(name, otherwise string) any {
	if name == "" {
		return otherwise
	}
	return person(name)
}
