package sqlstore_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"cairn/internal/api"
	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/mapping"
)

// TestAPIListsGoOnWhereTheyEnded: whatever the size of a page, pages together are the list, and a filter answers what it asks for.
func TestAPIListsGoOnWhereTheyEnded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 11), context.Background()
		p := l.projector("p", 10)
		for range 120 {
			l.day()
		}
		l.drain(p)
		data := l.s.API(l.frameworks)
		all, err := data.Alignments(ctx, api.AlignmentFilter{Limit: 1000})
		if err != nil || len(all) < 2 {
			t.Fatal(len(all), err)
		}
		for _, f := range []api.AlignmentFilter{{}, {Capability: "cap-1"}, {Activity: all[0].Selector.IRI}, {Place: api.PlaceFilter{Kind: mapping.ScopeCourse}},
			{Place: api.PlaceFilter{Registration: l.registration.ID, Context: "2"}}, {Place: api.PlaceFilter{Reach: api.Reach{Limited: true}}}} {
			got, want := alignmentPages(t, data, f), slices.DeleteFunc(slices.Clone(all), func(a pipeline.Aligned) bool { return !takes(f, a) })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%+v: %s", f, diff)
			}
		}
		changes, err := data.Changesets(ctx, api.ChangesetFilter{Limit: 1000})
		if err != nil || len(changes) < 2 || !slices.IsSortedFunc(changes, func(a, b api.Applied) int { return int(b.Pos - a.Pos) }) {
			t.Fatal(len(changes), err)
		}
		var before int64
		for _, want := range changes {
			one, err := data.Changesets(ctx, api.ChangesetFilter{Before: before, Limit: 1})
			if err != nil || len(one) != 1 || one[0].ID != want.ID {
				t.Fatalf("%+v, not %s, %v", one, want.ID, err)
			}
			before = one[0].Pos
		}
		if got, err := data.Changeset(ctx, changes[0].ID); err != nil || got.Pos != changes[0].Pos {
			t.Error(got, err)
		}
		if _, err := data.Changeset(ctx, "none"); !errors.Is(err, api.ErrNotFound) {
			t.Error(err)
		}
	})
}

func takes(f api.AlignmentFilter, a pipeline.Aligned) bool {
	s := a.Scope
	return (f.Capability == "" || a.Capability == f.Capability) && (f.Activity == "" || a.Selector.IRI == f.Activity) && (f.Place.Kind == "" || s.Kind == f.Place.Kind) &&
		(f.Place.Registration == "" || s.Registration == f.Place.Registration) && (f.Place.Context == "" || s.Context == f.Place.Context) &&
		(!f.Place.Reach.Limited || s.Registration == "")
}

// alignmentPages reads a list by twos.
func alignmentPages(t *testing.T, data sqlstore.API, f api.AlignmentFilter) []pipeline.Aligned {
	t.Helper()
	all := []pipeline.Aligned{}
	for f.Limit = 2; ; {
		some, err := data.Alignments(context.Background(), f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, some...)
		if len(some) < f.Limit {
			return all
		}
		f.AfterPos, f.AfterID = some[1].Began, some[1].ID
	}
}

