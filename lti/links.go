package lti

import (
	"html"
	"net/http"
	"net/url"
	"strings"
)

// nextPage finds the address of the next page in the Link headers (RFC 8288), or nil. Moodle writes them with curly quotes and HTML
// entities, so both are taken. A link to another origin is no next page.
func nextPage(header http.Header, from *url.URL) *url.URL {
	for _, line := range header.Values("Link") {
		for line != "" {
			var target, params string
			target, params, line = cutLink(line)
			if target == "" || !isNext(params) {
				continue
			}
			next, err := from.Parse(html.UnescapeString(target))
			if err != nil || next.User != nil || originOf(next) != originOf(from) {
				return nil
			}
			next.Fragment = ""
			return next
		}
	}
	return nil
}

// cutLink takes the first link off a header line: its target, its parameters, and what follows.
func cutLink(line string) (target, params, rest string) {
	_, line, ok := strings.Cut(line, "<")
	if !ok {
		return "", "", ""
	}
	target, line, ok = strings.Cut(line, ">")
	if !ok {
		return "", "", ""
	}
	if i := strings.IndexByte(line, '<'); i >= 0 {
		return strings.TrimSpace(target), line[:i], line[i:]
	}
	return strings.TrimSpace(target), line, ""
}

// isNext says whether the parameters hold rel=next, in whatever quotes.
func isNext(params string) bool {
	for param := range strings.FieldsFuncSeq(params, func(r rune) bool { return r == ';' || r == ',' }) {
		name, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "rel") {
			continue
		}
		letters := strings.FieldsFunc(value, func(r rune) bool { return r < 'A' || r > 'Z' && r < 'a' || r > 'z' })
		for _, word := range letters {
			if strings.EqualFold(word, "next") {
				return true
			}
		}
	}
	return false
}
