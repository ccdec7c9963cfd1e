package web

import (
	"net/http"
	"slices"

	"cairn/mapping"
)

// longList is how many lines a list shows before the rest goes into a disclosure, and mostLines how many it has at all: somebody
// may have done the same thing thousands of times. The newest are listed then, and it says how many are not.
const (
	longList  = 10
	mostLines = 100
)

// capabilityBody is L4: why a status is what it is.
type capabilityBody struct {
	State   mapping.State
	Chip    string
	Implied bool     // by a higher level, which the chip names
	About   []string // level, roles, whose words
	Source  string
	Why     string // why somebody else than the learner sees it, "" on the learner's own page
	First   string // what was lost: what took it away and the way back, before all else
	Rule    ruleText
	Scope   string
	Ruled   string // that the rule changed since the learner began
	Counted lines
	Not     lines
	Needed  []string
	Next    []nextActivity
	Later   []string
	Tracks  *tracksBody
	History history
	Day     *dayForm // for another date; nil where there is no record
	Part    string
	Endorse string // where who leads the course endorses it, "" on the learner's own page
}

// lines is a list that may be long.
type lines struct {
	Count    int
	Shown    []string
	Rest     []string
	ShowText string
	Older    string // that older ones are not listed
}

// nextActivity is an activity that would count. Href leads to it in the LMS, or Here to its page, "" where that is not known to be
// safe.
type nextActivity struct {
	Name, Href, Needs string
	Here              bool
}

// capability answers /me/capability/{id}, as things stand or stood on the day that the address names.
func (s *site) capability(v *visit) (answer, error) {
	r, err := s.record(v)
	if err != nil {
		return answer{}, err
	}
	n, kept, ok := s.capabilityNode(r, v.param("id"))
	if gone := s.goneNode(r, v.param("id")); !ok && gone != nil {
		return s.gonePage(v, r, gone)
	} else if !ok {
		return answer{}, refuse(http.StatusNotFound, "capability-unknown", "gone")
	}
	p, err := s.learnerPage(v, "capability", n.Title, r.crumbs(v, n.Parent)...)
	if err != nil {
		return answer{}, err
	}
	if kept != nil {
		p.Notice = v.replacedNotice(r, kept)
	}
	return s.capabilityPage(v, r, n, p)
}

// capabilityPage fills the page of one capability of a record, for the day that the address names.
func (s *site) capabilityPage(v *visit, r *record, n mapping.Node, p *page) (answer, error) {
	known := []string{"at", "rules", "day", "month", "year"}
	if r.name == "" {
		known = append(known, "role")
	}
	q, err := v.query(known...)
	if err != nil {
		return answer{}, err
	}
	p.Foreign = v.foreign()
	when, wrong, err := s.askedDay(r, q)
	if err != nil {
		return answer{}, err
	}
	if wrong == nil && (q.Has("day") || q.Has("month") || q.Has("year")) {
		return answer{location: v.to(r.at + "/capability/" + n.ID + when.query(s.Zone))}, nil
	}
	b, err := s.capabilityOf(v, r, n, when)
	if err != nil {
		return answer{}, err
	}
	out := answer{page: p}
	if wrong != nil {
		b.Day.Error, b.Day.Date = v.say("capability.baddate"), *wrong
		p.Problem, p.Errors, out.status = true, []fieldError{{b.Day.Error, "day"}}, http.StatusUnprocessableEntity
	} else if !when.now() {
		p.Notice = v.dayNotice(r, when, n.ID)
	}
	p.Body = b
	return out, nil
}

