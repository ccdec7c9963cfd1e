package ltitest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Errors of the platform's own methods; what goes over HTTP has statuses in their place.
var (
	ErrUnknownUser     = errors.New("ltitest: no such user")
	ErrUnknownCourse   = errors.New("ltitest: no such course")
	ErrUnknownTool     = errors.New("ltitest: no such tool")
	ErrUnknownLink     = errors.New("ltitest: no such resource link")
	ErrUnknownActivity = errors.New("ltitest: no such activity")
	ErrUnknownItem     = errors.New("ltitest: no such line item")
	ErrPending         = errors.New("ltitest: the tool is not switched on yet")
	ErrNotEnrolled     = errors.New("ltitest: the user is not enrolled in the course")
	ErrStarted         = errors.New("ltitest: the platform is started already")
)

// Config says what platform to make. Only Now is required.
type Config struct {
	Profile Profile          // the zero value means Moodle
	Now     func() time.Time // the clock; New panics without one
	Rand    io.Reader        // nil means crypto/rand
	Key     *rsa.PrivateKey  // signs id_tokens; nil: one of 2,048 bits is made
	Issuer  string           // "" means http://Host:port, known once started; no trailing slash
	Listen  string           // address of Start; "" means 127.0.0.1 and a free port
	Host    string           // host in the platform's addresses; "" means localhost, so a tool on 127.0.0.1 is another site
	Name    string           // of the LMS; "" means "Pretend LMS"
	Short   string           // its short name; "" means "LAB"
	LRS     LRS              // where the activities send statements; the zero value keeps them in memory only
	HTTP    *http.Client     // fetches key sets of tools and posts statements; nil: ten seconds for each request
	Bend    Bend             // applied to each id_token before it is signed; nil: none
}

// Platform is one running platform.
type Platform struct {
	config  Config
	profile Profile
	key     *rsa.PrivateKey
	keyID   string
	old     sync.Once
	former  *rsa.PrivateKey // made when it is first asked for
	guid    string
	mux     *http.ServeMux
	server  *http.Server
	issuer  string

	flushing sync.Mutex // one Flush at a time, so that statements arrive in order
	mu       sync.Mutex // guards all below, and config.LRS
	state
}

// New makes a platform. It panics when the clock is missing or randomness fails, as a test cannot go on.
func New(c Config) *Platform {
	if c.Now == nil {
		panic("ltitest: Config.Now is required")
	}
	if c.Profile.Name == "" {
		c.Profile = Moodle()
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	c.HTTP = or(c.HTTP, &http.Client{Timeout: 10 * time.Second})
	c.Name, c.Short = or(c.Name, "Pretend LMS"), or(c.Short, "LAB")
	c.Listen, c.Host = or(c.Listen, "127.0.0.1:0"), or(c.Host, "localhost")
	p := &Platform{config: c, profile: c.Profile, key: c.Key, issuer: strings.TrimSuffix(c.Issuer, "/")}
	if p.key == nil {
		key, err := rsa.GenerateKey(c.Rand, 2048)
		if err != nil {
			panic(fmt.Errorf("ltitest: make the platform's key: %w", err))
		}
		p.key = key
	}
	p.keyID, p.guid = p.random(10), p.random(16)
	p.state = newState()
	p.mux = p.routes()
	return p
}

// or answers v, or the fallback when v is its type's zero value.
func or[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}

// random answers n random bytes in hexadecimal.
func (p *Platform) random(n int) string {
	b := make([]byte, n)
	if _, err := io.ReadFull(p.config.Rand, b); err != nil {
		panic(fmt.Errorf("ltitest: read randomness: %w", err))
	}
	return hex.EncodeToString(b)
}

// Start listens on the configured loopback address and serves until Close.
func (p *Platform) Start() error {
	if p.server != nil {
		return ErrStarted
	}
	listener, err := net.Listen("tcp", p.config.Listen)
	if err != nil {
		return fmt.Errorf("ltitest: listen on %s: %w", p.config.Listen, err)
	}
	if p.issuer == "" {
		_, port, _ := net.SplitHostPort(listener.Addr().String())
		p.issuer = "http://" + net.JoinHostPort(p.config.Host, port)
	}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = p.server.Serve(listener) }() // ends with ErrServerClosed at Close
	return nil
}

// Close ends a started platform: requests under way get five seconds to finish.
func (p *Platform) Close() error {
	if p.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := p.server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("ltitest: close: %w", err), p.server.Close())
	}
	return nil
}

// ServeHTTP answers for the whole platform: protocol endpoints and pages.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mux.ServeHTTP(w, r)
}

// Issuer is the platform's issuer, without a trailing slash; "" before Start unless it was configured.
func (p *Platform) Issuer() string { return p.issuer }

// Profile answers the quirks in force.
func (p *Platform) Profile() Profile { return p.profile }

// Connection is what a tool has to know of the platform: what an administrator copies into the tool by hand.
type Connection struct {
	Issuer, ClientID, DeploymentID, AuthorizationEndpoint, TokenEndpoint, KeySetURL string
}

// Connection answers the addresses and ids for one tool. ErrUnknownTool.
func (p *Platform) Connection(tool string) (Connection, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t, ok := p.tools[tool]
	if !ok {
		return Connection{}, fmt.Errorf("connect tool %q: %w", tool, ErrUnknownTool)
	}
	return Connection{p.issuer, t.ClientID, t.DeploymentID, p.authURL(), p.tokenURL(), p.keysURL()}, nil
}

func (p *Platform) authURL() string  { return p.issuer + "/mod/lti/auth.php" }
func (p *Platform) tokenURL() string { return p.issuer + "/mod/lti/token.php" }
func (p *Platform) keysURL() string  { return p.issuer + "/mod/lti/certs.php" }
func (p *Platform) services() string { return p.issuer + "/mod/lti/services.php" }

// routes names every address of the platform: protocol first, then the pages for people.
func (p *Platform) routes() *http.ServeMux {
	m := http.NewServeMux()
	m.HandleFunc("GET /mod/lti/openid-configuration.php", p.discovery)
	m.HandleFunc("POST /mod/lti/openid-registration.php", p.register)
	m.HandleFunc("GET /mod/lti/certs.php", p.keySet)
	m.HandleFunc("/mod/lti/auth.php", p.authorize)
	m.HandleFunc("/mod/lti/token.php", p.token)
	m.HandleFunc("/mod/lti/services.php/", p.service)
	p.pageRoutes(m)
	return m
}
