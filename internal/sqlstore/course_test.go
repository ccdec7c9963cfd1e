package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/mapping"
)

const lms = "http://localhost:8100"

var course = web.Course{Registration: "r", ID: "2", IRI: lms + "/course/view.php?id=2"}

// courses is the courses of a store with a published framework of the capabilities "a" and "b".
func courses(t testing.TB, s *sqlstore.Store) sqlstore.Courses {
	t.Helper()
	publish(t, s, framework("1", "a", "b"))
	f, err := s.Frameworks(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	return s.Courses(f)
}

func add(id, iri string) mapping.Edit {
	return mapping.Edit{Add: &mapping.Alignment{ID: id, Capability: "a", Scope: course.Scope(), Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: iri}}}
}

func changeset(id string, edits ...mapping.Edit) mapping.Changeset {
	return mapping.Changeset{ID: id, Author: "operator", Reason: "because", At: storetest.NewClock().Now(), Scope: course.Scope(), Edits: edits}
}

func TestApplyAppendsAChangeset(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		c := courses(t, s)
		cs := changeset("cs1", add("t1", lms+"/mod/quiz/view.php?id=3"), mapping.Edit{Rule: &mapping.ScopedRule{Capability: "a", Scope: course.Scope(), Rule: mapping.Rule{Kind: mapping.RuleAll}}})
		pos, err := c.Apply(ctx, cs)
		if err != nil || pos != 2 {
			t.Fatalf("at %d, %v", pos, err)
		}
		if again, err := c.Apply(ctx, cs); err != nil || again != pos {
			t.Errorf("the same again: at %d, %v", again, err)
		}
		entries, err := s.Entries(ctx, 1, 10)
		if err != nil || len(entries) != 1 || entries[0].Kind != pipeline.EntryChangeset {
			t.Errorf("%d entries, %v", len(entries), err)
		}
		got, err := c.Changesets(ctx, course, 10)
		if diff := cmp.Diff([]web.HistoryEntry{{Pos: pos, Changeset: cs}}, got); diff != "" || err != nil {
			t.Errorf("Changesets: %v (-want +got):\n%s", err, diff)
		}
	})
}

func TestApplyRefuses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		c := courses(t, s)
		elsewhere := changeset("cs2", add("t2", lms+"/x"))
		elsewhere.Scope.Context = "9"
		elsewhere.Edits[0].Add.Scope.Context = "9"
		for _, cs := range []mapping.Changeset{changeset("cs1", add("t1", lms+"/x")), elsewhere} {
			if _, err := c.Apply(ctx, cs); err != nil {
				t.Fatal(err)
			}
		}
		unknown, own := add("t9", lms+"/x"), add("t9", "https://cairn.example/capability/a")
		unknown.Add.Capability = "z"
		outside := add("t9", lms+"/x")
		outside.Add.Scope.Context = "3"
		tests := map[string]struct {
			cs   mapping.Changeset
			want error
		}{
			"other content under a known id":   {changeset("cs1", add("t3", lms+"/y")), sqlstore.ErrChangesetID},
			"no edits":                         {changeset("cs3"), mapping.ErrNoEdits},
			"unknown alignment removed":        {changeset("cs3", mapping.Edit{Remove: "t9"}), mapping.ErrUnknownAlignment},
			"alignment of another course":      {changeset("cs3", mapping.Edit{Remove: "t2"}), mapping.ErrOtherScope},
			"edit outside the scope":           {changeset("cs3", outside), mapping.ErrOtherScope},
			"id of another alignment":          {changeset("cs3", add("t1", lms+"/y")), sqlstore.ErrAlignmentID},
			"unknown capability":               {changeset("cs3", unknown), mapping.ErrUnknownCapability},
			"an activity of ours":              {changeset("cs3", own), mapping.ErrOwnActivity},
			"the second of two edits is wrong": {changeset("cs3", add("t9", lms+"/y"), mapping.Edit{Remove: "t9"}), mapping.ErrUnknownAlignment},
		}
		_, err := c.Apply(ctx, changeset("cs3", add("t5", lms+"/y"), add("t1", lms+"/z")))
		if named := (*mapping.EditError)(nil); !errors.As(err, &named) || named.Edit != 1 {
			t.Errorf("the edit that is refused is not named: %v", err)
		}
		before := count(t, d, "event")
		for name, tt := range tests {
			if _, err := c.Apply(ctx, tt.cs); !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", name, err, tt.want)
			}
		}
		if after := count(t, d, "event"); after != before {
			t.Errorf("refused changesets left %d events", after-before)
		}
		if n := count(t, d, "changeset"); n != 2 {
			t.Errorf("%d changesets, want 2", n)
		}
	})
}

