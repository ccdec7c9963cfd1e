package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/web"
)

// Preferences keeps how people like their pages. It is web.Preferences.
type Preferences struct{ s *Store }

var _ web.Preferences = Preferences{}

// Preferences answers the preferences of this database.
func (s *Store) Preferences() Preferences { return Preferences{s} }

// Preference is web.Preferences.
func (p Preferences) Preference(ctx context.Context, owner string) (web.Preference, error) {
	var row struct {
		Theme   string
		Visited int64
		Before  int64 `db:"visited_before"`
	}
	err := p.s.Get(ctx, &row, `SELECT theme, visited, visited_before FROM preference WHERE owner = ?`, owner)
	if errors.Is(err, sql.ErrNoRows) {
		return web.Preference{}, nil
	}
	if err != nil {
		return web.Preference{}, fmt.Errorf("sqlstore: read a preference: %w", err)
	}
	return web.Preference{Theme: row.Theme, Visited: fromMicros(row.Visited), Before: fromMicros(row.Before)}, nil
}

// SaveTheme is web.Preferences.
func (p Preferences) SaveTheme(ctx context.Context, owner, theme string, expires time.Time) error {
	_, err := p.s.execOne(ctx, `INSERT INTO preference (owner, theme, visited, visited_before, expires) VALUES (?, ?, 0, 0, ?)
		ON CONFLICT (owner) DO UPDATE SET theme = excluded.theme`, owner, theme, micros(expires))
	if err != nil {
		return fmt.Errorf("sqlstore: keep a theme: %w", err)
	}
	return nil
}

// SaveVisit is web.Preferences.
func (p Preferences) SaveVisit(ctx context.Context, owner string, visited, before time.Time) error {
	_, err := p.s.execOne(ctx, `INSERT INTO preference (owner, theme, visited, visited_before, expires) VALUES (?, '', ?, ?, 0)
		ON CONFLICT (owner) DO UPDATE SET visited = excluded.visited, visited_before = excluded.visited_before`,
		owner, micros(visited), micros(before))
	if err != nil {
		return fmt.Errorf("sqlstore: keep a visit: %w", err)
	}
	return nil
}

// RoleChoice is web.Preferences.
func (p Preferences) RoleChoice(ctx context.Context, learner, framework string) ([]string, error) {
	var text string
	err := p.s.Get(ctx, &text, `SELECT roles FROM role_choice WHERE learner = ? AND framework = ?`, learner, framework)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, web.ErrNotFound
	}
	var roles []string
	if err == nil {
		err = json.Unmarshal([]byte(text), &roles)
	}
	if err != nil {
		return nil, fmt.Errorf("sqlstore: read the roles of a learner: %w", err)
	}
	return roles, nil
}

// SaveRoleChoice is web.Preferences.
func (p Preferences) SaveRoleChoice(ctx context.Context, learner, framework string, roles []string) error {
	text, err := json.Marshal(roles)
	if err == nil {
		_, err = p.s.execOne(ctx, `INSERT INTO role_choice (learner, framework, roles) VALUES (?, ?, ?)
			ON CONFLICT (learner, framework) DO UPDATE SET roles = excluded.roles`, learner, framework, string(text))
	}
	if err != nil {
		return fmt.Errorf("sqlstore: keep the roles of a learner: %w", err)
	}
	return nil
}
