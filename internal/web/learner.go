package web

import (
	"context"
	"fmt"

	"cairn/mapping"
)

// record is what the learner's pages show from: the framework, the states in it, and what is tagged in the course.
type record struct {
	locale
	cat     *mapping.Catalog
	learner string // id; "" for nobody's
	node    string // the placement's part of the framework, "" for all
	role    string // archetype that the placement is limited to, "" for all
	roleFilter
	states  map[string]mapping.Progress
	tagged  map[string]bool           // capabilities with a tag that holds in the course
	implied map[string]int            // capabilities that a higher level shows as evidenced too, with that level
	bare    map[string]bool           // gaps without an activity, once they were looked for
	ratings map[string]mapping.Rating // by capability, once they were read; nil for somebody else's record
	at      string                    // where its pages lie inside the session: "me", or below the people of the course
	name    string                    // of the person, for those who lead the course; "" on the learner's own pages
	only    func(id string) bool      // which capabilities it is limited to; nil for all that the placement shows
}

// record reads the session's own learner, for the roles that the page is to show. Sessions without one have an empty record.
func (s *site) record(v *visit) (*record, error) {
	r, err := s.recordOf(v.Context(), v.session, owner(v.session))
	if err != nil {
		return nil, err
	}
	return r, s.readRoles(v, r)
}

// recordOf reads the record of a learner as the session's course shows it; "" is nobody's, which is empty.
func (s *site) recordOf(ctx context.Context, session *Session, learner string) (*record, error) {
	r := &record{locale: s.localeFor(session.Locale), cat: s.catalog(session), node: session.Node, role: session.Archetype, at: "me", learner: learner, states: map[string]mapping.Progress{}, tagged: map[string]bool{}}
	if _, ok := r.cat.Node(r.node); !ok {
		r.node = ""
	}
	aligned, err := s.Courses.Alignments(ctx, session.Course)
	if err != nil {
		return nil, fmt.Errorf("read the tags of the course: %w", err)
	}
	for _, a := range aligned {
		r.tagged[a.Capability] = true
	}
	if learner == "" {
		return r, nil
	}
	progress, err := s.Records.Progress(ctx, learner)
	if err != nil {
		return nil, fmt.Errorf("read the progress: %w", err)
	}
	for _, p := range progress {
		p.State = p.On(s.Now(), s.Notice)
		r.states[p.Capability] = p
	}
	r.implied = mapping.Implied(r.cat, func(id string) bool {
		state := r.of(id).State
		return state == mapping.Evidenced || state == mapping.Expiring
	})
	return r, nil
}

// owner is whose evidence may be read, "" for nobody's.
func owner(session *Session) string {
	if showsPreview(session) {
		return ""
	}
	return session.Learner
}

// of answers the state of a capability with its figures.
func (r *record) of(capability string) mapping.Progress {
	p, ok := r.states[capability]
	if !ok || p.State == "" {
		return mapping.Progress{Capability: capability, State: mapping.NotStarted}
	}
	return p
}

// tracked answers the capabilities under a node that the placement and the roles show, "" for all of them.
func (r *record) tracked(node string) []mapping.Node {
	if node == "" {
		node = r.node
	}
	all := r.cat.TrackedFor(node, r.role)
	if len(r.roles) == 0 && r.only == nil {
		return all
	}
	var out []mapping.Node
	for _, n := range all {
		if r.fits(n) && (r.only == nil || r.only(n.ID)) {
			out = append(out, n)
		}
	}
	return out
}

func (r *record) tally(nodes []mapping.Node) tally {
	var t tally
	for _, n := range nodes {
		t.add(r.of(n.ID).State)
	}
	return t
}

// anyTag says whether anything the placement shows is tagged in the course.
func (r *record) anyTag() bool {
	for _, n := range r.tracked("") {
		if r.tagged[n.ID] {
			return true
		}
	}
	return false
}

// shows says whether a node lies in the part of the framework that the placement shows.
func (r *record) shows(n mapping.Node) bool { return r.cat.Contains(r.node, n.ID) }

// partText says that a framework is not whole, "" when it is (pages.md 3, "part of the framework").
func (l locale) partText(cat *mapping.Catalog) string {
	if n := cat.StatementsIncluded(); cat.Statements > n {
		return l.say("state.part", "n", n, "of", cat.Statements)
	}
	return ""
}

// nodeName is how a section reads: code and title.
func nodeName(n mapping.Node) string {
	if n.Kind == mapping.NodeCapability || n.Code == "" {
		return n.Title
	}
	return n.Code + " " + n.Title
}

// shortCapability names a capability where its section stands above it. A section tracked as a whole at a level has no words of
// its own but those.
func (r *record) shortCapability(n mapping.Node) string {
	parent, ok := r.cat.Node(n.Parent)
	if n.Wording != mapping.WordingStructure || !ok || n.Level == 0 {
		return n.Title
	}
	return r.say("capability.atlevel", "section", parent.Code, "level", n.Level)
}

// levelName is the framework's name of a level, or its number.
func (l locale) levelName(cat *mapping.Catalog, number int) string {
	if number == 0 {
		return l.say("level.none")
	}
	if name := cat.LevelName(number); name != "" {
		return l.say("level.named", "level", number, "name", name)
	}
	return l.say("level.number", "level", number)
}

// chipWords is the text of a status chip.
func (l locale) chipWords(p mapping.Progress) string {
	switch p.State {
	case mapping.InProgress:
		return l.say("chip.in_progress", "have", p.Have, "need", p.Need)
	case mapping.Withdrawn:
		if p.Since.IsZero() {
			return l.say("state.withdrawn")
		}
		return l.say("chip.withdrawn", "date", l.date(p.Since))
	case mapping.Expired:
		ended := p.Since
		if !p.Expires.IsZero() {
			ended = p.Expires
		}
		return l.say("chip.expired", "date", l.date(ended))
	case mapping.Expiring:
		return l.say("chip.expiring", "date", l.date(p.Expires))
	}
	return l.say("chip." + string(p.State))
}
