package sqlstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/learner"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/lti"
)

var _ lti.Registrations = (*sqlstore.Store)(nil)

func TestRegistrationIsFoundAsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r := register(t, s, "c1", func(r *sqlstore.Registration) {
			r.TokenAudience, r.AnyDeployment, r.Deployments = "aud", true, []string{"2", "10"}
			r.FrameOrigins = []string{"https://a.example", "https://b.example:8443"}
			r.ServiceOrigins = []string{"https://services.example"}
			r.Identity = learner.IdentityRule{Mode: learner.ByUsername, HomePage: "https://home.example"}
			r.CoursePattern, r.AdminPageOff = "{issuer}/c/{context}", true
		})
		all, err := s.ListRegistrations(ctx)
		if err != nil {
			t.Fatal(err)
		}
		r.Deployments = []string{"10", "2"}
		if diff := cmp.Diff([]sqlstore.Registration{r}, all); diff != "" {
			t.Errorf("ListRegistrations (-want +got):\n%s", diff)
		}
		got, err := s.Registration(ctx, r.ID)
		if diff := cmp.Diff(r.Registration, got); diff != "" || err != nil {
			t.Errorf("Registration: %v (-want +got):\n%s", err, diff)
		}
		if got, err = s.ByIssuer(ctx, issuer, ""); err != nil || got.ID != r.ID {
			t.Errorf("ByIssuer without client id: %v, %v", got.ID, err)
		}
	})
}

// Settled question 5: a registration is unique by issuer and client id.
func TestRegistrationIsFoundByIssuerAndClient(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		one, two := register(t, s, "c1"), register(t, s, "c2")
		if _, err := s.AddRegistration(ctx, one); !errors.Is(err, sqlstore.ErrRegistrationExists) {
			t.Errorf("the same again: %v", err)
		}
		tests := map[string]struct {
			issuer, client, want string
			err                  error
		}{
			"first":               {issuer, "c1", one.ID, nil},
			"second":              {issuer, "c2", two.ID, nil},
			"no client":           {issuer, "", "", lti.ErrAmbiguousRegistration},
			"unknown client":      {issuer, "c3", "", lti.ErrUnknownRegistration},
			"slash at the end":    {issuer + "/", "c1", "", lti.ErrUnknownRegistration},
			"unknown, no client":  {"https://other.example", "", "", lti.ErrUnknownRegistration},
			"case does count":     {"https://LMS.example", "c1", "", lti.ErrUnknownRegistration},
			"client of no issuer": {"", "c1", "", lti.ErrUnknownRegistration},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				got, err := s.ByIssuer(ctx, tt.issuer, tt.client)
				if got.ID != tt.want || !errors.Is(err, tt.err) {
					t.Errorf("got %q, %v", got.ID, err)
				}
			})
		}
	})
}

func TestRegistrationChangedByAnotherProcessIsSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		here, there, ctx := d.Open(t), d.Open(t), context.Background()
		r := register(t, here, "c1")
		if _, err := there.ByIssuer(ctx, issuer, "c1"); err != nil {
			t.Fatalf("one just added is not found: %v", err)
		}
		r.Disabled = true
		if _, err := here.SetRegistration(ctx, r); err != nil {
			t.Fatal(err)
		}
		if got, _ := here.Registration(ctx, r.ID); !got.Disabled {
			t.Error("the process that changed it does not see it")
		}
		d.Clock.Move(3 * time.Second)
		if got, _ := there.Registration(ctx, r.ID); !got.Disabled {
			t.Error("the other process does not see it after three seconds")
		}
	})
}

