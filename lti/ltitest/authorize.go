package ltitest

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// launch is one message on its way: made by the login initiation, spent by the authorization.
type launch struct {
	user, tool, course, link string
	about                    string // whose work a submission review shows
	item                     int    // the line item of a submission review
	message                  string
	target                   string
	bends                    []Bend
}

// Initiation is a third-party initiated login (Security Framework 1.0, section 5.1.1.1): what the platform's page sends to
// the tool's login URL.
type Initiation struct {
	URL  string
	Form url.Values
}

// Address is the initiation as one address, for platforms that initiate by GET; a query that the login URL has stays.
func (i Initiation) Address() string {
	mark := "?"
	if strings.Contains(i.URL, "?") {
		mark = "&"
	}
	return i.URL + mark + i.Form.Encode()
}

// Initiate begins a launch of link by user; the hint in it is good for one authorization. The bends are applied to the token
// of this launch only. ErrUnknownUser, ErrUnknownLink, ErrNotEnrolled, ErrPending.
func (p *Platform) Initiate(user, link string, bends ...Bend) (Initiation, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, err := p.newLaunch(user, link)
	if err != nil {
		return Initiation{}, fmt.Errorf("initiate a launch: %w", err)
	}
	l.bends = bends
	k, _ := p.link(link)
	id, _ := strconv.ParseUint(p.random(4), 16, 32)
	return p.initiation(l, fmt.Sprintf("ltilaunch%s_%d", k.ID, id), map[string]any{"cmid": k.Module}), nil
}

// InitiateDeepLinking begins a deep linking launch of a tool in a course (Deep Linking 2.0, section 2.3).
// ErrUnknownUser, ErrUnknownCourse, ErrUnknownTool, ErrNotEnrolled.
func (p *Platform) InitiateDeepLinking(user, course, tool string, bends ...Bend) (Initiation, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tools[tool]
	if t == nil {
		return Initiation{}, fmt.Errorf("initiate deep linking with tool %q: %w", tool, ErrUnknownTool)
	}
	if t.Pending {
		return Initiation{}, fmt.Errorf("initiate deep linking with tool %q: %w", tool, ErrPending)
	}
	l := launch{user: user, tool: tool, course: course, message: messageDeepLink, target: t.TargetLinkURI, bends: bends}
	if _, err := p.claims(l, "", ""); err != nil {
		return Initiation{}, fmt.Errorf("initiate deep linking: %w", err)
	}
	id, _ := strconv.ParseUint(p.random(4), 16, 32)
	return p.initiation(l, fmt.Sprintf("ltilaunch_ContentItemSelectionRequest%d", id), map[string]any{}), nil
}

// InitiateReview begins a submission review: user looks at the work of another member for a line item (Submission Review 1.0,
// section 3). ErrUnknownUser, ErrUnknownItem, ErrNotEnrolled, ErrPending.
func (p *Platform) InitiateReview(user, about string, item int, bends ...Bend) (Initiation, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i, err := p.item(item)
	if err != nil {
		return Initiation{}, fmt.Errorf("initiate a review: %w", err)
	}
	t := p.tools[i.Tool]
	l := launch{user: user, about: about, item: item, tool: i.Tool, course: i.Course, link: i.Link, message: messageReview, bends: bends}
	l.target = t.TargetLinkURI
	if k, err := p.link(i.Link); err == nil {
		l.target = or(k.TargetLinkURI, l.target)
	}
	if own, _ := i.SubmissionReview["url"].(string); own != "" {
		l.target = own
	}
	if _, ok := p.member(i.Course, about); !ok {
		return Initiation{}, fmt.Errorf("review the work of user %q: %w", about, ErrNotEnrolled)
	}
	if t.Pending {
		return Initiation{}, fmt.Errorf("tool %q: %w", i.Tool, ErrPending)
	}
	if _, err := p.claims(l, "", ""); err != nil {
		return Initiation{}, fmt.Errorf("initiate a review: %w", err)
	}
	id, _ := strconv.ParseUint(p.random(4), 16, 32)
	return p.initiation(l, fmt.Sprintf("ltilaunch_SubmissionReview%d", id), map[string]any{}), nil
}

// newLaunch checks that the user may open the link. Platform.mu must be held.
func (p *Platform) newLaunch(user, link string) (launch, error) {
	k, err := p.link(link)
	if err != nil {
		return launch{}, err
	}
	if _, err := p.user(user); err != nil {
		return launch{}, err
	}
	if p.tools[k.Tool].Pending {
		return launch{}, fmt.Errorf("tool %q: %w", k.Tool, ErrPending)
	}
	if _, ok := p.member(k.Course, user); !ok || !k.visible(user) {
		return launch{}, fmt.Errorf("user %q, link %q: %w", user, link, ErrNotEnrolled)
	}
	target := or(k.TargetLinkURI, p.tools[k.Tool].TargetLinkURI)
	return launch{user: user, tool: k.Tool, course: k.Course, link: k.ID, message: messageResource, target: target}, nil
}

