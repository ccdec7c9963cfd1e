package ltitest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// inModule lets members of the module's course through.
func (p *Platform) inModule(kind Kind, next func(http.ResponseWriter, *http.Request, page)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		u := p.visitorUser(r)
		if u.Sub == "" {
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		id, _ := strconv.Atoi(r.URL.Query().Get("id"))
		p.mu.Lock()
		a, err := p.moduleByID(id)
		c, _ := p.course(a.Course)
		m, ok := p.member(a.Course, u.Sub)
		p.mu.Unlock()
		switch {
		case err != nil || a.Kind != kind:
			p.errorPage(w, http.StatusNotFound, "There is no such activity.")
		case !ok:
			p.errorPage(w, http.StatusForbidden, "You are not enrolled in this course.")
		default:
			learns := slices.Contains(m.Roles, RoleLearner)
			next(w, r, page{Title: a.Name, User: u, Course: c, Activity: a, Learns: learns, Pass: a.pass()})
		}
	}
}

// readPage is the view of a page, which completes it unless it was just marked as not done.
func (p *Platform) readPage(w http.ResponseWriter, r *http.Request, v page) {
	if r.URL.Query().Has("undone") {
		p.showState(w, r, v)
		return
	}
	p.showModule(w, r, v)
}

func (p *Platform) showModule(w http.ResponseWriter, r *http.Request, v page) {
	v.Failure = failureText(p.View(r.Context(), v.User.Sub, v.Activity.Module))
	p.showState(w, r, v)
}

// showState fills in what the LMS keeps of the person's work.
func (p *Platform) showState(w http.ResponseWriter, r *http.Request, v page) {
	p.mu.Lock()
	key := moduleUser{v.Activity.Module, v.User.Sub}
	v.Done = p.completed[key]
	m := p.marks[key]
	v.Submitted = m.submitted
	if m.given {
		v.Mark = number(m.points)
	}
	for _, o := range p.members {
		m := p.marks[moduleUser{v.Activity.Module, o.User}]
		if o.Course != v.Course.ID || !m.submitted {
			continue
		}
		u, _ := p.user(o.User)
		work := workView{User: u, Points: number(v.Activity.Maximum)}
		if m.given {
			work.Points = number(m.points)
		}
		v.Work = append(v.Work, work)
	}
	p.mu.Unlock()
	p.show(w, r, http.StatusOK, string(v.Activity.Kind), v)
}

// deed does what a form of a module page asks for, then shows the page again.
func (p *Platform) deed(w http.ResponseWriter, r *http.Request, v page) {
	ctx, module, user := r.Context(), v.Activity.Module, v.User.Sub
	points, pointsErr := strconv.ParseFloat(r.PostFormValue("points"), 64)
	var err error
	after := ""
	switch action := r.PostFormValue("action"); {
	case action == "view":
		err = p.View(ctx, user, module)
	case action == "undo":
		err, after = p.Uncomplete(ctx, user, module), "&undone"
	case action == "submit" && v.Learns:
		err = p.Submit(ctx, user, module)
	case action == "attempt" && v.Learns && pointsErr == nil:
		err = p.AttemptQuiz(ctx, user, module, points)
	case action == "grade" && pointsErr == nil:
		err = p.GradeSubmission(ctx, user, r.PostFormValue("user"), module, points)
	default:
		p.errorPage(w, http.StatusBadRequest, "The form was not filled in correctly.")
		return
	}
	if err != nil && !errors.Is(err, ErrLRS) {
		p.errorPage(w, http.StatusBadRequest, err.Error())
		return
	}
	if err != nil {
		v.Failure = failureText(err)
		p.showState(w, r, v)
		return
	}
	http.Redirect(w, r, fmt.Sprintf("/mod/%s/view.php?id=%d%s", v.Activity.Kind, module, after), http.StatusSeeOther)
}

// frame shows a placed link in an iframe.
func (p *Platform) frame(w http.ResponseWriter, r *http.Request, v page) {
	p.mu.Lock()
	l, ok := p.linkOfModule(v.Activity.Module)
	if ok {
		v.ToolOrigin, v.Activity.Text = origin(p.tools[l.Tool].LoginURL), l.Description
	}
	p.mu.Unlock()
	p.showModule(w, r, v)
}

// startLaunch is the page inside the iframe: it posts the login initiation to the tool.
func (p *Platform) startLaunch(w http.ResponseWriter, r *http.Request, v page) {
	p.mu.Lock()
	l, _ := p.linkOfModule(v.Activity.Module)
	p.mu.Unlock()
	init, err := p.Initiate(v.User.Sub, l.ID)
	if err != nil {
		p.errorPage(w, http.StatusForbidden, "This activity is not open to you.")
		return
	}
	p.send(w, r, init)
}

func (p *Platform) linkOfModule(module int) (ResourceLink, bool) {
	i := slices.IndexFunc(p.links, func(l ResourceLink) bool { return l.Module == module })
	if i < 0 {
		return ResourceLink{}, false
	}
	return p.links[i], true
}
