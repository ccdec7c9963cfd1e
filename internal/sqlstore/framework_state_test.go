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

// state retires a version of the framework of these tests, or takes it into use again.
func state(t *testing.T, s *sqlstore.Store, version string, to mapping.PublicationState) bool {
	t.Helper()
	changed, err := s.SetFrameworkState(context.Background(), pipeline.FrameworkState{ID: "fw", Version: version, State: to, Author: "op", Reason: "why"})
	if err != nil {
		t.Fatalf("%s %s: %v", version, to, err)
	}
	return changed
}

func TestARetiredVersionIsOfferedNoMoreAndStaysFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, there, ctx := d.Open(t), d.Open(t), context.Background()
		publish(t, s, framework("1", "a"))
		publish(t, s, framework("2", "a", "b"))
		ours, err := s.Frameworks(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := there.Frameworks(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		d.Clock.Move(time.Hour)
		if !state(t, s, "2", mapping.VersionRetired) || state(t, s, "2", mapping.VersionRetired) {
			t.Error("retiring twice is one change")
		}
		if c, ok := ours.Framework("fw"); !ok || c.Version != "1" || ours.Default().Version != "1" {
			t.Error("a retired version is offered")
		}
		if c, _ := theirs.Framework("fw"); c.Version != "1" {
			t.Error("another process offers it")
		}
		got := ours.Publications()
		if len(got) != 2 || got[0].Catalog.Version != "2" || got[0].State() != mapping.VersionRetired || !got[0].Retired.Equal(d.Clock.Now()) || got[1].State() != mapping.VersionPublished {
			t.Errorf("%+v", got)
		}
		everywhere := mapping.Scope{Kind: mapping.ScopeInstance}
		for capability, want := range map[string]error{"a": nil, "b": mapping.ErrRetiredCapability} {
			_, err := s.Courses(ours).Apply(ctx, mapping.Changeset{ID: "cs-" + capability, Author: "op", At: d.Clock.Now(), Scope: everywhere, Edits: []mapping.Edit{
				{Add: &mapping.Alignment{ID: capability, Capability: capability, Scope: everywhere, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: "https://lms.example/1"}}}}})
			if !errors.Is(err, want) || ours.Offers(capability) != (want == nil) {
				t.Errorf("a tag of %s: %v", capability, err)
			}
		}
		state(t, s, "1", mapping.VersionRetired)
		if c, ok := ours.Framework("fw"); !ok || c.Version != "2" {
			t.Error("a framework without a version in use is lost")
		}
		if !state(t, s, "2", mapping.VersionPublished) || ours.Default().Version != "2" {
			t.Error("it is not taken into use again")
		}
	})
}

// Decision 9: publication is in the log, and so is its end.
func TestRetirementIsAnEventOfTheLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		publish(t, s, framework("1", "a"))
		state(t, s, "1", mapping.VersionRetired)
		entries, err := s.Entries(ctx, 1, 10)
		if err != nil || len(entries) != 1 || entries[0].Kind != pipeline.EntryFrameworkState ||
			string(entries[0].Body) != `{"id":"fw","version":"1","state":"retired","author":"op","reason":"why"}` {
			t.Errorf("%v %+v", err, entries)
		}
		for _, to := range []pipeline.FrameworkState{{ID: "fw", Version: "9", State: mapping.VersionRetired}, {ID: "x", Version: "1", State: mapping.VersionRetired}} {
			if _, err := s.SetFrameworkState(ctx, to); !errors.Is(err, sqlstore.ErrFrameworkUnknown) {
				t.Errorf("%+v: %v", to, err)
			}
		}
		if _, err := s.SetFrameworkState(ctx, pipeline.FrameworkState{ID: "fw", Version: "1", State: mapping.VersionDraft}); err == nil {
			t.Error("a published version became a draft")
		}
	})
}

func TestDraftsAreSeenByNobodyAndLeaveWhenPublished(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		publish(t, s, framework("1", "a"))
		ours, err := s.Frameworks(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []mapping.Framework{framework("2", "a"), framework("2", "a", "b")} {
			if err := s.SaveFrameworkDraft(ctx, f); err != nil {
				t.Fatal(err)
			}
		}
		drafts, err := s.FrameworkDrafts(ctx)
		if err != nil || len(drafts) != 1 || !drafts[0].Saved.Equal(d.Clock.Now()) {
			t.Fatalf("%v %+v", err, drafts)
		}
		for _, version := range []string{"", "2"} {
			got, err := s.FrameworkDraft(ctx, "fw", version)
			if diff := cmp.Diff(framework("2", "a", "b"), got); err != nil || diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
		}
		if len(ours.All()) != 1 {
			t.Error("a draft is offered")
		}
		publish(t, s, framework("2", "a", "b"))
		if _, err := s.FrameworkDraft(ctx, "fw", "2"); !errors.Is(err, sqlstore.ErrFrameworkUnknown) {
			t.Errorf("the draft stayed: %v", err)
		}
		if err := s.SaveFrameworkDraft(ctx, framework("2", "c")); !errors.Is(err, sqlstore.ErrFrameworkChanged) {
			t.Errorf("a draft of a published version: %v", err)
		}
	})
}
