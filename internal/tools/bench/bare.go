package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "github.com/mattn/go-sqlite3"    // driver "sqlite3"

	"cairn/internal/sqlstore"
)

// The rows that one statement makes. Terms and activities are interned: after the first few hundred statements of a course
// nothing is added to them, so the limit is measured without them.
var rowTables = []string{"statement", "statement_link"}

// bareMost bounds the rows held in memory.
const bareMost = 40_000

// written is the rows of one statement, by table.
type written [2][][]any

// bareLoad is how the bare driver writes: statements in one transaction, and writers at once.
type bareLoad struct{ perTransaction, writers int }

// bareInsert writes the rows that the program wrote into an empty database of the same schema, with the driver and nothing else:
// prepared statements, durable transactions. name is the empty database's. It answers statements a second.
func bareInsert(ctx context.Context, dsn, name string, l bareLoad, window time.Duration) (float64, error) {
	source, err := open(dsn)
	if err != nil {
		return 0, err
	}
	defer func() { _ = source.Close() }()
	columns, all, err := readRows(ctx, source)
	if err != nil {
		return 0, err
	}
	target, err := emptyTwin(ctx, source, dsn, name)
	if err != nil {
		return 0, err
	}
	defer func() { _ = target.Close() }()
	target.SetMaxOpenConns(l.writers)
	in := &inserter{db: target, columns: columns, all: all, per: l.perTransaction, many: isPostgres(dsn), deadline: time.Now().Add(window)}
	began := time.Now()
	problems := make([]error, l.writers)
	var group sync.WaitGroup
	for w := range l.writers {
		group.Go(func() { problems[w] = in.run(ctx) })
	}
	group.Wait()
	for _, err := range problems {
		if err != nil {
			return 0, err
		}
	}
	return float64(in.done.Load()) / time.Since(began).Seconds(), nil
}

func isPostgres(dsn string) bool { return strings.HasPrefix(dsn, "postgres") }

// open connects with the same durability that the program asks for.
func open(dsn string) (*sql.DB, error) {
	if isPostgres(dsn) {
		return sql.Open("pgx", dsn)
	}
	return sql.Open("sqlite3", "file:"+dsn+"?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on&_busy_timeout=10000&_txlock=immediate&_cache_size=-65536")
}

// emptyTwin makes a database with the same schema beside the one that was measured.
func emptyTwin(ctx context.Context, source *sql.DB, dsn, name string) (*sql.DB, error) {
	twin := dsn + "." + name
	if isPostgres(dsn) {
		if _, err := source.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
			return nil, err
		}
		u, err := url.Parse(dsn)
		if err != nil {
			return nil, err
		}
		u.Path = "/" + name
		twin = u.String()
	}
	s, err := sqlstore.Open(ctx, twin, sqlstore.Options{Now: time.Now})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return open(twin)
}

// readRows reads what the program wrote, statement by statement.
func readRows(ctx context.Context, db *sql.DB) (columns [2][]string, all []*written, err error) {
	byPos := map[any]*written{}
	for i, table := range rowTables {
		rows, err := db.QueryContext(ctx, fmt.Sprintf("SELECT * FROM %s WHERE pos IN (SELECT pos FROM statement ORDER BY pos LIMIT %d) ORDER BY pos", table, bareMost))
		if err != nil {
			return columns, nil, err
		}
		if columns[i], err = rows.Columns(); err != nil {
			return columns, nil, err
		}
		for rows.Next() {
			values, into := make([]any, len(columns[i])), make([]any, len(columns[i]))
			for c := range values {
				into[c] = &values[c]
			}
			if err := rows.Scan(into...); err != nil {
				return columns, nil, err
			}
			pos := values[indexOf(columns[i], "pos")]
			if byPos[pos] == nil {
				byPos[pos] = &written{}
				all = append(all, byPos[pos])
			}
			byPos[pos][i] = append(byPos[pos][i], values)
		}
		if err := rows.Err(); err != nil {
			return columns, nil, err
		}
	}
	return columns, all, nil
}

func indexOf(all []string, name string) int {
	for i, one := range all {
		if one == name {
			return i
		}
	}
	return 0
}

// inserter hands out statements to writers until they run out or the time is over.
type inserter struct {
	db       *sql.DB
	columns  [2][]string
	all      []*written
	per      int
	many     bool // multi-row inserts
	deadline time.Time
	next     atomic.Int64
	done     atomic.Int64
}

func (in *inserter) run(ctx context.Context) error {
	for time.Now().Before(in.deadline) {
		from := int(in.next.Add(int64(in.per))) - in.per
		if from >= len(in.all) {
			return nil
		}
		batch := in.all[from:min(from+in.per, len(in.all))]
		if err := in.transaction(ctx, batch); err != nil {
			return err
		}
		in.done.Add(int64(len(batch)))
	}
	return nil
}

func (in *inserter) transaction(ctx context.Context, batch []*written) error {
	tx, err := in.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	for i, table := range rowTables {
		var rows [][]any
		for _, w := range batch {
			rows = append(rows, w[i]...)
		}
		if err := in.insert(ctx, tx, table, in.columns[i], rows); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// insert writes rows in one statement where the database gains by it, else one by one with a prepared statement.
func (in *inserter) insert(ctx context.Context, tx *sql.Tx, table string, columns []string, rows [][]any) error {
	head := fmt.Sprintf("INSERT INTO %s (%s) VALUES ", table, strings.Join(columns, ", "))
	if !in.many {
		one, err := tx.PrepareContext(ctx, head+"("+strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ")+")")
		if err != nil {
			return err
		}
		defer func() { _ = one.Close() }()
		for _, values := range rows {
			if _, err := one.ExecContext(ctx, values...); err != nil {
				return err
			}
		}
		return nil
	}
	var text strings.Builder
	text.WriteString(head)
	var args []any
	for r, values := range rows {
		if r > 0 {
			text.WriteString(", ")
		}
		text.WriteByte('(')
		for c := range values {
			if c > 0 {
				text.WriteString(", ")
			}
			fmt.Fprintf(&text, "$%d", len(args)+c+1)
		}
		text.WriteByte(')')
		args = append(args, values...)
	}
	_, err := tx.ExecContext(ctx, text.String(), args...)
	return err
}
