package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"cairn/mapping"
)

// cohort is the learners of a course whom someone who leads it may see: on the learning site's list now, where it shares one, and
// seen here.
type cohort struct {
	people []courseLearner // in the order of their first launch
	left   map[string]bool // codes of those who are on the list no more
	list   *CourseList     // nil when there is none
	listed int             // learners on the list
}

// courseLearner is one of them, as pages of that course name them.
type courseLearner struct {
	Member
	code     string    // in addresses, in this course only
	name     string    // as shown
	nameless bool      // the name is a number
	since    time.Time // first launch in the course, zero where it is not known
}

// learnerCode is how addresses of a course name a person. The id of an account is random and never shown, so that codes of two
// courses cannot be joined; a code gives no right by itself.
func learnerCode(c Course, account string) string {
	return hashSecret(c.Registration + "\x00" + c.ID + "\x00" + account)[:16]
}

// cohort reads who is in the session's course at this moment.
func (s *site) cohort(ctx context.Context, session *Session) (*cohort, error) {
	c := &cohort{left: map[string]bool{}}
	if session.Course.ID == "" {
		return c, nil
	}
	seen, err := s.People.Seen(ctx, session.Course)
	if err != nil {
		return nil, fmt.Errorf("read who opened the course: %w", err)
	}
	list, err := s.Rosters.People(ctx, session.Course, session.Roster)
	switch {
	case err == nil:
		c.list = &list
	case !errors.Is(err, ErrNotFound):
		return nil, fmt.Errorf("read the list of the course: %w", err)
	}
	c.fill(s.localeFor(session.Locale), session.Course, seen)
	return c, nil
}

// fill joins who was seen with the list. Where there is a list, its roles hold: a launch tells those of its day.
func (c *cohort) fill(l locale, course Course, seen []Person) {
	listed := map[string]Listed{}
	if c.list != nil {
		for _, p := range c.list.People {
			if p.IsLearner {
				listed[p.Subject] = p
			}
		}
		c.listed = len(listed)
	}
	number, at := 0, map[string]int{}
	for _, p := range seen {
		known, here := listed[p.Subject]
		if !p.IsLearner && !here {
			continue
		}
		if i, ok := at[p.Learner]; ok && (here || c.list == nil) { // joined accounts of one person
			c.people[i].join(p.Since, cmp.Or(known.Name, p.Name))
			if here {
				c.listed--
			}
			continue
		}
		number++
		code := learnerCode(course, p.Account)
		if c.list != nil && !here {
			c.left[code] = true
			continue
		}
		one := courseLearner{Member: p.Member, code: code, name: cmp.Or(known.Name, p.Name), since: p.Since}
		if one.name == "" {
			one.name, one.nameless = l.say("people.nameless", "n", number), true
		}
		at[p.Learner] = len(c.people)
		c.people = append(c.people, one)
	}
	c.forgetLeft(course, seen, at)
}

// join takes what another account of the same person tells.
func (p *courseLearner) join(since time.Time, name string) {
	if since.Before(p.since) {
		p.since = since
	}
	if p.nameless && name != "" {
		p.name, p.nameless = name, false
	}
}

// forgetLeft has nobody left who is here by another account.
func (c *cohort) forgetLeft(course Course, seen []Person, here map[string]int) {
	for _, p := range seen {
		if _, ok := here[p.Learner]; ok {
			delete(c.left, learnerCode(course, p.Account))
		}
	}
}

// find answers the learner of a code.
func (c *cohort) find(code string) (courseLearner, bool) {
	for _, p := range c.people {
		if p.code == code {
			return p, true
		}
	}
	return courseLearner{}, false
}

// learners answers the ids of the people of a cohort.
func (c *cohort) learners() []string {
	ids := make([]string, len(c.people))
	for i, p := range c.people {
		ids[i] = p.Learner
	}
	return ids
}

