package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"cairn/xapi"
)

// chainRow is a statement as far as references are followed.
type chainRow struct {
	ID       string  `db:"id"`
	Pos      int64   `db:"pos"`
	RefersTo *string `db:"refers_to"`
	Terms    string  `db:"terms"`
}

func (t *Tx) chain(ctx context.Context, column string, ids []string) ([]chainRow, error) {
	only := ""
	if column == "refers_to" {
		only = `refers_to IS NOT NULL AND ` // as its index has it
	}
	var rows []chainRow
	err := t.Select(ctx, &rows, `SELECT id, pos, refers_to, terms FROM statement WHERE `+only+t.db.d.in(column), t.db.d.list(ids))
	return rows, wrap(err, "follow references")
}

// beyond answers the links of the statements that one refers to, and those in turn: it was found by these too.
func (t *Tx) beyond(ctx context.Context, to *string) (links []link, err error) {
	for depth := 0; to != nil && depth < referenceDepth; depth++ {
		rows, err := t.chain(ctx, "id", []string{*to})
		if err != nil || len(rows) == 0 {
			return links, err
		}
		links, to = append(links, parseLinks(rows[0].Terms)...), rows[0].RefersTo
	}
	return links, nil
}

// removeLinks removes the rows by which the statements are found, those of others that refer to them too. What the fold asks for of a
// record stays.
func (r *removal) removeLinks(ctx context.Context) error {
	var out []placed
	through := map[string][]link{}
	for _, row := range r.rows {
		further, err := r.tx.beyond(ctx, row.RefersTo)
		if err != nil {
			return err
		}
		all := slices.Concat(row.links, further)
		through[row.ID] = all
		var kept []link
		if r.record(row) {
			kept = r.kept(row)
		}
		for _, l := range all {
			if !slices.Contains(kept, l) {
				out = append(out, placed{l, row.Pos})
			}
		}
	}
	referred, err := r.tx.referredLinks(ctx, through)
	if err != nil {
		return err
	}
	out = append(out, referred...)
	for _, p := range out {
		r.terms[p.term] = true
	}
	return r.tx.deleteLinks(ctx, out)
}

// referredLinks answers the links that other statements have only because they refer, through at most referenceDepth references, to
// statements with these links.
func (t *Tx) referredLinks(ctx context.Context, through map[string][]link) (out []placed, err error) {
	own := map[string][]link{}
	seen := map[string]bool{}
	for depth := 0; depth < referenceDepth && len(through) > 0; depth++ {
		ids := make([]string, 0, len(through))
		for id := range through {
			ids, seen[id] = append(ids, id), true
		}
		slices.Sort(ids)
		rows, err := t.chain(ctx, "refers_to", ids)
		if err != nil {
			return nil, err
		}
		next := map[string][]link{}
		for _, row := range rows {
			if seen[row.ID] {
				continue
			}
			lost := through[*row.RefersTo]
			own[row.ID] = append(parseLinks(row.Terms), own[*row.RefersTo]...)
			for _, l := range lost {
				if !slices.Contains(own[row.ID], l) {
					out = append(out, placed{l, row.Pos})
				}
			}
			next[row.ID] = lost
		}
		through = next
	}
	return out, nil
}

// deleteLinks deletes rows of statement_link.
func (t *Tx) deleteLinks(ctx context.Context, rows []placed) error {
	terms, roles, positions := make([]int64, len(rows)), make([]int64, len(rows)), make([]int64, len(rows))
	for i, p := range rows {
		terms[i], roles[i], positions[i] = p.term, int64(p.role), p.pos
	}
	if !t.db.d.oneWriter {
		_, err := t.Exec(ctx, `DELETE FROM statement_link l USING unnest(CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS bigint[])) AS x (term, role, pos)
			WHERE l.term = x.term AND l.role = x.role AND l.pos = x.pos`, terms, roles, positions)
		return wrap(err, "remove links of statements")
	}
	for i := range rows {
		if _, err := t.Exec(ctx, `DELETE FROM statement_link WHERE term = ? AND role = ? AND pos = ?`, terms[i], roles[i], positions[i]); err != nil {
			return fmt.Errorf("sqlstore: remove links of statements: %w", err)
		}
	}
	return nil
}

// agentRolesAll is every role in which a statement may name a person. An authority is a credential.
var agentRolesAll = []xapi.Role{xapi.RoleActor, xapi.RoleObjectAgent, xapi.RoleInstructor, xapi.RoleTeam, xapi.RoleSubAgent, xapi.RoleContextAgent}
