package api

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cairn/mapping"
)

// Page sizes.
const (
	defaultLimit = 100
	maxLimit     = 1000
)

// kind is how a parameter is written.
type kind string

// The kinds.
const (
	kindText   kind = "string"
	kindMoment kind = "date-time"
	kindNumber kind = "integer" // least to most
	kindYes    kind = "boolean"
)

// parameter is one of the query.
type parameter struct {
	name, about string
	kind        kind
	words       []string // all that it may be; nil for any
	required    bool
	most        int  // of a number
	zero        bool // a number may be 0
}

// least is what a number is at least.
func (p parameter) least() int {
	if p.zero {
		return 0
	}
	return 1
}

// limitOf is a bound on a list that has one page.
func limitOf(most int) parameter {
	return parameter{name: "limit", about: "How many at most.", kind: kindNumber, most: most}
}

// text is a parameter that may be anything.
func text(name, about string) parameter { return parameter{name: name, about: about, kind: kindText} }

// The parameters that several routes have.
var (
	paging = []parameter{
		limitOf(maxLimit),
		text("cursor", "From `next` of the page before. The other parameters stay as they were."),
	}
	places = []parameter{
		{name: "scope", about: "Only of this kind of scope.", kind: kindText, words: wordsOf(mapping.ScopeInstance, mapping.ScopeRegistration, mapping.ScopeCourse)},
		text("registration", "Only of this LTI registration, by its id."),
		text("context", "Only of the course with this LTI context id; with `registration`."),
	}
	course = []parameter{
		text("registration", "The id of the LTI registration of a course; without it, the whole instance."),
		text("context", "The LTI context id of the course; with `registration`."),
	}
	framework = []parameter{
		text("framework", "The short id of a framework; without it, the default one."),
		text("version", "A version of it; without it, the newest in use."),
	}
	past = []parameter{
		{name: "as_of", about: "What had happened by this time (event time), with all that is known today.", kind: kindMoment},
		{name: "known_at", about: "What was known at this time (recorded time). Not with `as_of`.", kind: kindMoment},
		{name: "pos", about: "With `known_at`: up to this position of the log, from the `basis` of an answer; with both it is the same answer again.", kind: kindNumber, most: 1 << 53},
		{name: "rules_of_today", about: "With a date: judge by the alignments and rules of today in place of those of then.", kind: kindYes, words: []string{"true", "false"}},
	}
)

func wordsOf[T ~string](all ...T) []string {
	out := make([]string, len(all))
	for i, w := range all {
		out[i] = string(w)
	}
	return out
}

// readQuery reads the query. Nothing is accepted and ignored: unknown names, repeated and malformed values are refused.
func readQuery(raw string, known []parameter) (map[string]string, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, newProblem("query_malformed", "the query of the address cannot be read")
	}
	found := map[string]string{}
	for name, all := range values {
		i := slices.IndexFunc(known, func(p parameter) bool { return p.name == name })
		if i < 0 {
			return nil, newProblem("parameter_unknown", "there is no parameter "+strconv.Quote(shorten(name))+" here")
		}
		if len(all) != 1 {
			return nil, newProblem("parameter_repeated", "the parameter "+name+" is there more than once")
		}
		if err := known[i].check(all[0]); err != nil {
			return nil, err
		}
		found[name] = all[0]
	}
	for _, p := range known {
		if _, ok := found[p.name]; p.required && !ok {
			return nil, newProblem("parameter_missing", "the parameter "+p.name+" is needed")
		}
	}
	_, registration := found["registration"]
	if _, context := found["context"]; context && !registration {
		return nil, newProblem("parameter_missing", "the parameter context needs registration: LTI context ids are those of a registration")
	}
	return found, nil
}

func (p parameter) check(value string) error {
	bad := func(wants string) error {
		return newProblem("parameter_malformed", "the parameter "+p.name+" is "+wants)
	}
	switch {
	case value == "":
		return bad("empty; leave it out")
	case !isText(value):
		return bad("no text: it has octets that are not UTF-8, or U+0000")
	case p.words != nil && !slices.Contains(p.words, value):
		return bad("one of " + strings.Join(p.words, ", "))
	case p.kind == kindNumber:
		if n, err := strconv.Atoi(value); err != nil || n < p.least() || n > p.most {
			return bad("a number from " + strconv.Itoa(p.least()) + " to " + strconv.Itoa(p.most))
		}
	case p.kind == kindMoment:
		if _, err := time.Parse(time.RFC3339, value); err != nil {
			return bad("a time as RFC 3339 writes it: 2027-03-04T00:00:00Z")
		}
	}
	return nil
}

// isText says whether every database can be asked for a text.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// shorten is text as it may be said back.
func shorten(s string) string {
	const most = 160
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
