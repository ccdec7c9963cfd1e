package web

import (
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"cairn/mapping"
)

// coverageBody is A5: capabilities with no activity, activities with no capability.
type coverageBody struct {
	Part       string
	By         string // "capability" or "activity"
	Capability string // where each view is
	Activity   string
	Narrow     narrowBar
	Summary    any
	CSV        string
	Sections   []coverageRow
	Activities []coveredActivity
	NoTags     bool
	Slice      slice
}

// coverageRow is a section with how many of its own capabilities have an activity.
type coverageRow struct {
	Name      string
	Bar       template.HTML
	Have, Of  counted
	None      counted
	See, Tag  string
	Untracked bool
}

type coveredActivity struct {
	Name, Href string
	Tags       counted
	Bare       bool
	What       []string // the capabilities
}

// coverage is what of a framework a course has activities for.
type coverage struct {
	*record
	narrowing
	by   string
	tags *courseTags
	on   map[string][]string // names of the activities by capability
}

// readCoverage reads the query and what it asks about.
func (s *site) readCoverage(v *visit, more ...string) (*coverage, url.Values, error) {
	q, err := v.query(append([]string{"by", "role", "level"}, more...)...)
	if err != nil {
		return nil, nil, err
	}
	c := &coverage{by: q.Get("by")}
	if c.by == "" {
		c.by = "capability"
	}
	if c.by != "capability" && c.by != "activity" {
		return nil, nil, refuse(http.StatusBadRequest, "query-value", "nopage")
	}
	if c.record, err = s.recordOf(v.Context(), v.session, ""); err != nil {
		return nil, nil, err
	}
	if c.narrowing, err = c.readNarrowing(q); err != nil {
		return nil, nil, err
	}
	if c.tags, err = s.courseTags(v.Context(), v.session.Course); err != nil {
		return nil, nil, err
	}
	c.on = c.tags.byCapability()
	return c, q, nil
}

// coverage answers /course/coverage.
func (s *site) coverage(v *visit) (answer, error) {
	c, q, err := s.readCoverage(v, "page")
	if err != nil {
		return answer{}, err
	}
	page, err := readPage(q)
	if err != nil {
		return answer{}, err
	}
	p, err := s.leadPage(v, "coverage", v.say("coverage.title"), "coverage")
	if err != nil {
		return answer{}, err
	}
	b := coverageBody{Part: v.partText(c.cat), By: c.by, NoTags: len(c.tags.aligned) == 0, CSV: v.to(addressOf("course/coverage.csv", c.query(c.by)))}
	b.Capability, b.Activity = v.to(addressOf("course/coverage", c.query(""))), v.to(addressOf("course/coverage", c.query("activity")))
	keep := url.Values{}
	if c.by == "activity" {
		keep.Set("by", c.by)
	}
	b.Narrow = c.bar(v, c.record, "course/coverage", keep)
	if c.by == "activity" {
		c.fillActivities(v, &b, page)
	} else {
		c.fillSections(v, &b)
	}
	p.Body = b
	return answer{page: p}, nil
}

// query is the narrowing with the view, for addresses.
func (c *coverage) query(by string) url.Values {
	q := c.values()
	if by != "" {
		q.Set("by", by)
	}
	return q
}

// counts says how many of some capabilities have an activity.
func (c *coverage) counts(nodes []mapping.Node) (have int) {
	for _, n := range nodes {
		if len(c.on[n.ID]) > 0 {
			have++
		}
	}
	return have
}

func (c *coverage) fillSections(v *visit, b *coverageBody) {
	list := func(section, has string) string {
		q := c.values()
		if section != "" {
			q.Set("section", section)
		}
		if has != "" {
			q.Set("has", has)
		}
		return v.to(addressOf("course/coverage/list", q))
	}
	all := c.narrowing.of(c.record)
	have := c.counts(all)
	b.Summary = v.sayHTML("coverage.summary", "have", v.num(have, list("", "some")), "of", v.num(len(all), list("", "")), "n", v.num(len(all)-have, list("", "none")))
	for _, g := range bySection(c.record, all) {
		have, of := c.counts(g.nodes), len(g.nodes)
		b.Sections = append(b.Sections, coverageRow{
			Name: nodeName(g.section), Bar: coverBar(have, of), Have: v.num(have, list(g.section.ID, "some")), Of: v.num(of, list(g.section.ID, "")),
			None: v.num(of-have, list(g.section.ID, "none")), See: list(g.section.ID, ""), Tag: tagsOf(v, g.section.ID),
		})
	}
}

