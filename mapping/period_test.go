package mapping_test

import (
	"errors"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"cairn/mapping"
)

func TestPeriodsAreISO8601(t *testing.T) {
	for in, want := range map[string]mapping.Period{
		"P1Y": {Years: 1}, "P6M": {Months: 6}, "P90D": {Days: 90}, "P2W": {Weeks: 2}, "P1Y6M": {Years: 1, Months: 6}, "P1Y2M3D": {Years: 1, Months: 2, Days: 3},
	} {
		got, err := mapping.ParsePeriod(in)
		if err != nil || got != want || got.String() != in {
			t.Errorf("%s: %+v %v, written %s", in, got, err, got)
		}
	}
	for _, in := range []string{"", "P", "1Y", "P0D", "P-1Y", "P+1Y", "P1.5Y", "PT1H", "P1DT1H", "P1M1Y", "P1Y1Y", "P1W1D", "P1Y1W", "P10000D", "PY", "p1y", "P1Y ", "P99999999999999999999Y"} {
		if got, err := mapping.ParsePeriod(in); !errors.Is(err, mapping.ErrPeriod) {
			t.Errorf("%q is read as %+v, %v", in, got, err)
		}
	}
}

func TestPeriodsGoByTheCalendar(t *testing.T) {
	at := func(s string) time.Time {
		m, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for name, c := range map[string]struct{ from, period, want string }{
		"a year":                            {"2025-03-04T10:00:00Z", "P1Y", "2026-03-04T10:00:00Z"},
		"a year from 29 February":           {"2024-02-29T10:00:00Z", "P1Y", "2025-02-28T10:00:00Z"},
		"four years from 29 February":       {"2024-02-29T10:00:00Z", "P4Y", "2028-02-29T10:00:00Z"},
		"a month from the 31st":             {"2025-01-31T10:00:00Z", "P1M", "2025-02-28T10:00:00Z"},
		"thirteen months over a year's end": {"2025-12-31T23:59:59Z", "P1Y2M", "2027-02-28T23:59:59Z"},
		"weeks":                             {"2025-12-31T10:00:00Z", "P2W", "2026-01-14T10:00:00Z"},
		"months before days":                {"2025-01-31T10:00:00Z", "P1M1D", "2025-03-01T10:00:00Z"},
		"the day is that of UTC":            {"2025-01-31T23:30:00-02:00", "P1M", "2025-03-01T01:30:00Z"},
	} {
		p, err := mapping.ParsePeriod(c.period)
		if got := p.AddTo(at(c.from)); err != nil || !got.Equal(at(c.want)) || got.Location() != time.UTC {
			t.Errorf("%s: %s, want %s (%v)", name, got, c.want, err)
		}
	}
}

func somePeriod(t *rapid.T) mapping.Period {
	if rapid.Bool().Draw(t, "weeks") {
		return mapping.Period{Weeks: rapid.IntRange(0, 9999).Draw(t, "n")}
	}
	return mapping.Period{Years: rapid.IntRange(0, 20).Draw(t, "years"), Months: rapid.IntRange(0, 30).Draw(t, "months"), Days: rapid.IntRange(0, 400).Draw(t, "days")}
}

func TestPeriodsRoundTripAndNeverGoBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := somePeriod(t)
		text, _ := p.MarshalText()
		var again mapping.Period
		if err := again.UnmarshalText(text); err != nil || again != p {
			t.Fatalf("%+v is written %q and read %+v, %v", p, text, again, err)
		}
		from := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "from"), 0)
		if to := p.AddTo(from); p.IsZero() != to.Equal(from) || to.Before(from) {
			t.Fatalf("%s after %s is %s", p, from, to)
		}
	})
}

func TestDurationsAreISO8601(t *testing.T) {
	for in, want := range map[string]time.Duration{"PT30M": 30 * time.Minute, "PT1H30M": 90 * time.Minute, "P1D": 24 * time.Hour, "PT90S": 90 * time.Second, "": 0} {
		var d, again mapping.Duration
		if err := d.UnmarshalText([]byte(in)); err != nil || time.Duration(d) != want {
			t.Errorf("%s: %s %v", in, time.Duration(d), err)
		}
		if text, _ := d.MarshalText(); again.UnmarshalText(text) != nil || again != d {
			t.Errorf("%s is written %s", in, text)
		}
	}
	for _, in := range []string{"30", "PT0S", "PT0.5S", "-PT1S", "PT"} {
		if err := new(mapping.Duration).UnmarshalText([]byte(in)); !errors.Is(err, mapping.ErrDuration) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// somePart draws a part of any shape, deeper than a rule may be.
func somePart(t *rapid.T, depth int) mapping.Part {
	kind := 0
	if depth > 0 {
		kind = rapid.IntRange(0, 2).Draw(t, "part")
	}
	var inner []mapping.Part
	for range kind {
		inner = append(inner, somePart(t, depth-1))
	}
	switch kind {
	case 1:
		return mapping.Part{All: inner}
	case 2:
		return mapping.Part{Any: inner}
	}
	return mapping.Part{Activity: rapid.SampledFrom(someActivities).Draw(t, "activity"), Points: rapid.IntRange(0, 5).Draw(t, "points"), Required: rapid.Bool().Draw(t, "required")}
}

func TestRulesRoundTripInJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := mapping.Rule{
			Kind: rapid.SampledFrom([]mapping.RuleKind{"", mapping.RuleAny, mapping.RuleAll, mapping.RuleN, mapping.RulePoints, mapping.RuleGroups}).Draw(t, "kind"),
			N:    rapid.IntRange(0, 3).Draw(t, "n"), Validity: somePeriod(t), Spacing: somePeriod(t), Endorsed: rapid.Bool().Draw(t, "endorsed"),
			Pick: rapid.SampledFrom([]mapping.Pick{mapping.PickHighest, mapping.PickLatest, mapping.PickMostCommon}).Draw(t, "pick"), Locked: rapid.Bool().Draw(t, "locked"),
		}
		if r.Locked {
			r.MinMilli = ptr(rapid.IntRange(0, 1000).Draw(t, "least"))
		}
		for range rapid.IntRange(0, 3).Draw(t, "parts") {
			r.Parts = append(r.Parts, somePart(t, 3))
		}
		text, err := json.Marshal(mapping.ScopedRule{Capability: "c", Scope: instance, Rule: r})
		if err != nil {
			t.Fatal(err)
		}
		var again mapping.ScopedRule
		if err := json.Unmarshal(text, &again, json.RejectUnknownMembers(true)); err != nil || !again.Rule.Equal(r) {
			t.Fatalf("%s\nis read as %+v, %v", text, again.Rule, err)
		}
		other := again.Rule
		other.N++
		if other.Equal(r) || r.Equal(mapping.Rule{Kind: r.Kind, N: r.N + 1}) {
			t.Fatalf("%+v equals another", r)
		}
	})
}

func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"P1Y", "P6M", "P90D", "P2W", "P1Y6M", "P0D", "PT1H", "P1Y1W", "P٣D"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := mapping.ParsePeriod(s)
		if err != nil {
			if !errors.Is(err, mapping.ErrPeriod) || !p.IsZero() {
				t.Fatalf("%q is refused with %v, and read as %+v", s, err, p)
			}
			return
		}
		if again, err := mapping.ParsePeriod(p.String()); err != nil || again != p {
			t.Fatalf("%q is written %q and read %+v, %v", s, p, again, err)
		}
		if !p.AddTo(epoch).After(epoch) {
			t.Fatalf("%q leads from %s to %s", s, epoch, p.AddTo(epoch))
		}
	})
}
