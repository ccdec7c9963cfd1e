package web

import (
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"

	"cairn/lti"
)

// Parameters we add to our own login address. The platform's are never touched.
const (
	afterCheck = "cairn_check"  // the redirect that sees whether the cookie came back was answered
	inWindow   = "cairn_window" // the button of the window page was pressed
)

// login answers the platform's login initiation (Security 5.1.1.1). Before the browser is sent to the platform it must hold our
// cookie, or the launch could not be bound to it: the ladder of settled question 20. Nothing is spent until then.
func (s *site) login(v *visit) (answer, error) {
	req, err := lti.ReadLogin(v.Request)
	if err != nil {
		return answer{}, err
	}
	reg, err := s.Tool.CheckLogin(v.Context(), req)
	if err != nil {
		return answer{}, err
	}
	if v.cookie == "" && mayBeFramed(v) {
		if v.URL.Query().Has(afterCheck) {
			return s.windowPage(v, req, reg)
		}
		return s.checkCookie(v)
	}
	return s.toPlatform(v, req)
}

// mayBeFramed says whether the request may come from inside a frame, where browsers may withhold cookies. Browsers that do not
// tell are taken to be framed, unless our own button opened a window.
func mayBeFramed(v *visit) bool {
	dest := v.Header.Get("Sec-Fetch-Dest")
	if dest == "" {
		return !v.URL.Query().Has(inWindow)
	}
	return slices.Contains([]string{"iframe", "frame", "embed", "object", "fencedframe"}, dest)
}

// checkCookie sets the cookie and sends the browser to the same address once more. Status 307 has it repeat a POST with its
// form, so that the hints about the person do not move into an address.
func (s *site) checkCookie(v *visit) (answer, error) {
	cookie, err := s.newCookie()
	if err != nil {
		return answer{}, err
	}
	q := v.URL.Query()
	q.Set(afterCheck, "1")
	return answer{status: http.StatusTemporaryRedirect, location: path.Base(v.URL.Path) + "?" + q.Encode(), cookie: cookie}, nil
}

// toPlatform begins the login in this browser and sends it to the platform.
func (s *site) toPlatform(v *visit, req lti.LoginRequest) (answer, error) {
	var out answer
	value := v.cookie
	if value == "" {
		cookie, err := s.newCookie()
		if err != nil {
			return answer{}, err
		}
		out.cookie, value = cookie, cookie.Value
	}
	auth, err := s.Tool.BeginLogin(v.Context(), req, hashSecret(value))
	if err != nil {
		return answer{}, err
	}
	out.location = auth.URL()
	return out, nil
}

// windowBody is page W: one button that opens the same login in a window of its own.
type windowBody struct {
	Ask    string // for the platform's storage, "" where none is offered
	Action string
	Fields []option
}

// windowPage is shown when the cookie did not come back. Where the platform offers storage its script tries that first; without a
// script, or without an answer of the platform, the button is there. Its form leads on to the platform and from there to wherever people
// sign in, and browsers hold a form's target policy against every redirect that follows; so the policy of this page names schemes.
func (s *site) windowPage(v *visit, req lti.LoginRequest, reg lti.Registration) (answer, error) {
	known, err := s.Registrations.PageRegistration(v.Context(), reg.ID)
	if err != nil {
		return answer{}, err
	}
	v.framedBy(known)
	v.formTarget = "'self' https: http:"
	ask, err := s.keepSecret(v.Context(), req, reg)
	if err != nil {
		return answer{}, err
	}
	body := windowBody{Ask: ask, Action: path.Base(v.URL.Path) + "?" + url.Values{inWindow: {"1"}}.Encode()}
	values := req.Values()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		body.Fields = append(body.Fields, option{Name: name, Value: values.Get(name)})
	}
	return answer{page: &page{file: "window", Title: v.say("window.title"), Body: body}}, nil
}
