package web_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestNamesOfPeopleStandByThemselves looks for every name of a person on every page: a name that is written from right to left must not
// turn the words around it, so that each stands in an element of its own.
func TestNamesOfPeopleStandByThemselves(t *testing.T) {
	w := newWorld(t)
	tracked(w)
	ending(w)
	w.changes[0].Changeset.Author = "account-ben" // somebody else than who reads it
	pages, seen := everyPage(w), map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		body := w.get(pages[name][0], pages[name][1]).Body.String()
		_, body, _ = strings.Cut(body, "<body>")
		for _, m := range personNames.FindAllStringSubmatchIndex(body, -1) {
			if seen[name] = true; !strings.HasSuffix(body[:m[0]], "<bdi>") || !strings.HasPrefix(body[m[1]:], "</bdi>") {
				t.Errorf("%s: a name without <bdi>: %s", name, body[max(0, m[0]-60):min(len(body), m[1]+20)])
			}
		}
	}
	for _, name := range []string{"people", "person", "person why", "endorse", "expiring", "review", "review why", "record", "history"} {
		if !seen[name] {
			t.Errorf("the page %q names nobody: it shows nothing here", name)
		}
	}
}

// personNames are the people of the world, as pages call them.
var personNames = regexp.MustCompile(`Amara Okafor|Ben Whitfield( \d+)?|محمد بن عبد الله( \d+)?|Tove Teacher`)
