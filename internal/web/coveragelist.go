package web

import (
	"cmp"
	"net/http"
	"strings"

	"cairn/mapping"
)

// coverageListBody is what a number of the coverage leads to: the capabilities it counts.
type coverageListBody struct {
	Count string
	Rows  []coveredCapability
	Part  string
	Slice slice
}

type coveredCapability struct {
	Name, Hint, Tag string
}

// coverageList answers /course/coverage/list.
func (s *site) coverageList(v *visit) (answer, error) {
	c, q, err := s.readCoverage(v, "section", "has", "page")
	if err != nil {
		return answer{}, err
	}
	page, err := readPage(q)
	if err != nil {
		return answer{}, err
	}
	has, section := q.Get("has"), mapping.Node{}
	if id := q.Get("section"); id != "" {
		section, _ = c.cat.Node(id)
		if section.Kind != mapping.NodeSection || !c.shows(section) {
			return answer{}, refuse(http.StatusBadRequest, "query-value", "nopage")
		}
	}
	if c.by != "capability" || has != "" && has != "some" && has != "none" {
		return answer{}, refuse(http.StatusBadRequest, "query-value", "nopage")
	}
	title := v.say("coverage.list." + cmp.Or(has, "all"))
	if section.ID != "" {
		title = v.say("coverage.listof", "section", nodeName(section), "what", title)
	}
	p, err := s.leadPage(v, "coveragelist", title, "coverage", crumb{v.say("coverage.title"), v.to(addressOf("course/coverage", c.values()))})
	if err != nil {
		return answer{}, err
	}
	nodes := c.listed(section.ID, has)
	q.Del("page")
	b := coverageListBody{Count: v.say("list.count", "n", len(nodes)), Part: v.partText(c.cat)}
	b.Slice = v.sliceOf(len(nodes), page, listPage, func(page int) string { return v.to(addressOf("course/coverage/list", paged(q, page))) })
	for _, n := range nodes[b.Slice.from:b.Slice.to] {
		row := coveredCapability{Name: n.Title, Hint: v.say("hint.noactivity"), Tag: tagsOf(v, n.Parent)}
		if on := c.on[n.ID]; len(on) > 0 {
			row.Hint = v.say("coverage.on", "n", len(on), "names", strings.Join(on, "; "))
		}
		b.Rows = append(b.Rows, row)
	}
	p.Body = b
	return answer{page: p}, nil
}

// listed answers the capabilities of a section, "" for all, that have an activity ("some"), have none ("none"), or either ("").
func (c *coverage) listed(section, has string) []mapping.Node {
	var out []mapping.Node
	for _, n := range c.narrowing.of(c.record) {
		if (section == "" || n.Parent == section) && (has == "" || (has == "some") == (len(c.on[n.ID]) > 0)) {
			out = append(out, n)
		}
	}
	return out
}
