package sqlstore_test

import (
	"context"
	"errors"
	"testing"

	"cairn/internal/storetest"
	"cairn/internal/web"
)

// A person is found in the courses they were seen in, and in no other.
func TestMemberOfACourse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r := register(t, s, "c1")
		who := enter(t, s, visit(r, "4", d.Clock.Now()))
		if _, err := s.PublishFramework(ctx, framework("1", "cap-1"), iriBase); err != nil {
			t.Fatal(err)
		}
		frameworks, err := s.Frameworks(ctx, "fw")
		if err != nil {
			t.Fatal(err)
		}
		courses, course := s.Courses(frameworks), web.Course{Registration: r.ID, ID: "2"}
		got, err := courses.Member(ctx, course, issuer, "4")
		if want := (web.Member{Account: who.Account, Learner: who.Learner, Name: "Person 4"}); err != nil || got != want {
			t.Errorf("Member: %+v, %v; want %+v", got, err, want)
		}
		for name, ask := range map[string]func() (web.Member, error){
			"another course": func() (web.Member, error) {
				return courses.Member(ctx, web.Course{Registration: r.ID, ID: "3"}, issuer, "4")
			},
			"another registration": func() (web.Member, error) {
				return courses.Member(ctx, web.Course{Registration: "x", ID: "2"}, issuer, "4")
			},
			"another subject": func() (web.Member, error) { return courses.Member(ctx, course, issuer, "5") },
			"another issuer":  func() (web.Member, error) { return courses.Member(ctx, course, "https://other.example", "4") },
		} {
			if m, err := ask(); !errors.Is(err, web.ErrNotFound) {
				t.Errorf("%s: %+v, %v", name, m, err)
			}
		}
	})
}
