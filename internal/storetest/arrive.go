package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"cairn/internal/learner"
	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/lti"
)

// Register keeps a registration of a Moodle at an issuer.
func Register(t testing.TB, s *sqlstore.Store, issuer string) sqlstore.Registration {
	t.Helper()
	r, err := s.AddRegistration(context.Background(), sqlstore.Registration{
		Registration: lti.Registration{
			Name: "LMS", Issuer: issuer, ClientID: "c", AuthorizationEndpoint: issuer + "/auth", TokenEndpoint: issuer + "/token", KeySetURL: issuer + "/keys", AnyDeployment: true,
		},
		Platform: "moodle",
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Arrive is a launch of a person into course 2 of a registration, and answers who they are.
func Arrive(t testing.TB, s *sqlstore.Store, r sqlstore.Registration, subject, name string, now time.Time) web.Session {
	t.Helper()
	login := uuid.NewString()
	if err := s.SaveLogin(context.Background(), lti.Login{State: login, Registration: r.ID, ExpiresAt: now.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	session, err := s.Enter(context.Background(), web.Entry{
		Login: login, Claims: learner.Claims{Registration: r.ID, Issuer: r.Issuer, Subject: subject, Name: name}, Record: true, IsLearner: true,
		Course:    web.Course{Registration: r.ID, ID: "2", Title: "Course", IRI: r.CourseIRI("2")},
		Placement: web.Placement{Registration: r.ID, Deployment: "1", Context: "2", LinkID: "1"},
		Session:   web.Session{Hash: uuid.NewString(), Registration: r.ID, CreatedAt: now, ExpiresAt: now.Add(time.Hour)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return session
}
