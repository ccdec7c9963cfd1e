package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"cairn/lti"
	"cairn/mapping"
)

// problem is a refusal or a failure with what people read about it. Its texts are in the text file under
// "problem.{text}.title", ".what", ".do" and ".who".
type problem struct {
	status  int
	rule    string // stable name, for people and logs
	text    string // which texts
	section string // of the specification the rule comes from, "" for our own
	cause   error  // for the log only
}

func (p *problem) Error() string {
	if p.cause != nil {
		return fmt.Sprintf("web: %s: %v", p.rule, p.cause)
	}
	return "web: " + p.rule
}

func (p *problem) Unwrap() error { return p.cause }

// refuse makes a problem whose texts go by a name of their own.
func refuse(status int, rule, text string) *problem {
	return &problem{status: status, rule: rule, text: text}
}

// fault is a failure on our side.
func fault(err error) *problem {
	return &problem{status: http.StatusInternalServerError, rule: "failure", text: "failure", cause: err}
}

// because adds the cause for the log.
func (p *problem) because(err error) *problem {
	p.cause = err
	return p
}

// Refused answers the rule by which a page refused a request, "" for an error that is none of ours or says that something failed.
func Refused(err error) string {
	var p *problem
	if errors.As(err, &p) && p.status < http.StatusInternalServerError {
		return p.rule
	}
	return ""
}

// away is an error that says that a store cannot be reached now, and that the same request may succeed later.
type away interface {
	error
	Unavailable() bool
}

// asProblem gives every error its status, rule and words.
func asProblem(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	var r *lti.Refusal
	if errors.As(err, &r) {
		return ltiProblem(r)
	}
	var edit *mapping.EditError
	if errors.As(err, &edit) {
		return editProblem(edit)
	}
	if errors.Is(err, ErrNotFound) {
		return refuse(http.StatusNotFound, "not-found", "gone").because(err)
	}
	var gone away
	if errors.As(err, &gone) && gone.Unavailable() {
		return refuse(http.StatusServiceUnavailable, "unavailable", "failure").because(err)
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return refuse(http.StatusRequestEntityTooLarge, "body-too-large", "badform").because(err)
	}
	return fault(err)
}

// logProblem writes the one line of a refusal. The address is left out: it holds the session's token.
func (s *site) logProblem(v *visit, p *problem) {
	log := s.Log.Warn
	switch {
	case v.Context().Err() != nil: // the browser went away; nobody reads the page
		log = s.Log.Info
	case p.status >= 500:
		log = s.Log.Error
	}
	args := []any{"rule", p.rule, "status", p.status, "request", v.id, "method", v.Method, "route", v.route()}
	if p.section != "" {
		args = append(args, "section", p.section)
	}
	if v.session != nil {
		args = append(args, "registration", v.session.Registration)
	}
	if p.cause != nil {
		args = append(args, "cause", p.cause.Error())
	}
	log("page refused", args...)
}

// problemBody is what the template of an error page shows, in the order of pages.md E.
type problemBody struct {
	What, Do, Who string
	Code          string
	Rule, Section string
	Time          string
	Status        int
	Return        string // address of the course, checked; "" when none was named
}

func (s *site) problemPage(v *visit, p *problem) *page {
	b := problemBody{
		What: v.say("problem." + p.text + ".what"), Do: v.say("problem." + p.text + ".do"),
		Code: strings.ToUpper(p.rule) + " " + v.id, Rule: p.rule, Section: p.section,
		Time: v.dateTime(s.Now()), Status: p.status,
	}
	if key := "problem." + p.text + ".who"; v.has(key) {
		b.Who = v.say(key)
	}
	if v.session != nil {
		b.Return = v.session.ReturnURL
	}
	return &page{file: "problem", Title: v.say("problem." + p.text + ".title"), Body: b}
}

// unknown answers addresses that are not ours.
func (s *site) unknown(*visit) (answer, error) {
	return answer{}, refuse(http.StatusNotFound, "no-such-page", "nopage")
}

// wrongMethod answers a method that an address does not take.
func (s *site) wrongMethod(*visit) (answer, error) {
	return answer{}, refuse(http.StatusMethodNotAllowed, "method", "nopage")
}

// ltiProblem gives a refused login or launch its page: who can mend it decides which words are read.
func ltiProblem(r *lti.Refusal) *problem {
	p := &problem{status: http.StatusBadRequest, rule: r.Rule, text: string(r.For), section: r.Section, cause: r}
	switch {
	case errors.Is(r, lti.ErrStateBrowser):
		p.text = "cookie"
	case errors.Is(r, lti.ErrKeySetUnavailable):
		p.status = http.StatusBadGateway
	case errors.Is(r, lti.ErrLoginDisabled), errors.Is(r, lti.ErrRegistrationOff), errors.Is(r, lti.ErrDeployment):
		p.status = http.StatusForbidden
	}
	if !tongues[0].has("problem." + p.text + ".title") {
		p.text = "site"
	}
	return p
}
