package sqlstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/mapping"
)

func publish(t testing.TB, s *sqlstore.Store, f mapping.Framework) bool {
	t.Helper()
	published, err := s.PublishFramework(context.Background(), f, "https://cairn.example/")
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return published
}

func TestPublishedFrameworkNeverChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		if !publish(t, s, framework("1", "a")) || publish(t, s, framework("1", "a")) {
			t.Error("publishing the same again is no change")
		}
		if _, err := s.PublishFramework(ctx, framework("1", "a", "b"), "https://cairn.example"); !errors.Is(err, sqlstore.ErrFrameworkChanged) {
			t.Errorf("other content: %v", err)
		}
		for name, f := range map[string]mapping.Framework{"no id": {GUID: "g", Version: "1"}, "no version": {ID: "x", GUID: "g"}} {
			if _, err := s.PublishFramework(ctx, f, "https://cairn.example"); !errors.Is(err, sqlstore.ErrFrameworkField) {
				t.Errorf("%s: %v", name, err)
			}
		}
		entries, err := s.Entries(ctx, 0, 10)
		if err != nil || len(entries) != 1 || entries[0].Kind != pipeline.EntryFramework ||
			string(entries[0].Body) != `{"id":"fw","version":"1","iri_base":"https://cairn.example"}` {
			t.Errorf("the log holds %d entries, %v: %s", len(entries), err, entries[0].Body)
		}
	})
}

// Settled question 17: IRIs never change once minted, even if the address does.
func TestLaterVersionsKeepTheirIRIs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		publish(t, s, framework("1", "a"))
		d.Clock.Move(time.Hour)
		if ok, err := s.PublishFramework(ctx, framework("2", "a", "b"), "https://moved.example"); !ok || err != nil {
			t.Fatalf("published %v, %v", ok, err)
		}
		got, err := s.ListFrameworks(ctx)
		if err != nil {
			t.Fatal(err)
		}
		first := storetest.NewClock().Now()
		want := []sqlstore.PublishedFramework{
			{ID: "fw", Version: "1", Title: "Small", IRIBase: "https://cairn.example", Published: first, Capabilities: 1, State: mapping.VersionPublished},
			{ID: "fw", Version: "2", Title: "Small", IRIBase: "https://cairn.example", Published: first.Add(time.Hour), Capabilities: 2, State: mapping.VersionPublished},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ListFrameworks (-want +got):\n%s", diff)
		}
	})
}

func TestFrameworksHoldsTheNewestVersions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		here, there, ctx := d.Open(t), d.Open(t), context.Background()
		ours, err := here.Frameworks(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := there.Frameworks(ctx, "other")
		if err != nil {
			t.Fatal(err)
		}
		if c := ours.Default(); c == nil || len(c.Tracked("")) != 0 {
			t.Error("before publication the default is an empty one")
		}
		other := framework("1", "o")
		other.ID, other.GUID = "other", "5b2f7a52-6df4-5b1c-9d3e-000000000002"
		for _, f := range []mapping.Framework{framework("1", "a"), other, framework("2", "a", "b")} {
			publish(t, here, f)
		}
		if c, ok := ours.Framework("fw"); !ok || c.Version != "2" {
			t.Error("the process that published does not see it at once")
		}
		if c := ours.Default(); c.ID != "fw" || c.Version != "2" {
			t.Errorf("the default is %s %s", c.ID, c.Version)
		}
		var all []string
		for _, c := range ours.All() {
			all = append(all, c.ID+" "+c.Version)
		}
		if diff := cmp.Diff([]string{"fw 2", "other 1", "fw 1"}, all); diff != "" {
			t.Errorf("All (-want +got):\n%s", diff)
		}
		if _, ok := ours.Framework("x"); ok {
			t.Error("an unknown one is found")
		}
		d.Clock.Move(time.Minute)
		if c := theirs.Default(); c.ID != "other" {
			t.Errorf("the other process prefers %s", c.ID)
		}
	})
}

func TestFrameworksOutliveTheDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		publish(t, s, framework("1", "a"))
		f, err := s.Frameworks(context.Background(), "")
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		d.Clock.Move(time.Hour)
		if _, ok := f.Framework("fw"); !ok {
			t.Error("what was published is forgotten while the database is out of reach")
		}
	})
}
