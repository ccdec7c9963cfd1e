package web

import (
	"bytes"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/gorilla/mux"
)

// visit is one request on its way: what came, and, under /s/{s}, whose launch it belongs to.
type visit struct {
	*http.Request
	locale            // of the launch; as the browser likes it before there is one
	id         string // of the request; people read it out, the log has it
	cookie     string // the browser's value, "" when it sent none
	token      string // of the session, "" outside
	session    *Session
	admin      bool        // of the session: runs Cairn, or may see how its connection stands
	origins    []string    // that may frame the answer
	formTarget string      // form-action of the policy, "'self'" unless told
	source     string      // origin that the answer may show in a frame of its own, "" for none
	preferred  *Preference // once read
}

// answer is what an action gives back. Nothing is written before it is whole.
type answer struct {
	status   int    // 0: 200, or 303 with a location
	location string // relative to the request's address
	page     *page
	body     []byte // instead of a page
	kind     string // content type of body
	cache    string // Cache-Control; "" is no-store
	download string // name of the file that body is kept as; "" for what is shown
	cookie   *http.Cookie
}

const htmlKind = "text/html; charset=utf-8"

// action does the work of one address. What it refuses it answers as a *problem; other errors are faults of ours.
type action func(v *visit) (answer, error)

// open serves an action that needs no session.
func (s *site) open(a action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Request: r, locale: s.localeFor(r.Header.Get("Accept-Language")), id: w.Header().Get(requestIDHeader), cookie: browserCookie(r), formTarget: "'self'"}
		if v.id == "" { // nobody around us named the request
			v.id = s.requestID()
		}
		s.write(w, v, s.run(v, a))
	})
}

// run calls the action and turns what went wrong into a page and one line of the log.
func (s *site) run(v *visit, a action) (out answer) {
	defer func() {
		if r := recover(); r != nil {
			s.Log.Error("page panicked", "request", v.id, "stack", string(debug.Stack()))
			out = s.problemAnswer(v, fault(fmt.Errorf("panic: %v", r)))
		}
	}()
	out, err := a(v)
	if err == nil && out.page != nil {
		out.body, err = s.render(v, out.page)
		out.kind = htmlKind
	}
	if err != nil {
		return s.problemAnswer(v, asProblem(err))
	}
	return out
}

// problemAnswer is the one place where errors end: it logs them and makes their page.
func (s *site) problemAnswer(v *visit, p *problem) answer {
	s.logProblem(v, p)
	body, err := s.render(v, s.problemPage(v, p))
	if err != nil {
		s.Log.Error("error page failed", "request", v.id, "error", err)
		body = []byte("<!doctype html><title>Cairn</title>" + v.id)
	}
	return answer{status: p.status, body: body, kind: htmlKind}
}

func (s *site) write(w http.ResponseWriter, v *visit, out answer) {
	s.setHeaders(w, v, out)
	if out.cookie != nil {
		http.SetCookie(w, out.cookie)
	}
	status := out.status
	switch {
	case status == 0 && out.location != "":
		status = http.StatusSeeOther
	case status == 0:
		status = http.StatusOK
	}
	if out.location != "" {
		w.Header().Set("Location", out.location)
	}
	w.WriteHeader(status)
	if v.Method != http.MethodHead {
		_, _ = bytes.NewReader(out.body).WriteTo(w) // a reader that went away is no error of ours
	}
}

// framedBy limits who may frame the answer to one registration's origins.
func (v *visit) framedBy(r Registration) { v.origins = frameOrigins(r) }

// up is the way from the request's address to the root of the site, so that pages work under any base path and hold no token.
func (v *visit) up() string { return stepsUp(strings.Count(v.URL.Path, "/") - 1) }

// root is the way from the request's address to the first level under /s/{s}/.
func (v *visit) root() string { return stepsUp(strings.Count(v.URL.Path, "/") - 3) }

func stepsUp(n int) string {
	if n <= 0 {
		return "./"
	}
	return strings.Repeat("../", n)
}

// to is a link inside the session. It ends in the id of the main part, which scrolls the LMS page back up (pages.md 2.1).
func (v *visit) to(path string) string { return v.root() + path + "#c" }

// done is where a saved form leads: the page with its notice.
func (v *visit) done(path string) answer { return answer{location: v.root() + path + "#notice"} }

func (v *visit) param(name string) string { return mux.Vars(v.Request)[name] }

// route is the pattern of the address, which unlike the address may be logged: it holds no token.
func (v *visit) route() string {
	if r := mux.CurrentRoute(v.Request); r != nil {
		if t, err := r.GetPathTemplate(); err == nil {
			return t
		}
	}
	return "none"
}
