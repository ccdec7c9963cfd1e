package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/lti"
	"cairn/mapping"
)

// givenUp puts one score that the LMS refused for good into a database, and answers the registration.
func givenUp(t *testing.T, env []string) (registration string) {
	t.Helper()
	s := openDatabase(t, env)
	defer func() { _ = s.Close() }()
	ctx, now, issuer := t.Context(), time.Now(), "https://lms.example"
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := s.AddRegistration(ctx, sqlstore.Registration{Registration: lti.Registration{
		Name: "LMS", Issuer: issuer, ClientID: "c", AuthorizationEndpoint: issuer + "/auth", KeySetURL: issuer + "/keys", AnyDeployment: true,
	}})
	must(err)
	must(s.SaveLogin(ctx, lti.Login{State: "login", Registration: r.ID, ExpiresAt: now.Add(time.Hour)}))
	session, err := s.Enter(ctx, web.Entry{
		Login: "login", Claims: learner.Claims{Registration: r.ID, Issuer: issuer, Subject: "secret-subject"}, Record: true, IsLearner: true,
		Course:    web.Course{Registration: r.ID, ID: "2", Title: "Course"},
		Placement: web.Placement{Registration: r.ID, Deployment: "1", Context: "2", LinkID: "1", Title: "My capabilities", LineItem: issuer + "/item", Framework: "fw"},
		Session:   web.Session{Hash: "h", Registration: r.ID, CreatedAt: now, ExpiresAt: now.Add(time.Hour)},
	})
	must(err)
	must(s.Projection().Lease(ctx, "test", now, now.Add(time.Minute)))
	must(s.Projection().Commit(ctx, pipeline.Batch{From: 0, To: 1, Holder: "test", Scored: []string{session.Learner},
		Progress: []mapping.Progress{{Learner: session.Learner, Capability: "a", State: mapping.Evidenced}}}))
	must(s.Projection().Lease(context.WithoutCancel(ctx), "test", now, now))
	due, err := s.Deliveries().Claim(ctx, time.Now(), time.Now().Add(time.Minute), 1)
	must(err)
	if len(due) != 1 {
		t.Fatalf("%d deliveries are due", len(due))
	}
	must(s.Deliveries().GiveUp(ctx, due[0], "the platform answered 400"))
	return r.ID
}

func TestDeliveriesAreListedAndTriedAgain(t *testing.T) {
	env := environment(t)
	registration := givenUp(t, env)
	var all []struct{ ID, Link, State, Problem, Next, Registration string }
	succeed(t, env, &all, "deliveries", "list", "--registration", registration)
	if len(all) != 1 || all[0].State != "given-up" || all[0].Link != "My capabilities" || all[0].Problem == "" || all[0].Next != "" {
		t.Fatalf("listed %+v", all)
	}
	for _, args := range [][]string{{"--state", "owed"}, {"--registration", "none"}} {
		var none []struct{ ID string }
		if succeed(t, env, &none, append([]string{"deliveries", "list"}, args...)...); none == nil || len(none) != 0 {
			t.Errorf("%v: listed %+v", args, none)
		}
	}
	r := command(t, env, "deliveries", "list")
	if !strings.Contains(r.out, "given-up") || !strings.Contains(r.out, "the platform answered 400") || strings.Contains(r.out, "secret-subject") {
		t.Errorf("the list says %s", r.out)
	}
	var retried struct{ Due int }
	if succeed(t, env, &retried, "deliveries", "retry", all[0].ID); retried.Due != 1 {
		t.Errorf("%d are due", retried.Due)
	}
	if succeed(t, env, &all, "deliveries", "list"); all[0].State != "owed" || all[0].Next == "" {
		t.Errorf("tried again it is %+v", all)
	}
	if succeed(t, env, &retried, "deliveries", "retry", "--registration", registration); retried.Due != 1 {
		t.Errorf("of the registration %d are due", retried.Due)
	}
}
