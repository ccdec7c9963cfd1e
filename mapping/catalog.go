package mapping

import "strings"

// Catalog is a published framework ready to use: nodes by id, children in display order, IRIs minted.
type Catalog struct {
	Framework
	IRIBase  string
	byID     map[string]int
	children map[string][]string
}

// NewCatalog indexes a published framework. iriBase has no trailing slash; IRIs never change once minted (settled question 17).
func NewCatalog(f Framework, iriBase string) *Catalog {
	c := &Catalog{Framework: f, IRIBase: strings.TrimSuffix(iriBase, "/"), byID: map[string]int{}, children: map[string][]string{}}
	for i, n := range f.Items {
		c.byID[n.ID] = i
		c.children[n.Parent] = append(c.children[n.Parent], n.ID)
	}
	return c
}

// Node answers a node by id.
func (c *Catalog) Node(id string) (Node, bool) {
	i, ok := c.byID[id]
	if !ok {
		return Node{}, false
	}
	return c.Items[i], true
}

// Children answers the nodes under a parent in display order; "" answers the domains.
func (c *Catalog) Children(parent string) []Node {
	ids := c.children[parent]
	out := make([]Node, len(ids))
	for i, id := range ids {
		out[i] = c.Items[c.byID[id]]
	}
	return out
}

// Tracked answers the capabilities under a node, in display order, at any depth; "" answers all of the framework.
func (c *Catalog) Tracked(node string) []Node {
	var out []Node
	if n, ok := c.Node(node); ok && n.Kind == NodeCapability {
		return []Node{n}
	}
	for _, n := range c.Children(node) {
		if n.Kind == NodeCapability {
			out = append(out, n)
			continue
		}
		out = append(out, c.Tracked(n.ID)...)
	}
	return out
}

// IRI is the identifier of the framework version in statements (type competency-framework).
func (c *Catalog) IRI() string { return c.IRIBase + "/framework/" + c.GUID }

// CapabilityIRI is the identifier of a capability in statements (type competency).
func (c *Catalog) CapabilityIRI(id string) string { return c.IRIBase + "/capability/" + id }
