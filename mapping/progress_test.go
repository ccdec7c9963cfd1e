package mapping_test

import (
	"testing"
	"time"

	"cairn/mapping"
)

func TestStateOnADateFollowsFromWhatIsKept(t *testing.T) {
	ends := epoch.AddDate(0, 0, 100)
	kept := mapping.Progress{State: mapping.Evidenced, Expires: ends}
	for name, c := range map[string]struct {
		p    mapping.Progress
		at   time.Time
		want mapping.State
	}{
		"nothing kept":         {mapping.Progress{}, ends, mapping.NotStarted},
		"no date":              {kept, time.Time{}, mapping.Evidenced},
		"before the notice":    {kept, ends.Add(-mapping.DefaultNotice - 1), mapping.Evidenced},
		"when notice begins":   {kept, ends.Add(-mapping.DefaultNotice), mapping.Expiring},
		"just before the end":  {kept, ends.Add(-1), mapping.Expiring},
		"at the end":           {kept, ends, mapping.Expired},
		"never ends":           {mapping.Progress{State: mapping.Evidenced}, ends, mapping.Evidenced},
		"in progress":          {mapping.Progress{State: mapping.InProgress, Expires: ends}, ends, mapping.InProgress},
		"withdrawn":            {mapping.Progress{State: mapping.Withdrawn}, ends, mapping.Withdrawn},
		"expired in the store": {mapping.Progress{State: mapping.Expired}, epoch, mapping.Expired},
	} {
		if got := c.p.On(c.at, mapping.DefaultNotice); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
