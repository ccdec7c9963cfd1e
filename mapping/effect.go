package mapping

import "slices"

// EffectCounts is how many people a change touches in one capability.
type EffectCounts struct {
	People int // looked at
	Now    int // evidenced before
	Then   int // and after: Now - Lose + Gain
	Gain   int
	Lose   int
	Expire int // evidenced before and after, and from now on it ends, or ends earlier
}

// ShownCounts is what may be shown of EffectCounts to those who may not see people one by one; nil is hidden.
type ShownCounts struct {
	Now    *int `json:"now"`
	Then   *int `json:"then"`
	Gain   *int `json:"gain"`
	Lose   *int `json:"lose"`
	Expire *int `json:"expire"`
}

// Shown leaves out what would tell of single people, also by subtraction (see Hide). What is now hides all that comes after it; and of
// the step to what will be, all is shown or nothing: from the rest of it each part could be worked out.
func (c EffectCounts) Shown(least int) ShownCounts {
	kept := c.Now - c.Lose
	step := []int{c.Then, c.Gain, c.Lose, c.Expire, kept, kept - c.Expire, c.People - c.Now - c.Gain, c.People - c.Then}
	now := Hide(c.People, []int{c.Now}, nil, least)[0]
	then := now || slices.Contains(Hide(c.People, step, nil, least), true)
	return ShownCounts{unless(now, c.Now), unless(then, c.Then), unless(then, c.Gain), unless(then, c.Lose), unless(then, c.Expire)}
}

// ShownParts is what may be shown of counts that add up to the people there are, or overlap; nil is hidden.
func ShownParts(people int, counts []int, least int) []*int {
	line := make([]int, len(counts))
	for i := range line {
		line[i] = i
	}
	out := make([]*int, len(counts))
	for i, hide := range Hide(people, counts, [][]int{line}, least) {
		out[i] = unless(hide, counts[i])
	}
	return out
}

func unless(hidden bool, n int) *int {
	if hidden {
		return nil
	}
	return &n
}

// Lost answers the items that counted in an earlier result and whose statements count no more in a later one, each with its reason
// now. Records that were parted from the learner have none and are left out.
func Lost(before, after Result) []Item {
	type row struct{ alignment, statement string }
	was, counts := map[row]bool{}, map[string]bool{}
	for _, it := range before.Items {
		was[row{it.Evidence.Alignment, it.Evidence.Record.StatementID}] = it.Counts
	}
	for _, id := range after.Counted() {
		counts[id] = true
	}
	var out []Item
	for _, it := range after.Items {
		id := it.Evidence.Record.StatementID
		if was[row{it.Evidence.Alignment, id}] && !counts[id] {
			out = append(out, it)
		}
	}
	return out
}

// FateEffect is what becomes of the people who have evidence for an item that leaves a framework. Their results stay; these counts
// say what they will have in the items that replace it.
type FateEffect struct {
	RetiredItem
	Had   int `json:"had"`   // evidenced in the item that leaves
	Whole int `json:"whole"` // of these, evidenced in every item that replaces it
	Part  int `json:"part"`  // in some
	None  int `json:"none"`  // in none, or there are none
}

// Fates answers what becomes of people by each item that leaves. had answers the people evidenced in an item of the older version, have
// those who will be in one of the newer.
func Fates(d FrameworkDiff, had, have func(capability string) []string) []FateEffect {
	out := make([]FateEffect, 0, len(d.Retired))
	for _, r := range d.Retired {
		e := FateEffect{RetiredItem: r}
		in := map[string]int{}
		for _, heir := range r.Becomes {
			for _, learner := range have(heir) {
				in[learner]++
			}
		}
		for _, learner := range had(r.ID) {
			e.Had++
			switch n := in[learner]; {
			case n == 0:
				e.None++
			case n == len(r.Becomes):
				e.Whole++
			default:
				e.Part++
			}
		}
		out = append(out, e)
	}
	return out
}
