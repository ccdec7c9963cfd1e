package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	_ "github.com/mattn/go-sqlite3" // driver "sqlite3"
)

// Options is what a database needs from its caller. The zero value of Log discards; Now is required.
type Options struct {
	Now func() time.Time
	Log *slog.Logger
	// Connections is how many connections read (SQLite) or are open at most (PostgreSQL); 0 takes a default of 4 and 20.
	Connections int
	// KeepSchema leaves the schema as it is: it must be current, and is not migrated.
	KeepSchema bool
}

// DB is an open database with its schema in place. Methods are safe for concurrent use.
type DB struct {
	d      *dialect
	pool   *sqlx.DB    // reads; on PostgreSQL also writes
	writer *sqlx.DB    // SQLite: one connection; PostgreSQL: the pool
	queue  *line[*job] // SQLite: the writes that wait; nil on PostgreSQL
	clock  func() time.Time
	log    *slog.Logger

	terms  *terms
	told   *tolds               // definitions that are in the table activity
	signed *cache[signed, bool] // pairs that are in the table credential_authority

	advancing sync.Mutex // held while advanceThrough writes

	generation atomic.Int64             // of what is held in memory, see refresh
	linked     atomic.Pointer[int64]    // generation in which the projector of this process read whose agents are whose; nil before
	departed   atomic.Pointer[departed] // who was erased
	refreshing sync.Mutex
	dropped    atomic.Int64 // statements of people who were erased, and of ids that are gone
}

// openDB connects, brings the schema up to date and starts the writer.
func openDB(ctx context.Context, dsn string, o Options) (*DB, error) {
	if o.Now == nil {
		return nil, errors.New("sqlstore: Options.Now is required")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	db := &DB{clock: o.Now, log: o.Log, told: &tolds{}, signed: newCache[signed, bool](10_000)}
	db.terms = newTerms(db)
	if err := db.connect(dsn, o.Connections); err != nil {
		return nil, err
	}
	if err := db.migrate(ctx, o.KeepSchema); err != nil {
		return nil, errors.Join(err, db.disconnect())
	}
	if err := db.refresh(ctx); err != nil {
		return nil, errors.Join(err, db.disconnect())
	}
	if db.d.oneWriter {
		db.queue = newQueue(db)
	}
	return db, nil
}

// connect opens the pools. A DSN that begins with postgres:// or postgresql:// means PostgreSQL, a name or file: an SQLite file, and
// anything else is ErrAddress.
func (db *DB) connect(dsn string, connections int) (err error) {
	if err := CheckAddress(dsn); err != nil {
		return err
	}
	if isPostgres(dsn) {
		db.d = &postgresDialect
		db.pool, err = openPool(openArrays, dsn, orDefault(connections, 20))
		db.writer = db.pool
		return err
	}
	db.d = &sqliteDialect
	write, read, err := sqliteDSN(dsn)
	if err != nil {
		return err
	}
	if err := makePrivate(write); err != nil {
		return err
	}
	open := func(dsn string) (*sqlx.DB, error) { return sqlx.Open(db.d.driver, dsn) }
	if db.writer, err = openPool(open, write, 1); err != nil {
		return err
	}
	db.pool, err = openPool(open, read, orDefault(connections, max(4, runtime.NumCPU())))
	return err
}

func openPool(open func(dsn string) (*sqlx.DB, error), dsn string, connections int) (*sqlx.DB, error) {
	pool, err := open(dsn)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: open the database: %w", translate(err))
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return pool, nil
}

func orDefault(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

// Close lets the writes that are under way finish and disconnects. Calls after it answer ErrUnavailable.
func (db *DB) Close() error {
	if db.queue != nil {
		db.queue.close()
	}
	return db.disconnect()
}

func (db *DB) disconnect() error {
	errs := []error{db.pool.Close()}
	if db.writer != db.pool {
		errs = append(errs, db.writer.Close())
	}
	return errors.Join(errs...)
}

// Ping answers nil when the database can be read, else ErrUnavailable.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	return db.Get(ctx, &one, `SELECT 1`)
}

// now is the time of the injected clock as it is stored: UTC, in microseconds.
func (db *DB) now() time.Time { return db.clock().UTC().Truncate(time.Microsecond) }

// reader reads: the database outside any transaction, or a transaction.
type reader interface {
	Get(ctx context.Context, dest any, query string, args ...any) error
	Select(ctx context.Context, dest any, query string, args ...any) error
}

// Get reads one row outside any transaction. sql.ErrNoRows when there is none.
func (db *DB) Get(ctx context.Context, dest any, query string, args ...any) error {
	return translate(db.pool.GetContext(ctx, dest, db.d.rebind(query), args...))
}

// Select reads all rows outside any transaction.
func (db *DB) Select(ctx context.Context, dest any, query string, args ...any) error {
	return translate(db.pool.SelectContext(ctx, dest, db.d.rebind(query), args...))
}

// Query reads row by row; the caller closes the rows, and translates Err.
func (db *DB) Query(ctx context.Context, query string, args ...any) (*sqlx.Rows, error) {
	rows, err := db.pool.QueryxContext(ctx, db.d.rebind(query), args...)
	return rows, translate(err)
}

// snapshot runs f on one state of the database: what is committed meanwhile is not seen.
func (db *DB) snapshot(ctx context.Context, f func(reader) error) error {
	tx, err := db.pool.BeginTxx(ctx, &sql.TxOptions{ReadOnly: db.d.snapshots, Isolation: db.d.snapshotLevel})
	if err != nil {
		return translate(err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return f(&Tx{on: tx, db: db})
}

// micros is how a time is stored: microseconds since 1970 UTC. The zero time is stored as 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros reads what micros stored.
func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
