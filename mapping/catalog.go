package mapping

import (
	"slices"
	"strings"
)

// Catalog is a published framework ready to use: nodes by id, children in display order, IRIs minted. It never changes, so it
// may be shared; the slices it answers are its own and must not be written to.
type Catalog struct {
	Framework
	IRIBase  string
	byID     map[string]int
	byCode   map[string]int
	children map[string][]Node
	tracked  map[string][]Node
}

// NewCatalog indexes a published framework. iriBase has no trailing slash; IRIs never change once minted (settled question 17).
func NewCatalog(f Framework, iriBase string) *Catalog {
	c := &Catalog{
		Framework: f, IRIBase: strings.TrimSuffix(iriBase, "/"),
		byID: map[string]int{}, byCode: map[string]int{}, children: map[string][]Node{}, tracked: map[string][]Node{},
	}
	for i, n := range f.Items {
		c.byID[n.ID], c.byCode[n.Code] = i, i
		c.children[n.Parent] = append(c.children[n.Parent], n)
	}
	c.track("")
	return c
}

// track collects the capabilities at and under a node.
func (c *Catalog) track(node string) []Node {
	var out []Node
	if n, ok := c.Node(node); ok && n.Kind == NodeCapability {
		out = append(out, n)
	}
	for _, n := range c.children[node] {
		out = append(out, c.track(n.ID)...)
	}
	c.tracked[node] = slices.Clip(out)
	return out
}

// Node answers a node by id.
func (c *Catalog) Node(id string) (Node, bool) {
	i, ok := c.byID[id]
	if !ok {
		return Node{}, false
	}
	return c.Items[i], true
}

// ByCode answers a node by its code.
func (c *Catalog) ByCode(code string) (Node, bool) {
	i, ok := c.byCode[code]
	if !ok {
		return Node{}, false
	}
	return c.Items[i], true
}

// Capability answers a node that can be aligned and tracked, by id.
func (c *Catalog) Capability(id string) (Node, bool) {
	n, ok := c.Node(id)
	return n, ok && n.Kind == NodeCapability
}

// FindCapability answers the id of the capability that a table or a form calls so: by its id, or by its code.
func (c *Catalog) FindCapability(name string) (id string, ok bool) {
	if n, ok := c.Capability(name); ok {
		return n.ID, true
	}
	n, ok := c.ByCode(name)
	return n.ID, ok && n.Kind == NodeCapability
}

// Children answers the nodes under a parent in display order; "" answers the domains.
func (c *Catalog) Children(parent string) []Node { return c.children[parent] }

// Domains answers the nodes at the top, in display order.
func (c *Catalog) Domains() []Node { return c.children[""] }

// Sections answers the nodes under a parent that hold others, in display order.
func (c *Catalog) Sections(parent string) []Node { return ofKind(c.children[parent], NodeSection) }

// Capabilities answers the capabilities right under a parent, in display order.
func (c *Catalog) Capabilities(parent string) []Node {
	return ofKind(c.children[parent], NodeCapability)
}

func ofKind(nodes []Node, k NodeKind) []Node {
	var out []Node
	for _, n := range nodes {
		if n.Kind == k {
			out = append(out, n)
		}
	}
	return out
}

// Tracked answers the capabilities at and under a node, in display order, at any depth; "" answers all of the framework.
func (c *Catalog) Tracked(node string) []Node { return c.tracked[node] }

// Path answers the nodes from the domain down to the node, itself the last; nil when it is unknown.
func (c *Catalog) Path(id string) []Node {
	var out []Node
	for n, ok := c.Node(id); ok; n, ok = c.Node(n.Parent) {
		out = append(out, n)
	}
	slices.Reverse(out)
	return out
}

// DomainOf answers the domain a node lies in: the first of its path.
func (c *Catalog) DomainOf(id string) (Node, bool) {
	path := c.Path(id)
	if len(path) == 0 {
		return Node{}, false
	}
	return path[0], true
}

// Contains says whether a node is another or lies under it; "" contains all of the framework.
func (c *Catalog) Contains(node, id string) bool {
	return slices.ContainsFunc(c.Path(id), func(n Node) bool { return node == "" || n.ID == node })
}

// LevelsOf answers the levels of the capabilities at and under a node, lowest first; 0 stands for those without one, last.
func (c *Catalog) LevelsOf(node string) []int {
	var out []int
	for _, n := range c.tracked[node] {
		if !slices.Contains(out, n.Level) {
			out = append(out, n.Level)
		}
	}
	slices.SortFunc(out, func(a, b int) int { return (a+maxLevel)%(maxLevel+1) - (b+maxLevel)%(maxLevel+1) })
	return out
}

// LevelName answers the framework's name for a level, "" when it has none.
func (c *Catalog) LevelName(number int) string {
	for _, l := range c.Levels {
		if l.Number == number {
			return l.Name
		}
	}
	return ""
}

// TopLevel is the highest level of the framework, 0 when it has none.
func (c *Catalog) TopLevel() int {
	top := 0
	for _, l := range c.Levels {
		top = max(top, l.Number)
	}
	return top
}

// StatementsIncluded is how many of the publisher's statements are here, as official text or short label. Compare Statements.
func (c *Catalog) StatementsIncluded() int {
	n := 0
	for _, node := range c.tracked[""] {
		if node.Wording != WordingStructure {
			n++
		}
	}
	return n
}

// IRI is the identifier of the framework version in statements (type competency-framework).
func (c *Catalog) IRI() string { return c.IRIBase + "/framework/" + c.GUID }

// CapabilityIRI is the identifier of a capability in statements (type competency).
func (c *Catalog) CapabilityIRI(id string) string { return c.IRIBase + "/capability/" + id }

// Minted says whether an IRI names a framework or a capability of ours: such an activity cannot be aligned, its records would
// be evidence of themselves.
func (c *Catalog) Minted(iri string) bool {
	return strings.HasPrefix(iri, c.IRIBase+"/framework/") || strings.HasPrefix(iri, c.IRIBase+"/capability/")
}

// TrackedFor answers the tracked capabilities at and under a node that are for an archetype, "" for all. A capability that names no
// archetype is for everyone.
func (c *Catalog) TrackedFor(node, archetype string) []Node {
	all := c.Tracked(node)
	if archetype == "" {
		return all
	}
	var out []Node
	for _, n := range all {
		if len(n.Archetypes) == 0 || slices.Contains(n.Archetypes, archetype) {
			out = append(out, n)
		}
	}
	return out
}
