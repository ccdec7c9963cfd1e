package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sort"

	"cairn/internal/learner"
	"cairn/mapping"
)

// Relinking is what another identity rule would do: which links of agents to learners end, and which begin.
type Relinking struct {
	Gone []ActiveLink
	Made []learner.Link
}

// relinked is a relinking by whom it touches.
type relinked struct {
	learners []string // in order
	gone     map[int64]bool
	made     map[string][]learner.Link // by learner
}

func newRelinked(l Relinking) *relinked {
	out := &relinked{gone: map[int64]bool{}, made: map[string][]learner.Link{}}
	touched := map[string]bool{}
	for _, g := range l.Gone {
		out.gone[g.Pos], touched[g.Learner] = true, true
	}
	for _, m := range l.Made {
		out.made[m.Learner] = append(out.made[m.Learner], m)
		touched[m.Learner] = true
	}
	out.learners = slices.Sorted(maps.Keys(touched))
	return out
}

// Links finds out what other links would do to the learners they touch, as Preview does for a changeset.
func (p Previewer) Links(ctx context.Context, l Relinking, each func(PreviewChange) error, checked func(done, of int)) (out Preview, err error) {
	err = p.Frozen(ctx, func(f Frozen) error {
		r, err := p.begin(ctx, f, mapping.Changeset{Scope: mapping.Scope{Kind: mapping.ScopeInstance}})
		if err != nil {
			return err
		}
		r.each, r.checked, r.relinked = each, checked, newRelinked(l)
		if err := r.everything(ctx, p.Catalogs); err != nil {
			return err
		}
		if err := r.run(ctx); err != nil {
			return err
		}
		out = r.finish()
		return nil
	})
	return out, err
}

// everything makes the plan about all that is aligned, which stays as it is.
func (r *previewRun) everything(ctx context.Context, catalogs Catalogs) (err error) {
	if r.capabilities, err = r.frozen.Tagged(ctx); err != nil {
		return fmt.Errorf("read what is aligned: %w", err)
	}
	aligned, err := r.frozen.Aligned(ctx, nil, r.capabilities)
	if err != nil {
		return fmt.Errorf("read alignments: %w", err)
	}
	rules, err := r.frozen.Rules(ctx)
	if err != nil {
		return fmt.Errorf("read rules: %w", err)
	}
	r.then = newWorld(catalogs, r.capabilities, aligned, rules)
	for _, a := range aligned {
		r.index.Add(a.Alignment)
	}
	for _, c := range r.capabilities {
		r.tallies[c] = &CapabilityTally{Capability: c}
	}
	return nil
}

// count counts whom the preview is about. An edit that adds alignments is about everyone; those whom it cannot touch are not looked
// at one by one, and count as done.
func (r *previewRun) count(ctx context.Context) (int, error) {
	if r.relinked != nil {
		return len(r.relinked.learners), nil
	}
	looked, err := r.frozen.Count(ctx, r.audience)
	if err != nil || len(r.audience.Selectors) == 0 {
		return looked, err
	}
	all, err := r.frozen.Count(ctx, r.audience.everyone())
	r.out.Checked = max(all-looked, 0)
	return max(all, looked), err
}

// learners answers up to limit of them after an id, by id.
func (r *previewRun) learners(ctx context.Context, after string, limit int) ([]string, error) {
	if r.relinked == nil {
		return r.frozen.Learners(ctx, r.audience, after, limit)
	}
	all := r.relinked.learners
	from := sort.Search(len(all), func(i int) bool { return all[i] > after })
	return all[from:min(from+limit, len(all))], nil
}

// relink takes out of the standing what the links that end have brought, and puts in what those that begin bring.
func (r *previewRun) relink(ctx context.Context, learners []string, s Standing) error {
	for pair, rows := range s.Rows {
		s.Rows[pair] = slices.DeleteFunc(rows, func(row LedgerRow) bool { return r.relinked.gone[row.LinkPos] })
	}
	made := map[string][]learner.Link{}
	for _, l := range learners {
		for _, m := range r.relinked.made[l] {
			made[m.Agent] = append(made[m.Agent], m)
		}
	}
	return r.frozen.Acts(ctx, slices.Sorted(maps.Keys(made)), func(e Entry) error {
		for _, m := range made[e.Record.Agent] {
			r.credit(s, ActiveLink{Link: m}, e)
		}
		return nil
	})
}