// TestAPIUndoPutsBackWhatWas: after an edit and its undo the same counts as before, under the same rules.
func TestAPIUndoPutsBackWhatWas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 12), context.Background()
		p := l.projector("p", 10)
		for range 80 {
			l.day()
		}
		l.drain(p)
		data, scope := l.s.API(l.frameworks), l.course.Scope()
		before, err := data.Alignments(ctx, api.AlignmentFilter{Place: api.PlaceFilter{Kind: mapping.ScopeCourse}, Limit: 1000})
		if err != nil || len(before) == 0 {
			t.Fatal(len(before), err)
		}
		rules, err := data.Rules(ctx, api.RuleFilter{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		d.Clock.Move(time.Second)
		cs := mapping.Changeset{ID: uuid.NewString(), Author: "credential/x", At: d.Clock.Now(), Scope: scope, Edits: []mapping.Edit{
			{Remove: before[0].ID},
			{Add: &mapping.Alignment{ID: uuid.NewString(), Capability: "cap-1", Scope: scope, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: "https://x.example/new"}}},
			{Rule: &mapping.ScopedRule{Capability: "cap-1", Scope: scope, Rule: mapping.Rule{Kind: mapping.RuleN, N: 7}}},
		}}
		apply(t, l, data, p, cs)
		was, err := data.Changeset(ctx, cs.ID)
		if err != nil {
			t.Fatal(err)
		}
		back, err := data.Undo(ctx, was, mapping.Changeset{ID: uuid.NewString(), Author: "credential/x", At: d.Clock.Now()})
		if err != nil || len(back.Edits) != 3 || back.Undoes != cs.ID {
			t.Fatalf("%+v %v", back, err)
		}
		apply(t, l, data, p, back)
		after, err := data.Alignments(ctx, api.AlignmentFilter{Place: api.PlaceFilter{Kind: mapping.ScopeCourse}, Limit: 1000})
		if err != nil || len(after) != len(before) || !slices.ContainsFunc(after, func(a pipeline.Aligned) bool { return a.Twin(before[0].Alignment) }) {
			t.Errorf("%+v %v", after, err)
		}
		again, err := data.Rules(ctx, api.RuleFilter{Limit: 1000})
		if err != nil || rulesOf(again) != rulesOf(rules) {
			t.Errorf("the rules are %s, were %s, %v", rulesOf(again), rulesOf(rules), err)
		}
		if empty, err := data.Undo(ctx, was, mapping.Changeset{ID: uuid.NewString()}); err != nil || len(empty.Edits) != 0 {
			t.Errorf("it is undone already: %+v %v", empty, err)
		}
	})
}

func apply(t *testing.T, l *life, data sqlstore.API, p *pipeline.Projector, cs mapping.Changeset) {
	t.Helper()
	if _, err := data.Apply(context.Background(), cs); err != nil {
		t.Fatal(err)
	}
	l.drain(p)
}

// rulesOf is rules as text, without where they began; one that took the scope's own away is none.
func rulesOf(rules []pipeline.Ruled) string {
	var all []string
	for _, r := range rules {
		if r.Rule.Kind != "" {
			all = append(all, strings.Join([]string{r.Capability, r.Framework, string(r.Scope.Kind), r.Scope.Context, string(r.Rule.Kind)}, " "))
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

func TestAPIApplyNamesTheIDsThatAreTaken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 13), context.Background()
		data, scope := l.s.API(l.frameworks), l.course.Scope()
		make := func(id, alignment, iri string) mapping.Changeset {
			return mapping.Changeset{ID: id, Author: "operator", At: d.Clock.Now(), Scope: scope, Edits: []mapping.Edit{{Add: &mapping.Alignment{ID: alignment, Capability: "cap-1", Scope: scope, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: iri}}}}}
		}
		if _, err := data.Apply(ctx, make("c1", "a1", "https://x.example/1")); err != nil {
			t.Fatal(err)
		}
		if _, err := data.Apply(ctx, make("c1", "a2", "https://x.example/2")); !errors.Is(err, api.ErrChangesetID) {
			t.Error(err)
		}
		var edit *mapping.EditError
		if _, err := data.Apply(ctx, make("c2", "a1", "https://x.example/3")); !errors.As(err, &edit) || !errors.Is(edit.Rule, mapping.ErrIDTaken) || edit.Edit != 0 {
			t.Error(err)
		}
	})
}

