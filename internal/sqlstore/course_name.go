package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"cairn/internal/web"
)

// Names is web.Courses.
func (c Courses) Names(ctx context.Context, course web.Course) (map[string]string, error) {
	var rows []struct{ IRI, Name string }
	if err := c.s.Select(ctx, &rows, `SELECT iri, name FROM activity_name WHERE registration = ? AND context = ?`, course.Registration, course.ID); err != nil {
		return nil, fmt.Errorf("sqlstore: read what a course calls its activities: %w", err)
	}
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		out[r.IRI] = r.Name
	}
	return out, nil
}

// Rename is web.Courses.
func (c Courses) Rename(ctx context.Context, course web.Course, iri, name, author string, at time.Time) error {
	return c.s.write(ctx, func(tx *Tx) error {
		query, args := `INSERT INTO activity_name (registration, context, iri, name, author, at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (registration, context, iri) DO UPDATE SET name = excluded.name, author = excluded.author, at = excluded.at`,
			[]any{course.Registration, course.ID, iri, name, author, micros(at)}
		if name == "" {
			query, args = `DELETE FROM activity_name WHERE registration = ? AND context = ? AND iri = ?`, args[:3]
		}
		if _, err := tx.Exec(ctx, query, args...); err != nil {
			return fmt.Errorf("sqlstore: keep what a course calls an activity: %w", err)
		}
		return nil
	})
}

// Title is web.Courses.
func (c Courses) Title(ctx context.Context, registration, id string) (string, error) {
	var title string
	err := c.s.Get(ctx, &title, `SELECT title FROM course WHERE registration = ? AND id = ?`, registration, id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", web.ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("sqlstore: read the title of a course: %w", err)
	}
	return title, nil
}
