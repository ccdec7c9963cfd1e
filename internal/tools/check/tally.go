package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// event is one line of `go test -json` (see `go doc test2json`).
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
	Elapsed    float64
}

// tally counts tests as they end. A test with subtests is counted by its subtests, unless it failed of its own.
type tally struct {
	out            io.Writer
	passed, failed int
	failures       []string
	skips          []string          // "package test: reason"
	text           map[string]string // output kept of what still runs
	children       map[string]bool   // tests that have subtests
	failedUnder    map[string]bool   // tests, and packages, one of whose subtests failed
}

func newTally(out io.Writer) *tally {
	return &tally{out: out, text: map[string]string{}, children: map[string]bool{}, failedUnder: map[string]bool{}}
}

func (t *tally) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64*1024), 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			_, _ = fmt.Fprintln(t.out, lines.Text())
			continue
		}
		t.take(e)
	}
	return lines.Err()
}

func (t *tally) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "run":
		for p := parent(e.Test); p != ""; p = parent(p) {
			t.children[e.Package+" "+p] = true
		}
	case "output":
		t.text[key] += e.Output
	case "build-output":
		t.text[e.ImportPath] += e.Output
	case "build-fail":
		_, _ = fmt.Fprint(t.out, t.text[e.ImportPath])
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.endPackage(e, key)
		} else {
			t.endTest(e, key)
		}
		delete(t.text, key)
	}
}

func (t *tally) endTest(e event, key string) {
	switch {
	case e.Action == "fail" && !t.failedUnder[key]:
		t.fail(e.Package, e.Test, t.text[key])
		for p := parent(e.Test); p != ""; p = parent(p) {
			t.failedUnder[e.Package+" "+p] = true
		}
		t.failedUnder[e.Package+" "] = true
	case e.Action == "skip":
		t.skips = append(t.skips, e.Package+" "+e.Test+": "+reason(t.text[key]))
	case e.Action == "pass" && !t.children[key]:
		t.passed++
	}
}

func (t *tally) endPackage(e event, key string) {
	switch {
	case e.Action == "fail" && !t.failedUnder[key]:
		t.fail(e.Package, "(package)", t.text[key])
	case e.Action == "fail":
		_, _ = fmt.Fprintf(t.out, "FAIL %s %.1fs\n", e.Package, e.Elapsed)
	case e.Action == "pass":
		_, _ = fmt.Fprintf(t.out, "ok   %s %.1fs\n", e.Package, e.Elapsed)
	}
}

func (t *tally) fail(pkg, test, text string) {
	t.failed++
	t.failures = append(t.failures, pkg+" "+test)
	_, _ = fmt.Fprintf(t.out, "\n--- FAIL %s %s\n%s\n", pkg, test, text)
}

func (t *tally) skippedCount() int { return len(t.skips) }

// summary names what failed and what was skipped, and ends with the plain line of counts.
func (t *tally) summary() string {
	var b strings.Builder
	for _, f := range t.failures {
		fmt.Fprintln(&b, "failed: ", f)
	}
	slices.Sort(t.skips)
	for _, s := range t.skips {
		fmt.Fprintln(&b, "skipped:", s)
	}
	fmt.Fprintf(&b, "%d passed, %d failed, %d skipped", t.passed, t.failed, len(t.skips))
	return b.String()
}

func parent(test string) string {
	i := strings.LastIndexByte(test, '/')
	if i < 0 {
		return ""
	}
	return test[:i]
}

// reason is what a skipped test said, without the frame that go test puts around it.
func reason(output string) string {
	var said []string
	for _, line := range strings.Split(output, "\n") {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") {
			said = append(said, line)
		}
	}
	return strings.Join(said, " ")
}
