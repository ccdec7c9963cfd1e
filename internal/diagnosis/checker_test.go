package diagnosis

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// dating answers every call with a Date.
type dating time.Time

// RoundTrip is http.RoundTripper.
func (d dating) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{Header: http.Header{"Date": {time.Time(d).UTC().Format(http.TimeFormat)}}}, nil
}

func TestClocksAreCompared(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		theirs time.Duration
		want   Verdict
		says   string
	}{
		{0, Good, "within a second"}, {-5 * time.Second, Good, "ahead"}, {30 * time.Second, Doubt, "behind"}, {-2 * time.Minute, Bad, "ahead"}, {2 * time.Minute, Bad, "behind"},
	} {
		d := NewChecker(Config{Client: &http.Client{Transport: dating(now.Add(c.theirs))}, NoKey: "none", Now: func() time.Time { return now }})
		if got := d.Clock(); got.Result != Skipped {
			t.Errorf("before any answer the clock is %+v", got)
		}
		if _, err := d.dated.RoundTrip(&http.Request{}); err != nil {
			t.Fatal(err)
		}
		if got := d.Clock(); got.Result != c.want || !strings.Contains(got.Says, c.says) {
			t.Errorf("theirs %s off: %+v", c.theirs, got)
		}
	}
}

// Every rule of login and launch has words that say what to do.
func TestEveryRuleHasARemedy(t *testing.T) {
	for name := range Remedies {
		if _, ok := RuleNamed(name); !ok {
			t.Errorf("there is no rule %s", name)
		}
	}
}
