package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/mapping"
	"cairn/xapi"
	"cairn/xapi/profile"
)

const iriBase = "https://cairn.example"

// place keeps an activity of course 2.
func place(t testing.TB, s *sqlstore.Store, registration, id string, how web.Completion) web.PlacedActivity {
	t.Helper()
	p := web.PlacedActivity{
		ID: id, Registration: registration, Context: "2", IRI: profile.ActivityIRI(iriBase, id), Title: "Activity " + id, Address: "https://a.example/" + id,
		Completion: how, Least: 5 * time.Minute, Records: profile.ActivityIRI(iriBase, id), Author: "someone", CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Opens: time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC), Closes: time.Date(2126, 2, 1, 0, 0, 0, 0, time.UTC), Framed: how == web.CompleteByWord,
	}
	if err := s.Activities().Place(context.Background(), p); err != nil {
		t.Fatalf("place: %v", err)
	}
	return p
}

// act is what an account did, with its statement.
func act(t testing.TB, p web.PlacedActivity, account, subject string, kind web.ActKind, at time.Time) web.Act {
	t.Helper()
	said := profile.Placed{
		Base: iriBase, ActivityID: p.ID, Account: account, Actor: profile.Account{HomePage: issuer, Name: subject},
		Activity: profile.Named{IRI: p.IRI, Name: p.Title}, At: at, SelfConfirmed: p.Completion == web.CompleteByWord,
	}
	make := map[web.ActKind]func(profile.Placed) []byte{web.ActLaunched: profile.Launched, web.ActOpened: profile.Opened, web.ActCompleted: profile.Completed}
	batch, err := xapi.Prepare(make[kind](said), xapi.Options{Version: xapi.V1, NewID: uuid.NewString,
		Authority: xapi.Agent{Account: &xapi.Account{HomePage: iriBase, Name: "cairn"}}})
	if err != nil {
		t.Fatal(err)
	}
	return web.Act{Activity: p.ID, Account: account, Kind: kind, At: at, Statement: batch[0]}
}

func TestPlacedActivityIsReadBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		b, a := place(t, s, "r", "b", web.CompleteByTime), place(t, s, "r", "a", web.CompleteByWord)
		place(t, s, "other", "c", web.CompleteByWord)
		got, err := s.Activities().Activity(ctx, "a")
		if diff := cmp.Diff(a, got); diff != "" || err != nil {
			t.Errorf("Activity: %v (-want +got):\n%s", err, diff)
		}
		all, err := s.Activities().OfCourse(ctx, web.Course{Registration: "r", ID: "2"})
		if diff := cmp.Diff([]web.PlacedActivity{a, b}, all); diff != "" || err != nil {
			t.Errorf("OfCourse: %v (-want +got):\n%s", err, diff)
		}
		if _, err := s.Activities().Activity(ctx, "none"); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("an unknown one: %v", err)
		}
		changed := a
		changed.Title = "Another"
		if err := s.Activities().Place(ctx, changed); err != nil {
			t.Error(err)
		}
		if got, _ := s.Activities().Activity(ctx, "a"); got.Title != a.Title {
			t.Error("placing it again changed it")
		}
	})
}

// A double press is one statement, also when both come at once.
func TestRecordOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r := register(t, s, "c1")
		p := place(t, s, r.ID, "a", web.CompleteByWord)
		who := enter(t, s, visit(r, "4", d.Clock.Now()))
		now := d.Clock.Now()
		var group sync.WaitGroup
		var mu sync.Mutex
		fresh := 0
		for i := range 8 {
			group.Go(func() {
				_, is, err := s.Activities().Record(ctx, act(t, p, who.Account, "4", web.ActCompleted, now.Add(time.Duration(i)*time.Second)))
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				if is {
					fresh++
				}
			})
		}
		group.Wait()
		if n := count(t, d, "statement"); fresh != 1 || n != 1 {
			t.Errorf("%d were fresh, %d statements", fresh, n)
		}
		got, err := s.Activities().Attempt(ctx, p, who.Account)
		if err != nil || got.Completed.IsZero() || !got.Opened.IsZero() {
			t.Errorf("attempt %+v, %v", got, err)
		}
		if other, err := s.Activities().Attempt(ctx, p, "somebody else"); err != nil || !other.Completed.IsZero() {
			t.Errorf("another's attempt %+v, %v", other, err)
		}
	})
}

