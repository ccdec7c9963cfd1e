package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"cairn/migrations"
)

// migrateTries is how often a migration of SQLite is tried: each step is a transaction, so one that another process took first
// fails here, and is done the next time.
const migrateTries = 20

// migrate brings the schema up to date, or with keep only checks that it is. A schema that is newer than this program is
// refused: an older program would write rows a newer one does not expect. Processes that start at once migrate one after the
// other on PostgreSQL (a lock), and take turns on SQLite.
func (db *DB) migrate(ctx context.Context, keep bool) error {
	for try := 1; ; try++ {
		err := db.migrateOnce(ctx, keep)
		if err == nil || !db.d.oneWriter || try == migrateTries || errors.Is(err, ErrSchemaNewer) || errors.Is(err, ErrSchemaOlder) || errors.Is(err, ErrUnavailable) {
			return err
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
}

func (db *DB) migrateOnce(ctx context.Context, keep bool) error {
	p, err := db.migrations()
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("sqlstore: read the version of the database: %w", translate(err))
	}
	switch {
	case have > want:
		return fmt.Errorf("%w: its schema has version %d, this program knows %d", ErrSchemaNewer, have, want)
	case have == want:
		return nil
	case keep:
		return fmt.Errorf("%w: its schema has version %d, this program needs %d", ErrSchemaOlder, have, want)
	}
	done, err := p.Up(ctx)
	if err != nil {
		return fmt.Errorf("sqlstore: migrate the database from version %d to %d: %w", have, want, translate(err))
	}
	db.log.Info("database migrated", "from", have, "to", want, "steps", len(done))
	return nil
}

// migrations is goose over the files of this dialect.
func (db *DB) migrations() (*goose.Provider, error) {
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger())}
	if !db.d.oneWriter {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60)) // seconds between tries, tries
		if err != nil {
			return nil, fmt.Errorf("sqlstore: prepare the migration lock: %w", err)
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(db.d.goose, db.writer.DB, migrations.For(db.d.name), opts...)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: read the migrations: %w", err)
	}
	return p, nil
}

// SchemaVersion answers the version of the schema in the database and the one this program needs.
func (db *DB) SchemaVersion(ctx context.Context) (have, want int64, err error) {
	p, err := db.migrations()
	if err != nil {
		return 0, 0, err
	}
	have, want, err = p.GetVersions(ctx)
	return have, want, translate(err)
}
