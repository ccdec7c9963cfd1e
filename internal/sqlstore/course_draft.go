package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"cairn/internal/web"
	"cairn/mapping"
)

// draftBody is the column body of table draft.
type draftBody struct {
	Edits  []mapping.Edit `json:"edits"`
	Undoes string         `json:"undoes,omitzero"`
}

// Draft is web.Drafts.
func (c Courses) Draft(ctx context.Context, course web.Course, account string) (web.Draft, error) {
	var row struct {
		Body    string
		Updated int64
	}
	err := c.s.Get(ctx, &row, `SELECT body, updated FROM draft WHERE registration = ? AND context = ? AND account = ?`, course.Registration, course.ID, account)
	if errors.Is(err, sql.ErrNoRows) {
		return web.Draft{}, nil
	}
	if err != nil {
		return web.Draft{}, fmt.Errorf("sqlstore: read a draft: %w", err)
	}
	var body draftBody
	if err := json.Unmarshal([]byte(row.Body), &body); err != nil {
		return web.Draft{}, fmt.Errorf("sqlstore: read a draft: %w", err)
	}
	return web.Draft{Edits: body.Edits, Undoes: body.Undoes, Updated: fromMicros(row.Updated)}, nil
}

// SaveDraft is web.Drafts.
func (c Courses) SaveDraft(ctx context.Context, course web.Course, account string, d web.Draft) error {
	query, args := `DELETE FROM draft WHERE registration = ? AND context = ? AND account = ?`, []any{course.Registration, course.ID, account}
	if len(d.Edits) > 0 {
		body, err := json.Marshal(draftBody{d.Edits, d.Undoes}, json.Deterministic(true))
		if err != nil {
			return fmt.Errorf("sqlstore: write a draft: %w", err)
		}
		query = `INSERT INTO draft (registration, context, account, body, updated) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (registration, context, account) DO UPDATE SET body = excluded.body, updated = excluded.updated`
		args = append(args, string(body), micros(d.Updated))
	}
	return c.s.write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, query, args...); err != nil {
			return fmt.Errorf("sqlstore: keep a draft: %w", err)
		}
		return nil
	})
}
