package web

import (
	"strconv"
	"strings"
	"time"
)

// date writes a day as "4 March 2027".
func (s *site) date(t time.Time) string { return t.In(s.Zone).Format("2 January 2006") }

// clock writes a time of day as "2:32pm".
func (s *site) clock(t time.Time) string { return strings.ToLower(t.In(s.Zone).Format("3:04PM")) }

// dateTime writes "4 March 2027, 2:32pm".
func (s *site) dateTime(t time.Time) string { return s.date(t) + ", " + s.clock(t) }

// milli writes a score kept in thousandths as points out of 100: 820 is "82", 825 is "82.5".
func milli(n int) string {
	return strconv.FormatFloat(float64(n)/10, 'f', -1, 64)
}

// shortAddress is how an activity without a name reads: the end of its IRI.
func shortAddress(iri string) string {
	_, rest, ok := strings.Cut(iri, "://")
	if !ok {
		return iri
	}
	if _, path, ok := strings.Cut(rest, "/"); ok && path != "" {
		return ".../" + path
	}
	return rest
}
