package ltitest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// typeQuery is the query of service addresses, with its question mark; "" when the profile has none.
func (p *Platform) typeQuery(tool string) string {
	if !p.profile.TypeIDInServiceURLs {
		return ""
	}
	return "?type_id=" + url.QueryEscape(tool)
}

func (p *Platform) itemsURL(course, tool string) string {
	return fmt.Sprintf("%s/%s/lineitems%s", p.services(), url.PathEscape(course), p.typeQuery(tool))
}

func (p *Platform) itemURL(i *LineItem) string { return p.itemPart(i, "") }

// itemPart is the address of a line item or, with "/results" or "/scores", of a part of it.
func (p *Platform) itemPart(i *LineItem, part string) string {
	return fmt.Sprintf("%s/%s/lineitems/%d/lineitem%s%s", p.services(), url.PathEscape(i.Course), i.ID, part, p.typeQuery(i.Tool))
}

// LineItems answers the line items of a course, in the order of their ids.
func (p *Platform) LineItems(course string) []LineItem {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []LineItem
	for _, i := range p.items {
		if i.Course == course {
			out = append(out, *i)
		}
	}
	slices.SortFunc(out, func(a, b LineItem) int { return a.ID - b.ID })
	return out
}

// LineItemURL is the service address of a line item. ErrUnknownItem.
func (p *Platform) LineItemURL(id int) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i, err := p.item(id)
	if err != nil {
		return "", err
	}
	return p.itemURL(i), nil
}

// lineItems lists and creates (AGS 2.0, sections 3.2.6 and 3.2.5).
func (p *Platform) lineItems(c *call) (reply, error) {
	if c.method == http.MethodPost {
		return p.createItem(c)
	}
	found := p.filterItems(c)
	page, err := p.paging(c.query, len(found))
	if err != nil {
		return reply{}, err
	}
	p.linkPages(c, page)
	out := []map[string]any{}
	for _, i := range found[page.from:page.end] {
		out = append(out, p.itemJSON(i))
	}
	return reply{http.StatusOK, typeLineItems, out}, nil
}

func (p *Platform) filterItems(c *call) []*LineItem {
	var out []*LineItem
	for _, i := range p.items {
		link := or(c.query.Get("resource_link_id"), c.query.Get("lti_link_id"))
		if i.Course == c.course && i.Tool == c.tool.ID && fits(link, i.Link) &&
			fits(c.query.Get("resource_id"), i.ResourceID) && fits(c.query.Get("tag"), i.Tag) {
			out = append(out, i)
		}
	}
	slices.SortFunc(out, func(a, b *LineItem) int { return a.ID - b.ID })
	return out
}

func fits(want, have string) bool { return want == "" || want == have }

// pages is one page of a list: limit 0 means all on one page.
type pages struct{ limit, from, end, total int }

// paging reads what page is asked for; the profile may page what asks for no limit, or for more than it gives.
func (p *Platform) paging(q url.Values, total int) (pages, error) {
	limit, err := whole(q, "limit")
	if err != nil {
		return pages{}, err
	}
	from, err := whole(q, "from")
	if err != nil {
		return pages{}, err
	}
	if most := p.profile.PageSize; most > 0 && (limit == 0 || limit > most) {
		limit = most
	}
	g := pages{limit: limit, from: min(from, total), end: total, total: total}
	if limit > 0 {
		g.end = min(g.from+limit, total)
	}
	return g, nil
}

func whole(q url.Values, name string) (int, error) {
	if q.Get(name) == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(q.Get(name))
	if err != nil || n < 0 {
		return 0, refuse(http.StatusBadRequest, "Invalid "+name)
	}
	return n, nil
}

// linkPages writes the Link header of a list in pages (AGS 2.0, section 3.2.6; RFC 8288), malformed where the profile is.
func (p *Platform) linkPages(c *call, g pages) {
	if g.limit == 0 {
		return
	}
	rels := [][2]any{{"first", 0}}
	if g.from > 0 {
		rels = append(rels, [2]any{"prev", max(0, g.from-g.limit)})
	}
	rels = append(rels, [2]any{"canonical", g.from})
	if g.end < g.total {
		rels = append(rels, [2]any{"next", g.from + g.limit})
	}
	rels = append(rels, [2]any{"last", g.total / g.limit * g.limit})
	var out []string
	for _, rel := range rels {
		out = append(out, p.pageLink(c, g.limit, rel[1].(int), rel[0].(string)))
	}
	c.header.Set("Link", strings.Join(out, ", "))
}

// pageLink is one entry of the Link header: the filters of the request stay in the address, in the order they came.
func (p *Platform) pageLink(c *call, limit, from int, rel string) string {
	var parts []string
	for _, name := range []string{"type_id", "resource_id", "resource_link_id", "lti_link_id", "tag", "role", "rlid", "since"} {
		if c.query.Has(name) {
			parts = append(parts, name+"="+url.QueryEscape(c.query.Get(name)))
		}
	}
	parts = append(parts, fmt.Sprintf("limit=%d", limit), fmt.Sprintf("from=%d", from))
	if p.profile.MalformedPaging && strings.HasSuffix(c.path, "/lineitems") {
		return fmt.Sprintf("<%s%s?%s>; rel=“%s”", p.services(), c.path, strings.Join(parts, "&amp;"), rel)
	}
	return fmt.Sprintf(`<%s%s?%s>; rel="%s"`, p.services(), c.path, strings.Join(parts, "&"), rel)
}