// Pages outside a session ask for the origins each time: from memory, so it is answered when the database is away.
func TestFrameOriginsOfAllAreKeptInMemory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		register(t, s, "c1")
		off := register(t, s, "c2")
		off.Disabled, off.FrameOrigins = true, []string{"https://off.example"}
		if _, err := s.SetRegistration(ctx, off); err != nil {
			t.Fatal(err)
		}
		for _, moment := range []string{"at first", "after the database is gone"} {
			if got, err := s.FrameOrigins(ctx); err != nil || len(got) != 1 || got[0] != issuer {
				t.Errorf("%s: %v, %v", moment, got, err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestRegistrationAddedWhileOthersAreRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		here, there, ctx := d.Open(t), d.Open(t), context.Background()
		register(t, here, "c1")
		if _, err := there.ByIssuer(ctx, issuer, "c1"); err != nil {
			t.Fatal(err)
		}
		register(t, here, "c2")
		d.Clock.Move(time.Second) // less than others are remembered for
		if _, err := there.ByIssuer(ctx, issuer, "c2"); err != nil {
			t.Errorf("one just added is not found: %v", err)
		}
	})
}

func TestRegistrationKeepsIssuerAndClient(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r := register(t, s, "c1")
		for name, change := range map[string]func(*sqlstore.Registration){
			"issuer": func(r *sqlstore.Registration) { r.Issuer = "https://evil.example" },
			"client": func(r *sqlstore.Registration) { r.ClientID = "c9" },
		} {
			other := r
			change(&other)
			if _, err := s.SetRegistration(ctx, other); !errors.Is(err, sqlstore.ErrRegistrationIssuer) {
				t.Errorf("%s: %v", name, err)
			}
		}
		r.ID = "unknown"
		if _, err := s.SetRegistration(ctx, r); !errors.Is(err, lti.ErrUnknownRegistration) {
			t.Errorf("unknown: %v", err)
		}
	})
}

func TestDeployments(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r := register(t, s, "c1")
		for range 2 {
			if err := s.AddDeployment(ctx, r.ID, "5"); err != nil {
				t.Fatal(err)
			}
		}
		got, _ := s.Registration(ctx, r.ID)
		if diff := cmp.Diff([]string{"1", "5"}, got.Deployments); diff != "" {
			t.Error(diff)
		}
		r.Deployments = []string{"5", "6"}
		if _, err := s.SetRegistration(ctx, r); err != nil {
			t.Fatal(err)
		}
		got, _ = s.Registration(ctx, r.ID)
		if diff := cmp.Diff([]string{"5", "6"}, got.Deployments); diff != "" {
			t.Error(diff)
		}
		if err := s.AddDeployment(ctx, "unknown", "5"); !errors.Is(err, lti.ErrUnknownRegistration) {
			t.Errorf("unknown registration: %v", err)
		}
	})
}

func TestRemoveRegistration(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		never, used := register(t, s, "c1"), register(t, s, "c2")
		enter(t, s, visit(used, "4", d.Clock.Now()))
		if gone, err := s.RemoveRegistration(ctx, never.ID); !gone || err != nil {
			t.Errorf("never used: removed %v, %v", gone, err)
		}
		if gone, err := s.RemoveRegistration(ctx, used.ID); gone || err != nil {
			t.Errorf("used: removed %v, %v", gone, err)
		}
		if _, err := s.Registration(ctx, never.ID); !errors.Is(err, lti.ErrUnknownRegistration) {
			t.Errorf("never used, afterwards: %v", err)
		}
		if r, err := s.Registration(ctx, used.ID); err != nil || !r.Disabled {
			t.Errorf("used, afterwards: disabled %v, %v", r.Disabled, err)
		}
		if _, err := s.RemoveRegistration(ctx, "unknown"); !errors.Is(err, lti.ErrUnknownRegistration) {
			t.Errorf("unknown: %v", err)
		}
	})
}