// One form that is sent several times at once makes one tag, before the projection has seen any of it.
func TestApplyAddsTwinsOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, there, ctx := d.Open(t), d.Open(t), context.Background()
		c, c2 := courses(t, s), courses(t, there)
		var added atomic.Int32
		var wg sync.WaitGroup
		for i := range 8 {
			with := []sqlstore.Courses{c, c2}[i%2]
			wg.Go(func() {
				switch _, err := with.Apply(ctx, changeset(fmt.Sprint("cs", i), add(fmt.Sprint("t", i), lms+"/x"))); {
				case err == nil:
					added.Add(1)
				case !errors.Is(err, mapping.ErrAligned):
					t.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
		if n := count(t, d, "alignment_head"); n != 1 || added.Load() != 1 || count(t, d, "changeset") != 1 {
			t.Errorf("%d alignments, %d added", n, added.Load())
		}
		other := add("u", lms+"/x")
		other.Add.Criterion.NoSelf = true
		if _, err := c.Apply(ctx, changeset("other", other)); err != nil {
			t.Errorf("another criterion: %v", err)
		}
		if _, err := c.Apply(ctx, changeset("in place", mapping.Edit{Remove: "u"}, func() mapping.Edit { e := other; a := *e.Add; a.ID = "v"; e.Add = &a; return e }())); err != nil {
			t.Errorf("in the place of the same: %v", err)
		}
	})
}

// A form says which changeset its author had seen last.
func TestApplyRefusesWhatHasMoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		c := courses(t, s)
		after := func(pos int64, id, iri string) (int64, error) {
			cs := changeset(id, add("t"+id, lms+iri))
			cs.After = &pos
			return c.Apply(ctx, cs)
		}
		first, err := after(0, "1", "/x")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := after(0, "2", "/y"); !errors.Is(err, mapping.ErrMoved) {
			t.Errorf("of an older page: %v", err)
		}
		if again, err := after(0, "1", "/x"); err != nil || again != first {
			t.Errorf("the same sent again: %d, %v", again, err)
		}
		if _, err := after(first, "2", "/y"); err != nil {
			t.Errorf("of a fresh page: %v", err)
		}
	})
}

// Of people who remove the same tag at the same moment one does, before the projection has seen any of it.
func TestApplyRemovesOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, there, ctx := d.Open(t), d.Open(t), context.Background()
		c, c2 := courses(t, s), courses(t, there)
		if _, err := c.Apply(ctx, changeset("cs1", add("t1", lms+"/x"), add("t2", lms+"/y"))); err != nil {
			t.Fatal(err)
		}
		var removed atomic.Int32
		var wg sync.WaitGroup
		for i := range 8 {
			edits := []mapping.Edit{{Remove: "t1"}, {Remove: "t2"}}
			wg.Go(func() {
				switch _, err := []sqlstore.Courses{c, c2}[i%2].Apply(ctx, changeset(fmt.Sprint("r", i), edits[i/2%2], edits[1-i/2%2])); {
				case err == nil:
					removed.Add(1)
				case !errors.Is(err, mapping.ErrUnknownAlignment):
					t.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
		if removed.Load() != 1 {
			t.Errorf("removed %d times", removed.Load())
		}
	})
}

func TestAlignmentsOfACourse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		at := func(id string, scope mapping.Scope) pipeline.Aligned {
			a := aligned(id, "http://a", 1)
			a.Scope = scope
			return a
		}
		project(t, s, d, batch(0, 9, func(b *pipeline.Batch) {
			b.Began = []pipeline.Aligned{
				at("own", course.Scope()), at("ended", course.Scope()),
				at("other course", mapping.Scope{Kind: mapping.ScopeCourse, Registration: "r", Context: "3"}),
				at("other platform", mapping.Scope{Kind: mapping.ScopeCourse, Registration: "q", Context: "2"}),
				at("platform", mapping.Scope{Kind: mapping.ScopeRegistration, Registration: "r"}),
				at("another platform's", mapping.Scope{Kind: mapping.ScopeRegistration, Registration: "q"}),
				at("everywhere", mapping.Scope{Kind: mapping.ScopeInstance}),
			}
			b.Ended = []pipeline.Ended{{Alignment: "ended", Pos: 5}}
		}))
		got, err := courses(t, s).Alignments(context.Background(), course)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, a := range got {
			ids = append(ids, a.ID)
		}
		if diff := cmp.Diff([]string{"everywhere", "own", "platform"}, ids); diff != "" {
			t.Errorf("Alignments (-want +got):\n%s", diff)
		}
	})
}

