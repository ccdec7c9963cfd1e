package web

import (
	"net/http"
	"time"

	"cairn/mapping"
)

// keptNode is a capability that the framework no longer has, as the last version with it had it.
type keptNode struct {
	mapping.Node
	version string
	becomes []mapping.Node // what replaced it, in the version that is shown
	since   time.Time      // when that version came out; zero where it is not known
}

// capabilityNode finds a capability that the record shows. One that only an older version has is found while there is something in the
// record about it; kept is then not nil.
func (s *site) capabilityNode(r *record, id string) (n mapping.Node, kept *keptNode, ok bool) {
	if n, ok = r.cat.Capability(id); ok {
		return n, nil, r.shows(n)
	}
	for _, k := range s.replaced(r) {
		if k.ID == id {
			return k.Node, &k, true
		}
	}
	return n, nil, false
}

// replaced answers the capabilities of older versions of the framework that this one has not, and that the record has something about.
func (s *site) replaced(r *record) []keptNode {
	var out []keptNode
	found, since := map[string]bool{}, s.published(r.cat)
	for _, cat := range s.Frameworks.All() {
		if cat.ID != r.cat.ID || cat.Version == r.cat.Version {
			continue
		}
		for _, n := range cat.Tracked("") {
			_, still := r.cat.Capability(n.ID)
			elsewhere := r.node != "" && !r.cat.Contains(r.node, n.Parent)
			if still || elsewhere || found[n.ID] || r.of(n.ID).State == mapping.NotStarted {
				continue
			}
			found[n.ID] = true
			out = append(out, keptNode{n, cat.Version, becomes(r.cat, n.ID), since})
		}
	}
	return out
}

// goneNode finds a capability that an older version had and this one has not; nil for none. What a placement leaves out is not found.
func (s *site) goneNode(r *record, id string) *keptNode {
	if _, still := r.cat.Capability(id); still {
		return nil
	}
	for _, cat := range s.Frameworks.All() {
		if n, ok := cat.Capability(id); ok && cat.ID == r.cat.ID && (r.node == "" || r.cat.Contains(r.node, n.Parent)) {
			return &keptNode{n, cat.Version, becomes(r.cat, id), s.published(r.cat)}
		}
	}
	return nil
}

// goneBody is what there is to say of a capability that was replaced, where the record holds nothing about it.
type goneBody struct {
	Text string
	New  string // address of what replaced it, "" for none
}

// gonePage says what became of a capability that the framework had once.
func (s *site) gonePage(v *visit, r *record, k *keptNode) (answer, error) {
	p, err := s.learnerPage(v, "gone", k.Title, r.crumbs(v, k.Parent)...)
	if err != nil {
		return answer{}, err
	}
	p.Foreign = v.foreign()
	b := goneBody{Text: v.say("replaced.gone")}
	if len(k.becomes) > 0 {
		b.Text, b.New = v.say("replaced.goneby", "name", k.becomes[0].Title), r.href(v, "/capability/"+k.becomes[0].ID)
		if !k.since.IsZero() {
			b.Text = v.say("replaced.gonebyon", "name", k.becomes[0].Title, "date", v.date(k.since))
		}
	}
	p.Body = b
	return answer{page: p, status: http.StatusGone}, nil
}

// published is when a version came out, the zero time where that is not known.
func (s *site) published(cat *mapping.Catalog) time.Time {
	for _, p := range s.Frameworks.Publications() {
		if p.Catalog.ID == cat.ID && p.Catalog.Version == cat.Version {
			return p.Published
		}
	}
	return time.Time{}
}

// becomes answers what relations of a version say that an item of an older one is replaced by.
func becomes(cat *mapping.Catalog, id string) []mapping.Node {
	var out []mapping.Node
	for _, rel := range cat.Relations {
		if rel.Type != mapping.RelationReplacedBy || mapping.LastUUID(rel.From) != id {
			continue
		}
		for _, to := range []string{rel.To, mapping.LastUUID(rel.To)} {
			if n, ok := cat.Capability(to); ok {
				out = append(out, n)
				break
			}
		}
	}
	return out
}

// replacedNotice says what became of a capability that was replaced.
func (v *visit) replacedNotice(r *record, k *keptNode) *notice {
	n := &notice{Kind: "important", Heading: v.say("notice.important"), Text: []string{v.say("replaced.retired"), v.say("replaced.version", "version", k.version)}}
	if len(k.becomes) > 0 {
		n.Text[0] = v.say("replaced.by", "name", k.becomes[0].Title)
		if !k.since.IsZero() {
			n.Text[0] = v.say("replaced.byon", "name", k.becomes[0].Title, "date", v.date(k.since))
		}
		n.Link = &crumb{v.say("replaced.see"), r.href(v, "/capability/"+k.becomes[0].ID)}
	}
	return n
}
