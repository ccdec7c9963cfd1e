package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"cairn/internal/learner"
	"cairn/lti"
	"cairn/mapping"
	"cairn/xapi"
)

// Custom parameters of a placement that choose what it shows. The node is given by its id or its code.
const (
	customFramework = "cairn_framework"
	customNode      = "cairn_node"
	customArchetype = "cairn_archetype"
	customActivity  = "cairn_activity"
)

// launch answers the platform's message: it is checked, kept as a session, and leads to the session's first page.
func (s *site) launch(v *visit) (answer, error) {
	form, secret, err := readLaunch(v)
	if err != nil {
		return answer{}, err
	}
	browser, stored := binding(v, secret)
	var session Session
	var token string
	_, err = s.Tool.Admit(v.Context(), form, browser, func(ctx context.Context, l *lti.Launch) (err error) {
		kept := browser
		if stored {
			kept = "" // its pages go by their address alone: no cookie comes with them
		}
		session, token, err = s.keep(ctx, v, l, kept)
		return err
	})
	if err != nil {
		if out, ask, failed := s.askStorage(v, form, secret, err); ask || failed != nil {
			return out, failed
		}
		return answer{}, err
	}
	if err := s.launched(v, &session); err != nil {
		return answer{}, err
	}
	return answer{location: v.up() + "s/" + token + "/" + landing(session) + "#c"}, nil
}

// keep makes a session of a launch that passed every check, bound to the browser, and answers it with its token.
func (s *site) keep(ctx context.Context, v *visit, l *lti.Launch, browser string) (Session, string, error) {
	if !slices.Contains([]lti.MessageType{lti.ResourceLinkRequest, lti.DeepLinkingRequest, lti.SubmissionReviewRequest}, l.MessageType) {
		return Session{}, "", refuse(http.StatusBadRequest, "launch-message", "message")
	}
	reg, err := s.Registrations.PageRegistration(ctx, l.Registration.ID)
	if err != nil {
		return Session{}, "", fmt.Errorf("find the registration of a launch: %w", err)
	}
	v.framedBy(reg)
	token, err := s.newSecret()
	if err != nil {
		return Session{}, "", err
	}
	entry, err := s.entry(v, l, reg)
	if err != nil {
		return Session{}, "", err
	}
	entry.Session.Hash = hashSecret(token)
	entry.Session.Browser = browser
	session, err := s.Sessions.Enter(ctx, entry)
	if err != nil {
		return Session{}, "", fmt.Errorf("keep a launch: %w", err)
	}
	return session, token, nil
}

// launched records that a learner came to an activity.
func (s *site) launched(v *visit, session *Session) error {
	if session.Activity == "" || session.Review != nil || !keeps(session) {
		return nil
	}
	a, err := s.Activities.Activity(v.Context(), session.Activity)
	if err != nil {
		return fmt.Errorf("find the activity of a launch: %w", err)
	}
	_, _, err = s.act(v, session, opened{PlacedActivity: a}, ActLaunched)
	return err
}

// landing is the first page: what people do here most (pages.md 3).
func landing(session Session) string {
	switch {
	case session.Pick != nil:
		return "pick/1"
	case session.Review != nil:
		return "course/review"
	case session.Activity != "":
		return "activity/" + session.Activity
	case session.Lead && lti.ParseRoles(session.Roles).Instructs() && allowed(&session, witness) == nil:
		return "course/people"
	case session.Lead:
		return "course/activities"
	}
	return "me"
}

// entry turns what a launch said into what is kept of it.
func (s *site) entry(v *visit, l *lti.Launch, reg Registration) (Entry, error) {
	place, err := s.placement(v, l, reg)
	if err != nil {
		return Entry{}, err
	}
	now := s.Now()
	course, who := courseOf(l, reg), claims(l, reg)
	actor := xapi.Agent{}
	if l.Recorded() {
		actor = learner.Actor(reg.Identity, who)
	}
	var pick *Pick
	if l.MessageType == lti.DeepLinkingRequest {
		pick = &Pick{Deployment: l.Deployment, Settings: *l.DeepLinking}
	}
	roster := ""
	if l.NamesRoles != nil {
		roster = l.NamesRoles.MembershipsURL
	}
	return Entry{
		Login: l.Login.State, Claims: who, Record: l.Recorded(), Course: course, IsLearner: l.IsLearner(), Placement: place,
		Session: Session{
			Registration: reg.ID, Name: l.Name, Actor: actor, Course: course, LinkID: l.ResourceLink.ID,
			Framework: place.Framework, Node: place.Node, Archetype: place.Archetype, Activity: place.Activity, Pick: pick, Roster: roster,
			CopyOf: copiedFrom(l), Review: reviewOf(l, reg), Roles: l.Roles.Texts(), Lead: l.Lead(), Recorded: l.Recorded(), Test: testAgents(l, reg, who),
			Locale: l.Locale(), ReturnURL: returnAddress(l.Presentation.ReturnURL, reg),
			InFrame: v.Header.Get("Sec-Fetch-Dest") != "document", CreatedAt: now, ExpiresAt: now.Add(s.SessionLife),
		},
	}, nil
}

