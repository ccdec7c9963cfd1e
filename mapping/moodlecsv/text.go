package moodlecsv

import (
	"strings"

	"golang.org/x/net/html"
)

// titleAndNotes undoes what Write does to a title that is too long: a name that was cut off stands whole at the beginning of
// the description.
func titleAndNotes(name, description string) (title, notes string) {
	text := plain(description)
	if start, cutOff := strings.CutSuffix(name, ellipsis); cutOff {
		first, rest, _ := strings.Cut(text, "\n\n")
		if strings.HasPrefix(strings.Join(strings.Fields(first), " "), start) {
			return first, strings.TrimSpace(rest)
		}
	}
	return name, text
}

// What ends a line or a paragraph in a description.
var ends = map[string]string{"br": "\n", "li": "\n", "tr": "\n", "p": "\n\n", "div": "\n\n", "ul": "\n\n", "ol": "\n\n", "h1": "\n\n", "h2": "\n\n", "h3": "\n\n", "h4": "\n\n"}

// plain is the text of a description in HTML, without its marks.
func plain(description string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(description))
	hidden := ""
	for {
		kind := z.Next()
		tag, _ := z.TagName()
		name := string(tag)
		switch {
		case kind == html.ErrorToken:
			return tidy(b.String())
		case kind == html.StartTagToken && (name == "script" || name == "style"):
			hidden = name
		case kind == html.EndTagToken && name == hidden:
			hidden = ""
		case kind == html.TextToken && hidden == "":
			b.Write(z.Text())
		case kind == html.EndTagToken || name == "br":
			b.WriteString(ends[name])
		}
	}
}

// tidy leaves out characters that cannot be shown, and more than one empty line.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == '\u00a0' {
			return ' '
		}
		return r
	}, s)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.Join(strings.Fields(l), " ")
	}
	s = strings.Join(lines, "\n")
	for strings.Contains(s, "\n\n\n") {
		s = strings.ReplaceAll(s, "\n\n\n", "\n\n")
	}
	return strings.TrimSpace(s)
}
