package web_test

import (
	"context"
	"time"

	"cairn/internal/web"
)

// Preferences of the world.

func (w *world) Preference(_ context.Context, owner string) (web.Preference, error) {
	return w.likes[owner], w.broken
}

func (w *world) SaveTheme(_ context.Context, owner, theme string, _ time.Time) error {
	p := w.likes[owner]
	p.Theme = theme
	w.likes[owner] = p
	return w.broken
}

func (w *world) SaveVisit(_ context.Context, owner string, visited, before time.Time) error {
	p := w.likes[owner]
	p.Visited, p.Before = visited, before
	w.likes[owner] = p
	return w.broken
}

func (w *world) OpenWindow(_ context.Context, code string, _ time.Time, window web.Session) error {
	if w.spent[code] {
		return web.ErrNotFound
	}
	w.spent[code] = true
	w.sessions[window.Hash] = window
	return w.broken
}

func (w *world) RoleChoice(_ context.Context, learner, framework string) ([]string, error) {
	roles, ok := w.roles[learner+" "+framework]
	if !ok && w.broken == nil {
		return nil, web.ErrNotFound
	}
	return roles, w.broken
}

func (w *world) SaveRoleChoice(_ context.Context, learner, framework string, roles []string) error {
	w.roles[learner+" "+framework] = roles
	return w.broken
}
