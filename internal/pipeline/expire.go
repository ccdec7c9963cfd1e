package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"cairn/mapping"
)

// No state depends on a wall clock (settled question 9): the log carries time. Each entry's stored time is a tick, and what has
// ended by then is settled before the entry is folded, each at its own end. So history is a fold of the log alone, and a replay
// makes the same transitions at the same positions. When something ends and nothing is stored, the process that projects appends
// an entry that is nothing but a tick.

// Due is a pair that has to be looked at again at a moment, with nothing new: its evidence ends, or some of what counts does.
type Due struct {
	Pair
	At time.Time
}

// compare orders by moment, then by learner and capability.
func (d Due) compare(o Due) int {
	return cmp.Or(d.At.Compare(o.At), cmp.Compare(d.Learner, o.Learner), cmp.Compare(d.Capability, o.Capability))
}

// endsBy says that something may have ended by a time: no pair ends before next.
func (s *state) endsBy(at time.Time) bool { return !s.next.IsZero() && !s.next.After(at) }

// noteEnd keeps next a lower bound.
func (s *state) noteEnd(end time.Time) {
	if !end.IsZero() && (s.next.IsZero() || end.Before(s.next)) {
		s.next = end
	}
}

// expire settles what has ended by the time an entry was stored, in the order of the ends.
func (w *work) expire(e Entry) error {
	if !w.st.endsBy(e.Stored) {
		return nil
	}
	if err := w.settleRenewed(); err != nil {
		return err
	}
	for {
		due, err := w.due(e.Stored)
		if err != nil {
			return err
		}
		if len(due) == 0 {
			return w.nextEnd(e.Stored)
		}
		for _, d := range due {
			if err := w.expireOne(e, d); err != nil {
				return fmt.Errorf("settle what ended by position %d: %w", e.Pos, err)
			}
			if err := w.relieve(e); err != nil {
				return err
			}
		}
	}
}

func (w *work) expireOne(e Entry, d Due) error {
	w.at = d.At
	if err := w.settle(d.Pair, mapping.Cause{Kind: mapping.CauseExpiry, Pos: e.Pos, At: d.At}); err != nil {
		return err
	}
	w.kept[d.Pair] = true
	if again := w.looks[d.Pair]; !again.IsZero() && !again.After(d.At) {
		return fmt.Errorf("learner %s, capability %s: it should have ended at %s and did not", d.Learner, d.Capability, d.At)
	}
	return nil
}

// nextLook is when a pair has to be looked at again: when what is evidenced ends, or when some of what counts towards it does, which
// lowers the percent. Time only takes away (mapping.Evaluate), so what stands at nothing is not looked at.
func nextLook(c mapping.Case, r mapping.Result) time.Time {
	if r.State == mapping.Evidenced || r.Percent == 0 {
		return r.Expires
	}
	var next time.Time
	for _, rule := range c.Rules {
		if rule.Rule.Validity.IsZero() {
			continue
		}
		for _, e := range c.Evidence {
			end := rule.Rule.Validity.AddTo(e.Record.Time).Truncate(time.Microsecond)
			if end.After(c.At) && (next.IsZero() || end.Before(next)) {
				next = end
			}
		}
	}
	return next
}

// due answers the pairs to look at at or before a time, as things stand in this batch.
func (w *work) due(upTo time.Time) ([]Due, error) {
	out, err := w.p.cfg.Projection.Due(w.ctx, upTo)
	if err != nil {
		return nil, fmt.Errorf("find what has ended: %w", err)
	}
	out = slices.DeleteFunc(out, func(d Due) bool { _, settled := w.looks[d.Pair]; return settled })
	for pair, at := range w.looks {
		if !at.IsZero() && !at.After(upTo) {
			out = append(out, Due{pair, at})
		}
	}
	slices.SortFunc(out, Due.compare)
	return out, nil
}

// nextEnd finds when something ends next, after what ended by a time is settled.
func (w *work) nextEnd(after time.Time) error {
	next, err := w.p.cfg.Projection.NextDue(w.ctx, after)
	if err != nil {
		return fmt.Errorf("find what ends next: %w", err)
	}
	w.st.next = next
	for _, at := range w.looks {
		w.st.noteEnd(at)
	}
	return nil
}

// tick appends the time to a quiet log when something has ended, for all of it at once and at most every Config.Tick. It says
// whether it did.
func (p *Projector) tick(ctx context.Context) (bool, error) {
	now := p.cfg.Now()
	if !p.st.endsBy(now) || now.Sub(p.ticked) < p.cfg.Tick && !now.Before(p.ticked) {
		return false, nil
	}
	next, err := p.cfg.Projection.NextDue(ctx, time.Time{})
	if err != nil {
		return false, fmt.Errorf("find what ends next: %w", err)
	}
	if p.st.next = next; !p.st.endsBy(now) {
		return false, nil
	}
	if err := p.cfg.Committer.Tick(ctx, p.cfg.Holder); err != nil {
		return false, fmt.Errorf("append the time to the log: %w", err)
	}
	p.ticked = now
	return true, nil
}