// statement is what Moodle's plugin sends of an activity, with its type and what it lies under.
func statement(iri, name, kind string, under ...string) string {
	parents := make([]string, len(under))
	for i, u := range under {
		parents[i] = fmt.Sprintf(`{"id":%q}`, u)
	}
	return fmt.Sprintf(`{"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://v.example/done"},"object":{"id":%q,"definition":{"name":{"en":%q},"type":%q}},
		"context":{"contextActivities":{"parent":[%s]}}}`, iri, name, kind, strings.Join(parents, ","))
}

// What can be tagged is the modules of a course: not what lies under one of them, and not what only holds others.
func TestActivitiesOfACourse(t *testing.T) {
	const (
		section, quiz = lms + "/course/section.php?id=1", lms + "/mod/quiz/view.php?id=3"
		attempt, item = lms + "/mod/quiz/attempt.php?attempt=1", lms + "/question/question.php?id=3"
		page, orphan  = lms + "/mod/page/view.php?id=1", lms + "/mod/quiz/attempt.php?attempt=9"
		hand, far     = lms + "/mod/url/view.php?id=6", "https://elsewhere.example/video"
		other         = lms + "/mod/page/view.php?id=30"
	)
	sent := []struct {
		iri, name, kind string
		under           []string
	}{
		{page, "reading", "https://w3id.org/xapi/acrossx/activities/page", []string{section, course.IRI}},
		{quiz, "Check quiz", "http://adlnet.gov/expapi/activities/assessment", []string{section, course.IRI}},
		{attempt, "Attempt", "http://adlnet.gov/expapi/activities/attempt", []string{quiz, section, course.IRI}},
		{item, "Question", "http://adlnet.gov/expapi/activities/cmi.interaction", []string{attempt, quiz, section, course.IRI}},
		{orphan, "", "http://adlnet.gov/expapi/activities/attempt", []string{lms + "/mod/quiz/view.php?id=99", course.IRI}},
		{section, "Section 1", "http://id.tincanapi.com/activitytype/section", []string{course.IRI}},
		{hand, "A link", "http://adlnet.gov/expapi/activities/link", nil},
		{other, "Other course", "http://adlnet.gov/expapi/activities/link", []string{lms + "/course/view.php?id=3"}},
	}
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		c, now := courses(t, s), d.Clock.Now()
		var raw []string
		b := batch(0, 9, func(b *pipeline.Batch) {
			placed := aligned("t1", hand, 1)
			placed.Scope = course.Scope()
			placed.Placed = true
			unseen, listed := placed, placed
			unseen.ID, unseen.Selector.IRI = "t2", far
			listed.ID, listed.Selector.IRI = "t3", attempt
			b.Began = []pipeline.Aligned{placed, unseen, listed}
		})
		for _, x := range sent {
			raw = append(raw, statement(x.iri, x.name, x.kind, x.under...))
			for _, u := range x.under {
				b.Seen = append(b.Seen, pipeline.SeenActivity{Parent: u, Activity: x.iri, LastSeen: now})
			}
		}
		if err := s.Add(ctx, storetest.Key, storetest.PrepareJSON(t, "["+strings.Join(raw, ",")+"]", storetest.Key.ID)); err != nil {
			t.Fatal(err)
		}
		project(t, s, d, b)
		got, err := c.Activities(ctx, course)
		if err != nil {
			t.Fatal(err)
		}
		want := []web.CourseActivity{
			{IRI: hand, Name: "A link", Type: sent[6].kind, ByHand: true},
			{IRI: attempt, Name: "Attempt", Type: sent[2].kind, LastSeen: now},
			{IRI: quiz, Name: "Check quiz", Type: sent[1].kind, LastSeen: now},
			{IRI: page, Name: "reading", Type: sent[0].kind, LastSeen: now},
			{IRI: orphan, Type: sent[4].kind, LastSeen: now},
			{IRI: far, ByHand: true},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Activities (-want +got):\n%s", diff)
		}
		names, err := s.Records().ActivityNames(ctx, []string{quiz, page, orphan, far})
		if diff := cmp.Diff(map[string]string{quiz: "Check quiz", page: "reading"}, names); diff != "" || err != nil {
			t.Errorf("ActivityNames: %v (-want +got):\n%s", err, diff)
		}
		if none, err := c.Activities(ctx, web.Course{Registration: "r", ID: "77"}); err != nil || len(none) != 0 {
			t.Errorf("a course without an IRI has %v, %v", none, err)
		}
	})
}