// What was completed is opened once more and completed once more, and stays completed in between.
func TestRecordAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r := register(t, s, "c1")
		p := place(t, s, r.ID, "a", web.CompleteByWord)
		who := enter(t, s, visit(r, "4", d.Clock.Now()))
		at := d.Clock.Now().Truncate(time.Microsecond)
		for i, step := range []struct {
			kind         web.ActKind
			again, fresh bool
			want         web.Attempt
		}{
			{web.ActOpened, false, true, web.Attempt{Opened: at}},
			{web.ActCompleted, true, false, web.Attempt{Opened: at}},
			{web.ActCompleted, false, true, web.Attempt{Opened: at, Completed: at.Add(2 * time.Hour)}},
			{web.ActOpened, false, false, web.Attempt{Opened: at, Completed: at.Add(2 * time.Hour)}},
			{web.ActCompleted, true, false, web.Attempt{Opened: at, Completed: at.Add(2 * time.Hour)}},
			{web.ActOpened, true, true, web.Attempt{Opened: at.Add(5 * time.Hour), Completed: at.Add(2 * time.Hour)}},
			{web.ActOpened, true, false, web.Attempt{Opened: at.Add(5 * time.Hour), Completed: at.Add(2 * time.Hour)}},
			{web.ActCompleted, true, true, web.Attempt{Opened: at.Add(5 * time.Hour), Completed: at.Add(7 * time.Hour)}},
			{web.ActCompleted, true, false, web.Attempt{Opened: at.Add(5 * time.Hour), Completed: at.Add(7 * time.Hour)}},
		} {
			one := act(t, p, who.Account, "4", step.kind, at.Add(time.Duration(i)*time.Hour))
			one.Again, one.Statement.ID = step.again, uuid.NewString()
			_, fresh, err := s.Activities().Record(ctx, one)
			if err != nil || fresh != step.fresh {
				t.Errorf("step %d: fresh %v, %v", i, fresh, err)
			}
			got, err := s.Activities().Attempt(ctx, p, who.Account)
			if err != nil || !got.Opened.Equal(step.want.Opened) || !got.Completed.Equal(step.want.Completed) {
				t.Errorf("step %d: %+v, %v; want %+v", i, got, err, step.want)
			}
		}
		if n := count(t, d, "statement"); n != 4 {
			t.Errorf("%d statements", n)
		}
	})
}

// What an activity records is evidence, marked as the learner's own word where it is; own statements of Cairn never are.
func TestActsAreEvidence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 1), context.Background()
		word, timed := place(t, l.s, l.registration.ID, "w", web.CompleteByWord), place(t, l.s, l.registration.ID, "t", web.CompleteByTime)
		who := enter(t, l.s, visit(l.registration, "4", d.Clock.Now()))
		cs := mapping.Changeset{ID: uuid.NewString(), Author: who.Account, At: d.Clock.Now(), Scope: l.course.Scope()}
		for i, p := range []web.PlacedActivity{word, timed} {
			cs.Edits = append(cs.Edits, mapping.Edit{Add: &mapping.Alignment{ID: fmt.Sprint("tag", i), Capability: fmt.Sprint("cap-", i+1), Scope: l.course.Scope(),
				Selector: mapping.Selector{Kind: mapping.SelectLink, IRI: p.Records}}})
		}
		elsewhere := cs
		elsewhere.ID, elsewhere.Edits = uuid.NewString(), []mapping.Edit{{Add: &mapping.Alignment{ID: "no link", Capability: "cap-1", Scope: cs.Scope,
			Selector: mapping.Selector{Kind: mapping.SelectLink, IRI: issuer + "/mod/quiz/view.php?id=3"}}}}
		if _, err := l.s.Courses(l.frameworks).Apply(ctx, elsewhere); !errors.Is(err, mapping.ErrNotALink) {
			t.Errorf("a link that was not placed: %v", err)
		}
		is, not := cs.Edits[0].Add.Selector, elsewhere.Edits[0].Add.Selector
		refused, err := l.s.API(l.frameworks).Refused(ctx, cs.Scope, []mapping.Selector{is, not})
		if err != nil || len(refused) != 1 || !errors.Is(refused[not], mapping.ErrNotALink) {
			t.Errorf("in a table: %v, %v", refused, err)
		}
		if _, err := l.s.Courses(l.frameworks).Apply(ctx, cs); err != nil {
			t.Fatal(err)
		}
		for _, p := range []web.PlacedActivity{word, timed} {
			for _, kind := range []web.ActKind{web.ActLaunched, web.ActOpened, web.ActCompleted} {
				if _, _, err := l.s.Activities().Record(ctx, act(t, p, who.Account, "4", kind, d.Clock.Now())); err != nil {
					t.Fatal(err)
				}
			}
		}
		l.drain(l.projector("one", 100))
		for capability, want := range map[string]mapping.EvidenceKind{"cap-1": mapping.EvidenceSelfConfirmed, "cap-2": mapping.EvidenceDone} {
			c, err := l.s.Records().Case(ctx, who.Learner, capability)
			if err != nil || len(c.Evidence) != 1 {
				t.Fatalf("%s: %d items of evidence, %v", capability, len(c.Evidence), err)
			}
			if e := c.Evidence[0]; e.Kind != want || e.Record.SelfConfirmed != (want == mapping.EvidenceSelfConfirmed) {
				t.Errorf("%s: evidence of kind %s", capability, e.Kind)
			}
			if got := mapping.Evaluate(c); got.State != mapping.Evidenced {
				t.Errorf("%s: %s", capability, got.State)
			}
		}
	})
}

