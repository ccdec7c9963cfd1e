package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/go-json-experiment/json"

	"cairn/internal/sqlstore"
)

type personTombstonesCmd struct {
	Export tombstonesExportCmd `cmd:"" help:"Write the tombstones to a file, to be kept beside backups."`
	Apply  tombstonesApplyCmd  `cmd:"" help:"Erase again who a file of tombstones names, and keep the tombstones. It may be run again."`
}

type tombstonesExportCmd struct {
	Output string `short:"o" placeholder:"FILE" help:"Where to write. Default: standard output."`
}

// Run writes all tombstones.
func (c *tombstonesExportCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		all, err := s.Tombstones(p.ctx)
		if err != nil || c.Output == "" {
			return errors.Join(err, printJSON(p.out, all))
		}
		f, err := os.OpenFile(c.Output, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err == nil {
			err = errors.Join(printJSON(f, all), f.Close())
		}
		if err != nil {
			return &refusal{exitUsage, "the tombstones cannot be written", err}
		}
		if p.JSON {
			return printJSON(p.out, map[string]any{"tombstones": len(all.People)})
		}
		_, err = fmt.Fprintf(p.out, "Wrote %d tombstones to %s.\n", len(all.People), c.Output)
		return err
	})
}

type tombstonesApplyCmd struct {
	File string `arg:"" type:"existingfile" help:"File that tombstones export wrote."`
	Room bool   `negatable:"" default:"true" help:"Rewrite an SQLite file afterwards, as cairn person erase does."`
}

// maxTombstones bounds the file in octets.
const maxTombstones = 256 << 20

// Run erases again.
func (c *tombstonesApplyCmd) Run(p *program) error {
	f, err := os.Open(c.File)
	if err != nil {
		return &refusal{exitUsage, "the file cannot be read", err}
	}
	defer func() { _ = f.Close() }()
	var all sqlstore.Tombstones
	if err := json.UnmarshalRead(io.LimitReader(f, maxTombstones), &all, json.RejectUnknownMembers(true)); err != nil {
		return &refusal{exitRefused, "the file holds no tombstones", err}
	}
	return p.withStore(func(s *sqlstore.Store) error {
		people, done, err := s.ApplyTombstones(p.ctx, all)
		if errors.Is(err, sqlstore.ErrTombstones) {
			return &refusal{exitRefused, "the tombstones cannot be applied", err}
		}
		if err == nil && c.Room && people > 0 {
			err = s.Compact(p.ctx)
		}
		if err != nil {
			return err
		}
		if p.JSON {
			return printJSON(p.out, map[string]any{"people": people, "erased": done})
		}
		_, err = fmt.Fprintf(p.out, "Erased %d people again: %d statements, %d accounts.\n", people, done.Statements, done.Accounts)
		return err
	})
}
