package sqlstore_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jmoiron/sqlx"

	"cairn/internal/storetest"
	"cairn/xapi"
)

// BenchmarkIngest stores statements of about 1.1 kB from several senders at once, durably, and beside it inserts the same rows,
// link rows included, in the same transactions by the bare driver: the limit. Read statements/s of both.
func BenchmarkIngest(b *testing.B) {
	for _, load := range []struct{ senders, batch int }{{8, 1}, {64, 1}, {8, 50}} {
		for _, name := range []string{"sqlite", "postgres"} {
			b.Run(fmt.Sprintf("%s/batch=%d/senders=%d", name, load.batch, load.senders), func(b *testing.B) { ingest(b, name, load.senders, load.batch) })
		}
	}
}

func database(b *testing.B, name string) storetest.Database {
	if name == "sqlite" {
		return storetest.SQLite(b)
	}
	return storetest.Postgres(b)
}

// ingest stores b.N batches, then lets the bare driver write what was written.
func ingest(b *testing.B, name string, senders, size int) {
	d := database(b, name)
	s := d.Open(b)
	batches := make([][]xapi.Prepared, b.N)
	for i := range batches {
		batches[i] = storetest.Prepare1K(b, i*size, size)
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	b.ResetTimer()
	for range senders {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
				if err := s.Add(context.Background(), storetest.Key, batches[i]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	b.StopTimer()
	total := float64(b.N * size)
	ours := b.Elapsed().Seconds()
	bare, transactions := insertBare(b, d, database(b, name))
	b.ReportMetric(total/ours, "statements/s")
	b.ReportMetric(total/bare, "bare/s")
	b.ReportMetric(bare/ours, "of-bare")
	b.ReportMetric(total/float64(transactions), "a-transaction")
}

// rowSet is the rows that one transaction wrote to a table.
type rowSet struct {
	table string
	rows  [][]any
}

// insertBare reads what a store wrote, transaction by transaction, and writes it into an empty database as fast as the bare
// driver does: rows of parameters, up to 100 in a statement, prepared once. It answers the seconds that took.
func insertBare(b *testing.B, from, to storetest.Database) (seconds float64, transactions int) {
	source := from.Raw(b)
	to.Open(b).Close()
	target := to.RawDurable(b)
	var last int64
	work := [][]rowSet{}
	var ends []int64
	if err := source.Select(&ends, `SELECT MAX(pos) FROM statement GROUP BY stored ORDER BY 1`); err != nil {
		b.Fatal(err)
	}
	links := linksByPos(b, source)
	for _, end := range ends {
		set := rowSet{table: "statement", rows: readRows(b, source, source.Rebind(`SELECT * FROM statement WHERE pos > ? AND pos <= ? ORDER BY pos`), last, end)}
		var linked [][]any
		for pos := last + 1; pos <= end; pos++ {
			linked = append(linked, links[pos]...)
		}
		work = append(work, []rowSet{set, {"statement_link", linked}})
		last = end
	}
	prepared := prepareBare(b, target)
	b.StartTimer()
	before := b.Elapsed().Seconds()
	for _, sets := range work {
		tx, err := target.Beginx()
		if err != nil {
			b.Fatal(err)
		}
		for _, set := range sets {
			for rows := set.rows; len(rows) > 0; {
				n := 1
				for _, size := range []int{100, 10} {
					if len(rows) >= size {
						n = size
						break
					}
				}
				insertRows(b, tx, prepared[fmt.Sprint(set.table, n)], rows[:n])
				rows = rows[n:]
			}
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	return b.Elapsed().Seconds() - before, len(ends)
}

// prepareBare prepares the insertion of 1, 10 and 100 rows into each table.
func prepareBare(b *testing.B, db *sqlx.DB) map[string]*sqlx.Stmt {
	out := map[string]*sqlx.Stmt{}
	for table, width := range map[string]int{"statement": 19, "statement_link": 3} {
		row := "(?" + strings.Repeat(",?", width-1) + ")"
		for _, n := range []int{1, 10, 100} {
			stmt, err := db.Preparex(db.Rebind("INSERT INTO " + table + " VALUES " + row + strings.Repeat(","+row, n-1)))
			if err != nil {
				b.Fatal(err)
			}
			out[fmt.Sprint(table, n)] = stmt
		}
	}
	return out
}

func insertRows(b *testing.B, tx *sqlx.Tx, stmt *sqlx.Stmt, rows [][]any) {
	args := make([]any, 0, len(rows)*len(rows[0]))
	for _, r := range rows {
		args = append(args, r...)
	}
	if _, err := tx.Stmtx(stmt).Exec(args...); err != nil {
		b.Fatal(err)
	}
}

func readRows(b *testing.B, db *sqlx.DB, query string, args ...any) [][]any {
	rows, err := db.Queryx(query, args...)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	var out [][]any
	for rows.Next() {
		r, err := rows.SliceScan()
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func linksByPos(b *testing.B, db *sqlx.DB) map[int64][][]any {
	out := map[int64][][]any{}
	for _, r := range readRows(b, db, `SELECT term, role, pos FROM statement_link`) {
		pos := r[2].(int64)
		out[pos] = append(out[pos], r)
	}
	return out
}
