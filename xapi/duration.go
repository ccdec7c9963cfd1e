package xapi

import (
	"math"
	"strings"
	"time"
)

// ParseDuration reads an ISO 8601 duration (Data 4.6): PnYnMnDTnHnMnS with at least one part, or PnW alone; the last part may
// have a fraction, with point or comma. It is truncated, never rounded, to hundredths of a second. A year counts as 365 days
// and a month as 30, because a duration has no calendar; what does not fit a time.Duration (292 years) is the longest one. It
// answers *Invalid.
func ParseDuration(s string) (time.Duration, error) {
	d, ok := parseDuration(s)
	if !ok {
		return 0, invalid(ruleDuration, "%q is not an ISO 8601 duration", s)
	}
	return d, nil
}

// unit is one part of a duration.
type unit struct {
	letter byte
	length time.Duration
}

const day = 24 * time.Hour

var (
	dateUnits = []unit{{'Y', 365 * day}, {'M', 30 * day}, {'D', day}}
	timeUnits = []unit{{'H', time.Hour}, {'M', time.Minute}, {'S', time.Second}}
	weekUnits = []unit{{'W', 7 * day}}
)

func parseDuration(s string) (time.Duration, bool) {
	rest, ok := strings.CutPrefix(s, "P")
	if !ok {
		return 0, false
	}
	if strings.HasSuffix(rest, "W") {
		total, parts, _, ok := sumUnits(rest, weekUnits)
		return total, ok && parts == 1
	}
	dates, times, hasTime := strings.Cut(rest, "T")
	total, parts, fraction, ok := sumUnits(dates, dateUnits)
	if !ok || fraction && hasTime || parts == 0 && !hasTime {
		return 0, false
	}
	if hasTime {
		seconds, parts, _, ok := sumUnits(times, timeUnits)
		if !ok || parts == 0 {
			return 0, false
		}
		total = addCapped(total, seconds)
	}
	return total.Truncate(10 * time.Millisecond), true
}

// sumUnits adds the parts, which come in the order of the units, each at most once; only the last may have a fraction.
func sumUnits(s string, units []unit) (total time.Duration, parts int, fraction, ok bool) {
	for s != "" {
		number := numberLength(s)
		if number == 0 || number == len(s) || fraction {
			return 0, 0, false, false
		}
		for len(units) > 0 && units[0].letter != s[number] {
			units = units[1:]
		}
		if len(units) == 0 {
			return 0, 0, false, false
		}
		whole, part, has := splitFraction(s[:number])
		if has && !isDigits(part) || !isDigits(whole) {
			return 0, 0, false, false
		}
		total = addCapped(total, multiply(whole, part, units[0].length))
		fraction, units, s = has, units[1:], s[number+1:]
		parts++
	}
	return total, parts, fraction, true
}

func numberLength(s string) int {
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && c != '.' && c != ',' {
			return i
		}
	}
	return len(s)
}

func splitFraction(s string) (whole, part string, has bool) {
	if i := strings.IndexAny(s, ".,"); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// multiply is whole.part times the length, capped. Nine digits of the fraction count: the next would be less than 1/100 s even
// of a year.
func multiply(whole, part string, length time.Duration) time.Duration {
	var n time.Duration
	for i := range len(whole) {
		n = n*10 + time.Duration(whole[i]-'0')
		if n > math.MaxInt64/length {
			return math.MaxInt64
		}
	}
	total := n * length
	for i, place := 0, time.Duration(10); i < len(part) && i < 9; i, place = i+1, place*10 {
		// Whole units of the place first, then what is left of them: no overflow and no float.
		digit := time.Duration(part[i] - '0')
		total = addCapped(total, length/place*digit+length%place*digit/place)
	}
	return total
}

func addCapped(a, b time.Duration) time.Duration {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// comparableDuration cuts the fraction of the seconds to hundredths, and the zeros behind it. Beyond that a duration is compared
// as text: Data 2.3.1 forbids converting between its units.
func comparableDuration(s string) string {
	seconds, ok := strings.CutSuffix(s, "S")
	i := strings.LastIndexAny(seconds, ".,")
	if !ok || i < 0 {
		return s
	}
	part := seconds[i+1 : min(len(seconds), i+3)]
	part = strings.TrimRight(part, "0")
	if part == "" {
		return seconds[:i] + "S"
	}
	return seconds[:i] + "." + part + "S"
}
