package web

import (
	"fmt"
	"net/http"
	"slices"
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
	Role     string // which roles it carries on, "" for those that were chosen
	For      *rolesBar
	Keep     []crumb     // names and values that the filter bar carries on
	Ticks    *endorsable // the rows again, to be endorsed; nil where nobody may
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
	said  string        // a number of the calibration table, "" for all
	group string        // the role it is of
	bare  bool          // gaps without an activity
}

var listStates = []mapping.State{mapping.Evidenced, mapping.Expiring, mapping.InProgress, mapping.Expired, mapping.Withdrawn, mapping.NotStarted}

// list answers /me/list.
func (s *site) list(v *visit) (answer, error) {
	r, err := s.record(v)
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
	p.Body, err = s.listOf(v, r, f)
	return answer{page: p}, err
}

// filter reads the query. A value that is none of the choices is refused.
func (r *record) filter(v *visit) (filter, error) {
	f := filter{level: -1, page: 1}
	known := []string{"state", "level", "node", "page", "role"}
	if r.name == "" {
		known = append(known, "said", "group", "bare")
	}
	q, err := v.query(known...)
	if err != nil {
		return f, err
	}
	bad := refuse(http.StatusBadRequest, "query-value", "nopage")
	if f.said, f.group = q.Get("said"), q.Get("group"); (f.said != "") != (f.group != "") || f.said != "" && (!slices.Contains(saidCells, f.said) || !r.knownGroup(f.group)) {
		return f, bad
	}
	if f.bare = q.Has("bare"); f.bare && q.Get("bare") != "1" {
		return f, bad
	}
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

// pairs is the filter as the query of an address, without what is at its default.
func (f filter) pairs() (out []string) {
	if f.state != "" {
		out = append(out, "state", string(f.state))
	}
	if f.level >= 0 {
		out = append(out, "level", strconv.Itoa(f.level))
	}
	if f.node != "" {
		out = append(out, "node", f.node)
	}
	if f.said != "" {
		out = append(out, "said", f.said, "group", f.group)
	}
	if f.bare {
		out = append(out, "bare", "1")
	}
	if f.page > 1 {
		out = append(out, "page", strconv.Itoa(f.page))
	}
	return out
}

// matches answers the capabilities of a list: as many as the number that led to it.
func (r *record) matches(f filter) []mapping.Node {
	var out []mapping.Node
	for _, n := range r.tracked(f.node) {
		if f.level >= 0 && n.Level != f.level || f.said != "" && !r.saidIn(n, f.said, f.group) || f.bare && !r.bare[n.ID] {
			continue
		}
		if f.state == "" || inList(f.state, r.of(n.ID).State) {
			out = append(out, n)
		}
	}
	return out
}

func (s *site) listOf(v *visit, r *record, f filter) (listBody, error) {
	if err := s.readRatings(v, r); err != nil {
		return listBody{}, err
	}
	if f.bare {
		told, err := s.explainAll(v.Context(), v.session, r.learner, r.begun())
		if err != nil {
			return listBody{}, err
		}
		r.bare = r.bareGaps(told)
	}
	all := r.matches(f)
	b := listBody{Count: v.say("list.count", "n", len(all)), Part: v.partText(r.cat), To: v.to(r.at + "/list"), Role: r.code(), For: r.rolesBar(v, "/list", f.turn(1-f.page).pairs()...)}
	b.choices(v, r, f)
	from := min((f.page-1)*listPage, len(all))
	to := min(from+listPage, len(all))
	if len(all) > listPage {
		b.Count = v.say("list.countpage", "n", len(all), "from", min(from+1, len(all)), "to", to)
	}
	said, err := s.rowWords(v, r, all[from:to])
	if err != nil {
		return b, err
	}
	for _, n := range all[from:to] {
		b.Rows = append(b.Rows, said.on(s.capabilityRow(v, r, n, n.Title)))
	}
	if f.page > 1 {
		b.Previous = r.href(v, "/list", f.turn(-1).pairs()...)
	}
	if to < len(all) {
		b.Next = r.href(v, "/list", f.turn(1).pairs()...)
	}
	return b, nil
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
		return r.href(v, "/list", g.pairs()...)
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
	if f.said != "" {
		b.Keep = []crumb{{"said", f.said}, {"group", f.group}}
		b.Chosen = append(b.Chosen, crumb{v.say("said." + f.said), without(func(g *filter) { g.said, g.group = "", "" })})
	}
	if f.bare {
		b.Keep = append(b.Keep, crumb{"bare", "1"})
		b.Chosen = append(b.Chosen, crumb{v.say("next.barelist"), without(func(g *filter) { g.bare = false })})
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
		b.ShowAll = r.href(v, "/list")
	}
}
