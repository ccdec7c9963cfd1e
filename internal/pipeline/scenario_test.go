package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi"
	"cairn/xapi/profile"
)

// scenario is one learner, one course, and the log it makes.
type scenario struct {
	*testing.T
	m *memory
	p *pipeline.Projector
	c catalogs
}

const quiz = "http://lms.test/mod/quiz/view.php?id=3"

var amara = learner.Link{
	Learner: "learner-1", Account: "account-1", Registration: "r1", Issuer: "http://lms.test", Subject: "4", Agent: "account|http://lms.test|4",
}

func begin(t *testing.T) *scenario {
	s := &scenario{T: t, m: newMemory(), c: builtin(t)}
	s.p = projector(s.m, s.c, 10)
	return s
}

func (s *scenario) event(kind pipeline.EntryKind, body any) {
	s.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		s.Fatal(err)
	}
	s.m.append(pipeline.Entry{Kind: kind, Body: raw})
	drain(s, s.p)
}

func (s *scenario) capability() string { return s.c.one.Tracked("")[0].ID }

func (s *scenario) tag(id string) {
	s.event(pipeline.EntryChangeset, mapping.Changeset{ID: "cs-" + id, At: epoch, Edits: []mapping.Edit{{Add: &mapping.Alignment{
		ID: id, Capability: s.capability(), Scope: mapping.Scope{Kind: mapping.ScopeInstance}, Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: quiz},
	}}}})
}

// uuid makes the id of a short name.
func uuid(name string) string { return "00000000-0000-4000-8000-0000000000" + name }

func (s *scenario) does(id, verb string, minute int) {
	s.m.append(pipeline.Entry{Kind: pipeline.EntryStatement, Record: mapping.Record{
		StatementID: uuid(id), Agent: amara.Agent, Verb: verb, Activity: quiz, Under: []string{course}, Time: epoch.Add(time.Duration(minute) * time.Minute),
	}})
	drain(s, s.p)
}

func (s *scenario) void(id string) {
	s.m.append(pipeline.Entry{Kind: pipeline.EntryStatement, Voids: uuid(id), Record: mapping.Record{StatementID: uuid("f" + id[1:]), Agent: amara.Agent, Time: epoch.Add(time.Hour)}})
	drain(s, s.p)
}

func (s *scenario) state() mapping.State {
	return s.m.progress[pipeline.Pair{Learner: amara.Learner, Capability: s.capability()}].State
}

func (s *scenario) wantState(want mapping.State) {
	s.Helper()
	if got := s.state(); got != want {
		s.Fatalf("state is %q, want %q", got, want)
	}
}

// verbs is what was emitted, as the last parts of the verbs.
func (s *scenario) wantVerbs(want ...string) {
	s.Helper()
	var got []string
	for _, p := range s.m.emitted {
		got = append(got, p.First(xapi.RoleVerb))
	}
	if !slices.Equal(got, want) {
		s.Fatalf("emitted %q, want %q", got, want)
	}
}

// wantTemplates holds everything that was emitted against our own profile.
func (s *scenario) wantTemplates() {
	s.Helper()
	templates := profile.Templates("https://cairn.example.test")
	for _, p := range s.m.emitted {
		if _, err := profile.Check(templates, p.JSON(epoch)); err != nil {
			s.Errorf("an emitted statement breaks our own profile: %v", err)
		}
	}
}

func TestCompletedStatementMakesEvidenceAndTellsOthers(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.does("01", completed, 1)
	s.wantState(mapping.Evidenced)
	s.wantVerbs(profile.VerbProgressed, profile.VerbAchieved)
	s.wantTemplates()
	if !slices.Equal(s.m.scored, []string{amara.Learner}) {
		t.Errorf("scores became due for %v", s.m.scored)
	}
}

func TestCompanionsAreSaidOnlyWhenSwitchedOnAndOnlyOnAchievement(t *testing.T) {
	s := begin(t)
	s.p = projector(s.m, s.c, 10, func(c *pipeline.Config) { c.Companions = profile.Companions() })
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.does("01", completed, 1)
	s.void("01")
	s.wantVerbs(profile.VerbProgressed, profile.VerbAchieved, profile.VerbAsserted, profile.VerbAchievedADL, profile.VerbProgressed, profile.VerbForfeited)
	s.wantTemplates()
}

func TestTaggingAndLinkingAfterTheFactCountAtOnce(t *testing.T) {
	s := begin(t)
	s.does("01", completed, 1)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.wantState(mapping.Evidenced)

	late := begin(t)
	late.does("01", completed, 1)
	late.tag("a1")
	late.event(pipeline.EntryLink, amara)
	late.wantState(mapping.Evidenced)
	late.event(pipeline.EntryUnlink, amara)
	late.wantState(mapping.Withdrawn)
}

