package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// asked is the date that a page of one capability is about. The zero value is now.
type asked struct {
	at    time.Time // the end of the day
	today bool      // by the tags and rules of today, in place of those of then
	come  bool      // the day is still to come
}

func (a asked) now() bool { return a.at.IsZero() }

// query is the date as an address has it.
func (a asked) query(zone *time.Location) string {
	if a.now() {
		return ""
	}
	q := "?at=" + a.at.In(zone).Format(isoDate)
	if a.today {
		q += "&rules=today"
	}
	return q
}

// dayForm asks for another date.
type dayForm struct {
	To    string
	Date  [3]string
	Today bool
	Error string
}

// askedDay reads the date of the address, or the one that was typed; wrong is what was typed when that is no day. The day that it is now
// is now.
func (s *site) askedDay(r *record, q url.Values) (when asked, wrong *[3]string, err error) {
	bad := refuse(http.StatusBadRequest, "query-value", "nopage")
	if rules := q.Get("rules"); rules != "" && rules != "then" && rules != "today" {
		return when, nil, bad
	}
	var day time.Time
	switch {
	case r.learner == "":
		return when, nil, nil
	case q.Has("day") || q.Has("month") || q.Has("year"):
		typed, ok := [3]string{q.Get("day"), q.Get("month"), q.Get("year")}, false
		if day, ok = readDay(typed, s.Zone); !ok {
			return when, &typed, nil
		}
	case q.Get("at") != "":
		if day, err = time.ParseInLocation(isoDate, q.Get("at"), s.Zone); err != nil || day.Year() < 1900 {
			return when, nil, bad
		}
	default:
		return when, nil, nil
	}
	now := s.Now()
	when = asked{at: day.AddDate(0, 0, 1).Add(-time.Microsecond), today: q.Get("rules") == "today", come: day.After(now)}
	if !when.come && when.at.After(now) {
		return asked{}, nil, nil
	}
	return when, nil, nil
}

// dayNotice says that the page is about another date, and leads back.
func (v *visit) dayNotice(r *record, when asked, capability string) *notice {
	text := v.say("capability.then", "date", v.date(when.at))
	switch {
	case when.come:
		text = v.say("capability.willbe", "date", v.date(when.at))
	case when.today:
		text = v.say("capability.today", "date", v.date(when.at))
	}
	return &notice{Kind: "important", Heading: v.say("notice.important"), Text: []string{text}, Link: &crumb{v.say("capability.now"), v.to(r.at + "/capability/" + capability)}}
}

func (v *visit) dayForm(r *record, capability string, when asked) *dayForm {
	f := &dayForm{To: v.to(r.at + "/capability/" + capability), Today: when.today}
	if !when.now() {
		day := when.at.In(v.zone)
		f.Date = [3]string{strconv.Itoa(day.Day()), strconv.Itoa(int(day.Month())), strconv.Itoa(day.Year())}
	}
	return f
}

// caseWhen asks why a capability stands, or stood on a date, as it does, and answers what that rests on as well.
func (s *site) caseWhen(ctx context.Context, session *Session, learner, capability string, when asked) (mapping.Case, mapping.Explanation, error) {
	if when.now() {
		return s.explainOf(ctx, session, learner, capability)
	}
	c, err := s.Records.AsOf(ctx, learner, capability, pipeline.AsOf{At: when.at, RulesOfToday: when.today})
	if err != nil {
		return c, mapping.Explanation{}, fmt.Errorf("read what a state of another day rests on: %w", err)
	}
	told, err := s.explainCases(ctx, session, map[string]mapping.Case{capability: c})
	return c, told[capability], err
}
