package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"cairn/mapping"
)

// narrowing is what those who lead a course look at of the framework: one role, one level, one part, or all of it.
type narrowing struct {
	role  string // code of an archetype, "" for all
	level int    // -1 for all; 0 is those without one
	node  string // "" for all
}

// readNarrowing reads the query. A value that is none of the choices is refused.
func (r *record) readNarrowing(q url.Values) (narrowing, error) {
	n, bad := narrowing{role: q.Get("role"), level: -1, node: q.Get("node")}, refuse(http.StatusBadRequest, "query-value", "nopage")
	known := func(a mapping.Archetype) bool { return a.Code == n.role }
	if n.role != "" && (!slices.ContainsFunc(r.cat.Archetypes, known) || r.role != "" && r.role != n.role) {
		return n, bad
	}
	if text := q.Get("level"); text != "" {
		level, err := strconv.Atoi(text)
		if err != nil || !slices.Contains(levelOrder(r.cat), level) {
			return n, bad
		}
		n.level = level
	}
	if n.node != "" {
		if node, ok := r.cat.Node(n.node); !ok || !r.shows(node) {
			return n, bad
		}
	}
	return n, nil
}

// values is the narrowing as addresses have it.
func (n narrowing) values() url.Values {
	q := url.Values{}
	if n.role != "" {
		q.Set("role", n.role)
	}
	if n.level >= 0 {
		q.Set("level", strconv.Itoa(n.level))
	}
	if n.node != "" {
		q.Set("node", n.node)
	}
	return q
}

// of answers the capabilities that are left, in the framework's order.
func (n narrowing) of(r *record) []mapping.Node {
	role := n.role
	if role == "" {
		role = r.role
	}
	node := n.node
	if node == "" {
		node = r.node
	}
	var out []mapping.Node
	for _, c := range r.cat.TrackedFor(node, role) {
		if n.level < 0 || c.Level == n.level {
			out = append(out, c)
		}
	}
	return out
}

// narrowBar is the filter bar of a narrowing: what can be chosen, and what was, each with the address without it.
type narrowBar struct {
	To      string
	Keep    []crumb // hidden fields: name and value
	Roles   []option
	Levels  []option
	Chosen  []crumb
	ShowAll string
}

// bar fills the filter bar of a page at an address. keep is what the page's address holds besides.
func (n narrowing) bar(v *visit, r *record, page string, keep url.Values) narrowBar {
	b := narrowBar{To: v.to(page)}
	with := func(m narrowing) string {
		q := m.values()
		for name, values := range keep {
			q[name] = values
		}
		return v.to(addressOf(page, q))
	}
	for name := range keep {
		b.Keep = append(b.Keep, crumb{name, keep.Get(name)})
	}
	slices.SortFunc(b.Keep, func(a, c crumb) int { return cmp.Compare(a.Name, c.Name) })
	if r.role == "" {
		for _, a := range r.cat.Archetypes {
			b.Roles = append(b.Roles, option{a.Code, a.Title, a.Code == n.role})
			if a.Code == n.role {
				b.Chosen = append(b.Chosen, crumb{a.Title, with(narrowing{level: n.level, node: n.node})})
			}
		}
	}
	for _, l := range levelOrder(r.cat) {
		name := v.levelName(r.cat, l)
		b.Levels = append(b.Levels, option{strconv.Itoa(l), name, l == n.level})
		if l == n.level {
			b.Chosen = append(b.Chosen, crumb{name, with(narrowing{role: n.role, level: -1, node: n.node})})
		}
	}
	if node, ok := r.cat.Node(n.node); ok {
		b.Keep = append(b.Keep, crumb{"node", n.node})
		b.Chosen = append(b.Chosen, crumb{nodeName(node), with(narrowing{role: n.role, level: n.level})})
	}
	if len(b.Chosen) > 0 {
		b.ShowAll = with(narrowing{level: -1})
	}
	return b
}

// addressOf joins a page and its query, which may be empty.
func addressOf(page string, q url.Values) string {
	if len(q) == 0 {
		return page
	}
	return page + "?" + q.Encode()
}
