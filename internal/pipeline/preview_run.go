package pipeline

import (
	"context"
	"fmt"
	"hash"
	"sync"

	"cairn/mapping"
)

// previewRun is a preview under way.
type previewRun struct {
	plan
	frozen   Frozen
	out      Preview
	tallies  map[string]*CapabilityTally
	affected int // people
	hash     hash.Hash
	each     func(PreviewChange) error
	checked  func(done, of int)

	relinked *relinked // for Previewer.Links; nil for a changeset
}

func (p Previewer) begin(ctx context.Context, f Frozen, cs mapping.Changeset) (*previewRun, error) {
	cursor, err := f.Cursor(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the cursor: %w", err)
	}
	r := &previewRun{frozen: f, out: Preview{Pos: cursor.Pos, At: p.Now()}, tallies: map[string]*CapabilityTally{}}
	if r.out.After, err = f.LastChangeset(ctx, cs.Scope); err != nil {
		return nil, fmt.Errorf("read the last changeset: %w", err)
	}
	if r.plan, err = newPlan(ctx, f, p.Catalogs, cs); err != nil {
		return nil, err
	}
	for _, c := range r.capabilities {
		r.tallies[c] = &CapabilityTally{Capability: c}
	}
	return r, r.fingerprint(cs)
}

// run looks at the audience, some learners at a time: while some are evaluated the next are read.
func (r *previewRun) run(ctx context.Context) error {
	if len(r.capabilities) == 0 {
		return nil
	}
	of, err := r.count(ctx)
	if err != nil {
		return fmt.Errorf("count learners: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	pieces := make(chan piece)
	var reading sync.WaitGroup
	reading.Go(func() { r.readAll(ctx, pieces) })
	defer reading.Wait() // the state that is looked at ends with this
	defer stop()
	for next := range pieces {
		if next.err != nil {
			return next.err
		}
		if err := r.evaluate(next); err != nil {
			return err
		}
		if r.checked != nil {
			r.checked(r.out.Checked, of)
		}
	}
	return ctx.Err()
}

// piece is some learners with how they stand.
type piece struct {
	learners []string
	standing Standing
	err      error
}

// readAll reads the learners of the audience until there are no more, and closes the channel.
func (r *previewRun) readAll(ctx context.Context, pieces chan<- piece) {
	defer close(pieces)
	size := chunkFirst
	for after := ""; ; {
		next := r.readPiece(ctx, after, size)
		if next.err == nil && len(next.learners) == 0 {
			return
		}
		select {
		case pieces <- next:
		case <-ctx.Done():
			return
		}
		if next.err != nil {
			return
		}
		size, after = chunkNext(size, next.standing.rows()), next.learners[len(next.learners)-1]
	}
}

func (r *previewRun) readPiece(ctx context.Context, after string, size int) (next piece) {
	if next.learners, next.err = r.learners(ctx, after, size); next.err != nil {
		next.err = fmt.Errorf("read learners: %w", next.err)
	}
	if next.err == nil && len(next.learners) > 0 {
		next.standing, next.err = r.read(ctx, next.learners)
	}
	return next
}

// How many learners are held in memory at once follows from how much evidence they had: many at once are read faster, since what is
// theirs lies beside each other.
const (
	chunkFirst = 500
	chunkLeast = 20
	chunkMost  = 4_000
	chunkRows  = 30_000 // of evidence, about 1 kB each
)

func chunkNext(size, rows int) int {
	return min(max(size*chunkRows/max(rows, 1), chunkLeast, size/8), chunkMost, 2*size)
}

// evaluate evaluates some learners in every capability that is touched.
func (r *previewRun) evaluate(p piece) error {
	standing := p.standing
	capabilities := standing.capabilities()
	for _, learner := range p.learners {
		effects := map[Effect]bool{}
		for _, capability := range capabilities[learner] {
			effect, err := r.pair(standing, Pair{learner, capability})
			if err != nil {
				return err
			}
			effects[effect] = true
		}
		delete(effects, EffectNone)
		for e := range effects {
			r.out.People.add(e)
		}
		if len(effects) > 0 {
			r.affected++
		}
		r.out.Checked++
	}
	return nil
}

// read reads how learners stand, with what the added alignments would take of their past. Rows of alignments that are not there yet
// count for nothing before the edit.
func (r *previewRun) read(ctx context.Context, learners []string) (Standing, error) {
	s, err := r.frozen.Standing(ctx, learners, r.capabilities)
	switch {
	case err != nil:
		return s, err
	case r.relinked != nil:
		return s, r.relink(ctx, learners, s)
	case len(r.added) == 0:
		return s, nil
	}
	err = r.frozen.Past(ctx, learners, r.audience.Selectors, func(l ActiveLink, e Entry) error {
		r.credit(s, l, e)
		return nil
	})
	return s, err
}

// credit adds the rows that a statement makes for a link, by the alignments of the index.
func (r *previewRun) credit(s Standing, l ActiveLink, e Entry) {
	for _, a := range r.index.Candidates(e.Record) {
		ev, ok := mapping.EvidenceOf(a, e.Record)
		if !ok || !a.Accepts(e.Record, l.Registration) {
			continue
		}
		ev.Registration, ev.Voided = l.Registration, e.VoidedPos > 0 && e.VoidedPos <= r.out.Pos
		pair := Pair{l.Learner, a.Capability}
		s.Rows[pair] = append(s.Rows[pair], LedgerRow{Pair: pair, LinkPos: l.Pos, Pos: r.out.Pos, Evidence: ev})
	}
}

// pair evaluates one pair after the edit and compares it with how it stands.
func (r *previewRun) pair(s Standing, pair Pair) (Effect, error) {
	before, known := s.Progress[pair]
	if !known && len(s.Rows[pair]) == 0 {
		return EffectNone, nil
	}
	result := mapping.Evaluate(r.then.basis(s, pair, r.out.At).Case())
	c := PreviewChange{
		Learner: pair.Learner, Capability: pair.Capability, From: before.On(r.out.At, 0), To: result.State,
		FromPercent: before.Percent, Percent: result.Percent, FromExpires: before.Expires, Expires: result.Expires,
	}
	c.Effect = c.effect()
	tally := r.tallies[pair.Capability]
	if c.From == mapping.Evidenced {
		tally.Now++
	}
	if c.To == mapping.Evidenced {
		tally.Then++
	}
	if c.Effect == EffectNone && c.From == c.To && c.FromPercent == c.Percent && c.FromExpires.Equal(c.Expires) {
		return EffectNone, nil
	}
	return c.Effect, r.note(c)
}

func (c PreviewChange) effect() Effect {
	was, is := c.From == mapping.Evidenced, c.To == mapping.Evidenced
	switch {
	case is && !was:
		return EffectGain
	case was && !is:
		return EffectLose
	case was && is && !c.Expires.IsZero() && (c.FromExpires.IsZero() || c.Expires.Before(c.FromExpires)):
		return EffectExpire
	}
	return EffectNone
}
