package main

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"cairn/lti"
)

//go:embed pages
var registerFiles embed.FS

// registerTemplate is the page in all its states. One that does not parse stops the program at its start.
var registerTemplate = template.Must(template.ParseFS(registerFiles, "pages/register.html"))

// registerPage is what the template is given. One of Ask, Done and Problem is set.
type registerPage struct {
	Title   string
	Version string
	Ask     *askPage
	Done    *donePage
	Problem *problemPage
}

// askPage shows what will be registered.
type askPage struct {
	Issuer, Product, Note string
	Updates               string // name of the registration that is changed, "" for a new one
	Rows                  []askRow
	Notes                 []string
	Fields                []formField
}

type askRow struct {
	Name   string
	Values []string
}

type formField struct{ Name, Value string }

// donePage says what came of it, and what is left to do.
type donePage struct {
	Issuer, ClientID, Deployment string
	Next                         []string
	Target                       string // origin that is told to close the page
}

type problemPage struct{ What, Do, Section, Code string }

// write renders the page whole before anything is sent. Who may frame it is the LMS that opened it.
func (p registerPage) write(w http.ResponseWriter, status int, frames []string) {
	p.Version = version
	var b bytes.Buffer
	if err := registerTemplate.Execute(&b, p); err != nil {
		http.Error(w, "This page could not be made.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors "+
		strings.Join(append([]string{"'self'"}, frames...), " "))
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // a reader that went away is no error of ours
}

// registerScript serves the page's script.
func registerScript(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=3600")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeFileFS(w, r, registerFiles, "pages/register.js")
}

// framesOf is who may frame the page of an LMS at an address: its origin; for Canvas in the cloud, whose tenants have hosts of
// their own, any of them.
func framesOf(address string) []string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, "*;,'\" ") || u.Scheme != "https" && u.Scheme != "http" {
		return nil
	}
	if host := strings.ToLower(u.Hostname()); host == "canvas.instructure.com" || strings.HasSuffix(host, ".canvaslms.com") || strings.HasSuffix(host, ".instructure.com") {
		return []string{"https://*.instructure.com"}
	}
	return []string{u.Scheme + "://" + strings.ToLower(u.Host)}
}

// product is the kind of an LMS as it says itself.
func product(family, version string) string { return strings.TrimSpace(family + " " + version) }

// words are what the parts of a registration mean to an administrator.
var registerWords = map[string]string{
	string(lti.ResourceLinkRequest): "links in courses", string(lti.DeepLinkingRequest): "choosing what a link shows", string(lti.SubmissionReviewRequest): "opening a learner's record from the gradebook",
	lti.ScopeScore: "write scores of its own gradebook columns", lti.ScopeLineItem: "make gradebook columns of its own", lti.ScopeResultReadOnly: "read results of its own columns",
	lti.ScopeMembership: "read who takes part in a course it is used in", "name": "name", "given_name": "given name", "family_name": "family name", "email": "e-mail address",
}

// rowsOf says a plan in words.
func rowsOf(plan lti.ToolRegistration) []askRow {
	say := func(names []string) (out []string) {
		for _, n := range names {
			if word := registerWords[n]; word != "" {
				out = append(out, word)
			}
		}
		return out
	}
	var messages []string
	for _, m := range plan.Tool.Messages {
		messages = append(messages, string(m.Type))
	}
	rows := []askRow{
		{"Name", []string{plan.Name}}, {"Address", []string{plan.Tool.TargetURL}}, {"Login and keys", []string{plan.LoginURL, plan.KeySetURL}},
		{"Used for", say(messages)}, {"May", say(strings.Fields(plan.Scope))}, {"Is told of people", append([]string{"id in the LMS, and roles"}, say(plan.Tool.Claims)...)},
	}
	if rows[4].Values == nil {
		rows[4].Values = []string{"nothing: this LMS offers no services, so no scores can be sent"}
	}
	return rows
}

// donePageOf tells what came of an exchange.
func donePageOf(made lti.NewRegistration, id string) *donePage {
	r := made.Registration
	p := &donePage{Issuer: r.Issuer, ClientID: r.ClientID, Deployment: strings.Join(r.Deployments, ", "), Target: "*"}
	if p.Deployment == "" {
		p.Deployment = "known at the first launch"
	}
	frames := framesOf(r.Issuer)
	switch {
	case len(r.ServiceOrigins) > 0: // a tenant's own address
		p.Target = r.ServiceOrigins[0]
	case len(frames) == 1 && !strings.Contains(frames[0], "*"):
		p.Target = frames[0]
	default:
		p.Next = append(p.Next, "Tell the operator of Cairn the address at which people use this LMS: cairn registration set "+id+" --frame-origin ADDRESS --service-origin ADDRESS. Until then it cannot show Cairn's pages.")
	}
	if made.Waits || r.Disabled {
		p.Next = append(p.Next, "An LMS of this address was registered already. The operator of Cairn has to switch this one on: cairn registration set "+id+" --no-disabled.")
	}
	if made.Pending {
		p.Next = append(p.Next, "Switch the tool on in the LMS: a tool that registered itself waits there for its administrator.")
	}
	for _, scope := range made.Missing {
		if word := registerWords[scope]; word != "" {
			p.Next = append(p.Next, "Not allowed by the LMS: "+word+". Allow it in the tool's settings there, if it is wanted.")
		}
	}
	return p
}
