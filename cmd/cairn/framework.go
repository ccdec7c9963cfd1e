package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"cairn/internal/sqlstore"
	"cairn/mapping"
)

type frameworkCmd struct {
	Import frameworkImportCmd `cmd:"" help:"Publish a framework from a file: Cairn's JSON pack, its CSV, or the DIRECT framework's CSV."`
	List   frameworkListCmd   `cmd:"" help:"List what is published."`
}

type frameworkImportCmd struct {
	File      string `arg:"" help:"The file. Every bad row is named with its column, and nothing of a file with one is used."`
	ID        string `name:"id" placeholder:"WORD" help:"Short name of the framework, the same for every version; default: from the file's name. For tables only."`
	Release   string `placeholder:"TEXT" help:"Version; default: a digest of the file. For tables only."`
	Title     string `placeholder:"TEXT" help:"Title; default: the file's name. For tables only."`
	Publisher string `placeholder:"TEXT" help:"Who publishes it. For tables only."`
	SourceURL string `name:"source-url" placeholder:"URL" help:"Where it comes from. For tables only."`
}

// Run reads the whole file before anything is kept.
func (c *frameworkImportCmd) Run(p *program) error {
	data, err := readLimited(c.File)
	if err != nil {
		return &refusal{exitUsage, "the framework file cannot be read", err}
	}
	meta := mapping.Meta{ID: c.ID, Version: c.Release, Title: c.Title, Publisher: c.Publisher, SourceURL: c.SourceURL}
	f, err := meta.Parse(filepath.Base(c.File), data)
	if err != nil {
		return p.importRefused(err)
	}
	base := p.iriBase()
	if base == "" {
		return refuse(exitUsage, "set CAIRN_IRI_BASE or CAIRN_BASE_URL: it is what the identifiers of this framework begin with, for good")
	}
	return p.withStore(func(s *sqlstore.Store) error {
		published, err := s.PublishFramework(p.ctx, f, base)
		if errors.Is(err, sqlstore.ErrFrameworkChanged) || errors.Is(err, sqlstore.ErrFrameworkField) {
			return &refusal{exitRefused, "nothing was published", err}
		}
		if err != nil {
			return err
		}
		tracked := len(mapping.NewCatalog(f, base).Tracked(""))
		if p.JSON {
			return printJSON(p.out, map[string]any{"id": f.ID, "version": f.Version, "title": f.Title, "capabilities": tracked, "published": published})
		}
		said := "Published"
		if !published {
			said = "Already published, and the same:"
		}
		_, err = fmt.Fprintf(p.out, "%s %s, version %s: %d capabilities that can be tracked.\n", said, f.Title, f.Version, tracked)
		return err
	})
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
const frameworkMost = 17 << 20

func readLimited(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, frameworkMost))
}

type frameworkListCmd struct{}

// Run prints the published versions.
func (frameworkListCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		all, err := s.ListFrameworks(p.ctx)
		if err != nil {
			return err
		}
		if p.JSON {
			return printJSON(p.out, all)
		}
		rows := [][]string{{"ID", "VERSION", "TITLE", "CAPABILITIES", "IRI BASE", "PUBLISHED"}}
		for _, f := range all {
			rows = append(rows, []string{f.ID, f.Version, f.Title, strconv.Itoa(f.Capabilities), f.IRIBase, f.Published.Format("2006-01-02 15:04")})
		}
		return printTable(p.out, rows)
	})
}
