package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// unavailableError is a type of its own so that packages that may not import this one can tell it by its method.
type unavailableError struct{}

func (unavailableError) Error() string     { return "sqlstore: the database cannot be reached or written" }
func (unavailableError) Unavailable() bool { return true }

// Sentinels that errors of this package wrap.
var (
	// ErrUnavailable says that the database is closed, out of reach, or cannot write; the same call may succeed later. Callers
	// that do not import this package find an error in the chain with the method Unavailable() bool.
	ErrUnavailable error = unavailableError{}
	// ErrSchemaNewer says that a newer Cairn has migrated this database.
	ErrSchemaNewer = errors.New("sqlstore: the database was made by a newer version of Cairn")
	// ErrSchemaOlder says that the database must be migrated first.
	ErrSchemaOlder = errors.New("sqlstore: the database must be migrated first")

	errUnique     = errors.New("sqlstore: a row with this key is there already")
	errForeignKey = errors.New("sqlstore: the row named by a reference is not there")
	errAgain      = errors.New("sqlstore: the transaction must be run again") // deadlock, serialization
)

// translate gives an error of a driver its meaning, by code and never by text. It is called once, where the driver is.
func translate(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if kind := meaning(err); kind != nil {
		return fmt.Errorf("%w: %w", kind, err)
	}
	return err
}

func meaning(err error) error {
	var lite sqlite3.Error
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil
	case errors.As(err, &lite):
		return sqliteMeaning(lite)
	case errors.As(err, &pg):
		return postgresMeaning(pg.Code)
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone),
		errors.Is(err, io.ErrUnexpectedEOF), pgconn.Timeout(err), isClosedPool(err):
		return ErrUnavailable
	}
	return nil
}

func sqliteMeaning(err sqlite3.Error) error {
	switch err.ExtendedCode {
	case sqlite3.ErrConstraintUnique, sqlite3.ErrConstraintPrimaryKey, sqlite3.ErrConstraintRowID:
		return errUnique
	case sqlite3.ErrConstraintForeignKey:
		return errForeignKey
	}
	switch err.Code {
	case sqlite3.ErrBusy, sqlite3.ErrLocked, sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrCantOpen, sqlite3.ErrReadonly,
		sqlite3.ErrNotADB, sqlite3.ErrCorrupt, sqlite3.ErrPerm, sqlite3.ErrNomem:
		return ErrUnavailable
	}
	return nil
}

// postgresMeaning reads an SQLSTATE (PostgreSQL, appendix A).
func postgresMeaning(code string) error {
	switch code {
	case "23505":
		return errUnique
	case "23503":
		return errForeignKey
	case "40001", "40P01":
		return errAgain
	case "3D000", "25006": // no such database; read-only
		return ErrUnavailable
	}
	switch {
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "28"), strings.HasPrefix(code, "53"), strings.HasPrefix(code, "57P"),
		strings.HasPrefix(code, "58"):
		return ErrUnavailable
	}
	return nil
}

// errClosed is what the lines of writes answer after Close.
var errClosed = errors.New("sqlstore: closed")

// isClosedPool tells the one error of database/sql that has no exported value.
func isClosedPool(err error) bool { return err.Error() == closedPool }

// closedPool is asked of database/sql itself, so that no text of its is copied here.
var closedPool = func() string {
	pool := sql.OpenDB(nothing{})
	pool.Close() //nolint:errcheck // nothing was opened
	return pool.PingContext(context.Background()).Error()
}()

// nothing is a connector that is never used.
type nothing struct{}

func (nothing) Connect(context.Context) (driver.Conn, error) { return nil, driver.ErrBadConn }
func (nothing) Driver() driver.Driver                        { return nil }
