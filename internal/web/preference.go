package web

import (
	"context"
	"fmt"
	"time"
)

// The themes that people can choose (pages.md 2.1).
const (
	themeLight  = "light"
	themeDark   = "dark"
	themeDevice = "device" // as the device likes it
)

// Preference is how somebody likes their pages.
type Preference struct {
	Theme   string    // "light", "dark" or "device"; "" when nothing was chosen
	Visited time.Time // when the overview was last opened; zero: never
	Before  time.Time // when the visit before the present one ended; zero: there was none
}

// Preferences keeps it. An owner is the id of a learner, or the hash of a launch's token where nobody is known.
type Preferences interface {
	// Preference answers what is kept, the zero Preference when nothing is.
	Preference(ctx context.Context, owner string) (Preference, error)
	// SaveTheme keeps a theme; from expires on it may be forgotten, zero is never.
	SaveTheme(ctx context.Context, owner, theme string, expires time.Time) error
	// SaveVisit keeps the times of visits.
	SaveVisit(ctx context.Context, owner string, visited, before time.Time) error
	// RoleChoice answers the archetypes that a learner chose to see in a framework, none for all of them. ErrNotFound before the
	// first choice.
	RoleChoice(ctx context.Context, learner, framework string) ([]string, error)
	// SaveRoleChoice keeps them.
	SaveRoleChoice(ctx context.Context, learner, framework string, roles []string) error
}

// prefers answers who a preference of the session is kept for, and until when: with the learner, and with the launch when nobody is
// known.
func (session *Session) prefers() (owner string, expires time.Time) {
	if session.Learner != "" {
		return session.Learner, time.Time{}
	}
	return session.Hash, session.CreatedAt.Add(SessionLimit)
}

// preference reads what the visit's person prefers, once a visit.
func (s *site) preference(v *visit) (Preference, error) {
	if v.preferred != nil {
		return *v.preferred, nil
	}
	owner, _ := v.session.prefers()
	p, err := s.Preferences.Preference(v.Context(), owner)
	if err != nil {
		return p, fmt.Errorf("read how somebody likes the pages: %w", err)
	}
	v.preferred = &p
	return p, nil
}

// theme is what the page is drawn in. Pages of an LMS are light and never say otherwise, so inside its frame Cairn is light, too; in
// a window of its own it follows the device.
func (s *site) theme(v *visit) string {
	if v.session != nil {
		p, err := s.preference(v)
		if err != nil { // a page is readable in any theme
			s.Log.Warn("theme not read", "request", v.id, "error", err)
		}
		if p.Theme != "" {
			return p.Theme
		}
	}
	if v.Header.Get("Sec-Fetch-Dest") == "document" {
		return themeDevice
	}
	return themeLight
}
