package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"cairn/internal/sqlstore"
	"cairn/lti"
)

// The bounds of an exchange.
const (
	registerBody  = 32 << 10        // bytes of the form
	registerClaim = 2 * time.Minute // how long an invitation is held: longer than all calls to a platform together
)

// invitations is what the page of dynamic registration asks of the store.
type invitations interface {
	Invitation(ctx context.Context, secret string) (lti.Invitation, error)
	ClaimInvitation(ctx context.Context, secret string, until time.Time) (lti.Invitation, error)
	ReleaseInvitation(ctx context.Context, id string) error
	AcceptInvitation(ctx context.Context, id string, made lti.NewRegistration, at time.Time) (string, error)
	Registration(ctx context.Context, id string) (lti.Registration, error)
	ByIssuer(ctx context.Context, issuer, clientID string) (lti.Registration, error)
}

// registering is the page by which an LMS registers itself (Dynamic Registration 1.0): GET shows what will be registered, POST does it.
// The invitation in the address is the right to do so. Nothing about the LMS is taken from the form but where to ask it.
type registering struct {
	store     invitations
	registrar *lti.Registrar
	about     lti.ToolDescription
	now       func() time.Time
	log       *slog.Logger
}

// aboutTool is what LMSs are told of Cairn. Of the person it asks for a name only; it works without.
func aboutTool() lti.ToolDescription {
	return lti.ToolDescription{
		Name: "Cairn", Description: "Shows which capabilities of a framework finished learning is evidence for.", PickerLabel: "Cairn",
		Scopes: []string{lti.ScopeScore, lti.ScopeLineItem, lti.ScopeResultReadOnly, lti.ScopeMembership}, Claims: []string{"name"},
		Review: true, Custom: lti.HistoryParameters(),
	}
}

// attemptOf is one request on its way: what was asked for, and who may frame the answer.
type attemptOf struct {
	secret string
	start  lti.RegistrationStart
	frames []string
}

// ServeHTTP answers the page.
func (g registering) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	values := r.URL.Query()
	if r.Method == http.MethodPost {
		r.Body = http.MaxBytesReader(w, r.Body, registerBody)
		if err := r.ParseForm(); err != nil {
			g.refuse(w, r, attemptOf{}, lti.ErrRegistrationStart)
			return
		}
		values = r.PostForm
	}
	a := attemptOf{secret: values.Get(invitationParam)}
	start, err := lti.ParseRegistrationStart(values)
	if err != nil {
		g.refuse(w, r, a, err)
		return
	}
	a.start, a.frames = start, framesOf(start.ConfigurationURL)
	answer := g.ask
	if r.Method == http.MethodPost {
		answer = g.register
	}
	if page, err := answer(r.Context(), &a); err != nil {
		g.refuse(w, r, a, err)
	} else {
		page.write(w, http.StatusOK, a.frames)
	}
}

// ask shows what will be registered. It changes nothing.
func (g registering) ask(ctx context.Context, a *attemptOf) (registerPage, error) {
	by, err := g.store.Invitation(ctx, a.secret)
	if err != nil {
		return registerPage{}, err
	}
	c, err := g.registrar.Discover(ctx, a.start)
	if err != nil {
		return registerPage{}, err
	}
	a.frames = append(a.frames, framesOf(c.Issuer)...)
	asked := askPage{Issuer: c.Issuer, Product: product(c.Family, c.Version), Note: by.Note, Rows: rowsOf(g.registrar.PlanRegistration(c, g.about))}
	if by.Update != "" {
		known, err := g.store.Registration(ctx, by.Update)
		if err != nil || known.Issuer != c.Issuer {
			return registerPage{}, errors.Join(lti.ErrRegistrationOther, err)
		}
		asked.Updates = known.Name
	} else if _, err := g.store.ByIssuer(ctx, c.Issuer, ""); !errors.Is(err, lti.ErrUnknownRegistration) {
		asked.Notes = append(asked.Notes, "An LMS of this address is registered already. This one waits until the operator of Cairn has switched it on.")
	}
	asked.Fields = []formField{{invitationParam, a.secret}, {"openid_configuration", a.start.ConfigurationURL}}
	if a.start.Token != "" {
		asked.Fields = append(asked.Fields, formField{"registration_token", a.start.Token})
	}
	return registerPage{Title: "Register Cairn with your LMS", Ask: &asked}, nil
}

