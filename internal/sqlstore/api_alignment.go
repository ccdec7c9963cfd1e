package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"cairn/internal/api"
	"cairn/internal/pipeline"
	"cairn/mapping"
)

// Alignments is api.Alignments: those that the projection holds. The walk is along the index of capabilities, of activities or of
// scopes where one of them is asked for.
func (a API) Alignments(ctx context.Context, f api.AlignmentFilter) ([]pipeline.Aligned, error) {
	var c condition
	c.and(`ended = 0`)
	if f.Capability != "" {
		c.and(`capability = ?`, f.Capability)
	}
	if f.Activity != "" {
		c.and(`id IN (SELECT id FROM alignment_head WHERE iri = ?)`, f.Activity)
	}
	c.place(a.s.d, f.Place)
	c.and(`(began, id) > (?, ?)`, f.AfterPos, f.AfterID)
	return selectAligned(ctx, a.s.DB, c.where(` ORDER BY began, id LIMIT ?`), append(c.args, f.Limit)...)
}

// Alignment is api.Alignments.
func (a API) Alignment(ctx context.Context, id string) (pipeline.Aligned, error) {
	rows, err := selectAligned(ctx, a.s.DB, `WHERE id = ?`, id)
	if err != nil {
		return pipeline.Aligned{}, err
	}
	if len(rows) == 0 {
		return pipeline.Aligned{}, api.ErrNotFound
	}
	return rows[0], nil
}

// Rules is api.Alignments. A rule that took the scope's own away is none.
func (a API) Rules(ctx context.Context, f api.RuleFilter) ([]pipeline.Ruled, error) {
	var c condition
	c.and(`ended = 0`)
	if f.Capability != "" {
		c.and(`capability = ?`, f.Capability)
	}
	if f.Framework != "" {
		c.and(`framework = ?`, f.Framework)
	}
	c.place(a.s.d, f.Place)
	c.and(`(began, capability, framework) > (?, ?, ?)`, f.AfterPos, f.AfterCapability, f.AfterFramework)
	var rows []ruleRow
	if err := a.s.Select(ctx, &rows, `SELECT capability, framework, scope_kind, registration, context, course, body, began, ended FROM rule `+
		c.where(` ORDER BY began, capability, framework LIMIT ?`), append(c.args, f.Limit)...); err != nil {
		return nil, fmt.Errorf("sqlstore: read rules: %w", err)
	}
	out := make([]pipeline.Ruled, len(rows))
	for i, row := range rows {
		rule, err := row.rule()
		if err != nil {
			return nil, err
		}
		out[i] = pipeline.Ruled{ScopedRule: rule, Began: row.Began}
	}
	return out, nil
}

// changesetRow is a row of table changeset.
type changesetRow struct {
	Pos  int64
	Body string
}

func (r changesetRow) applied() (out api.Applied, err error) {
	out.Pos = r.Pos
	if err := json.Unmarshal([]byte(r.Body), &out.Changeset); err != nil {
		return out, fmt.Errorf("sqlstore: read the changeset at position %d: %w", r.Pos, err)
	}
	return out, nil
}

// Changesets is api.Alignments.
func (a API) Changesets(ctx context.Context, f api.ChangesetFilter) ([]api.Applied, error) {
	var c condition
	c.place(a.s.d, f.Place)
	if f.Before > 0 {
		c.and(`pos < ?`, f.Before)
	}
	var rows []changesetRow
	if err := a.s.Select(ctx, &rows, `SELECT pos, body FROM changeset `+c.where(` ORDER BY pos DESC LIMIT ?`), append(c.args, f.Limit)...); err != nil {
		return nil, fmt.Errorf("sqlstore: read changesets: %w", err)
	}
	out := make([]api.Applied, len(rows))
	for i, row := range rows {
		var err error
		if out[i], err = row.applied(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Changeset is api.Alignments.
func (a API) Changeset(ctx context.Context, id string) (api.Applied, error) {
	var rows []changesetRow
	if err := a.s.Select(ctx, &rows, `SELECT pos, body FROM changeset WHERE id = ?`, id); err != nil {
		return api.Applied{}, fmt.Errorf("sqlstore: read a changeset: %w", err)
	}
	if len(rows) == 0 {
		return api.Applied{}, api.ErrNotFound
	}
	return rows[0].applied()
}

// errChecked ends a transaction that was only to check.
var errChecked = errors.New("sqlstore: checked")

// Check is api.Alignments.
func (a API) Check(ctx context.Context, cs mapping.Changeset) error {
	err := a.s.write(ctx, func(tx *Tx) error {
		return cmp.Or(a.courses.check(ctx, tx, cs), errChecked)
	})
	if errors.Is(err, errChecked) {
		return nil
	}
	return err
}

// Apply is api.Alignments.
func (a API) Apply(ctx context.Context, cs mapping.Changeset) (int64, error) {
	pos, err := a.courses.Apply(ctx, cs)
	var edit *mapping.EditError
	switch {
	case errors.Is(err, ErrChangesetID):
		err = api.ErrChangesetID
	case errors.As(err, &edit) && errors.Is(edit.Rule, ErrAlignmentID): // also of one that has ended
		err = &mapping.EditError{Edit: edit.Edit, Rule: mapping.ErrIDTaken}
	}
	return pos, err
}
