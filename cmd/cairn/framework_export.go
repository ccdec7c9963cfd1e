package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"time"

	"cairn/internal/sqlstore"
	"cairn/mapping"
	"cairn/mapping/interchange"
)

type frameworkExportCmd struct {
	ID      string `arg:"" help:"Short name of the framework (cairn framework list)."`
	Release string `placeholder:"TEXT" help:"Version; default: the newest."`
	Format  string `enum:"case,csv,moodle,statements" default:"case" help:"case (CASE 1.1 JSON), csv (Cairn's own: read again it is the same framework), moodle (for Moodle's import of competency frameworks), statements (the table to complete with the official statements)."`
	Output  string `short:"o" placeholder:"FILE" help:"Where to write; default: standard output. What is lost is said on standard error."`
}

// Run writes the whole export or nothing.
func (c *frameworkExportCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		catalog, published, err := c.find(p, s)
		if err != nil {
			return err
		}
		var body bytes.Buffer
		report, err := interchange.Write(&body, interchange.Format(c.Format), catalog, published)
		if err != nil {
			return err
		}
		if err := c.write(p, body.Bytes()); err != nil {
			return err
		}
		if p.JSON {
			return printJSON(os.Stderr, report)
		}
		return printReport(os.Stderr, report)
	})
}

// find answers a published version and when it was published.
func (c *frameworkExportCmd) find(p *program, s *sqlstore.Store) (*mapping.Catalog, time.Time, error) {
	there, err := s.Frameworks(p.ctx, "")
	if err != nil {
		return nil, time.Time{}, err
	}
	catalog, err := findFramework(there, c.ID, c.Release)
	if err != nil {
		return nil, time.Time{}, err
	}
	all, err := s.ListFrameworks(p.ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	for _, f := range all {
		if f.ID == catalog.ID && f.Version == catalog.Version {
			return catalog, f.Published, nil
		}
	}
	return nil, time.Time{}, refuse(exitRefused, "framework %q is not published", c.ID)
}

// findFramework answers a published version, the newest when none is named.
func findFramework(there *sqlstore.Frameworks, id, version string) (*mapping.Catalog, error) {
	for _, c := range there.All() {
		if c.ID == id && (version == "" || c.Version == version) {
			return c, nil
		}
	}
	if version != "" {
		return nil, refuse(exitRefused, "no published framework is called %q in version %q; see cairn framework list", id, version)
	}
	return nil, refuse(exitRefused, "no published framework is called %q; see cairn framework list", id)
}

func (c *frameworkExportCmd) write(p *program, body []byte) error {
	if c.Output == "" {
		_, err := p.out.Write(body)
		return err
	}
	if err := os.WriteFile(c.Output, body, 0o644); err != nil { // what is published is public
		return &refusal{exitUsage, "the export cannot be written", err}
	}
	return nil
}

// printReport tells what an exchange kept, mapped and dropped, one line for each thing.
func printReport(w io.Writer, r mapping.Fidelity) error {
	for _, part := range []struct {
		name  string
		lines []mapping.FidelityLine
	}{{"kept", r.Kept}, {"mapped", r.Mapped}, {"dropped", r.Dropped}} {
		for _, l := range part.lines {
			text := fmt.Sprintf("  %-8s %5d  %s", part.name, l.Count, l.What)
			if l.Note != "" {
				text += ": " + l.Note
			}
			if _, err := fmt.Fprintln(w, text); err != nil {
				return err
			}
		}
	}
	return nil
}
