package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"cairn/internal/learner"
	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/lti"
	"cairn/mapping"
)

// world is people and tags in a database: an LMS, accounts of its users 0 to people-1, and a tag on every fifth activity.
type world struct {
	issuer             string
	people, activities int
	learners           []string // ids
}

func variable(env []string, name string) string {
	value := ""
	for _, pair := range env {
		if v, ok := strings.CutPrefix(pair, name+"="); ok {
			value = v
		}
	}
	return value
}

func openDatabase(t *testing.T, env []string) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(context.Background(), variable(env, "CAIRN_DB"), sqlstore.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// seed makes the world by the store's own methods, before a server runs.
func seed(t *testing.T, env []string) world {
	t.Helper()
	w := world{issuer: "https://lms.example", people: 8, activities: 20}
	s := openDatabase(t, env)
	defer func() { _ = s.Close() }()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := publishBuiltin(ctx, s, variable(env, "CAIRN_BASE_URL"))
	must(err)
	r, err := s.AddRegistration(ctx, sqlstore.Registration{Registration: lti.Registration{
		Name: "LMS", Issuer: w.issuer, ClientID: "c", AuthorizationEndpoint: w.issuer + "/auth", KeySetURL: w.issuer + "/keys", AnyDeployment: true,
	}})
	must(err)
	for i := range w.people {
		must(s.SaveLogin(ctx, lti.Login{State: fmt.Sprint("login", i), Registration: r.ID, ExpiresAt: time.Now().Add(time.Hour)}))
		session, err := s.Enter(ctx, web.Entry{
			Login: fmt.Sprint("login", i), Claims: learner.Claims{Registration: r.ID, Issuer: w.issuer, Subject: fmt.Sprint(i)}, Record: true,
			Course:    web.Course{Registration: r.ID, ID: "2", Title: "Course"},
			Placement: web.Placement{Registration: r.ID, Deployment: "1", Context: "2", LinkID: "1", Framework: "hee-ai-dht"},
			Session:   web.Session{Hash: uuid.NewString(), Registration: r.ID, CreatedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour)},
		})
		must(err)
		w.learners = append(w.learners, session.Learner)
	}
	frameworks, err := s.Frameworks(context.Background(), "")
	must(err)
	scope := mapping.Scope{Kind: mapping.ScopeInstance}
	cs := mapping.Changeset{ID: uuid.NewString(), Author: "operator", At: time.Now().UTC(), Scope: scope}
	for i, n := range frameworks.Default().Tracked("")[:w.activities/5] {
		cs.Edits = append(cs.Edits, mapping.Edit{Add: &mapping.Alignment{
			ID: uuid.NewString(), Capability: n.ID, Scope: scope,
			Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: fmt.Sprintf("%s/activity/%d", w.issuer, i*5)},
		}})
	}
	_, err = s.Courses(frameworks).Apply(ctx, cs)
	must(err)
	return w
}

// picture is what the log and the projection hold.
type picture struct {
	head                      int64
	statements, own, evidence int
	ids                       map[string]bool
	states                    []string // of each learner and capability, with reasons and history
}

// look reads everything through the store's own methods; the server must not run.
func (w world) look(t *testing.T, env []string) picture {
	t.Helper()
	s := openDatabase(t, env)
	defer func() { _ = s.Close() }()
	ctx := t.Context()
	var out picture
	var err error
	if out.head, err = s.Head(ctx); err != nil {
		t.Fatal(err)
	}
	out.ids = map[string]bool{}
	for after := int64(0); after < out.head; {
		entries, err := s.Entries(ctx, after, 1000)
		if err != nil || len(entries) == 0 {
			t.Fatalf("the log ends after %d of %d (%v)", after, out.head, err)
		}
		for _, e := range entries {
			if id := e.Record.StatementID; id != "" {
				if out.ids[id] {
					t.Errorf("statement %s is in the log twice", id)
				}
				out.ids[id] = true
				out.statements++
				if e.Own {
					out.own++
				}
			}
		}
		after = entries[len(entries)-1].Pos
	}
	for _, l := range w.learners {
		w.lookAt(t, s, l, &out)
	}
	return out
}

func (w world) lookAt(t *testing.T, s *sqlstore.Store, learnerID string, out *picture) {
	ctx := t.Context()
	progress, err := s.Records().Progress(ctx, learnerID)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range progress {
		c, err := s.Records().Case(ctx, learnerID, p.Capability)
		if err != nil {
			t.Fatal(err)
		}
		history, err := s.Records().Transitions(ctx, learnerID, p.Capability)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%+v\n%+v\n", p, history)
		for _, i := range mapping.Evaluate(c).Items {
			text += fmt.Sprintf("%s %s counts=%t %s\n", i.Evidence.Record.StatementID, i.Evidence.Alignment, i.Counts, i.Reason)
		}
		out.evidence += len(c.Evidence)
		out.states = append(out.states, text)
	}
}
