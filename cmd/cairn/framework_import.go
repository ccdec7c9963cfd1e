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