func TestResendWithoutIdsDoesNotDouble(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.does("01", completed, 1)
	s.does("02", completed, 1)
	if n := len(s.m.transitions); n != 1 {
		t.Fatalf("%d transitions, want 1", n)
	}
	s.void("01")
	s.wantState(mapping.Evidenced) // the second statement of the same event still stands
	s.void("02")
	s.wantState(mapping.Withdrawn)
	s.wantVerbs(profile.VerbProgressed, profile.VerbAchieved, profile.VerbProgressed, profile.VerbForfeited)
}

func TestUncompletedTakesBackAndCompletedGivesAgain(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.does("01", completed, 1)
	s.does("02", uncompleted, 2)
	s.wantState(mapping.Withdrawn)
	s.does("03", completed, 2) // within the same second: the place in the log decides
	s.wantState(mapping.Evidenced)
}

func TestFailedCommitLosesNothingAndDoublesNothing(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.m.append(pipeline.Entry{Kind: pipeline.EntryStatement, Record: mapping.Record{
		StatementID: uuid("01"), Agent: amara.Agent, Verb: completed, Activity: quiz, Time: epoch}})
	broken := errors.New("disk full")
	s.m.fail = broken
	if _, err := s.p.Step(context.Background()); !errors.Is(err, broken) {
		t.Fatalf("the step answered %v", err)
	}
	drain(s, s.p)
	s.wantState(mapping.Evidenced)
	s.wantVerbs(profile.VerbProgressed, profile.VerbAchieved)
	if n := len(s.m.ledger); n != 1 {
		t.Fatalf("%d rows in the ledger, want 1", n)
	}
}

func TestReplayEmitsNothingAndLiveGoesOnAfterIt(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.does("01", completed, 1)
	before := len(s.m.emitted)
	if err := s.m.Reset(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.p = projector(s.m, s.c, 1)
	drain(s, s.p)
	s.wantState(mapping.Evidenced)
	if len(s.m.emitted) != before {
		t.Fatalf("the replay emitted %d statements", len(s.m.emitted)-before)
	}
	s.void("01")
	s.wantVerbs(profile.VerbProgressed, profile.VerbAchieved, profile.VerbProgressed, profile.VerbForfeited)
}

func TestWaitReturnsWhenTheProjectionArrives(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.p.Wait(ctx, 1); err != nil {
		t.Fatal(err)
	}
	gone, stop := context.WithCancel(ctx)
	stop()
	if err := s.p.Wait(gone, 99); !errors.Is(err, context.Canceled) {
		t.Fatalf("waiting for what never comes answered %v", err)
	}
}

// TestRunRestsButHurriesForWhoWaits: statements that trickle in are folded together, and somebody who waits is not kept.
func TestRunRestsButHurriesForWhoWaits(t *testing.T) {
	s := begin(t)
	s.p = pipeline.NewProjector(pipeline.Config{
		Log: s.m, Projection: s.m, Committer: s.m, Catalogs: s.c, Holder: "test", Rest: time.Hour, Poll: time.Hour,
		Now: func() time.Time { return epoch }, Logger: slog.New(slog.DiscardHandler),
	})
	s.m.append(pipeline.Entry{Kind: pipeline.EntryStatement, Record: mapping.Record{StatementID: uuid("01"), Agent: "nobody", Time: epoch}})
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	done := make(chan struct{})
	go func() { defer close(done); s.p.Run(ctx) }()
	if err := s.p.Wait(ctx, 1); err != nil {
		t.Fatalf("kept waiting: %v", err)
	}
	cancel()
	<-done
}

// TestSameThingOverAndOverIsNotJudgedEachTime: the cost of a repeat must not grow with the repeats before it, also where each one is
// a renewal.
func TestSameThingOverAndOverIsNotJudgedEachTime(t *testing.T) {
	for name, rule := range map[string]mapping.Rule{
		"in progress": {Kind: mapping.RuleN, N: 2}, "renewed": {Kind: mapping.RuleN, N: 2, Validity: mapping.Period{Years: 1}},
	} {
		t.Run(name, func(t *testing.T) { overAndOver(t, rule) })
	}
}

func overAndOver(t *testing.T, rule mapping.Rule) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.event(pipeline.EntryChangeset, mapping.Changeset{ID: "cs-rule", At: epoch, Edits: []mapping.Edit{{Rule: &mapping.ScopedRule{
		Capability: s.capability(), Scope: mapping.Scope{Kind: mapping.ScopeInstance}, Rule: rule}}}})
	s.p = projector(s.m, s.c, 10_000)
	for i := range 5_000 {
		s.m.append(pipeline.Entry{Kind: pipeline.EntryStatement, Record: mapping.Record{
			StatementID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i), Agent: amara.Agent, Verb: completed, Activity: quiz, Time: epoch}})
	}
	s.m.reads.Store(0)
	drain(t, s.p)
	s.wantState(mapping.InProgress)
	if s.m.reads.Load() > 1 {
		t.Errorf("the ledger was read %d times for one pair in one batch", s.m.reads.Load())
	}
	if n := len(s.m.ledger); n != 5_000 {
		t.Errorf("%d rows in the ledger, want 5000: every record is kept, also one that changes nothing", n)
	}
}
