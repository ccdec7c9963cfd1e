package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/mapping"
)

// previews is web.Previews.
type previews struct {
	*pipeline.Previews
	pipeline.Previewer
}

// newPreviews looks into the future of the store. ctx ends every preview under way.
func (w wiring) newPreviews(ctx context.Context, store *sqlstore.Store, frameworks *sqlstore.Frameworks) previews {
	p := pipeline.Previewer{Frozen: store.Frozen, Catalogs: frameworks, Now: w.now, Append: store.Courses(frameworks).Apply}
	return previews{pipeline.NewPreviews(ctx, p), p}
}

// Look tells pages how far a preview has come.
func (p previews) Look(ctx context.Context, id string, wait time.Duration) (web.EffectsSoFar, bool) {
	s, known := p.Previews.Look(ctx, id, wait)
	out := web.EffectsSoFar{Checked: s.Checked, Of: s.Of, Done: s.Done, Effects: effectsOf(s.Preview), More: s.More, Err: s.Err}
	for _, c := range s.Changes {
		out.People = append(out.People, web.Effect{
			Learner: c.Learner, Capability: c.Capability, Kind: web.EffectKind(c.Effect), From: c.From, To: c.To, Expires: c.Expires,
		})
	}
	return out, known
}

// Apply applies what pages have shown.
func (p previews) Apply(ctx context.Context, cs mapping.Changeset, shown web.Effects) (int64, web.Effects, error) {
	pos, did, err := p.Previewer.Apply(ctx, cs, pipeline.Preview{
		After: shown.After, Pairs: pipeline.Tally(shown.Pairs), People: pipeline.Tally(shown.People), Fingerprint: shown.Fingerprint,
	})
	if errors.Is(err, pipeline.ErrMoreLose) {
		err = fmt.Errorf("%w: %w", web.ErrMoreLose, err)
	}
	return pos, effectsOf(did), err
}

func effectsOf(p pipeline.Preview) web.Effects {
	out := web.Effects{
		After: p.After, At: p.At, Checked: p.Checked, Same: p.Same, Fingerprint: p.Fingerprint,
		Pairs: web.EffectCount(p.Pairs), People: web.EffectCount(p.People),
	}
	for _, c := range p.Capabilities {
		out.Capabilities = append(out.Capabilities, web.CapabilityEffect{Capability: c.Capability, Now: c.Now, Then: c.Then, EffectCount: web.EffectCount(c.Tally)})
	}
	return out
}
