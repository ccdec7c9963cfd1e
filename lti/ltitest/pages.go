package ltitest

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
)

//go:embed pages
var pageFiles embed.FS

var templates = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// session is one person logged in to the pretend LMS in one browser.
type session struct{ user string }

// page is what every template gets; the fields below Failure belong to single pages.
type page struct {
	Title, LMS      string
	User            User
	Courses         []Course
	Notice, Failure string

	Text       string
	People     []User
	Course     Course
	Sections   []sectionView
	Tools      []Tool
	Registers  bool // tools can register themselves
	Tool       string
	Learns     bool
	Activity   Activity
	Pass       float64
	Mark       string
	Submitted  bool
	Done       bool
	Work       []workView
	ToolOrigin string
	Storage    storage
	Columns    []string
	Rows       []rowView
	Endpoint   string
	Statements []statementView
	Requests   []Request
}

func (p *Platform) pageRoutes(m *http.ServeMux) {
	m.HandleFunc("GET /{$}", p.home)
	m.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, pageFiles, "pages/style.css")
	})
	m.HandleFunc("GET /storage.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, pageFiles, "pages/storage.js")
	})
	m.HandleFunc("GET /mod/lti/storage.php", p.storagePage)
	m.HandleFunc("POST /login/index.php", p.login)
	m.HandleFunc("POST /login/logout.php", p.logout)
	m.HandleFunc("GET /course/view.php", p.inCourse(p.coursePage))
	m.HandleFunc("GET /grade/report.php", p.inCourse(p.gradesPage))
	m.HandleFunc("GET /admin/log.php", p.logPage)
	m.HandleFunc("GET /mod/page/view.php", p.inModule(Page, p.readPage))
	m.HandleFunc("GET /mod/quiz/view.php", p.inModule(Quiz, p.showModule))
	m.HandleFunc("GET /mod/assign/view.php", p.inModule(Assignment, p.showModule))
	m.HandleFunc("POST /mod/page/view.php", p.inModule(Page, p.deed))
	m.HandleFunc("POST /mod/quiz/view.php", p.inModule(Quiz, p.deed))
	m.HandleFunc("POST /mod/assign/view.php", p.inModule(Assignment, p.deed))
	m.HandleFunc("GET /mod/lti/view.php", p.inModule(lti, p.frame))
	m.HandleFunc("GET /mod/lti/launch.php", p.inModule(lti, p.startLaunch))
	m.HandleFunc("GET /mod/lti/return.php", p.comeBack)
	m.HandleFunc("GET /admin/tools.php", p.toolsPage)
	m.HandleFunc("POST /admin/tools.php", p.activateTool)
	m.HandleFunc("POST /admin/register.php", p.registerPage)
	m.HandleFunc("GET /mod/lti/review.php", p.inCourse(p.reviewPage))
	m.HandleFunc("GET /mod/lti/review_start.php", p.inCourse(p.reviewStart))
	m.HandleFunc("GET /mod/lti/contentitem.php", p.inCourse(p.pickPage))
	m.HandleFunc("GET /mod/lti/contentitem_start.php", p.inCourse(p.pickStart))
	m.HandleFunc("POST /mod/lti/contentitem_return.php", p.contentReturn)
}

// show answers a page.
func (p *Platform) show(w http.ResponseWriter, r *http.Request, status int, name string, v page) {
	v.LMS, v.Storage = p.config.Name, p.storageView()
	p.mu.Lock()
	if v.User.Sub != "" {
		v.Courses = p.coursesOf(v.User.Sub)
	}
	p.mu.Unlock()
	if r != nil && v.Notice == "" {
		v.Notice = r.URL.Query().Get("lti_msg")
	}
	writeHTML(w, status, name, v)
}

func writeHTML(w http.ResponseWriter, status int, name string, v any) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, v); err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", typeHTML+utf8Suffix)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func (p *Platform) errorPage(w http.ResponseWriter, status int, text string) {
	p.show(w, nil, status, "error", page{Title: "Error", Text: text})
}

// autoPost answers a page that posts a form to the tool by itself.
func (p *Platform) autoPost(w http.ResponseWriter, address string, form url.Values) {
	writeHTML(w, http.StatusOK, "post", Initiation{URL: address, Form: form})
}

// coursesOf are the courses the user is in; Platform.mu must be held.
func (p *Platform) coursesOf(user string) []Course {
	return slices.DeleteFunc(slices.Clone(p.courses), func(c Course) bool {
		_, ok := p.member(c.ID, user)
		return !ok
	})
}

// cookie is the name of the session cookie. Cookies do not tell ports apart, so that two platforms on one host need two names.
func (p *Platform) cookie() string { return "pretend_" + p.keyID[:8] }

// visitor is the sub of the person whose browser asks; "" when nobody is logged in.
func (p *Platform) visitor(r *http.Request) string {
	c, err := r.Cookie(p.cookie())
	if err != nil {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sessions[c.Value].user
}

func (p *Platform) visitorUser(r *http.Request) User {
	sub := p.visitor(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	u, _ := p.user(sub)
	return u
}

func (p *Platform) home(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, http.StatusOK, "home", page{Title: "Log in", User: p.visitorUser(r), People: p.Users()})
}

// login takes on a person and goes to the first course.
func (p *Platform) login(w http.ResponseWriter, r *http.Request) {
	sub := r.PostFormValue("user")
	p.mu.Lock()
	_, err := p.user(sub)
	courses := p.coursesOf(sub)
	id := p.random(16)
	if err == nil {
		p.sessions[id] = session{sub}
	}
	p.mu.Unlock()
	if err != nil {
		p.errorPage(w, http.StatusBadRequest, "There is no such person.")
		return
	}
	http.SetCookie(w, &http.Cookie{Name: p.cookie(), Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	_ = p.Login(r.Context(), sub) // an LRS that is away stops nobody; the Traffic page shows it
	target := "/"
	if len(courses) > 0 {
		target = "/course/view.php?id=" + url.QueryEscape(courses[0].ID)
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

func (p *Platform) logout(w http.ResponseWriter, r *http.Request) {
	if sub := p.visitor(r); sub != "" {
		_ = p.Logout(r.Context(), sub)
	}
	if c, err := r.Cookie(p.cookie()); err == nil {
		p.mu.Lock()
		delete(p.sessions, c.Value)
		p.mu.Unlock()
	}
	http.SetCookie(w, &http.Cookie{Name: p.cookie(), Path: "/", MaxAge: -1})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
