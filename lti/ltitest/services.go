package ltitest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const maxServiceBody = 1 << 20

// call is one request to a service, with the template of its path filled in.
type call struct {
	method, path string
	query        url.Values
	agent        string
	accept, sent string // the Accept and Content-Type headers as they came
	body         []byte
	course       string
	id           string // of the line item or tool in the path
	tool         *Tool  // known once the token was checked
	header       http.Header
}

// reply is what a service answers when all goes well. A nil body is no body at all.
type reply struct {
	status      int
	contentType string
	body        any
}

// refusal is a service error: the reason is Moodle's, and goes into the body.
type refusal struct {
	status int
	reason string
	bare   bool   // the body is an empty list and says nothing, as for scores
	typed  string // content type of a bare one
}

func (e *refusal) Error() string { return fmt.Sprintf("%d %s", e.status, e.reason) }

func refuse(status int, reason string) *refusal {
	return &refusal{status: status, reason: or(reason, http.StatusText(status))}
}

// resource is one kind of service address.
type resource struct {
	name    string
	path    []string // {course} and {id} stand for any one part
	formats []string // the first is the one answered to GET
	methods map[string]string
	serve   func(*Platform, *call) (reply, error)
	scopes  map[string][]string // by method: any one of them is enough
}

var resources = []resource{
	{name: "lineitems", path: []string{"{course}", "lineitems"}, formats: []string{typeLineItems, typeLineItem},
		methods: map[string]string{"GET": typeLineItems, "POST": typeLineItem}, serve: (*Platform).lineItems,
		scopes: map[string][]string{"GET": {scopeLineItem, scopeLineItemRead}, "": {scopeLineItem}}},
	{name: "lineitem", path: []string{"{course}", "lineitems", "{id}", "lineitem"}, formats: []string{typeLineItem},
		methods: map[string]string{"GET": typeLineItem, "PUT": typeLineItem, "DELETE": ""}, serve: (*Platform).lineItem,
		scopes: map[string][]string{"GET": {scopeLineItem, scopeLineItemRead}, "": {scopeLineItem}}},
	{name: "results", path: []string{"{course}", "lineitems", "{id}", "lineitem", "results"}, formats: []string{typeResults},
		methods: map[string]string{"GET": typeResults}, serve: (*Platform).results,
		scopes: map[string][]string{"": {scopeResultRead}}},
	{name: "scores", path: []string{"{course}", "lineitems", "{id}", "lineitem", "scores"}, formats: []string{typeScore},
		methods: map[string]string{"POST": typeScore}, serve: (*Platform).scores,
		scopes: map[string][]string{"": {scopeScore}}},
	{name: "roster", path: []string{"CourseSection", "{course}", "bindings", "{id}", "memberships"},
		formats: []string{typeMembers, typeMembersV1}, methods: map[string]string{"GET": typeMembers},
		serve: (*Platform).roster, scopes: map[string][]string{"": {scopeMembership}}},
}

// service answers every address below services.php: it finds the resource, checks media type, token and scope, and serves.
func (p *Platform) service(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxServiceBody))
	c := &call{
		method: r.Method, path: strings.TrimPrefix(r.URL.EscapedPath(), "/mod/lti/services.php"), query: r.URL.Query(),
		agent: r.UserAgent(), accept: strings.Join(r.Header.Values("Accept"), ", "), sent: r.Header.Get("Content-Type"), body: body, header: w.Header(),
	}
	name, answer, err := p.dispatch(c, r.Header.Get("Authorization"))
	client := ""
	if c.tool != nil {
		client = c.tool.ClientID
	}
	if err != nil {
		p.recordBody(r, name, client, p.refuseService(w, r, err), string(body))
		return
	}
	p.recordBody(r, name, client, answer.status, string(body))
	if answer.body == nil {
		w.Header().Set("Content-Type", answer.contentType+utf8Suffix)
		w.WriteHeader(answer.status)
		return
	}
	writeJSON(w, answer.status, answer.contentType+utf8Suffix, answer.body)
}

