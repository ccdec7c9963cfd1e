package mapping

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"cairn/xapi"
)

// Period is a stretch of calendar time as ISO 8601 writes it: P1Y, P6M, P90D, P2W, P1Y6M. Whole numbers from 0 to 9999, and
// weeks stand alone. The zero value is no period.
type Period struct{ Years, Months, Weeks, Days int }

// ErrPeriod is what ParsePeriod refuses with.
var ErrPeriod = errors.New("mapping: a period is ISO 8601 in whole years, months and days (P1Y6M, P90D) or in whole weeks (P2W), and longer than nothing")

const maxPeriod = 9999 // of any one part

// ParsePeriod reads a period. It answers ErrPeriod for anything else: hours, fractions, signs, "P0D".
func ParsePeriod(s string) (Period, error) {
	rest, ok := strings.CutPrefix(s, "P")
	var p Period
	for _, part := range []struct {
		letter string
		to     *int
	}{{"Y", &p.Years}, {"M", &p.Months}, {"W", &p.Weeks}, {"D", &p.Days}} {
		number, after, has := strings.Cut(rest, part.letter)
		if !has {
			continue
		}
		n, err := strconv.ParseUint(number, 10, 16)
		ok = ok && err == nil && n <= maxPeriod
		*part.to, rest = int(n), after
	}
	if !ok || rest != "" || !p.whole() || p.IsZero() {
		return Period{}, fmt.Errorf("%q: %w", s, ErrPeriod)
	}
	return p, nil
}

// whole says whether every part lies in its bounds, and weeks stand alone.
func (p Period) whole() bool {
	for _, n := range []int{p.Years, p.Months, p.Weeks, p.Days} {
		if n < 0 || n > maxPeriod {
			return false
		}
	}
	return p.Weeks == 0 || p == Period{Weeks: p.Weeks}
}

// IsZero says that there is no period.
func (p Period) IsZero() bool { return p == Period{} }

// String writes the period as ISO 8601, "" for none.
func (p Period) String() string {
	if p.IsZero() {
		return ""
	}
	b := []byte{'P'}
	for _, part := range []struct {
		n      int
		letter byte
	}{{p.Years, 'Y'}, {p.Months, 'M'}, {p.Weeks, 'W'}, {p.Days, 'D'}} {
		if part.n != 0 {
			b = append(strconv.AppendInt(b, int64(part.n), 10), part.letter)
		}
	}
	return string(b)
}

// MarshalText is encoding.TextMarshaler: String.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText is encoding.TextUnmarshaler: ParsePeriod, and "" for none.
func (p *Period) UnmarshalText(text []byte) (err error) {
	*p = Period{}
	if len(text) > 0 {
		*p, err = ParsePeriod(string(text))
	}
	return err
}

// AddTo is the moment the period after t, by the calendar in UTC: years and months first, where a day that the month has not is
// its last one (29 February and P1Y is 28 February), then weeks and days.
func (p Period) AddTo(t time.Time) time.Time {
	t = t.UTC()
	if p.Years != 0 || p.Months != 0 {
		t = addMonths(t, 12*p.Years+p.Months)
	}
	return t.AddDate(0, 0, 7*p.Weeks+p.Days)
}

func addMonths(t time.Time, months int) time.Time {
	first := time.Date(t.Year(), t.Month(), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC).AddDate(0, months, 0)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

// Duration is a length of time that ISO 8601 writes: PT30M, PT1H. The zero value is none.
type Duration time.Duration

// ErrDuration is what a Duration refuses to be read from.
var ErrDuration = errors.New("mapping: a duration is ISO 8601 (PT30M, PT1H30M), to the second, and longer than nothing")

// MarshalText is encoding.TextMarshaler: hours, minutes and seconds.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String writes the duration as ISO 8601 in hours, minutes and whole seconds, "" for none.
func (d Duration) String() string {
	if d <= 0 {
		return ""
	}
	b := []byte("PT")
	rest := int64(time.Duration(d) / time.Second)
	for _, part := range []struct {
		length int64
		letter byte
	}{{3600, 'H'}, {60, 'M'}, {1, 'S'}} {
		if n := rest / part.length; n > 0 {
			b = append(strconv.AppendInt(b, n, 10), part.letter)
		}
		rest %= part.length
	}
	return string(b)
}

// UnmarshalText is encoding.TextUnmarshaler: an ISO 8601 duration, and "" for none. A day counts as 24 hours.
func (d *Duration) UnmarshalText(text []byte) error {
	*d = 0
	if len(text) == 0 {
		return nil
	}
	read, err := xapi.ParseDuration(string(text))
	if err != nil || read < time.Second || read%time.Second != 0 {
		return fmt.Errorf("%q: %w", text, ErrDuration)
	}
	*d = Duration(read)
	return nil
}
