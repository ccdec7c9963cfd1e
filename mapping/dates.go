package mapping

import (
	"cmp"
	"errors"
	"time"
)

// ErrDates says that dates end before they begin.
var ErrDates = errors.New("mapping: the dates of a criterion end after they begin")

// Dates are when something must have happened to count, by event time. The zero value is any time.
type Dates struct {
	From  time.Time `json:"from,omitzero"`  // inclusive; zero: no bound
	Until time.Time `json:"until,omitzero"` // exclusive; zero: no bound
}

// IsZero says whether any time will do.
func (d Dates) IsZero() bool { return d.From.IsZero() && d.Until.IsZero() }

// Hold says whether a time lies within.
func (d Dates) Hold(t time.Time) bool {
	return !t.Before(d.From) && (d.Until.IsZero() || t.Before(d.Until))
}

// Equal says whether both are the same moments.
func (d Dates) Equal(o Dates) bool { return d.From.Equal(o.From) && d.Until.Equal(o.Until) }

// Over says whether nothing that happens from a time on can lie within; at the zero time nothing is over.
func (d Dates) Over(at time.Time) bool {
	return !at.IsZero() && !d.Until.IsZero() && !d.Until.After(at)
}

// compare puts first what can be met longer: any time, or without an end; then the later end; then what begins earlier.
func (d Dates) compare(o Dates) int {
	return cmp.Or(longer(d.Until, o.Until), d.From.Compare(o.From))
}

func (d Dates) check() error {
	if !d.Until.IsZero() && !d.Until.After(d.From) {
		return ErrDates
	}
	return nil
}

// key is the same for the same moments.
func (d Dates) key() string {
	out := ""
	for _, t := range []time.Time{d.From, d.Until} {
		if !t.IsZero() {
			out += t.UTC().Format(time.RFC3339Nano)
		}
		out += "/"
	}
	return out
}
