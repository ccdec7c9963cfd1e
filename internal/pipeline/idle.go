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

// repeats says that under the rules another record like one that counts changes nothing, not even when it ends: it is no renewal, no
// distance to another matters, and the latest of several does not decide.
func repeats(rules []mapping.ScopedRule) bool {
	return !slices.ContainsFunc(rules, func(r mapping.ScopedRule) bool {
		return !r.Rule.Validity.IsZero() || !r.Rule.Spacing.IsZero() || r.Rule.Pick != mapping.PickHighest
	})
}

// idle says that a new row cannot change the state or percent of its pair, nor when it ends: by itself (mapping.Progress.Idle), or
// because one like it was found to count earlier in this batch. Somebody who does the same thing over and over then costs a row each
// time, and not a look at all the rows before it.
func (w *work) idle(pair Pair, a mapping.Alignment, e mapping.Evidence) (bool, error) {
	now, err := w.current(pair)
	if err != nil {
		return false, err
	}
	rules := w.rulesOf(pair.Capability)
	return now.Idle(a, e, rules...) || e.Kind != mapping.EvidenceTakenBack && w.counted[pair][countingOf(e)] && repeats(rules), nil
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
