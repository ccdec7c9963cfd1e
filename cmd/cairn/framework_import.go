package main

import (
	"fmt"

	"cairn/internal/sqlstore"
	"cairn/mapping"
	"cairn/mapping/interchange"
)

func newestOf(there *sqlstore.Frameworks) interchange.Newest {
	return func(id string) (mapping.Framework, bool) {
		c, ok := there.Framework(id)
		if !ok {
			return mapping.Framework{}, false
		}
		return c.Framework, true
	}
}

// ownItems keeps an item in one framework: what it is evidence for, and its IRI, are those of one thing. A file whose items are those
// of a framework that is there is another version of it, also when its title has changed; under another name it is refused.
func ownItems(got *interchange.Import, there *sqlstore.Frameworks, named bool) error {
	f := &got.Framework
	owner, item := "", mapping.Node{}
	for _, n := range f.Items {
		for _, c := range there.All() {
			if _, ok := c.Node(n.ID); ok && c.ID != f.ID {
				owner, item = c.ID, n
			}
		}
	}
	if owner == "" {
		return nil
	}
	if _, exists := there.Framework(f.ID); named || exists {
		return refuse(exitRefused, "item %s (%s) belongs to the framework %q: import the file as a version of that (--id %s), or give its items ids of their own", item.ID, item.Code, owner, owner)
	}
	got.Report.Map("short name", 1, owner+", since the framework of this name has the same items")
	f.ID = owner
	return nil
}

// freshGUID gives a version another identifier when a published one has it already: servers of CASE export every version of a
// document under the same, and here it names one version for good.
func freshGUID(got *interchange.Import, there *sqlstore.Frameworks) {
	f := &got.Framework
	for _, c := range there.All() {
		if c.GUID == f.GUID && (c.ID != f.ID || c.Version != f.Version) {
			f.GUID = mapping.VersionGUID(f.ID, f.Version)
			got.Report.Map("identifier of the document", 1, "made from the short name and the version, since "+c.ID+" "+c.Version+" has it")
			return
		}
	}
}

// imported is what an import says of itself.
type imported struct {
	ID           string                 `json:"id"`
	Version      string                 `json:"version"`
	Title        string                 `json:"title"`
	Capabilities int                    `json:"capabilities"`
	Published    bool                   `json:"published"`
	Draft        bool                   `json:"draft"`
	DryRun       bool                   `json:"dry_run"`
	Report       mapping.Fidelity       `json:"report"`
	Changes      *mapping.FrameworkDiff `json:"changes"` // against the newest version that was there; null for the first one
}

func newImported(got interchange.Import, there *sqlstore.Frameworks) *imported {
	f := got.Framework
	out := &imported{ID: f.ID, Version: f.Version, Title: f.Title, Capabilities: len(mapping.NewCatalog(f, "").Tracked("")), Report: got.Report}
	if c, ok := there.Framework(f.ID); ok {
		d := mapping.Diff(c.Framework, f)
		out.Changes = &d
	}
	return out
}

func (i *imported) print(p *program) error {
	if p.JSON {
		return printJSON(p.out, i)
	}
	said := "Already published, and the same:"
	switch {
	case i.DryRun:
		said = "Nothing was published. It would be"
	case i.Draft:
		said = "Kept as a draft:"
	case i.Published:
		said = "Published"
	}
	if _, err := fmt.Fprintf(p.out, "%s %s, version %s: %d capabilities that can be tracked.\n", said, i.Title, i.Version, i.Capabilities); err != nil {
		return err
	}
	if err := printReport(p.out, i.Report); err != nil {
		return err
	}
	if i.Changes == nil || i.Changes.From == i.Version {
		return nil
	}
	return printDiff(p.out, *i.Changes)
}
