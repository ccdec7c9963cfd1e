package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// expiringBody is M5: whose evidence ends when, with what renews it.
type expiringBody struct {
	Withins []option
	To      string
	Sorts   []tab
	Keep    string // the sort, for the chooser
	Rows    []expiryRow
	Slice   slice
	None    string
	Expired any // how many have expired, with their list
	CSV     string
	Part    string // of the framework, "" where all is there
}

type expiryRow struct {
	Date, Name, Href string
	Capability, Why  string
	Lang             string // of the capability, where it is not the page's
	Renews           []string
	Tag              string
	Gone             bool
	code             string
	at               time.Time
}

// fewRenewals is how many activities a row names; the page of the capability has all.
const fewRenewals = 3

// Few answers the first activities that renew the evidence.
func (r expiryRow) Few() []string { return r.Renews[:min(fewRenewals, len(r.Renews))] }

// More says whether there are others.
func (r expiryRow) More() bool { return len(r.Renews) > fewRenewals }

// within is how far a look at what expires goes: days ahead, or back at what has expired.
type within struct {
	text     string
	days     int
	backward bool
	usual    bool // shown where nothing is asked for
}

// withins are the looks there are: as far ahead as an end is announced, a month, a year; and a year back.
func (s *site) withins() []within {
	var out []within
	days := []int{30, s.noticeDays(), 365}
	slices.Sort(days)
	for _, n := range slices.Compact(days) {
		out = append(out, within{strconv.Itoa(n), n, false, n == s.noticeDays()})
	}
	return append(out, within{text: "expired", days: 365, backward: true})
}

// words name a look.
func (w within) words(l locale) string {
	switch {
	case w.backward:
		return l.say("expiring.within.expired")
	case w.days == 365:
		return l.say("expiring.within.365")
	}
	return l.say("expiring.within.days", "n", w.days)
}

// expirySorts are the orders of the list.
var expirySorts = []string{"date", "learner", "capability"}

// expiringAsked is what a query asks to see.
type expiringAsked struct {
	within within
	sort   string
	page   int
}

func (a expiringAsked) query() url.Values {
	q := url.Values{}
	if !a.within.usual {
		q.Set("within", a.within.text)
	}
	if a.sort != "date" {
		q.Set("sort", a.sort)
	}
	return paged(q, a.page)
}

func (s *site) readExpiring(q url.Values) (a expiringAsked, err error) {
	withins := s.withins()
	i := slices.IndexFunc(withins, func(w within) bool { return w.text == q.Get("within") || w.usual && q.Get("within") == "" })
	a.sort = cmp.Or(q.Get("sort"), "date")
	if i < 0 || !slices.Contains(expirySorts, a.sort) {
		return a, refuse(http.StatusBadRequest, "query-value", "nopage")
	}
	a.within = withins[i]
	a.page, err = readPage(q)
	return a, err
}

