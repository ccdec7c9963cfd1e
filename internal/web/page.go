package web

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates is every page's template by file name, each with the shell and the shared parts. A template that does not parse
// stops the program at its start.
var templates = parseTemplates("coverage", "coveragelist", "people", "person", "overview", "list", "section", "capability", "activity", "review", "pick1", "pick2progress", "pick2activity", "pick3", "returning", "activities", "tag", "history", "diagnosis", "window", "stored", "front", "problem")

func parseTemplates(names ...string) map[string]*template.Template {
	funcs := template.FuncMap{"t": sayHTML, "chip": chip, "shape": shape, "bar": bar, "link": link, "num": num, "tone": tone, "asset": asset}
	base := template.Must(template.New("shell.html").Funcs(funcs).ParseFS(templateFiles, "templates/shell.html", "templates/parts.html"))
	out := map[string]*template.Template{}
	for _, name := range names {
		out[name] = template.Must(template.Must(base.Clone()).ParseFS(templateFiles, "templates/"+name+".html"))
	}
	return out
}

// page is what a template is given.
type page struct {
	file    string // of the template, without its ending
	Title   string // h1, and the title of the window
	Window  string // title of the window where it is another: no name stands in it
	Problem bool   // the form came back with errors
	Crumbs  []crumb
	Tabs    []tab
	Notice  *notice
	Errors  []fieldError
	Foot    []string
	Body    any

	// Filled by render.
	Where   string // framework and course
	Theme   string // "light" in a frame, "device" in a window of its own
	Static  string
	Parents string // origins the script may tell the page's height
	Form    string // the session's form token
	Version string
	root    string
}

type crumb struct{ Name, Href string }

type tab struct {
	Name, Href string
	Current    bool
}

// notice is the one box above a page: what was done, or what is to be known.
type notice struct {
	Kind    string // "done", "important" or "preview"
	Heading string
	Text    []string
	Link    *crumb
}

// fieldError is one line of the error summary. Href is the id of the field.
type fieldError struct{ Text, Href string }

// To is a link inside the session, for templates.
func (p *page) To(path string) string { return p.root + path + "#c" }

// Action is the address a form posts to.
func (p *page) Action(path string) string { return p.root + path + "#c" }

// render fills in the shell and runs the template into memory.
func (s *site) render(v *visit, p *page) ([]byte, error) {
	p.Static, p.root, p.Version = v.up()+"static/", v.root(), s.Version
	p.Parents = strings.Join(v.origins, " ")
	p.Theme = "light"
	if v.Header.Get("Sec-Fetch-Dest") == "document" {
		p.Theme = "device"
	}
	if v.session != nil {
		p.Form = formToken(v.token)
		p.Where = s.where(v.session)
	}
	if v.admin && len(p.Tabs) > 0 {
		p.Tabs = append(p.Tabs, tab{Name: say("tab.diagnosis"), Href: v.to("admin/diagnosis"), Current: p.file == "diagnosis"})
	}
	var b bytes.Buffer
	if err := templates[p.file].ExecuteTemplate(&b, "shell.html", p); err != nil {
		return nil, fmt.Errorf("render the page %s: %w", p.file, err)
	}
	return b.Bytes(), nil
}

func (s *site) where(session *Session) string {
	cat := s.catalog(session)
	if session.Course.Title == "" {
		return say("shell.framework", "framework", cat.Title)
	}
	return say("shell.where", "framework", cat.Title, "course", session.Course.Title)
}

// learnerPage begins a page about the learner's own record, with what is true of all of them.
func (s *site) learnerPage(ctx context.Context, v *visit, file, title string, crumbs ...crumb) (*page, error) {
	p := &page{file: file, Title: title, Crumbs: crumbs, Notice: s.standing(v.session), Tabs: s.tabs(v, "me")}
	return p, s.addFreshness(ctx, p, say("foot.own"))
}

// leadPage begins a page for those who lead the course.
func (s *site) leadPage(ctx context.Context, v *visit, file, title, tab string, crumbs ...crumb) (*page, error) {
	p := &page{file: file, Title: title, Crumbs: crumbs, Tabs: s.tabs(v, tab)}
	return p, s.addFreshness(ctx, p, say("foot.lead"))
}

func (s *site) tabs(v *visit, current string) []tab {
	one := func(key, words, path string) tab {
		return tab{Name: words, Href: v.to(path), Current: key == current}
	}
	if v.session.Lead {
		tabs := []tab{one("activities", say("tab.activities"), "course/activities"), one("coverage", say("tab.coverage"), "course/coverage"), one("history", say("tab.history"), "course/history"),
			one("me", say("tab.aslearner"), "me")}
		if v.session.Account != "" && v.session.Recorded {
			tabs = slices.Insert(tabs, 0, one("people", say("tab.people"), "course/people"))
		}
		return tabs
	}
	return []tab{one("me", say("tab.overview"), "me"), one("list", say("tab.list"), "me/list")}
}

// standing is the notice of sessions of which nothing is kept.
func (s *site) standing(session *Session) *notice {
	switch {
	case showsPreview(session):
		return &notice{Kind: "preview", Heading: say("notice.preview"), Text: []string{say("state.preview")}}
	case session.Account == "":
		return &notice{Kind: "important", Heading: say("notice.important"), Text: []string{say("state.anonymous")}}
	}
	return nil
}

// link makes a link of words.
func link(href, words string) template.HTML {
	return template.HTML(`<a href="` + html.EscapeString(href) + `">` + html.EscapeString(words) + `</a>`)
}

// num makes a number a link to the list of what it counts. A zero counts nothing and stays plain.
func num(n int, href string) counted {
	text := fmt.Sprint(n)
	if n == 0 {
		return counted{n, template.HTML(text)}
	}
	return counted{n, link(href, text)}
}