// The score of a link to an activity is owed once the activity is finished, also by a record from elsewhere.
func TestScoreOfAnActivityIsOwed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 1), context.Background()
		p, told := place(t, l.s, l.registration.ID, "a", web.CompleteByWord), place(t, l.s, l.registration.ID, "b", web.CompleteByRecord)
		link := func(id, item string) func(*web.Entry) {
			return func(e *web.Entry) {
				e.Placement.LinkID, e.Placement.Activity, e.Placement.LineItem = id, id, issuer+"/items/"+item
			}
		}
		who := enter(t, l.s, visit(l.registration, "4", d.Clock.Now(), link("a", "1")))
		enter(t, l.s, visit(l.registration, "4", d.Clock.Now(), link("b", "2")))
		owed := func(name string, want ...string) {
			t.Helper()
			var got []string
			for _, one := range claim(t, l.s, d, 10) {
				finished, err := l.s.Deliveries().Finished(ctx, one.Account, one.Activity)
				if err != nil {
					t.Fatal(err)
				}
				if finished {
					got = append(got, one.Activity)
				}
				if err := l.s.Deliveries().Done(ctx, one, nil, 0, time.Time{}); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		owed("before")
		if _, _, err := l.s.Activities().Record(ctx, act(t, p, who.Account, "4", web.ActOpened, d.Clock.Now())); err != nil {
			t.Fatal(err)
		}
		owed("opened")
		if _, _, err := l.s.Activities().Record(ctx, act(t, p, who.Account, "4", web.ActCompleted, d.Clock.Now())); err != nil {
			t.Fatal(err)
		}
		owed("finished", "a")

		// Both count towards the same capability: what the first has evidenced, the second does not move.
		cs := mapping.Changeset{ID: uuid.NewString(), Author: who.Account, At: d.Clock.Now(), Scope: l.course.Scope()}
		for _, a := range []web.PlacedActivity{p, told} {
			cs.Edits = append(cs.Edits, mapping.Edit{Add: &mapping.Alignment{ID: "tag " + a.ID, Capability: "cap-1", Scope: l.course.Scope(),
				Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: a.Records}, Placed: true}})
		}
		if _, err := l.s.Courses(l.frameworks).Apply(ctx, cs); err != nil {
			t.Fatal(err)
		}
		l.drain(l.projector("one", 100))
		owed("tagged", "a")
		statement := func(id int, verb, result string) {
			t.Helper()
			raw := fmt.Sprintf(`{"id":%q,"actor":{"account":{"homePage":%q,"name":"4"}},"verb":{"id":%q},"object":{"id":%q}%s}`,
				storetest.ID(id), issuer, verb, told.Records, result)
			if err := l.s.Add(ctx, storetest.Key, storetest.PrepareJSON(t, raw, "key")); err != nil {
				t.Fatal(err)
			}
			l.drain(l.projector("one", 100))
		}
		statement(1, "http://adlnet.gov/expapi/verbs/experienced", "")
		owed("experienced")
		statement(2, mapping.VerbCompleted, `,"result":{"success":false}`)
		owed("failed")
		statement(3, mapping.VerbCompleted, "")
		owed("completed elsewhere", "b")
		if got, err := l.s.Activities().Attempt(ctx, told, who.Account); err != nil || got.Completed.IsZero() {
			t.Errorf("attempt %+v, %v", got, err)
		}
		if err := l.s.Add(ctx, storetest.Key, storetest.Prepare(t, storetest.Build{Voids: storetest.ID(3)})); err != nil {
			t.Fatal(err)
		}
		if got, err := l.s.Activities().Attempt(ctx, told, who.Account); err != nil || !got.Completed.IsZero() {
			t.Errorf("after a void: %+v, %v", got, err)
		}
	})
}

