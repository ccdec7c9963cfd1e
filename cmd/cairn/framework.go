package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"cairn/internal/sqlstore"
	"cairn/mapping"
	"cairn/mapping/interchange"
)

type frameworkCmd struct {
	Import  frameworkImportCmd  `cmd:"" help:"Publish a framework from a file; its format is known by its content: CASE 1.0 or 1.1, Moodle's CSV, a spreadsheet (xlsx) or CSV of Cairn's columns, Cairn's JSON pack, the DIRECT framework's CSV; or attach the official statements (section, level, archetypes, statement) to a published framework, as a new version."`
	Export  frameworkExportCmd  `cmd:"" help:"Write a published framework as CASE 1.1, CSV, CSV for Moodle, or as the table to complete with the official statements."`
	Diff    frameworkDiffCmd    `cmd:"" help:"What differs between two versions: published, drafts or files."`
	Publish frameworkPublishCmd `cmd:"" help:"Publish a draft, or take a retired version into use again."`
	Retire  frameworkRetireCmd  `cmd:"" help:"Offer a version no more. What was earned in it stays, and it stays readable."`
	Migrate frameworkMigrateCmd `cmd:"" help:"Carry the tags of items that a newer version replaces over to what replaces them. Nothing is taken away."`
	List    frameworkListCmd    `cmd:"" help:"List what is published, retired, or a draft."`
}

type frameworkImportCmd struct {
	File      string `arg:"" help:"The file. Every bad row is named with its column, and nothing of a file with one is used."`
	DryRun    bool   `help:"Check the file and say what publishing it would change; publish nothing."`
	Draft     bool   `help:"Keep it as a draft that nobody sees, in place of an earlier draft of the version; cairn framework publish makes it public."`
	ID        string `name:"id" placeholder:"WORD" help:"Short name of the framework, the same for every version; default: what the file says, else its name. For statements: the framework they belong to."`
	Release   string `placeholder:"TEXT" help:"Version; default: what the file says, else a digest of it."`
	Title     string `placeholder:"TEXT" help:"Title; default: what the file says, else its name."`
	Publisher string `placeholder:"TEXT" help:"Who publishes it; default: what the file says."`
	SourceURL string `name:"source-url" placeholder:"URL" help:"Where it comes from; default: what the file says."`
}

// Run reads the whole file before anything is kept.
func (c *frameworkImportCmd) Run(p *program) error {
	data, err := readLimited(c.File)
	if err != nil {
		return &refusal{exitUsage, "the framework file cannot be read", err}
	}
	base := p.iriBase()
	if base == "" && !c.DryRun && !c.Draft {
		return refuse(exitUsage, "set CAIRN_IRI_BASE or CAIRN_BASE_URL: it is what the identifiers of this framework begin with, for good")
	}
	return p.withStore(func(s *sqlstore.Store) error {
		there, err := s.Frameworks(p.ctx, "")
		if err != nil {
			return err
		}
		got, err := interchange.Read(c.meta(), filepath.Base(c.File), data, newestOf(there))
		if err != nil {
			return p.importRefused(err)
		}
		if err := ownItems(&got, there, c.ID != ""); err != nil {
			return err
		}
		freshGUID(&got, there)
		out := newImported(got, there)
		out.DryRun = c.DryRun
		switch {
		case c.DryRun:
		case c.Draft:
			out.Draft, err = true, s.SaveFrameworkDraft(p.ctx, got.Framework)
		default:
			out.Published, err = s.PublishFramework(p.ctx, got.Framework, base)
		}
		if err == nil && (out.Draft || out.Published) {
			err = s.NoteImport(p.ctx, sqlstore.FrameworkImport{ID: out.ID, Version: out.Version, File: filepath.Base(c.File), Report: got.Report})
		}
		if err != nil {
			return publicationRefused(err)
		}
		return out.print(p)
	})
}

// publicationRefused tells what a version cannot be, and what helps.
func publicationRefused(err error) error {
	if errors.Is(err, sqlstore.ErrFrameworkChanged) || errors.Is(err, sqlstore.ErrFrameworkField) {
		return &refusal{exitRefused, "nothing was published (--release gives the content a version of its own)", err}
	}
	return err
}

func (c *frameworkImportCmd) meta() mapping.Meta {
	return mapping.Meta{ID: c.ID, Version: c.Release, Title: c.Title, Publisher: c.Publisher, SourceURL: c.SourceURL}
}

// importRefused tells every problem of the file, one a line, or as JSON.
func (p *program) importRefused(err error) error {
	var bad *mapping.ImportError
	if !errors.As(err, &bad) {
		return err
	}
	if p.JSON {
		if err := printJSON(p.out, map[string]any{"file": bad.File, "problems": bad.Problems}); err != nil {
			return err
		}
	}
	text := "nothing was imported from " + bad.File
	for _, problem := range bad.Problems {
		text += "\n  " + problem.String()
	}
	return refuse(exitRefused, "%s", text)
}

// frameworkMost is more than any framework file may have, so that one too large is refused by its rule and not by memory.
const frameworkMost = mapping.MaxFile + 1

func readLimited(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, frameworkMost))
}
