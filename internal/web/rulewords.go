package web

import (
	"slices"
	"strings"

	"cairn/mapping"
)

// ruleText is a rule in words, the same for learners, authors and who leads (pages.md A3): what is to be done, with the parts of it as a
// list that nests, and what else the rule asks.
type ruleText struct {
	Lead  string
	Parts []partText
	More  []string
}

// partText is a part of a rule: an activity, or a group with its own parts.
type partText struct {
	Text  string
	Parts []partText
}

// ruleText puts the rule of an explanation in words.
func (l locale) ruleText(r mapping.RuleOf) ruleText {
	if r.OutOf == 0 && r.Kind != mapping.RulePoints && r.Kind != mapping.RuleGroups {
		return ruleText{Lead: l.say("rule.none")}
	}
	out := ruleText{Lead: l.leadWords(r), Parts: l.rulePartTexts(r)}
	out.More = append(out.More, l.scoreAsked(r)...)
	out.More = append(out.More, l.timeAsked(r)...)
	out.More = append(out.More, l.datesAsked(r)...)
	out.More = append(out.More, l.alsoAsked(r)...)
	return out
}

// ruleWords is ruleText in sentences alone.
func (l locale) ruleWords(r mapping.RuleOf) []string {
	text := l.ruleText(r)
	return append(append([]string{text.Lead}, l.partSentences(text.Parts)...), text.More...)
}

// plainRule puts a rule as it was set in words, without the activities that are tagged: n different ones, not n of how many. names
// answers how an activity reads.
func (l locale) plainRule(r mapping.Rule, names map[string]string) []string {
	of := mapping.RuleOf{
		Kind: r.Kind, Need: r.N, Validity: r.Validity, Spacing: r.Spacing, Endorsed: r.Endorsed, Pick: r.Pick, Locked: r.Locked, MinMilli: r.MinMilli,
		Parts: namedParts(r.Parts, names),
	}
	if r.Kind == "" {
		return []string{l.say("rule.unset")}
	}
	out := append([]string{l.leadWords(of)}, l.partSentences(l.rulePartTexts(of))...)
	if r.MinMilli != nil {
		out = append(out, l.say("rule.score", "score", l.milli(*r.MinMilli)))
	}
	return append(out, l.alsoAsked(of)...)
}

// briefRule is plainRule without what is the same in every rule.
func (l locale) briefRule(r mapping.Rule, names map[string]string) string {
	same := l.say("rule.finished")
	return strings.Join(slices.DeleteFunc(l.plainRule(r, names), func(words string) bool { return words == same }), " ")
}

func namedParts(parts []mapping.Part, names map[string]string) []mapping.PartOf {
	var out []mapping.PartOf
	for _, p := range parts {
		of := mapping.PartOf{Points: p.Points, Required: p.Required, Aligned: true, All: namedParts(p.All, names), Any: namedParts(p.Any, names)}
		if p.Activity != "" {
			of.Activity = &mapping.ActivityRef{IRI: p.Activity, Name: names[p.Activity]}
		}
		out = append(out, of)
	}
	return out
}

// leadWords says what is to be done. Where nobody knows how many activities there are, OutOf is 0.
func (l locale) leadWords(r mapping.RuleOf) string {
	switch {
	case r.Kind == mapping.RuleGroups:
		return l.say("rule.groups", "n", len(r.Parts))
	case r.OutOf == 0:
		return l.say("rule.plain."+string(r.Kind), "need", r.Need)
	}
	return l.say("rule.of."+string(r.Kind), "need", r.Need, "n", r.OutOf)
}

// rulePartTexts is the parts of a rule; groups are numbered, so that one is not read as a part of another.
func (l locale) rulePartTexts(r mapping.RuleOf) []partText {
	out := l.partTexts(r.Parts)
	for i := range out {
		if r.Kind == mapping.RuleGroups {
			out[i].Text = l.say("rule.group", "i", i+1, "part", out[i].Text)
		}
	}
	return out
}

func (l locale) partTexts(parts []mapping.PartOf) []partText {
	var out []partText
	for _, p := range parts {
		out = append(out, l.partIn(p))
	}
	return out
}

