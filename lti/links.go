package lti

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
)

// pageTargets is what the Link headers of a list say of its other parts.
type pageTargets struct {
	next        *url.URL // nil on the last page
	differences string   // of a roster (NRPS 2.0, 2.4.2); "" when it is not offered or stands on another origin
}

// pageLinks reads the Link headers (RFC 8288). Moodle writes them with curly quotes and HTML entities, so both are taken. A next page on
// another origin is ErrForeignService: no token goes there, and a list without it would not be whole.
func pageLinks(header http.Header, from *url.URL) (pageTargets, error) {
	var found pageTargets
	for _, line := range header.Values("Link") {
		for line != "" {
			var target, params string
			target, params, line = cutLink(line)
			if target == "" {
				continue
			}
			at, err := from.Parse(html.UnescapeString(target))
			ours := err == nil && at.User == nil && originOf(at) == originOf(from)
			switch {
			case hasRel(params, "next") && found.next == nil:
				if !ours {
					return found, fmt.Errorf("%w: the next page of a list", ErrForeignService)
				}
				at.Fragment = ""
				found.next = at
			case hasRel(params, "differences") && ours:
				found.differences = at.String()
			}
		}
	}
	return found, nil
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

// hasRel says whether the parameters hold the relation, in whatever quotes.
func hasRel(params, rel string) bool {
	for param := range strings.FieldsFuncSeq(params, func(r rune) bool { return r == ';' || r == ',' }) {
		name, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "rel") {
			continue
		}
		letters := strings.FieldsFunc(value, func(r rune) bool { return r < 'A' || r > 'Z' && r < 'a' || r > 'z' })
		for _, word := range letters {
			if strings.EqualFold(word, rel) {
				return true
			}
		}
	}
	return false
}
