package sqlstore_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/storetest"
	"cairn/xapi/lrs"
)

// big is set in the environment to run the query benchmarks at 1,000,000 statements too; loading them takes a minute.
const big = "CAIRN_BENCH_BIG"

// BenchmarkQuery finds 50 statements by each filter, in stores of several sizes, and beside it reads 50 rows by primary key: the
// limit. Read queries/s of both, and the slowest of a hundred.
func BenchmarkQuery(b *testing.B) {
	sizes := []int{10_000, 50_000}
	if os.Getenv(big) != "" {
		sizes = append(sizes, 1_000_000)
	}
	for _, name := range []string{"sqlite", "postgres"} {
		for _, size := range sizes {
			b.Run(fmt.Sprintf("%s/statements=%d", name, size), func(b *testing.B) { queries(b, database(b, name), size) })
		}
	}
}

func queries(b *testing.B, d storetest.Database, size int) {
	s := d.Open(b)
	var middle time.Time
	for i := 0; i < size; i += 500 {
		if err := s.Add(context.Background(), storetest.Key, storetest.Prepare1K(b, i, 500)); err != nil {
			b.Fatal(err)
		}
		d.Clock.Move(time.Second)
		if i <= size/2 {
			middle = d.Clock.Now()
		}
	}
	if d.Name == "postgres" {
		d.Raw(b).MustExec(`VACUUM ANALYZE`)
	}
	person, quiz, course := "account|https://lms.example.org|7", "https://lms.example.org/mod/quiz/view.php?id=7", "https://lms.example.org/course/view.php?id=7"
	verb := "http://adlnet.gov/expapi/verbs/verb7"
	for _, q := range []struct {
		name string
		q    lrs.Query
	}{
		{"all", lrs.Query{}},
		{"agent", lrs.Query{Agent: person}},
		{"verb", lrs.Query{Verb: verb}},
		{"activity", lrs.Query{Activity: quiz}},
		{"since", lrs.Query{Since: middle, Ascending: true}},
		{"related_agents", lrs.Query{Agent: person, RelatedAgents: true}},
		{"related_activities", lrs.Query{Activity: course, RelatedActivities: true}},
		{"agent and verb", lrs.Query{Agent: person, Verb: verb}},
		{"none", lrs.Query{Agent: "account|https://lms.example.org|none"}},
	} {
		q.q.Limit = 50
		b.Run("by="+strings.ReplaceAll(q.name, " ", "_"), func(b *testing.B) {
			measureQuery(b, func() error { _, err := s.Query(context.Background(), q.q); return err })
		})
	}
	b.Run("by=id", func(b *testing.B) {
		page, err := s.Query(context.Background(), lrs.Query{Limit: 1})
		if err != nil {
			b.Fatal(err)
		}
		measureQuery(b, func() error { _, err := s.Statement(context.Background(), page.Statements[0].ID, false); return err })
	})
	b.Run("limit=primary_key", func(b *testing.B) { primaryKey(b, d, size) })
}

// measureQuery runs a query from 8 readers.
func measureQuery(b *testing.B, query func() error) {
	took := make([][]time.Duration, 8)
	var wait sync.WaitGroup
	b.ResetTimer()
	for reader := range took {
		wait.Go(func() {
			for i := reader; i < b.N; i += len(took) {
				began := time.Now()
				if err := query(); err != nil {
					b.Error(err)
					return
				}
				took[reader] = append(took[reader], time.Since(began))
			}
		})
	}
	wait.Wait()
	b.StopTimer()
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "queries/s")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-us")
}

func primaryKey(b *testing.B, d storetest.Database, size int) {
	raw := d.Raw(b)
	query := raw.Rebind(`SELECT pos, id, stored, body FROM statement WHERE pos > ? ORDER BY pos LIMIT 50`)
	stmt, err := raw.Preparex(query)
	if err != nil {
		b.Fatal(err)
	}
	measureQuery(b, func() error {
		rows, err := stmt.Query(size / 2)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var pos, stored int64
			var id string
			var body []byte
			if err := rows.Scan(&pos, &id, &stored, &body); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}
