package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"cairn/mapping"
	"cairn/xapi/lrs"
)

// Prefix is the path of the API.
const Prefix = "/api/v1"

// Config is what the API needs. Every field without a default is required.
type Config struct {
	Door       *lrs.Door // where programs enter, shared with the record store
	Frameworks Frameworks
	Alignments Alignments
	Places     Places
	Records    Records
	Tracks     Tracks
	Previews   Previews
	// Wait returns when the projection has reached a position of the log.
	Wait    func(ctx context.Context, pos int64) error
	Now     func() time.Time
	NewID   func() string // a new UUID in lower case, ordered by time
	Key     []byte        // secret that signs cursors, 16 bytes at least; the same in every process
	Log     *slog.Logger
	BaseURL string        // address of the server, for the OpenAPI document
	Notice  time.Duration // how long before its end evidence is said to expire; mapping.DefaultNotice by default
	MaxBody int64         // octets of a request body; 4 MiB by default
	WaitFor time.Duration // how long an answer to a change waits for the projection; 5 seconds by default
	// PreviewFor is how long an answer waits for a preview before it says where to ask again; 2 seconds by default.
	PreviewFor time.Duration
	// SmallestGroup is the fewest people whose count is shown to who may not see them; mapping.SmallestGroup by default, and at least.
	SmallestGroup int
	// TableMost is how many alignments a scope may have to be told, or compared, as a table; 100,000 by default.
	TableMost int
}

// ErrConfig says that a Config lacks something.
var ErrConfig = errors.New("api: Door, Frameworks, Alignments, Places, Records, Tracks, Previews, Wait, Now, NewID, Log and a Key of 16 bytes are needed")

func (c Config) lacks() bool {
	return c.Door == nil || c.Frameworks == nil || c.Alignments == nil || c.Places == nil || c.Records == nil || c.Tracks == nil || c.Previews == nil ||
		c.Wait == nil || c.Now == nil || c.NewID == nil || c.Log == nil || len(c.Key) < 16
}

func (c Config) withDefaults() Config {
	c.Notice = orDefault(c.Notice, mapping.DefaultNotice)
	c.MaxBody = orDefault(c.MaxBody, 4<<20)
	c.WaitFor = orDefault(c.WaitFor, 5*time.Second)
	c.PreviewFor = orDefault(c.PreviewFor, 2*time.Second)
	c.SmallestGroup = max(c.SmallestGroup, mapping.SmallestGroup)
	c.TableMost = orDefault(c.TableMost, 100_000)
	return c
}

func orDefault[T time.Duration | int64 | int](given, otherwise T) T {
	if given <= 0 {
		return otherwise
	}
	return given
}

// service answers the routes.
type service struct {
	Config
	mux      *http.ServeMux
	document []byte
}

// New makes the handler of everything under Prefix.
func New(c Config) (http.Handler, error) {
	if c.lacks() {
		return nil, ErrConfig
	}
	s := &service{Config: c.withDefaults(), mux: http.NewServeMux()}
	document, err := Document(c.BaseURL)
	if err != nil {
		return nil, err
	}
	s.document = document
	byPath := map[string][]route{}
	for _, r := range s.routes() {
		byPath[r.path] = append(byPath[r.path], r)
	}
	for p, routes := range byPath {
		s.mux.Handle(Prefix+p, s.resource(routes))
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, newProblem("resource_unknown", "there is no resource at this address"))
	})
	return lrs.Compress(s), nil
}

// ServeHTTP takes a slash at the end and doubled slashes for what was meant: addresses are often joined of parts.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	if head.Get("X-Request-Id") == "" {
		head.Set("X-Request-Id", s.NewID())
	}
	head.Set("Cache-Control", "no-store")
	head.Set("X-Content-Type-Options", "nosniff")
	if clean := path.Clean("/" + r.URL.Path); clean != r.URL.Path {
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = clean, ""
	}
	s.mux.ServeHTTP(w, r)
}

// resource answers the methods of one path.
func (s *service) resource(routes []route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		i := slices.IndexFunc(routes, func(r route) bool { return r.method == method })
		if i < 0 {
			w.Header().Set("Allow", allowed(routes))
			s.refuse(w, r, newProblem("method_not_allowed", "the resource does not answer to "+shorten(r.Method)))
			return
		}
		out, err := s.answer(w, r, routes[i])
		if err == nil {
			err = out.write(w, r)
		}
		if err != nil {
			s.refuse(w, r, err)
		}
	})
}

func allowed(routes []route) string {
	var methods []string
	for _, r := range routes {
		methods = append(methods, r.method)
		if r.method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	slices.Sort(methods)
	return strings.Join(methods, ", ")
}

// answer runs the checks that every request passes, in their order, and then the route.
func (s *service) answer(w http.ResponseWriter, r *http.Request, to route) (answer, error) {
	c := &call{Request: r, head: w.Header()}
	if to.scope != "" {
		if err := s.enter(c, to); err != nil {
			return answer{}, err
		}
	}
	var err error
	if c.query, err = readQuery(r.URL.RawQuery, to.parameters()); err != nil {
		return answer{}, err
	}
	if !isText(r.URL.Path) {
		return answer{}, ErrNotFound
	}
	if to.body != nil {
		if c.body, err = s.readBody(w, r, to.body()); err != nil {
			return answer{}, err
		}
	}
	if to.table {
		if c.table, err = s.readTable(w, r); err != nil {
			return answer{}, err
		}
	}
	return to.do(c)
}

// enter finds who asks, and what they may.
func (s *service) enter(c *call, to route) (err error) {
	if c.credential, err = s.Door.Enter(c.Request); err != nil {
		return err
	}
	if err = s.Door.LimitRate(c.head, c.credential); err != nil {
		return err
	}
	if err = c.credential.Needs(to.scope); err != nil {
		return err
	}
	limits := c.credential.Limits
	if to.wide && limits.Activity != "" {
		return newProblem("credential_limited", "the credential is limited to the activities under one address, and this is about more than activities")
	}
	if limits.HomePage != "" {
		c.reach, err = s.Places.Reach(c.Context(), limits.HomePage)
	}
	return err
}
