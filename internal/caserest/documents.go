package caserest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"cairn/mapping/casefmt"
)

// Paging of getAllCFDocuments (CASE 1.1, REST binding, "Query Parameters").
const (
	defaultLimit = 100
	maxLimit     = 1000
)

// page is what a list is asked for.
type page struct {
	limit, offset int
	sort          string
	descending    bool
	fields        string
	selects       bool
}

// sortable are the fields of a document that lists can be sorted by.
var sortable = map[string]func(casefmt.Document) string{
	"identifier":         func(d casefmt.Document) string { return d.Identifier },
	"uri":                func(d casefmt.Document) string { return d.URI },
	"title":              func(d casefmt.Document) string { return d.Title },
	"creator":            func(d casefmt.Document) string { return d.Creator },
	"publisher":          func(d casefmt.Document) string { return d.Publisher },
	"version":            func(d casefmt.Document) string { return d.Version },
	"adoptionStatus":     func(d casefmt.Document) string { return d.Adoption },
	"officialSourceURL":  func(d casefmt.Document) string { return d.OfficialSource },
	"lastChangeDateTime": func(d casefmt.Document) string { return d.Changed },
}

// onlyKnown refuses parameters that would be accepted and ignored.
func onlyKnown(q url.Values, names ...string) error {
	for name, values := range q {
		if !slices.Contains(names, name) {
			return badQuery(minorSelection, name, "The parameter "+strconv.Quote(name)+" is not known here.")
		}
		if len(values) > 1 {
			return badQuery(minorSelection, name, "The parameter "+strconv.Quote(name)+" is there twice.")
		}
	}
	return nil
}

func parsePage(q url.Values) (page, error) {
	if err := onlyKnown(q, "limit", "offset", "sort", "orderBy", "fields"); err != nil {
		return page{}, err
	}
	p := page{limit: defaultLimit, sort: q.Get("sort"), fields: q.Get("fields"), selects: q.Has("fields")}
	for name, to := range map[string]*int{"limit": &p.limit, "offset": &p.offset} {
		if !q.Has(name) {
			continue
		}
		n, err := strconv.Atoi(q.Get(name))
		if err != nil || n < 0 || name == "limit" && n == 0 {
			return page{}, badQuery(minorSelection, name, fmt.Sprintf("%q is not a number that %s can be.", q.Get(name), name))
		}
		*to = n
	}
	p.limit = min(p.limit, maxLimit)
	switch order := q.Get("orderBy"); {
	case strings.EqualFold(order, "desc"):
		p.descending = true
	case order != "" && !strings.EqualFold(order, "asc"):
		return page{}, badQuery(minorSort, "orderBy", "orderBy is asc or desc.")
	}
	if _, ok := sortable[p.sort]; q.Has("sort") && !ok {
		return page{}, badQuery(minorSort, "sort", "Documents cannot be sorted by "+strconv.Quote(p.sort)+".")
	}
	return p, nil
}

// documents is getAllCFDocuments: every published version, the newest first unless sorted.
func (s *service) documents(v casefmt.Version) action {
	return func(r *http.Request) (answer, error) {
		p, err := parsePage(r.URL.Query())
		if err != nil {
			return answer{}, err
		}
		all, changed := s.allDocuments(v)
		p.order(all)
		total := len(all)
		all = all[min(p.offset, total):min(p.offset+p.limit, total)]
		out, err := p.render(all, changed)
		out.header = http.Header{"X-Total-Count": {strconv.Itoa(total)}, "Link": s.links(r, p, total)}
		return out, err
	}
}

func (s *service) allDocuments(v casefmt.Version) ([]casefmt.Document, time.Time) {
	all, changed := []casefmt.Document{}, time.Time{}
	for _, pub := range s.Frameworks.Publications() {
		x := s.kept.of(pub)
		all = append(all, s.alone(x, v))
		if at := x.changedAt(); at.After(changed) {
			changed = at
		}
	}
	return all, changed
}

func (p page) order(all []casefmt.Document) {
	key, ok := sortable[p.sort]
	if ok {
		slices.SortStableFunc(all, func(a, b casefmt.Document) int {
			return cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(a.Identifier, b.Identifier))
		})
	}
	if p.descending {
		slices.Reverse(all)
	}
}

// render writes one page, each document cut to the fields that were asked for.
func (p page) render(all []casefmt.Document, changed time.Time) (answer, error) {
	if !p.selects {
		return asJSON(map[string][]casefmt.Document{"CFDocuments": all}, changed, keepList)
	}
	cut := []jsontext.Value{}
	if len(all) == 0 {
		if _, err := selected([]byte("{}"), p.fields); err != nil {
			return answer{}, err
		}
	}
	for _, d := range all {
		body, err := json.Marshal(d, json.Deterministic(true))
		if err == nil {
			body, err = selected(body, p.fields)
		}
		if err != nil {
			return answer{}, err
		}
		cut = append(cut, body)
	}
	return asJSON(map[string][]jsontext.Value{"CFDocuments": cut}, changed, keepList)
}

// links are the addresses of the other pages (RFC 8288), as the binding asks for.
func (s *service) links(r *http.Request, p page, total int) []string {
	at := func(offset int, rel string) string {
		q := r.URL.Query()
		q.Set("limit", strconv.Itoa(p.limit))
		q.Set("offset", strconv.Itoa(offset))
		return "<" + s.BaseURL + r.URL.Path + "?" + q.Encode() + `>; rel="` + rel + `"`
	}
	last := max(0, (total-1)/p.limit*p.limit)
	links := []string{at(0, "first"), at(last, "last")}
	if p.offset+p.limit < total {
		links = append(links, at(p.offset+p.limit, "next"))
	}
	if p.offset > 0 {
		links = append(links, at(max(0, p.offset-p.limit), "prev"))
	}
	return []string{strings.Join(links, ", ")}
}
