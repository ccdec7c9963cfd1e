package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// printJSON writes one value for scripts: indented, with a line end.
func printJSON(w io.Writer, v any) error {
	b, err := json.Marshal(v, jsontext.WithIndent("  "))
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// printTable writes rows for people. The first row is the head. What a cell holds of line breaks and the like becomes spaces.
func printTable(w io.Writer, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, row := range rows {
		if _, err := fmt.Fprintln(t, plainRow(row)); err != nil {
			return err
		}
	}
	return t.Flush()
}

func plainRow(cells []string) string {
	plain := make([]string, len(cells))
	for i, cell := range cells {
		plain[i] = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, cell)
	}
	return strings.Join(plain, "\t")
}

// isTerminal says whether a person reads the file as it is written.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && f.Name() != os.DevNull
}

// bar draws progress on one line of a terminal, at most ten times a second; elsewhere it writes nothing.
type bar struct {
	out   io.Writer
	what  string
	total int64
	now   func() time.Time
	began time.Time
	drawn time.Time
}

func newBar(out *os.File, what string, total int64, now func() time.Time) *bar {
	b := &bar{what: what, total: total, now: now, began: now()}
	if isTerminal(out) {
		b.out = out
	}
	return b
}

const barWidth = 40

// at draws how much is done.
func (b *bar) at(done int64) {
	now := b.now()
	if b.out == nil || b.total == 0 || (now.Sub(b.drawn) < 100*time.Millisecond && done < b.total) {
		return
	}
	b.drawn = now
	full := int(barWidth * min(done, b.total) / b.total)
	rate := float64(done) / max(now.Sub(b.began).Seconds(), 0.001)
	_, _ = fmt.Fprintf(b.out, "\r%s [%s%s] %d of %d, %.0f a second ", b.what, strings.Repeat("#", full), strings.Repeat(".", barWidth-full), done, b.total, rate)
}

// end leaves the line.
func (b *bar) end() {
	if b.out != nil && !b.drawn.IsZero() {
		_, _ = fmt.Fprintln(b.out)
	}
}