func (p *Platform) dispatch(c *call, authorization string) (string, reply, error) {
	kind, err := p.find(c)
	if err != nil {
		return "service", reply{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limited > 0 || p.profile.NeedsUserAgent && c.agent == "" {
		p.limited = max(0, p.limited-1)
		return kind.name, reply{}, errLimited
	}
	if err := p.admit(c, kind, authorization); err != nil {
		return kind.name, reply{}, err
	}
	if _, ok := kind.methods[c.method]; !ok {
		return kind.name, reply{}, refuse(http.StatusMethodNotAllowed, "")
	}
	if err := p.checkCourse(c, kind); err != nil {
		return kind.name, reply{}, err
	}
	answer, err := kind.serve(p, c)
	return kind.name, answer, err
}

// find takes the first resource whose path fits and whose media types admit the request.
func (p *Platform) find(c *call) (resource, error) {
	var wrong *refusal
	for _, kind := range resources {
		if !kind.match(c) {
			continue
		}
		if wrong = p.checkType(c, kind); wrong == nil {
			return kind, nil
		}
	}
	if wrong != nil {
		return resource{}, wrong
	}
	return resource{}, p.noHandler(c)
}

func (p *Platform) noHandler(c *call) *refusal {
	accept, sent := c.accept, c.sent
	if c.method == http.MethodGet {
		sent = ""
	} else {
		accept = ""
	}
	return refuse(http.StatusBadRequest, fmt.Sprintf("No handler found for %s %s %s", c.path, accept, sent))
}

func (k resource) match(c *call) bool {
	parts := strings.Split(strings.TrimPrefix(c.path, "/"), "/")
	if len(parts) != len(k.path) {
		return false
	}
	var course, id string
	for i, want := range k.path {
		switch want {
		case "{course}":
			course = parts[i]
		case "{id}":
			id = parts[i]
		default:
			if parts[i] != want {
				return false
			}
		}
	}
	c.course, c.id = course, id
	return true
}

// checkType compares media types: exactly as Moodle does, or by the rules of HTTP.
func (p *Platform) checkType(c *call, kind resource) *refusal {
	get := c.method == http.MethodGet
	if p.profile.ExactMediaTypes {
		if get && c.accept != "" && !strings.Contains(c.accept, "*/*") && !slices.Contains(kind.formats, c.accept) {
			return p.noHandler(c)
		}
		if !get && c.method != http.MethodDelete && !slices.Contains(kind.formats, c.sent) {
			return p.noHandler(c)
		}
		return nil
	}
	if get && c.accept != "" && !accepts(c.accept, kind.formats[0]) {
		return refuse(http.StatusNotAcceptable, "")
	}
	if want := kind.methods[c.method]; !get && want != "" && mediaType(c.sent) != want {
		return refuse(http.StatusUnsupportedMediaType, "")
	}
	return nil
}

// accepts reads an Accept header; a weight of zero excludes.
func accepts(header, want string) bool {
	for _, part := range strings.Split(header, ",") {
		name := mediaType(part)
		excluded := strings.HasSuffix(strings.ReplaceAll(part, " ", ""), ";q=0")
		if !excluded && (name == want || name == "*/*" || name == "application/*") {
			return true
		}
	}
	return false
}

func mediaType(header string) string {
	name, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(name))
}

// errLimited is what Canvas answers callers that are too fast, and those without a name.
var errLimited = &refusal{status: http.StatusForbidden, reason: "403 Forbidden (Rate Limit Exceeded)"}

// LimitNext makes the services refuse the next calls as too many, as Canvas does: by 403.
func (p *Platform) LimitNext(calls int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limited = calls
}

// admit checks the bearer token, its scopes and its tool.
func (p *Platform) admit(c *call, kind resource, authorization string) error {
	token, ok := p.tokens[strings.TrimPrefix(authorization, "Bearer ")]
	if !ok || !strings.HasPrefix(authorization, "Bearer ") || !p.config.Now().Before(token.expires) {
		return refuse(http.StatusUnauthorized, "")
	}
	c.tool = p.tools[token.tool]
	scopes, ok := kind.scopes[c.method]
	if !ok {
		scopes = kind.scopes[""]
	}
	if len(common(scopes, token.scopes)) == 0 {
		if p.profile.WrongScopeIs401 {
			return refuse(http.StatusUnauthorized, "")
		}
		return refuse(http.StatusForbidden, "")
	}
	if id := c.query.Get("type_id"); id != "" && id != token.tool || kind.name == "roster" && c.id != token.tool {
		return refuse(http.StatusUnauthorized, "")
	}
	return nil
}

// checkCourse finds the course; unless the profile is open-handed, the tool must be placed in it.
func (p *Platform) checkCourse(c *call, kind resource) error {
	exact := c.method != http.MethodGet || c.accept == "" || slices.Contains(kind.formats, c.accept)
	if p.profile.ExactMediaTypes && !exact && kind.name != "roster" {
		return refuse(http.StatusBadRequest, "No context or unsupported content type")
	}
	if _, err := p.course(c.course); err != nil {
		return refuse(http.StatusNotFound, fmt.Sprintf("Not Found: Course %s doesn't exist", c.course))
	}
	placed := slices.ContainsFunc(p.links, func(l ResourceLink) bool { return l.Course == c.course && l.Tool == c.tool.ID })
	if !p.profile.WholeCourseAccess && !placed {
		return refuse(http.StatusForbidden, "")
	}
	return nil
}

// errCrash is a fault of the platform itself, answered with an HTML error page.
var errCrash = errors.New("the service failed")

// refuseService writes an error as Moodle does and answers its status.
func (p *Platform) refuseService(w http.ResponseWriter, r *http.Request, err error) int {
	var e *refusal
	switch {
	case errors.Is(err, errCrash):
		p.errorPage(w, http.StatusNotFound, "Error reading from database")
		return http.StatusNotFound
	case !errors.As(err, &e):
		e = refuse(http.StatusInternalServerError, "")
	}
	if e.bare {
		writeJSON(w, e.status, e.typed+utf8Suffix, []any{})
		return e.status
	}
	sent := r.Header.Get("Content-Type")
	writeJSON(w, e.status, typeJSON+utf8Suffix, map[string]any{
		"status": e.status, "reason": e.reason,
		"request": map[string]any{
			"method": r.Method, "url": r.URL.RequestURI(), "accept": r.Header.Get("Accept"), "contentType": sent,
		},
	})
	return e.status
}
