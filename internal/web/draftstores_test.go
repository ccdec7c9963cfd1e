package web_test

import (
	"context"
	"slices"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

// The drafts of the world, and what they would do: found by evaluating everybody before and after.

func (w *world) Draft(_ context.Context, c web.Course, account string) (web.Draft, error) {
	return w.drafts[c.ID+" "+account], w.broken
}

func (w *world) SaveDraft(_ context.Context, c web.Course, account string, d web.Draft) error {
	w.drafts[c.ID+" "+account] = d
	if len(d.Edits) == 0 {
		delete(w.drafts, c.ID+" "+account)
	}
	return w.broken
}

// after is the world with a changeset applied, to be looked at only. What is added takes what it would take of the past.
func (w *world) after(cs mapping.Changeset) *world {
	then := &world{cat: w.cat, aligned: slices.Clone(w.aligned), ended: map[string]bool{}, was: w.was, evidence: map[string][]mapping.Evidence{}, rules: slices.Clone(w.rules)}
	for id := range w.ended {
		then.ended[id] = true
	}
	for learner, all := range w.evidence {
		then.evidence[learner] = slices.Clone(all)
	}
	for _, e := range cs.Edits {
		switch {
		case e.Remove != "":
			then.ended[e.Remove] = true
		case e.Rule != nil:
			then.rules = append(slices.DeleteFunc(then.rules, e.Rule.Replaces), *e.Rule)
		default:
			then.aligned = append(then.aligned, *e.Add)
			then.takePast(*e.Add)
		}
	}
	return then
}

func (w *world) takePast(a mapping.Alignment) {
	for learner, all := range w.evidence {
		seen := map[string]bool{}
		for _, past := range all {
			e, ok := mapping.EvidenceOf(a, past.Record)
			if ok && a.Accepts(past.Record, "r1") && !seen[past.Record.StatementID] {
				seen[past.Record.StatementID] = true
				e.Registration = "r1"
				w.evidence[learner] = append(w.evidence[learner], e)
			}
		}
	}
}

func (w *world) touched(cs mapping.Changeset) []string {
	var out []string
	for _, e := range cs.Edits {
		switch {
		case e.Add != nil:
			out = append(out, e.Add.Capability)
		case e.Rule != nil:
			out = append(out, e.Rule.Capability)
		default:
			for _, a := range w.aligned {
				if a.ID == e.Remove {
					out = append(out, a.Capability)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (w previews) Start(owner string, cs mapping.Changeset) (string, bool) {
	w.previewed[owner] = cs
	return owner, true
}

func (w previews) Look(_ context.Context, id string, _ time.Duration) (out web.EffectsSoFar, known bool) {
	cs, known := w.previewed[id]
	if w.slow || !known {
		return web.EffectsSoFar{Checked: 1200, Of: 4000}, known
	}
	out.Done = true
	out.Effects, out.Err = w.preview(cs, func(e web.Effect) { out.People = append(out.People, e) })
	return out, true
}

func (w previews) preview(cs mapping.Changeset, each func(web.Effect)) (web.Effects, error) {
	out, then := web.Effects{At: w.clock, Fingerprint: "print"}, w.after(cs)
	if n := len(w.changes); n > 0 {
		out.After = w.changes[n-1].Pos
	}
	for _, id := range w.touched(cs) {
		out.Capabilities = append(out.Capabilities, web.CapabilityEffect{Capability: id})
	}
	for _, p := range w.opened {
		kinds := map[web.EffectKind]bool{}
		for i, c := range out.Capabilities {
			from, to := mapping.Evaluate(w.caseOf(p.Learner, c.Capability)), mapping.Evaluate(then.caseOf(p.Learner, c.Capability))
			e := web.Effect{Learner: p.Learner, Capability: c.Capability, From: from.State, To: to.State}
			was, is := from.State == mapping.Evidenced, to.State == mapping.Evidenced
			if was {
				out.Capabilities[i].Now++
			}
			if is {
				out.Capabilities[i].Then++
			}
			switch {
			case is && !was:
				e.Kind = web.EffectGain
				out.Capabilities[i].Gain++
				out.Pairs.Gain++
			case was && !is:
				e.Kind = web.EffectLose
				out.Capabilities[i].Lose++
				out.Pairs.Lose++
			}
			if e.Kind != "" {
				kinds[e.Kind] = true
				each(e)
			}
		}
		out.Checked++
		if kinds[web.EffectGain] {
			out.People.Gain++
		}
		if kinds[web.EffectLose] {
			out.People.Lose++
		}
		if len(kinds) == 0 {
			out.Same++
		}
	}
	return out, w.broken
}

func (w previews) Cases(_ context.Context, cs mapping.Changeset, learner, capability string) (before, after mapping.Case, err error) {
	return w.caseOf(learner, capability), w.after(cs).caseOf(learner, capability), w.broken
}

// previews is the world under the name that web.Previews has for applying.
type previews struct{ *world }

func (w previews) Apply(ctx context.Context, cs mapping.Changeset, shown web.Effects) (int64, web.Effects, error) {
	now, err := w.preview(cs, func(web.Effect) {})
	if err != nil {
		return 0, now, err
	}
	if now.Pairs.Lose > shown.Pairs.Lose || now.People.Lose > shown.People.Lose {
		return 0, now, web.ErrMoreLose
	}
	cs.After = &shown.After
	then := w.after(cs)
	pos, err := w.world.Apply(ctx, cs)
	if err == nil {
		w.evidence, w.rules = then.evidence, then.rules
	}
	return pos, now, err
}