// expiring answers /course/expiring.
func (s *site) expiring(v *visit) (answer, error) {
	a, rows, gone, err := s.expiries(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.leadPage(v, "expiring", v.say("expiring.title"), "expiring")
	if err != nil {
		return answer{}, err
	}
	at := func(a expiringAsked, page string) string { return v.to(addressOf(page, a.query())) }
	b := expiringBody{To: v.to("course/expiring"), Part: v.partText(s.catalog(v.session)), CSV: at(expiringAsked{a.within, a.sort, 1}, "course/expiring.csv")}
	if a.sort != "date" {
		b.Keep = a.sort
	}
	withins := s.withins()
	for _, w := range withins {
		b.Withins = append(b.Withins, option{w.text, w.words(v.locale), w == a.within})
	}
	for _, sort := range expirySorts {
		b.Sorts = append(b.Sorts, tab{v.say("expiring.sort." + sort), at(expiringAsked{a.within, sort, 1}, "course/expiring"), sort == a.sort})
	}
	if !a.within.backward {
		b.Expired = v.sayHTML("expiring.expired", "n", v.num(gone, at(expiringAsked{withins[len(withins)-1], a.sort, 1}, "course/expiring")))
	}
	b.Slice = v.sliceOf(len(rows), a.page, peoplePage, func(page int) string { return at(expiringAsked{a.within, a.sort, page}, "course/expiring") })
	b.Rows = rows[b.Slice.from:b.Slice.to]
	if len(rows) == 0 {
		b.None = v.say("expiring.none", "n", a.within.days)
		if a.within.backward {
			b.None = v.say("expiring.noneexpired")
		}
	}
	p.Body = b
	return answer{page: p}, nil
}

// expiries reads what the query asks for, sorted, and how many have expired.
func (s *site) expiries(v *visit) (a expiringAsked, rows []expiryRow, gone int, err error) {
	q, err := v.query("within", "sort", "page")
	if err != nil {
		return a, nil, 0, err
	}
	if a, err = s.readExpiring(q); err != nil {
		return a, nil, 0, err
	}
	if s.TotalsOnly {
		return a, nil, 0, refuse(http.StatusForbidden, "named-off", "totalsonly")
	}
	c, err := s.cohort(v.Context(), v.session)
	if err != nil {
		return a, nil, 0, err
	}
	t, err := s.courseTags(v.Context(), v.session.Course)
	if err != nil {
		return a, nil, 0, err
	}
	now := s.Now()
	back, err := s.expiriesOf(v, c, t, now.AddDate(0, 0, -365), now)
	if err != nil || a.within.backward {
		rows = back
	} else {
		rows, err = s.expiriesOf(v, c, t, now, now.AddDate(0, 0, a.within.days))
	}
	slices.SortStableFunc(rows, func(x, y expiryRow) int {
		switch a.sort {
		case "learner":
			return cmp.Or(cmp.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)), cmp.Compare(x.code, y.code))
		case "capability":
			return cmp.Compare(x.Capability, y.Capability)
		}
		if a.within.backward {
			return y.at.Compare(x.at)
		}
		return x.at.Compare(y.at)
	})
	return a, rows, len(back), err
}

// expiriesOf reads whose evidence ends between two times, in the part of the framework that the placement shows.
func (s *site) expiriesOf(v *visit, c *cohort, t *courseTags, from, until time.Time) ([]expiryRow, error) {
	people, ids := map[string]courseLearner{}, make([]string, len(c.people))
	for i, p := range c.people {
		ids[i], people[p.Learner] = p.Learner, p
	}
	all, err := s.People.Expiring(v.Context(), ids, from, until)
	if err != nil {
		return nil, fmt.Errorf("read what expires: %w", err)
	}
	cat, on := s.catalog(v.session), t.byCapability()
	var out []expiryRow
	for _, e := range all {
		n, ok := cat.Capability(e.Capability)
		p := people[e.Learner]
		if !ok || !cat.Contains(v.session.Node, n.ID) {
			continue
		}
		out = append(out, expiryRow{
			Date: v.date(e.At), Name: p.name, Href: v.to("course/people/" + p.code), Capability: n.Title, Why: v.to("course/people/" + p.code + "/capability/" + n.ID),
			Lang: v.foreign(), Renews: on[n.ID], Tag: tagsOf(v, n.Parent), Gone: !e.At.After(s.Now()), code: p.code, at: e.At,
		})
	}
	return out, nil
}

// expiringCSV answers /course/expiring.csv.
func (s *site) expiringCSV(v *visit) (answer, error) {
	_, rows, _, err := s.expiries(v)
	if err != nil {
		return answer{}, err
	}
	out := [][]string{{v.say("expiring.date"), v.say("people.learner"), v.say("csv.capability"), v.say("expiring.renews"), v.say("csv.activities")}}
	for _, r := range rows {
		out = append(out, []string{r.at.In(s.Zone).Format(time.DateOnly), r.Name, r.Capability, strings.Join(r.Renews, "; "), strconv.Itoa(len(r.Renews))})
	}
	return csvFile("expiring", out)
}