// column is what people are counted in: a part of the framework, or what is under way in all of the parts.
type column struct {
	id       string // in addresses
	name     string
	parts    []string // of the framework whose figures it adds up
	node     string   // what its numbers lead to the list of
	tracked  int
	progress bool   // counts what is in progress, not what is evidenced
	only     string // class of a column that is not shown in every width, "" for one that is
}

// inProgress is the id of the column of what is under way.
const inProgress = "progress"

// columns answers what the placement shows: its domains, or one of them with its sections, and the part of each capability.
func (l locale) columns(r *record, domain string) (out []column, parts map[string]string) {
	parts = map[string]string{}
	tops := r.tops()
	if domain == "" && len(tops) == 1 {
		domain = tops[0].ID
	}
	if n, ok := r.cat.Node(domain); ok {
		return l.columnsOf(r, n, parts), parts
	}
	for _, n := range tops {
		out = append(out, r.column(n, parts))
	}
	return out, parts
}

// column counts what lies under a node.
func (r *record) column(n mapping.Node, parts map[string]string) column {
	tracked := r.tracked(n.ID)
	for _, k := range tracked {
		parts[k.ID] = n.ID
	}
	return column{id: n.ID, name: nodeName(n), parts: []string{n.ID}, node: n.ID, tracked: len(tracked)}
}

// columnsOf is a domain as a whole, what is under way in it, and each of its sections.
func (l locale) columnsOf(r *record, domain mapping.Node, parts map[string]string) []column {
	whole := r.column(domain, parts)
	whole.name = l.say("people.evidenced", "domain", nodeName(domain))
	var sections []column
	for _, n := range r.cat.Sections(domain.ID) {
		c := r.column(n, parts)
		whole.parts = append(whole.parts, n.ID)
		sections = append(sections, c)
	}
	under := whole
	under.id, under.name, under.progress = inProgress, l.say("people.inprogress"), true
	return append([]column{whole, under}, sections...)
}

// of answers what a person has in the column.
func (c column) of(have map[string]Figure) (out Figure) {
	for _, part := range c.parts {
		out.Evidenced += have[part].Evidenced
		out.Expiring += have[part].Expiring
		out.InProgress += have[part].InProgress
	}
	return out
}

// count is the number that the column shows.
func (c column) count(have map[string]Figure) int {
	if c.progress {
		return c.of(have).InProgress
	}
	return c.of(have).Evidenced
}

// figures is what everybody of a cohort has, by learner and part.
type figures map[string]map[string]Figure

func (s *site) figures(ctx context.Context, c *cohort, parts map[string]string) (figures, error) {
	f, err := s.People.Figures(ctx, c.learners(), parts)
	if err != nil {
		return nil, fmt.Errorf("count what the people of the course have: %w", err)
	}
	return f, nil
}

// some is how many of a cohort have something in a column.
func (f figures) some(c *cohort, col column) int {
	n := 0
	for _, p := range c.people {
		if col.count(f[p.Learner]) > 0 {
			n++
		}
	}
	return n
}

// sort orders the people of a cohort by name or by a column; ties go by name, then by code. Names are compared as people read them,
// so that Learner 10 comes after Learner 9.
func (f figures) sort(c *cohort, by peopleSort, cols []column) {
	letters := collate.New(language.English, collate.Numeric)
	keys, buffer := make(map[string][]byte, len(c.people)), &collate.Buffer{}
	for _, p := range c.people {
		keys[p.code] = letters.KeyFromString(buffer, p.name)
	}
	slices.SortFunc(c.people, func(a, b courseLearner) int {
		name := cmp.Or(slices.Compare(keys[a.code], keys[b.code]), cmp.Compare(a.code, b.code))
		first := name
		if i := slices.IndexFunc(cols, func(col column) bool { return col.id == by.column }); i >= 0 {
			first = cmp.Compare(cols[i].count(f[a.Learner]), cols[i].count(f[b.Learner]))
		}
		if by.down {
			first = -first
		}
		return cmp.Or(first, name)
	})
}
