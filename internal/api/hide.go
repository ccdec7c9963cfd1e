package api

import (
	"cairn/internal/pipeline"
	"cairn/mapping"
)

// hider leaves out the counts of a preview that would tell of one person (pages.md 4.1): for who may not read learners.
type hider struct {
	all    bool // nothing is left out
	group  int  // people who were looked at
	least  int  // the smallest group that is shown
	gain   bool // some row's gains are left out, so their total is too; and so on
	lose   bool
	expire bool
	hidden bool
}

// few says whether each count must not be shown.
func (h *hider) few(counts ...int) []bool {
	if h.all {
		return make([]bool, len(counts))
	}
	return mapping.Hide(h.group, counts, nil, h.least)
}

// capability is the row of one capability. What was before and after differ by gains and losses, so they go with these.
func (h *hider) capability(c pipeline.CapabilityTally) capabilityTally {
	f := h.few(c.Gain, c.Lose, c.Expire, c.Now, c.Then)
	f[3] = f[3] || f[4] || f[0] || f[1]
	h.gain, h.lose, h.expire = h.gain || f[0], h.lose || f[1], h.expire || f[2]
	return capabilityTally{c.Capability, h.show(c.Now, f[3]), h.show(c.Then, f[3]), tally{h.show(c.Gain, f[0]), h.show(c.Lose, f[1]), h.show(c.Expire, f[2])}}
}

// total is a sum over capabilities: left out where a row is, and where few people are behind it.
func (h *hider) total(t, people pipeline.Tally) *tally {
	f := h.few(people.Gain, people.Lose, people.Expire)
	return &tally{h.show(t.Gain, f[0] || h.gain), h.show(t.Lose, f[1] || h.lose), h.show(t.Expire, f[2] || h.expire)}
}

func (h *hider) show(n int, hidden bool) *int {
	if hidden {
		h.hidden = true
		return nil
	}
	return &n
}
