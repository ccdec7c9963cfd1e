package sqlstore

import (
	"context"
	"strings"
)

// bulk inserts many rows in as few statements as can be: on PostgreSQL one, its columns given as arrays; on SQLite rows of
// parameters in a few fixed numbers, so that the prepared statements are used again.
type bulk struct {
	table   string
	columns []column
	suffix  string // ON CONFLICT ...
}

// column is the values of one column, all of the same length.
type column struct {
	name string
	kind string // PostgreSQL's type
	n    int
	all  any           // slice for PostgreSQL
	at   func(int) any // one value for SQLite
}

func ints(name string, v []int64) column {
	return column{name, "bigint", len(v), v, func(i int) any { return v[i] }}
}

func optionalInts(name string, v []*int64) column {
	return column{name, "bigint", len(v), v, func(i int) any { return v[i] }}
}

func texts(name string, v []string) column {
	return column{name, "text", len(v), v, func(i int) any { return v[i] }}
}

// documents are texts that are at hand as bytes.
func documents(name string, v [][]byte) column {
	return column{name, "text", len(v), v, func(i int) any { return string(v[i]) }}
}

func optionalTexts(name string, v []*string) column {
	return column{name, "text", len(v), v, func(i int) any { return v[i] }}
}

func blobs(name string, v [][]byte) column {
	return column{name, "bytea", len(v), v, func(i int) any { return v[i] }}
}

// later inserts the rows, see Tx.Later.
func (b bulk) later(ctx context.Context, tx *Tx, doing string) error {
	if b.columns[0].n == 0 {
		return nil
	}
	if !tx.db.d.oneWriter {
		return b.arrays(ctx, tx, doing)
	}
	for i := 0; i < b.columns[0].n; {
		n := b.chunk(b.columns[0].n - i)
		args := make([]any, 0, n*len(b.columns))
		for end := i + n; i < end; i++ {
			for _, c := range b.columns {
				args = append(args, c.at(i))
			}
		}
		if err := tx.Later(ctx, doing, b.rows(n), args...); err != nil {
			return err
		}
	}
	return nil
}

// chunk is how many rows go into the next statement, when so many are left.
func (b bulk) chunk(left int) int {
	for _, n := range []int{100, 30, 10, 3} {
		if n <= left && n*len(b.columns) <= 2000 {
			return n
		}
	}
	return 1
}

func (b bulk) names() string {
	names := make([]string, len(b.columns))
	for i, c := range b.columns {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

// rows is the statement for n rows.
func (b bulk) rows(n int) string {
	row := "(?" + strings.Repeat(",?", len(b.columns)-1) + ")"
	return "INSERT INTO " + b.table + " (" + b.names() + ") VALUES " + row + strings.Repeat(","+row, n-1) + b.suffix
}

func (b bulk) arrays(ctx context.Context, tx *Tx, doing string) error {
	args, casts := make([]any, len(b.columns)), make([]string, len(b.columns))
	for i, c := range b.columns {
		args[i], casts[i] = c.all, "CAST(? AS "+c.kind+"[])"
	}
	return tx.Later(ctx, doing, "INSERT INTO "+b.table+" ("+b.names()+") SELECT * FROM unnest("+strings.Join(casts, ", ")+")"+b.suffix, args...)
}
