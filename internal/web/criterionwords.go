package web

import (
	"slices"
	"strings"
	"time"

	"cairn/mapping"
)

// usual says whether a tag asks for no more than finished or passed, and not failed.
func usual(c mapping.Criterion) bool {
	return len(c.Verbs) == 0 && c.MinMilli == nil && c.MinDuration == 0 && !c.NoSelf && c.Dates.IsZero()
}

// datesWords says between which days something must have happened. Until is shown as the last day.
func (l locale) datesWords(d mapping.Dates) string {
	from, last := l.date(d.From), l.date(d.Until.Add(-time.Microsecond))
	switch {
	case d.Until.IsZero():
		return l.say("dates.from", "from", from)
	case d.From.IsZero():
		return l.say("dates.until", "until", last)
	}
	return l.say("dates.between", "from", from, "until", last)
}

// criterionWords says in a few words what a tag asks of a record, "usual rule" when no more than finished or passed.
func (l locale) criterionWords(c mapping.Criterion) string {
	var out []string
	switch {
	case len(c.Verbs) == 0:
	case slices.Equal(c.Verbs, []string{mapping.VerbPassed}):
		out = append(out, l.say("criterion.passed"))
	default:
		out = append(out, l.say("criterion.verbs", "n", len(c.Verbs)))
	}
	if c.MinMilli != nil {
		out = append(out, l.say("criterion.score", "score", l.milli(*c.MinMilli)))
	}
	if c.MinDuration > 0 {
		out = append(out, l.say("criterion.time", "n", int(time.Duration(c.MinDuration).Minutes())))
	}
	if !c.Dates.IsZero() {
		out = append(out, l.datesWords(c.Dates))
	}
	if c.NoSelf {
		out = append(out, l.say("criterion.record"))
	}
	if usual(c) {
		return l.say("criterion.usual")
	}
	return strings.Join(out, ", ")
}
