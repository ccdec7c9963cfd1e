package web

import (
	"strconv"
	"strings"
	"time"
)

// date writes a day as "4 March 2027".
func (l locale) date(t time.Time) string {
	t = t.In(l.zone)
	return l.say("date.day", "day", strconv.Itoa(t.Day()), "month", l.say("date.month."+strconv.Itoa(int(t.Month()))), "year", strconv.Itoa(t.Year()))
}

// clock writes a time of day as "2:32pm".
func (l locale) clock(t time.Time) string {
	t = t.In(l.zone)
	if t.Hour() < 12 {
		return l.say("date.am", "time", t.Format("3:04"))
	}
	return l.say("date.pm", "time", t.Format("3:04"))
}

// dateTime writes "4 March 2027, 2:32pm".
func (l locale) dateTime(t time.Time) string {
	return l.say("date.time", "date", l.date(t), "clock", l.clock(t))
}

// moment writes a time of today as a time of day, any other with its date.
func (l locale) moment(t time.Time) string {
	if l.date(t) == l.date(l.now()) {
		return l.clock(t)
	}
	return l.dateTime(t)
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
