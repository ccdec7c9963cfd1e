package web

import (
	"net/http"
	"net/url"
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
	Part  string
}

type changedDay struct {
	Date string
	Rows []changedRow
}

// changedRow is one change: of a state, which has a chip, or of another kind, which has a word.
type changedRow struct {
	State mapping.State
	Chip  string
	Kind  string // "" for a state
	Name  string
	Lang  string // of the name, where it is not the page's
	Cause any    // words, or markup where they name a person
	Back  string // how to get it back, "" when there is no way or no need
	Why   string // address of the capability on that day, "" where it is about none
}

// isoDate is how addresses and files write a day.
const isoDate = "2006-01-02"

// changes answers /me/changes: since the last visit, or since a day that was asked for.
func (s *site) changes(v *visit) (answer, error) {
	r, err := s.record(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.learnerPage(v, "changes", v.say("changes.title"))
	if err != nil {
		return answer{}, err
	}
	p.Tabs = s.tabs(v, "changes")
	return s.changesPage(v, r, p)
}

// changesPage fills the page of what changed in a record.
func (s *site) changesPage(v *visit, r *record, p *page) (answer, error) {
	q, err := v.query("since", "day", "month", "year", "page")
	if err != nil {
		return answer{}, err
	}
	here := r.at + "/changes"
	if q.Has("day") || q.Has("month") || q.Has("year") {
		return s.changesSince(v, p, q, here)
	}
	b := changesBody{To: v.to(here), Part: v.partText(r.cat)}
	since, err := s.sinceWhen(v, r, q, &b)
	if err != nil {
		return answer{}, err
	}
	page, err := readPage(q)
	if err != nil {
		return answer{}, err
	}
	q.Del("page")
	if err := s.fillChanges(v, r, &b, since, page, func(page int) string { return v.to(addressOf(here, paged(q, page))) }); err != nil {
		return answer{}, err
	}
	p.Body = b
	return answer{page: p}, nil
}

// changesSince turns the day that was typed into an address, or says what is wrong with it.
func (s *site) changesSince(v *visit, p *page, q url.Values, here string) (answer, error) {
	b := changesBody{To: v.to(here), Date: [3]string{q.Get("day"), q.Get("month"), q.Get("year")}}
	day, ok := readDay(b.Date, s.Zone)
	if ok {
		return answer{location: v.to(here + "?since=" + day.Format(isoDate))}, nil
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

// sinceWhen is from when on changes are shown: the day of the address, else the end of the learner's last visit, else all.
func (s *site) sinceWhen(v *visit, r *record, q url.Values, b *changesBody) (time.Time, error) {
	since, visit := time.Time{}, false
	if text := q.Get("since"); text != "" {
		day, err := time.ParseInLocation(isoDate, text, s.Zone)
		if err != nil {
			return since, refuse(http.StatusBadRequest, "query-value", "nopage")
		}
		since = day
	} else if r.name == "" && owner(v.session) != "" {
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

// fillChanges reads a page of what changed; to answers the address of another one.
func (s *site) fillChanges(v *visit, r *record, b *changesBody, since time.Time, page int, to func(page int) string) error {
	if r.learner == "" {
		return nil
	}
	all, total, err := s.feedPage(v, s.feedOf(v, r), since, page)
	if err != nil {
		return err
	}
	b.Slice = v.sliceOf(total, page, listPage, to)
	for _, h := range all {
		date := v.date(h.at)
		if n := len(b.Days); n == 0 || b.Days[n-1].Date != date {
			b.Days = append(b.Days, changedDay{Date: date})
		}
		last := &b.Days[len(b.Days)-1]
		last.Rows = append(last.Rows, h.row)
	}
	return nil
}