// sectionGroup is the capabilities that hang on a section itself.
type sectionGroup struct {
	section mapping.Node
	nodes   []mapping.Node
}

// bySection groups capabilities by what they hang on, in the framework's order.
func bySection(r *record, nodes []mapping.Node) []sectionGroup {
	under := map[string][]mapping.Node{}
	for _, n := range nodes {
		under[n.Parent] = append(under[n.Parent], n)
	}
	var out []sectionGroup
	for _, n := range r.cat.Items {
		if len(under[n.ID]) > 0 {
			out = append(out, sectionGroup{n, under[n.ID]})
		}
	}
	return out
}

// fillActivities lists what is tagged with what, activities without a tag first.
func (c *coverage) fillActivities(v *visit, b *coverageBody, page int) {
	chosen := map[string]string{}
	for _, n := range c.narrowing.of(c.record) {
		chosen[n.ID] = n.Title
	}
	var bare, covered []coveredActivity
	for _, a := range c.tags.activities {
		href := v.to("course/tags/activity/" + a.code())
		one := coveredActivity{Name: named(a), Href: href}
		for _, n := range c.cat.Items {
			if chosen[n.ID] != "" && c.tags.tags(a.key(), n.ID) {
				one.What = append(one.What, n.Title)
			}
		}
		one.Tags, one.Bare = c.num(v, len(one.What), href), len(one.What) == 0
		if one.Bare {
			bare = append(bare, one)
		} else {
			covered = append(covered, one)
		}
	}
	all := append(bare, covered...)
	see := v.to("course/activities?show=untagged")
	b.Summary = v.sayHTML("coverage.activities", "n", c.num(v, len(bare), see), "of", len(all))
	b.Slice = v.sliceOf(len(all), page, listPage, func(page int) string { return v.to(addressOf("course/coverage", paged(c.query("activity"), page))) })
	b.Activities = all[b.Slice.from:b.Slice.to]
}

// num is a count of activities or their tags. It leads to them while all are counted: the pages behind it know no role and no level.
func (c *coverage) num(v *visit, n int, href string) counted {
	if len(c.values()) == 0 {
		return v.num(n, href)
	}
	return counted{n, template.HTML(strconv.Itoa(n))}
}

// coverageCSV answers /course/coverage.csv: the table of the view with every capability or activity in a row of its own.
func (s *site) coverageCSV(v *visit) (answer, error) {
	c, _, err := s.readCoverage(v)
	if err != nil {
		return answer{}, err
	}
	if c.by == "activity" {
		rows := [][]string{{v.say("csv.activity"), v.say("csv.address"), v.say("csv.capability"), v.say("csv.code")}}
		for _, a := range c.tags.activities {
			rows = append(rows, c.activityRows(a)...)
		}
		return csvFile("activities", rows)
	}
	rows := [][]string{{v.say("csv.section"), v.say("csv.level"), v.say("csv.capability"), v.say("csv.code"), v.say("csv.activities"), v.say("csv.names")}}
	for _, n := range c.narrowing.of(c.record) {
		rows = append(rows, []string{parentName(c.record, n), v.levelName(c.cat, n.Level), n.Title, n.Code, strconv.Itoa(len(c.on[n.ID])), strings.Join(c.on[n.ID], "; ")})
	}
	return csvFile("coverage", rows)
}

// activityRows is an activity in a row for each of its capabilities, in one without any when it has none.
func (c *coverage) activityRows(a CourseActivity) (rows [][]string) {
	for _, n := range c.narrowing.of(c.record) {
		if c.tags.tags(a.key(), n.ID) {
			rows = append(rows, []string{named(a), a.IRI, n.Title, n.Code})
		}
	}
	if len(rows) == 0 {
		rows = append(rows, []string{named(a), a.IRI, c.say("csv.none"), c.say("csv.none")})
	}
	return rows
}

func parentName(r *record, n mapping.Node) string {
	parent, _ := r.cat.Node(n.Parent)
	return nodeName(parent)
}

// coverBar draws how many of a section have an activity, as decoration beside the text that says it.
func coverBar(have, of int) template.HTML {
	var b strings.Builder
	b.WriteString(`<svg class="bar" aria-hidden="true" viewBox="0 0 220 12" preserveAspectRatio="none">`)
	rect(&b, "b-has", 0, 0, width(have, max(1, of)), 12)
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// tagsOf is where the capabilities of a section are tagged.
func tagsOf(v *visit, section string) string {
	return v.to(addressOf("course/tags", url.Values{"section": {section}}))
}
