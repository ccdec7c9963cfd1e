package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"cairn/internal/sqlstore"
	"cairn/internal/tools/pgtemp"
)

// The figures of queries: how many statements there are, how many connections ask, how many statements a page has.
const (
	queryFew         = 10_000
	querySome        = 50_000
	queryConnections = 8
	queryLimit       = 50
	// So many that each has a whole page also among the few statements.
	queryPeople     = 100
	queryActivities = 100
)

// question is one kind of query; number spreads the people, activities and times asked for.
type question struct {
	name string
	of   func(number int, began time.Time) url.Values
}

func param(name string, value func(number int) string) func(int, time.Time) url.Values {
	return func(number int, _ time.Time) url.Values { return url.Values{name: {value(number)}} }
}

func related(of func(int, time.Time) url.Values, name string) func(int, time.Time) url.Values {
	return func(number int, began time.Time) url.Values {
		v := of(number, began)
		v.Set(name, "true")
		return v
	}
}

func userOf(number int) string { return fmt.Sprint(100 + number%queryPeople) }

var (
	byAgent = param("agent", func(n int) string {
		return fmt.Sprintf(`{"account":{"homePage":"%s","name":"%s"}}`, sampleLMS, userOf(n))
	})
	byActivity = param("activity", func(n int) string { return activityIRI(sampleLMS, n%queryActivities) })
	byCourse   = param("activity", func(n int) string { return fmt.Sprintf("%s/course/view.php?id=%d", sampleLMS, n%courses) })
)

var questions = []question{
	{"agent", byAgent},
	{"verb", param("verb", func(n int) string { return verbs[n%len(verbs)] })},
	{"activity", byActivity},
	{"registration", param("registration", func(n int) string { return registrationOf(userOf(n)) })},
	{"since", func(n int, began time.Time) url.Values {
		at := began.Add(time.Duration(n%100) * time.Millisecond)
		return url.Values{"since": {at.UTC().Format(time.RFC3339Nano)}, "ascending": {"true"}}
	}},
	{"related_agents", related(byAgent, "related_agents")},
	{"related_activities", related(byCourse, "related_activities")},
}

// asked is what one kind of query came to with so many statements.
type asked struct{ rate, limit, p99 float64 }

// queries measures each kind of query with few, some and many statements on both databases, and the memory of the server over
// the most.
func (b *bench) queries() error {
	if err := b.queriesOn("SQLite", filepath.Join(b.dir, "query.db")); err != nil {
		return err
	}
	cluster, err := pgtemp.Start(b.ctx, pgtemp.Options{Durable: true})
	if err != nil {
		return err
	}
	defer cluster.Stop()
	return b.queriesOn("PostgreSQL", cluster.DSN)
}

func (b *bench) queriesOn(database, dsn string) error {
	s, err := b.prepare(dsn)
	if err != nil {
		return err
	}
	began, have := time.Now(), 0
	results := map[int][]asked{}
	sizes := []int{queryFew, min(querySome, b.most), b.most}
	for _, size := range slices.Compact(sizes) {
		if err := b.grow(s, dsn, size-have); err != nil {
			return err
		}
		have = size
		if results[size], err = b.askAll(s, dsn, began); err != nil {
			return err
		}
	}
	for i, q := range questions {
		b.queryRow(database, q, results[queryFew][i], results[sizes[1]][i], results[b.most][i])
	}
	return b.memory(s, database, began)
}

// grow appends statements of all people and activities.
func (b *bench) grow(s *server, dsn string, count int) error {
	store, err := sqlstore.Open(b.ctx, dsn, sqlstore.Options{Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	began := time.Now()
	if err := b.append(store, s, count, source(sampleLMS, count, queryPeople, queryActivities)); err != nil {
		return err
	}
	fmt.Printf("    appended %d statements in %.0f s\n", count, time.Since(began).Seconds())
	return nil
}

// askAll asks each kind of query in turn, each beside the limit.
func (b *bench) askAll(s *server, dsn string, began time.Time) ([]asked, error) {
	if err := s.start(); err != nil {
		return nil, err
	}
	defer s.stop()
	if err := s.settled(); err != nil {
		return nil, err
	}
	out := make([]asked, len(questions))
	for i, q := range questions {
		var err error
		if out[i], err = b.ask(s, q, began); err != nil {
			return nil, fmt.Errorf("query by %s: %w", q.name, err)
		}
	}
	limit, err := b.byKey(dsn)
	for i := range out {
		out[i].limit = limit
	}
	return out, err
}

// ask sends one kind of query by all connections for the window.
func (b *bench) ask(s *server, q question, began time.Time) (asked, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: queryConnections, DisableCompression: true, ReadBufferSize: 64 << 10}, Timeout: 30 * time.Second}
	buffers := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	return inWindow(b.ctx, b.window, func(number int) error {
		r, err := http.NewRequestWithContext(b.ctx, http.MethodGet, fmt.Sprintf("%s/xapi/statements?limit=%d&%s", s.base, queryLimit, q.of(number, began).Encode()), nil)
		if err != nil {
			return err
		}
		r.SetBasicAuth(s.key, s.secret)
		r.Header.Set("X-Experience-API-Version", "1.0.3")
		answer, err := client.Do(r)
		if err != nil {
			return err
		}
		defer func() { _ = answer.Body.Close() }()
		held := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(held)
		held.Reset()
		_, err = held.ReadFrom(answer.Body)
		text := held.Bytes()
		if err == nil && (answer.StatusCode != http.StatusOK || bytes.Count(text, []byte(`"timestamp"`)) != queryLimit) {
			return fmt.Errorf("the answer was %s with %.200s", answer.Status, text)
		}
		return err
	})
}

