package mapping

import (
	"cmp"
	"slices"

	"github.com/google/uuid"
)

// Migration is what carries the tags of an older version of a framework over to a newer one. It only adds: results in items that
// retired stay as they are, and what their activities are evidence for counts towards the items that replace them as well.
type Migration struct {
	Changesets []Changeset `json:"changesets"` // one for each scope, or more where a scope has very many
	Stay       int         `json:"stay"`       // tags of items that the newer version has
	Carried    int         `json:"carried"`    // tags that are added to items that replace others
	There      int         `json:"there"`      // tags that were carried before, or made by hand
	Rules      int         `json:"rules"`      // rules that are carried
	Lost       []Alignment `json:"lost"`       // tags of items that nothing replaces
}

// Tags are the alignments and rules there are.
type Tags struct {
	Active []Alignment
	Ended  []Alignment
	Rules  []ScopedRule
}

// Of is the tags without the active ones of other capabilities, which a migration has nothing to do with.
func (t Tags) Of(capability func(id string) bool) Tags {
	t.Active = slices.DeleteFunc(slices.Clone(t.Active), func(a Alignment) bool { return !capability(a.Capability) })
	return t
}

// Migrate plans the migration that a comparison calls for. by gives author, reason and time; identifiers follow from what is carried,
// so that planning again after it was applied plans nothing.
func Migrate(d FrameworkDiff, tags Tags, by Changeset) Migration {
	m := migrator{Migration: Migration{Changesets: []Changeset{}, Lost: []Alignment{}}, heirs: map[string][]string{}, known: map[string]bool{}, edits: map[Scope][]Edit{}}
	for _, r := range d.Retired {
		m.heirs[r.ID] = append([]string{}, r.Becomes...)
	}
	for _, a := range slices.Concat(tags.Active, tags.Ended) {
		m.known[a.ID] = true
	}
	for _, a := range tags.Active {
		m.known[twinKey(a)] = true
	}
	for _, r := range tags.Rules {
		m.known[ruleKey(r)] = true
	}
	for _, a := range tags.Active {
		m.carry(a)
	}
	for _, r := range tags.Rules {
		m.carryRule(d, tags, r)
	}
	m.collect(d, by)
	return m.Migration
}

type migrator struct {
	Migration
	heirs map[string][]string // of each retired item
	known map[string]bool
	edits map[Scope][]Edit
}

// tagKey is the same for two alignments of one activity with one capability, whatever their criteria.
func tagKey(a Alignment) string {
	return "tag\n" + a.Capability + "\n" + scopeKey(a.Scope) + "\n" + string(a.Selector.Kind) + "\n" + a.Selector.IRI
}

// twinKey is the same for twins alone.
func twinKey(a Alignment) string { return scopeKey(a.Scope) + "\n" + Edit{Add: &a}.key() }

func ruleKey(r ScopedRule) string { return "rule\n" + r.Capability + "\n" + scopeKey(r.Scope) }

func scopeKey(s Scope) string { return string(s.Kind) + "\n" + s.Registration + "\n" + s.Context }

func (m *migrator) carry(a Alignment) {
	heirs, retired := m.heirs[a.Capability]
	switch {
	case !retired:
		m.Stay++
	case len(heirs) == 0:
		m.Lost = append(m.Lost, a)
	}
	for _, heir := range heirs {
		next := a
		next.Capability = heir
		next.ID = uuid.NewSHA1(Namespace, []byte("migrate/"+a.ID+"/"+heir)).String()
		if m.known[next.ID] || m.known[twinKey(next)] {
			m.There++
			continue
		}
		m.known[twinKey(next)] = true
		m.edits[a.Scope] = append(m.edits[a.Scope], Edit{Add: &next})
		m.Carried++
	}
}

// carryRule carries a rule, but for one that a lock of the instance leaves no place for: it would not hold.
func (m *migrator) carryRule(d FrameworkDiff, tags Tags, r ScopedRule) {
	for _, heir := range m.heirs[r.Capability] {
		next := r
		next.Capability = heir
		locked := r.Scope.Kind != ScopeInstance && Locked(tags.Rules, heir, d.ID)
		if r.Rule.Kind == "" || locked || m.known[ruleKey(next)] {
			continue
		}
		m.known[ruleKey(next)] = true
		m.edits[r.Scope] = append(m.edits[r.Scope], Edit{Rule: &next})
		m.Rules++
	}
}

// collect makes changesets of the edits, in the order of scopes.
func (m *migrator) collect(d FrameworkDiff, by Changeset) {
	scopes := make([]Scope, 0, len(m.edits))
	for s := range m.edits {
		scopes = append(scopes, s)
	}
	slices.SortFunc(scopes, func(a, b Scope) int {
		return cmp.Or(cmp.Compare(scopeKey(a), scopeKey(b)), cmp.Compare(a.Course, b.Course))
	})
	for _, s := range scopes {
		for edits := range slices.Chunk(m.edits[s], maxEdits) {
			cs := by
			cs.Scope, cs.Edits = s, edits
			name := "migrate/" + d.ID + "/" + d.From + "/" + d.To + "/" + scopeKey(s)
			for _, e := range edits {
				name += "/" + e.key()
			}
			cs.ID = uuid.NewSHA1(Namespace, []byte(name+"/"+by.At.UTC().String())).String()
			m.Changesets = append(m.Changesets, cs)
		}
	}
}
