package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"cairn/internal/learner"
	"cairn/lti"
	"cairn/xapi"
)

// ErrConfig says that New was given something that pages cannot work with.
var ErrConfig = errors.New("web: the configuration is not usable")

// Tool is the protocol side of a launch (*lti.Tool). What it refuses is a *lti.Refusal.
type Tool interface {
	// CheckLogin finds the registration of an initiation and changes nothing.
	CheckLogin(ctx context.Context, r lti.LoginRequest) (lti.Registration, error)
	// BeginLogin keeps a login bound to the browser and answers where to send it.
	BeginLogin(ctx context.Context, r lti.LoginRequest, browser string) (lti.AuthRequest, error)
	// Admit checks what the platform posted and has keep spend its nonce. browser is the hash that the login was bound to.
	Admit(ctx context.Context, form lti.LaunchForm, browser string, keep lti.Keep) (*lti.Launch, error)
}

// Registration is what pages need to know of one registration.
type Registration struct {
	ID            string
	Issuer        string
	StorageOrigin string               // origin of the platform's storage: of its authorization endpoint; "" when it has none
	FrameOrigins  []string             // origins that may show our pages in a frame; none: the issuer's
	AdminPage     bool                 // administrators, as the platform names them, may see how the connection stands
	CoursePattern string               // IRI of a course in statements, with {issuer} and {context}; "": courses have no IRI
	ModulePattern string               // IRI of the platform's activity for a link of ours, with {issuer} and {cmid}; "": not known
	Identity      learner.IdentityRule // which claim names the person's records; the others are not kept
}

// Registrations tells what the operator configured.
type Registrations interface {
	// PageRegistration answers one registration by our id. ErrNotFound.
	PageRegistration(ctx context.Context, id string) (Registration, error)
	// FrameOrigins answers the origins of all registrations, for pages that come before a launch.
	FrameOrigins(ctx context.Context) ([]string, error)
}

// Config is what New needs. Everything is required but Zone and Version.
type Config struct {
	Tool          Tool
	KeySet        func() ([]byte, error) // the tool's public keys, a JSON Web Key Set (lti.KeyRing.KeySet)
	Sessions      Sessions
	Records       Records
	Tracks        Tracks
	Accounts      Accounts
	Courses       Courses
	Drafts        Drafts
	Previews      Previews
	Activities    Activities
	DeepLinks     DeepLinks
	Diagnoses     Diagnoses
	Admin         Administration
	People        People
	Rosters       Rosters
	Preferences   Preferences
	Windows       Windows
	AskSource     func(ctx context.Context, address string) (http.Header, error) // asks a web page for its headers, in bounded time
	Prepare       func(statement []byte) (xapi.Prepared, error)                  // makes a statement of ours ready to store
	Frameworks    Frameworks
	Freshness     Freshness
	Registrations Registrations
	Now           func() time.Time
	Rand          io.Reader // a source fit for secrets
	Log           *slog.Logger
	BaseURL       string         // where browsers reach us, without a trailing slash
	Version       string         // shown in the footer
	Zone          *time.Location // of the times on pages; nil is UTC
	Settings
}

// site is the pages with what they run on.
type site struct {
	Config
	origin  string // of BaseURL
	urls    lti.URLs
	tongues []*tongue // that pages speak
}

// New answers the handler of every page, of the two addresses an LMS sends browsers to, and of the key set. Mount it at the
// root of the base URL. It answers ErrConfig when the base URL is none or a part is missing.
func New(c Config) (http.Handler, error) {
	urls, err := lti.NewURLs(c.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	parts := map[string]bool{
		"Tool": c.Tool != nil, "KeySet": c.KeySet != nil, "Sessions": c.Sessions != nil, "Records": c.Records != nil, "Tracks": c.Tracks != nil, "Accounts": c.Accounts != nil,
		"Courses": c.Courses != nil, "Drafts": c.Drafts != nil, "Previews": c.Previews != nil, "Activities": c.Activities != nil, "Prepare": c.Prepare != nil, "DeepLinks": c.DeepLinks != nil, "Diagnoses": c.Diagnoses != nil, "Admin": c.Admin.whole(), "People": c.People != nil, "Rosters": c.Rosters != nil, "Preferences": c.Preferences != nil, "Windows": c.Windows != nil, "Frameworks": c.Frameworks != nil, "Freshness": c.Freshness != nil,
		"Registrations": c.Registrations != nil, "Now": c.Now != nil, "Rand": c.Rand != nil, "Log": c.Log != nil, "AskSource": c.AskSource != nil,
	}
	for name, there := range parts {
		if !there {
			return nil, fmt.Errorf("%w: %s is missing", ErrConfig, name)
		}
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	c.Settings = c.withDefaults()
	s := &site{Config: c, origin: originOf(urls.Base), urls: urls, tongues: c.Words.spoken()}
	return s.routes(), nil
}
