package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi"
)

// pastOf is where the statements are that selectors take.
type pastOf struct {
	selectors []mapping.Selector
	at        positions
}

// found answers where the statements are that the selectors may take, looked up once.
func (z *frozen) found(ctx context.Context, selectors []mapping.Selector) (positions, error) {
	if z.past != nil && slices.Equal(z.past.selectors, selectors) {
		return z.past.at, nil
	}
	at := make(positions, z.upTo>>6+1)
	for _, sel := range selectors {
		positions, err := z.s.selected(ctx, sel, z.upTo)
		if err != nil {
			return nil, fmt.Errorf("sqlstore: find the statements of an activity: %w", err)
		}
		for _, pos := range positions {
			at.set(pos)
		}
	}
	z.past = &pastOf{slices.Clone(selectors), at}
	return at, nil
}

// Past is pipeline.Frozen. Of the learners' statements only those are read that a selector may take.
func (z *frozen) Past(ctx context.Context, learners []string, selectors []mapping.Selector, f func(pipeline.ActiveLink, pipeline.Entry) error) error {
	at, err := z.found(ctx, selectors)
	if err != nil {
		return err
	}
	links, err := selectLinks(ctx, z.db, `WHERE ended = 0 AND `+z.s.d.in("learner")+` ORDER BY pos`, z.s.d.list(learners))
	if err != nil {
		return err
	}
	byAgent := map[string][]pipeline.ActiveLink{}
	for _, l := range links {
		byAgent[l.Agent] = append(byAgent[l.Agent], l)
	}
	positions, err := z.acted(ctx, slices.Collect(maps.Keys(byAgent)))
	if err != nil {
		return err
	}
	positions = slices.DeleteFunc(positions, func(pos int64) bool { return !at.has(pos) })
	return z.s.each(ctx, positions, func(e pipeline.Entry) error {
		if e.Own {
			return nil
		}
		for _, l := range byAgent[e.Record.Agent] {
			if err := f(l, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// Acts is pipeline.Frozen.
func (z *frozen) Acts(ctx context.Context, agents []string, f func(pipeline.Entry) error) error {
	positions, err := z.acted(ctx, agents)
	if err != nil {
		return err
	}
	asked := map[string]bool{}
	for _, agent := range agents {
		asked[agent] = true
	}
	return z.s.each(ctx, positions, func(e pipeline.Entry) error {
		if e.Own || !asked[e.Record.Agent] { // one of several actors
			return nil
		}
		return f(e)
	})
}

// acted answers where agents are actors, in order.
func (z *frozen) acted(ctx context.Context, agents []string) ([]int64, error) {
	var ids, positions []int64
	if err := z.db.Select(ctx, &ids, `SELECT id FROM term WHERE kind = ? AND `+z.s.d.in("value"), int64(xapi.TermAgent), z.s.d.list(storedValues(agents))); err != nil {
		return nil, fmt.Errorf("sqlstore: find the agents of learners: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	if err := z.db.Select(ctx, &positions, `SELECT pos FROM statement_link WHERE `+z.s.d.inInts("term")+` AND role = ? AND pos <= ?`,
		z.s.d.list(ids), int64(xapi.RoleActor), z.upTo); err != nil {
		return nil, fmt.Errorf("sqlstore: find the statements of learners: %w", err)
	}
	return ordered(positions), nil
}

// agentLinkRow is a row of table agent_link.
type agentLinkRow struct {
	Pos                                                    int64
	Learner, Account, Registration, Issuer, Subject, Agent string
}

// selectLinks reads links that a condition takes.
func selectLinks(ctx context.Context, db reader, where string, args ...any) ([]pipeline.ActiveLink, error) {
	var rows []agentLinkRow
	if err := db.Select(ctx, &rows, `SELECT pos, learner, account, registration, issuer, subject, agent FROM agent_link `+where, args...); err != nil {
		return nil, fmt.Errorf("sqlstore: read links: %w", err)
	}
	out := make([]pipeline.ActiveLink, len(rows))
	for i, r := range rows {
		out[i] = pipeline.ActiveLink{Pos: r.Pos, Link: learner.Link{Learner: r.Learner, Account: r.Account, Registration: r.Registration,
			Issuer: r.Issuer, Subject: r.Subject, Agent: r.Agent}}
	}
	return out, nil
}
