package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"cairn/internal/sqlstore"
	"cairn/mapping"
	"cairn/mapping/interchange"
)

type frameworkDiffCmd struct {
	Older string `arg:"" help:"A framework (ID for its newest published version, or ID@VERSION, published or a draft), or a file."`
	Newer string `arg:"" help:"Another one."`
}

// Run compares item by item; items are the same when their ids are.
func (c *frameworkDiffCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		there, err := s.Frameworks(p.ctx, "")
		if err != nil {
			return err
		}
		var sides [2]mapping.Framework
		for i, name := range []string{c.Older, c.Newer} {
			if sides[i], err = p.namedFramework(s, there, name); err != nil {
				return err
			}
		}
		d := mapping.Diff(sides[0], sides[1])
		if p.JSON {
			return printJSON(p.out, d)
		}
		return printDiff(p.out, d)
	})
}

// namedFramework is a published version, a draft that is named with its version, or a file, in this order.
func (p *program) namedFramework(s *sqlstore.Store, there *sqlstore.Frameworks, name string) (mapping.Framework, error) {
	id, version, _ := strings.Cut(name, "@")
	c, unknown := findFramework(there, id, version)
	if unknown == nil {
		return c.Catalog.Framework, nil
	}
	draft, err := s.FrameworkDraft(p.ctx, id, version)
	if err == nil || !errors.Is(err, sqlstore.ErrFrameworkUnknown) {
		return draft, err
	}
	data, err := readLimited(name)
	if errors.Is(err, os.ErrNotExist) {
		return mapping.Framework{}, unknown
	}
	if err != nil {
		return mapping.Framework{}, &refusal{exitUsage, "the framework file cannot be read", err}
	}
	got, err := interchange.Read(mapping.Meta{}, filepath.Base(name), data, newestOf(there))
	if err != nil {
		return mapping.Framework{}, p.importRefused(err)
	}
	return got.Framework, nil
}

// printDiff tells the counts, and each item that differs on a line of its own.
func printDiff(w io.Writer, d mapping.FrameworkDiff) error {
	lines := []string{fmt.Sprintf("Against version %s: %d added, %d changed, %d retired, %d as they were.", d.From, len(d.Added), len(d.Changed), len(d.Retired), d.Unchanged)}
	if len(d.Whole) > 0 {
		lines = append(lines, "  * the framework: "+strings.Join(d.Whole, ", "))
	}
	for _, i := range d.Added {
		lines = append(lines, "  + "+i.Code+" "+firstLine(i.Title))
	}
	for _, i := range d.Changed {
		lines = append(lines, "  ~ "+i.Code+" "+firstLine(i.Title)+" ("+strings.Join(i.Fields, ", ")+")")
	}
	for _, i := range d.Retired {
		text := "  - " + i.Code + " " + firstLine(i.Title)
		if len(i.Becomes) > 0 {
			text += " (replaced by " + strings.Join(i.Becomes, ", ") + ")"
		}
		lines = append(lines, text)
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

const longLine = 100 // characters of a title on one line of a terminal

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if r := []rune(s); len(r) > longLine {
		return string(r[:longLine-1]) + "…"
	}
	return s
}
