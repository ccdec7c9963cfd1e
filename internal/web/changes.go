package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"cairn/mapping"
)

// changesBody is L7: what changed, day by day, each with its cause.
type changesBody struct {
	Since string
	None  string
	Days  []changedDay
	Slice slice
	To    string // where the form goes
	Date  [3]string
	Error string
}

type changedDay struct {
	Date string
	Rows []changedRow
}

type changedRow struct {
	State      mapping.State
	Chip, Name string
	Cause      string
	Back       string // how to get it back, "" when there is no way or no need
	Why        string // address of the capability
}

// isoDate is how addresses and files write a day.
const isoDate = "2006-01-02"

// changes answers /me/changes: since the last visit, or since a day that was asked for.
func (s *site) changes(v *visit) (answer, error) {
	q, err := v.query("since", "day", "month", "year", "page")
	if err != nil {
		return answer{}, err
	}
	r, err := s.record(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.learnerPage(v, "changes", v.say("changes.title"))
	if err != nil {
		return answer{}, err
	}
	p.Tabs = s.tabs(v, "changes")
	if q.Has("day") || q.Has("month") || q.Has("year") {
		return s.changesSince(v, p, q)
	}
	b := changesBody{To: v.to("me/changes")}
	since, err := s.sinceWhen(v, q, &b)
	if err != nil {
		return answer{}, err
	}
	page, err := readPage(q)
	if err != nil {
		return answer{}, err
	}
	q.Del("page")
	if err := s.fillChanges(v, r, &b, since, page, q); err != nil {
		return answer{}, err
	}
	p.Body = b
	return answer{page: p}, nil
}

// changesSince turns the day that was typed into an address, or says what is wrong with it.
func (s *site) changesSince(v *visit, p *page, q url.Values) (answer, error) {
	b := changesBody{To: v.to("me/changes"), Date: [3]string{q.Get("day"), q.Get("month"), q.Get("year")}}
	day, ok := readDay(b.Date, s.Zone)
	if ok {
		return answer{location: v.to("me/changes?since=" + day.Format(isoDate))}, nil
	}
	b.Error = v.say("changes.baddate")
	p.Problem, p.Errors, p.Body = true, []fieldError{{b.Error, "day"}}, b
	return answer{status: http.StatusUnprocessableEntity, page: p}, nil
}

// readDay reads a day from what was typed as day, month and year.
func readDay(typed [3]string, zone *time.Location) (time.Time, bool) {
	var n [3]int
	for i, text := range typed {
		var err error
		if n[i], err = strconv.Atoi(strings.TrimSpace(text)); err != nil {
			return time.Time{}, false
		}
	}
	day := time.Date(n[2], time.Month(n[1]), n[0], 0, 0, 0, 0, zone)
	return day, n[2] >= 1900 && n[2] <= 9999 && day.Day() == n[0] && int(day.Month()) == n[1]
}

// sinceWhen is from when on changes are shown: the day of the address, else the end of the last visit, else all.
func (s *site) sinceWhen(v *visit, q url.Values, b *changesBody) (time.Time, error) {
	since, visit := time.Time{}, false
	if text := q.Get("since"); text != "" {
		day, err := time.ParseInLocation(isoDate, text, s.Zone)
		if err != nil {
			return since, refuse(http.StatusBadRequest, "query-value", "nopage")
		}
		since = day
	} else if owner(v.session) != "" {
		p, err := s.preference(v)
		if err != nil {
			return since, err
		}
		since, visit = p.Before, true
	}
	if since.IsZero() {
		b.Since, b.None = v.say("changes.all"), v.say("changes.nothing")
		return since, nil
	}
	b.Since, b.None = v.say("changes.since", "date", v.date(since)), v.say("changes.none", "date", v.date(since))
	if visit {
		b.Since = v.say("changes.sincevisit", "date", v.date(since))
	}
	day := since.In(s.Zone)
	b.Date = [3]string{strconv.Itoa(day.Day()), strconv.Itoa(int(day.Month())), strconv.Itoa(day.Year())}
	return since, nil
}

func (s *site) fillChanges(v *visit, r *record, b *changesBody, since time.Time, page int, q url.Values) error {
	who := owner(v.session)
	if who == "" {
		return nil
	}
	changes, total, err := s.Records.Changes(v.Context(), who, ids(r.cat.TrackedFor(r.node, r.role)), since, (page-1)*listPage, listPage)
	if err != nil {
		return fmt.Errorf("read what changed: %w", err)
	}
	b.Slice = v.sliceOf(total, page, listPage, func(page int) string { return v.to(addressOf("me/changes", paged(q, page))) })
	told, err := s.toldBy(v.Context(), v, changes)
	if err != nil {
		return err
	}
	for _, c := range changes {
		date := v.date(c.Known)
		if n := len(b.Days); n == 0 || b.Days[n-1].Date != date {
			b.Days = append(b.Days, changedDay{Date: date})
		}
		last := &b.Days[len(b.Days)-1]
		last.Rows = append(last.Rows, v.changedRow(r, c, told))
	}
	return nil
}

// toldBy explains the capabilities of some changes, for the activities behind these.
func (s *site) toldBy(ctx context.Context, v *visit, changes []Change) (map[string]mapping.Explanation, error) {
	var of []string
	for _, c := range changes {
		if !slices.Contains(of, c.Capability) {
			of = append(of, c.Capability)
		}
	}
	return s.explainAll(ctx, v.session, owner(v.session), of)
}

func (v *visit) changedRow(r *record, c Change, told map[string]mapping.Explanation) changedRow {
	n, _ := r.cat.Node(c.Capability)
	then, x := mapping.Progress{State: c.To, Have: c.Have, Need: c.Need, Since: c.At}, told[c.Capability]
	row := changedRow{State: c.To, Chip: v.chipWords(then), Name: r.shortCapability(n), Cause: v.causeOf(c.Transition, x), Why: v.to("me/capability/" + c.Capability)}
	if lost := c.To == mapping.Withdrawn || c.To == mapping.Expired; lost && r.of(c.Capability).State == c.To {
		row.Back = v.wayBack(x, v.now())
	}
	return row
}

// causeOf says what made a change: the activity with its score, where a record did.
func (l locale) causeOf(t mapping.Transition, x mapping.Explanation) string {
	if t.Cause != mapping.CauseStatement {
		return l.causeWords(t)
	}
	for _, f := range slices.Concat(x.Counted, x.NotCounted) {
		switch {
		case f.Statement != t.CauseID:
		case f.Score != nil:
			return l.say("changes.scored", "activity", activityName(f.Activity), "score", l.milli(*f.Score))
		default:
			return activityName(f.Activity)
		}
	}
	return l.causeWords(t)
}
