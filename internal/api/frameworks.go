package api

import (
	"net/http"
	"slices"
	"time"

	"cairn/mapping"
	"cairn/xapi/lrs"
)

func (s *service) frameworkRoutes() []route {
	const group = "Frameworks"
	return []route{
		{
			method: http.MethodGet, path: "/frameworks", name: "listFrameworks", group: group, scope: lrs.ScopeCapabilitiesRead,
			summary: "Every published version of every framework, the newest first", gives: frameworkList{}, do: s.listFrameworks,
		},
		{
			method: http.MethodGet, path: "/frameworks/{framework}", name: "getFramework", group: group, scope: lrs.ScopeCapabilitiesRead, gone: true,
			summary: "A version of a framework with its tree, levels, archetypes and relations",
			about:   "Items come in display order, parents before children. Those of the kind `capability` can be aligned and tracked.",
			query:   [][]parameter{one(text("version", "A version; without it, the newest in use."))}, gives: frameworkTree{}, do: s.getFramework,
		},
		{
			method: http.MethodGet, path: "/capabilities/{capability}", name: "getCapability", group: group, scope: lrs.ScopeCapabilitiesRead, gone: true,
			summary: "A capability, or a section, as the newest version that has it says", gives: capability{}, do: s.getCapability,
		},
	}
}

// frameworkList is the versions there are.
type frameworkList struct {
	Items []frameworkVersion `json:"items"`
}

// frameworkVersion is a version of a framework, with how much of it is here.
type frameworkVersion struct {
	ID        string                   `json:"id"` // the same for every version
	Version   string                   `json:"version"`
	GUID      string                   `json:"guid"`
	IRI       string                   `json:"iri"` // as statements name it
	Title     string                   `json:"title"`
	Publisher string                   `json:"publisher"`
	SourceURL string                   `json:"source_url,omitzero"`
	Checked   string                   `json:"checked,omitzero"` // date the source was last checked
	State     mapping.PublicationState `json:"state"`
	Published time.Time                `json:"published"`
	Retired   time.Time                `json:"retired,omitzero"`
	Newest    bool                     `json:"newest"`   // the one that is meant where no version is named
	Tracked   int                      `json:"tracked"`  // capabilities
	Included  int                      `json:"included"` // of the publisher's statements, as official text or short label
	Of        int                      `json:"of"`       // the publisher's statements; 0 unknown
}

// frameworkTree is a version with all that is in it.
type frameworkTree struct {
	frameworkVersion
	Levels     []mapping.Level     `json:"levels"`
	Archetypes []mapping.Archetype `json:"archetypes"`
	Items      []frameworkItem     `json:"items"`
	Relations  []mapping.Relation  `json:"relations"`
}

// frameworkItem is an item of a version.
type frameworkItem struct {
	mapping.Node
	IRI     string `json:"iri"`
	Tracked int    `json:"tracked"` // capabilities at and under it
}

// capability is an item with where it is.
type capability struct {
	frameworkItem
	Framework string             `json:"framework"`
	Version   string             `json:"version"`
	Path      []string           `json:"path"`      // ids from the domain down to it
	Relations []mapping.Relation `json:"relations"` // that begin or end at it
}

func (s *service) listFrameworks(*call) (answer, error) {
	list := frameworkList{}
	for _, p := range s.Frameworks.Publications() {
		list.Items = append(list.Items, s.version(p))
	}
	return kept(list)
}

func (s *service) version(p mapping.Publication) frameworkVersion {
	c := p.Catalog
	newest, _ := s.publication(c.ID, "")
	return frameworkVersion{
		ID: c.ID, Version: c.Version, GUID: c.GUID, IRI: c.IRI(), Title: c.Title, Publisher: c.Publisher, SourceURL: c.SourceURL, Checked: c.Checked,
		State: p.State(), Published: p.Published.UTC(), Retired: p.Retired.UTC(), Newest: newest.Catalog == c,
		Tracked: len(c.Tracked("")), Included: c.StatementsIncluded(), Of: c.Statements,
	}
}

// publication finds a version: the newest in use where none is named, or the newest of a framework that is retired as a whole.
func (s *service) publication(id, version string) (mapping.Publication, bool) {
	all := slices.DeleteFunc(s.Frameworks.Publications(), func(p mapping.Publication) bool {
		return p.Catalog.ID != id || version != "" && p.Catalog.Version != version
	})
	for _, p := range all {
		if p.State() == mapping.VersionPublished {
			return p, true
		}
	}
	if len(all) == 0 {
		return mapping.Publication{}, false
	}
	return all[0], true
}

func (s *service) getFramework(c *call) (answer, error) {
	p, ok := s.publication(c.PathValue("framework"), c.query["version"])
	if !ok {
		return answer{}, ErrNotFound
	}
	tree := frameworkTree{frameworkVersion: s.version(p), Levels: p.Catalog.Levels, Archetypes: p.Catalog.Archetypes, Relations: p.Catalog.Relations}
	for _, n := range p.Catalog.Items {
		tree.Items = append(tree.Items, item(p.Catalog, n))
	}
	return kept(tree)
}

func item(c *mapping.Catalog, n mapping.Node) frameworkItem {
	return frameworkItem{n, c.CapabilityIRI(n.ID), len(c.Tracked(n.ID))}
}

func (s *service) getCapability(c *call) (answer, error) {
	for _, p := range s.Frameworks.Publications() {
		n, ok := p.Catalog.Node(c.PathValue("capability"))
		if !ok {
			continue
		}
		out := capability{frameworkItem: item(p.Catalog, n), Framework: p.Catalog.ID, Version: p.Catalog.Version}
		for _, up := range p.Catalog.Path(n.ID) {
			out.Path = append(out.Path, up.ID)
		}
		for _, r := range p.Catalog.Relations {
			if r.From == n.ID || r.To == n.ID {
				out.Relations = append(out.Relations, r)
			}
		}
		return kept(out)
	}
	return answer{}, ErrNotFound
}

// catalog finds the framework that a call is about.
func (s *service) catalog(c *call) (*mapping.Catalog, error) {
	id := c.query["framework"]
	if id == "" {
		id = s.Frameworks.Default().ID
	}
	p, ok := s.publication(id, c.query["version"])
	if !ok {
		return nil, newProblem("resource_unknown", "no such version of a framework is published")
	}
	return p.Catalog, nil
}
