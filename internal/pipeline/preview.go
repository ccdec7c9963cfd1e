package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/mapping"
)

// ErrMoreLose says that more people would lose evidence than the preview had shown (settled question 12).
var ErrMoreLose = errors.New("pipeline: more people would lose evidence than was shown; look at the effect again")

// Effect is what an edit does to a learner's capability.
type Effect string

// The effects. A change of percent alone has none.
const (
	EffectNone   Effect = ""
	EffectGain   Effect = "gain"   // it becomes evidenced
	EffectLose   Effect = "lose"   // it no longer is
	EffectExpire Effect = "expire" // it stays evidenced, and ends by time where it did not, or earlier
)

// PreviewChange is what an edit does to one learner in one capability.
type PreviewChange struct {
	Learner     string        `json:"learner"`
	Capability  string        `json:"capability"`
	Effect      Effect        `json:"effect,omitzero"`
	From        mapping.State `json:"from"`
	To          mapping.State `json:"to"`
	FromPercent int           `json:"from_percent"`
	Percent     int           `json:"percent"`
	FromExpires time.Time     `json:"from_expires,omitzero"`
	Expires     time.Time     `json:"expires,omitzero"`
}

// Tally counts effects.
type Tally struct {
	Gain   int `json:"gain"`
	Lose   int `json:"lose"`
	Expire int `json:"expire"`
}

func (t *Tally) add(e Effect) {
	switch e {
	case EffectGain:
		t.Gain++
	case EffectLose:
		t.Lose++
	case EffectExpire:
		t.Expire++
	}
}

// CapabilityTally counts the learners of one capability.
type CapabilityTally struct {
	Capability string `json:"capability"`
	Now        int    `json:"now"`  // evidenced before, of those looked at
	Then       int    `json:"then"` // and after
	Tally
}

// Preview is what a changeset would do, found on real data and without writing.
type Preview struct {
	Pos          int64             `json:"pos"`   // how far the projection had come
	After        int64             `json:"after"` // position of the last changeset of the scope, for mapping.Changeset.After
	At           time.Time         `json:"at"`    // the one moment of all of it
	Checked      int               `json:"checked"`
	Pairs        Tally             `json:"pairs"`  // of learner and capability
	People       Tally             `json:"people"` // each once in a column
	Same         int               `json:"same"`   // people without any effect
	Capabilities []CapabilityTally `json:"capabilities"`
	// Fingerprint is the same for the same edits with the same effects on the same people.
	Fingerprint string `json:"fingerprint"`
}

// Previewer finds out what edits do before they are applied (mapping.md, evidence 9).
type Previewer struct {
	Frozen   func(ctx context.Context, f func(Frozen) error) error
	Catalogs Catalogs
	Now      func() time.Time
	// Append appends a checked changeset to the log and answers its position. ErrMoved when Changeset.After is not the last.
	Append func(ctx context.Context, cs mapping.Changeset) (int64, error)
}

// Preview evaluates every pair that the changeset touches, before and after it, on one state of the data. each is told of every
// change by learner and capability, checked how many learners of how many were looked at; both may be nil. Memory does not grow
// with the number of learners. An edit of what is not there has no effect: whether the changeset may be applied is not asked.
func (p Previewer) Preview(ctx context.Context, cs mapping.Changeset, each func(PreviewChange) error, checked func(done, of int)) (out Preview, err error) {
	err = p.Frozen(ctx, func(f Frozen) error {
		r, err := p.begin(ctx, f, cs)
		if err != nil {
			return err
		}
		r.each, r.checked = each, checked
		if err := r.run(ctx); err != nil {
			return err
		}
		out = r.finish()
		return nil
	})
	return out, err
}

// Cases answers the cases of one learner and capability before and after the changeset, to be evaluated and explained.
func (p Previewer) Cases(ctx context.Context, cs mapping.Changeset, learner, capability string) (before, after mapping.Case, err error) {
	err = p.Frozen(ctx, func(f Frozen) error {
		r, err := p.begin(ctx, f, cs)
		if err != nil {
			return err
		}
		pair := Pair{learner, capability}
		standing, err := f.Standing(ctx, []string{learner}, r.capabilities)
		if err != nil {
			return fmt.Errorf("read how a learner stands: %w", err)
		}
		before = r.now.basis(standing, pair, r.out.At).Case()
		if standing, err = r.read(ctx, []string{learner}); err != nil {
			return err
		}
		after = r.then.basis(standing, pair, r.out.At).Case()
		return nil
	})
	return before, after, err
}

// Apply applies a changeset whose effect was shown, and answers its position and what it does now. ErrMoreLose when more would be
// lost than was shown: then nothing is applied. mapping.ErrMoved when alignments or rules of the scope moved since.
func (p Previewer) Apply(ctx context.Context, cs mapping.Changeset, shown Preview) (pos int64, now Preview, err error) {
	if now, err = p.Preview(ctx, cs, nil, nil); err != nil {
		return 0, now, err
	}
	if now.Pairs.Lose > shown.Pairs.Lose || now.People.Lose > shown.People.Lose {
		return 0, now, ErrMoreLose
	}
	cs.After = &shown.After
	pos, err = p.Append(ctx, cs)
	return pos, now, err
}

// Together is a changeset of all edits of some, in any scopes: only to look at what they do together, as a migration to another
// version of a framework makes one changeset a scope.
func Together(all ...mapping.Changeset) mapping.Changeset {
	out := mapping.Changeset{Scope: mapping.Scope{Kind: mapping.ScopeInstance}}
	for _, cs := range all {
		out.Edits = append(out.Edits, cs.Edits...)
	}
	return out
}

// finish puts the answer together.
func (r *previewRun) finish() Preview {
	out := r.out
	out.Capabilities = make([]CapabilityTally, len(r.plan.capabilities))
	for i, c := range r.plan.capabilities {
		out.Capabilities[i] = *r.tallies[c]
	}
	out.Same = out.Checked - r.affected
	out.Fingerprint = hex.EncodeToString(r.hash.Sum(nil))
	return out
}

// note counts a change and tells of it.
func (r *previewRun) note(c PreviewChange) error {
	r.out.Pairs.add(c.Effect)
	r.tallies[c.Capability].add(c.Effect)
	if err := json.MarshalWrite(r.hash, c, json.Deterministic(true)); err != nil {
		return fmt.Errorf("fingerprint a preview: %w", err)
	}
	if r.each == nil {
		return nil
	}
	return r.each(c)
}

// fingerprint begins with what is asked.
func (r *previewRun) fingerprint(cs mapping.Changeset) error {
	r.hash = sha256.New()
	if err := json.MarshalWrite(r.hash, struct {
		Scope mapping.Scope
		Edits []mapping.Edit
		After int64
	}{cs.Scope, cs.Edits, r.out.After}, json.Deterministic(true)); err != nil {
		return fmt.Errorf("fingerprint a preview: %w", err)
	}
	return nil
}
