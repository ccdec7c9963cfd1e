// Package migrations holds the schema as numbered SQL files, embedded in the program. A file named NNNNN_name.sql serves both
// databases; where they must differ there are twins, NNNNN_name.sqlite.sql and NNNNN_name.postgres.sql. A released file never
// changes.
package migrations

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

//go:embed *.sql
var files embed.FS

// For answers the files of a database, "sqlite" or "postgres".
func For(database string) fs.FS { return filtered{database} }

// filtered is the embedded folder without the twins of the other database.
type filtered struct{ database string }

// Open opens one file, or the folder.
func (f filtered) Open(name string) (fs.File, error) {
	if !f.has(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return files.Open(name)
}

// ReadDir lists the files of this database.
func (f filtered) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := files.ReadDir(name)
	if err != nil {
		return nil, err
	}
	kept := all[:0]
	for _, e := range all {
		if f.has(e.Name()) {
			kept = append(kept, e)
		}
	}
	return kept, nil
}

// has says whether the file serves this database: it is no twin, or its own.
func (f filtered) has(name string) bool {
	twin := strings.TrimPrefix(path.Ext(strings.TrimSuffix(name, ".sql")), ".")
	return twin == "" || twin == f.database
}
