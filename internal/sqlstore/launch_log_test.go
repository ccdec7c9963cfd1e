package sqlstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
)

func launches(t *testing.T, s *sqlstore.Store, registration string) []sqlstore.LaunchRecord {
	t.Helper()
	all, err := s.Launches(context.Background(), registration, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestLaunchesAreLoggedNewestFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx, now := d.Open(t), context.Background(), d.Clock.Now()
		want := []sqlstore.LaunchRecord{
			{Registration: "r", At: now.Add(time.Second), Result: sqlstore.LaunchRefused, Rule: "launch.expired", Detail: "61s ago", Claims: `{"aud":"c"}`},
			{Registration: "r", At: now, Result: sqlstore.LaunchAccepted},
		}
		other := sqlstore.LaunchRecord{At: now, Result: sqlstore.LaunchRefused, Rule: "login.registration_unknown"}
		if err := s.LogLaunches(ctx, []sqlstore.LaunchRecord{want[1], other, want[0]}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, launches(t, s, "r")); diff != "" {
			t.Errorf("of the registration (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]sqlstore.LaunchRecord{other}, launches(t, s, "")); diff != "" {
			t.Errorf("of none (-want +got):\n%s", diff)
		}
		if err := s.LogLaunches(ctx, nil); err != nil {
			t.Errorf("nothing to log: %v", err)
		}
	})
}

// The log never grows without end, whatever comes in, and holds no more of a record than it must.
func TestLaunchLogIsBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		for i := range 4 {
			var many []sqlstore.LaunchRecord
			for j := range 30 {
				many = append(many, sqlstore.LaunchRecord{Registration: fmt.Sprint(i % 2), At: d.Clock.Now().Add(time.Duration(i*30+j) * time.Second),
					Detail: strings.Repeat("é\x00\xff", 1000), Claims: strings.Repeat("x", 9<<10)})
			}
			if err := s.LogLaunches(ctx, many); err != nil {
				t.Fatal(err)
			}
		}
		for _, registration := range []string{"0", "1"} {
			all := launches(t, s, registration)
			if len(all) != 50 || len(all[0].Detail) > 500 || all[0].Claims != "" || !all[0].At.After(all[49].At) {
				t.Errorf("%s: %d are kept, the newest %+v", registration, len(all), all[0])
			}
		}
		d.Clock.Move(31 * 24 * time.Hour)
		if swept, err := s.Sweep(ctx); err != nil || swept.Launches != 100 {
			t.Errorf("after a month %+v is swept (%v)", swept, err)
		}
	})
}
