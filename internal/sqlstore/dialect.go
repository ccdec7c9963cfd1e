package sqlstore

import (
	"database/sql"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/pressly/goose/v3"
)

// dialect is what really differs between the databases.
type dialect struct {
	name          string // also the infix of migration files
	driver        string
	goose         goose.Dialect
	oneWriter     bool
	numbered      bool // $1 instead of ?
	snapshots     bool // knows read-only transactions
	snapshotLevel sql.IsolationLevel
	bound         sync.Map // query with ? -> query of this database
}

var sqliteDialect = dialect{name: "sqlite", driver: "sqlite3", goose: goose.DialectSQLite3, oneWriter: true}

var postgresDialect = dialect{name: "postgres", driver: "pgx", goose: goose.DialectPostgres, numbered: true, snapshots: true,
	snapshotLevel: sql.LevelRepeatableRead}

// rebind replaces every ? (also in strings and comments: write none there). Queries are constants, so the result is kept.
func (d *dialect) rebind(query string) string {
	if !d.numbered {
		return query
	}
	if q, ok := d.bound.Load(query); ok {
		return q.(string)
	}
	q := number(query)
	d.bound.Store(query, q)
	return q
}

// in is the right side of a comparison of a text column with the one parameter list(values) makes.
func (d *dialect) in(column string) string {
	if d.numbered {
		return column + " = ANY(CAST(? AS text[]))"
	}
	return column + " IN (SELECT value FROM json_each(?))"
}

// inInts is in for an integer column.
func (d *dialect) inInts(column string) string {
	if d.numbered {
		return column + " = ANY(CAST(? AS bigint[]))"
	}
	return column + " IN (SELECT value FROM json_each(?))"
}

// byKey is a query for the rows of a table whose indexed text column has one of the values of the one parameter list(values) makes.
// PostgreSQL keeps the plan of a prepared statement, and one made while the table was small reads all of it, until it is analyzed
// next: so each value is looked up by itself (OFFSET 0), and how many there are is kept from the planner (ARRAY), which would else
// plan anew for every few.
func (d *dialect) byKey(columns, table, column string) string {
	if d.numbered {
		return `SELECT found.* FROM unnest(ARRAY(SELECT unnest(CAST(? AS text[])))) AS wanted(value),
			LATERAL (SELECT ` + columns + ` FROM ` + table + ` WHERE ` + column + ` = wanted.value OFFSET 0) AS found`
	}
	return `SELECT ` + columns + ` FROM ` + table + ` WHERE ` + d.in(column)
}

// list makes one parameter of many values ([]string or []int64), for in and inInts. The text of the query stays the same
// however many there are, so that it is prepared once.
func (d *dialect) list(values any) any {
	if d.numbered {
		return values
	}
	b, err := json.Marshal(values)
	if err != nil {
		panic("sqlstore: a list parameter is not []string or []int64: " + err.Error())
	}
	return string(b)
}

// sqliteDSN makes the addresses of the writing and the reading connections from a file name or file: URI. Settings go with
// each connection, so they stand in the address. Rules: WAL, so that readers never wait; synchronous FULL, so that a commit is
// durable; transactions immediate, or one that reads first fails as locked. What is not in a cache is in the system's, a call away:
// the writer's is small, a reader's holds what the newest few thousand statements need.
func sqliteDSN(dsn string) (write, read string, err error) {
	path, query, _ := strings.Cut(strings.TrimPrefix(dsn, "file:"), "?")
	if !strings.HasPrefix(dsn, "file:") {
		path, query = dsn, ""
		path = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
	}
	given, err := url.ParseQuery(query)
	if err != nil {
		return "", "", errors.New("sqlstore: the database address has a malformed query")
	}
	if path == "" || strings.HasPrefix(path, ":memory:") || given.Get("mode") == "memory" {
		return "", "", errors.New("sqlstore: the database must be a file: what is kept in memory is lost, and connections do not share it")
	}
	for k, v := range map[string]string{"_journal_mode": "WAL", "_synchronous": "FULL", "_foreign_keys": "on", "_busy_timeout": "10000",
		"_stmt_cache_size": "200", "_cache_size": "-16384"} {
		given.Set(k, v)
	}
	given.Set("_txlock", "immediate")
	write = "file:" + path + "?" + given.Encode()
	given.Set("_txlock", "deferred")
	given.Set("_query_only", "on")
	given.Set("_cache_size", "-12288")
	return write, "file:" + path + "?" + given.Encode(), nil
}

// number replaces ? by $1, $2, ... in order.
func number(query string) string {
	var b strings.Builder
	n := 0
	for {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		n++
		b.WriteString("$" + strconv.Itoa(n))
		query = after
	}
}
