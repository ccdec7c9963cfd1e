package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

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
		there, err := s.Frameworks(p.ctx, "")
		if err != nil {
			return err
		}
		found, err := findFramework(there, c.ID, c.Release)
		if err != nil {
			return err
		}
		var body bytes.Buffer
		report, err := interchange.Write(&body, interchange.Format(c.Format), found)
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

// findFramework answers a published version: when none is named the newest in use, or the newest of a retired framework.
func findFramework(there *sqlstore.Frameworks, id, version string) (mapping.Publication, error) {
	newest, _ := there.Framework(id)
	for _, p := range there.Publications() {
		if p.Catalog.ID == id && (p.Catalog.Version == version || version == "" && p.Catalog == newest) {
			return p, nil
		}
	}
	if version != "" {
		return mapping.Publication{}, refuse(exitRefused, "no published framework is called %q in version %q; see cairn framework list", id, version)
	}
	return mapping.Publication{}, refuse(exitRefused, "no published framework is called %q; see cairn framework list", id)
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
