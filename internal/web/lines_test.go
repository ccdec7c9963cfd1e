package web

import (
	"strconv"
	"testing"

	"cairn/mapping"
)

func TestLongListsShowTheNewestAndSayWhatTheyLeaveOut(t *testing.T) {
	for n, want := range map[int]struct {
		shown, rest int
		older       string
	}{
		0: {0, 0, ""}, 10: {10, 0, ""}, 11: {10, 1, ""}, 100: {10, 90, ""},
		101: {10, 90, "1 older record is kept and not listed here."}, 4000: {10, 90, "3,900 older records are kept and not listed here."},
	} {
		found := make([]mapping.Finding, n)
		for i := range found {
			found[i].Activity.Name = strconv.Itoa(i)
		}
		l := (&site{tongues: tongues}).localeFor("en").lines(found, func(f mapping.Finding) string { return f.Activity.Name })
		if l.Count != n || len(l.Shown) != want.shown || len(l.Rest) != want.rest || l.Older != want.older {
			t.Errorf("%d: %d counted, %d shown, %d more, %q", n, l.Count, len(l.Shown), len(l.Rest), l.Older)
		}
		if n > 100 && l.Rest[len(l.Rest)-1] != strconv.Itoa(n-1) {
			t.Errorf("%d: the newest is not listed", n)
		}
	}
}
