package main

import (
	"errors"
	"slices"
	"testing"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

// A draft is told what replaces what, its effect on learners is looked at, and publishing carries the tags; what was seen before
// the tags moved is not done.
func TestVersionIsPublishedWithItsTagsAsItsEffectWasSeen(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	ctx := t.Context()
	succeed(t, env, nil, "migrate")
	s := openDatabase(t, env)
	defer func() { _ = s.Close() }()
	there, err := s.Frameworks(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	versions := &frameworkVersions{wiring: wiring{settings: settings{BaseURL: "https://cairn.example"}, now: time.Now}, store: s, there: there, effects: newVersionEffects(ctx, time.Now)}
	take := func(version, rows string) {
		t.Helper()
		if _, err := versions.ImportDraft(ctx, mapping.Meta{ID: "own", Version: version}, "own.csv", []byte("kind,code,title\n"+rows)); err != nil {
			t.Fatal(err)
		}
	}
	take("1", "capability,A,Can\n")
	if err := versions.Publish(ctx, "own", "1"); err != nil {
		t.Fatal(err)
	}
	take("2", "capability,B,Can do\ncapability,C,Can do more\n")
	old, one, two := mapping.ItemID("own", "A"), mapping.ItemID("own", "B"), mapping.ItemID("own", "C")
	tagOnce(t, env, old)
	succeed(t, env, nil, "replay")

	if err := versions.SetFates(ctx, "own", "2", []web.ItemFate{{Item: old, Fate: mapping.FateExact, Heirs: []string{"none"}}}); !errors.Is(err, mapping.ErrFate) {
		t.Errorf("an item that is not there: %v", err)
	}
	if err := versions.SetFates(ctx, "own", "2", []web.ItemFate{{Item: old, Fate: mapping.FateSplit, Heirs: []string{one, two}}}); err != nil {
		t.Fatal(err)
	}
	see := func() (string, web.VersionEffect) {
		t.Helper()
		of, err := versions.StartEffect(ctx, "own", "2")
		if err != nil {
			t.Fatal(err)
		}
		e, known := versions.VersionEffect(ctx, of, time.Minute)
		if !known || !e.Done || e.Err != nil {
			t.Fatalf("%+v", e)
		}
		return of, e
	}
	stale, e := see()
	if e.From != "1" || e.Tags != (web.TagsCarried{Carried: 2, Courses: 1}) || len(e.Fates) != 1 || e.Fates[0].Fate != mapping.FateSplit {
		t.Errorf("the effect: %+v", e)
	}
	if err := versions.SetFates(ctx, "own", "2", []web.ItemFate{{Item: old, Fate: mapping.FateExact, Heirs: []string{two}}}); err != nil {
		t.Fatal(err)
	}
	if err := versions.Carry(ctx, stale, ""); !errors.Is(err, mapping.ErrMoved) {
		t.Errorf("what was seen before the draft changed: %v", err)
	}
	of, _ := see()
	if err := versions.Carry(ctx, of, "a new release"); err != nil {
		t.Fatal(err)
	}
	if now, _ := there.Framework("own"); now.Version != "2" {
		t.Errorf("version %s is in use", now.Version)
	}
	succeed(t, env, nil, "replay")
	all, err := allTags(ctx, s)
	if err != nil || len(all.Active) != 2 || !slices.ContainsFunc(all.Active, func(a mapping.Alignment) bool { return a.Capability == two }) {
		t.Errorf("tags: %+v, %v", all.Active, err)
	}
	got, err := versions.Versions(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range got {
		if v.ID == "own" && (v.Replaced != (v.Version == "1") || (v.Diff != nil) != (v.Version == "2") || v.Report == nil) {
			t.Errorf("%s: replaced %v, compared %v, report %v", v.Version, v.Replaced, v.Diff != nil, v.Report)
		}
	}
	if imports, err := versions.Imports(ctx, 1); err != nil || len(imports) != 1 || imports[0].Version != "2" || imports[0].File != "own.csv" {
		t.Errorf("imports: %+v, %v", imports, err)
	}
	if _, err := versions.StartEffect(ctx, "own", "1"); !errors.Is(err, web.ErrNotFound) {
		t.Errorf("a version with none before it: %v", err)
	}
}
