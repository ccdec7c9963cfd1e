package xapi

import (
	"strings"
	"time"
)

// ParseTimestamp reads an ISO 8601 date and time (Data 4.5): the extended form (RFC 3339) or the basic one, a fraction with
// point or comma, an offset of Z, ±hh, ±hhmm or ±hh:mm. Without an offset it is UTC. The offsets -00, -0000 and -00:00 are
// refused, and so is a date that does not exist, or outside the years 1 to 9999 (Go's zero time included). Digits beyond
// nanoseconds are cut off; a leap second is the first moment of the next minute. The answer is in UTC. It answers *Invalid.
func ParseTimestamp(s string) (time.Time, error) {
	t, ok := parseTimestamp(s)
	if !ok {
		return time.Time{}, invalid(ruleTimestamp, "%q is not an ISO 8601 date and time with a valid offset", s)
	}
	return t, nil
}

// AppendTimestamp adds the instant in UTC, with three digits of the second or as many as it has.
func AppendTimestamp(dst []byte, t time.Time) []byte {
	const milli = "2006-01-02T15:04:05.000Z"
	t = t.UTC()
	switch ns := t.Nanosecond(); {
	case ns%1e6 == 0:
		return t.AppendFormat(dst, milli)
	case ns%1e3 == 0:
		return t.AppendFormat(dst, "2006-01-02T15:04:05.000000Z")
	}
	return t.AppendFormat(dst, "2006-01-02T15:04:05.000000000Z")
}

// FormatTimestamp is AppendTimestamp to a string.
func FormatTimestamp(t time.Time) string { return string(AppendTimestamp(nil, t)) }

func parseTimestamp(s string) (time.Time, bool) {
	r := reader{rest: s}
	extended := len(s) > 4 && s[4] == '-'
	year, month, day := r.number(4), r.part(extended, "-"), r.part(extended, "-")
	r.take("Tt")
	hour := r.number(2)
	minute, second := r.part(extended, ":"), r.part(extended, ":")
	nanos := r.fraction()
	offset := r.offset()
	if r.failed || r.rest != "" || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	if day > 28 && time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Day() != day {
		return time.Time{}, false
	}
	t = t.Add(-time.Duration(offset) * time.Minute)
	return t, t.Year() >= 1 && t.Year() <= 9999 && !t.IsZero()
}

// reader takes fixed parts off the front of a text and remembers the first failure.
type reader struct {
	rest   string
	failed bool
}

// take drops one character of the set.
func (r *reader) take(set string) byte {
	if r.rest == "" || strings.IndexByte(set, r.rest[0]) < 0 {
		r.failed = true
		return 0
	}
	c := r.rest[0]
	r.rest = r.rest[1:]
	return c
}

// number takes exactly n digits.
func (r *reader) number(n int) int {
	if len(r.rest) < n || !isDigits(r.rest[:n]) {
		r.failed = true
		return 0
	}
	value := 0
	for _, c := range []byte(r.rest[:n]) {
		value = value*10 + int(c-'0')
	}
	r.rest = r.rest[n:]
	return value
}

// part takes two digits, behind the separator in the extended form.
func (r *reader) part(extended bool, separator string) int {
	if extended {
		r.take(separator)
	}
	return r.number(2)
}

// fraction takes an optional fraction of a second, in nanoseconds.
func (r *reader) fraction() int {
	if r.rest == "" || r.rest[0] != '.' && r.rest[0] != ',' {
		return 0
	}
	digits := 0
	for digits+1 < len(r.rest) && isDigit(r.rest[digits+1]) {
		digits++
	}
	nanos, scale := 0, int(1e9)
	for i := 1; i <= digits && i <= 9; i++ {
		nanos, scale = nanos*10+int(r.rest[i]-'0'), scale/10
	}
	r.failed = r.failed || digits == 0
	r.rest = r.rest[digits+1:]
	return nanos * scale
}

// offset takes the offset from UTC, in minutes. ISO 8601 forbids a negative zero.
func (r *reader) offset() int {
	if r.rest == "" {
		return 0
	}
	sign := r.take("Zz+-")
	if sign == 'Z' || sign == 'z' {
		return 0
	}
	hours, minutes := r.number(2), 0
	if r.rest != "" {
		minutes = r.part(r.rest[0] == ':', ":")
	}
	offset := hours*60 + minutes
	r.failed = r.failed || hours > 23 || minutes > 59 || sign == '-' && offset == 0
	if sign == '-' {
		return -offset
	}
	return offset
}
