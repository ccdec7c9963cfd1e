package web

import "cairn/mapping"

// tally counts capabilities by state. Evidenced holds the expiring ones, which count until their day.
type tally struct {
	Tracked, NotStarted, InProgress, Evidenced, Expiring, Expired, Withdrawn int
}

func (t *tally) add(s mapping.State) {
	t.Tracked++
	switch s {
	case mapping.InProgress:
		t.InProgress++
	case mapping.Evidenced:
		t.Evidenced++
	case mapping.Expiring:
		t.Evidenced++
		t.Expiring++
	case mapping.Expired:
		t.Expired++
	case mapping.Withdrawn:
		t.Withdrawn++
	default:
		t.NotStarted++
	}
}

// of answers how many stand in a state, as a list of that state shows them.
func (t tally) of(s mapping.State) int {
	switch s {
	case mapping.InProgress:
		return t.InProgress
	case mapping.Evidenced:
		return t.Evidenced
	case mapping.Expiring:
		return t.Expiring
	case mapping.Expired:
		return t.Expired
	case mapping.Withdrawn:
		return t.Withdrawn
	}
	return t.NotStarted
}

// inList says whether a capability in a state belongs to the list of another: the list of evidenced ones holds the expiring.
func inList(list, s mapping.State) bool {
	if s == "" {
		s = mapping.NotStarted
	}
	return list == s || list == mapping.Evidenced && s == mapping.Expiring
}
