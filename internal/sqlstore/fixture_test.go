package sqlstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/lti"
	"cairn/mapping"
)

const issuer = "https://lms.example"

// register keeps a registration of a platform.
func register(t testing.TB, s *sqlstore.Store, client string, change ...func(*sqlstore.Registration)) sqlstore.Registration {
	t.Helper()
	r := sqlstore.Registration{
		Registration: lti.Registration{
			Name: "Campus", Issuer: issuer, ClientID: client, AuthorizationEndpoint: issuer + "/auth", TokenEndpoint: issuer + "/token",
			KeySetURL: issuer + "/keys", Deployments: []string{"1"},
		},
		Platform: "moodle",
	}
	for _, f := range change {
		f(&r)
	}
	r, err := s.AddRegistration(context.Background(), r)
	if err != nil {
		t.Fatalf("register: %v", err)
	}
	return r
}

// visits counts the launches of a test, for their tokens.
var visits int

// visit is the launch of a learner of course 2 through the link "7".
func visit(r sqlstore.Registration, subject string, now time.Time, change ...func(*web.Entry)) web.Entry {
	visits++
	e := returning(r, subject, now)
	e.Session.Hash, e.Login = fmt.Sprintf("hash-%d", visits), fmt.Sprintf("state-%d", visits)
	for _, f := range change {
		f(&e)
	}
	return e
}

// returning is the same without a token.
func returning(r sqlstore.Registration, subject string, now time.Time) web.Entry {
	return web.Entry{
		Claims:    learner.Claims{Registration: r.ID, Issuer: r.Issuer, Subject: subject, Name: "Person " + subject},
		Record:    true,
		IsLearner: true,
		Course:    web.Course{Registration: r.ID, ID: "2", Title: "Course 101", IRI: r.CourseIRI("2")},
		Placement: web.Placement{Registration: r.ID, Deployment: "1", Context: "2", LinkID: "7", Title: "My capabilities",
			LineItem: issuer + "/items/7?type=1", Framework: "fw"},
		Session: web.Session{Browser: "b", Registration: r.ID, LinkID: "7", Roles: []string{"Learner"},
			CreatedAt: now, ExpiresAt: now.Add(time.Hour)},
	}
}

// begin keeps the login of a launch.
func begin(t testing.TB, s *sqlstore.Store, e web.Entry) {
	t.Helper()
	if err := s.SaveLogin(context.Background(), login(e.Login, e.Session.CreatedAt)); err != nil {
		t.Fatalf("begin a login: %v", err)
	}
}

// enter keeps a launch, after its login.
func enter(t testing.TB, s *sqlstore.Store, e web.Entry) web.Session {
	t.Helper()
	begin(t, s, e)
	session, err := s.Enter(context.Background(), e)
	if err != nil {
		t.Fatalf("enter: %v", err)
	}
	return session
}

// withEmail tells an address in a launch.
func withEmail(address string) func(*web.Entry) {
	return func(e *web.Entry) { e.Claims.Email = address }
}

// events answers the link events of the log in order: "+agent account" and "-agent account".
func events(t testing.TB, s *sqlstore.Store) []string {
	t.Helper()
	entries, err := s.Entries(context.Background(), 0, 10_000)
	if err != nil {
		t.Fatalf("read the log: %v", err)
	}
	sign := map[pipeline.EntryKind]string{pipeline.EntryLink: "+", pipeline.EntryUnlink: "-"}
	var out []string
	for _, e := range entries {
		if sign[e.Kind] == "" {
			continue
		}
		var l learner.Link
		if err := json.Unmarshal(e.Body, &l); err != nil {
			t.Fatalf("read a link: %v", err)
		}
		out = append(out, sign[e.Kind]+l.Agent+" of "+l.Subject)
	}
	return out
}

// count counts rows.
func count(t testing.TB, d storetest.Database, table string) (n int) {
	t.Helper()
	if err := d.Raw(t).Get(&n, `SELECT COUNT(*) FROM `+table); err != nil {
		t.Fatalf("count %s: %v", table, err)
	}
	return n
}

// framework is a small one: a domain with a section with capabilities.
func framework(version string, capabilities ...string) mapping.Framework {
	f := mapping.Framework{ID: "fw", GUID: "5b2f7a52-6df4-5b1c-9d3e-000000000001", Version: version, Title: "Small", Publisher: "Us",
		Items: []mapping.Node{{ID: "d", Code: "1", Kind: mapping.NodeSection, Title: "Domain"}}}
	for i, c := range capabilities {
		f.Items = append(f.Items, mapping.Node{ID: c, Code: fmt.Sprintf("1.%d", i+1), Parent: "d", Kind: mapping.NodeCapability, Title: c,
			Wording: mapping.WordingOfficial})
	}
	return f
}

// batch is a batch of the projector "p", who holds the lease.
func batch(from, to int64, change ...func(*pipeline.Batch)) pipeline.Batch {
	b := pipeline.Batch{From: from, To: to, Holder: "p"}
	for _, f := range change {
		f(&b)
	}
	return b
}

// project takes the lease and commits batches.
func project(t testing.TB, s *sqlstore.Store, d storetest.Database, batches ...pipeline.Batch) {
	t.Helper()
	ctx, p := context.Background(), s.Projection()
	if err := p.Lease(ctx, "p", d.Clock.Now(), d.Clock.Now().Add(time.Minute)); err != nil {
		t.Fatalf("lease: %v", err)
	}
	for _, b := range batches {
		if err := p.Commit(ctx, b); err != nil {
			t.Fatalf("commit: %v", err)
		}
	}
}

// evidenced is a batch in which a learner's capability becomes evidenced.
func evidenced(learnerID, capability string, at time.Time) func(*pipeline.Batch) {
	return func(b *pipeline.Batch) {
		b.Progress = append(b.Progress, mapping.Progress{Learner: learnerID, Capability: capability, State: mapping.Evidenced, Have: 1, Need: 1,
			Percent: 100, Since: at, Pos: b.To, Ordinal: 1, Cycle: 1, WasEvidenced: true})
		b.Scored = append(b.Scored, learnerID)
	}
}
