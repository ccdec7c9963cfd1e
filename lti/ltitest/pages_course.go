package ltitest

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
)

type sectionView struct {
	Name    string
	Modules []moduleView
}

type moduleView struct {
	Name, Label, Href string
	Done              bool
}

type rowView struct {
	Name  string
	Cells []cellView
}

type cellView struct{ Text, Title, Review string }

type workView struct {
	User   User
	Points string
}

type statementView struct{ At, Actor, Verb, Object, ID, Answer string }

var kindLabels = map[Kind]string{Page: "Page", Quiz: "Quiz", Assignment: "Assignment", lti: "External tool"}

// inCourse lets members of the course in the address through, and nobody else.
func (p *Platform) inCourse(next func(http.ResponseWriter, *http.Request, page)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		u := p.visitorUser(r)
		if u.Sub == "" {
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		p.mu.Lock()
		c, err := p.course(r.URL.Query().Get("id"))
		m, ok := p.member(c.ID, u.Sub)
		p.mu.Unlock()
		if err != nil || !ok {
			p.errorPage(w, http.StatusForbidden, "You are not enrolled in this course.")
			return
		}
		next(w, r, page{User: u, Course: c, Learns: slices.Contains(m.Roles, RoleLearner)})
	}
}

func (p *Platform) coursePage(w http.ResponseWriter, r *http.Request, v page) {
	failure := p.ViewCourse(r.Context(), v.User.Sub, v.Course.ID)
	v.Title, v.Failure = v.Course.Title, failureText(failure)
	p.mu.Lock()
	for _, s := range p.sections {
		if s.course != v.Course.ID {
			continue
		}
		if view := p.sectionOf(v.Course, s.number, v.User.Sub); len(view.Modules) > 0 {
			v.Sections = append(v.Sections, view)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(p.tools)) {
		if p.tools[id].DeepLinking {
			v.Tools = append(v.Tools, *p.tools[id])
		}
	}
	p.mu.Unlock()
	p.show(w, r, http.StatusOK, "course", v)
}

// failureText is what a person reads when the LRS is away: the LMS itself goes on.
func failureText(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrLRS):
		return "It was recorded here, but the LRS did not take the statements: " + err.Error()
	}
	return err.Error()
}

func (p *Platform) sectionOf(c Course, number int, user string) sectionView {
	all := slices.DeleteFunc(slices.Clone(p.activities), func(a Activity) bool { return a.Course != c.ID || a.Section != number })
	for _, l := range p.links {
		if l.Course == c.ID && l.Section == number && l.visible(user) {
			all = append(all, Activity{Module: l.Module, Kind: lti, Name: l.Title})
		}
	}
	slices.SortFunc(all, func(a, b Activity) int { return a.Module - b.Module })
	out := sectionView{Name: fmt.Sprintf("Section %d", number)}
	for _, a := range all {
		href := fmt.Sprintf("/mod/%s/view.php?id=%d", a.Kind, a.Module)
		out.Modules = append(out.Modules, moduleView{a.Name, kindLabels[a.Kind], href, p.completed[moduleUser{a.Module, user}]})
	}
	return out
}

// gradesPage shows the gradebook: one's own row, or every learner's to who teaches.
func (p *Platform) gradesPage(w http.ResponseWriter, r *http.Request, v page) {
	v.Title = "Grades"
	p.mu.Lock()
	graded := slices.DeleteFunc(slices.Clone(p.activities), func(a Activity) bool {
		return a.Course != v.Course.ID || a.Kind == Page
	})
	items := slices.DeleteFunc(slices.Clone(p.items), func(i *LineItem) bool { return i.Course != v.Course.ID })
	for _, a := range graded {
		v.Columns = append(v.Columns, fmt.Sprintf("%s (of %s)", a.Name, number(a.Maximum)))
	}
	for _, i := range items {
		v.Columns = append(v.Columns, fmt.Sprintf("%s (of %s)", i.Label, number(i.Maximum)))
	}
	for _, m := range p.members {
		if m.Course == v.Course.ID && slices.Contains(m.Roles, RoleLearner) && (!v.Learns || m.User == v.User.Sub) {
			v.Rows = append(v.Rows, p.gradeRow(m.User, graded, items, !v.Learns))
		}
	}
	p.mu.Unlock()
	p.show(w, r, http.StatusOK, "grades", v)
}

func (p *Platform) gradeRow(user string, graded []Activity, items []*LineItem, teaches bool) rowView {
	u, _ := p.user(user)
	row := rowView{Name: u.Name()}
	for _, a := range graded {
		cell := cellView{Text: "-"}
		if m := p.marks[moduleUser{a.Module, user}]; m.given {
			cell.Text = number(m.points)
		}
		row.Cells = append(row.Cells, cell)
	}
	for _, i := range items {
		cell := cellView{Text: "-"}
		if g := p.grades[gradeKey{i.ID, user}]; g != nil {
			cell.Title = g.ActivityProgress + ", " + g.GradingProgress
			if g.Given {
				cell.Text = number(g.Score)
			}
			if teaches {
				cell.Review = p.reviewHref(i, user)
			}
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

const shownLog = 50

// logPage shows what went out and what came in, newest first.
func (p *Platform) logPage(w http.ResponseWriter, r *http.Request) {
	v := page{Title: "Traffic", User: p.visitorUser(r)}
	sent, requests := p.Sent(), p.Requests()
	slices.Reverse(sent)
	slices.Reverse(requests)
	v.Requests = requests[:min(len(requests), shownLog)]
	p.mu.Lock()
	v.Endpoint = p.config.LRS.Endpoint
	p.mu.Unlock()
	for _, s := range sent[:min(len(sent), shownLog)] {
		v.Statements = append(v.Statements, viewStatement(s))
	}
	p.show(w, r, http.StatusOK, "log", v)
}

func viewStatement(s Sent) statementView {
	var in struct {
		Actor struct {
			Name string `json:"name"`
		} `json:"actor"`
		Verb struct {
			Display map[string]string `json:"display"`
		} `json:"verb"`
		Object struct {
			ID         string `json:"id"`
			Definition struct {
				Name map[string]string `json:"name"`
			} `json:"definition"`
		} `json:"object"`
		Timestamp string `json:"timestamp"`
	}
	must(0, json.Unmarshal(s.Statement, &in))
	at, _ := time.Parse(time.RFC3339, in.Timestamp)
	out := statementView{at.Format(time.TimeOnly), in.Actor.Name, in.Verb.Display["en"],
		in.Object.Definition.Name["en"], in.Object.ID, "kept here"}
	switch {
	case s.Waiting:
		out.Answer = "waiting " + s.Failure
	case s.Failure != "":
		out.Answer = s.Failure
	case s.Status != 0:
		out.Answer = strconv.Itoa(s.Status)
	}
	return out
}

// comeBack is where the tool's return URL leads (LTI Core 1.3, launch presentation claim).
func (p *Platform) comeBack(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	c, err := p.course(r.URL.Query().Get("course"))
	p.mu.Unlock()
	if err != nil {
		p.errorPage(w, http.StatusNotFound, "There is no such course.")
		return
	}
	v := page{Title: "Back from the tool", User: p.visitorUser(r), Course: c, Failure: r.URL.Query().Get("lti_errormsg")}
	p.show(w, r, http.StatusOK, "return", v)
}

// origin is scheme and host of an address; "" when it is none.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
