package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"cairn/mapping"
)

// ruleForm is the fields of A3 as they stand on the page: what one activity must show, then what the capability needs. Numbers are as
// typed, so that a page that refuses shows them again.
type ruleForm struct {
	What, Score, Minutes string // of the tag
	Record               bool
	From, Until          [3]string // day, month, year; Until is the last day

	Kind, N, Points string // of the rule
	Worth           map[string]worth
	Groups          [][]map[string]bool // parts of each group, each the codes of its activities
	Valid, Unit     string              // number and unit of the validity
	Spacing         string              // days
	Endorsed        bool
	Pick            string
}

// worth is what an activity is worth in points, as typed.
type worth struct {
	Points string
	Must   bool
}

// units are those of a validity.
var units = []string{"years", "months", "weeks", "days"}

// formOf writes a criterion and a rule into the fields. code answers how the form names an activity.
func (l locale) formOf(c mapping.Criterion, r mapping.Rule, code func(iri string) string) ruleForm {
	f := ruleForm{What: "usual", Record: c.NoSelf, Kind: string(r.Kind), Worth: map[string]worth{}, Endorsed: r.Endorsed, Pick: string(r.Pick), Unit: "years"}
	switch {
	case c.MinMilli != nil:
		f.What, f.Score = "score", strconv.FormatFloat(float64(*c.MinMilli)/10, 'f', -1, 64)
	case slices.Equal(c.Verbs, []string{mapping.VerbPassed}):
		f.What = "passed"
	case len(c.Verbs) > 0:
		f.What = "own"
	}
	if c.MinDuration > 0 {
		f.Minutes = strconv.Itoa(int(time.Duration(c.MinDuration).Minutes()))
	}
	f.From, f.Until = l.dayFields(c.Dates.From), [3]string{}
	if !c.Dates.Until.IsZero() {
		f.Until = l.dayFields(c.Dates.Until.Add(-time.Microsecond))
	}
	if f.Kind == "" {
		f.Kind = string(mapping.RuleAny)
	}
	switch r.Kind {
	case mapping.RuleN:
		f.N = strconv.Itoa(r.N)
	case mapping.RulePoints:
		f.Points = strconv.Itoa(r.N)
		for _, p := range r.Parts {
			f.Worth[code(p.Activity)] = worth{strconv.Itoa(p.Points), p.Required}
		}
	case mapping.RuleGroups:
		f.Groups = groupsOf(r.Parts, code)
	}
	for _, part := range []struct {
		unit string
		n    int
	}{{"days", r.Validity.Days}, {"weeks", r.Validity.Weeks}, {"months", r.Validity.Months}, {"years", r.Validity.Years}} {
		if part.n > 0 {
			f.Valid, f.Unit = strconv.Itoa(part.n), part.unit
		}
	}
	if r.Spacing.Days > 0 {
		f.Spacing = strconv.Itoa(r.Spacing.Days)
	}
	return f
}

// groupsOf writes the alternatives of a rule as groups of parts, each any one of some activities: depth 3, as forms have it.
func groupsOf(parts []mapping.Part, code func(string) string) (out [][]map[string]bool) {
	one := func(p mapping.Part) map[string]bool {
		set := map[string]bool{}
		for _, inner := range append([]mapping.Part{p}, p.Any...) {
			if inner.Activity != "" {
				set[code(inner.Activity)] = true
			}
		}
		return set
	}
	for _, group := range parts {
		if len(group.All) == 0 {
			out = append(out, []map[string]bool{one(group)})
			continue
		}
		var inside []map[string]bool
		for _, p := range group.All {
			inside = append(inside, one(p))
		}
		out = append(out, inside)
	}
	return out
}

// dayFields writes a day into three fields; empty ones for the zero time.
func (l locale) dayFields(t time.Time) (out [3]string) {
	if t.IsZero() {
		return out
	}
	t = t.In(l.zone)
	return [3]string{strconv.Itoa(t.Day()), strconv.Itoa(int(t.Month())), strconv.Itoa(t.Year())}
}

// readRuleForm takes the fields apart.
func readRuleForm(q url.Values) ruleForm {
	f := ruleForm{
		What: q.Get("what"), Score: strings.TrimSpace(q.Get("score")), Minutes: strings.TrimSpace(q.Get("minutes")), Record: q.Has("record"), From: typedDay(q, "f"), Until: typedDay(q, "u"),
		Kind: q.Get("kind"), N: strings.TrimSpace(q.Get("n")), Points: strings.TrimSpace(q.Get("points")), Worth: map[string]worth{},
		Valid: strings.TrimSpace(q.Get("valid")), Unit: q.Get("unit"), Spacing: strings.TrimSpace(q.Get("spacing")), Endorsed: q.Has("endorsed"), Pick: q.Get("pick"),
	}
	for name := range q {
		if code, ok := strings.CutPrefix(name, "worth-"); ok && strings.TrimSpace(q.Get(name)) != "" {
			f.Worth[code] = worth{strings.TrimSpace(q.Get(name)), q.Has("must-" + code)}
		}
	}
	for g, text := range strings.Fields(q.Get("shape")) {
		n, err := strconv.Atoi(text)
		if err != nil || g >= groupsMost {
			break
		}
		var parts []map[string]bool
		for p := range min(max(n, 1), partsMost) {
			set := map[string]bool{}
			for _, code := range q["g"+strconv.Itoa(g)+"p"+strconv.Itoa(p)] {
				set[code] = true
			}
			parts = append(parts, set)
		}
		f.Groups = append(f.Groups, parts)
	}
	f.press(q.Get("do"))
	return f
}