// A link that shows a role, or leads to an activity, says so to the delivery; what it shows may change.
func TestPlacementOfAnActivity(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		r := register(t, s, "c1")
		who := enter(t, s, visit(r, "4", d.Clock.Now(), func(e *web.Entry) { e.Placement.Archetype = "user" }))
		b := batch(0, 1)
		evidenced(who.Learner, "a", d.Clock.Now())(&b)
		project(t, s, d, b)
		due := claim(t, s, d, 10)
		if len(due) != 1 || due[0].Archetype != "user" || due[0].Activity != "" {
			t.Fatalf("due: %+v", due)
		}
		if err := s.Deliveries().Done(context.Background(), due[0], nil, 0, time.Time{}); err != nil {
			t.Fatal(err)
		}
		enter(t, s, visit(r, "4", d.Clock.Now(), func(e *web.Entry) { e.Placement.Activity = "a1" }))
		if due := claim(t, s, d, 10); len(due) != 1 || due[0].Activity != "a1" || due[0].Archetype != "" {
			t.Errorf("after a change: %+v", due)
		}
	})
}

var _ pipeline.Deliveries = sqlstore.Deliveries{}

// An activity is told with the days on which it can be done, on any date that is asked for; one that a record from elsewhere finishes can
// be done without what was placed.
func TestCasesSayWhenPlacedActivitiesAreOpen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 1), context.Background()
		word, elsewhere := place(t, l.s, l.registration.ID, "w", web.CompleteByWord), place(t, l.s, l.registration.ID, "r", web.CompleteByRecord)
		who := enter(t, l.s, visit(l.registration, "4", d.Clock.Now()))
		cs := mapping.Changeset{ID: uuid.NewString(), Author: who.Account, At: d.Clock.Now(), Scope: l.course.Scope()}
		for i, p := range []web.PlacedActivity{word, elsewhere} {
			cs.Edits = append(cs.Edits, mapping.Edit{Add: &mapping.Alignment{ID: fmt.Sprint("tag", i), Capability: "cap-1", Scope: l.course.Scope(),
				Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: p.Records}, Placed: true}})
		}
		if _, err := l.s.Courses(l.frameworks).Apply(ctx, cs); err != nil {
			t.Fatal(err)
		}
		l.drain(l.projector("one", 100))
		now, err := l.s.Records().Case(ctx, who.Learner, "cap-1")
		if err != nil {
			t.Fatal(err)
		}
		then, err := l.s.Records().AsOf(ctx, who.Learner, "cap-1", pipeline.AsOf{At: word.Closes.Add(time.Hour), Clock: pipeline.ClockEvent})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]mapping.Dates{word.IRI: {From: word.Opens, Until: word.Closes}}
		if diff := cmp.Diff(want, now.Open) + cmp.Diff(want, then.Open); diff != "" {
			t.Error(diff)
		}
		if x := mapping.Explain(now, mapping.Evaluate(now), nil); len(x.Next) != 2 {
			t.Errorf("while it is open: %+v", x.Next)
		}
		if x := mapping.Explain(then, mapping.Evaluate(then), nil); len(x.Next) != 1 || x.Next[0].IRI != elsewhere.Records {
			t.Errorf("once it is closed: %+v", x.Next)
		}
	})
}
