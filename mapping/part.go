package mapping

import "maps"

// name collects what the activities of a part are worth.
func (p Part) name(into map[string]int) {
	if p.Activity != "" {
		into[p.Activity] = max(p.Points, 1)
	}
	for _, inner := range p.All {
		inner.name(into)
	}
	for _, inner := range p.Any {
		inner.name(into)
	}
}

// met says whether the activities that count are enough for the part.
func (p Part) met(does done) bool {
	if p.Activity != "" {
		return does(p.Activity)
	}
	for _, inner := range p.Any {
		if inner.met(does) {
			return true
		}
	}
	for _, inner := range p.All {
		if !inner.met(does) {
			return false
		}
	}
	return len(p.All) > 0
}

// whole is the share of a part that is met.
const whole = 1_000_000

// reach is how near a part is to being met.
type reach struct {
	share      int             // of whole
	weight     int             // the fewest activities it takes
	activities map[string]bool // of the nearest way to meet it
}

// missing is how many activities of the nearest way do not count.
func (r reach) missing(does done) int {
	n := 0
	for activity := range r.activities {
		if !does(activity) {
			n++
		}
	}
	return n
}

// reach looks for the nearest way to meet a part: the largest share, then the fewest activities missing, then the first. More
// activities that count never make a share smaller.
func (p Part) reach(does done) reach {
	switch {
	case p.Activity != "" && does(p.Activity):
		return reach{whole, 1, map[string]bool{p.Activity: true}}
	case p.Activity != "":
		return reach{0, 1, map[string]bool{p.Activity: true}}
	case len(p.All) > 0:
		return together(p.All, does)
	}
	var best reach
	for i, inner := range p.Any {
		r := inner.reach(does)
		weight := r.weight
		if i > 0 {
			weight = min(weight, best.weight)
		}
		if i == 0 || r.share > best.share || r.share == best.share && r.missing(does) < best.missing(does) {
			best = r
		}
		best.weight = weight
	}
	return best
}

// together is the reach of all parts: the mean of their shares, each by its weight.
func together(parts []Part, does done) reach {
	all := reach{activities: map[string]bool{}}
	for _, inner := range parts {
		r := inner.reach(does)
		all.share += r.share * r.weight
		all.weight += r.weight
		maps.Copy(all.activities, r.activities)
	}
	all.share /= all.weight
	return all
}
