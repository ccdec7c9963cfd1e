package web

import (
	"fmt"
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
	About   []string // level, roles, whose words
	Source  string
	First   string // of a withdrawn capability: what took it away, before all else
	Rule    ruleText
	Scope   string
	Counted lines
	Not     lines
	Needed  []string
	Next    []nextActivity
	Later   []string
	History []historyLine
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

type historyLine struct {
	Date, Chip, Cause string
	State             mapping.State
}

// capability answers /me/capability/{id}.
func (s *site) capability(v *visit) (answer, error) {
	if _, err := v.query("role"); err != nil {
		return answer{}, err
	}
	r, err := s.record(v)
	if err != nil {
		return answer{}, err
	}
	n, ok := r.cat.Node(v.param("id"))
	if !ok || n.Kind != mapping.NodeCapability || !r.shows(n) {
		return answer{}, refuse(http.StatusNotFound, "capability-unknown", "gone")
	}
	p, err := s.learnerPage(v, "capability", n.Title, r.crumbs(v, n.Parent)...)
	if err != nil {
		return answer{}, err
	}
	p.Foreign = v.foreign()
	p.Body, err = s.capabilityOf(v, r, n)
	return answer{page: p}, err
}

func (s *site) capabilityOf(v *visit, r *record, n mapping.Node) (capabilityBody, error) {
	x, err := s.explain(v.Context(), v.session, n.ID)
	if err != nil {
		return capabilityBody{}, err
	}
	state := r.of(n.ID)
	b := capabilityBody{
		State: state.State, Chip: v.chipWords(state), About: v.about(r.cat, n), Source: webAddress(n.SourceURL),
		Rule: v.ruleText(x.Rule), Scope: v.scopeWords(v.session, x), Later: v.laterWords(x),
		Counted: v.lines(x.Counted, v.countedWords), Not: v.lines(x.NotCounted, v.notCountedWords),
		Needed: v.neededWords(x),
	}
	placed, err := s.placed(v.Context(), v.session.Course)
	if err != nil {
		return b, err
	}
	for _, a := range x.Next {
		b.Next = append(b.Next, s.nextActivity(v, a, placed))
	}
	return b, s.addHistory(v, &b, n.ID)
}

func (s *site) addHistory(v *visit, b *capabilityBody, capability string) error {
	who := owner(v.session)
	if who == "" {
		return nil
	}
	all, err := s.Records.Transitions(v.Context(), who, capability)
	if err != nil {
		return fmt.Errorf("read the history of a capability: %w", err)
	}
	for _, t := range slices.Backward(all) {
		then := mapping.Progress{State: t.To, Have: t.Have, Need: t.Need, Since: t.At}
		b.History = append(b.History, historyLine{v.date(t.At), v.chipWords(then), v.causeWords(t), t.To})
	}
	if len(all) > 0 && b.State == mapping.Withdrawn {
		b.First = v.causeWords(all[len(all)-1])
	}
	return nil
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
