package web_test

import (
	"net/url"
	"strings"
	"testing"
)

// TestPartsMoveBetweenGroups: a part goes up and down in its group, and beyond its end into the next one.
func TestPartsMoveBetweenGroups(t *testing.T) {
	w := newWorld(t)
	path, quiz := "/course/capability/"+w.capability("6.1-L2")+"/rule", codeOf(module("quiz", 3))
	for name, one := range map[string]struct{ shape, at, do, then, there string }{
		"up in its group":                      {"2 1", "g0p1", "up-0-1", "2 1", "g0p0"},
		"down in its group":                    {"2 1", "g0p0", "down-0-0", "2 1", "g0p1"},
		"down into the next group":             {"2 1", "g0p1", "down-0-1", "1 2", "g1p0"},
		"up to the end of the group before":    {"2 2", "g1p0", "up-1-0", "3 1", "g0p2"},
		"the last of a group takes the group":  {"2 1", "g1p0", "up-1-0", "3", "g0p2"},
		"another is taken away":                {"2 1", "g1p0", "drop-0-1", "1 1", "g1p0"},
		"the first stays":                      {"2 1", "g0p0", "up-0-0", "2 1", "g0p0"},
		"the last stays":                       {"2 1", "g1p0", "down-1-0", "2 1", "g1p0"},
		"a part that is not there":             {"2 1", "g1p0", "up-1-7", "2 1", "g1p0"},
		"a group that is full takes no more":   {"1 12", "g0p0", "down-0-0", "1 12", "g0p0"},
		"what is no number":                    {"2 1", "g1p0", "up-1-x", "2 1", "g1p0"},
		"the only part leaves an empty one":    {"1", "g0p0", "drop-0-0", "1", ""},
		"a verb that is none leaves all there": {"2 1", "g1p0", "part-0-0", "2 1", "g1p0"},
	} {
		t.Run(name, func(t *testing.T) {
			page := w.get("tove", path+"?kind=groups&shape="+url.QueryEscape(one.shape)+"&"+one.at+"="+quiz+"&do="+one.do).Body.String()
			checkMarkup(t, page)
			checkSays(t, page, []string{`name="shape" value="` + one.then + `"`}, nil)
			if ticked := `name="` + one.there + `" value="` + quiz + `" checked`; one.there != "" && !strings.Contains(page, ticked) {
				t.Errorf("%s is not in:\n%s", ticked, page)
			}
		})
	}
	page := w.get("tove", path+"?kind=groups&shape=2+1").Body.String()
	checkSays(t, page, []string{`value="down-0-0">Down<span class="vh"> Group 1, part 1</span>`, `value="up-1-0"`, `value="drop-0-1"`}, []string{`value="up-0-0"`, `value="down-1-0"`, `value="drop-1-0"`})
}