// register does it. The invitation is held meanwhile, and given back when nothing came of it. The browser may go away: what the
// LMS agreed to is still kept.
func (g registering) register(ctx context.Context, a *attemptOf) (registerPage, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), registerClaim/2)
	defer cancel()
	by, err := g.store.ClaimInvitation(ctx, a.secret, g.now().Add(registerClaim))
	if err != nil {
		return registerPage{}, err
	}
	made, id, err := g.exchange(ctx, a, by)
	if err != nil {
		if err := g.store.ReleaseInvitation(context.WithoutCancel(ctx), by.ID); err != nil {
			g.log.Error("give an invitation back", "invitation", by.ID, "error", err)
		}
		return registerPage{}, err
	}
	g.log.Info("an LMS registered itself", "registration", id, "issuer", made.Registration.Issuer, "family", made.Family, "invitation", by.ID, "waits", made.Waits)
	return registerPage{Title: "Cairn is registered with your LMS", Done: donePageOf(made, id)}, nil
}

func (g registering) exchange(ctx context.Context, a *attemptOf, by lti.Invitation) (made lti.NewRegistration, id string, err error) {
	c, err := g.registrar.Discover(ctx, a.start)
	if err != nil {
		return made, "", err
	}
	a.frames = append(a.frames, framesOf(c.Issuer)...)
	if made, err = g.registrar.Register(ctx, a.start, c, g.registrar.PlanRegistration(c, g.about), by); err != nil {
		return made, "", err
	}
	id, err = g.store.AcceptInvitation(ctx, by.ID, made, g.now())
	return made, id, err
}

// refuse answers and logs why it cannot be. Neither holds the invitation or the LMS's token.
func (g registering) refuse(w http.ResponseWriter, r *http.Request, a attemptOf, err error) {
	p := problemOf(err)
	level := slog.LevelWarn
	if p.status >= 500 && p.status != http.StatusBadGateway {
		level = slog.LevelError
	}
	g.log.Log(r.Context(), level, "registration refused", "rule", p.rule, "platform", hostOf(a.start.ConfigurationURL), "error", err)
	p.page.Code += " " + w.Header().Get("X-Request-Id")
	registerPage{Title: "Cairn was not registered", Problem: &p.page}.write(w, p.status, a.frames)
}

// registerProblem is a refusal with its status.
type registerProblem struct {
	status int
	rule   string
	page   problemPage
}

func problemOf(err error) registerProblem {
	if errors.Is(err, sqlstore.ErrInvitationBusy) {
		return registerProblem{http.StatusConflict, "registration.busy", problemPage{
			What: "Somebody is registering with this invitation right now.", Do: "Wait two minutes and begin again in your LMS.", Code: "registration.busy"}}
	}
	for _, r := range lti.Rules() {
		if !errors.Is(err, r.Err) {
			continue
		}
		p := registerProblem{http.StatusBadRequest, r.Name, problemPage{What: "The rule that was broken: " + r.Text + ".", Do: registerRemedy(r), Section: r.Section, Code: r.Name}}
		switch {
		case r.For == lti.Us:
			p.status = http.StatusForbidden
		case errors.Is(err, lti.ErrDiscoveryUnavailable), errors.Is(err, lti.ErrRegistrationRefused):
			p.status = http.StatusBadGateway
		}
		return p
	}
	return registerProblem{http.StatusInternalServerError, "failure", problemPage{
		What: "Something went wrong here.", Do: "Try again in a minute. If your LMS lists Cairn already, remove it there first.", Code: "failure"}}
}

// registerRemedy says what an administrator can do.
func registerRemedy(r lti.Rule) string {
	switch {
	case errors.Is(r.Err, lti.ErrDiscoveryAddress):
		return "Cairn does not call this address. Its operator can allow it (CAIRN_ALLOW_PRIVATE_HOST)."
	case errors.Is(r.Err, lti.ErrRegistrationExists):
		return "Ask the operator of Cairn for an invitation to update the registration (cairn invite add --update)."
	case r.For == lti.Us:
		return "Ask the operator of Cairn for a new invitation."
	case errors.Is(r.Err, lti.ErrRegistrationRefused):
		return "Begin again in your LMS: most give a token for one try only."
	case errors.Is(r.Err, lti.ErrRegistrationStart):
		return "Paste the address into your LMS, where it takes the address of a tool's dynamic registration; opened by itself it cannot work."
	}
	return "This has to be put right in the LMS. It can also be registered by hand: ask the operator of Cairn (cairn registration add)."
}

func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Host
	}
	return ""
}

// beside puts the page and its script before the other pages.
func (g registering) beside(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/lti/register" && (r.Method == http.MethodGet || r.Method == http.MethodPost):
			g.ServeHTTP(w, r)
		case r.URL.Path == "/lti/register.js" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			registerScript(w, r)
		default:
			pages.ServeHTTP(w, r)
		}
	})
}
