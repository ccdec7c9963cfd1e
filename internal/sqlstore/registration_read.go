package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"cairn/internal/learner"
	"cairn/lti"
)

// Registrations are read on every login and launch and change rarely, so they are held in memory. What another process changed
// is seen after registrationsLife; one that is not found is looked for again, at most once in registrationsMiss.
const (
	registrationsLife = 2 * time.Second
	registrationsMiss = 200 * time.Millisecond
)

// registrations is what is held. The zero value is empty.
type registrations struct {
	mu   sync.Mutex // held while loading, so that a change cannot be overtaken by what was read before it
	view atomic.Pointer[registrationView]
}

// registrationView is all registrations as they stood at a time.
type registrationView struct {
	at       time.Time
	byID     map[string]Registration
	byIssuer map[string][]Registration
}

// forget is called after a change was committed.
func (c *registrations) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.view.Store(nil)
}

// registrationView answers a view no older than life.
func (s *Store) registrationView(ctx context.Context, life time.Duration) (*registrationView, error) {
	c := &s.kept.registrations
	if v := c.view.Load(); v.fresh(s.now(), life) {
		return v, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if v := c.view.Load(); v.fresh(s.now(), life) {
		return v, nil
	}
	at := s.now()
	all, err := s.ListRegistrations(ctx)
	if err != nil {
		return nil, err
	}
	v := &registrationView{at: at, byID: map[string]Registration{}, byIssuer: map[string][]Registration{}}
	for _, r := range all {
		v.byID[r.ID] = r
		v.byIssuer[r.Issuer] = append(v.byIssuer[r.Issuer], r)
	}
	c.view.Store(v)
	return v, nil
}

// fresh is false for no view, an old one, and one from the future: the clock went back.
func (v *registrationView) fresh(now time.Time, life time.Duration) bool {
	return v != nil && now.Sub(v.at) < life && !now.Before(v.at)
}

// lookUp finds with find in a view in memory, and once more in a newer one when it finds nothing.
func (s *Store) lookUp(ctx context.Context, find func(*registrationView) (Registration, error)) (Registration, error) {
	v, err := s.registrationView(ctx, registrationsLife)
	if err != nil {
		return Registration{}, err
	}
	r, err := find(v)
	if err == nil {
		return r, nil
	}
	if v, err := s.registrationView(ctx, registrationsMiss); err == nil {
		return find(v)
	}
	return r, err
}

// ByIssuer is lti.Registrations.
func (s *Store) ByIssuer(ctx context.Context, issuer, clientID string) (lti.Registration, error) {
	r, err := s.lookUp(ctx, func(v *registrationView) (Registration, error) { return v.ofIssuer(issuer, clientID) })
	return r.Registration, err
}

// ofIssuer finds the registration of the issuer and client id, or the only one of the issuer when the client id is not told.
func (v *registrationView) ofIssuer(issuer, clientID string) (Registration, error) {
	all := v.byIssuer[issuer]
	if clientID == "" {
		switch len(all) {
		case 0:
			return Registration{}, lti.ErrUnknownRegistration
		case 1:
			return all[0], nil
		}
		return Registration{}, lti.ErrAmbiguousRegistration
	}
	if i := slices.IndexFunc(all, func(r Registration) bool { return r.ClientID == clientID }); i >= 0 {
		return all[i], nil
	}
	return Registration{}, lti.ErrUnknownRegistration
}

// Registration is lti.Registrations.
func (s *Store) Registration(ctx context.Context, id string) (lti.Registration, error) {
	r, err := s.FullRegistration(ctx, id)
	return r.Registration, err
}

// FullRegistration answers a registration by our id, with what is Cairn's own about it, from memory. lti.ErrUnknownRegistration.
func (s *Store) FullRegistration(ctx context.Context, id string) (Registration, error) {
	return s.lookUp(ctx, func(v *registrationView) (Registration, error) {
		if r, ok := v.byID[id]; ok {
			return r, nil
		}
		return Registration{}, lti.ErrUnknownRegistration
	})
}

// FrameOrigins answers, from memory, which origins may frame the pages of any registration that is enabled, in no order.
func (s *Store) FrameOrigins(ctx context.Context) ([]string, error) {
	v, err := s.registrationView(ctx, registrationsLife)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range v.byID {
		if !r.Disabled {
			out = append(out, r.Origins()...)
		}
	}
	return out, nil
}

// registrationRow is a row of table registration.
type registrationRow struct {
	ID, Name, Issuer      string
	ClientID              string `db:"client_id"`
	AuthorizationEndpoint string `db:"authorization_endpoint"`
	TokenEndpoint         string `db:"token_endpoint"`
	TokenAudience         string `db:"token_audience"`
	KeySetURL             string `db:"key_set_url"`
	AnyDeployment         bool   `db:"any_deployment"`
	Disabled              bool
	Platform              string
	IdentityMode          string `db:"identity_mode"`
	IdentityHomePage      string `db:"identity_home_page"`
	CoursePattern         string `db:"course_pattern"`
	FrameOrigins          string `db:"frame_origins"`
	ServiceOrigins        string `db:"service_origins"`
	AdminPageOff          bool   `db:"admin_page_off"`
	Pseudonymous          bool
	PseudonymHome         string `db:"pseudonym_home"`
	Created               int64
}

// ListRegistrations answers all, also disabled ones, by issuer and client id.
func (s *Store) ListRegistrations(ctx context.Context) ([]Registration, error) {
	return listRegistrations(ctx, s.DB)
}

func listRegistrations(ctx context.Context, db reader) ([]Registration, error) {
	var rows []registrationRow
	if err := db.Select(ctx, &rows, `SELECT * FROM registration ORDER BY issuer, client_id`); err != nil {
		return nil, fmt.Errorf("sqlstore: read the registrations: %w", err)
	}
	var deployments []struct{ Registration, ID string }
	if err := db.Select(ctx, &deployments, `SELECT registration, id FROM deployment ORDER BY created, id`); err != nil {
		return nil, fmt.Errorf("sqlstore: read the deployments: %w", err)
	}
	of := map[string][]string{}
	for _, d := range deployments {
		of[d.Registration] = append(of[d.Registration], d.ID)
	}
	out := make([]Registration, len(rows))
	for i, row := range rows {
		r, err := row.registration()
		if err != nil {
			return nil, err
		}
		r.Deployments = of[r.ID]
		out[i] = r
	}
	slices.SortStableFunc(out, func(a, b Registration) int {
		return cmp.Or(cmp.Compare(a.Issuer, b.Issuer), cmp.Compare(a.ClientID, b.ClientID))
	})
	return out, nil
}

func (row registrationRow) registration() (Registration, error) {
	r := Registration{
		Registration: lti.Registration{
			ID: row.ID, Name: row.Name, Issuer: row.Issuer, ClientID: row.ClientID, AuthorizationEndpoint: row.AuthorizationEndpoint,
			TokenEndpoint: row.TokenEndpoint, TokenAudience: row.TokenAudience, KeySetURL: row.KeySetURL,
			AnyDeployment: row.AnyDeployment, Disabled: row.Disabled,
		},
		Platform: row.Platform, CoursePattern: row.CoursePattern, CreatedAt: fromMicros(row.Created), AdminPageOff: row.AdminPageOff, Pseudonymous: row.Pseudonymous,
		Identity: learner.IdentityRule{Mode: learner.IdentityMode(row.IdentityMode), HomePage: row.IdentityHomePage},
	}
	if err := errors.Join(readList(row.FrameOrigins, &r.FrameOrigins), readList(row.ServiceOrigins, &r.ServiceOrigins)); err != nil {
		return r, fmt.Errorf("sqlstore: read the origins of registration %s: %w", row.ID, err)
	}
	return r, nil
}
