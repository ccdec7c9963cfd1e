package web

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cairn/mapping"
)

// fieldErrors are what is wrong with the fields of a form, by the id of the field, in the order they were found.
type fieldErrors struct {
	list []fieldError
}

func (e *fieldErrors) add(field, words string) { e.list = append(e.list, fieldError{words, field}) }

// Of answers what is wrong with a field, "" for nothing.
func (e *fieldErrors) Of(field string) string {
	for _, one := range e.list {
		if one.Href == field {
			return one.Text
		}
	}
	return ""
}

// number reads a whole number between bounds.
func (e *fieldErrors) number(l locale, field, text string, least, most int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		e.add(field, l.say("ruleform.badnumber", "least", least, "most", most))
	}
	return n
}

// criterion reads what one activity must show. Records of other kinds, which the form does not offer, stay as they were.
func (f ruleForm) criterion(l locale, was mapping.Criterion, e *fieldErrors) mapping.Criterion {
	c := mapping.Criterion{NoSelf: f.Record}
	switch f.What {
	case "passed":
		c.Verbs = []string{mapping.VerbPassed}
	case "own":
		c.Verbs = was.Verbs
	case "score":
		points, err := strconv.ParseFloat(strings.Replace(f.Score, ",", ".", 1), 64)
		milli := int(math.Round(points * 10))
		if err != nil || milli < 1 || milli > 1000 {
			e.add("score", l.say("ruleform.badscore"))
		}
		c.MinMilli, c.Verbs = &milli, was.Verbs
		if slices.Equal(was.Verbs, []string{mapping.VerbPassed}) {
			c.Verbs = nil
		}
	case "usual":
	default:
		e.add("what", l.say("ruleform.nowhat"))
	}
	c.Dates = f.dates(l, e)
	if f.Minutes != "" {
		c.MinDuration = mapping.Duration(time.Duration(e.number(l, "minutes", f.Minutes, 1, 60_000)) * time.Minute)
	}
	return c
}

// dates reads from which day to which day a record counts.
func (f ruleForm) dates(l locale, e *fieldErrors) (d mapping.Dates) {
	day := func(field string, typed [3]string) (time.Time, bool) {
		if typed == ([3]string{}) {
			return time.Time{}, false
		}
		t, ok := readDay(typed, l.zone)
		if !ok {
			e.add(field, l.say("pick.badday"))
		}
		return t, ok
	}
	if from, ok := day("fday", f.From); ok {
		d.From = from.UTC()
	}
	if last, ok := day("uday", f.Until); ok {
		d.Until = last.AddDate(0, 0, 1).UTC()
	}
	if !d.Until.IsZero() && !d.Until.After(d.From) {
		e.add("uday", l.say("pick.badspan"))
	}
	return d
}

// rule reads what the capability needs of the activities that are tagged with it.
func (f ruleForm) rule(l locale, activities []ruleActivity, e *fieldErrors) mapping.Rule {
	r := mapping.Rule{Kind: mapping.RuleKind(f.Kind), Endorsed: f.Endorsed, Pick: mapping.Pick(f.Pick)}
	switch r.Kind {
	case mapping.RuleAny, mapping.RuleAll:
	case mapping.RuleN:
		r.N = e.number(l, "n", f.N, 1, 1000)
		if n := len(activities); e.Of("n") == "" && r.N > n {
			e.add("n", l.say("ruleform.toomany", "n", r.N, "tagged", n, "more", r.N-n))
		}
	case mapping.RulePoints:
		f.points(l, &r, activities, e)
	case mapping.RuleGroups:
		r.Parts = f.parts(l, activities, e)
	default:
		e.add("kind", l.say("ruleform.nokind"))
	}
	if f.Valid != "" {
		n := e.number(l, "valid", f.Valid, 1, 3650)
		switch f.Unit {
		case "years":
			r.Validity.Years = n
		case "months":
			r.Validity.Months = n
		case "weeks":
			r.Validity.Weeks = n
		default:
			r.Validity.Days = n
		}
	}
	if f.Spacing != "" {
		r.Spacing.Days = e.number(l, "spacing", f.Spacing, 1, 3650)
		if r.Kind == mapping.RuleAny || r.Pick != mapping.PickHighest {
			e.add("spacing", l.say("ruleform.spacing"))
		}
	}
	if !slices.Contains([]mapping.Pick{mapping.PickHighest, mapping.PickLatest, mapping.PickMostCommon}, r.Pick) {
		e.add("pick", l.say("ruleform.nokind"))
	}
	return r
}

func (f ruleForm) points(l locale, r *mapping.Rule, activities []ruleActivity, e *fieldErrors) {
	r.N = e.number(l, "points", f.Points, 1, 100_000)
	all := 0
	for _, a := range activities {
		w, given := f.Worth[a.Code]
		if !given {
			continue
		}
		n := e.number(l, "worth-"+a.Code, w.Points, 1, 1000)
		all += n
		r.Parts = append(r.Parts, mapping.Part{Activity: a.IRI, Points: n, Required: w.Must})
	}
	if len(e.list) == 0 && all < r.N {
		e.add("points", l.say("ruleform.reach", "n", all, "needed", r.N))
	}
}

// parts reads the groups: all parts of one of them, each part any one of its activities.
func (f ruleForm) parts(l locale, activities []ruleActivity, e *fieldErrors) (out []mapping.Part) {
	for g, group := range f.Groups {
		var all []mapping.Part
		for p, set := range group {
			var some []mapping.Part
			for _, a := range activities {
				if set[a.Code] {
					some = append(some, mapping.Part{Activity: a.IRI})
				}
			}
			switch len(some) {
			case 0:
				e.add("g"+strconv.Itoa(g)+"p"+strconv.Itoa(p), l.say("ruleform.emptypart", "group", g+1, "part", p+1))
			case 1:
				all = append(all, some[0])
			default:
				all = append(all, mapping.Part{Any: some})
			}
		}
		if len(all) == 1 {
			out = append(out, all[0])
		} else {
			out = append(out, mapping.Part{All: all})
		}
	}
	return out
}
