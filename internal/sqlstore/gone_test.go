package sqlstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/mapping"
	"cairn/xapi/lrs"
)

// sendAgain sends a statement, and answers how many more are dropped.
func sendAgain(t testing.TB, s *sqlstore.Store, raw string) (dropped int64, err error) {
	t.Helper()
	before := s.Dropped()
	err = s.Add(context.Background(), storetest.Key, storetest.PrepareJSON(t, raw, storetest.Key.ID))
	return s.Dropped() - before, err
}

// Communication 2.1.1, XAPI-00142: also under an id that is gone, the same is answered and another is refused; neither is lost unsaid.
func TestAnotherStatementWithAnIDThatIsGoneIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, _ := enrolled(t, d)
		untimed := strings.Replace(did(60, agentJSON("tom"), quizObject), `"timestamp":"2026-03-01T10:00:00Z",`, "", 1)
		l.send(untimed)
		var given int64
		if err := d.Raw(t).Get(&given, `SELECT timestamp FROM statement ORDER BY pos DESC LIMIT 1`); err != nil {
			t.Fatal(err)
		}
		timed := func(at string) string { return strings.Replace(untimed, `"actor"`, `"timestamp":"`+at+`","actor"`, 1) }
		another := func(raw string) string {
			return strings.Replace(raw, mapping.VerbCompleted, "http://example.org/other", 1)
		}
		erase(t, l, find(t, l.s, zoe))
		d.Clock.Move(48 * time.Hour)
		l.act()
		l.drain(l.projector("live", 7))
		purged(t, l.s, old)
		for name, c := range map[string]struct {
			raw string
			ok  bool
		}{
			"purged, the same":                           {did(2, agentJSON("tom"), quizObject), true},
			"purged, another":                            {another(did(2, agentJSON("tom"), quizObject)), false},
			"purged, the same without its time":          {untimed, true},
			"purged, with the time it was given":         {timed(time.UnixMicro(given).UTC().Format(time.RFC3339Nano)), true},
			"purged, with another time":                  {timed("2026-03-02T10:00:00Z"), false},
			"erased, the same":                           {did(9, agentJSON(zoe), `"object":{"id":"http://example.org/only-hers"}`), true},
			"erased, another of hers before the erasure": {another(did(1, agentJSON(zoe), quizObject)), true},
			"erased, of somebody else":                   {did(1, agentJSON("tom"), quizObject), false},
			"erased, of hers after the erasure":          {strings.Replace(did(1, agentJSON(zoe), quizObject), "2026-03-01", "2036-03-01", 1), false},
		} {
			dropped, err := sendAgain(t, l.s, c.raw)
			var conflict *lrs.ConflictError
			if c.ok && (err != nil || dropped != 1) || !c.ok && (!errors.As(err, &conflict) || dropped != 0) {
				t.Errorf("%s: %d dropped, %v", name, dropped, err)
			}
		}
		if _, err := d.Raw(t).Exec(`UPDATE gone SET content = NULL, content_at = NULL`); err != nil { // as before migration 170
			t.Fatal(err)
		}
		var conflict *lrs.ConflictError
		if dropped, err := sendAgain(t, l.s, did(2, agentJSON("tom"), quizObject)); !errors.As(err, &conflict) || dropped != 0 {
			t.Errorf("what cannot be compared: %d dropped, %v", dropped, err)
		}
		if dropped, err := sendAgain(t, l.s, did(1, agentJSON(zoe), quizObject)); err != nil || dropped != 1 {
			t.Errorf("what the tombstones drop: %d dropped, %v", dropped, err)
		}
	})
}
