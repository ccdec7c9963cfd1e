package sqlstore_test

import (
	"strings"
	"testing"

	"cairn/internal/sqlstore"
	"cairn/mapping"
)

var values = []string{"", "a", "http://example.org/x", "nul\x00a", "\x00", "\x01", "\x01a", "\x01b\x00", strings.Repeat("ä", 499), strings.Repeat("ä", 501),
	strings.Repeat("ab", 5000) + "1", strings.Repeat("ab", 5000) + "2", strings.Repeat("\x00", 700), strings.Repeat("\x01", 2000)}

func FuzzStoredValueCanBeReadAgain(f *testing.F) {
	for _, v := range values {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		if v = strings.ToValidUTF8(v, ""); strings.Contains(v, "\uFFFD") {
			return
		}
		value, whole := sqlstore.StoredValue(v)
		if got := sqlstore.GivenValue(value, whole); got != v {
			t.Errorf("%q becomes %q", v, got)
		}
		if len(value) > 1000 || strings.Contains(value, "\x00") || strings.ToValidUTF8(value, "?") != value {
			t.Errorf("%q is stored as %q", v, value)
		}
	})
}

func TestDifferentValuesAreStoredDifferently(t *testing.T) {
	seen := map[string]string{}
	for _, v := range values {
		value, _ := sqlstore.StoredValue(v)
		if other, ok := seen[value]; ok {
			t.Errorf("%.20q and %.20q are both stored as %.20q", other, v, value)
		}
		seen[value] = v
	}
}

func FuzzPrefixRangeHoldsWhatMatches(f *testing.F) {
	f.Add("http://e/c?id=3", "&x=1")
	f.Add("http://e/c/", "d")
	f.Add("http://e/"+strings.Repeat("ö", 600), "/x")
	f.Add("http://e/nul\x00", "#a")
	f.Fuzz(func(t *testing.T, prefix, rest string) {
		prefix, rest = strings.ToValidUTF8(prefix, ""), strings.ToValidUTF8(rest, "")
		sel := mapping.Selector{Kind: mapping.SelectPrefix, IRI: prefix}
		if !sel.Matches(mapping.Record{Activity: prefix + rest}) {
			return
		}
		from, to := sqlstore.PrefixRange(prefix)
		if value, _ := sqlstore.StoredValue(prefix + rest); value < from || value >= to {
			t.Errorf("%q with prefix %q is stored as %q, outside %q to %q", prefix+rest, prefix, value, from, to)
		}
	})
}
