package pipeline_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi"
	"cairn/xapi/profile"
)

// TestStatementsTellWhatTheExplanationTells: which records count, which decided, and when it ends are the same as on the page and over
// the API (mapping.md, evidence 7).
func TestStatementsTellWhatTheExplanationTells(t *testing.T) {
	s := begin(t)
	rule := mapping.ScopedRule{Capability: s.capability(), Scope: mapping.Scope{Kind: mapping.ScopeInstance}, Rule: mapping.Rule{Kind: mapping.RuleN, N: 2, Validity: mapping.Period{Years: 1}}}
	s.event(pipeline.EntryLink, amara)
	s.event(pipeline.EntryChangeset, mapping.Changeset{ID: "cs", At: epoch, Edits: []mapping.Edit{{Rule: &rule}}})
	s.tag("a1")
	page := mapping.Selector{Kind: mapping.SelectExact, IRI: activities[2]}
	s.event(pipeline.EntryChangeset, mapping.Changeset{ID: "cs-2", At: epoch, Edits: []mapping.Edit{{Add: &mapping.Alignment{ID: "a2", Capability: s.capability(), Scope: rule.Scope, Selector: page}}}})
	s.does("01", completed, 1)
	s.does("02", completed, 2)
	s.m.append(pipeline.Entry{Kind: pipeline.EntryStatement, Record: mapping.Record{StatementID: uuid("03"), Agent: amara.Agent, Verb: passed, Activity: page.IRI, Time: epoch.Add(time.Hour)}})
	drain(s, s.p)
	c, _, err := previewer(s.m, s.c).Cases(context.Background(), mapping.Changeset{Edits: []mapping.Edit{{Rule: &rule}}}, amara.Learner, s.capability())
	if err != nil {
		t.Fatal(err)
	}
	x := mapping.Explain(c, mapping.Evaluate(c), nil)
	var counted []string
	for _, f := range x.Counted {
		counted = append(counted, f.Statement)
	}
	i := slices.IndexFunc(s.m.emitted, func(p xapi.Prepared) bool { return p.First(xapi.RoleVerb) == profile.VerbAchieved })
	if i < 0 || len(counted) != 2 {
		t.Fatalf("%d of %d statements, counted %v", i, len(s.m.emitted), counted)
	}
	var said struct {
		Context struct {
			Statement  struct{ ID string }
			Extensions map[string]any
		}
	}
	if err := json.Unmarshal(s.m.emitted[i].JSON(epoch), &said, json.MatchCaseInsensitiveNames(true)); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, id := range said.Context.Extensions[profile.ExtensionEvidence].([]any) {
		told = append(told, id.(string))
	}
	if !slices.Equal(told, counted) || said.Context.Statement.ID != x.Decisive || said.Context.Extensions[profile.ExtensionExpires] != x.Expires.Format(time.RFC3339) {
		t.Errorf("the statement tells %v by %s until %v; the explanation %v by %s until %s", told, said.Context.Statement.ID,
			said.Context.Extensions[profile.ExtensionExpires], counted, x.Decisive, x.Expires)
	}
}
