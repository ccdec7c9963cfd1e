package xapi_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"cairn/xapi"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestBuildMakesAStatementForStoring(t *testing.T) {
	yes := true
	s := &xapi.Statement{
		ID:     someID,
		Actor:  xapi.AccountAgent("https://lms.example", "4"),
		Verb:   xapi.NewVerb("https://w3id.org/xapi/tla/verbs/achieved", "achieved"),
		Object: xapi.Object{Activity: ref(xapi.NewActivity("https://cairn.example/c/1", "https://w3id.org/xapi/tla/activity-types/competency", "Machine learning"))},
		Result: &xapi.Result{Success: &yes, Score: &xapi.Score{Raw: xapi.Int(2), Min: "0", Max: "4"}},
		Context: &xapi.Context{
			ContextActivities: &xapi.ContextActivities{Grouping: xapi.Activities{xapi.NewActivity("https://cairn.example/f", "", "")}},
			Statement:         &xapi.StatementRef{ID: madeID},
		},
		Timestamp: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)),
	}
	if err := s.Context.Extensions.Set("https://w3id.org/xapi/tla/extensions/evidence", []string{madeID}); err != nil {
		t.Fatal(err)
	}
	o := options(xapi.V1)
	o.NewID = nil
	p, err := xapi.Build(s, o)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"id":"0a0b0c0d-0000-4000-8000-000000000001","actor":{"objectType":"Agent","account":{"homePage":"https://lms.example","name":"4"}},` +
		`"verb":{"id":"https://w3id.org/xapi/tla/verbs/achieved","display":{"en":"achieved"}},` +
		`"object":{"objectType":"Activity","id":"https://cairn.example/c/1","definition":{"name":{"en":"Machine learning"},"type":"https://w3id.org/xapi/tla/activity-types/competency"}},` +
		`"result":{"score":{"raw":2,"min":0,"max":4},"success":true},` +
		`"context":{"contextActivities":{"grouping":[{"objectType":"Activity","id":"https://cairn.example/f"}]},` +
		`"statement":{"objectType":"StatementRef","id":"0a0b0c0d-0000-4000-9000-000000000001"},` +
		`"extensions":{"https://w3id.org/xapi/tla/extensions/evidence":["0a0b0c0d-0000-4000-9000-000000000001"]}},` +
		`"version":"1.0.0","authority":{"account":{"homePage":"https://cairn.example/","name":"key"}},` +
		`"timestamp":"2026-01-02T02:04:05.000Z","stored":"2026-11-22T12:00:00.123456Z"}`
	if diff := cmp.Diff(want, string(p.JSON(stored))); diff != "" {
		t.Error(diff)
	}
	if *p.Outcome.ScoreMilli != 500 {
		t.Error(*p.Outcome.ScoreMilli)
	}
	s.ID = ""
	if _, err := xapi.Build(s, o); err == nil {
		t.Error("an id is needed")
	}
}

func TestBuildRefusesWhatWouldNotBeAccepted(t *testing.T) {
	var e *xapi.Invalid
	if _, err := xapi.Build(&xapi.Statement{Object: xapi.Ref(someID)}, options(xapi.V1)); !errors.As(err, &e) || e.Rule != "agent_not_identified" {
		t.Error(err)
	}
	if _, err := xapi.Build(&xapi.Statement{}, options(xapi.V1)); err == nil {
		t.Error("an object without a kind is written")
	}
	bad := &xapi.Statement{Actor: xapi.AccountAgent("a:b", "c"), Verb: xapi.NewVerb("a:b", "x"), Object: xapi.Ref(someID),
		Result: &xapi.Result{Score: &xapi.Score{Raw: "NaN"}}}
	if _, err := xapi.Build(bad, options(xapi.V1)); err == nil {
		t.Error("a number that is none is written")
	}
}

// TestModelComesBack builds statements of every shape, sends them through preparation, and reads them again.
func TestModelComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStatement(t)
		p, err := xapi.Build(s, options(xapi.V2))
		if err != nil {
			t.Fatal(err)
		}
		got, err := xapi.Decode(p.JSON(stored), xapi.V2)
		if err != nil {
			t.Fatal(err)
		}
		ignored := cmpopts.IgnoreFields(xapi.Statement{}, "Stored", "Authority", "Version")
		if diff := cmp.Diff(s, got, ignored, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		first, err := got.JSON()
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if again, err := got.JSON(); err != nil || !bytes.Equal(first, again) {
				t.Fatalf("the JSON of the model changes: %v\n%s\n%s", err, first, again)
			}
		}
	})
}

func drawStatement(t *rapid.T) *xapi.Statement {
	return &xapi.Statement{
		ID:        rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}`).Draw(t, "id"),
		Actor:     drawAgent(t, true),
		Verb:      xapi.NewVerb(drawIRI(t), rapid.String().Draw(t, "display")),
		Object:    drawObject(t, true),
		Result:    rapid.Ptr(rapid.Custom(drawResult), true).Draw(t, "result"),
		Context:   rapid.Ptr(rapid.Custom(drawContext), true).Draw(t, "context"),
		Timestamp: time.Unix(rapid.Int64Range(-1e10, 1e11).Draw(t, "seconds"), rapid.Int64Range(0, 999999999).Draw(t, "nanos")).UTC(),
	}
}

