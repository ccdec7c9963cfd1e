package sqlstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
)

// shown is the activities that the page of the course lists.
func shown(t testing.TB, c sqlstore.Courses) []string {
	t.Helper()
	list, err := c.Activities(context.Background(), course)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.IRI
	}
	slices.Sort(out)
	return out
}

// seenIn is a batch from pos on of activities with what they were seen under.
func seenIn(d storetest.Database, pos int64, under [][2]string) pipeline.Batch {
	return batch(pos, pos+1, func(b *pipeline.Batch) {
		for _, u := range under {
			b.Seen = append(b.Seen, pipeline.SeenActivity{Parent: u[1], Activity: u[0], LastSeen: d.Clock.Now()})
		}
	})
}

// describe stores a statement about each activity, with its type.
func describe(t testing.TB, s *sqlstore.Store, types map[string]string) {
	t.Helper()
	raw := make([]string, 0, len(types))
	for iri, kind := range types {
		raw = append(raw, statement(iri, "A name", kind))
	}
	for some := range slices.Chunk(raw, 1000) {
		if err := s.Add(context.Background(), storetest.Key, storetest.PrepareJSON(t, "["+strings.Join(some, ",")+"]", storetest.Key.ID)); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	quizType = "http://adlnet.gov/expapi/activities/assessment"
	tryType  = "http://adlnet.gov/expapi/activities/attempt"
)

// Whatever is seen first, and in whatever batches: what lies under an activity of the course is not listed, and what is only held
// by a section is.
func TestActivitiesAreTheSameInAnyOrder(t *testing.T) {
	const section, quiz, page, try, item = lms + "/s", lms + "/quiz", lms + "/page", lms + "/try", lms + "/item"
	under := [][2]string{
		{section, course.IRI}, {quiz, course.IRI}, {quiz, section}, {try, quiz}, {try, section}, {try, course.IRI}, {item, try}, {item, quiz},
		{item, course.IRI}, {page, section}, {page, course.IRI},
	}
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		c, pos := courses(t, s), int64(0)
		describe(t, s, map[string]string{section: "http://id.tincanapi.com/activitytype/section", quiz: quizType, page: quizType, try: tryType, item: tryType})
		for seed := range uint64(6) {
			random, left := rand.New(rand.NewPCG(seed, 1)), slices.Clone(under)
			random.Shuffle(len(left), func(i, k int) { left[i], left[k] = left[k], left[i] })
			for len(left) > 0 {
				n := 1 + random.IntN(len(left))
				project(t, s, d, seenIn(d, pos, left[:n]))
				left, pos = left[n:], pos+1
			}
			if got := shown(t, c); !slices.Equal(got, []string{page, quiz}) {
				t.Errorf("order %d: %q", seed, got)
			}
			var nested int
			if err := d.Raw(t).Get(&nested, `SELECT COUNT(*) FROM activity_seen WHERE nested`); err != nil || nested != 4 {
				t.Errorf("order %d: %d are known to lie under others, %v", seed, nested, err)
			}
			if _, err := d.Raw(t).Exec(`DELETE FROM activity_seen`); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// BenchmarkActivities lists a course of 30 activities without attempts and with many: both cost about the same.
func BenchmarkActivities(b *testing.B) {
	for _, name := range []string{"sqlite", "postgres"} {
		for _, attempts := range []int{0, 20_000} {
			b.Run(fmt.Sprintf("%s/%d", name, attempts), func(b *testing.B) { benchActivities(b, database(b, name), attempts) })
		}
	}
}

func benchActivities(b *testing.B, d storetest.Database, attempts int) {
	s := d.Open(b)
	c, types, under := courses(b, s), map[string]string{}, [][2]string{}
	for i := range 30 {
		quiz := fmt.Sprint(lms, "/quiz/", i)
		types[quiz] = quizType
		under = append(under, [2]string{quiz, course.IRI})
	}
	for i := range attempts {
		try := fmt.Sprint(lms, "/try/", i)
		types[try] = tryType
		under = append(under, [2]string{try, course.IRI}, [2]string{try, fmt.Sprint(lms, "/quiz/", i%30)})
	}
	describe(b, s, types)
	pos := int64(0)
	for some := range slices.Chunk(under, 1000) {
		project(b, s, d, seenIn(d, pos, some))
		pos++
	}
	for b.Loop() {
		if got := shown(b, c); len(got) != 30 {
			b.Fatal(len(got))
		}
	}
}
