package sqlstore

import (
	"context"
)

// Store is the database with what is kept in memory beside it. It is lrs.Statements, lrs.Credentials and pipeline.Log; where two
// interfaces ask for methods of the same name, a small type over Store serves one of them.
type Store struct {
	*DB
}

// Open opens the database at the DSN (an SQLite file name or file: URI, or postgres://...) and brings its schema up to date.
// Errors wrap ErrUnavailable, ErrSchemaNewer or ErrSchemaOlder.
func Open(ctx context.Context, dsn string, o Options) (*Store, error) {
	db, err := openDB(ctx, dsn, o)
	if err != nil {
		return nil, err
	}
	return &Store{DB: db}, nil
}
