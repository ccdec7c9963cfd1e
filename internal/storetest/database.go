package storetest

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"cairn/internal/sqlstore"
)

// Database is an empty database of its own for one test.
type Database struct {
	Name  string // "sqlite" or "postgres"
	DSN   string
	Clock *Clock
}

// Each runs f on an empty database of every kind, as sub-tests.
func Each(t *testing.T, f func(t *testing.T, d Database)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// SQLite is a file in the test's folder.
func SQLite(t testing.TB) Database {
	return Database{Name: "sqlite", DSN: filepath.Join(t.TempDir(), "cairn.db"), Clock: NewClock()}
}

// databases counts the schemas made, for their names.
var databases atomic.Int64

// Postgres is a schema of the throw-away cluster, which is quicker made than a database; it is dropped after the test.
func Postgres(t testing.TB) Database {
	t.Helper()
	c, err := cluster()
	if err != nil {
		t.Fatalf("the store must be tested on PostgreSQL too: %v", err)
	}
	name := fmt.Sprintf("t%d_%d", time.Now().UnixNano(), databases.Add(1))
	if err := c.admin(`CREATE SCHEMA ` + name); err != nil {
		t.Fatalf("make a schema: %v", err)
	}
	t.Cleanup(func() {
		if err := c.admin(`DROP SCHEMA ` + name + ` CASCADE`); err != nil {
			t.Errorf("drop the schema: %v", err)
		}
	})
	return Database{Name: "postgres", DSN: c.dsn(name), Clock: NewClock()}
}

// Open opens the database as the program does; it is closed after the test. It may be called again for a second process.
func (d Database) Open(t testing.TB) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(context.Background(), d.DSN, d.Options())
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Options is what Open gives to the store, for tests that open it themselves.
func (d Database) Options() sqlstore.Options {
	return sqlstore.Options{Now: d.Clock.Now, Log: slog.New(slog.DiscardHandler)}
}

// Raw is a plain connection to the same database, to look at rows or to spoil them.
func (d Database) Raw(t testing.TB) *sqlx.DB {
	t.Helper()
	driver := map[string]string{"sqlite": "sqlite3", "postgres": "pgx"}[d.Name]
	db, err := sqlx.Open(driver, d.DSN)
	if err != nil {
		t.Fatalf("open a plain connection: %v", err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// RawDurable is one plain connection that writes as durably as the store does, to measure beside it.
func (d Database) RawDurable(t testing.TB) *sqlx.DB {
	if d.Name == "sqlite" {
		d.DSN = "file:" + d.DSN + "?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_cache_size=-65536"
	}
	db := d.Raw(t)
	db.SetMaxOpenConns(1)
	return db
}

// Clock is a clock that tests move. It is safe for concurrent use.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock stands at a fixed time.
func NewClock() *Clock { return &Clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

// Now answers the time it stands at.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Move moves it; back when d is negative.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
