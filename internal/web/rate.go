package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"cairn/mapping"
)

// rateBody is L5: where a learner says they are in one capability, and where they need to be.
type rateBody struct {
	Where      string // which of how many
	Name, Why  string // of the capability, and the address of its page
	Capability string // id
	About      []string
	Now        []option
	Needed     []option
	Shared     bool
	To         string // where the form goes
	Skip       string // address of the next page
	Stop       string // of the section
	Rated      bool   // there is a rating to clear
	MayNot     string // why nothing can be saved, "" when it can
	Error      string
	State      mapping.State
	Chip       string
	Counted    lines
	Still      []string
	Earlier    []string
	Part       string // of the framework, "" where all is there
}

// rating is one page of the ratings of a section.
type rating struct {
	*record
	section mapping.Node
	all     []mapping.Node // of the section, for the roles that are shown
	at      int            // from 0
}

// rateHref is the address of the page that rates a capability among those of a section. Of one that the learner's roles leave out it is
// among those of every role; "" where it is not tracked now.
func (r *record) rateHref(v *visit, n mapping.Node, section string) string {
	of := func(r *record) string {
		i := slices.IndexFunc(r.tracked(section), func(o mapping.Node) bool { return o.ID == n.ID })
		if i < 0 {
			return ""
		}
		return r.href(v, "/rate/"+section+"/"+strconv.Itoa(i+1))
	}
	if href := of(r); href != "" {
		return href
	}
	whole := *r
	whole.roleFilter = roleFilter{asked: true}
	return of(&whole)
}

// rating finds the section that the address names, with its capabilities.
func (s *site) rating(v *visit, known ...string) (*rating, error) {
	if _, err := v.query(append(known, "role")...); err != nil {
		return nil, err
	}
	r, err := s.record(v)
	if err != nil {
		return nil, err
	}
	n, ok := r.cat.Node(v.param("id"))
	if !ok || n.Kind != mapping.NodeSection || !r.shows(n) {
		return nil, refuse(http.StatusNotFound, "section-unknown", "gone")
	}
	return &rating{record: r, section: n, all: r.tracked(n.ID)}, nil
}

// ratingAt is rating with the page that the address names.
func (s *site) ratingAt(v *visit, known ...string) (*rating, error) {
	g, err := s.rating(v, known...)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(v.param("n"))
	if err != nil || n < 1 || n > len(g.all) || strconv.Itoa(n) != v.param("n") {
		return nil, refuse(http.StatusNotFound, "rating-unknown", "gone")
	}
	g.at = n - 1
	return g, nil
}

func (g *rating) capability() mapping.Node { return g.all[g.at] }

// page is the address of a page of the section, the last one being that all is done.
func (g *rating) page(v *visit, at int) string {
	if at >= len(g.all) {
		return g.href(v, "/rate/"+g.section.ID+"/done")
	}
	return g.href(v, "/rate/"+g.section.ID+"/"+strconv.Itoa(at+1))
}

// rate answers /me/rate/{id}/{n}.
func (s *site) rate(v *visit) (answer, error) {
	g, err := s.ratingAt(v, "cleared")
	if err != nil {
		return answer{}, err
	}
	p, b, err := s.ratePage(v, g)
	if err != nil {
		return answer{}, err
	}
	if v.URL.Query().Has("cleared") {
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("rate.cleared")}}
	}
	p.Body = b
	return answer{page: p}, nil
}

func (s *site) ratePage(v *visit, g *rating) (*page, rateBody, error) {
	n := g.capability()
	b := rateBody{
		Where: v.say("rate.where", "i", g.at+1, "n", len(g.all)), Name: n.Title, Why: g.href(v, "/capability/"+n.ID), Capability: n.ID, About: v.about(g.cat, n),
		To: g.page(v, g.at), Skip: g.page(v, g.at+1), Stop: g.href(v, "/section/"+g.section.ID), MayNot: v.mayNotRate(), Part: v.partText(g.cat),
	}
	p, err := s.learnerPage(v, "rate", v.say("rate.title", "section", sectionCode(g.section)), g.crumbs(v, g.section.ID)...)
	if err != nil {
		return nil, b, err
	}
	p.Foot[1] = v.say("start.foot")
	last, err := s.rated(v, &b)
	if err != nil {
		return nil, b, err
	}
	b.answers(v.locale, last)
	return p, b, s.rateEvidence(v, g, &b)
}

// sectionCode is the code of a section, or its title where it has none.
func sectionCode(n mapping.Node) string {
	if n.Code != "" {
		return n.Code
	}
	return n.Title
}

// mayNotRate says why a rating would not be kept, "" when it would.
func (v *visit) mayNotRate() string {
	switch {
	case keeps(v.session):
		return ""
	case showsPreview(v.session):
		return v.say("saving.preview")
	}
	return v.say("rate.nameless")
}

// rated fills in the earlier ratings and answers the last one.
func (s *site) rated(v *visit, b *rateBody) (last mapping.Rating, err error) {
	who := owner(v.session)
	if who == "" {
		return last, nil
	}
	all, err := s.Tracks.RatingHistory(v.Context(), who, b.Capability)
	if err != nil {
		return last, fmt.Errorf("read the ratings of a learner: %w", err)
	}
	for _, m := range slices.Backward(all) {
		b.Earlier = append(b.Earlier, v.say("tracks.earlier", "date", v.date(m.At), "rating", v.ratingWords(m)))
	}
	if len(all) > 0 {
		last = all[len(all)-1]
	}
	b.Rated = !last.Cleared()
	if len(all) == 0 {
		last.Shared = s.ShareRatings
	}
	return last, nil
}

// answers fills in the scale, with what was said last.
func (b *rateBody) answers(l locale, last mapping.Rating) {
	b.Now, b.Needed, b.Shared = nil, nil, last.Shared
	for _, w := range mapping.RatingsNow() {
		b.Now = append(b.Now, option{string(w), l.say("rate.now." + string(w)), w == last.Now})
	}
	for _, w := range mapping.RatingsNeeded() {
		b.Needed = append(b.Needed, option{string(w), l.say("rate.needed." + string(w)), w == last.Needed})
	}
}

// rateEvidence fills in what there is evidence for. It is closed at first, so that it does not lead the answer.
func (s *site) rateEvidence(v *visit, g *rating, b *rateBody) error {
	x, err := s.explain(v.Context(), v.session, b.Capability)
	if err != nil {
		return err
	}
	state := g.of(b.Capability)
	b.State, b.Chip, b.Counted, b.Still = state.State, v.chipWords(state), v.lines(x.Counted, v.countedWords), v.neededWords(x)
	return nil
}

// rateDone answers /me/rate/{id}/done.
func (s *site) rateDone(v *visit) (answer, error) {
	g, err := s.rating(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.learnerPage(v, "rated", v.say("rate.title", "section", sectionCode(g.section)), g.crumbs(v, g.section.ID)...)
	if err != nil {
		return answer{}, err
	}
	p.Foot[1] = v.say("start.foot")
	n := 0
	if who := owner(v.session); who != "" {
		all, err := s.Tracks.Ratings(v.Context(), who)
		if err != nil {
			return answer{}, fmt.Errorf("read the ratings of a learner: %w", err)
		}
		for _, m := range all {
			if slices.ContainsFunc(g.all, func(o mapping.Node) bool { return o.ID == m.Capability }) {
				n++
			}
		}
	}
	p.Body = struct{ Text, Section, Again, Part string }{v.say("rate.done", "n", n, "of", len(g.all)), g.href(v, "/section/"+g.section.ID), g.page(v, 0), v.partText(g.cat)}
	return answer{page: p}, nil
}
