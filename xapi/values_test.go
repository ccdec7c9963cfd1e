package xapi_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"cairn/xapi"

	"pgregory.net/rapid"
)

func TestScoreThousandths(t *testing.T) {
	for name, c := range map[string]struct {
		score xapi.Score
		want  int
		ok    bool
	}{
		"raw_between_min_and_max":          {xapi.Score{Raw: "7.5", Min: "5", Max: "10", Scaled: "0.1"}, 500, true},
		"rounded_down":                     {xapi.Score{Raw: "2", Min: "0", Max: "3"}, 666, true},
		"just_below_the_threshold":         {xapi.Score{Raw: "59.9999999999999999999", Min: "0", Max: "100"}, 599, true},
		"negative_range":                   {xapi.Score{Raw: "-1", Min: "-2", Max: "0"}, 500, true},
		"exponents":                        {xapi.Score{Raw: "5e-1", Min: "0", Max: "1E0"}, 500, true},
		"without_min_scaled_counts":        {xapi.Score{Raw: "7", Max: "10", Scaled: "0.3"}, 300, true},
		"scaled":                           {xapi.Score{Scaled: "0.6667"}, 666, true},
		"scaled_one":                       {xapi.Score{Scaled: "1.000"}, 1000, true},
		"scaled_negative_is_zero":          {xapi.Score{Scaled: "-0.5"}, 0, true},
		"scaled_tiny":                      {xapi.Score{Scaled: "1e-300"}, 0, true},
		"raw_alone_is_no_score":            {xapi.Score{Raw: "7"}, 0, false},
		"empty":                            {xapi.Score{}, 0, false},
		"max_equal_min":                    {xapi.Score{Raw: "1", Min: "1", Max: "1"}, 0, false},
		"too_large_to_calculate":           {xapi.Score{Raw: "1e999999999", Min: "0", Max: "2e999999999"}, 0, false},
		"too_fine_to_calculate":            {xapi.Score{Scaled: "1e-99999999999999999999"}, 0, false},
		"raw_above_max_is_held_to_a_whole": {xapi.Score{Raw: "1e300", Min: "0", Max: "1"}, 1000, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := c.score.Thousandths(); got != c.want || ok != c.ok {
				t.Errorf("%d %v, want %d %v", got, ok, c.want, c.ok)
			}
		})
	}
}

func TestThousandthsMatchIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Int64Range(-1e6, 1e6).Draw(t, "min")
		size := rapid.Int64Range(1, 1e6).Draw(t, "size")
		above := rapid.Int64Range(0, size).Draw(t, "above")
		got, ok := xapi.Score{Raw: xapi.Int(low + above), Min: xapi.Int(low), Max: xapi.Int(low + size)}.Thousandths()
		if !ok || int64(got) != above*1000/size {
			t.Errorf("%d, want %d", got, above*1000/size)
		}
	})
}

