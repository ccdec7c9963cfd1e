package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"cairn/internal/pipeline"
)

// limited is the learners that an audience is limited to, about 40 bytes each, in order. Without is, it is everyone who has a link.
type limited struct {
	learners []string
	is       bool
}

// limit answers whom an audience is limited to, looked up once: those with evidence, and those who did what selectors take. Where
// selectors take more statements than there are people, finding out who did them costs more than looking at everyone.
func (z *frozen) limit(ctx context.Context, a pipeline.Audience) (limited, error) {
	if len(a.Capabilities) == 0 {
		return limited{}, nil
	}
	key := fmt.Sprint(a)
	if some, known := z.some[key]; known {
		return some, nil
	}
	out := limited{is: true}
	did, few, err := z.did(ctx, a)
	if err == nil && few {
		out.learners, err = z.withEvidence(ctx, a)
	}
	if err != nil {
		return out, err
	}
	if !few {
		out = limited{}
	}
	out.learners = append(out.learners, did...)
	slices.Sort(out.learners)
	out.learners = slices.Compact(out.learners)
	z.some[key] = out
	return out, nil
}

// withEvidence answers the learners with evidence of an alignment of the capabilities.
func (z *frozen) withEvidence(ctx context.Context, a pipeline.Audience) (some []string, err error) {
	query, args := `SELECT DISTINCT e.learner FROM alignment a JOIN evidence e ON e.alignment = a.id WHERE a.ended = 0 AND `+z.s.d.in("a.capability"),
		[]any{z.s.d.list(a.Capabilities)}
	if a.Registration != "" {
		query += ` AND e.link_pos IN (SELECT pos FROM agent_link WHERE ended = 0 AND registration = ?)`
		args = append(args, a.Registration)
	}
	if err := z.db.Select(ctx, &some, query, args...); err != nil {
		return nil, fmt.Errorf("sqlstore: read who has evidence: %w", err)
	}
	return some, nil
}

// did answers the learners with a statement that a selector takes; false when these are too many statements.
func (z *frozen) did(ctx context.Context, a pipeline.Audience) (learners []string, few bool, err error) {
	if len(a.Selectors) == 0 {
		return nil, true, nil
	}
	at, err := z.found(ctx, a.Selectors)
	if err != nil {
		return nil, false, err
	}
	people, err := z.Count(ctx, pipeline.Audience{Registration: a.Registration})
	if err != nil || at.count() > people {
		return nil, false, err
	}
	actors, err := z.actors(ctx, at)
	if err != nil {
		return nil, false, err
	}
	learners, err = z.linkedTo(ctx, actors, a.Registration)
	return learners, true, err
}

// whomAtOnce is how many statements, or agents, one query is about.
const whomAtOnce = 20_000

// actors answers the agents of statements.
func (z *frozen) actors(ctx context.Context, at positions) ([]string, error) {
	terms := map[int64]bool{}
	for some := range slices.Chunk(at.list(), whomAtOnce) {
		list := z.s.d.list(some)
		var ids []int64
		if err := z.db.Select(ctx, &ids, `SELECT DISTINCT actor FROM statement WHERE own = 0 AND `+z.s.d.inInts("pos")+
			` UNION SELECT actor FROM checkpoint WHERE own = 0 AND `+z.s.d.inInts("pos"), list, list); err != nil {
			return nil, fmt.Errorf("sqlstore: read who did something: %w", err)
		}
		for _, id := range ids {
			terms[id] = true
		}
	}
	values, err := z.s.terms.read(ctx, slices.Collect(maps.Keys(terms)))
	return slices.Collect(maps.Values(values)), err
}

// linkedTo answers the learners whom agents are linked to.
func (z *frozen) linkedTo(ctx context.Context, agents []string, registration string) (out []string, err error) {
	where, args := linkedIn(registration)
	for some := range slices.Chunk(agents, whomAtOnce) {
		var learners []string
		if err := z.db.Select(ctx, &learners, `SELECT DISTINCT learner FROM agent_link WHERE `+where+` AND `+z.s.d.in("agent"), append(slices.Clip(args), z.s.d.list(some))...); err != nil {
			return nil, fmt.Errorf("sqlstore: read whose agents these are: %w", err)
		}
		out = append(out, learners...)
	}
	return out, nil
}
