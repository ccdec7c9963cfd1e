package mapping_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"cairn/mapping"
)

const (
	quiz    = "http://localhost:8100/mod/quiz/view.php?id=3"
	attempt = "http://localhost:8100/mod/quiz/attempt.php?attempt=1&cmid=3"
	page    = "http://localhost:8100/mod/page/view.php?id=1"
	course  = "http://localhost:8100/course/view.php?id=2"
	site    = "http://localhost:8100"
)

func TestSelectorTakesWhatItNames(t *testing.T) { // settled question 6
	for name, c := range map[string]struct {
		kind     mapping.SelectorKind
		iri      string
		activity string
		under    []string
		want     bool
	}{
		"exact takes the activity":                   {mapping.SelectExact, quiz, quiz, nil, true},
		"exact leaves what lies under it":            {mapping.SelectExact, quiz, attempt, []string{quiz, course}, false},
		"exact leaves a longer id":                   {mapping.SelectExact, quiz, quiz + "0", nil, false},
		"under takes the activity":                   {mapping.SelectUnder, quiz, quiz, nil, true},
		"under takes the attempt":                    {mapping.SelectUnder, quiz, attempt, []string{quiz, course}, true},
		"under leaves a neighbour":                   {mapping.SelectUnder, quiz, page, []string{course}, false},
		"a link takes what it leads to":              {mapping.SelectLink, quiz, quiz, nil, true},
		"a link takes nothing under it":              {mapping.SelectLink, quiz, attempt, []string{quiz}, false},
		"prefix takes itself":                        {mapping.SelectPrefix, quiz, quiz, nil, true},
		"prefix id=3 never takes id=30":              {mapping.SelectPrefix, quiz, quiz + "0", nil, false},
		"prefix takes what follows &":                {mapping.SelectPrefix, quiz, quiz + "&page=2", nil, true},
		"prefix takes what follows #":                {mapping.SelectPrefix, quiz, quiz + "#submission", nil, true},
		"prefix takes what follows /":                {mapping.SelectPrefix, site, page, nil, true},
		"prefix that ends with its boundary":         {mapping.SelectPrefix, site + "/mod/", page, nil, true},
		"prefix in the middle of a word":             {mapping.SelectPrefix, site + "/mo", page, nil, false},
		"prefix in the middle of a host":             {mapping.SelectPrefix, "http://local", page, nil, false},
		"prefix of a scheme alone":                   {mapping.SelectPrefix, "http://", page, nil, false},
		"prefix looks at the object, not at parents": {mapping.SelectPrefix, quiz, attempt, []string{quiz}, false},
		"prefix of an IRI without an authority":      {mapping.SelectPrefix, "urn:a", "urn:a/b", nil, true},
		"an empty IRI takes nothing":                 {mapping.SelectUnder, "", "", []string{""}, false},
		"an unknown kind takes nothing":              {"regexp", quiz, quiz, nil, false},
	} {
		s := mapping.Selector{Kind: c.kind, IRI: c.iri}
		if got := s.Matches(mapping.Record{Activity: c.activity, Under: c.under}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPrefixesEndAtBoundariesOnly(t *testing.T) {
	want := []string{
		"https://a.example", "https://a.example/", "https://a.example/b", "https://a.example/b?", "https://a.example/b?id=3",
		"https://a.example/b?id=3&", "https://a.example/b?id=3&c=1", "https://a.example/b?id=3&c=1#", "https://a.example/b?id=3&c=1#d",
	}
	if diff := cmp.Diff(want, mapping.Prefixes("https://a.example/b?id=3&c=1#d")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := mapping.Prefixes(""); got != nil {
		t.Errorf("an empty IRI has the prefixes %q", got)
	}
}

// someIRI draws IRIs that often share parts.
func someIRI(t *rapid.T) string {
	parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "id=3", "id=30", "/", "?", "#", "&", "=", "//"}), 0, 6).Draw(t, "parts")
	return rapid.SampledFrom([]string{"http://h", "http://hh", "urn:", ""}).Draw(t, "start") + strings.Join(parts, "")
}

func TestPrefixSelectorAndPrefixesAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix, iri := someIRI(t), someIRI(t)
		s := mapping.Selector{Kind: mapping.SelectPrefix, IRI: prefix}
		if got, want := s.Matches(mapping.Record{Activity: iri}), slices.Contains(mapping.Prefixes(iri), prefix); got != want {
			t.Fatalf("%q takes %q: %v; it is among its prefixes: %v", prefix, iri, got, want)
		}
	})
}

