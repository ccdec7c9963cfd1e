package xapi_test

import (
	"os"
	"strings"
	"testing"

	"cairn/xapi"
)

// seeds adds every fixture to a corpus.
func seeds(f *testing.F, roots ...string) {
	for _, root := range roots {
		for _, files := range fixtures(f, root) {
			for _, path := range files {
				raw, err := os.ReadFile(path)
				if err != nil {
					f.Fatal(err)
				}
				f.Add(raw, true)
				f.Add(raw, false)
			}
		}
	}
}

func FuzzPrepare(f *testing.F) {
	seeds(f, "testdata/valid", "testdata/invalid", "testdata/moodle")
	f.Fuzz(func(t *testing.T, raw []byte, two bool) {
		v := xapi.V1
		if two {
			v = xapi.V2
		}
		batch, err := xapi.Prepare(raw, options(v))
		if one := xapi.Check(raw, v); err == nil && one != nil && !strings.HasPrefix(strings.TrimSpace(string(raw)), "[") {
			t.Fatalf("Prepare accepts what Check refuses: %v", one)
		}
		for _, p := range batch {
			comesBack(t, p, v)
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"P3Y1M29DT4H35M59.14S", "P4W", "PT0,5H", "PT1.239S", "P4W1D", "PT", "P99999999999999999999Y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := xapi.ParseDuration(s)
		if err == nil && (d < 0 || d%(10e6) != 0) {
			t.Fatalf("%q is %v", s, d)
		}
	})
}

func FuzzParseTimestamp(f *testing.F) {
	for _, s := range []string{"2008-09-15T15:53:00.601Z", "20080915T155300+0530", "2008-09-15T15:53:00-00:00", "2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, err := xapi.ParseTimestamp(s)
		if err != nil {
			return
		}
		again, err := xapi.ParseTimestamp(xapi.FormatTimestamp(at))
		if err != nil || !again.Equal(at) {
			t.Fatalf("%q is %v, written %q: %v %v", s, at, xapi.FormatTimestamp(at), again, err)
		}
	})
}
