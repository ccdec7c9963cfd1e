package pipeline

import (
	"slices"
	"strings"

	"cairn/mapping"
)

// counting is what makes two records of one alignment alike for every scope: whose they are, and what they name around them.
type counting struct{ alignment, registration, under, around string }

func countingOf(e mapping.Evidence) counting {
	return counting{e.Alignment, e.Registration, strings.Join(e.Record.Under, "\n"), strings.Join(e.Record.Around, "\n")}
}

// steady says that under the rules more of what counts already changes nothing, not even when it ends: a repeat is no renewal, and
// the latest of several does not decide.
func steady(rules []mapping.ScopedRule) bool {
	return !slices.ContainsFunc(rules, func(r mapping.ScopedRule) bool {
		return !r.Rule.Validity.IsZero() || !r.Rule.Spacing.IsZero() || r.Rule.Pick != mapping.PickHighest
	})
}

// idle says that a new row cannot change the state or percent of its pair: by itself (mapping.Progress.Idle), or because one like
// it was found to count earlier in this batch. Somebody who does the same thing over and over then costs a row each time, and
// not a look at all the rows before it.
func (w *work) idle(pair Pair, a mapping.Alignment, e mapping.Evidence) (bool, error) {
	if !steady(w.rulesOf(pair.Capability)) {
		return e.Voided, nil
	}
	now, err := w.current(pair)
	if err != nil {
		return false, err
	}
	return now.Idle(a, e) || e.Kind != mapping.EvidenceTakenBack && w.counted[pair][countingOf(e)], nil
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
