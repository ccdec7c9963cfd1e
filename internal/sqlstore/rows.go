package sqlstore

import (
	"context"
	"fmt"
	"strings"
)

// rowsMost bounds the parameters of one statement; PostgreSQL takes 65,535, SQLite 32,766.
const rowsMost = 4000

// insertRows inserts rows, many a statement. insert is the text before VALUES, conflict the text after. Statements of the same
// number of rows have the same text, so that they are prepared once.
func (t *Tx) insertRows(ctx context.Context, insert, conflict string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	width := len(rows[0])
	most := rowsMost / width
	one := "(?" + strings.Repeat(", ?", width-1) + ")"
	for len(rows) > 0 {
		n := chunk(len(rows), most)
		args := make([]any, 0, n*width)
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		query := insert + " VALUES " + one + strings.Repeat(", "+one, n-1) + conflict
		if _, err := t.Exec(ctx, query, args...); err != nil {
			return fmt.Errorf("sqlstore: %s: %w", insert, err)
		}
		rows = rows[n:]
	}
	return nil
}

// chunk is the largest power of two that is not more than n and most.
func chunk(n, most int) int {
	size := 1
	for size*2 <= n && size*2 <= most {
		size *= 2
	}
	return size
}

// lastOf keeps the last row of each key, in the order of first sight: one statement may not write a row twice.
func lastOf[T any, K comparable](all []T, key func(T) K) []T {
	at := make(map[K]int, len(all))
	out := make([]T, 0, len(all))
	for _, v := range all {
		k := key(v)
		if i, ok := at[k]; ok {
			out[i] = v
			continue
		}
		at[k] = len(out)
		out = append(out, v)
	}
	return out
}