// itemJSON is a line item as it is read.
func (p *Platform) itemJSON(i *LineItem) map[string]any {
	out := map[string]any{
		"id": p.itemURL(i), "label": i.Label, "scoreMaximum": i.Maximum, "resourceId": i.ResourceID, "tag": i.Tag,
	}
	if i.Link != "" {
		out["resourceLinkId"] = i.Link
		if p.profile.MoodleExtensions {
			out["ltiLinkId"] = i.Link
		}
	}
	for name, v := range map[string]string{"startDateTime": i.Start, "endDateTime": i.End} {
		if v != "" {
			out[name] = v
		}
	}
	if i.GradesReleased != nil {
		out["gradesReleased"] = *i.GradesReleased
	}
	if i.SubmissionReview != nil {
		out["submissionReview"] = i.SubmissionReview
	}
	return out
}

// itemInput is a line item as tools write it.
type itemInput struct {
	Label            string         `json:"label"`
	Maximum          *float64       `json:"scoreMaximum"`
	ResourceLinkID   string         `json:"resourceLinkId"`
	ResourceID       string         `json:"resourceId"`
	Tag              string         `json:"tag"`
	Start            string         `json:"startDateTime"`
	End              string         `json:"endDateTime"`
	GradesReleased   *bool          `json:"gradesReleased"`
	SubmissionReview map[string]any `json:"submissionReview"`
}

// readItem reads the body of a create or update, and what is to be echoed.
func (p *Platform) readItem(c *call) (itemInput, map[string]any, error) {
	var in itemInput
	echo := map[string]any{}
	if json.Unmarshal(c.body, &echo) != nil || json.Unmarshal(c.body, &in) != nil {
		return in, nil, refuse(http.StatusBadRequest, "No label or Score Maximum")
	}
	if strings.TrimSpace(in.Label) == "" || in.Maximum == nil {
		return in, nil, refuse(http.StatusBadRequest, "No label or Score Maximum")
	}
	if *in.Maximum < 0 || *in.Maximum == 0 && !p.profile.ZeroMaximum {
		return in, nil, refuse(http.StatusBadRequest, "Score Maximum must be greater than zero")
	}
	return in, echo, nil
}

// fill copies what the profile keeps of the input.
func (p *Platform) fill(i *LineItem, in itemInput) {
	i.Label, i.Maximum, i.ResourceID, i.Tag = in.Label, *in.Maximum, in.ResourceID, in.Tag
	if !p.profile.DropsLineItemDates {
		i.Start, i.End, i.GradesReleased, i.SubmissionReview = in.Start, in.End, in.GradesReleased, in.SubmissionReview
	}
}

func (p *Platform) createItem(c *call) (reply, error) {
	in, echo, err := p.readItem(c)
	if err != nil {
		return reply{}, err
	}
	if in.ResourceLinkID != "" {
		if k, err := p.link(in.ResourceLinkID); err != nil || k.Course != c.course || k.Tool != c.tool.ID {
			return reply{}, refuse(http.StatusForbidden, "")
		}
	}
	item := LineItem{Course: c.course, Tool: c.tool.ID, Link: in.ResourceLinkID}
	p.fill(&item, in)
	echo["id"] = p.itemURL(p.addItem(item))
	return reply{http.StatusCreated, typeLineItem, echo}, nil
}

// itemOf finds the line item that the path names, of this course and tool.
func (p *Platform) itemOf(c *call) (*LineItem, error) {
	id, err := strconv.Atoi(c.id)
	if err == nil {
		if i, err := p.item(id); err == nil && i.Course == c.course && i.Tool == c.tool.ID {
			return i, nil
		}
	}
	return nil, refuse(http.StatusNotFound, fmt.Sprintf("Not Found: Grade item %s doesn't exist", c.id))
}

// lineItem reads, updates and deletes one (AGS 2.0, sections 3.2.7 to 3.2.9).
func (p *Platform) lineItem(c *call) (reply, error) {
	i, err := p.itemOf(c)
	if err != nil {
		return reply{}, err
	}
	switch c.method {
	case http.MethodPut:
		in, echo, err := p.readItem(c)
		if err != nil {
			return reply{}, err
		}
		p.fill(i, in)
		echo["id"] = p.itemURL(i)
		return reply{http.StatusOK, typeLineItem, echo}, nil
	case http.MethodDelete:
		p.items = slices.DeleteFunc(p.items, func(o *LineItem) bool { return o == i })
		for key := range p.grades {
			if key.item == i.ID {
				delete(p.grades, key)
			}
		}
		return reply{http.StatusNoContent, typeHTML, nil}, nil
	}
	return reply{http.StatusOK, typeLineItem, p.itemJSON(i)}, nil
}
