package web_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// listed is the pictures that pages.md 6 names, and why those are not taken that wait.
func listed(t *testing.T) (names []string, waits map[string]string) {
	t.Helper()
	text, err := os.ReadFile("testdata/pictures.txt")
	if err != nil {
		t.Fatal(err)
	}
	waits = map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, why, waiting := strings.Cut(strings.TrimSpace(line), "  ")
		switch {
		case name == "" || strings.HasPrefix(name, "#"):
		case waiting:
			waits[name] = why
		default:
			names = append(names, name)
		}
	}
	return names, waits
}

// TestEveryPictureOfTheListIsTaken holds the list of pages.md 6: each name at exactly its widths and themes, each name once. Those
// of the page around a frame are taken where a whole learning site runs, beside the program.
func TestEveryPictureOfTheListIsTaken(t *testing.T) {
	names, waits := listed(t)
	taken := map[string]bool{}
	for _, p := range everyPicture(newWorld(t)) {
		for _, l := range p.looks() {
			name := p.name + "-" + l.String()
			if taken[name] {
				t.Errorf("%s is taken twice", name)
			}
			if waits[name] != "" {
				t.Errorf("%s is taken: delete its reason (%s) in testdata/pictures.txt", name, waits[name])
			}
			taken[name] = true
		}
	}
	for _, name := range names {
		if !taken[name] && !strings.HasPrefix(name, "lms-frame-") {
			t.Errorf("%s is not taken", name)
		}
	}
	for _, p := range everyPicture(newWorld(t)) {
		for _, l := range usual {
			alone := p.name + "-840-light"
			if name := p.name + "-" + l.String(); name != alone && taken[name] && slices.Contains(names, alone) && !slices.Contains(names, name) {
				t.Errorf("%s is taken, and only %s is asked for", name, alone)
			}
		}
	}
}

var (
	readRoute = regexp.MustCompile(`\bget\("(/[^"]*)"`)
	inRoute   = regexp.MustCompile(`\{[^}]*\}`)
)

// TestEveryPageHasAPicture holds that each address that answers a page is looked at. Files to keep are no pages.
func TestEveryPageHasAPicture(t *testing.T) {
	code, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	w, routes := newWorld(t), 0
	for _, name := range code {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range readRoute.FindAllStringSubmatch(string(text), -1) {
			if strings.HasSuffix(name, "_test.go") || path.Ext(m[1]) != "" {
				continue
			}
			routes++
			pattern := regexp.MustCompile("^" + inRoute.ReplaceAllString(m[1], "[^/]+") + `(\?|$)`)
			if !slices.ContainsFunc(everyPicture(w), func(p picture) bool { return pattern.MatchString(p.path) }) {
				t.Errorf("no picture shows %s", m[1])
			}
		}
	}
	if routes < 40 {
		t.Errorf("only %d pages were found", routes)
	}
}
