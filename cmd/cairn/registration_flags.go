package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/learner"
	"cairn/internal/sqlstore"
	"cairn/lti"
)

// registrationFlags are the parts of a registration; what is not given stays as it is.
type registrationFlags struct {
	Name             *string  `help:"What people read."`
	Issuer           *string  `placeholder:"URL" help:"Platform id, exactly as the LMS shows it."`
	ClientID         *string  `name:"client-id" help:"Client id the LMS gave."`
	AuthURL          *string  `name:"auth-url" placeholder:"URL" help:"Authentication request URL."`
	TokenURL         *string  `name:"token-url" placeholder:"URL" help:"Access token URL; none: the LMS offers no services."`
	TokenAudience    *string  `placeholder:"TEXT" help:"Audience of our access token requests; default: the access token URL."`
	KeySetURL        *string  `name:"key-set-url" placeholder:"URL" help:"Public key set URL of the LMS."`
	Deployment       []string `placeholder:"ID" help:"Deployment id; can be given again. The list replaces the old one; an empty word empties it, as it does the lists of origins."`
	AnyDeployment    *bool    `negatable:"" help:"Take deployments that are not listed, and remember them."`
	AdminPage        *bool    `negatable:"" help:"Let administrators, as the LMS names them, see how this connection stands (on unless switched off)."`
	Platform         *string  `placeholder:"NAME" help:"Kind of LMS: moodle, canvas, blackboardlearn, desire2learn, sakai, openedx or other. moodle fills in the addresses from the issuer, and the course pattern; canvas fills in issuer and addresses of Canvas in the cloud."`
	Identity         *string  `placeholder:"RULE" help:"Whose statements are a person's: user_id (default), username, person_sourcedid or mailto."`
	IdentityHomePage *string  `placeholder:"URL" help:"homePage that the accounts in statements live under; default: the issuer."`
	CoursePattern    *string  `placeholder:"IRI" help:"IRI of a course in statements, with {issuer} and {context}; default: the platform's."`
	FrameOrigin      []string `placeholder:"ORIGIN" help:"Origin that may show Cairn in a frame; can be given again. Default: the issuer's."`
	ServiceOrigin    []string `placeholder:"ORIGIN" help:"Origin that may be sent access tokens, beside those of the issuer and the token URL; can be given again. Canvas needs its own, since its issuer is shared."`
}

func (f *registrationFlags) apply(r *sqlstore.Registration) {
	for _, one := range []struct {
		given *string
		to    *string
	}{
		{f.Name, &r.Name}, {f.Issuer, &r.Issuer}, {f.ClientID, &r.ClientID}, {f.AuthURL, &r.AuthorizationEndpoint},
		{f.TokenURL, &r.TokenEndpoint}, {f.TokenAudience, &r.TokenAudience}, {f.KeySetURL, &r.KeySetURL}, {f.Platform, &r.Platform},
		{f.IdentityHomePage, &r.Identity.HomePage}, {f.CoursePattern, &r.CoursePattern},
	} {
		if one.given != nil {
			*one.to = *one.given
		}
	}
	if f.Identity != nil {
		r.Identity.Mode = learner.IdentityMode(*f.Identity)
	}
	if f.AnyDeployment != nil {
		r.AnyDeployment = *f.AnyDeployment
	}
	if f.AdminPage != nil {
		r.AdminPageOff = !*f.AdminPage
	}
	if f.Deployment != nil {
		r.Deployments = filled(f.Deployment)
	}
	if f.FrameOrigin != nil {
		r.FrameOrigins = filled(f.FrameOrigin)
	}
	if f.ServiceOrigin != nil {
		r.ServiceOrigins = filled(f.ServiceOrigin)
	}
}

// filled is a list without empty words: a flag given as "" empties the list.
func filled(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(one string) bool { return one == "" })
}

// preset is where a kind of LMS has its endpoints, below the base; "" means the issuer. Where one issuer serves every customer it is
// told, and the endpoints are those of that issuer only.
type preset struct{ issuer, base, auth, token, keys string }

var presets = map[string]preset{
	"moodle": {auth: "/mod/lti/auth.php", token: "/mod/lti/token.php", keys: "/mod/lti/certs.php"},
	"canvas": {
		issuer: "https://canvas.instructure.com", base: "https://sso.canvaslms.com",
		auth: "/api/lti/authorize_redirect", token: "/login/oauth2/token", keys: "/api/lti/security/jwks",
	},
}

func (p preset) fill(r *sqlstore.Registration) {
	r.Issuer = firstOf(r.Issuer, p.issuer)
	base := firstOf(p.base, strings.TrimSuffix(r.Issuer, "/"))
	if p.auth == "" || base == "" || p.issuer != "" && r.Issuer != p.issuer {
		return
	}
	r.AuthorizationEndpoint = firstOf(r.AuthorizationEndpoint, base+p.auth)
	r.TokenEndpoint = firstOf(r.TokenEndpoint, base+p.token)
	r.KeySetURL = firstOf(r.KeySetURL, base+p.keys)
}

// platforms are the kinds of LMS that an operator can name, by the word that launches from them carry (product_family_code).
var platforms = []string{"moodle", "canvas", "blackboardlearn", "desire2learn", "sakai", "openedx", "other", ""}

