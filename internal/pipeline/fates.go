package pipeline

import (
	"context"
	"fmt"
	"slices"

	"cairn/mapping"
)

// Fates finds what becomes of the people with evidence for items that leave a framework, once a changeset was applied that carries
// tags over to what replaces the items (see Together and mapping.Migrate). checked is told how many learners were looked at; it may be
// nil. Nothing is written, and memory does not grow with the number of learners.
func (p Previewer) Fates(ctx context.Context, d mapping.FrameworkDiff, cs mapping.Changeset, checked func(done int)) (out []mapping.FateEffect, err error) {
	nobody := func(string) []string { return nil }
	out = mapping.Fates(d, nobody, nobody)
	if len(out) == 0 {
		return out, nil
	}
	err = p.Frozen(ctx, func(f Frozen) error {
		r, err := p.begin(ctx, f, cs)
		if err != nil {
			return err
		}
		return r.fates(ctx, d, out, checked)
	})
	return out, err
}

// fates adds up what becomes of some learners at a time.
func (r *previewRun) fates(ctx context.Context, d mapping.FrameworkDiff, out []mapping.FateEffect, checked func(done int)) error {
	var leaving, all []string
	for _, item := range d.Retired {
		leaving, all = append(leaving, item.ID), append(append(all, item.ID), item.Becomes...)
	}
	done := 0
	for after := ""; ; {
		learners, err := r.frozen.Learners(ctx, Audience{Capabilities: leaving}, after, chunkFirst)
		if err != nil {
			return fmt.Errorf("read who has evidence for what leaves: %w", err)
		}
		if len(learners) == 0 {
			return nil
		}
		after = learners[len(learners)-1]
		have, err := r.evidenced(ctx, learners, all)
		if err != nil {
			return err
		}
		for i, part := range mapping.Fates(d, have.before, have.after) {
			out[i].Had, out[i].Whole, out[i].Part, out[i].None = out[i].Had+part.Had, out[i].Whole+part.Whole, out[i].Part+part.Part, out[i].None+part.None
		}
		if done += len(learners); checked != nil {
			checked(done)
		}
	}
}

// evidencedIn is who of some learners is evidenced in capabilities, before and after an edit.
type evidencedIn struct {
	run       *previewRun
	learners  []string
	now, then Standing
}

func (r *previewRun) evidenced(ctx context.Context, learners, capabilities []string) (e evidencedIn, err error) {
	e = evidencedIn{run: r, learners: learners}
	if e.now, err = r.frozen.Standing(ctx, learners, capabilities); err != nil {
		return e, fmt.Errorf("read how learners stand: %w", err)
	}
	if len(r.capabilities) > 0 {
		e.then, err = r.read(ctx, learners)
	}
	return e, err
}

func (e evidencedIn) before(capability string) (out []string) {
	for _, learner := range e.learners {
		if e.now.Progress[Pair{learner, capability}].On(e.run.out.At, 0) == mapping.Evidenced {
			out = append(out, learner)
		}
	}
	return out
}

// after evaluates what the edit touches; the rest stays as it is.
func (e evidencedIn) after(capability string) (out []string) {
	if !slices.Contains(e.run.capabilities, capability) {
		return e.before(capability)
	}
	for _, learner := range e.learners {
		pair := Pair{learner, capability}
		if len(e.then.Rows[pair]) > 0 && mapping.Evaluate(e.run.plan.then.basis(e.then, pair, e.run.out.At).Case()).State == mapping.Evidenced {
			out = append(out, learner)
		}
	}
	return out
}