// testAgents is whose records the platform's test person is told of, so that who tries tags sees what was recorded and that nothing
// counts; nil for everyone else. An e-mail address may be somebody's, and proves nothing of a test person.
func testAgents(l *lti.Launch, reg Registration, who learner.Claims) []string {
	if !l.Roles.TestUser() || l.Anonymous() || reg.Identity.Exclusive() {
		return nil
	}
	return learner.Agents(reg.Identity, who)
}

// claims keeps what says who the person is. Of the claims that may name them in records only the one that the registration's
// rule asks for is kept: the others are personal data without a use here.
func claims(l *lti.Launch, reg Registration) learner.Claims {
	c := learner.Claims{Registration: reg.ID, Issuer: reg.Issuer, Subject: l.Subject, Name: l.Name}
	switch reg.Identity.Normal().Mode {
	case learner.ByUsername:
		c.Username = l.Ext["user_username"]
	case learner.BySourced:
		c.SourcedID = l.LIS.PersonSourcedID
	case learner.ByMailbox:
		c.Email = l.Email
	}
	return c
}

// courseOf is the LTI context; its IRI is made by the registration's pattern (settled question 4). A launch from no course has
// the zero course with its registration.
func courseOf(l *lti.Launch, reg Registration) Course {
	c := Course{Registration: reg.ID}
	if l.Context == nil {
		return c
	}
	c.ID, c.Title = l.Context.ID, l.Context.Title
	if c.Title == "" {
		c.Title = l.Context.Label
	}
	c.IRI = CourseIRI(reg.CoursePattern, reg.Issuer, c.ID)
	return c
}

// placement is the link the launch came from, and what it shows (settled question 8).
func (s *site) placement(v *visit, l *lti.Launch, reg Registration) (Placement, error) {
	p := Placement{
		Registration: l.Registration.ID, Deployment: l.Deployment, LinkID: l.ResourceLink.ID, Title: l.ResourceLink.Title,
		Framework: s.Frameworks.Default().ID,
	}
	if l.Context != nil {
		p.Context = l.Context.ID
	}
	if l.Endpoint != nil {
		p.LineItem = l.Endpoint.LineItem
	}
	p.Module = moduleOf(l, reg)
	if id := l.Custom[customFramework]; id != "" {
		p.Framework = id
	}
	cat, ok := s.Frameworks.Framework(p.Framework)
	if !ok {
		return p, refuse(http.StatusBadRequest, "placement-framework", "placement")
	}
	if name := l.Custom[customNode]; name != "" {
		n, ok := findNode(cat, name)
		if !ok {
			return p, refuse(http.StatusBadRequest, "placement-node", "placement")
		}
		p.Node = n.ID
	}
	if code := l.Custom[customArchetype]; code != "" {
		if !slices.ContainsFunc(cat.Archetypes, func(a mapping.Archetype) bool { return a.Code == code }) {
			return p, refuse(http.StatusBadRequest, "placement-archetype", "placement")
		}
		p.Archetype = code
	}
	return s.placedActivity(v, l, p)
}

// placedActivity completes a placement that leads to an activity: one that was placed through the same registration.
func (s *site) placedActivity(v *visit, l *lti.Launch, p Placement) (Placement, error) {
	id := l.Custom[customActivity]
	if id == "" {
		return p, nil
	}
	a, err := s.Activities.Activity(v.Context(), id)
	if errors.Is(err, ErrNotFound) || err == nil && a.Registration != p.Registration {
		return p, refuse(http.StatusBadRequest, "placement-activity", "placement")
	}
	if err != nil {
		return p, fmt.Errorf("find the activity of a link: %w", err)
	}
	p.Activity = a.ID
	return p, nil
}

// findNode takes what a placement names: an id, or a code that people can type.
func findNode(cat *mapping.Catalog, name string) (mapping.Node, bool) {
	if n, ok := cat.Node(name); ok {
		return n, true
	}
	return cat.ByCode(name)
}

// returnAddress keeps the course's address only when it lies on the platform: an error page links it, and must not lead people
// to wherever a message says.
func returnAddress(raw string, reg Registration) string {
	origin := originOf(raw)
	if origin == "" {
		return ""
	}
	for _, o := range append(frameOrigins(reg), originOf(reg.Issuer)) {
		if o == origin {
			return raw
		}
	}
	return ""
}

// keys answers the tool's public keys, which platforms may keep for an hour.
func (s *site) keys(*visit) (answer, error) {
	body, err := s.KeySet()
	if err != nil {
		return answer{}, fmt.Errorf("read the key set: %w", err)
	}
	return answer{body: body, kind: "application/json", cache: fmt.Sprintf("public, max-age=%d", int(time.Hour.Seconds()))}, nil
}
