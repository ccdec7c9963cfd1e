package lrs

import (
	"errors"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"cairn/xapi"
)

// Config is what the resources need. Every field without a default is required.
type Config struct {
	Statements  Statements
	Documents   Documents
	Activities  Activities
	Attachments Attachments
	Credentials Credentials
	Now         func() time.Time
	NewID       func() string               // a new UUID in lower case, ordered by time
	Authority   func(Credential) xapi.Agent // who vouches for what the credential sends: an identified Agent of its own
	Key         []byte                      // secret that signs more links and access tokens, 16 bytes at least; the same in every process
	Door        *Door                       // where other resources enter too; one of its own by default
	Log         *slog.Logger
	Prefix      string        // path of the resources as clients see it, "/xapi" by default; the handler expects it in requests
	MaxBody     int64         // octets of a request body, also after decompression; 16 MiB by default
	MaxDocument int64         // octets of a state or profile document; 4 MiB by default
	MaxPage     int           // most statements in one answer; 500 by default
	TokenLife   time.Duration // how long an access token holds; an hour by default
}

// ErrConfig says that a Config lacks something.
var ErrConfig = errors.New("lrs: Statements, Documents, Activities, Attachments, Credentials, Now, NewID, Authority, Log and a Key of 16 bytes are needed")

// handler serves the resources.
type handler struct {
	Config
	gate   *gate
	routes map[string]resource
	tokens rates // of requests for tokens
}

// resource is what a path answers to. Methods that are absent are refused.
type resource struct {
	methods map[string]action
	open    bool // answers without version and credential
	log     bool // reads the log of statements: answers tell how far it can be read
}

// action answers a request or says why not.
type action func(w http.ResponseWriter, r *request) error

// New makes the handler of the resources under Config.Prefix.
func New(c Config) (http.Handler, error) {
	if c.lacks() {
		return nil, ErrConfig
	}
	h := &handler{Config: c.withDefaults()}
	h.gate = newGate(h.MaxBody)
	h.routes = h.resources()
	return h, nil
}

func (c Config) lacks() bool {
	return c.Statements == nil || c.Documents == nil || c.Activities == nil || c.Attachments == nil || c.Credentials == nil ||
		c.Now == nil || c.NewID == nil || c.Authority == nil || c.Log == nil || len(c.Key) < 16
}

func (c Config) withDefaults() Config {
	if c.Prefix == "" {
		c.Prefix = "/xapi"
	}
	if c.MaxBody <= 0 {
		c.MaxBody = 16 << 20
	}
	if c.MaxDocument <= 0 {
		c.MaxDocument = 4 << 20
	}
	if c.MaxPage <= 0 {
		c.MaxPage = 500
	}
	if c.Door == nil {
		c.Door = NewDoor(c.Credentials, c.Key, c.Now)
	}
	if c.TokenLife <= 0 {
		c.TokenLife = time.Hour
	}
	return c
}

// resources is all there is to ask for.
func (h *handler) resources() map[string]resource {
	read := func(f action) map[string]action { return map[string]action{http.MethodGet: f, http.MethodHead: f} }
	return map[string]resource{
		"/statements": {log: true, methods: map[string]action{
			http.MethodGet:  h.getStatements,
			http.MethodHead: h.getStatements,
			http.MethodPost: h.postStatements,
			http.MethodPut:  h.putStatement,
		}},
		"/activities/state":   h.states().resource(),
		"/activities/profile": h.activityProfiles().resource(),
		"/agents/profile":     h.agentProfiles().resource(),
		"/activities":         {methods: read(h.getActivity)},
		"/agents":             {methods: read(h.getAgent)},
		"/about":              {open: true, methods: read(h.about)},
		tokenPath:             {open: true, methods: map[string]action{http.MethodPost: h.postToken}},
	}
}

// ServeHTTP answers a request; this is the one place where refusals become answers and log lines.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	req := &request{Request: r, id: head.Get("X-Request-Id"), version: xapi.V1}
	if req.id == "" { // nobody around us named the request
		req.id = h.NewID()
	}
	head.Set("Date", h.Now().UTC().Format(http.TimeFormat))
	head.Set("X-Request-Id", req.id)
	head.Set("Cache-Control", "no-store")
	allowBrowsers(head)
	w, done := accept(w, r)
	defer func() {
		for _, leave := range slices.Backward(req.leave) {
			leave()
		}
	}()
	if err := h.answer(w, req); err != nil {
		h.refuse(w, req, err)
	}
	done()
}

// answer runs the checks that every request passes, in their order, and then the resource.
func (h *handler) answer(w http.ResponseWriter, r *request) (err error) {
	name := h.resourceName(r.URL.Path)
	res, ok := h.routes[name]
	if !ok {
		return refusal(http.StatusNotFound, "resource_unknown", "there is no resource at this address")
	}
	if r.alternate() {
		if err := h.readAlternate(w, r); err != nil {
			return err
		}
	}
	versionErr := r.readVersion()
	w.Header().Set(xapi.VersionHeader, r.version.String())
	if r.Method == http.MethodOptions {
		return preflight(w, res)
	}
	do, ok := res.methods[r.Method]
	if !ok {
		w.Header().Set("Allow", allowed(res))
		return refusal(http.StatusMethodNotAllowed, "method_not_allowed", "the resource does not answer to %s", r.Method)
	}
	if res.open {
		return do(w, r)
	}
	if res.log && r.reads() {
		if err := h.consistentThrough(w, r); err != nil {
			return err
		}
	}
	if versionErr != nil {
		return versionErr
	}
	if r.credential, err = h.Door.Enter(r.Request); err != nil {
		return err
	}
	if err := h.Door.LimitRate(w.Header(), r.credential); err != nil {
		return err
	}
	return do(w, r)
}

// resourceName takes the prefix off a path. A slash at the end and doubled slashes are accepted, because endpoints are often
// configured with one and joined with another.
func (h *handler) resourceName(p string) string {
	name, ok := strings.CutPrefix(path.Clean("/"+p), strings.TrimRight(h.Prefix, "/"))
	if !ok {
		return ""
	}
	return name
}

// consistentThrough tells, on every answer to a reading of statements, up to when all of them can be read
// (Communication 2.1.3, XAPI-00153). It is asked before anything is read, so it never promises too much. A query goes as far.
func (h *handler) consistentThrough(w http.ResponseWriter, r *request) error {
	reach, err := h.Statements.Through(r.Context())
	if err != nil {
		return err
	}
	r.upTo = reach.Pos
	w.Header().Set("X-Experience-API-Consistent-Through", xapi.FormatTimestamp(reach.Stored))
	return nil
}
