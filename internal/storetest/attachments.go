package storetest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/sqlstore"
	"cairn/xapi"
	"cairn/xapi/lrs"
)

// Attachments is the behaviour of lrs.Attachments and lrs.Activities, and of what Add and Through do for them.
func Attachments(t *testing.T) {
	each(t, []behaviour{
		{"data comes back with the statements it came with, each content kept once", attachmentsKept},
		{"data of a refused batch is not kept", attachmentsRefused},
		{"definitions are answered for those activities that have one", definitionsAnswered},
		{"XAPI-00142 a statement read and sent again with the timestamp it was given is the same", readAndSentAgain},
		{"the log can be read up to now when nothing is stored", throughAdvances},
	})
}

// attached makes a statement ready that comes with contents.
func attached(t testing.TB, id int, contents ...string) xapi.Prepared {
	t.Helper()
	list := ""
	for i, c := range contents {
		if i > 0 {
			list += ","
		}
		sum := sha256.Sum256([]byte(c))
		list += fmt.Sprintf(`{"usageType":"a:u","display":{},"contentType":"text/plain","length":%d,"sha2":%q}`, len(c), hex.EncodeToString(sum[:]))
	}
	p := PrepareJSON(t, fmt.Sprintf(`{"id":%q,"actor":{"mbox":"mailto:ann@example.org"},"verb":{"id":"a:did"},"object":{"id":"a:thing"},"attachments":[%s]}`, ID(id), list), Key.ID)[0]
	for i, c := range contents {
		p.Attachments[i].Data = []byte(c)
	}
	return p
}

// dataOf reads what came with the statements at the positions.
func dataOf(t testing.TB, s *sqlstore.Store, positions ...int64) []string {
	t.Helper()
	all, err := s.AttachmentData(ctx, positions)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, a := range all {
		sum := sha256.Sum256(a.Content)
		if hex.EncodeToString(sum[:]) != a.SHA2 {
			t.Errorf("%s has the hash %s", a.Content, a.SHA2)
		}
		got = append(got, string(a.Content))
	}
	return got
}

func attachmentsKept(t *testing.T, d Database, s *sqlstore.Store) {
	without := attached(t, 3, "said of, not sent")
	without.Attachments[0].Data = nil
	batch := []xapi.Prepared{attached(t, 1, "one", ""), attached(t, 2, "one", "one"), without}
	for range 2 { // again is no error and keeps nothing new
		if err := s.Add(ctx, Key, batch); err != nil {
			t.Fatal(err)
		}
	}
	for want, positions := range map[string][]int64{`["one" ""]`: {1}, `["one"]`: {2}, `[]`: {3}} {
		got := dataOf(t, s, positions...)
		if len(got) != map[string]int{`["one" ""]`: 2, `["one"]`: 1, `[]`: 0}[want] {
			t.Errorf("%v: %q, want %s", positions, got, want)
		}
	}
	if got := dataOf(t, s, 1, 2, 3); len(got) != 2 {
		t.Errorf("all: %q", got)
	}
	var kept int
	if err := d.Raw(t).Get(&kept, `SELECT COUNT(*) FROM attachment`); err != nil || kept != 2 {
		t.Errorf("%d contents are kept, %v", kept, err)
	}
}

func attachmentsRefused(t *testing.T, d Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(2)})
	err := s.Add(ctx, Key, []xapi.Prepared{attached(t, 1, "secret"), attached(t, 2, "other")})
	if err == nil {
		t.Fatal("stored")
	}
	var kept int
	if err := d.Raw(t).Get(&kept, `SELECT COUNT(*) FROM attachment`); err != nil || kept != 0 {
		t.Errorf("%d contents are kept, %v", kept, err)
	}
}

func definitionsAnswered(t *testing.T, d Database, s *sqlstore.Store) {
	add(t, s, Build{Activity: "a", Name: "First"}, Build{Activity: "a", Name: "Second"}, Build{Activity: "b"})
	for _, store := range []*sqlstore.Store{s, d.Open(t)} {
		got, err := store.Definitions(ctx, []string{IRI("a"), IRI("b"), IRI("never"), IRI("a")})
		want := map[string][]byte{IRI("a"): []byte(`{"name":{"en":"Second"},"type":"http://example.org/type"}`)}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if got, err := store.Definitions(ctx, nil); err != nil || len(got) != 0 {
			t.Errorf("of nothing: %v, %v", got, err)
		}
	}
}

func readAndSentAgain(t *testing.T, d Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1)}, Build{ID: ID(2), Timestamp: "2026-01-02T03:04:05Z"})
	d.Clock.Move(time.Minute)
	for n := 1; n <= 2; n++ {
		if err := s.Add(ctx, Key, PrepareJSON(t, string(one(t, s, ID(n)).JSON), Key.ID)); err != nil {
			t.Errorf("as it was read: %v", err)
		}
	}
	given := d.Clock.Now().Add(-time.Minute)
	for name, b := range map[string]Build{
		"another timestamp than the one given": {ID: ID(1), Timestamp: xapi.FormatTimestamp(given.Add(time.Microsecond))},
		"that timestamp and another agent":     {ID: ID(1), Agent: "bea", Timestamp: xapi.FormatTimestamp(given)},
		"no timestamp where there was one":     {ID: ID(2)},
	} {
		if err := s.Add(ctx, Key, Prepare(t, b)); err == nil {
			t.Errorf("%s: taken for the same", name)
		}
	}
	want(t, s, lrs.Query{}, 2, 1)
}

func throughAdvances(t *testing.T, d Database, s *sqlstore.Store) {
	add(t, s, Build{ID: ID(1)})
	stored := one(t, s, ID(1)).Stored
	for _, step := range []struct {
		move time.Duration
		want time.Time
	}{{0, stored}, {time.Second, stored}, {time.Minute, stored.Add(61 * time.Second)}, {-time.Hour, stored.Add(61 * time.Second)}} {
		d.Clock.Move(step.move)
		if got, err := s.Through(ctx); err != nil || !got.Stored.Equal(step.want) || got.Pos != 1 {
			t.Errorf("after %s: %+v, want %s at 1, %v", step.move, got, step.want, err)
		}
	}
	add(t, s, Build{ID: ID(2)})
	if got := one(t, s, ID(2)).Stored; !got.After(stored.Add(61 * time.Second)) {
		t.Errorf("stored at %s, which was promised to be past", got)
	}
	if head, err := s.Head(ctx); err != nil || head != 2 {
		t.Errorf("head %d, %v", head, err)
	}
}
