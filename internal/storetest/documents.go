package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/sqlstore"
	"cairn/xapi/lrs"
)

// Documents is the behaviour of lrs.Documents.
func Documents(t *testing.T) {
	each(t, []behaviour{
		{"what was written is read again, octet by octet", documentReadAgain},
		{"every part of a key tells documents apart", documentKeys},
		{"a change sees what is there, and its error leaves it", documentChange},
		{"a later content has a later time although the clock goes back", documentTimes},
		{"lists go by owner, registration and since", documentLists},
		{"many are deleted by owner and registration", documentsDeleted},
		{"changes of one document at the same time come one after the other", documentCrowd},
		{"a closed store keeps no document", documentClosed},
	})
}

var ctx = context.Background()

// state is the key of a state document.
func state(id string) lrs.DocumentKey {
	return lrs.DocumentKey{Kind: lrs.KindState, Activity: IRI("act"), Agent: AgentKey("ann"), ID: id}
}

// write puts a content under a key, whatever was there.
func write(t testing.TB, s *sqlstore.Store, key lrs.DocumentKey, content string) {
	t.Helper()
	doc := lrs.Document{ContentType: "text/plain", Content: []byte(content), ETag: "tag of " + content}
	if err := s.ChangeDocument(ctx, key, func(*lrs.Document) (*lrs.Document, error) { return &doc, nil }); err != nil {
		t.Fatalf("write %+v: %v", key, err)
	}
}