// byKey is the limit: the same number of rows, selected by their primary key by the bare driver.
func (b *bench) byKey(dsn string) (float64, error) {
	db, err := open(dsn)
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxIdleConns(queryConnections)
	var last int64
	if err := db.QueryRowContext(b.ctx, "SELECT MAX(pos) FROM statement").Scan(&last); err != nil {
		return 0, err
	}
	text := "SELECT pos, id, stored, refers_to, body FROM statement WHERE pos IN (" + marks(isPostgres(dsn)) + ") ORDER BY pos DESC"
	got, err := inWindow(b.ctx, b.window, func(int) error { return readByKey(b.ctx, db, text, last) })
	return got.rate, err
}

// marks is one place-holder for each statement of a page.
func marks(numbered bool) string {
	all := make([]string, queryLimit)
	for i := range all {
		all[i] = "?"
		if numbered {
			all[i] = fmt.Sprintf("$%d", i+1)
		}
	}
	return strings.Join(all, ", ")
}

func readByKey(ctx context.Context, db *sql.DB, text string, last int64) error {
	keys := make([]any, queryLimit)
	for i := range keys {
		keys[i] = 1 + rand.Int64N(last)
	}
	rows, err := db.QueryContext(ctx, text, keys...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var pos, stored int64
		var id, body string
		var refersTo *string
		if err := rows.Scan(&pos, &id, &stored, &refersTo, &body); err != nil {
			return err
		}
	}
	return rows.Err()
}

// inWindow repeats the work by all connections until the window closes, and answers how often a second, and the 99th percentile
// of its duration in milliseconds.
func inWindow(ctx context.Context, window time.Duration, work func(number int) error) (asked, error) {
	took, problems := make([][]time.Duration, queryConnections), make([]error, queryConnections)
	began := time.Now()
	var group sync.WaitGroup
	for c := range queryConnections {
		group.Go(func() {
			for number := c; problems[c] == nil && ctx.Err() == nil && time.Since(began) < window; number += queryConnections {
				from := time.Now()
				problems[c] = work(number)
				took[c] = append(took[c], time.Since(from))
			}
		})
	}
	group.Wait()
	for _, err := range problems {
		if err != nil {
			return asked{}, err
		}
	}
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	return asked{rate: float64(len(all)) / time.Since(began).Seconds(), p99: float64(all[len(all)*99/100].Microseconds()) / 1000}, nil
}

func (b *bench) queryRow(database string, q question, few, some, most asked) {
	slower := few.rate / most.rate
	b.table.put(row{
		fmt.Sprintf("query by %s, limit %d, %d connections, %s", q.name, queryLimit, queryConnections, database),
		fmt.Sprintf("%s requests/s at %s; at %s p99 %.1f ms, %.2f times slower than at %s", figure(some.rate), figure(float64(min(querySome, b.most))), figure(float64(b.most)), most.p99, slower, figure(queryFew)),
		figure(some.limit) + " SELECTs/s by key", fmt.Sprintf("%.2f", some.rate/some.limit),
		"2,000 requests/s at 50,000; p99 10 ms, at most 1.5 times slower at 1 million",
		yes(some.rate >= 2000 && most.p99 <= 10 && slower <= 1.5),
	})
}

// memory sends statements to a server that has many already, and asks it, and sees how much memory it has held.
func (b *bench) memory(s *server, database string, began time.Time) error {
	if err := s.start(); err != nil {
		return err
	}
	defer s.stop()
	if err := s.settled(); err != nil {
		return err
	}
	if _, wrong := b.send(s, load{connections: 8, batch: 50}); wrong > 0 {
		return fmt.Errorf("%d answers were not 200", wrong)
	}
	for _, q := range questions {
		if _, err := b.ask(s, q, began); err != nil {
			return err
		}
	}
	most := resident(s.process.Process.Pid)
	b.table.put(row{fmt.Sprintf("memory of the server, batches and queries over %s statements, %s", figure(float64(b.most)), database),
		fmt.Sprintf("%.0f MB", most), "-", "-", "under 200 MB", yes(most < 200)})
	return nil
}
