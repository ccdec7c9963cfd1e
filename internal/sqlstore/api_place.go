package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cairn/internal/api"
	"cairn/internal/web"
	"cairn/lti"
	"cairn/mapping"
)

// API answers what Cairn's own API reads and changes. It is api.Alignments, api.Places, api.Records and api.Tracks.
type API struct {
	Records
	Tracks
	s       *Store
	courses Courses
}

var (
	_ api.Alignments = API{}
	_ api.Places     = API{}
	_ api.Records    = API{}
	_ api.Tracks     = API{}
	_ api.Frameworks = (*Frameworks)(nil)
)

// API answers the data of this database for the API. The frameworks say what can be aligned.
func (s *Store) API(f *Frameworks) API {
	return API{Records: s.Records(), Tracks: s.Tracks(), s: s, courses: s.Courses(f)}
}

// Reach is api.Places: the registrations whose people have accounts at the home page, by their identity rule or their issuer, and the
// issuers of these.
func (a API) Reach(ctx context.Context, homePage string) (api.Reach, error) {
	v, err := a.s.registrationView(ctx, registrationsLife)
	if err != nil {
		return api.Reach{}, err
	}
	bare := func(s string) string { return strings.TrimSuffix(s, "/") }
	out := api.Reach{Limited: true, Issuers: []string{bare(homePage), bare(homePage) + "/"}}
	for id, r := range v.byID {
		home := r.Identity.HomePage
		if home == "" {
			home = r.Issuer
		}
		if bare(home) == bare(homePage) {
			out.Registrations = append(out.Registrations, id)
			out.Issuers = append(out.Issuers, r.Issuer)
		}
	}
	slices.Sort(out.Registrations)
	return out, nil
}

// Scope is api.Places.
func (a API) Scope(ctx context.Context, s mapping.Scope) (mapping.Scope, error) {
	s.Course = ""
	if s.Registration == "" {
		return s, nil
	}
	r, err := a.s.FullRegistration(ctx, s.Registration)
	if errors.Is(err, lti.ErrUnknownRegistration) {
		return s, api.ErrNotFound
	}
	if s.Kind == mapping.ScopeCourse {
		s.Course = r.CourseIRI(s.Context)
	}
	return s, err
}

// Refused is api.Places.
func (a API) Refused(ctx context.Context, scope mapping.Scope, all []mapping.Selector) (map[mapping.Selector]error, error) {
	out, links := map[mapping.Selector]error{}, []string(nil)
	for _, s := range all {
		if s.Kind == mapping.SelectLink {
			links = append(links, s.IRI)
		}
	}
	placed, err := linksTo(ctx, a.s.DB, a.s.d, scope.Registration, links)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		own, err := takesProgressLink(ctx, a.s.DB, scope, s)
		switch {
		case err != nil:
			return nil, err
		case own:
			out[s] = mapping.ErrOwnActivity
		case s.Kind == mapping.SelectLink && !placed[s.IRI]:
			out[s] = mapping.ErrNotALink
		}
	}
	return out, nil
}

// Covered is api.Places. In the instance everything counts, wherever it holds.
func (a API) Covered(ctx context.Context, s mapping.Scope) (map[string]int, error) {
	where, args := "", []any{}
	if s.Kind != mapping.ScopeInstance {
		where = ` AND (a.registration = '' OR a.registration = ? AND a.context IN ('', ?))`
		args = append(args, s.Registration, s.Context)
	}
	var rows []struct {
		Capability string
		N          int
	}
	if err := a.s.Select(ctx, &rows, `SELECT a.capability, COUNT(DISTINCT h.iri) AS n FROM alignment a JOIN alignment_head h ON h.id = a.id
		WHERE a.ended = 0`+where+` GROUP BY a.capability`, args...); err != nil {
		return nil, fmt.Errorf("sqlstore: count the activities of capabilities: %w", err)
	}
	out := make(map[string]int, len(rows))
	for _, r := range rows {
		out[r.Capability] = r.N
	}
	return out, nil
}

// Activities is api.Places.
func (a API) Activities(ctx context.Context, scope mapping.Scope) ([]api.Activity, []mapping.Alignment, error) {
	course := web.Course{Registration: scope.Registration, ID: scope.Context, IRI: scope.Course}
	found, err := a.courses.Activities(ctx, course)
	if err != nil {
		return nil, nil, err
	}
	out := make([]api.Activity, len(found))
	for i, f := range found {
		out[i] = api.Activity{IRI: f.IRI, Name: f.Name, Type: f.Type, LastSeen: f.LastSeen}
	}
	aligned, err := a.courses.Alignments(ctx, course)
	return out, aligned, err
}

// condition gathers what a query asks for.
type condition struct {
	parts []string
	args  []any
}

func (c *condition) and(part string, args ...any) {
	c.parts, c.args = append(c.parts, part), append(c.args, args...)
}

// where is the condition as SQL, with what follows it.
func (c *condition) where(rest string) string {
	if len(c.parts) == 0 {
		return rest
	}
	return `WHERE ` + strings.Join(c.parts, " AND ") + rest
}

// place asks for scopes.
func (c *condition) place(d *dialect, f api.PlaceFilter) {
	for _, asked := range [][2]string{{"scope_kind", string(f.Kind)}, {"registration", f.Registration}, {"context", f.Context}} {
		if asked[1] != "" {
			c.and(asked[0]+` = ?`, asked[1])
		}
	}
	if f.Reach.Limited {
		c.and(`(registration = '' OR `+d.in("registration")+`)`, d.list(orEmpty(f.Reach.Registrations)))
	}
}
