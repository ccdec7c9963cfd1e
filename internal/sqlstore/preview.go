package sqlstore

import (
	"context"
	"fmt"
	"sort"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// frozen is one state of the database, for a preview. It is pipeline.Frozen.
type frozen struct {
	s    *Store
	db   reader
	upTo int64 // how far the projection has come: no statement beyond counts

	some map[string]limited // by audience
	past *pastOf
}

var _ pipeline.Frozen = (*frozen)(nil)

// Frozen calls f with one state of projection and log: what is committed meanwhile is not seen. Nobody waits for it.
func (s *Store) Frozen(ctx context.Context, f func(pipeline.Frozen) error) error {
	return s.snapshot(ctx, func(db reader) error {
		z := &frozen{s: s, db: db, some: map[string]limited{}}
		cursor, err := z.Cursor(ctx)
		if err != nil {
			return err
		}
		z.upTo = cursor.Pos
		return f(z)
	})
}

// Cursor is pipeline.Frozen.
func (z *frozen) Cursor(ctx context.Context) (pipeline.Cursor, error) { return cursor(ctx, z.db) }

// LastChangeset is pipeline.Frozen.
func (z *frozen) LastChangeset(ctx context.Context, scope mapping.Scope) (int64, error) {
	return lastChangeset(ctx, z.db, scope, "")
}

// Aligned is pipeline.Frozen.
func (z *frozen) Aligned(ctx context.Context, ids, capabilities []string) ([]pipeline.Aligned, error) {
	in := z.s.d.in
	return selectAligned(ctx, z.db, `WHERE ended = 0 AND (`+in("id")+` OR `+in("capability")+`) ORDER BY began, id`,
		z.s.d.list(orEmpty(ids)), z.s.d.list(orEmpty(capabilities)))
}

// Rules is pipeline.Frozen.
func (z *frozen) Rules(ctx context.Context) ([]mapping.ScopedRule, error) {
	return selectRules(ctx, z.db, `WHERE ended = 0`)
}

// Tagged is pipeline.Frozen.
func (z *frozen) Tagged(ctx context.Context) (out []string, err error) {
	if err := z.db.Select(ctx, &out, `SELECT DISTINCT capability FROM alignment WHERE ended = 0 ORDER BY capability`); err != nil {
		return nil, fmt.Errorf("sqlstore: read what is aligned: %w", err)
	}
	return out, nil
}

// Count is pipeline.Frozen.
func (z *frozen) Count(ctx context.Context, a pipeline.Audience) (n int, err error) {
	some, err := z.limit(ctx, a)
	if err != nil || some.is {
		return len(some.learners), err
	}
	where, args := linkedIn(a.Registration)
	if err := z.db.Get(ctx, &n, `SELECT COUNT(DISTINCT learner) FROM agent_link WHERE `+where, args...); err != nil {
		return 0, fmt.Errorf("sqlstore: count learners: %w", err)
	}
	return n, nil
}

// Learners is pipeline.Frozen: a walk along the index of learners.
func (z *frozen) Learners(ctx context.Context, a pipeline.Audience, after string, limit int) (out []string, err error) {
	some, err := z.limit(ctx, a)
	if err != nil || some.is {
		from := sort.Search(len(some.learners), func(i int) bool { return some.learners[i] > after })
		return some.learners[from:min(from+limit, len(some.learners))], err
	}
	where, args := linkedIn(a.Registration)
	if err := z.db.Select(ctx, &out, `SELECT DISTINCT learner FROM agent_link WHERE `+where+` AND learner > ? ORDER BY learner LIMIT ?`,
		append(args, after, limit)...); err != nil {
		return nil, fmt.Errorf("sqlstore: read learners: %w", err)
	}
	return out, nil
}

func linkedIn(registration string) (where string, args []any) {
	if registration == "" {
		return `ended = 0`, nil
	}
	return `ended = 0 AND registration = ?`, []any{registration}
}

// seekMost is for how many capabilities the rows of each learner are looked up one by one; beyond, all of the learner's are read.
const seekMost = 16

// of is the condition on learner and capability, and says whether what is read may hold other capabilities too.
func (z *frozen) of(table string, learners, capabilities []string) (where string, args []any) {
	where, args = z.s.d.in(table+"learner"), []any{z.s.d.list(learners)}
	if len(capabilities) <= seekMost {
		where, args = where+` AND `+z.s.d.in(table+"capability"), append(args, z.s.d.list(capabilities))
	}
	return where, args
}

// Standing is pipeline.Frozen.
func (z *frozen) Standing(ctx context.Context, learners, capabilities []string) (pipeline.Standing, error) {
	s := pipeline.Standing{Rows: map[pipeline.Pair][]pipeline.LedgerRow{}, Progress: map[pipeline.Pair]mapping.Progress{},
		Endorsements: map[pipeline.Pair][]mapping.Endorsement{}}
	wanted := map[string]bool{}
	for _, c := range capabilities {
		wanted[c] = true
	}
	where, args := z.of("e.", learners, capabilities)
	rows, err := selectEvidence(ctx, z.db, `WHERE `+where+` AND l.ended = 0`, args...)
	if err != nil {
		return s, err
	}
	for _, r := range rows {
		if !wanted[r.Capability] {
			continue
		}
		row, err := r.ledger()
		if err != nil {
			return s, err
		}
		s.Rows[row.Pair] = append(s.Rows[row.Pair], row)
	}
	if err := z.progressOf(ctx, s, learners, capabilities); err != nil {
		return s, err
	}
	where, args = z.of("", learners, capabilities)
	endorsed, err := selectEndorsements(ctx, z.db, `WHERE `+where+` ORDER BY learner, capability, ordinal`, args...)
	for _, e := range endorsed {
		pair := pipeline.Pair{Learner: e.Learner, Capability: e.Capability}
		s.Endorsements[pair] = append(s.Endorsements[pair], e.Endorsement)
	}
	return s, err
}

func (z *frozen) progressOf(ctx context.Context, s pipeline.Standing, learners, capabilities []string) error {
	where, args := z.of("", learners, capabilities)
	var rows []progressRow
	if err := z.db.Select(ctx, &rows, `SELECT `+progressColumns+` FROM progress WHERE `+where, args...); err != nil {
		return fmt.Errorf("sqlstore: read progress: %w", err)
	}
	for _, r := range rows {
		s.Progress[pipeline.Pair{Learner: r.Learner, Capability: r.Capability}] = r.progress()
	}
	return nil
}

// orEmpty is a list that is never null: it is passed as a parameter.
func orEmpty(list []string) []string { return append([]string{}, list...) }