func TestParseDuration(t *testing.T) {
	const (
		day     = 24 * time.Hour
		longest = time.Duration(math.MaxInt64 / 10_000_000 * 10_000_000)
	)
	for s, want := range map[string]time.Duration{
		"PT4H35M59.14S":               4*time.Hour + 35*time.Minute + 59140*time.Millisecond,
		"PT16559.14S":                 16559140 * time.Millisecond,
		"P3Y1M29DT4H35M59.14S":        (3*365+30+29)*day + 4*time.Hour + 35*time.Minute + 59140*time.Millisecond,
		"P3Y":                         3 * 365 * day,
		"P4W":                         28 * day,
		"P1.5W":                       10*day + 12*time.Hour,
		"PT0.5H":                      30 * time.Minute,
		"P0,5D":                       12 * time.Hour,
		"PT1.239S":                    1230 * time.Millisecond,
		"PT0.009S":                    0,
		"PT0S":                        0,
		"P0D":                         0,
		"PT1M":                        time.Minute,
		"P1M":                         30 * day,
		"PT0.123456789123456789S":     120 * time.Millisecond,
		"P99999999999999999999999Y":   longest,
		"PT9223372036854775807S":      longest,
		"P292Y11M29DT999999H9999999S": longest, // more than a time.Duration holds
	} {
		if got, err := xapi.ParseDuration(s); err != nil || got != want {
			t.Errorf("%s: %v %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "P", "PT", "P1", "1D", "P1S", "PT1D", "P1D1Y", "P1DT", "PT1.S", "PT.5S", "PT1.5M1S", "P1.5DT1H", "P1W1D",
		"P4W1D", "PA1H0M0S", "-P1D", "P-1D", "p1d", "PT1H1H", "P0001-01-01T00:00:00", "PT1.2.3S", "PT1,2.3S", " P1D", "P1D "} {
		if got, err := xapi.ParseDuration(s); err == nil {
			t.Errorf("%s is accepted as %v", s, got)
		}
	}
}

func TestParseTimestamp_XAPI_00123(t *testing.T) {
	at := func(ns int) time.Time { return time.Date(2008, 9, 15, 15, 53, 0, ns, time.UTC) }
	for s, want := range map[string]time.Time{
		"2008-09-15T15:53:00Z":                at(0),
		"2008-09-15t15:53:00z":                at(0),
		"2008-09-15T15:53:00.601Z":            at(601e6),
		"2008-09-15T15:53:00,601Z":            at(601e6),
		"2008-09-15T15:53:00.1234567891Z":     at(123456789),
		"2008-09-15T17:53:00+02:00":           at(0),
		"2008-09-15T17:53:00+0200":            at(0),
		"2008-09-15T17:53:00+02":              at(0),
		"2008-09-15T10:23:00-05:30":           at(0),
		"2008-09-15T15:53:00+00:00":           at(0),
		"2008-09-15T15:53:00":                 at(0),
		"20080915T155300Z":                    at(0),
		"20080915T155300.601+0000":            at(601e6),
		"2016-12-31T23:59:60Z":                time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC),
		"2024-02-29T00:00:00-23:59":           time.Date(2024, 2, 29, 23, 59, 0, 0, time.UTC),
		"2008-09-16T00:23:00.000000001+08:30": at(1),
	} {
		if got, err := xapi.ParseTimestamp(s); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s: %v %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "should fail", "01/011/2015", "2008-09-15", "2008-09-15T15:53Z", "2008-09-15 15:53:00Z",
		"2008-09-15T15:53:00.601-00", "2008-09-15T15:53:00.601-0000", "2008-09-15T15:53:00.601-00:00", "2008-13-01T00:00:00Z",
		"2008-00-01T00:00:00Z", "2008-02-30T00:00:00Z", "2008-01-00T00:00:00Z", "2008-01-01T24:00:00Z", "2008-01-01T00:60:00Z",
		"2008-01-01T00:00:61Z", "2008-01-01T00:00:00.Z", "2008-01-01T00:00:00+24:00", "2008-01-01T00:00:00+01:60", "2008-01-01T00:00:00+1",
		"2008-01-01T00:00:00Zx", "2008-01-01T000000Z", "0000-01-01T00:00:00+23:00", "0001-01-01T00:00:00Z", "+2008-01-01T00:00:00Z", "2008-01-01T00:00:00+01:"} {
		if got, err := xapi.ParseTimestamp(s); err == nil {
			t.Errorf("%s is accepted as %v", s, got)
		}
	}
}

func TestTimestampComesBackAtTheSameInstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sec := rapid.Int64Range(-62135596799, 253402300799).Draw(t, "seconds")
		ns := rapid.Int64Range(0, 999999999).Draw(t, "nanoseconds")
		zone := rapid.IntRange(-14*60, 14*60).Draw(t, "zone")
		at := time.Unix(sec, ns).UTC()
		got, err := xapi.ParseTimestamp(xapi.FormatTimestamp(at))
		if err != nil || !got.Equal(at) {
			t.Fatalf("%v, %v, want %v", got, err, at)
		}
		local := at.In(time.FixedZone("", zone*60))
		if y := local.Year(); y < 1 || y > 9999 {
			return
		}
		got, err = xapi.ParseTimestamp(local.Format(time.RFC3339Nano))
		if err != nil || !got.Equal(at) {
			t.Fatalf("%v, %v, want %v", got, err, at)
		}
	})
}

func TestParseVersion(t *testing.T) {
	for s, want := range map[string]xapi.Version{"1.0": xapi.V1, "1.0.0": xapi.V1, "1.0.3": xapi.V1, "1.0.99": xapi.V1, "2.0": xapi.V2, "2.0.0": xapi.V2, "2.0.1": xapi.V2} {
		if got, err := xapi.ParseVersion(s); err != nil || got != want {
			t.Errorf("%s: %v %v", s, got, err)
		}
	}
	for _, s := range []string{"", "1", "1.1.0", "0.95", "0.9.9", "1.0.", "1.0.x", "2.1", "3.0.0", "1.0.3 ", "1.0.-1", "1.00", "2.0.0.0"} {
		_, err := xapi.ParseVersion(s)
		var e *xapi.Invalid
		if !errors.As(err, &e) || e.Rule != "version_header" {
			t.Errorf("%q: %v", s, err)
		}
	}
}
