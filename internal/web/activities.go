package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// activitiesBody is A1: what there is to tag.
type activitiesBody struct {
	Count   string
	Without any
	Shows   []tab // all, without a tag, no name
	Sorts   []tab
	Rows    []activityRow
	Slice   slice
	None    bool // nothing was seen in the course yet
	NoTags  bool
	Empty   string // why no row is shown of those there are
	Copy    string // what can be copied from the course that this one was made from
	CopyOf  string // which course that is
	CopyTo  string // where the form that copies goes
	Address string // as typed, when it was refused
	Prefix  bool
	Error   string
	MayNot  string
}

type activityRow struct {
	Name, Address, From, Seen, Learners string
	People                              string // leads to them, "" for nobody or where no person may be seen
	NoName                              bool
	Tags                                counted
	Href, NameIt, NameWords             string
}

// activitySort orders activities; its name is the key of the words.
type activitySort struct {
	name    string
	compare func(a, b listedActivity) int
}

// activitySorts are the orders of the list. Numbers and times go highest first, and ties by name.
var activitySorts = []activitySort{
	{"name", func(a, b listedActivity) int { return 0 }},
	{"from", func(a, b listedActivity) int { return cmp.Compare(a.from, b.from) }},
	{"tags", func(a, b listedActivity) int { return cmp.Compare(b.tags, a.tags) }},
	{"learners", func(a, b listedActivity) int { return cmp.Compare(b.learners.N, a.learners.N) }},
	{"seen", func(a, b listedActivity) int { return b.LastSeen.Compare(a.LastSeen) }},
}

// activityShows are the parts of the list.
var activityShows = []string{"all", "untagged", "nameless"}

// listedActivity is an activity with what the list says of it.
type listedActivity struct {
	CourseActivity
	from     string // key of the words for where it is known from
	tags     int
	learners Count
}

func (a listedActivity) shown(show string) bool {
	return show == "all" || show == "untagged" && a.tags == 0 || show == "nameless" && a.Name == ""
}

// activitiesAsked is what a query asks to see of the activities.
type activitiesAsked struct {
	show, sort string
	page       int
}

func (a activitiesAsked) address() string {
	q := url.Values{}
	if a.show != "all" {
		q.Set("show", a.show)
	}
	if a.sort != "name" {
		q.Set("sort", a.sort)
	}
	return addressOf("course/activities", paged(q, a.page))
}

func readActivitiesAsked(q url.Values) (activitiesAsked, error) {
	a := activitiesAsked{show: cmp.Or(q.Get("show"), "all"), sort: cmp.Or(q.Get("sort"), "name")}
	known := slices.ContainsFunc(activitySorts, func(o activitySort) bool { return o.name == a.sort })
	if !known || !slices.Contains(activityShows, a.show) {
		return a, refuse(http.StatusBadRequest, "query-value", "nopage")
	}
	var err error
	a.page, err = readPage(q)
	return a, err
}

// activities answers /course/activities.
func (s *site) activities(v *visit) (answer, error) {
	q, err := v.query("show", "sort", "page", "added", "removed", "of", "late", "named")
	if err != nil {
		return answer{}, err
	}
	asked, err := readActivitiesAsked(q)
	if err != nil {
		return answer{}, err
	}
	p, body, err := s.activitiesPage(v, asked)
	if err != nil {
		return answer{}, err
	}
	switch {
	case q.Has("added"):
		p.Notice = savedNotice(v, q)
	case q.Has("named"):
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("activities.renamed")}}
	}
	p.Body = body
	return answer{page: p}, nil
}

func (s *site) activitiesPage(v *visit, asked activitiesAsked) (*page, activitiesBody, error) {
	t, err := s.courseTags(v.Context(), v.session.Course)
	if err != nil {
		return nil, activitiesBody{}, err
	}
	p, err := s.leadPage(v, "activities", v.say("activities.title"), "activities")
	if err != nil {
		return nil, activitiesBody{}, err
	}
	list, err := s.listed(v.Context(), v.session.Course, t)
	if err != nil {
		return nil, activitiesBody{}, err
	}
	b := s.activitiesOf(v, list, asked)
	b.NoTags, b.MayNot = len(t.aligned) == 0, v.mayNotSave(v.session)
	from, err := s.copyable(v.Context(), v.session, t)
	if err != nil || len(from) == 0 || b.MayNot != "" {
		return p, b, err
	}
	b.Copy, b.CopyTo, b.CopyOf = v.say("copy.offer", "n", len(from)), v.to("course/copy"), v.say("copy.looks")
	title, err := s.firstTitle(v.Context(), v.session)
	if title != "" {
		b.CopyOf = v.say("copy.looksof", "course", title)
	}
	return p, b, err
}