func (p *Platform) initiation(l launch, id string, hint map[string]any) Initiation {
	p.launches[id] = l
	hint["launchid"] = id
	t := p.tools[l.tool]
	out := Initiation{URL: t.LoginURL, Form: url.Values{
		"iss": {p.issuer}, "target_link_uri": {l.target}, "login_hint": {l.user},
		"lti_message_hint": {string(must(json.Marshal(hint, json.Deterministic(true))))},
		"client_id":        {t.ClientID}, "lti_deployment_id": {t.DeploymentID},
	}}
	if target := p.profile.StorageTarget; target != "" {
		out.Form.Set("lti_storage_target", target)
	}
	return out
}

// authError is an OpenID Connect error that goes back to the tool (OpenID Connect Core, section 3.1.2.6).
type authError struct{ code, description string }

func (e *authError) Error() string { return e.code + ": " + e.description }

// errUntrusted: the redirect URI cannot be trusted, so the person sees the error and the tool does not.
var errUntrusted = errors.New("client or redirect URI unknown")

// authorize answers the tool's authentication request, sent by GET or POST (Security Framework 1.0, section 5.1.1.2).
func (p *Platform) authorize(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.record(r, "auth", "", http.StatusBadRequest)
		p.errorPage(w, http.StatusBadRequest, "The request could not be read.")
		return
	}
	answer, err := p.Authorize(r.Form, p.visitor(r))
	if err != nil {
		status := http.StatusBadRequest
		if p.profile.ErrorPages404 {
			status = http.StatusNotFound
		}
		p.record(r, "auth", r.Form.Get("client_id"), status)
		p.errorPage(w, status, "Invalid request: "+err.Error())
		return
	}
	p.record(r, "auth", r.Form.Get("client_id"), http.StatusOK)
	p.autoPost(w, answer.URL, answer.Form)
}

// Authorize is what the authorization endpoint does: it answers the form to be posted to the tool, with id_token and state or
// with error, error_description and state. visitor is the sub of the person whose browser asks; "" when it is not known. An
// error means that the redirect URI cannot be trusted, and nothing may be posted.
func (p *Platform) Authorize(q url.Values, visitor string) (Initiation, error) {
	redirect := q.Get("redirect_uri")
	l, t, failure := p.checkAuth(q, visitor)
	if t == nil || !slices.Contains(t.RedirectURIs, redirect) {
		return Initiation{}, fmt.Errorf("redirect to %q: %w", redirect, errUntrusted)
	}
	answer := Initiation{URL: redirect, Form: url.Values{}}
	if failure == nil {
		failure = p.issue(answer.Form, l, q.Get("nonce"))
	}
	if failure != nil {
		answer.Form.Set("error", failure.code)
		if failure.description != "" {
			answer.Form.Set("error_description", failure.description)
		}
	}
	if q.Has("state") {
		answer.Form.Set("state", q.Get("state"))
	}
	return answer, nil
}

// checkAuth holds the request against the launch it names, in the order in which Moodle does. The hint is spent as soon as
// it is looked at. The tool is answered whenever it is known, so that an error can go back to it.
func (p *Platform) checkAuth(q url.Values, visitor string) (launch, *Tool, *authError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.toolByClient(q.Get("client_id"))
	for _, name := range []string{"scope", "response_type", "client_id", "redirect_uri", "login_hint", "nonce"} {
		if q.Get(name) == "" {
			return launch{}, t, &authError{"invalid_request", "Missing " + name}
		}
	}
	var hint struct {
		Launch string `json:"launchid"`
	}
	if err := json.Unmarshal([]byte(q.Get("lti_message_hint")), &hint); err != nil || hint.Launch == "" {
		return launch{}, t, &authError{"invalid_request", "No launch id in LTI hint"}
	}
	if q.Get("scope") != "openid" {
		return launch{}, t, &authError{"invalid_scope", ""}
	}
	if q.Get("response_type") != "id_token" {
		return launch{}, t, &authError{"unsupported_response_type", ""}
	}
	l, known := p.launches[hint.Launch]
	delete(p.launches, hint.Launch)
	switch {
	case !known:
		return l, t, &authError{"invalid_request", "Unknown or used launch id in LTI hint"}
	case t == nil || p.tools[l.tool] != t:
		return l, t, &authError{"unauthorized_client", ""}
	case q.Get("login_hint") != l.user || visitor != "" && visitor != l.user:
		return l, t, &authError{"access_denied", ""}
	case q.Get("response_mode") != "form_post":
		return l, t, &authError{"invalid_request", "Invalid response_mode"}
	case q.Get("prompt") != "" && q.Get("prompt") != "none":
		return l, t, &authError{"invalid_request", "Invalid prompt"}
	}
	return l, t, nil
}

// issue puts the signed token into the form. The member may have left the course since the initiation.
func (p *Platform) issue(form url.Values, l launch, nonce string) *authError {
	p.mu.Lock()
	t, err := p.unsigned(l, nonce, l.target)
	p.mu.Unlock()
	if err != nil {
		return &authError{"access_denied", err.Error()}
	}
	token, err := p.finish(t, l.bends...)
	if err != nil {
		return &authError{"server_error", err.Error()}
	}
	form.Set("id_token", token)
	return nil
}

func (p *Platform) toolByClient(client string) *Tool {
	for _, t := range p.tools {
		if t.ClientID == client {
			return t
		}
	}
	return nil
}
