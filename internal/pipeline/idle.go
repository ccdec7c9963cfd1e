package pipeline

import (
	"fmt"
	"strings"
	"time"

	"cairn/mapping"
)

// counting is what makes two records of one alignment alike for every scope: whose they are, and what they name around them.
type counting struct{ alignment, registration, under, around string }

func countingOf(e mapping.Evidence) counting {
	return counting{e.Alignment, e.Registration, strings.Join(e.Record.Under, "\n"), strings.Join(e.Record.Around, "\n")}
}

// need says how soon a pair has to be settled after a new row.
type need int

const (
	needNone  need = iota // the row changes nothing
	needLater             // it changes when something ends, and nothing else: once for all such rows is enough
	needNow
)

// need says what a new row can change: nothing by itself (mapping.Progress.Idle), or because one like it was found to count earlier in
// this batch; then, where evidence ends by time, it is a renewal. Somebody who does the same thing over and over so costs a row each
// time, and not a look at all the rows before it. Where distances matter, or the latest of several decides, every row is looked at.
func (w *work) need(pair Pair, a mapping.Alignment, e mapping.Evidence) (need, error) {
	now, err := w.current(pair)
	if err != nil {
		return needNow, err
	}
	rules := w.rulesOf(pair.Capability)
	if now.Idle(a, e, rules...) {
		return needNone, nil
	}
	if e.Kind == mapping.EvidenceTakenBack || !w.counted[pair][countingOf(e)] {
		return needNow, nil
	}
	out := needNone
	for _, r := range rules {
		switch {
		case !r.Rule.Spacing.IsZero(), r.Rule.Pick != mapping.PickHighest:
			return needNow, nil
		case !r.Rule.Validity.IsZero():
			out = needLater
		}
	}
	return out, nil
}

// renewal is a pair that has to be settled before something else is, with what it is settled by.
type renewal struct {
	at    time.Time
	cause mapping.Cause
}

// settleRenewed settles the pairs whose evidence was renewed: before anything ends, before alignments, rules or links change, and at
// the end of a batch.
func (w *work) settleRenewed() error {
	at := w.at
	for _, pair := range sortedPairs(w.renewed) {
		r := w.renewed[pair]
		w.at = r.at
		if err := w.settle(pair, r.cause); err != nil {
			return fmt.Errorf("settle position %d: %w", r.cause.Pos, err)
		}
	}
	w.at = at
	return nil
}

// remember keeps what counted when the pair was evaluated last.
func (w *work) remember(pair Pair, r mapping.Result) {
	counts := map[counting]bool{}
	for _, it := range r.Items {
		if it.Counts {
			counts[countingOf(it.Evidence)] = true
		}
	}
	w.counted[pair] = counts
}
