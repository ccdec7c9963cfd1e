package web_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden pages anew")

// TestGoldenPages keeps the main part of pages, so that a change of markup is seen in review. Run with -update to accept one.
func TestGoldenPages(t *testing.T) {
	w := newWorld(t)
	for name, p := range map[string][2]string{
		"overview":   {"amara", "/me"},
		"section":    {"amara", "/me/section/" + w.capability6()},
		"capability": {"amara", "/me/capability/" + w.capability("6.1-L2")},
		"activities": {"tove", "/course/activities?added=1&removed=0"},
		"tag":        {"tove", tagPath(module("quiz", 2))},
		"history":    {"tove", "/course/history"},
		"problem":    {"amara", "/course/history"},
		"people":     {"tove", "/course/people"},
		"person":     {"tove", person("amara")},
	} {
		t.Run(name, func(t *testing.T) {
			page := w.get(p[0], p[1])
			_, got, _ := strings.Cut(page.Body.String(), "<main")
			got, _, _ = strings.Cut("<main"+got, "</footer>")
			got = strings.ReplaceAll(got, page.Header().Get("X-Request-ID"), "REQUEST-ID")
			file := filepath.Join("testdata", "pages", name+".html")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		})
	}
}
