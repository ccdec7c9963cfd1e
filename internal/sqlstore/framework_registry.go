package sqlstore

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"cairn/internal/pipeline"
	"cairn/internal/web"
	"cairn/mapping"
)

// frameworksLook is how often a registry asks whether another process published something.
const frameworksLook = 5 * time.Second

// Frameworks holds the published frameworks in memory. It is web.Frameworks and pipeline.Catalogs, and safe for concurrent use.
type Frameworks struct {
	s          *Store
	preferred  string
	mu         sync.Mutex // held while loading
	view       atomic.Pointer[frameworksView]
	none       *mapping.Catalog
	background context.Context
}

var (
	_ web.Frameworks    = (*Frameworks)(nil)
	_ pipeline.Catalogs = (*Frameworks)(nil)
)

// frameworksView is the newest version of each framework.
type frameworksView struct {
	looked    time.Time
	seen      int64 // publications of this process, when it was read
	pos       int64 // of the last publication, retirement or return
	first     *mapping.Catalog
	byID      map[string]*mapping.Catalog
	all       []*mapping.Catalog
	published []mapping.Publication // the newest first, as all
}

// Frameworks loads the registry. preferred is the id of the framework that is shown where none is chosen; "" is the first that
// was published. ctx bounds the life of the registry: it looks for new versions until then.
func (s *Store) Frameworks(ctx context.Context, preferred string) (*Frameworks, error) {
	f := &Frameworks{s: s, preferred: preferred, none: mapping.NewCatalog(mapping.Framework{}, ""), background: ctx}
	if _, err := f.load(); err != nil {
		return nil, err
	}
	return f, nil
}

// Framework answers the newest version of the framework with this id; a retired one only when none is in use.
func (f *Frameworks) Framework(id string) (*mapping.Catalog, bool) {
	c, ok := f.current().byID[id]
	return c, ok
}

// All answers every published version, the newest first: who looks for a framework or a capability takes the first that has it.
func (f *Frameworks) All() []*mapping.Catalog { return slices.Clone(f.current().all) }

// Publications answers what All does, with when each was published.
func (f *Frameworks) Publications() []mapping.Publication {
	return slices.Clone(f.current().published)
}

// Offers says that a version in use has the capability.
func (f *Frameworks) Offers(capability string) bool {
	return mapping.Offers(f.current().published, capability)
}

// Default answers the framework that is shown where none is chosen: an empty one before any is published.
func (f *Frameworks) Default() *mapping.Catalog {
	v := f.current()
	if c, ok := v.byID[f.preferred]; ok {
		return c
	}
	if v.first != nil {
		return v.byID[v.first.ID]
	}
	return f.none
}

// isCapability says that a capability is in a published version, an older one too.
func (f *Frameworks) isCapability(id string) bool {
	return slices.ContainsFunc(f.current().all, func(c *mapping.Catalog) bool { _, ok := c.Capability(id); return ok })
}

// frameworkOf is the id of the framework that a capability is in, "" for none.
func (f *Frameworks) frameworkOf(capability string) string {
	for _, c := range f.current().all {
		if _, ok := c.Capability(capability); ok {
			return c.Framework.ID
		}
	}
	return ""
}

// isMinted says that an IRI is one of ours: a framework or a capability.
func (f *Frameworks) isMinted(iri string) bool {
	return slices.ContainsFunc(f.current().all, func(c *mapping.Catalog) bool { return c.Minted(iri) })
}

// current answers what is held, looked at anew when something was published. Published versions never change, so while the
// database is out of reach what is held is still true.
func (f *Frameworks) current() *frameworksView {
	v, now := f.view.Load(), f.s.now()
	if v.seen == f.s.kept.published.Load() && now.Sub(v.looked) < frameworksLook && !now.Before(v.looked) {
		return v
	}
	if !f.mu.TryLock() {
		return v // another goroutine looks
	}
	defer f.mu.Unlock()
	newer, err := f.look(v, now)
	if err != nil {
		f.s.log.Warn("look for published frameworks", "error", err)
		return v
	}
	return newer
}

// Look is pipeline.Catalogs: what is published now is held when it returns.
func (f *Frameworks) Look() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, err := f.load()
	return err
}

// frameworkHead is the position of the last publication, retirement or return.
const frameworkHead = `SELECT COALESCE(MAX(pos), 0) FROM (SELECT pos FROM framework UNION ALL SELECT pos FROM framework_state) AS changes`

// look reads the versions again when something was published, retired or taken into use again.
func (f *Frameworks) look(v *frameworksView, now time.Time) (*frameworksView, error) {
	published := f.s.kept.published.Load()
	var pos int64
	if err := f.s.Get(f.background, &pos, frameworkHead); err != nil {
		return nil, err
	}
	if pos != v.pos {
		return f.load()
	}
	same := *v
	same.looked, same.seen = now, published
	f.view.Store(&same)
	return &same, nil
}

func (f *Frameworks) load() (*frameworksView, error) {
	v := &frameworksView{looked: f.s.now(), seen: f.s.kept.published.Load(), byID: map[string]*mapping.Catalog{}}
	if err := f.s.Get(f.background, &v.pos, frameworkHead); err != nil {
		return nil, err
	}
	all, err := f.s.publications(f.background)
	if err != nil {
		return nil, err
	}
	v.published = slices.Clone(all)
	slices.Reverse(v.published)
	for _, p := range v.published {
		v.all = append(v.all, p.Catalog)
	}
	v.index(all)
	f.view.Store(v)
	return v, nil
}

// index finds the newest version in use of each framework; one that is retired as a whole is found by its newest version still.
func (v *frameworksView) index(all []mapping.Publication) {
	inUse := map[string]bool{}
	for _, p := range all {
		c, used := p.Catalog, p.State() == mapping.VersionPublished
		if used || !inUse[c.ID] {
			v.byID[c.ID] = c
		}
		inUse[c.ID] = inUse[c.ID] || used
		if v.first == nil {
			v.first = c
		}
	}
}
