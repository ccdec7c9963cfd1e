package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"cairn/mapping"
)

// listPage is how many capabilities a page of the list holds (pages.md 5).
const listPage = 50

// listBody is what a number leads to: the capabilities it counts.
type listBody struct {
	Count    string
	Rows     []capabilityRow
	States   []option
	Levels   []option
	Nodes    []option
	Chosen   []crumb // what was chosen, each with the address without it
	ShowAll  string
	Previous string
	Next     string
	Part     string
	To       string // where the filter bar goes
}

// option is one choice of a select.
type option struct {
	Value, Name string
	Chosen      bool
}

// filter is what the list shows.
type filter struct {
	state mapping.State // "" for all
	level int           // -1 for all
	node  string        // "" for all
	page  int           // from 1
	at    string        // record.at
}

var listStates = []mapping.State{mapping.Evidenced, mapping.Expiring, mapping.InProgress, mapping.Expired, mapping.Withdrawn, mapping.NotStarted}

// list answers /me/list.
func (s *site) list(v *visit) (answer, error) {
	r, err := s.record(v.Context(), v.session)
	if err != nil {
		return answer{}, err
	}
	f, err := r.filter(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.learnerPage(v, "list", v.say("list.title"), crumb{v.say("overview.title"), v.to("me")})
	if err != nil {
		return answer{}, err
	}
	p.Body = s.listOf(v, r, f)
	return answer{page: p}, nil
}

// filter reads the query. A value that is none of the choices is refused.
func (r *record) filter(v *visit) (filter, error) {
	f := filter{level: -1, page: 1, at: r.at}
	q, err := v.query("state", "level", "node", "page")
	if err != nil {
		return f, err
	}
	bad := refuse(http.StatusBadRequest, "query-value", "nopage")
	if f.state = mapping.State(q.Get("state")); f.state != "" && !knownState(f.state) {
		return f, bad
	}
	if text := q.Get("level"); text != "" {
		if f.level, err = strconv.Atoi(text); err != nil || f.level < 0 || f.level > 99 {
			return f, bad
		}
	}
	if f.node = q.Get("node"); f.node != "" {
		if n, ok := r.cat.Node(f.node); !ok || !r.shows(n) {
			return f, bad
		}
	}
	if text := q.Get("page"); text != "" {
		if f.page, err = strconv.Atoi(text); err != nil || f.page < 1 || f.page > 1000 {
			return f, bad
		}
	}
	return f, nil
}

func knownState(s mapping.State) bool {
	_, ok := looks[s]
	return ok
}

// address is the list's own, without what is at its default.
func (f filter) address() string {
	q := url.Values{}
	if f.state != "" {
		q.Set("state", string(f.state))
	}
	if f.level >= 0 {
		q.Set("level", strconv.Itoa(f.level))
	}
	if f.node != "" {
		q.Set("node", f.node)
	}
	if f.page > 1 {
		q.Set("page", strconv.Itoa(f.page))
	}
	if len(q) == 0 {
		return f.at + "/list"
	}
	return f.at + "/list?" + q.Encode()
}

// matches answers the capabilities of a list: as many as the number that led to it.
func (r *record) matches(f filter) []mapping.Node {
	var out []mapping.Node
	for _, n := range r.tracked(f.node) {
		if f.level >= 0 && n.Level != f.level {
			continue
		}
		if f.state == "" || inList(f.state, r.of(n.ID).State) {
			out = append(out, n)
		}
	}
	return out
}

func (s *site) listOf(v *visit, r *record, f filter) listBody {
	all := r.matches(f)
	b := listBody{Count: v.say("list.count", "n", len(all)), Part: v.partText(r.cat), To: v.to(r.at + "/list")}
	b.choices(v, r, f)
	from := min((f.page-1)*listPage, len(all))
	to := min(from+listPage, len(all))
	if len(all) > listPage {
		b.Count = v.say("list.countpage", "n", len(all), "from", min(from+1, len(all)), "to", to)
	}
	for _, n := range all[from:to] {
		b.Rows = append(b.Rows, s.capabilityRow(v, r, n, n.Title))
	}
	if f.page > 1 {
		b.Previous = v.to(f.turn(-1).address())
	}
	if to < len(all) {
		b.Next = v.to(f.turn(1).address())
	}
	return b
}

func (f filter) turn(by int) filter {
	f.page += by
	return f
}

// choices fills the filter bar, and the links that take a choice back.
func (b *listBody) choices(v *visit, r *record, f filter) {
	without := func(change func(*filter)) string {
		g := f
		g.page = 1
		change(&g)
		return v.to(g.address())
	}
	for _, st := range listStates {
		name := v.say("state." + string(st))
		b.States = append(b.States, option{string(st), name, st == f.state})
		if st == f.state {
			b.Chosen = append(b.Chosen, crumb{name, without(func(g *filter) { g.state = "" })})
		}
	}
	for _, l := range levelOrder(r.cat) {
		name := v.levelName(r.cat, l)
		b.Levels = append(b.Levels, option{fmt.Sprint(l), name, l == f.level})
		if l == f.level {
			b.Chosen = append(b.Chosen, crumb{name, without(func(g *filter) { g.level = -1 })})
		}
	}
	for _, n := range r.cat.Items {
		if n.Kind != mapping.NodeSection || !r.shows(n) {
			continue
		}
		b.Nodes = append(b.Nodes, option{n.ID, nodeName(n), n.ID == f.node})
		if n.ID == f.node {
			b.Chosen = append(b.Chosen, crumb{nodeName(n), without(func(g *filter) { g.node = "" })})
		}
	}
	if len(b.Chosen) > 0 {
		b.ShowAll = v.to(r.at + "/list")
	}
}