// partIn is an activity with its points and what is known of it, or a group with what is in it.
func (l locale) partIn(p mapping.PartOf) partText {
	switch {
	case len(p.All) > 0:
		return partText{l.say("rule.allof", "n", len(p.All)), l.partTexts(p.All)}
	case len(p.Any) > 0:
		return partText{l.say("rule.anyof", "n", len(p.Any)), l.partTexts(p.Any)}
	case p.Activity == nil:
		return partText{}
	}
	text := activityName(*p.Activity)
	if p.Points > 0 {
		text = l.say("rule.points.part", "activity", text, "n", p.Points)
	}
	if p.Required {
		text = l.say("rule.required", "part", text)
	}
	if !p.Aligned {
		text = l.say("rule.untagged", "part", text)
	} else if p.Done {
		text = l.say("rule.done", "part", text)
	}
	return partText{Text: text}
}

// partSentences writes each part as a sentence, what is inside it in brackets.
func (l locale) partSentences(parts []partText) []string {
	var out []string
	for _, p := range parts {
		out = append(out, p.line()+".")
	}
	return out
}

func (p partText) line() string {
	if len(p.Parts) == 0 {
		return p.Text
	}
	inner := make([]string, len(p.Parts))
	for i, part := range p.Parts {
		inner[i] = part.line()
		if len(part.Parts) > 0 {
			inner[i] = "(" + inner[i] + ")"
		}
	}
	return p.Text + " " + strings.Join(inner, "; ")
}

// scoreAsked says the least score that activities are asked for.
func (l locale) scoreAsked(r mapping.RuleOf) []string {
	of := activitiesOf(r)
	switch {
	case r.MinMilli != nil && r.Scored == of:
		return []string{l.say("rule.score", "score", l.milli(*r.MinMilli))}
	case r.MinMilli != nil:
		return []string{l.say("rule.scoresome", "n", r.Scored, "score", l.milli(*r.MinMilli))}
	case r.Scored > 0:
		return []string{l.say("rule.scoremixed")}
	}
	return nil
}

// timeAsked says the least time that activities are asked for.
func (l locale) timeAsked(r mapping.RuleOf) []string {
	switch {
	case r.MinDuration > 0 && r.Timed == activitiesOf(r):
		return []string{l.say("rule.time", "time", l.spent(r.MinDuration))}
	case r.MinDuration > 0:
		return []string{l.say("rule.timesome", "n", r.Timed, "time", l.spent(r.MinDuration))}
	case r.Timed > 0:
		return []string{l.say("rule.timemixed")}
	}
	return nil
}

// datesAsked says when activities must have been finished.
func (l locale) datesAsked(r mapping.RuleOf) []string {
	switch {
	case !r.Dates.IsZero() && r.Dated == activitiesOf(r):
		return []string{l.say("rule.dates", "dates", l.datesWords(r.Dates))}
	case !r.Dates.IsZero():
		return []string{l.say("rule.datessome", "n", r.Dated, "dates", l.datesWords(r.Dates))}
	case r.Dated > 0:
		return []string{l.say("rule.datesmixed")}
	}
	return nil
}

// activitiesOf is how many activities a rule counts, -1 where it counts in points or in groups.
func activitiesOf(r mapping.RuleOf) int {
	if r.Kind == mapping.RulePoints || r.Kind == mapping.RuleGroups {
		return -1
	}
	return r.OutOf
}

// alsoAsked says what a rule asks beside activities, and where it was set when that is not in the course's own hands.
func (l locale) alsoAsked(r mapping.RuleOf) []string {
	var out []string
	if r.Pick != mapping.PickHighest {
		out = append(out, l.say("rule.pick."+string(r.Pick)))
	}
	if !r.Spacing.IsZero() {
		out = append(out, l.say("rule.spacing", "period", l.period(r.Spacing)))
	}
	if !r.Validity.IsZero() {
		out = append(out, l.say("rule.validity", "period", l.period(r.Validity)))
	}
	if r.Endorsed {
		out = append(out, l.say("rule.endorsed"))
	}
	switch {
	case r.Locked:
		out = append(out, l.say("rule.locked"))
	case r.Framework != "":
		out = append(out, l.say("rule.default."+string(r.Scope.Kind)))
	}
	return append(out, l.say("rule.finished"))
}
