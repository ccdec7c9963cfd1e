package ltitest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// toolsPage is where an administrator sees the tools, and pastes the registration address of another.
func (p *Platform) toolsPage(w http.ResponseWriter, r *http.Request) {
	v := page{Title: "Tools", User: p.visitorUser(r), Tools: p.Tools(), Registers: !p.profile.NoRegistration}
	if r.URL.Query().Has("closed") {
		v.Notice = "The tool has finished its registration."
	}
	p.show(w, r, http.StatusOK, "tools", v)
}

// activateTool is the administrator's button.
func (p *Platform) activateTool(w http.ResponseWriter, r *http.Request) {
	if err := p.Activate(r.PostFormValue("tool")); err != nil {
		p.errorPage(w, http.StatusBadRequest, "There is no such tool.")
		return
	}
	http.Redirect(w, r, "/admin/tools.php", http.StatusSeeOther)
}

// registerPage opens the tool's registration address in a frame, with configuration and token (Dynamic Registration 1.0, section
// 3.3), and goes back to the list when the tool says that it is done.
func (p *Platform) registerPage(w http.ResponseWriter, r *http.Request) {
	address := strings.TrimSpace(r.PostFormValue("address"))
	if origin(address) == "" || p.profile.NoRegistration {
		p.errorPage(w, http.StatusBadRequest, "This is not the registration address of a tool.")
		return
	}
	start := p.RegistrationURL(address)
	if tool := r.PostFormValue("tool"); tool != "" {
		var err error
		if start, err = p.UpdateURL(tool, address); err != nil {
			p.errorPage(w, http.StatusBadRequest, "There is no such tool.")
			return
		}
	}
	p.show(w, r, http.StatusOK, "register", page{Title: "Register a tool", User: p.visitorUser(r), Text: start, ToolOrigin: origin(address)})
}

// reviewPage shows the tool's view of one person's work in a frame, to who teaches the course; reviewStart is the page inside.
func (p *Platform) reviewPage(w http.ResponseWriter, r *http.Request, v page) {
	item, _ := strconv.Atoi(r.URL.Query().Get("item"))
	i := slices.IndexFunc(p.LineItems(v.Course.ID), func(i LineItem) bool { return i.ID == item })
	if i < 0 || v.Learns {
		p.errorPage(w, http.StatusForbidden, "Only who teaches the course can look at this.")
		return
	}
	p.mu.Lock()
	t := p.tools[p.itemTool(item)]
	v.ToolOrigin = origin(t.LoginURL)
	p.mu.Unlock()
	v.Title, v.Text = "Review", "/mod/lti/review_start.php?"+url.Values{
		"id": {v.Course.ID}, "item": {strconv.Itoa(item)}, "user": {r.URL.Query().Get("user")},
	}.Encode()
	p.show(w, r, http.StatusOK, "review", v)
}

func (p *Platform) reviewStart(w http.ResponseWriter, r *http.Request, v page) {
	item, _ := strconv.Atoi(r.URL.Query().Get("item"))
	init, err := p.InitiateReview(v.User.Sub, r.URL.Query().Get("user"), item)
	if err != nil || v.Learns {
		p.errorPage(w, http.StatusForbidden, "This work cannot be reviewed.")
		return
	}
	p.send(w, r, init)
}

func (p *Platform) itemTool(id int) string {
	i, err := p.item(id)
	if err != nil {
		return ""
	}
	return i.Tool
}

// reviewHref is the address that reviews one person's work; "" where tool or platform does not do that. Platform.mu must be held.
func (p *Platform) reviewHref(i *LineItem, user string) string {
	if t := p.tools[i.Tool]; t == nil || !t.Review {
		return ""
	}
	return fmt.Sprintf("/mod/lti/review.php?id=%s&item=%d&user=%s", url.QueryEscape(i.Course), i.ID, url.QueryEscape(user))
}