func documentReadAgain(t *testing.T, d Database, s *sqlstore.Store) {
	for i, want := range []lrs.Document{
		{ContentType: "application/octet-stream", Content: []byte("\x00\xff\xfe anything"), ETag: "a"},
		{ContentType: "text/plain; charset=\"utf-8\"", Content: []byte{}, ETag: "b"},
		{ContentType: "application/json", Content: []byte(`{"a": 1.50}`), ETag: "c"},
	} {
		key := state(strconv.Itoa(i))
		if _, err := s.Document(ctx, key); !errors.Is(err, lrs.ErrNotFound) {
			t.Errorf("before: %v", err)
		}
		if err := s.ChangeDocument(ctx, key, func(*lrs.Document) (*lrs.Document, error) { return &want, nil }); err != nil {
			t.Fatal(err)
		}
		want.Updated = d.Clock.Now()
		got, err := d.Open(t).Document(ctx, key)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
}

// documentKeys writes under keys that differ in one part each, some of them long or odd.
func documentKeys(t *testing.T, _ Database, s *sqlstore.Store) {
	long := strings.Repeat("é", 3000)
	keys := []lrs.DocumentKey{
		state("a"), state("A"), state("a "), state("a\x00"), state("a\x01a"), state(long), state(long + "x"),
		{Kind: lrs.KindActivityProfile, Activity: IRI("act"), ID: "a"},
		{Kind: lrs.KindAgentProfile, Agent: AgentKey("ann"), ID: "a"},
		{Kind: lrs.KindState, Activity: IRI("other"), Agent: AgentKey("ann"), ID: "a"},
		{Kind: lrs.KindState, Activity: IRI("act"), Agent: AgentKey("bob"), ID: "a"},
		{Kind: lrs.KindState, Activity: IRI("act"), Agent: AgentKey("ann"), Registration: ID(1), ID: "a"},
		{Kind: lrs.KindState, Activity: IRI("act") + long, Agent: AgentKey("ann" + long), ID: "a"},
		{Kind: lrs.KindState, Activity: IRI("act") + AgentKey("ann"), Agent: "x", ID: "a"},
	}
	for i, key := range keys {
		write(t, s, key, strconv.Itoa(i))
	}
	for i, key := range keys {
		got, err := s.Document(ctx, key)
		if err != nil || string(got.Content) != strconv.Itoa(i) {
			t.Errorf("%d: %q, %v", i, got.Content, err)
		}
	}
	want := []string{"A", "a", "a\x00", "a\x01a", "a ", long, long + "x"}
	got, _, err := s.DocumentIDs(ctx, lrs.DocumentFilter{DocumentKey: state("")})
	if diff := cmp.Diff(len(want), len(got)); err != nil || diff != "" {
		t.Errorf("%v %q", err, got)
	}
	for _, id := range want {
		if !contains(got, id) {
			t.Errorf("%.10q is not listed", id)
		}
	}
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

func documentChange(t *testing.T, _ Database, s *sqlstore.Store) {
	no := errors.New("no")
	err := s.ChangeDocument(ctx, state("a"), func(had *lrs.Document) (*lrs.Document, error) {
		if had != nil {
			t.Errorf("there is %+v", had)
		}
		return &lrs.Document{}, no
	})
	if !errors.Is(err, no) {
		t.Error(err)
	}
	write(t, s, state("a"), "one")
	for range 2 { // deleting what is not there is no error
		if err := s.ChangeDocument(ctx, state("a"), func(*lrs.Document) (*lrs.Document, error) { return nil, nil }); err != nil {
			t.Error(err)
		}
		if _, err := s.Document(ctx, state("a")); !errors.Is(err, lrs.ErrNotFound) {
			t.Error(err)
		}
	}
}

func documentTimes(t *testing.T, d Database, s *sqlstore.Store) {
	write(t, s, state("a"), "one")
	first := d.Clock.Now()
	d.Clock.Move(-time.Hour)
	write(t, s, state("a"), "two")
	if got, err := s.Document(ctx, state("a")); err != nil || !got.Updated.After(first) {
		t.Errorf("%s is not after %s, %v", got.Updated, first, err)
	}
}

func documentLists(t *testing.T, d Database, s *sqlstore.Store) {
	start := d.Clock.Now()
	inRegistration := state("b")
	inRegistration.Registration = ID(1)
	write(t, s, state("b"), "one")
	write(t, s, state("a"), "one")
	d.Clock.Move(time.Minute)
	write(t, s, inRegistration, "two")
	write(t, s, lrs.DocumentKey{Kind: lrs.KindAgentProfile, Agent: AgentKey("ann"), ID: "c"}, "three")
	registered := inRegistration
	registered.ID = ""
	for name, c := range map[string]struct {
		f      lrs.DocumentFilter
		want   []string
		newest time.Time
	}{
		"all, each id once": {lrs.DocumentFilter{DocumentKey: state("")}, []string{"a", "b"}, d.Clock.Now()},
		"registration":      {lrs.DocumentFilter{DocumentKey: registered}, []string{"b"}, d.Clock.Now()},
		"since":             {lrs.DocumentFilter{DocumentKey: state(""), Since: start}, []string{"b"}, d.Clock.Now()},
		"since now":         {lrs.DocumentFilter{DocumentKey: state(""), Since: d.Clock.Now()}, nil, time.Time{}},
		"nobody":            {lrs.DocumentFilter{DocumentKey: lrs.DocumentKey{Kind: lrs.KindState}}, nil, time.Time{}},
	} {
		got, newest, err := s.DocumentIDs(ctx, c.f)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" || !newest.Equal(c.newest) {
			t.Errorf("%s: %v, newest %s (-want +got):\n%s", name, err, newest, diff)
		}
	}
}

func documentsDeleted(t *testing.T, _ Database, s *sqlstore.Store) {
	one, two := state("a"), state("b")
	one.Registration, two.Agent = ID(1), AgentKey("bob")
	for _, key := range []lrs.DocumentKey{state("a"), state("b"), one, two} {
		write(t, s, key, "x")
	}
	filter := one
	filter.ID = ""
	for _, step := range []struct {
		filter lrs.DocumentKey
		left   int
	}{{filter, 2}, {state(""), 0}, {state(""), 0}} {
		if err := s.DeleteDocuments(ctx, lrs.DocumentFilter{DocumentKey: step.filter}); err != nil {
			t.Fatal(err)
		}
		if got, _, err := s.DocumentIDs(ctx, lrs.DocumentFilter{DocumentKey: state("")}); err != nil || len(got) != step.left {
			t.Errorf("left are %q, %v", got, err)
		}
	}
	if _, err := s.Document(ctx, two); err != nil {
		t.Errorf("another agent's: %v", err)
	}
}

// documentCrowd counts in a document, many at once and from two processes: no count may be lost.
func documentCrowd(t *testing.T, d Database, s *sqlstore.Store) {
	const each = 20
	stores := []*sqlstore.Store{s, s, d.Open(t)}
	var group sync.WaitGroup
	for _, store := range stores {
		group.Go(func() {
			for range each {
				err := store.ChangeDocument(ctx, state("n"), func(had *lrs.Document) (*lrs.Document, error) {
					n := 0
					if had != nil {
						if _, err := fmt.Sscan(string(had.Content), &n); err != nil {
							return nil, err
						}
					}
					return &lrs.Document{Content: []byte(strconv.Itoa(n + 1))}, nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if got, err := s.Document(ctx, state("n")); err != nil || string(got.Content) != strconv.Itoa(each*len(stores)) {
		t.Errorf("counted %s, %v", got.Content, err)
	}
}

func documentClosed(t *testing.T, _ Database, s *sqlstore.Store) {
	s.Close()
	_, read := s.Document(ctx, state("a"))
	_, _, list := s.DocumentIDs(ctx, lrs.DocumentFilter{DocumentKey: state("")})
	for name, err := range map[string]error{"read": read, "list": list,
		"change": s.ChangeDocument(ctx, state("a"), func(*lrs.Document) (*lrs.Document, error) { return nil, nil }),
		"delete": s.DeleteDocuments(ctx, lrs.DocumentFilter{DocumentKey: state("")})} {
		if !errors.Is(err, sqlstore.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
