package pipeline

import "time"

// recentMost bounds the memory of recent: when it is full it begins anew, which only writes some rows again.
const recentMost = 100_000

// recent remembers which pairs of grouping and activity were noted on which day.
type recent struct {
	day map[[2]string]int64
}

func newRecent() *recent { return &recent{day: map[[2]string]int64{}} }

// fresh says whether the pair was not noted yet on a day as late as this one, and notes it.
func (r *recent) fresh(parent, activity string, at time.Time) bool {
	key, day := [2]string{parent, activity}, at.Unix()/86400
	if known, ok := r.day[key]; ok && known >= day {
		return false
	}
	if len(r.day) >= recentMost {
		clear(r.day)
	}
	r.day[key] = day
	return true
}
