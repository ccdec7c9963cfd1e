package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/internal/web"
	"cairn/mapping"
)

// ErrChangesetID says that another changeset has this id.
var ErrChangesetID = errors.New("sqlstore: another changeset has this id")

// ErrAlignmentID says that an alignment that is to be added has the id of another.
var ErrAlignmentID = errors.New("sqlstore: an alignment with this id is there already; alignments never change")

// Courses reads and changes the tags of courses. It is web.Courses.
type Courses struct {
	s          *Store
	frameworks *Frameworks
}

var (
	_ web.Courses = Courses{}
	_ web.Drafts  = Courses{}
)

// Courses answers the courses of this database. The frameworks say what can be aligned.
func (s *Store) Courses(f *Frameworks) Courses { return Courses{s, f} }

// Alignments is web.Courses. Each part is a walk along the index of scopes, whatever other courses hold.
func (c Courses) Alignments(ctx context.Context, course web.Course) ([]mapping.Alignment, error) {
	const part = `WHERE ended = 0 AND registration = ? AND context = ?`
	const more = ` UNION ALL SELECT body, began, ended FROM alignment ` + part
	rows, err := selectAligned(ctx, c.s.DB, part+more+more, course.Registration, course.ID, course.Registration, "", "", "")
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b pipeline.Aligned) int { return cmp.Or(cmp.Compare(a.Began, b.Began), cmp.Compare(a.ID, b.ID)) })
	rows = slices.CompactFunc(rows, func(a, b pipeline.Aligned) bool { return a.ID == b.ID }) // without a course two parts are the same
	out := make([]mapping.Alignment, len(rows))
	for i, a := range rows {
		out[i] = a.Alignment
	}
	return out, nil
}

// Changesets is web.Courses.
func (c Courses) Changesets(ctx context.Context, course web.Course, limit int) ([]web.HistoryEntry, error) {
	var rows []struct {
		Pos          int64
		Body, Author string
	}
	if err := c.s.Select(ctx, &rows, `SELECT h.pos, h.body, COALESCE(a.name, '') AS author FROM changeset h LEFT JOIN account a ON a.id = h.author
		WHERE h.registration = ? AND h.context = ? ORDER BY h.pos DESC LIMIT ?`, course.Registration, course.ID, limit); err != nil {
		return nil, fmt.Errorf("sqlstore: read the changesets of a course: %w", err)
	}
	out := make([]web.HistoryEntry, len(rows))
	for i, row := range rows {
		out[i] = web.HistoryEntry{Pos: row.Pos, Author: row.Author}
		if err := json.Unmarshal([]byte(row.Body), &out[i].Changeset); err != nil {
			return nil, fmt.Errorf("sqlstore: read the changeset at position %d: %w", row.Pos, err)
		}
	}
	return out, nil
}

// Apply is web.Courses. The changeset is checked against the alignments as of the end of the log, also those the projection has
// not come to yet, so that of two people who remove the same tag one is refused. Applying the same changeset again is no change.
// Changesets are applied one after the other, so that of two equal forms sent at once the second is held against what the first did.
// *mapping.EditError (mapping.ErrAligned for a tag that is there, mapping.ErrMoved when Changeset.After is not the last), ErrChangesetID,
// ErrAlignmentID.
func (c Courses) Apply(ctx context.Context, cs mapping.Changeset) (pos int64, err error) {
	body, err := json.Marshal(cs, json.Deterministic(true))
	if err != nil {
		return 0, fmt.Errorf("sqlstore: write a changeset: %w", err)
	}
	err = c.s.write(ctx, func(tx *Tx) error {
		if err := tx.lockEdits(ctx); err != nil {
			return err
		}
		fresh, err := tx.claimChangeset(ctx, cs, body)
		if err != nil {
			return err
		}
		if !fresh {
			pos, err = tx.sameChangeset(ctx, cs.ID, body)
			return err
		}
		pos, err = c.applyFresh(ctx, tx, cs, body)
		return err
	})
	return pos, err
}

