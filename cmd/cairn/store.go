package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"cairn/internal/sqlstore"
	"cairn/mapping"
)

// openStore opens the database and brings it up to this version.
func (p *program) openStore(ctx context.Context, log *slog.Logger) (*sqlstore.Store, error) {
	if !p.postgres() {
		if err := makeFolder(p.DB); err != nil {
			return nil, err
		}
	}
	s, err := sqlstore.Open(ctx, p.DB, sqlstore.Options{Now: p.now, Log: log})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return s, nil
}

// makeFolder makes the folder of an SQLite file. The file holds people's records, so a new folder is the owner's own.
func makeFolder(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return &refusal{exitDatabase, "the folder of the database cannot be made: check CAIRN_DB", err}
	}
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return refuse(exitDatabase, "CAIRN_DB names a folder, %s; give a file in it", file)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &refusal{exitDatabase, "the database file cannot be read: check CAIRN_DB", err}
	}
	return nil
}

// withStore runs a command on the open database.
func (p *program) withStore(f func(*sqlstore.Store) error) error {
	s, err := p.openStore(p.ctx, newLogger(p.LogFormat, p.LogLevel))
	if err != nil {
		return err
	}
	return errors.Join(f(s), s.Close())
}

// publishBuiltin makes the built-in framework usable, once. base is what its IRIs begin with from then on.
func publishBuiltin(ctx context.Context, s *sqlstore.Store, base string) (published bool, err error) {
	published, err = s.PublishFramework(ctx, mapping.Builtin(), base)
	if err != nil {
		return false, fmt.Errorf("publish the built-in framework: %w", err)
	}
	return published, nil
}
