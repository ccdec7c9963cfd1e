package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"cairn/internal/web"
)

// Member is web.Courses.
func (c Courses) Member(ctx context.Context, course web.Course, issuer, subject string) (web.Member, error) {
	var row struct{ ID, Learner, Name string }
	err := c.s.Get(ctx, &row, `SELECT a.id, a.learner, a.name FROM account a JOIN membership m ON m.account = a.id
		WHERE a.issuer = ? AND a.subject = ? AND m.registration = ? AND m.context = ?`, issuer, subject, course.Registration, course.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return web.Member{}, web.ErrNotFound
	}
	if err != nil {
		return web.Member{}, fmt.Errorf("sqlstore: find a person of a course: %w", err)
	}
	return web.Member{Account: row.ID, Learner: row.Learner, Name: row.Name}, nil
}