// applyFresh checks and applies a changeset whose row is there.
func (c Courses) applyFresh(ctx context.Context, tx *Tx, cs mapping.Changeset, body []byte) (pos int64, err error) {
	if err := c.check(ctx, tx, cs); err != nil {
		return 0, err
	}
	if err := tx.moveHeads(ctx, cs); err != nil {
		return 0, err
	}
	if pos, err = tx.AppendEvent(ctx, pipeline.EntryChangeset, body); err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `UPDATE changeset SET pos = ? WHERE id = ?`, pos, cs.ID); err != nil {
		return 0, fmt.Errorf("sqlstore: note where a changeset is: %w", err)
	}
	return pos, nil
}

// claimChangeset inserts the row of a changeset and says whether its id was free. Its position is known only at the end.
func (t *Tx) claimChangeset(ctx context.Context, cs mapping.Changeset, body []byte) (bool, error) {
	n, err := affected(t.Exec(ctx, `INSERT INTO changeset (id, pos, scope_kind, registration, context, author, body) VALUES (?, 0, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO NOTHING`, cs.ID, string(cs.Scope.Kind), cs.Scope.Registration, cs.Scope.Context, cs.Author, string(body)))
	if err != nil {
		return false, fmt.Errorf("sqlstore: keep a changeset: %w", err)
	}
	return n == 1, nil
}

// sameChangeset answers the position of a changeset that was applied before. ErrChangesetID when it was another one.
func (t *Tx) sameChangeset(ctx context.Context, id string, body []byte) (int64, error) {
	var was struct {
		Pos  int64
		Body string
	}
	if err := t.Get(ctx, &was, `SELECT pos, body FROM changeset WHERE id = ?`, id); err != nil {
		return 0, fmt.Errorf("sqlstore: read a changeset: %w", err)
	}
	if was.Body != string(body) {
		return 0, fmt.Errorf("%w: %s", ErrChangesetID, id)
	}
	return was.Pos, nil
}

// moveHeads ends and begins alignments as of the end of the log, in the order of their ids: rows are locked in one order.
func (t *Tx) moveHeads(ctx context.Context, cs mapping.Changeset) error {
	order := make([]int, len(cs.Edits))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(headOf(cs.Edits[a]), headOf(cs.Edits[b])) })
	for _, i := range order {
		switch err := t.moveHead(ctx, cs.Edits[i]); {
		case errors.Is(err, mapping.ErrUnknownAlignment), errors.Is(err, ErrAlignmentID):
			return &mapping.EditError{Edit: i, Rule: err}
		case err != nil:
			return err
		}
	}
	return nil
}

func headOf(e mapping.Edit) string {
	if e.Add != nil {
		return e.Add.ID
	}
	return e.Remove
}

func (t *Tx) moveHead(ctx context.Context, e mapping.Edit) error {
	switch {
	case e.Add != nil:
		body, err := json.Marshal(e.Add, json.Deterministic(true))
		if err != nil {
			return fmt.Errorf("sqlstore: write an alignment: %w", err)
		}
		n, err := affected(t.Exec(ctx, `INSERT INTO alignment_head (id, iri, body, ended) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			e.Add.ID, e.Add.Selector.IRI, string(body), false))
		if err != nil {
			return fmt.Errorf("sqlstore: begin an alignment: %w", err)
		}
		if n == 0 {
			return ErrAlignmentID
		}
	case e.Remove != "":
		n, err := affected(t.Exec(ctx, `UPDATE alignment_head SET ended = ? WHERE id = ? AND NOT ended`, true, e.Remove))
		if err != nil {
			return fmt.Errorf("sqlstore: end an alignment: %w", err)
		}
		if n == 0 {
			return mapping.ErrUnknownAlignment // somebody else has ended it since it was checked
		}
	}
	return nil
}
