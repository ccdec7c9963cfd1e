package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"cairn/internal/pipeline"
	"cairn/xapi"
)

// Checkpoints stand in the log for statements that are gone: the fold sees the same records and voids as before, so that a replay
// makes the same states (settled question 15). They are never told to record stores or programs.

// foldedRoles are where the fold looks for identifiers; of a checkpoint no others are kept.
var foldedRoles = []xapi.Role{xapi.RoleVerb, xapi.RoleActor, xapi.RoleObject, xapi.RoleParent, xapi.RoleGrouping, xapi.RoleCategory, xapi.RoleOther}

// both runs a query over statements and checkpoints, and answers what it found in the order of the log: about as many as expected.
// %s stands for the table.
func (s *Store) both(ctx context.Context, expected int, query string, args ...any) ([]pipeline.Entry, error) {
	found, err := s.records(ctx, expected, fmt.Sprintf(query, "statement"), args...)
	if err != nil {
		return nil, err
	}
	kept, err := s.records(ctx, 0, fmt.Sprintf(query, "checkpoint"), args...)
	if err != nil || len(kept) == 0 {
		return found, err
	}
	return inOrder(found, kept), nil
}

// inOrder puts entries of the log in its order.
func inOrder(all ...[]pipeline.Entry) []pipeline.Entry {
	out := slices.Concat(all...)
	slices.SortFunc(out, func(a, b pipeline.Entry) int { return cmp.Compare(a.Pos, b.Pos) })
	return out
}

// checkThere refuses a batch that was folded before somebody was erased, or whose evidence rests on statements that were purged since
// they were read: the projector reads anew. It would not find out by its lease, which it may have taken again meanwhile.
// The cursor must be locked, as those who remove statements do.
func (t *Tx) checkThere(ctx context.Context, b pipeline.Batch) error {
	var generation int64
	if err := t.Get(ctx, &generation, `SELECT generation FROM log_head`); err != nil {
		return fmt.Errorf("sqlstore: read the head of the log: %w", err)
	}
	if generation != t.generation {
		return errStale
	}
	if linked := t.db.linked.Load(); linked != nil && *linked != generation {
		return pipeline.ErrLeaseLost
	}
	if !t.db.departed.Load().gone || len(b.Evidence) == 0 {
		return nil
	}
	rest := map[int64]bool{}
	for _, e := range b.Evidence {
		rest[e.Evidence.Record.Pos] = true
	}
	list := t.db.d.list(slices.Sorted(maps.Keys(rest)))
	var there int
	if err := t.Get(ctx, &there, `SELECT (SELECT COUNT(*) FROM statement WHERE `+t.db.d.inInts("pos")+`) + (SELECT COUNT(*) FROM checkpoint WHERE `+t.db.d.inInts("pos")+`)`, list, list); err != nil {
		return fmt.Errorf("sqlstore: look for the statements of evidence: %w", err)
	}
	if there != len(rest) {
		return pipeline.ErrLeaseLost
	}
	return nil
}
