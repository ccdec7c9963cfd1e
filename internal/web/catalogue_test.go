package web

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
)

var namedGap = regexp.MustCompile(`\{(\w+)\}`)

// gapsOf answers the gaps of all forms of a text, each once, in order.
func gapsOf(s sentence) string {
	found := map[string]bool{}
	for _, words := range s {
		for _, m := range namedGap.FindAllStringSubmatch(words, -1) {
			found[m[1]] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(found)), " ")
}

// TestLanguagesSayTheSame holds that every language has every text with the same gaps, and a form for every number.
func TestLanguagesSayTheSame(t *testing.T) {
	if len(tongues) < 2 {
		t.Fatal("there is one language only")
	}
	english := tongues[0].texts
	for _, other := range tongues[1:] {
		for key, text := range english {
			mine, there := other.texts[key]
			if !there {
				t.Errorf("%s has no %q: %s", other.tag, key, text[plural.Other])
				continue
			}
			// English may count one thing in words.
			if want, got := gapsOf(text), gapsOf(mine); want != got {
				t.Errorf("%s: %q has the gaps %q, English has %q", other.tag, key, got, want)
			}
			if mine[plural.Other] == "" {
				t.Errorf("%s: %q has no form for other numbers", other.tag, key)
			}
		}
		for key := range other.texts {
			if _, there := english[key]; !there {
				t.Errorf("%s: nothing asks for %q", other.tag, key)
			}
		}
	}
}

// Each form that a text file gives is one that the language has: a number chooses it.
func TestPluralFormsAreThoseOfTheLanguage(t *testing.T) {
	for _, tongue := range tongues {
		chosen := map[plural.Form]bool{}
		for n := range 1000 {
			chosen[plural.Cardinal.MatchPlural(tongue.tag, n, 0, 0, 0, 0)] = true
		}
		for key, text := range tongue.texts {
			for form := range text {
				if !chosen[form] {
					t.Errorf("%s: %q has a form that no number chooses", tongue.tag, key)
				}
			}
		}
	}
}

// TestWelshCounts walks the six forms of Welsh.
func TestWelshCounts(t *testing.T) {
	welsh := tongues[1]
	for n, want := range map[int]string{
		0: "Ychwanegwyd 0 tag.", 1: "Ychwanegwyd 1 tag.", 2: "Ychwanegwyd 2 dag.", 3: "Ychwanegwyd 3 thag.", 4: "Ychwanegwyd 4 tag.", 6: "Ychwanegwyd 6 thag.",
		1200: "Ychwanegwyd 1,200 tag.",
	} {
		if got := welsh.say("tags.added", "n", n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestTextFilesAreReadStrictly(t *testing.T) {
	for _, bad := range []string{"a", "a =", "a = b\na = c", "a [several] = b", "a [one = b\na [one] = c"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is read", bad)
				}
			}()
			mustCatalogue(bad)
		}()
	}
}
