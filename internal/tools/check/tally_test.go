package main

import (
	"io"
	"strings"
	"testing"
)

// The lines stand for `go test -json`; the last line of the summary is what people and scripts read.
func TestSummaryCountsAndNamesTests(t *testing.T) {
	cases := []struct{ name, events, want string }{
		{"subtests are counted, their parent is not", `
{"Action":"run","Package":"p","Test":"A"}
{"Action":"run","Package":"p","Test":"A/x"}
{"Action":"pass","Package":"p","Test":"A/x"}
{"Action":"pass","Package":"p","Test":"A"}
{"Action":"pass","Package":"p"}`, "1 passed, 0 failed, 0 skipped"},
		{"a failed subtest fails once", `
{"Action":"run","Package":"p","Test":"A"}
{"Action":"run","Package":"p","Test":"A/x"}
{"Action":"fail","Package":"p","Test":"A/x"}
{"Action":"fail","Package":"p","Test":"A"}
{"Action":"fail","Package":"p"}`, "failed:  p A/x\n0 passed, 1 failed, 0 skipped"},
		{"a package that does not build fails", `
{"Action":"build-fail","ImportPath":"p"}
{"Action":"fail","Package":"p"}`, "failed:  p (package)\n0 passed, 1 failed, 0 skipped"},
		{"a skipped test is named with its reason", `
{"Action":"run","Package":"p","Test":"A"}
{"Action":"output","Package":"p","Test":"A","Output":"    a_test.go:3: no browser\n"}
{"Action":"skip","Package":"p","Test":"A"}
{"Action":"pass","Package":"p"}`, "skipped: p A: a_test.go:3: no browser\n0 passed, 0 failed, 1 skipped"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tally := newTally(io.Discard)
			if err := tally.read(strings.NewReader(strings.TrimSpace(c.events))); err != nil {
				t.Fatal(err)
			}
			if got := tally.summary(); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}
