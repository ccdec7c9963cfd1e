package main

import (
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
)

const top = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Pictures of Cairn</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 1rem; }
.looks { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
figure { margin: 0; max-width: 25rem; }
img { max-width: 100%; border: 1px solid #687784; }
</style>
<h1>Pictures of Cairn</h1>
`

// page is the sheet: a part for each area, in it each page and state with its pictures side by side.
func page(files []string, waiting map[string]string) string {
	var out strings.Builder
	out.WriteString(top)
	states := map[string][]string{}
	for _, name := range files {
		states[state(name)] = append(states[state(name)], name)
	}
	area := ""
	for _, s := range slices.Sorted(maps.Keys(states)) {
		if a, _, _ := strings.Cut(s, "-"); a != area {
			area = a
			fmt.Fprintf(&out, "<h2>%s</h2>\n", html.EscapeString(area))
		}
		fmt.Fprintf(&out, "<h3 id=\"%[1]s\">%[1]s</h3>\n<div class=\"looks\">\n", html.EscapeString(s))
		for _, name := range slices.SortedFunc(slices.Values(states[s]), byWidth) {
			fmt.Fprintf(&out, "<figure><a href=\"%[1]s.png\"><img src=\"%[1]s.png\" alt=\"\" loading=\"lazy\"></a><figcaption>%[2]s</figcaption></figure>\n",
				html.EscapeString(name), html.EscapeString(look(name)))
		}
		out.WriteString("</div>\n")
	}
	if len(waiting) > 0 {
		out.WriteString("<h2>Not taken yet</h2>\n<ul>\n")
		for _, name := range slices.Sorted(maps.Keys(waiting)) {
			fmt.Fprintf(&out, "<li>%s: %s</li>\n", html.EscapeString(name), html.EscapeString(waiting[name]))
		}
		out.WriteString("</ul>\n")
	}
	return out.String()
}

// state is the page and state of a picture's name, look its width and theme: the last two words of it.
func state(name string) string { return name[:cut(name)] }

func look(name string) string {
	return strings.Replace(strings.TrimPrefix(name[cut(name):], "-"), "-", ", ", 1)
}

func cut(name string) int {
	last := max(0, strings.LastIndex(name, "-"))
	return max(0, strings.LastIndex(name[:last], "-"))
}

// byWidth orders the pictures of a state from the narrowest; paper comes last.
func byWidth(a, b string) int {
	wide := func(name string) int {
		width := 1 << 20
		_, _ = fmt.Sscanf(look(name), "%d", &width)
		return width
	}
	return max(-1, min(1, 10*(wide(a)-wide(b))+strings.Compare(a, b)))
}
