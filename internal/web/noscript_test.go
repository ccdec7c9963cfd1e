package web_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestNothingIsDeadWithoutScript holds that what only the script can do is not offered without it (pages.md 5).
func TestNothingIsDeadWithoutScript(t *testing.T) {
	browser := startBrowser(t)
	for _, p := range []picture{
		{name: "overview", person: "amara", path: "/me"},
		{name: "record", person: "amara", path: "/me/record"},
		{name: "diagnosis", person: "admin", path: "/admin/diagnosis"},
	} {
		shown := func(as string) int {
			c := open(t, browser, p, look{840, as})
			n, err := chromedp.Run(c.ctx, chromedp.Evaluate[int](`[...document.querySelectorAll("[data-print], [data-copy]")].filter(e => e.checkVisibility({ visibilityProperty: true })).length`))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if with, without := shown("light"), shown("noscript"); without != 0 || with == 0 && p.name != "record" {
			t.Errorf("%s shows %d buttons of the script without it, %d with it", p.name, without, with)
		}
	}
}
