package web

import "cairn/mapping"

// countedWords is one line of what counted: with its score, the time spent and its end, where there are such.
func (l locale) countedWords(f mapping.Finding) string {
	name, date := activityName(f.Activity), l.date(f.At)
	switch {
	case f.Self:
		return l.lasting(f, l.say("finding.said", "activity", name, "date", date))
	case f.Score != nil:
		return l.lasting(f, l.say("finding.scored", "activity", name, "score", l.milli(*f.Score), "date", date))
	}
	return l.lasting(f, l.say("finding.counted", "activity", name, "date", date))
}

// lasting adds to a line the time spent, where it was asked for, and until when it counts.
func (l locale) lasting(f mapping.Finding, line string) string {
	if f.Duration != nil && f.Activity.MinDuration > 0 {
		line = l.say("finding.timed", "finding", line, "time", l.spent(*f.Duration))
	}
	if f.Until.IsZero() {
		return line
	}
	return l.say("finding.until", "finding", line, "date", l.date(f.Until))
}

// notCountedWords is one line of what did not count, with its reason.
func (l locale) notCountedWords(f mapping.Finding) string {
	return l.say("finding.not", "activity", activityName(f.Activity), "date", l.date(f.At), "reason", l.reasonWords(f))
}

// reasonWords says why a record does not count.
func (l locale) reasonWords(f mapping.Finding) string {
	key := "reason." + string(f.Reason)
	if f.ByTime.IsZero() && l.has(key+".plain") {
		key += ".plain"
	}
	return l.say(key, l.reasonGaps(f)...)
}

// reasonGaps is what the words of a reason may name.
func (l locale) reasonGaps(f mapping.Finding) []any {
	gaps := []any{"least", l.spent(f.NeededDuration), "at", l.date(f.At), "dates", l.datesWords(f.Activity.Dates)}
	if f.Score != nil {
		gaps = append(gaps, "score", l.milli(*f.Score))
	}
	if f.Needed != nil {
		gaps = append(gaps, "needed", l.milli(*f.Needed))
	}
	if f.Duration != nil {
		gaps = append(gaps, "spent", l.spent(*f.Duration))
	}
	if !f.ByTime.IsZero() {
		gaps = append(gaps, "date", l.date(f.ByTime))
	}
	if !f.Until.IsZero() {
		gaps = append(gaps, "until", l.date(f.Until))
	}
	return gaps
}
