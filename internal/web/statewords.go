package web

import (
	"slices"
	"strings"
	"time"

	"cairn/mapping"
)

// laterWords says what changes with time alone.
func (l locale) laterWords(x mapping.Explanation) []string {
	switch {
	case x.State == mapping.Expired:
		return []string{l.say("why.none")}
	case len(x.Later) == 0:
		return []string{l.say("why.noexpiry")}
	}
	var out []string
	for _, change := range x.Later {
		out = append(out, l.say("why.later."+string(change.To), "date", l.date(change.At)))
	}
	slices.Reverse(out) // the end is what matters
	return out
}

// neededWords says to a learner what the rule still asks for.
func (l locale) neededWords(x mapping.Explanation) []string {
	return l.neededFor(x, l.say("why.endorse"))
}

// neededByThem is neededWords about somebody else.
func (l locale) neededByThem(x mapping.Explanation) []string {
	return l.neededFor(x, l.say("review.endorse"))
}

func (l locale) neededFor(x mapping.Explanation, endorse string) []string {
	if x.Rule.OutOf == 0 {
		return []string{l.say("why.notags")}
	}
	var out []string
	switch {
	case x.Missing > 0 && x.Rule.Kind == mapping.RulePoints:
		out = append(out, l.say("why.points", "n", x.Missing))
	case x.Missing > 0 && x.Rule.Kind != mapping.RuleGroups:
		out = append(out, l.say("hint.missing", "n", x.Missing))
	}
	out = append(out, l.mustDo(x)...)
	if x.NeedsEndorsement {
		out = append(out, endorse)
	}
	if x.Unreachable > 0 {
		out = append(out, l.unreachable(x))
	}
	if len(out) == 0 {
		return []string{l.say("why.none")}
	}
	return out
}

// mustDo names the activities without which the rule is not met.
func (l locale) mustDo(x mapping.Explanation) []string {
	var out []string
	for _, a := range x.MissingActivities {
		if x.Rule.Kind == mapping.RuleGroups || x.Rule.Kind == mapping.RuleAll {
			out = append(out, activityName(a))
		} else {
			out = append(out, l.say("why.mustdo", "activity", activityName(a)))
		}
	}
	return out
}

func (l locale) unreachable(x mapping.Explanation) string {
	if x.Rule.Kind == mapping.RulePoints {
		return l.say("why.onlypoints", "n", l.say("points", "n", x.Rule.OutOf))
	}
	return l.say("why.unreachable", "n", x.Rule.OutOf)
}

// shortNeed says in a few words what a state lacks, "" when nothing.
func (l locale) shortNeed(x mapping.Explanation) string {
	switch {
	case x.Rule.OutOf == 0:
		return l.say("hint.noactivity")
	case x.State == mapping.NotStarted || x.State == mapping.Evidenced || x.State == mapping.Expiring:
		return ""
	case x.Missing > 0 && x.Rule.Kind == mapping.RulePoints:
		return l.say("hint.points", "n", x.Missing)
	case x.Rule.Kind == mapping.RuleGroups && len(x.MissingActivities) > 0:
		return l.say("hint.missing", "n", len(x.MissingActivities))
	case x.Missing > 0:
		return l.say("hint.missing", "n", x.Missing)
	case len(x.MissingActivities) > 0:
		return l.say("hint.missing", "n", len(x.MissingActivities))
	case x.NeedsEndorsement:
		return l.say("hint.endorse")
	}
	return ""
}

// lostWords says why evidence that was there is there no more, what took it away first, and the way back where there is one. "" when
// nothing was lost.
func (l locale) lostWords(x mapping.Explanation, cause string, at time.Time) string {
	words := l.lostCause(x, cause)
	if words == "" && x.State != mapping.Withdrawn {
		return ""
	}
	return strings.TrimSpace(words + " " + l.wayBack(x, at))
}

// lostCause is what took evidence away that was there, "" when nothing was lost.
func (l locale) lostCause(x mapping.Explanation, cause string) string {
	switch {
	case x.State == mapping.Expired && !x.Rule.Validity.IsZero():
		return l.say("why.valid", "period", l.period(x.Rule.Validity))
	case x.State == mapping.Expired:
		return l.say("why.ended", "date", l.date(x.ExpiredAt))
	case x.State == mapping.Withdrawn:
		return cause
	}
	return ""
}

// wayBack names the activity that would bring evidence back if it was done at a moment, "" when no single one would.
func (l locale) wayBack(x mapping.Explanation, at time.Time) string {
	activity, again := completing(x, at)
	switch {
	case activity == "":
		return ""
	case x.State == mapping.Expired && again:
		return l.say("why.renew.again", "activity", activity)
	case x.State == mapping.Expired:
		return l.say("why.renew", "activity", activity)
	case again:
		return l.say("why.back.again", "activity", activity)
	}
	return l.say("why.back", "activity", activity)
}

// completing answers the activity that would complete the rule if it was done at a moment, and whether that would be again.
func completing(x mapping.Explanation, at time.Time) (name string, again bool) {
	soon := func(f mapping.Finding) bool { return x.Rule.Spacing.AddTo(f.At).After(at) }
	if !x.Rule.Spacing.IsZero() && slices.ContainsFunc(x.Counted, soon) {
		return "", false
	}
	for _, s := range mapping.Suggest([]mapping.Outlook{{Explanation: x}}) {
		if s.Effect == mapping.EffectCompletes {
			did := func(f mapping.Finding) bool { return f.Activity.IRI == s.Activity.IRI }
			return activityName(s.Activity), slices.ContainsFunc(x.NotCounted, did)
		}
	}
	return "", false
}

// asks says what an activity is asked for beside being finished, "" for nothing.
func (l locale) asks(a mapping.ActivityRef) string {
	var out []string
	if a.MinMilli != nil {
		out = append(out, l.say("rule.score", "score", l.milli(*a.MinMilli)))
	}
	if a.MinDuration > 0 {
		out = append(out, l.say("finding.least", "time", l.spent(a.MinDuration)))
	}
	if !a.Dates.IsZero() {
		out = append(out, l.say("rule.dates", "dates", l.datesWords(a.Dates)))
	}
	open := PlacedActivity{Closes: a.Open.Until}
	if l.now().Before(a.Open.From) { // that it opened is nothing to wait for
		open.Opens = a.Open.From
	}
	out = append(out, l.openDays(open)...)
	return strings.Join(out, " ")
}