// listed counts tags and learners of each activity.
func (s *site) listed(ctx context.Context, c Course, t *courseTags) ([]listedActivity, error) {
	iris := make([]string, len(t.activities))
	for i, a := range t.activities {
		iris[i] = a.IRI
	}
	learners, err := s.Courses.Learners(ctx, c, iris)
	if err != nil {
		return nil, fmt.Errorf("count the learners of activities: %w", err)
	}
	out := make([]listedActivity, len(t.activities))
	for i, a := range t.activities {
		out[i] = listedActivity{CourseActivity: a, from: "records", tags: t.count(a.key()), learners: learners[a.IRI]}
		switch {
		case a.Placed:
			out[i].from = "placed"
		case a.Prefix:
			out[i].from = "prefix"
		case a.ByHand:
			out[i].from = "byhand"
		}
	}
	return out, nil
}

// activitiesOf makes the list that is asked for.
func (s *site) activitiesOf(v *visit, list []listedActivity, asked activitiesAsked) activitiesBody {
	b := activitiesBody{None: len(list) == 0, Count: v.say("activities.count", "n", len(list))}
	to := func(a activitiesAsked) string { return v.to(a.address()) }
	for _, show := range activityShows {
		b.Shows = append(b.Shows, tab{v.say("activities.show." + show), to(activitiesAsked{show, asked.sort, 1}), show == asked.show})
	}
	for _, o := range activitySorts {
		b.Sorts = append(b.Sorts, tab{v.say("activities.sort." + o.name), to(activitiesAsked{asked.show, o.name, 1}), o.name == asked.sort})
	}
	bare, shown := 0, []listedActivity{}
	for _, a := range list {
		if a.tags == 0 {
			bare++
		}
		if a.shown(asked.show) {
			shown = append(shown, a)
		}
	}
	b.Without = v.sayHTML("activities.without", "n", v.num(bare, to(activitiesAsked{"untagged", "name", 1})))
	i := slices.IndexFunc(activitySorts, func(o activitySort) bool { return o.name == asked.sort })
	slices.SortStableFunc(shown, activitySorts[i].compare)
	b.Slice = v.sliceOf(len(shown), asked.page, listPage, func(page int) string { return to(activitiesAsked{asked.show, asked.sort, page}) })
	for _, a := range shown[b.Slice.from:b.Slice.to] {
		row := v.activityRow(a)
		s.peopleBehind(v, a, &row)
		b.Rows = append(b.Rows, row)
	}
	if len(shown) == 0 {
		b.Empty = v.say("activities.empty." + asked.show)
	}
	return b
}

// peopleBehind leads from the number of learners to who they are. Where nobody is named, a number of few is hidden.
func (s *site) peopleBehind(v *visit, a listedActivity, row *activityRow) {
	switch n := a.learners.N; {
	case n == 0:
	case !s.TotalsOnly && allowed(v.session, witness) == nil:
		row.People = v.to("course/activities/" + a.code() + "/learners")
	case s.TotalsOnly && n < s.SmallestGroup:
		row.Learners = v.say("totals.hidden")
	}
}

func (v *visit) activityRow(a listedActivity) activityRow {
	to := v.to("course/tags/activity/" + a.code())
	row := activityRow{
		Name: named(a.CourseActivity), Address: a.IRI, From: v.say("activities.from." + a.from), Tags: v.num(a.tags, to), Href: to, NoName: a.Name == "",
		Seen: v.say("activities.neverseen"), Learners: strconv.Itoa(a.learners.N), NameIt: v.to("course/activities/" + a.code() + "/name"), NameWords: v.say("activities.rename"),
	}
	if row.NoName {
		row.NameWords = v.say("activities.nameit")
	}
	if a.learners.More {
		row.Learners = v.say("activities.ormore", "n", a.learners.N)
	}
	if !a.LastSeen.IsZero() {
		row.Seen = v.say("activities.lastseen", "time", v.moment(a.LastSeen))
	}
	return row
}

// savedNotice says what was saved. The numbers come from the redirect after saving and are no more than numbers.
func savedNotice(v *visit, q url.Values) *notice {
	added, removed := smallNumber(q.Get("added")), smallNumber(q.Get("removed"))
	if added+removed == 0 {
		return &notice{Kind: "important", Heading: v.say("notice.important"), Text: []string{v.say("tags.unchanged")}}
	}
	var parts []string
	if added > 0 {
		parts = append(parts, v.say("tags.added", "n", added))
	}
	if removed > 0 {
		parts = append(parts, v.say("tags.removed", "n", removed))
	}
	follows := v.say("tags.counted")
	if added == 0 {
		follows = v.say("tags.uncounted")
	}
	n := &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{strings.Join(parts, " "), follows}}
	if q.Has("late") {
		n.Text[1] = v.say("tags.late")
	}
	if code := q.Get("of"); isCode(code) {
		n.Link = &crumb{v.say("tags.again"), v.to("course/tags/activity/" + code)}
	}
	return n
}

// isCode says whether text can be what codeOf answers.
func isCode(text string) bool {
	return len(text) == 16 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}
