package casefmt

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"cairn/mapping"
)

// Names of what has no name in a framework.
const (
	publisherUnknown = "unknown"
	typeSection      = "Section"
	typeCapability   = "Capability"
)

// exporter writes one catalog.
type exporter struct {
	*mapping.Catalog
	changed string
}

// Export writes a framework as a CFPackage of CASE 1.1. published is when this version was: CASE asks for a date everywhere.
// Addresses begin with the IRI base of the framework.
func Export(c *mapping.Catalog, published time.Time) Package {
	return ExportPublication(mapping.Publication{Catalog: c, Published: published})
}

// ExportPublication is Export, with the status of a version that is retired.
func ExportPublication(pub mapping.Publication) Package {
	p := export(pub.Catalog, pub.Published)
	if pub.State() == mapping.VersionRetired {
		p.Document.Adoption, p.Document.StatusEnd = "Deprecated", pub.Retired.UTC().Format(time.DateOnly)
	}
	return p
}

func export(c *mapping.Catalog, published time.Time) Package {
	e := exporter{c, published.UTC().Format(time.RFC3339)}
	p := Package{Document: e.document(), Items: make([]Item, 0, len(c.Items)), Definitions: e.definitions()}
	for _, n := range c.Items {
		p.Items = append(p.Items, e.item(n))
	}
	p.Associations = append(e.tree(), e.relations()...)
	return p
}

func (e exporter) document() Document {
	d := Document{
		Identifier: e.GUID, URI: e.IRI(), CaseVersion: "1.1", Creator: e.Publisher, Title: e.Title,
		Changed: e.changed, OfficialSource: e.SourceURL, Publisher: e.Publisher, Version: e.Version, Adoption: "Implemented",
	}
	if d.Creator == "" {
		d.Creator = publisherUnknown
	}
	extra := &docExtra{ID: e.ID, Checked: e.Checked, Statements: e.Statements, Imply: e.LevelsImply}
	for _, l := range e.Levels {
		extra.Levels = append(extra.Levels, levelExtra(l))
	}
	for _, a := range e.Archetypes {
		extra.Archetypes = append(extra.Archetypes, archetypeExtra{a.Code, a.Title, a.ExampleRoles})
	}
	d.Extensions = &DocExtension{extra}
	return d
}

func (e exporter) item(n mapping.Node) Item {
	kind := typeCapability
	if n.Kind == mapping.NodeSection {
		kind = typeSection
	}
	it := Item{
		Identifier: n.ID, URI: e.CapabilityIRI(n.ID), Statement: n.Title, Code: n.Code, Type: kind, Notes: n.Notes, Changed: e.changed,
		TypeURI:    &Link{Title: kind, Identifier: e.typeID(kind), URI: e.address("CFItemTypes", e.typeID(kind))},
		Extensions: &ItemExtension{&itemExtra{string(n.Kind), string(n.Wording), n.Level, n.Archetypes, n.SourceURL}},
	}
	if n.Level != 0 {
		it.Education = []string{strconv.Itoa(n.Level)}
	}
	for _, code := range n.Archetypes {
		it.Keywords = append(it.Keywords, e.archetypeTitle(code))
	}
	return it
}

func (e exporter) archetypeTitle(code string) string {
	for _, a := range e.Archetypes {
		if a.Code == code && a.Title != "" {
			return a.Title
		}
	}
	return code
}

// tree is isChildOf from each item to its parent, or to the document; sequence numbers keep the order of display.
func (e exporter) tree() []Association {
	out := make([]Association, 0, len(e.Items)+len(e.Relations))
	count := map[string]int{}
	for _, n := range e.Items {
		parent := n.Parent
		if parent == "" {
			parent = e.GUID
		}
		count[parent]++
		a := e.association(mapping.Relation{From: n.ID, Type: mapping.RelationChildOf, To: parent}, "tree/")
		a.Sequence = count[parent]
		out = append(out, a)
	}
	return out
}

func (e exporter) relations() []Association {
	out := make([]Association, 0, len(e.Relations))
	for _, r := range e.Relations {
		out = append(out, e.association(r, "relation/"))
	}
	return out
}

// association is named by its ends and type within this version, so that every export gives it the same identifier.
func (e exporter) association(r mapping.Relation, space string) Association {
	id := e.derived(space + r.From + "/" + string(r.Type) + "/" + r.To)
	return Association{
		Identifier: id, Type: string(r.Type), URI: e.address("CFAssociations", id), Origin: e.link(r.From), Destination: e.link(r.To),
		Changed: e.changed,
	}
}

// link names an end of an association.
func (e exporter) link(end string) Link {
	if n, ok := e.Node(end); ok {
		return Link{Title: n.Title, Identifier: n.ID, URI: e.CapabilityIRI(n.ID)}
	}
	if end == e.GUID {
		return Link{Title: e.Title, Identifier: e.GUID, URI: e.IRI()}
	}
	return Link{Title: end, Identifier: identifierOf(end), URI: end}
}

// identifierOf is the UUID that the IRI of an item ends with, else the IRI.
func identifierOf(iri string) string {
	if id := mapping.LastUUID(iri); id != "" {
		return id
	}
	return iri
}

func (e exporter) definitions() Definitions {
	var d Definitions
	for i, a := range e.Archetypes {
		id := e.derived("concept/" + a.Code)
		title := a.Title
		if title == "" {
			title = a.Code
		}
		d.Concepts = append(d.Concepts, Concept{
			Identifier: id, URI: e.address("CFConcepts", id), Title: title, Keywords: a.Code, Hierarchy: strconv.Itoa(i + 1), Changed: e.changed,
		})
	}
	for i, t := range []struct{ title, what string }{
		{typeSection, "A heading that holds other items."}, {typeCapability, "What can be known or done, and is tracked."},
	} {
		id := e.typeID(t.title)
		d.ItemTypes = append(d.ItemTypes, ItemType{
			Identifier: id, URI: e.address("CFItemTypes", id), Title: t.title, Description: t.what, Hierarchy: strconv.Itoa(i + 1),
			TypeCode: t.title, Changed: e.changed,
		})
	}
	return d
}

func (e exporter) typeID(title string) string { return e.derived("type/" + title) }

// derived is the identifier of something that a framework does not name itself.
func (e exporter) derived(name string) string {
	return uuid.NewSHA1(mapping.Namespace, []byte("case/"+e.GUID+"/"+name)).String()
}

func (e exporter) address(kind, id string) string {
	return e.IRIBase + V1p1.Path() + "/" + kind + "/" + id
}