func TestRegistrationRules(t *testing.T) {
	s, ctx := storetest.SQLite(t).Open(t), context.Background()
	tests := map[string]struct {
		change func(*sqlstore.Registration)
		want   error
	}{
		"no issuer":                {func(r *sqlstore.Registration) { r.Issuer = "" }, sqlstore.ErrRegistrationField},
		"no client":                {func(r *sqlstore.Registration) { r.ClientID = "" }, sqlstore.ErrRegistrationField},
		"no key set":               {func(r *sqlstore.Registration) { r.KeySetURL = "" }, sqlstore.ErrRegistrationField},
		"long issuer":              {func(r *sqlstore.Registration) { r.Issuer += string(make([]byte, 1000)) }, sqlstore.ErrRegistrationLong},
		"relative address":         {func(r *sqlstore.Registration) { r.AuthorizationEndpoint = "/auth" }, sqlstore.ErrRegistrationURL},
		"script address":           {func(r *sqlstore.Registration) { r.TokenEndpoint = "javascript:alert(1)" }, sqlstore.ErrRegistrationURL},
		"credentials in address":   {func(r *sqlstore.Registration) { r.KeySetURL = "https://a:b@lms.example/keys" }, sqlstore.ErrRegistrationURL},
		"origin with path":         {func(r *sqlstore.Registration) { r.FrameOrigins = []string{"https://a.example/x"} }, sqlstore.ErrRegistrationOrigin},
		"origin with directive":    {func(r *sqlstore.Registration) { r.FrameOrigins = []string{"https://a.example;script-src"} }, sqlstore.ErrRegistrationOrigin},
		"service origin with path": {func(r *sqlstore.Registration) { r.ServiceOrigins = []string{"https://a.example/api"} }, sqlstore.ErrRegistrationOrigin},
		"service origin by ftp":    {func(r *sqlstore.Registration) { r.ServiceOrigins = []string{"ftp://a.example"} }, sqlstore.ErrRegistrationOrigin},
		"any origin":               {func(r *sqlstore.Registration) { r.FrameOrigins = []string{"https://*"} }, sqlstore.ErrRegistrationOrigin},
		"pattern without course":   {func(r *sqlstore.Registration) { r.CoursePattern = "{issuer}/course" }, sqlstore.ErrRegistrationPattern},
		"identity mode":            {func(r *sqlstore.Registration) { r.Identity.Mode = "guess" }, learner.ErrIdentityMode},
	}
	good := sqlstore.Registration{Registration: lti.Registration{Issuer: issuer, ClientID: "c", AuthorizationEndpoint: issuer, KeySetURL: issuer}}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := good
			tt.change(&r)
			if _, err := s.AddRegistration(ctx, r); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	if _, err := s.AddRegistration(ctx, good); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

// Settled question 4: the IRI of a course by the platform's rule, others by a pattern.
func TestCourseIRI(t *testing.T) {
	tests := map[string]struct{ issuer, platform, pattern, context, want string }{
		"moodle":                {issuer, "moodle", "", "2", issuer + "/course/view.php?id=2"},
		"issuer with slash":     {issuer + "/", "moodle", "", "2", issuer + "/course/view.php?id=2"},
		"pattern":               {issuer, "moodle", "https://x.example/{context}", "2", "https://x.example/2"},
		"unknown platform":      {issuer, "", "", "2", ""},
		"no context":            {issuer, "moodle", "", "", ""},
		"context is no address": {issuer, "moodle", "", "2&x=1#y", issuer + "/course/view.php?id=2%26x%3D1%23y"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := sqlstore.Registration{Registration: lti.Registration{Issuer: tt.issuer}, Platform: tt.platform, CoursePattern: tt.pattern}
			if got := r.CourseIRI(tt.context); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Settled question 5: the issuer's origin may frame the pages where none is configured.
func TestFrameOrigins(t *testing.T) {
	r := sqlstore.Registration{Registration: lti.Registration{Issuer: "https://lms.example:8443/moodle"}}
	if diff := cmp.Diff([]string{"https://lms.example:8443"}, r.Origins()); diff != "" {
		t.Error(diff)
	}
	r.FrameOrigins = []string{"https://other.example"}
	if diff := cmp.Diff([]string{"https://other.example"}, r.Origins()); diff != "" {
		t.Error(diff)
	}
	r = sqlstore.Registration{Registration: lti.Registration{Issuer: "urn:lms"}}
	if got := r.Origins(); got != nil {
		t.Errorf("an issuer without an origin gives %v", got)
	}
}
