package web

import (
	"embed"
	"fmt"
	"html"
	"html/template"
	"strings"

	"golang.org/x/text/feature/plural"
)

//go:embed text/*.txt
var textFiles embed.FS

// sentence is one text with named gaps, in the forms that a number needs: plural.Other is always there.
type sentence map[plural.Form]string

// catalogue is the text file of a language, by key.
type catalogue map[string]sentence

// counted is a number in a gap that is shown as markup (most often a link to what it counts).
type counted struct {
	n    int
	html template.HTML
}

// pluralForms are the names of the forms in text files, as CLDR has them.
var pluralForms = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// mustCatalogue reads lines of the form "key = Text with {gap}." or, where a number changes the words, "key [one] = ..." to
// "key [other] = ...". Empty lines and lines that begin with # are skipped. It panics on anything else: the file is part of the
// program.
func mustCatalogue(text string) catalogue {
	c := catalogue{}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, words, ok := strings.Cut(line, " = ")
		if !ok || !c.add(strings.TrimSpace(key), words) {
			panic(fmt.Sprintf("web: text file, line %d: not of the form key = words, or there already", i+1))
		}
	}
	return c
}

// add keeps a text, and says whether it is one that was not there.
func (c catalogue) add(key, words string) bool {
	name, form, given := strings.Cut(key, " [")
	f, known := pluralForms[strings.TrimSuffix(form, "]")]
	if !given {
		f, known = plural.Other, true
	}
	if c[name] == nil {
		c[name] = sentence{}
	}
	_, twice := c[name][f]
	c[name][f] = words
	return known && !twice
}

// replace has a key say other words, whatever the number.
func (c catalogue) replace(key, words string) { c[key] = sentence{plural.Other: words} }

// say answers the text of a key with its gaps filled; gaps are name and value in turn. The gap "n" chooses the form.
func (t *tongue) say(key string, gaps ...any) string {
	return fill(t.pick(key, gaps), gaps, t.plain)
}

// plain writes the value of a gap: numbers as the language does.
func (t *tongue) plain(value any) string {
	if n, ok := value.(int); ok {
		return t.number(n)
	}
	return fmt.Sprint(value)
}

// sayHTML is say for markup: texts and values are escaped, but for values that are markup already.
func (t *tongue) sayHTML(key string, gaps ...any) template.HTML {
	return template.HTML(fill(html.EscapeString(t.pick(key, gaps)), gaps, func(v any) string {
		switch v := v.(type) {
		case template.HTML:
			return string(v)
		case person:
			return string(isolated(string(v)))
		case counted:
			return string(v.html)
		}
		return html.EscapeString(t.plain(v))
	}))
}

// has says whether there is a text for the key.
func (t *tongue) has(key string) bool {
	_, ok := t.texts[key]
	return ok
}

// pick answers the form of the text that the gap "n" asks for. A key that is not there is a fault of the program.
func (t *tongue) pick(key string, gaps []any) string {
	s, ok := t.texts[key]
	if !ok {
		panic("web: no text for " + key)
	}
	if n := gapNumber(gaps); len(s) > 1 && n >= 0 {
		if words, ok := s[plural.Cardinal.MatchPlural(t.tag, n, 0, 0, 0, 0)]; ok {
			return words
		}
	}
	return s[plural.Other]
}

func gapNumber(gaps []any) int {
	for i := 0; i+1 < len(gaps); i += 2 {
		if gaps[i] != "n" {
			continue
		}
		switch n := gaps[i+1].(type) {
		case int:
			return n
		case counted:
			return n.n
		}
	}
	return -1
}

func fill(text string, gaps []any, show func(any) string) string {
	if len(gaps) == 0 {
		return text
	}
	pairs := make([]string, 0, len(gaps))
	for i := 0; i+1 < len(gaps); i += 2 {
		pairs = append(pairs, "{"+fmt.Sprint(gaps[i])+"}", show(gaps[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
