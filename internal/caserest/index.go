package caserest

import (
	"sync"

	"cairn/mapping"
	"cairn/mapping/casefmt"
)

// kept holds the packages of what is published, made when they are first asked for.
type kept struct {
	mu   sync.Mutex
	held map[string]*index // by GUID
}

// index is one version as CASE tells it, found by identifier.
type index struct {
	mapping.Publication
	pkg          casefmt.Package
	mu           sync.Mutex
	bodies       map[casefmt.Version][]byte // rendered packages, of versions that were asked for
	items        map[string]int
	associations map[string]int
	touching     map[string][]int // associations that begin or end at an item
}

// of answers the index of a version. What is published anew under the same GUID is another catalog, and made again.
func (k *kept) of(p mapping.Publication) *index {
	k.mu.Lock()
	defer k.mu.Unlock()
	if x, ok := k.held[p.Catalog.GUID]; ok && x.Catalog == p.Catalog && x.Retired.Equal(p.Retired) {
		return x
	}
	x := newIndex(p)
	if k.held == nil {
		k.held = map[string]*index{}
	}
	k.held[p.Catalog.GUID] = x
	return x
}

// body is the package as bytes.
func (x *index) body(v casefmt.Version) ([]byte, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if body, ok := x.bodies[v]; ok {
		return body, nil
	}
	body, err := x.pkg.In(v).JSON()
	if err == nil {
		x.bodies[v] = body
	}
	return body, err
}

func newIndex(p mapping.Publication) *index {
	x := &index{
		Publication: p, pkg: casefmt.ExportPublication(p), bodies: map[casefmt.Version][]byte{}, items: map[string]int{},
		associations: map[string]int{}, touching: map[string][]int{},
	}
	for i, it := range x.pkg.Items {
		x.items[it.Identifier] = i
	}
	for i, a := range x.pkg.Associations {
		x.associations[a.Identifier] = i
		x.touching[a.Origin.Identifier] = append(x.touching[a.Origin.Identifier], i)
		x.touching[a.Destination.Identifier] = append(x.touching[a.Destination.Identifier], i)
	}
	return x
}

// find answers the newest version that has what is looked for. nil when none has.
func (s *service) find(has func(*index) bool) *index {
	for _, p := range s.Frameworks.Publications() {
		if x := s.kept.of(p); has(x) {
			return x
		}
	}
	return nil
}

// documentLink names the document of an object outside its package.
func (x *index) documentLink() *casefmt.Link {
	return &casefmt.Link{Title: x.Catalog.Title, Identifier: x.Catalog.GUID, URI: x.Catalog.IRI()}
}
