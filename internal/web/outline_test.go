package web_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

var (
	titleOf   = regexp.MustCompile(`<title>([^<]*)</title>`)
	headingOf = regexp.MustCompile(`(?s)<h1[^>]*>(.*?)</h1>`)
	tables    = regexp.MustCompile(`(?s)<table.*?</table>`)
	headCell  = regexp.MustCompile(`<th\b[^>]*>`)
	drawing   = regexp.MustCompile(`<svg\b[^>]*>`)
	chips     = regexp.MustCompile(`(?s)<strong class="chip[^>]*>(.*?)</strong>`)
	navs      = regexp.MustCompile(`<nav\b[^>]*>`)
	emptyCell = regexp.MustCompile(`<t[dh][^>]*>\s*</t[dh]>`)
	scrolling = regexp.MustCompile(`<div class="scroll[^>]*>`)
)

// TestPagesReadAloud holds what a screen reader says of every page (pages.md 2.2 and 6, 8): title, heading, landmarks, heads of tables,
// chips as words, drawings as nothing or as a sentence.
func TestPagesReadAloud(t *testing.T) {
	w := newWorld(t)
	crowd(w)
	for name, p := range everyPage(w) {
		t.Run(name, func(t *testing.T) {
			body := w.get(p[0], p[1]).Body.String()
			if body == "" || !strings.Contains(body, "<html") {
				return // it leads on to another page
			}
			checkTitle(t, p[1], body)
			for _, part := range []string{`<html lang="`, `<main id="c" tabindex="-1"`, `<footer`} {
				if strings.Count(body, part) != 1 {
					t.Errorf("%d of %s", strings.Count(body, part), part)
				}
			}
			each := func(what *regexp.Regexp, good func(string) bool) {
				t.Helper()
				for _, one := range what.FindAllString(body, -1) {
					if !good(one) {
						t.Errorf("not as it should be: %s", one)
					}
				}
			}
			each(navs, func(s string) bool { return strings.Contains(s, "aria-label") })
			each(tables, func(s string) bool { return strings.Contains(s, "<caption") })
			each(headCell, func(s string) bool { return strings.Contains(s, `scope="`) })
			each(drawing, func(s string) bool {
				return strings.Contains(s, `aria-hidden="true"`) || strings.Contains(s, `role="img"`) && strings.Contains(s, "aria-labelledby")
			})
			each(chips, func(s string) bool { return strings.TrimSpace(inTags.ReplaceAllString(s, "")) != "" })
			each(emptyCell, func(string) bool { return false })
			each(scrolling, func(s string) bool {
				return strings.Contains(s, `role="region"`) && strings.Contains(s, "aria-labelledby") && strings.Contains(s, `tabindex="0"`)
			})
		})
	}
}

// checkTitle holds that the title is the heading, but for pages about a person, whose name stands in no title.
func checkTitle(t *testing.T, path, body string) {
	t.Helper()
	title, heading := titleOf.FindStringSubmatch(body), headingOf.FindStringSubmatch(body)
	if title == nil || heading == nil {
		t.Fatal("no title or no heading")
	}
	said := html.UnescapeString(title[1])
	if strings.Contains(body, `class="problem"`) && !strings.HasPrefix(said, "Error: ") {
		t.Errorf("a form that failed is called %q", said)
	}
	said = strings.TrimPrefix(said, "Error: ")
	if said == "Learner record - Cairn" {
		return
	}
	for _, name := range []string{"Amara", "Whitfield"} {
		if strings.Contains(said, name) {
			t.Errorf("the title of %s names a person: %q", path, said)
		}
	}
	if want := strings.TrimSpace(html.UnescapeString(inTags.ReplaceAllString(heading[1], ""))) + " - Cairn"; said != want {
		t.Errorf("the title is %q, the heading asks for %q", said, want)
	}
}
