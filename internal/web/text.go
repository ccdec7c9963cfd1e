package web

import (
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"strings"
)

//go:embed text/en.txt
var englishText string

// english is every word that pages say (pages.md 3, "Text").
var english = mustCatalogue(englishText)

// sentence is one text with named gaps, in the forms that a number needs. One is "" when the number does not matter.
type sentence struct{ one, other string }

// catalogue is the text file, by key.
type catalogue map[string]sentence

// counted is a number in a gap that is shown as markup (most often a link to what it counts).
type counted struct {
	n    int
	html template.HTML
}

// mustCatalogue reads lines of the form "key = Text with {gap}." or "key [one] = ..." and "key [other] = ...". Empty lines and
// lines that begin with # are skipped. It panics on anything else: the file is part of the program.
func mustCatalogue(text string) catalogue {
	c := catalogue{}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, words, ok := strings.Cut(line, " = ")
		if !ok {
			panic(fmt.Sprintf("web: text file, line %d: no ' = '", i+1))
		}
		c.add(strings.TrimSpace(key), words)
	}
	return c
}

func (c catalogue) add(key, words string) {
	name, form, _ := strings.Cut(key, " [")
	s := c[name]
	if form == "one]" {
		s.one = words
	} else {
		s.other = words
	}
	c[name] = s
}

// say answers the text of a key with its gaps filled; gaps are name and value in turn. The gap "n" chooses the form.
func say(key string, gaps ...any) string {
	return fill(pick(key, gaps), gaps, func(v any) string { return fmt.Sprint(v) })
}

// sayHTML is say for markup: texts and values are escaped, but for values that are markup already.
func sayHTML(key string, gaps ...any) template.HTML {
	return template.HTML(fill(html.EscapeString(pick(key, gaps)), gaps, func(v any) string {
		switch v := v.(type) {
		case template.HTML:
			return string(v)
		case counted:
			return string(v.html)
		}
		return html.EscapeString(fmt.Sprint(v))
	}))
}

// has says whether the text file holds the key.
func has(key string) bool {
	_, ok := english[key]
	return ok
}

// pick answers the form of the text that the gap "n" asks for. A key that is not there is a fault of the program.
func pick(key string, gaps []any) string {
	s, ok := english[key]
	if !ok {
		panic("web: no text for " + key)
	}
	if s.one != "" && gapNumber(gaps) == 1 {
		return s.one
	}
	return s.other
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
