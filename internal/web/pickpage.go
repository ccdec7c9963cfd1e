package web

import (
	"net/http"
	"strings"

	"cairn/mapping"
)

// pickBody is A6: one step of adding something to a course.
type pickBody struct {
	answers
	Next    string // where the form of the step goes
	Back    string // the step before, with the answers
	Cancel  string // where the form that cancels goes
	Hidden  []option
	Options []option // frameworks, when there are several
	Nodes   []option
	Roles   []option
	Domains []pickDomain
	Several bool // the learning site takes several items at once
	Grades  bool // the learning site takes grade columns
	NoOffer bool // it takes nothing that we give
	Most    int  // what a grade column counts to
	Errors  map[string]string
	Chosen  []pickLine
	Once    string // makes a second press the same
	Towards []string
}

// pickDomain is the capabilities of a domain to tick.
type pickDomain struct {
	Name   string
	Open   bool
	Groups []tagGroup
}

// pickLine is one line of what is checked at the end; Text is a string, or markup.
type pickLine struct {
	Name string
	Text any
}

// pickRequest answers what the session's request asked for; pages of the picker belong to such sessions only.
func pickRequest(v *visit) (*Pick, error) {
	if v.session.Pick == nil {
		return nil, refuse(http.StatusNotFound, "pick-none", "gone")
	}
	return v.session.Pick, nil
}

// pickPage begins a step.
func (s *site) pickPage(v *visit, file, title string) *page {
	return &page{file: file, Title: title, Foot: []string{v.say("pick.foot")}}
}

func (s *site) pickBody(v *visit, pick *Pick, a answers) pickBody {
	return pickBody{
		answers: a, Cancel: v.to("pick/cancel"), Several: pick.Settings.AcceptMultiple,
		Grades: pick.Settings.TakesLineItems(), NoOffer: !pick.offered(), Errors: map[string]string{},
	}
}

// pickWhat answers /pick/1: a progress page or an activity.
func (s *site) pickWhat(v *visit) (answer, error) {
	q, err := v.query(pickFields...)
	if err != nil {
		return answer{}, err
	}
	pick, err := pickRequest(v)
	if err != nil {
		return answer{}, err
	}
	a := readAnswers(q)
	b := s.pickBody(v, pick, a)
	if b.What == "" {
		b.What = pickProgress
	}
	b.Next, b.Hidden = v.to("pick/2"), a.hidden("what", "fw")
	if all := s.Frameworks.All(); len(all) > 1 {
		now := s.pickCatalog(a).ID
		for _, cat := range all {
			b.Options = append(b.Options, option{cat.ID, cat.Title, cat.ID == now})
		}
	}
	p := s.pickPage(v, "pick1", v.say("pick.titlewhat"))
	p.Body = b
	return answer{page: p}, nil
}

// pickDetails answers /pick/2: name, part, address, tags.
func (s *site) pickDetails(v *visit) (answer, error) {
	q, err := v.query(pickFields...)
	if err != nil {
		return answer{}, err
	}
	pick, err := pickRequest(v)
	if err != nil {
		return answer{}, err
	}
	a := readAnswers(q)
	if a.What != pickProgress && a.What != pickActivity || !pick.offered() {
		return answer{location: v.to("pick/1")}, nil
	}
	if a.Name == "" && a.What == pickProgress {
		a.Name = v.say("overview.title")
	}
	return answer{page: s.detailsPage(v, pick, a)}, nil
}

func (s *site) detailsPage(v *visit, pick *Pick, a answers) *page {
	cat, b := s.pickCatalog(a), s.pickBody(v, pick, a)
	b.Next, b.Back = v.to("pick/2"), v.to("pick/1?"+a.values().Encode())
	p := s.pickPage(v, "pick2"+a.What, v.say("pick.titledetails."+a.What))
	b.Hidden = a.hidden("show", "node", "role", "name", "grade", "address", "how", "minutes", "records", "in", "oday", "omonth", "oyear", "cday", "cmonth", "cyear", "tag")
	if a.What == pickProgress {
		for _, d := range cat.Domains() {
			b.Nodes = append(b.Nodes, option{d.ID, nodeName(d), d.ID == a.Node})
		}
		for _, role := range cat.Archetypes {
			b.Roles = append(b.Roles, option{role.Code, role.Title, role.Code == a.Role})
		}
	} else {
		b.Domains = pickDomains(v.locale, cat, a.Tags)
	}
	p.Body = b
	return p
}