func TestAPIReachIsThePeopleOfOneHomePage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		one, two, three := storetest.Register(t, s, "https://one.example"), storetest.Register(t, s, "https://two.example"), storetest.Register(t, s, "https://three.example")
		if err := s.SetIdentityRule(ctx, three.ID, learner.IdentityRule{Mode: learner.ByUsername, HomePage: "https://names.example"}); err != nil {
			t.Fatal(err)
		}
		ids := map[string]string{}
		for name, r := range map[string]sqlstore.Registration{"one": one, "two": two, "three": three} {
			ids[name] = storetest.Arrive(t, s, r, "4", name, d.Clock.Now()).Learner
		}
		f, err := s.Frameworks(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		data := s.API(f)
		for home, want := range map[string]struct {
			registration, learner string
		}{
			"https://one.example/": {one.ID, ids["one"]}, "https://names.example": {three.ID, ids["three"]}, "https://three.example": {"", ids["three"]}, "https://nobody.example": {"", ""},
		} {
			reach, err := data.Reach(ctx, home)
			if err != nil || !reach.Limited || strings.Join(reach.Registrations, " ") != want.registration {
				t.Errorf("%s: %+v %v", home, reach, err)
			}
			found, err := data.Learners(ctx, api.LearnerFilter{Reach: reach, Limit: 10})
			if err != nil || (want.learner == "") != (len(found) == 0) || want.learner != "" && (len(found) != 1 || found[0].ID != want.learner || len(found[0].Accounts) != 1) {
				t.Errorf("%s: %+v %v", home, found, err)
			}
		}
		everybody, err := data.Learners(ctx, api.LearnerFilter{Limit: 10})
		if err != nil || len(everybody) != 3 {
			t.Error(everybody, err)
		}
		if rest, err := data.Learners(ctx, api.LearnerFilter{After: everybody[0].ID, Limit: 1}); err != nil || len(rest) != 1 || rest[0].ID != everybody[1].ID {
			t.Error(rest, err)
		}
	})
}

func TestAPIScopesAndCoverage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 14), context.Background()
		data, course := l.s.API(l.frameworks), l.course.Scope()
		if got, err := data.Scope(ctx, mapping.Scope{Kind: mapping.ScopeCourse, Registration: l.registration.ID, Context: "2", Course: "forged"}); err != nil || got != course {
			t.Error(got, err)
		}
		if _, err := data.Scope(ctx, mapping.Scope{Kind: mapping.ScopeRegistration, Registration: "none"}); !errors.Is(err, api.ErrNotFound) {
			t.Error(err)
		}
		p := l.projector("p", 10)
		for i, s := range []mapping.Scope{{Kind: mapping.ScopeInstance}, course, {Kind: mapping.ScopeRegistration, Registration: l.registration.ID}, {Kind: mapping.ScopeCourse, Registration: l.registration.ID, Context: "3"}} {
			iri := "https://x.example/" + string(rune('a'+i))
			apply(t, l, data, p, mapping.Changeset{ID: uuid.NewString(), Author: "operator", At: d.Clock.Now(), Scope: s, Edits: []mapping.Edit{
				{Add: &mapping.Alignment{ID: uuid.NewString(), Capability: "cap-1", Scope: s, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: iri}}},
				{Add: &mapping.Alignment{ID: uuid.NewString(), Capability: "cap-1", Scope: s, Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: iri}}},
			}})
		}
		for want, s := range map[int]mapping.Scope{4: {Kind: mapping.ScopeInstance}, 3: course, 2: {Kind: mapping.ScopeRegistration, Registration: l.registration.ID}, 1: {Kind: mapping.ScopeCourse, Registration: "none", Context: "2"}} {
			if got, err := data.Covered(ctx, s); err != nil || got["cap-1"] != want || got["cap-2"] != 0 {
				t.Errorf("%+v: %v, not %d, %v", s, got, want, err)
			}
		}
		activities, aligned, err := data.Activities(ctx, course)
		if err != nil || len(activities) != 1 || activities[0].IRI != "https://x.example/b" || len(aligned) != 6 {
			t.Error(activities, len(aligned), err)
		}
	})
}
