package pipeline_test

import (
	"context"
	"slices"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// frozen is a memory as it stands; nobody changes it meanwhile.
type frozen struct{ *memory }

func (f frozen) LastChangeset(context.Context, mapping.Scope) (last int64, err error) {
	for _, e := range f.entries {
		if e.Kind == pipeline.EntryChangeset {
			last = e.Pos
		}
	}
	return last, nil
}

func (f frozen) Aligned(_ context.Context, ids, capabilities []string) (out []pipeline.Aligned, err error) {
	for _, a := range f.alignments {
		if a.Ended == 0 && (slices.Contains(ids, a.ID) || slices.Contains(capabilities, a.Capability)) {
			out = append(out, a)
		}
	}
	return out, nil
}

func (f frozen) everyone(a pipeline.Audience) (out []string) {
	for _, l := range f.links {
		if (a.Registration == "" || l.Registration == a.Registration) && f.touched(a, l) {
			out = append(out, l.Learner)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// touched says whether somebody with a link has evidence for the capabilities, or a statement that a selector takes.
func (f frozen) touched(a pipeline.Audience, l pipeline.ActiveLink) bool {
	return len(a.Capabilities) == 0 ||
		slices.ContainsFunc(f.ledger, func(r pipeline.LedgerRow) bool {
			return r.Learner == l.Learner && slices.Contains(a.Capabilities, r.Capability)
		}) ||
		slices.ContainsFunc(f.entries, func(e pipeline.Entry) bool {
			return e.Pos <= f.cursor.Pos && e.Record.Agent == l.Agent && slices.ContainsFunc(a.Selectors, func(s mapping.Selector) bool { return s.Matches(e.Record) })
		})
}

func (f frozen) Count(_ context.Context, a pipeline.Audience) (int, error) {
	return len(f.everyone(a)), nil
}

func (f frozen) Learners(_ context.Context, a pipeline.Audience, after string, _ int) ([]string, error) {
	out := slices.DeleteFunc(f.everyone(a), func(l string) bool { return l <= after })
	return out[:min(len(out), 2)], nil
}

func (f frozen) Standing(ctx context.Context, learners, capabilities []string) (pipeline.Standing, error) {
	s := pipeline.Standing{Rows: map[pipeline.Pair][]pipeline.LedgerRow{}, Progress: map[pipeline.Pair]mapping.Progress{},
		Endorsements: map[pipeline.Pair][]mapping.Endorsement{}}
	for _, l := range learners {
		for _, c := range capabilities {
			pair := pipeline.Pair{Learner: l, Capability: c}
			if rows, _ := f.Ledger(ctx, pair); len(rows) > 0 {
				s.Rows[pair] = rows
			}
			rows, _ := f.Endorsements(ctx, pair)
			s.Endorsements[pair] = pipeline.EndorsementsOf(rows)
			if p, ok := f.progress[pair]; ok {
				s.Progress[pair] = p
			}
		}
	}
	return s, nil
}

func (f frozen) Past(_ context.Context, learners []string, selectors []mapping.Selector, each func(pipeline.ActiveLink, pipeline.Entry) error) error {
	return f.each(f.cursor.Pos, func(e pipeline.Entry) bool {
		return slices.ContainsFunc(selectors, func(s mapping.Selector) bool { return s.Matches(e.Record) })
	}, func(e pipeline.Entry) error {
		for _, l := range f.links {
			if l.Agent == e.Record.Agent && slices.Contains(learners, l.Learner) {
				if err := each(l, e); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (f frozen) Acts(_ context.Context, agents []string, each func(pipeline.Entry) error) error {
	return f.each(f.cursor.Pos, func(e pipeline.Entry) bool { return slices.Contains(agents, e.Record.Agent) }, each)
}

func (f frozen) Tagged(context.Context) (out []string, err error) {
	for _, a := range f.alignments {
		if a.Ended == 0 {
			out = append(out, a.Capability)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
