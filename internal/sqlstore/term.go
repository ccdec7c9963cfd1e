package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"

	"cairn/xapi"
)

// termRow is a row of the table term.
type termRow struct {
	ID    int64   `db:"id"`
	Kind  int64   `db:"kind"`
	Value string  `db:"value"`
	Whole *string `db:"whole"`
}

func (r termRow) term() term {
	return term{kind: xapi.TermKind(r.Kind), value: givenValue(r.Value, r.Whole)}
}

// terms keeps what is known of the table term in memory. It holds only what was committed. Rows change only when they are blanked,
// which begins a new generation; then it is emptied. The ids of blanked rows are never given again.
type terms struct {
	db     *DB
	mu     sync.RWMutex // held to write while it is emptied
	ids    *cache[term, int64]
	values *cache[int64, string]
}

// termsKept bounds the memory of the cache: about 250 bytes each.
const termsKept = 60_000

func newTerms(db *DB) *terms {
	return &terms{db: db, ids: newCache[term, int64](termsKept), values: newCache[int64, string](termsKept)}
}

// remember keeps a committed row, unless a new generation has begun since it was read.
func (t *terms) remember(generation int64, k term, id int64) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if generation != t.db.generation.Load() {
		return
	}
	t.ids.put(k, id)
	t.values.put(id, k.value)
}

// forget empties it and begins the new generation.
func (t *terms) forget(begin func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	begin()
	t.ids.clear()
	t.values.clear()
}

// id finds the id of an identifier; 0 when no statement ever had it.
func (t *terms) id(ctx context.Context, k term) (int64, error) {
	if id, ok := t.ids.get(k); ok {
		return id, nil
	}
	var id int64
	generation := t.db.generation.Load()
	value, _ := storedValue(k.value)
	err := t.db.Get(ctx, &id, `SELECT id FROM term WHERE kind = ? AND value = ?`, int64(k.kind), value)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("sqlstore: find an identifier: %w", err)
	}
	t.remember(generation, k, id)
	return id, nil
}

// read makes the values of the ids known: afterwards value answers from the map.
func (t *terms) read(ctx context.Context, ids []int64) (map[int64]string, error) {
	out := make(map[int64]string, len(ids))
	var missing []int64
	for _, id := range ids {
		if _, ok := out[id]; ok || id == 0 {
			continue
		}
		v, ok := t.values.get(id)
		out[id] = v
		if !ok {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	generation := t.db.generation.Load()
	var rows []termRow
	if err := t.db.Select(ctx, &rows, `SELECT id, kind, value, whole FROM term WHERE `+t.db.d.inInts("id"), t.db.d.list(missing)); err != nil {
		return nil, fmt.Errorf("sqlstore: read identifiers: %w", err)
	}
	for _, r := range rows {
		k := r.term()
		out[r.ID] = k.value
		t.remember(generation, k, r.ID)
	}
	return out, nil
}

// intern answers the ids of the identifiers, giving new ones to those that have none. The transaction holds the log's lock, so
// no other writes the table meanwhile. What is new is kept in memory after the commit.
func (t *terms) intern(ctx context.Context, tx *Tx, wanted map[term]int64) error {
	var missing []term
	for k := range wanted {
		if id, ok := t.ids.get(k); ok {
			wanted[k] = id
		} else {
			missing = append(missing, k)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.SortFunc(missing, func(a, b term) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.value, b.value)) })
	rows, last, err := t.stored(ctx, tx, missing)
	if err != nil {
		return err
	}
	for k, id := range rows {
		wanted[k] = id
	}
	missing = slices.DeleteFunc(missing, func(k term) bool { return wanted[k] != 0 })
	if err := t.insert(ctx, tx, last, missing, wanted); err != nil {
		return err
	}
	for _, k := range missing {
		rows[k] = wanted[k]
	}
	tx.AfterCommit(func() {
		for k, id := range rows {
			t.remember(tx.generation, k, id)
		}
	})
	return nil
}

// stored reads the rows that are there already, one question a kind, and the last id that was given.
func (t *terms) stored(ctx context.Context, tx *Tx, sorted []term) (found map[term]int64, last int64, err error) {
	var kinds [][]term
	for i, k := range sorted {
		if i == 0 || sorted[i-1].kind != k.kind {
			kinds = append(kinds, nil)
		}
		kinds[len(kinds)-1] = append(kinds[len(kinds)-1], k)
	}
	rows := make([][]termRow, len(kinds))
	for i, of := range kinds {
		values := make([]string, len(of))
		for j, k := range of {
			values[j], _ = storedValue(k.value)
		}
		if err := tx.Ask(ctx, "read identifiers", &rows[i], `SELECT id, kind, value, whole FROM term WHERE kind = ? AND `+t.db.d.in("value"),
			int64(of[0].kind), t.db.d.list(values)); err != nil {
			return nil, 0, err
		}
	}
	var count []struct{ Last int64 }
	if err := tx.Ask(ctx, "count identifiers", &count, `SELECT COALESCE(MAX(id), 0) AS last FROM term`); err != nil {
		return nil, 0, err
	}
	if err := tx.Send(ctx); err != nil {
		return nil, 0, err
	}
	found = make(map[term]int64, len(sorted))
	for _, r := range slices.Concat(rows...) {
		found[r.term()] = r.ID
	}
	return found, count[0].Last, nil
}

// insert gives ids after the last to new identifiers, all in one statement. Nobody else gives ids meanwhile, so they are counted here.
func (t *terms) insert(ctx context.Context, tx *Tx, last int64, sorted []term, ids map[term]int64) error {
	if len(sorted) == 0 {
		return nil
	}
	id, kinds, values, wholes := make([]int64, len(sorted)), make([]int64, len(sorted)), make([]string, len(sorted)), make([]*string, len(sorted))
	for i, k := range sorted {
		id[i], kinds[i] = last+int64(i)+1, int64(k.kind)
		values[i], wholes[i] = storedValue(k.value)
		ids[k] = id[i]
	}
	insert := bulk{table: "term", columns: []column{ints("id", id), ints("kind", kinds), texts("value", values), optionalTexts("whole", wholes)}}
	return insert.later(ctx, tx, "keep identifiers")
}
