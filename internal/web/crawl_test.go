package web_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	anchor    = regexp.MustCompile(`(?s)<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>`)
	inTags    = regexp.MustCompile(`<[^>]*>`)
	number    = regexp.MustCompile(`^(\d+)(?: of (\d+)\b)?`)
	listRow   = regexp.MustCompile(`<li class="cap"|<tbody>\s*<tr>|</tr>\s*<tr>`)
	countedIn = regexp.MustCompile(`<h2>(\d+) capabilit`)
	tagsNow   = regexp.MustCompile(`(?s)It counts towards (\d+) capabilit.*?<ul[^>]*>(.*?)</ul>`)
	tagsWider = regexp.MustCompile(`(?s)</details>\s*<p>[^<]*</p>\s*<ul>(.*?)</ul>`) // set for more than this course
)

// sight is a page as one person sees it.
type sight struct{ person, path string }

// crawler walks from page to page by their links, each page of each person once.
type crawler struct {
	*testing.T
	w        *world
	seen     map[sight]string
	compared int
}

// TestEveryNumberOnEveryPageOpensItsList follows each link whose text is a count, on all pages that can be reached (pages.md 6, 1): the
// list behind "9" has nine rows; that behind "9 of 22" has 22, of which nine have evidence.
func TestEveryNumberOnEveryPageOpensItsList(t *testing.T) {
	w := newWorld(t)
	ending(w)
	calibrated(w)
	w.opened = w.opened[:7] // enough for figures that hide nobody
	c := crawler{t, w, map[sight]string{}, 0}
	for _, p := range everyPage(w) {
		c.visit(sight{p[0], p[1]})
	}
	if c.compared < 300 {
		t.Errorf("only %d numbers were compared on %d pages", c.compared, len(c.seen))
	}
}

// page reads a page once; "" is one that is none or refuses.
func (c *crawler) page(s sight) string {
	body, known := c.seen[s]
	if known {
		return body
	}
	r := c.w.get(s.person, s.path)
	if r.Code == http.StatusOK && strings.HasPrefix(r.Header().Get("Content-Type"), "text/html") {
		body = r.Body.String()
	}
	c.seen[s] = body
	return body
}

// visit compares the counts on a page, and goes on along its links.
func (c *crawler) visit(from sight) {
	if _, known := c.seen[from]; known {
		return
	}
	for _, link := range c.links(from) {
		c.compare(from, link)
		if slices.Contains(walkers, from.person) && !strings.Contains(link.to, "sort=") {
			c.visit(sight{from.person, link.to})
		}
	}
}

// walkers go on from page to page; the others see no more than they do.
var walkers = []string{"amara", "six", "tove"}

type link struct{ text, to string }

// links are those of a page that stay inside the session.
func (c *crawler) links(s sight) (out []link) {
	at, err := url.Parse(base + "/s/x" + s.path)
	if err != nil {
		c.Fatal(err)
	}
	for _, m := range anchor.FindAllStringSubmatch(c.page(s), -1) {
		to, err := at.Parse(html.UnescapeString(m[1]))
		if err != nil {
			c.Errorf("%s links to %q: %v", s.path, m[1], err)
			continue
		}
		if path, inside := strings.CutPrefix(to.RequestURI(), "/s/x"); inside && to.Host == at.Host {
			out = append(out, link{strings.TrimSpace(html.UnescapeString(inTags.ReplaceAllString(m[2], ""))), path})
		}
	}
	return out
}

// lists are the addresses that counts lead to; elsewhere a number that begins a text is the code of a section or a capability.
var lists = regexp.MustCompile(`/list(\?|$)|/course/activities\?show=|/course/tags/activity/|/course/expiring\?within=`)

func (c *crawler) compare(from sight, l link) {
	n := number.FindStringSubmatch(l.text)
	if n == nil || !lists.MatchString(l.to) {
		return
	}
	c.compared++
	body, length := c.list(sight{from.person, l.to})
	want, of := n[1], n[2]
	if of != "" {
		if got := strings.Count(body, `class="chip s-evid`) + strings.Count(body, `class="chip s-soon`); strconv.Itoa(got) != want {
			c.Errorf("%s %s: %q leads to %s, with evidence for %d", from.person, from.path, l.text, l.to, got)
		}
		want = of
	}
	if strconv.Itoa(length) != want {
		c.Errorf("%s %s: %q leads to %s with %d rows", from.person, from.path, l.text, l.to, length)
	}
}

// list is what stands on all pages of a list, and how many rows that is. The number that it states must be that of its rows.
func (c *crawler) list(s sight) (all string, rows int) {
	if m := tagsNow.FindStringSubmatch(c.page(s)); m != nil {
		rows = strings.Count(m[2], "<li>")
		if m[1] != strconv.Itoa(rows) {
			c.Errorf("%s states %s tags and shows %d", s.path, m[1], rows)
		}
		if wider := tagsWider.FindStringSubmatch(c.page(s)); wider != nil {
			rows += strings.Count(wider[1], "<li>")
		}
		return c.page(s), rows
	}
	for next := s; next.path != ""; {
		page := c.page(next)
		all += page
		rows += len(listRow.FindAllString(page, -1))
		links := c.links(next)
		next.path = ""
		for _, l := range links {
			if strings.HasPrefix(l.text, "Next 50") || l.text == "Next page" {
				next.path = l.to
			}
		}
	}
	if m := countedIn.FindStringSubmatch(all); m != nil && m[1] != strconv.Itoa(rows) {
		c.Errorf("%s states %s and shows %d", s.path, m[1], rows)
	}
	return all, rows
}
