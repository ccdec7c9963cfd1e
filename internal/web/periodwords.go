package web

import (
	"time"

	"cairn/mapping"
)

// period writes a stretch of calendar time: "1 year", "1 year and 6 months".
func (l locale) period(p mapping.Period) string {
	out := ""
	for _, part := range []struct {
		unit string
		n    int
	}{{"year", p.Years}, {"month", p.Months}, {"week", p.Weeks}, {"day", p.Days}} {
		if part.n > 0 {
			out = l.join(out, l.say("period."+part.unit, "n", part.n))
		}
	}
	return out
}

// spent writes a length of time: "30 minutes", "1 hour and 30 minutes". Seconds are told only of what is shorter than an hour.
func (l locale) spent(d mapping.Duration) string {
	t := time.Duration(d)
	hours, minutes, seconds := int(t.Hours()), int(t.Minutes())%60, int(t.Seconds())%60
	if hours > 0 {
		seconds = 0
	}
	out := ""
	for _, part := range []struct {
		unit string
		n    int
	}{{"hour", hours}, {"minute", minutes}, {"second", seconds}} {
		if part.n > 0 {
			out = l.join(out, l.say("period."+part.unit, "n", part.n))
		}
	}
	if out == "" {
		return l.say("period.second", "n", 0)
	}
	return out
}

// join writes two parts of one length after another.
func (l locale) join(one, other string) string {
	if one == "" {
		return other
	}
	return l.say("period.and", "one", one, "other", other)
}