func drawIRI(t *rapid.T) string {
	return rapid.StringMatching(`https?://[a-z]{1,8}\.example/[a-zA-Z0-9/?=&#é|_.-]{0,12}`).Draw(t, "iri")
}

func drawAgent(t *rapid.T, group bool) xapi.Agent {
	a := xapi.Agent{Name: rapid.StringMatching(`[A-Za-z ]{0,8}`).Draw(t, "name")}
	switch rapid.IntRange(0, 4).Draw(t, "identifier") {
	case 0:
		a.Mbox = rapid.StringMatching(`mailto:[a-zA-Z+.]{1,9}@[a-zA-Z]{1,9}\.example`).Draw(t, "mbox")
	case 1:
		a.MboxSHA1Sum = rapid.StringMatching(`[0-9a-fA-F]{40}`).Draw(t, "sha1")
	case 2:
		a.OpenID = drawIRI(t)
	case 3:
		a.Account = &xapi.Account{HomePage: drawIRI(t), Name: rapid.StringN(1, 9, -1).Draw(t, "account")}
	default:
		if !group {
			a.OpenID = drawIRI(t)
			break
		}
		a.ObjectType = "Group"
		for range rapid.IntRange(1, 3).Draw(t, "members") {
			a.Member = append(a.Member, drawAgent(t, false))
		}
	}
	return a
}

func drawObject(t *rapid.T, sub bool) xapi.Object {
	switch kind := rapid.IntRange(0, 3).Draw(t, "object"); {
	case kind == 1:
		a := drawAgent(t, true)
		if a.ObjectType == "" {
			a.ObjectType = "Agent"
		}
		return xapi.Object{Agent: &a}
	case kind == 2:
		return xapi.Ref(someID)
	case kind == 3 && sub:
		return xapi.Object{SubStatement: &xapi.SubStatement{Actor: drawAgent(t, true), Verb: xapi.Verb{ID: drawIRI(t)}, Object: drawObject(t, false)}}
	}
	return xapi.Object{Activity: ref(xapi.NewActivity(drawIRI(t), drawIRI(t), rapid.String().Draw(t, "name")))}
}

func drawResult(t *rapid.T) xapi.Result {
	size := rapid.Int64Range(1, 1e12).Draw(t, "size")
	return xapi.Result{
		Score:    &xapi.Score{Raw: xapi.Int(rapid.Int64Range(0, size).Draw(t, "raw")), Min: "-0.0", Max: xapi.Int(size)},
		Success:  rapid.Ptr(rapid.Bool(), true).Draw(t, "success"),
		Response: rapid.String().Draw(t, "response"),
		Duration: rapid.SampledFrom([]string{"", "P4W", "PT1.239S", "P1DT2H"}).Draw(t, "duration"),
	}
}

func drawContext(t *rapid.T) xapi.Context {
	c := xapi.Context{
		Registration:      rapid.SampledFrom([]string{"", someID}).Draw(t, "registration"),
		Language:          rapid.SampledFrom([]string{"", "en", "de-CH-1996", "zh-Hant-TW"}).Draw(t, "language"),
		ContextActivities: &xapi.ContextActivities{Parent: xapi.Activities{xapi.NewActivity(drawIRI(t), "", "")}},
	}
	if rapid.Bool().Draw(t, "agents") {
		c.ContextAgents = []xapi.ContextAgent{{ObjectType: "contextAgent", Agent: drawAgent(t, false), RelevantTypes: []string{drawIRI(t)}}}
	}
	value := rapid.MapOf(rapid.String(), rapid.Int32()).Draw(t, "extension")
	if err := c.Extensions.Set(drawIRI(t), value); err != nil {
		t.Fatal(err)
	}
	return c
}

func ref[T any](v T) *T { return &v }