// pickDomains lists what an activity can count towards; a domain with ticks is open.
func pickDomains(l locale, cat *mapping.Catalog, tags []string) []pickDomain {
	ticked := map[string]bool{}
	for _, id := range tags {
		ticked[id] = true
	}
	g := &tagging{locale: l, cat: cat, chosen: ticked}
	var out []pickDomain
	for _, d := range cat.Domains() {
		one := pickDomain{Name: nodeName(d), Groups: g.groups(d)}
		for _, n := range cat.Tracked(d.ID) {
			one.Open = one.Open || ticked[n.ID]
		}
		out = append(out, one)
	}
	return out
}

// pickCheck answers /pick/3: what will be added.
func (s *site) pickCheck(v *visit) (answer, error) {
	q, err := v.query(pickFields...)
	if err != nil {
		return answer{}, err
	}
	pick, err := pickRequest(v)
	if err != nil {
		return answer{}, err
	}
	a := readAnswers(q)
	if !pick.offered() || len(a.check(v.locale, pick, s.pickCatalog(a))) > 0 {
		return answer{location: v.to("pick/2?" + a.values().Encode())}, nil
	}
	once, err := s.newSecret()
	if err != nil {
		return answer{}, err
	}
	says := ""
	if a.What == pickActivity {
		a.In, says = s.opensIn(v, a)
	}
	b := s.pickBody(v, pick, a)
	b.Next, b.Back, b.Hidden, b.Once = v.to("pick/3"), v.to("pick/2?"+a.values().Encode()), a.hidden(), once
	b.Chosen, b.Towards = s.chosen(v.locale, pick, a)
	if says != "" {
		b.Chosen = append(b.Chosen, pickLine{v.say("pick.in"), says})
	}
	p := s.pickPage(v, "pick3", v.say("pick.titlecheck"))
	p.Body = b
	return answer{page: p}, nil
}

// chosen puts the answers in words.
func (s *site) chosen(l locale, pick *Pick, a answers) (lines []pickLine, towards []string) {
	cat := s.pickCatalog(a)
	add := func(name string, text any) { lines = append(lines, pickLine{name, text}) }
	add(l.say("pick.name"), a.Name)
	most := 1
	if a.What == pickProgress {
		shown := l.sayHTML("pick.whole", "framework", l.inForeign(cat.Title))
		switch n, _ := cat.Node(a.Node); a.Show {
		case showNode:
			shown = l.inForeign(nodeName(n))
		case showEach:
			shown = l.sayHTML("pick.foreach", "n", len(cat.Domains()))
		case showRole:
			shown = l.sayHTML("pick.forrole", "role", l.inForeign(roleTitle(cat, a.Role)))
		}
		add(l.say("pick.shows"), shown)
		most = len(a.tracked(cat))
	} else {
		add(l.say("pick.address"), a.Address)
		add(l.say("pick.how"), l.completionWords(PlacedActivity{Completion: a.Completion, Least: a.least()}))
		if days := l.openDays(a.placedDays(l.zone)); len(days) > 0 {
			add(l.say("pick.days"), strings.Join(days, " "))
		}
		for _, n := range cat.Tracked("") {
			for _, id := range a.Tags {
				if id == n.ID {
					towards = append(towards, n.Title)
				}
			}
		}
	}
	switch {
	case !pick.Settings.TakesLineItems():
		add(l.say("pick.grade"), l.say("pick.nogrades"))
	case a.Grade && a.Show == showEach:
		add(l.say("pick.grade"), l.say("pick.gradeeach"))
	case a.Grade:
		add(l.say("pick.grade"), l.say("pick.gradeto."+a.What, "n", most))
	default:
		add(l.say("pick.grade"), l.say("why.none"))
	}
	return lines, towards
}

// tracked answers the capabilities that a progress page of these answers counts.
func (a answers) tracked(cat *mapping.Catalog) []mapping.Node {
	switch a.Show {
	case showNode:
		return cat.TrackedFor(a.Node, "")
	case showRole:
		return cat.TrackedFor("", a.Role)
	}
	return cat.TrackedFor("", "")
}

func roleTitle(cat *mapping.Catalog, code string) string {
	for _, a := range cat.Archetypes {
		if a.Code == code {
			return a.Title
		}
	}
	return code
}