func someAlignment(t *rapid.T, id int) mapping.Alignment {
	kind := rapid.SampledFrom([]mapping.SelectorKind{mapping.SelectExact, mapping.SelectUnder, mapping.SelectPrefix, mapping.SelectLink, "none"})
	return mapping.Alignment{ID: fmt.Sprintf("a%02d", id), Selector: mapping.Selector{Kind: kind.Draw(t, "kind"), IRI: someIRI(t)}}
}

func TestIndexFindsWhatSelectorsTake(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ix := mapping.NewIndex()
		var kept []mapping.Alignment
		for i := range rapid.IntRange(0, 30).Draw(t, "count") {
			a := someAlignment(t, i)
			ix.Add(a)
			kept = append(kept, a)
		}
		for range rapid.IntRange(0, len(kept)).Draw(t, "removed") {
			i := rapid.IntRange(0, len(kept)-1).Draw(t, "which")
			ix.Remove(kept[i].ID)
			kept = slices.Delete(kept, i, i+1)
		}
		r := mapping.Record{Activity: someIRI(t), Under: []string{someIRI(t), someIRI(t)}}
		want := []mapping.Alignment{}
		for _, a := range kept {
			if a.Selector.Matches(r) {
				want = append(want, a)
			}
		}
		if diff := cmp.Diff(want, ix.Candidates(r)); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
	})
}

func TestIndexReplacesAnAlignmentWithTheSameID(t *testing.T) {
	var ix mapping.Index
	a := mapping.Alignment{ID: "a", Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: quiz}}
	ix.Add(a)
	a.Selector.IRI = page
	ix.Add(a)
	if got := ix.Candidates(mapping.Record{Activity: quiz}); len(got) != 0 || ix.Len() != 1 {
		t.Errorf("the old selector is still there: %v, %d alignments", got, ix.Len())
	}
	ix.Remove("a")
	ix.Remove("a")
	if ix.Len() != 0 {
		t.Errorf("%d alignments are left", ix.Len())
	}
}

// TestCandidatesCostTheSameAmongAHundredThousand: what is allocated for a record depends on the record alone.
func TestCandidatesCostTheSameAmongAHundredThousand(t *testing.T) {
	r := mapping.Record{Activity: attempt, Under: []string{site + "/4", course}}
	cost := func(alignments int) float64 {
		ix := mapping.NewIndex()
		kinds := []mapping.SelectorKind{mapping.SelectExact, mapping.SelectUnder, mapping.SelectPrefix}
		for i := range alignments {
			ix.Add(mapping.Alignment{ID: fmt.Sprint(i), Selector: mapping.Selector{Kind: kinds[i%3], IRI: fmt.Sprintf("%s/%d", site, i)}})
		}
		if found := ix.Candidates(r); len(found) != 1 || found[0].ID != "4" {
			t.Fatalf("of %d alignments: %v", alignments, found)
		}
		return testing.AllocsPerRun(100, func() { ix.Candidates(r) })
	}
	if few, many := cost(10), cost(100_000); few != many {
		t.Errorf("%.0f allocations among 10 alignments, %.0f among 100,000", few, many)
	}
}

func FuzzPrefixes(f *testing.F) {
	for _, s := range []string{quiz, attempt, course, "urn:isbn:3", "http://", "://", ":", "?", "http:///"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, iri, prefix string) {
		all := mapping.Prefixes(iri)
		if iri != "" && len(iri) >= 2 && len(all) > 0 && all[len(all)-1] != iri {
			t.Errorf("the last prefix of %q is %q", iri, all[len(all)-1])
		}
		s := mapping.Selector{Kind: mapping.SelectPrefix, IRI: prefix}
		if got, want := s.Matches(mapping.Record{Activity: iri}), slices.Contains(all, prefix); got != want {
			t.Errorf("%q takes %q: %v, want %v", prefix, iri, got, want)
		}
	})
}

func BenchmarkCandidates(b *testing.B) {
	for _, n := range []int{100, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			ix := mapping.NewIndex()
			for i := range n {
				ix.Add(mapping.Alignment{ID: fmt.Sprint(i), Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: fmt.Sprintf("%s/%d", site, i)}})
			}
			r := mapping.Record{Activity: attempt, Under: []string{site + "/50", course}}
			for b.Loop() {
				if len(ix.Candidates(r)) != 1 {
					b.Fatal("not found")
				}
			}
		})
	}
}
