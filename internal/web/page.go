package web

import (
	"bytes"
	"embed"
	"fmt"
	"html"
	"html/template"
	"io/fs"
	"path"
	"strings"
)

//go:embed templates/*.html
var templateFiles embed.FS

// parseTemplates reads every page's template by file name, each with the shell and the shared parts, speaking one language. They are
// part of the program, so that one that does not parse is no error to tell.
func (t *tongue) parseTemplates() map[string]*template.Template {
	funcs := template.FuncMap{"t": t.sayHTML, "foreign": t.foreignAttr, "state": t.state, "chip": chip, "implied": implied, "shape": shape, "bar": bar, "link": link, "person": isolated, "tone": tone, "asset": asset}
	const shared = "templates/shell.html templates/parts.html"
	base := template.Must(template.New("shell.html").Funcs(funcs).ParseFS(templateFiles, strings.Fields(shared)...))
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		panic(err) // the pattern is part of the program
	}
	out := map[string]*template.Template{}
	for _, file := range files {
		if !strings.Contains(shared, file) {
			out[strings.TrimSuffix(path.Base(file), ".html")] = template.Must(template.Must(base.Clone()).ParseFS(templateFiles, file))
		}
	}
	return out
}

// page is what a template is given.
type page struct {
	file    string        // of the template, without its ending
	Title   string        // h1, and the title of the window
	Heading template.HTML // h1 where it is not the title as it stands: a sentence that names a person
	Person  string        // whom the page is about: title or crumb
	Foreign string        // language of the title and of the crumbs after the first, where it is not the page's
	Window  string        // title of the window where it is another: no name stands in it
	Problem bool          // the form came back with errors
	Crumbs  []crumb
	Tabs    []tab
	Notice  *notice
	Errors  []fieldError
	Mend    *crumb // where to look at what the errors tell of
	Foot    []string
	Body    any

	// Filled by render.
	Lang    string        // of the page
	Inside  bool          // there is a session, whose pages can be linked
	Where   template.HTML // framework and course
	Theme   string        // "light", "dark", or "device" for as the device likes it
	Static  string
	Parents string // origins the script may tell the page's height
	Form    string // the session's form token
	Ending  ending // of the session
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
	Also    *crumb // a second link
}

// fieldError is one line of the error summary. Href is the id of the field.
type fieldError struct{ Text, Href string }

// To is a link inside the session, for templates.
func (p *page) To(path string) string { return p.root + path + "#c" }

// Action is the address a form posts to.
func (p *page) Action(path string) string { return p.root + path + "#c" }

// render fills in the shell and runs the template into memory.
func (s *site) render(v *visit, p *page) ([]byte, error) {
	p.Static, p.root, p.Version, p.Lang = v.up()+"static/", v.root(), s.Version, v.lang()
	p.Parents = strings.Join(v.origins, " ")
	p.Theme = s.theme(v)
	if v.session != nil {
		p.Form = formToken(v.token)
		p.Inside = true
		p.Ending = s.ending(v.session)
		p.Where = s.where(v)
	}
	if v.admin && !v.session.Operator && len(p.Tabs) > 0 && !strings.HasPrefix(p.file, "admin") {
		p.Tabs = append(p.Tabs, tab{Name: v.say("tab.diagnosis"), Href: v.to("admin/diagnosis")})
	}
	var b bytes.Buffer
	if err := v.templates()[p.file].ExecuteTemplate(&b, "shell.html", p); err != nil {
		return nil, fmt.Errorf("render the page %s: %w", p.file, err)
	}
	return b.Bytes(), nil
}

func (s *site) where(v *visit) template.HTML {
	if v.session.Operator {
		return v.sayHTML("shell.operator")
	}
	cat := s.catalog(v.session)
	if v.session.Course.Title == "" {
		return v.sayHTML("shell.framework", "framework", v.inForeign(cat.Title))
	}
	return v.sayHTML("shell.where", "framework", v.inForeign(cat.Title), "course", v.session.Course.Title)
}

// learnerPage begins a page about the learner's own record, with what is true of all of them.
func (s *site) learnerPage(v *visit, file, title string, crumbs ...crumb) (*page, error) {
	p := &page{file: file, Title: title, Crumbs: crumbs, Notice: standing(v), Tabs: s.tabs(v, "me")}
	return p, s.addFreshness(v, p, v.whoSees())
}

// whoSees says who can see what a learner's pages show. Of a session without a learner nothing is kept.
func (v *visit) whoSees() string {
	switch course := v.session.Course.Title; {
	case owner(v.session) == "":
		return v.say("foot.nobody")
	case course == "":
		return v.say("foot.own")
	default:
		return v.say("foot.owncourse", "course", course)
	}
}

// leadPage begins a page for those who lead the course.
func (s *site) leadPage(v *visit, file, title, tab string, crumbs ...crumb) (*page, error) {
	p := &page{file: file, Title: title, Crumbs: crumbs, Tabs: s.tabs(v, tab)}
	return p, s.addFreshness(v, p, v.say("foot.lead"))
}

// standing is the notice of sessions of which nothing is kept.
func standing(v *visit) *notice {
	switch {
	case showsPreview(v.session):
		return &notice{Kind: "preview", Heading: v.say("notice.preview"), Text: []string{v.say("state.preview")}}
	case v.session.Account == "":
		return &notice{Kind: "important", Heading: v.say("notice.important"), Text: []string{v.say("state.anonymous")}}
	}
	return nil
}

// link makes a link of words.
func link(href, words string) template.HTML {
	return template.HTML(`<a href="` + html.EscapeString(href) + `">` + html.EscapeString(words) + `</a>`)
}

// num makes a number a link to the list of what it counts. A zero counts nothing and stays plain.
func (t *tongue) num(n int, href string) counted {
	text := t.number(n)
	if n == 0 {
		return counted{n, template.HTML(text)}
	}
	return counted{n, link(href, text)}
}