func (s *site) capabilityOf(v *visit, r *record, n mapping.Node, when asked) (capabilityBody, error) {
	c, x, err := s.caseWhen(v.Context(), v.session, r.learner, n.ID, when)
	if err != nil {
		return capabilityBody{}, err
	}
	tell := s.tellerOf(v, r, c)
	b := capabilityBody{
		About: v.about(r.cat, n), Source: webAddress(n.SourceURL), Rule: v.ruleText(x.Rule), Scope: v.scopeWords(v.session, x), Later: v.laterWords(x),
		Counted: v.lines(x.Counted, tell.counted), Not: v.lines(x.NotCounted, tell.notCounted), Needed: tell.needed(x), Part: v.partText(r.cat),
	}
	if r.name != "" {
		b.Why = v.say("review.why")
	}
	if b.Next, err = s.nextActivities(v, r, x); err != nil {
		return b, err
	}
	past, err := s.pastOf(v, r, n.ID, when, tell)
	if err != nil {
		return b, err
	}
	state := r.of(n.ID)
	if !when.now() {
		state = past.state(x)
	}
	b.State, b.Chip = state.State, v.chipWords(state)
	if level := r.implied[n.ID]; level > 0 && when.now() {
		b.State, b.Chip, b.Implied = mapping.Evidenced, v.say("chip.implied", "level", level), true
	}
	b.History, b.Ruled = past.lines(x), past.ruled()
	b.First = tell.lost(x, past.lastCause(x))
	if r.learner != "" {
		b.Day = v.dayForm(r, n.ID, when)
		b.Tracks, err = s.tracksOf(v, r, n, state, when)
	}
	return b, err
}

// nextActivities answers the activities that would count, with their links. Those who lead a course read what that has, without links:
// it is the learner's to do.
func (s *site) nextActivities(v *visit, r *record, x mapping.Explanation) (out []nextActivity, err error) {
	if r.name != "" {
		for _, a := range x.Next {
			if a.Scope.Contains(v.session.Course.Scope()) {
				out = append(out, nextActivity{Name: activityName(a)})
			}
		}
		return out, nil
	}
	placed, err := s.placed(v.Context(), v.session.Course)
	for _, a := range x.Next {
		out = append(out, s.nextActivity(v, a, placed))
	}
	return out, err
}

func (l locale) lines(found []mapping.Finding, words func(mapping.Finding) string) lines {
	out := lines{Count: len(found), ShowText: l.say("why.showall", "n", min(len(found), mostLines))}
	if older := len(found) - mostLines; older > 0 {
		found, out.ShowText, out.Older = found[older:], l.say("why.shownewest", "n", mostLines), l.say("why.older", "n", older)
	}
	for i, f := range found {
		if i < longList {
			out.Shown = append(out.Shown, words(f))
		} else {
			out.Rest = append(out.Rest, words(f))
		}
	}
	return out
}

// nextActivity links an activity that lies on the platform itself, or that was placed here; an address elsewhere is only named.
func (s *site) nextActivity(v *visit, a mapping.ActivityRef, placed map[string]PlacedActivity) nextActivity {
	out := nextActivity{Name: activityName(a)}
	out.Needs = v.asks(a)
	if p, here := placed[a.IRI]; here {
		out.Href, out.Here = v.to("activity/"+p.ID), true
	} else if slices.Contains(v.origins, originOf(a.IRI)) {
		out.Href = a.IRI
	}
	return out
}

// about is the line under a capability's name.
func (l locale) about(cat *mapping.Catalog, n mapping.Node) []string {
	var out []string
	if n.Level > 0 {
		out = append(out, l.levelName(cat, n.Level))
	} else if len(cat.Levels) > 0 {
		out = append(out, l.say("level.none"))
	}
	switch roles := roleTitles(cat, n.Archetypes); {
	case roles != "":
		out = append(out, l.say("capability.roles", "roles", roles))
	case len(cat.Archetypes) > 0:
		out = append(out, l.say("capability.everyrole"))
	}
	if n.Wording == mapping.WordingShortLabel || n.Wording == mapping.WordingStructure {
		out = append(out, l.say("capability."+string(n.Wording)))
	}
	return out
}

// webAddress answers the address when a page may link it.
func webAddress(raw string) string {
	if originOf(raw) == "" {
		return ""
	}
	return raw
}