// What is wrong with what an operator says of an LMS.
var (
	errPlatform     = errors.New("this kind of LMS is not known: --platform takes moodle, canvas, blackboardlearn, desire2learn, sakai, openedx or other")
	errMoodleIssuer = errors.New("the issuer of a Moodle has no slash at its end: give its platform id exactly as Moodle shows it")
)

func (f *registrationFlags) checkPlatform() error {
	if f.Platform != nil && !slices.Contains(platforms, *f.Platform) {
		return fmt.Errorf("%w, not %q", errPlatform, *f.Platform)
	}
	return nil
}

// checkIssuer refuses the issuer that no launch would carry.
func checkIssuer(r sqlstore.Registration) error {
	if r.Platform == "moodle" && strings.HasSuffix(r.Issuer, "/") {
		return errMoodleIssuer
	}
	return nil
}

// registrationForm is a registration as JSON, read and written.
type registrationForm struct {
	Name                  string               `json:"name"`
	Issuer                string               `json:"issuer"`
	ClientID              string               `json:"client_id"`
	AuthorizationEndpoint string               `json:"authorization_endpoint,omitzero"`
	TokenEndpoint         string               `json:"token_endpoint,omitzero"`
	TokenAudience         string               `json:"token_audience,omitzero"`
	KeySetURL             string               `json:"key_set_url,omitzero"`
	Deployments           []string             `json:"deployments"`
	AnyDeployment         bool                 `json:"any_deployment"`
	Disabled              bool                 `json:"disabled"`
	Platform              string               `json:"platform,omitzero"`
	Identity              learner.IdentityRule `json:"identity,omitzero"`
	CoursePattern         string               `json:"course_pattern,omitzero"`
	FrameOrigins          []string             `json:"frame_origins,omitzero"`
	ServiceOrigins        []string             `json:"service_origins,omitzero"`
	AdminPageOff          bool                 `json:"admin_page_off,omitzero"`
}

// registrationView is what --json prints. It can be read again: what is not part of the form is passed over.
type registrationView struct {
	ID        string `json:"id"`
	CreatedAt string `json:"created_at"`
	registrationForm
	Pseudonymous bool       `json:"pseudonymous,omitzero"`
	Links        *linksView `json:"links,omitzero"`
	Tool         *toolView  `json:"tool,omitzero"`
}

// linksView is how many links of people to their statements a new identity rule changed.
type linksView struct {
	Ended int `json:"ended"`
	Began int `json:"began"`
}

// toolView is what the LMS asks for in return.
type toolView struct {
	TargetLinkURI string `json:"target_link_uri"`
	LoginURL      string `json:"initiate_login_url"`
	RedirectURI   string `json:"redirect_uri"`
	KeySetURL     string `json:"key_set_url"`
}

func (p *program) registrationView(r sqlstore.Registration) registrationView {
	v := registrationView{ID: r.ID, Pseudonymous: r.Pseudonymous, CreatedAt: r.CreatedAt.Format(time.RFC3339), registrationForm: registrationForm{
		Name: r.Name, Issuer: r.Issuer, ClientID: r.ClientID, AuthorizationEndpoint: r.AuthorizationEndpoint, TokenEndpoint: r.TokenEndpoint,
		TokenAudience: r.TokenAudience, KeySetURL: r.KeySetURL, Deployments: r.Deployments, AnyDeployment: r.AnyDeployment, Disabled: r.Disabled,
		Platform: r.Platform, Identity: r.Identity.Normal(), CoursePattern: r.CoursePattern, FrameOrigins: r.Origins(),
		ServiceOrigins: r.ServiceOrigins, AdminPageOff: r.AdminPageOff,
	}}
	if v.Deployments == nil {
		v.Deployments = []string{}
	}
	if urls, err := lti.NewURLs(p.BaseURL); err == nil {
		v.Tool = &toolView{TargetLinkURI: urls.Launch, LoginURL: urls.Login, RedirectURI: urls.Launch, KeySetURL: urls.KeySet}
	}
	return v
}

// readRegistration reads the form of one registration. Members it does not know are refused.
func readRegistration(path string) (sqlstore.Registration, error) {
	var in io.Reader = os.Stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return sqlstore.Registration{}, &refusal{exitUsage, "the registration file cannot be read", err}
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	var f registrationView
	if err := json.UnmarshalRead(in, &f, json.RejectUnknownMembers(true)); err != nil {
		return sqlstore.Registration{}, &refusal{exitRefused, "the registration file is not one registration as JSON", err}
	}
	return sqlstore.Registration{
		Registration: lti.Registration{
			Name: f.Name, Issuer: f.Issuer, ClientID: f.ClientID, AuthorizationEndpoint: f.AuthorizationEndpoint, TokenEndpoint: f.TokenEndpoint,
			TokenAudience: f.TokenAudience, KeySetURL: f.KeySetURL, Deployments: f.Deployments, AnyDeployment: f.AnyDeployment, Disabled: f.Disabled,
			ServiceOrigins: f.ServiceOrigins,
		},
		Platform: f.Platform, Identity: f.Identity, CoursePattern: f.CoursePattern, FrameOrigins: f.FrameOrigins, AdminPageOff: f.AdminPageOff,
	}, nil
}
