package pipeline_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi/profile"
)

// yearly sets a rule: any one activity, valid for a year.
func (s *scenario) yearly() {
	s.event(pipeline.EntryChangeset, mapping.Changeset{ID: "cs-yearly", At: epoch, Edits: []mapping.Edit{{Rule: &mapping.ScopedRule{
		Capability: s.capability(), Scope: mapping.Scope{Kind: mapping.ScopeInstance},
		Rule: mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Years: 1}}}}}})
}

// certified is a learner whose evidence ends a year after the first minute.
func certified(t *testing.T) *scenario {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.yearly()
	s.does("01", completed, 1)
	s.wantState(mapping.Evidenced)
	return s
}

func (s *scenario) clocks() (n int) {
	for _, e := range s.m.entries {
		if e.Kind == pipeline.EntryClock {
			n++
		}
	}
	return n
}

var end = epoch.AddDate(1, 0, 0).Add(time.Minute)

func TestEvidenceExpiresOnAQuietLogAndOthersAreTold(t *testing.T) {
	s := certified(t)
	s.m.now = end.Add(-time.Second)
	drain(t, s.p)
	s.wantState(mapping.Evidenced)
	s.m.now, s.m.scored = end.Add(time.Hour), nil
	drain(t, s.p)
	s.wantState(mapping.Expired)
	s.wantVerbs(profile.VerbProgressed, profile.VerbAchieved, profile.VerbProgressed, profile.VerbExpired)
	s.wantTemplates()
	last := s.m.transitions[len(s.m.transitions)-1]
	if last.Cause != mapping.CauseExpiry || !last.At.Equal(end) || s.m.entries[last.Pos-1].Kind != pipeline.EntryClock {
		t.Errorf("the history says %+v", last)
	}
	if !slices.Equal(s.m.scored, []string{amara.Learner}) {
		t.Errorf("scores became due for %v", s.m.scored)
	}
}

func TestAchievedTellsWhenItExpires(t *testing.T) {
	s := certified(t)
	want := `"` + profile.ExtensionExpires + `":"` + end.Format(time.RFC3339) + `"`
	if got := string(s.m.emitted[1].JSON(epoch)); !strings.Contains(got, want) {
		t.Errorf("achieved is %s, without %s", got, want)
	}
}

func TestRenewalMovesTheEndWithoutATransition(t *testing.T) {
	s := certified(t)
	s.does("02", completed, 60*24*200)
	if n := len(s.m.transitions); n != 1 {
		t.Errorf("%d transitions, want 1", n)
	}
	s.m.now = end.Add(time.Hour)
	drain(t, s.p)
	s.wantState(mapping.Evidenced)
	if s.clocks() != 0 {
		t.Error("the time was appended for nothing")
	}
	s.m.now = end.AddDate(0, 0, 201)
	drain(t, s.p)
	s.wantState(mapping.Expired)
	s.does("03", completed, 60*24*570) // again after that
	s.wantState(mapping.Evidenced)
	s.wantVerbs(profile.VerbProgressed, profile.VerbAchieved, profile.VerbProgressed, profile.VerbExpired, profile.VerbProgressed, profile.VerbAchieved)
}

// A rule without an end takes the place of one with an end, while half of what is needed is there: nothing moves but that nothing ends
// any more.
func TestWhatEndsNoMoreIsNotLookedAt(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.does("01", completed, 1)
	for i, rule := range []mapping.Rule{{Kind: mapping.RuleN, N: 2, Validity: mapping.Period{Years: 1}}, {Kind: mapping.RuleN, N: 2}} {
		s.event(pipeline.EntryChangeset, mapping.Changeset{ID: "cs-" + string(rune('a'+i)), At: epoch, Edits: []mapping.Edit{{Rule: &mapping.ScopedRule{
			Capability: s.capability(), Scope: mapping.Scope{Kind: mapping.ScopeInstance}, Rule: rule}}}})
		drain(t, s.p)
		if p := s.m.progress[pipeline.Pair{Learner: amara.Learner, Capability: s.capability()}]; p.Percent != 50 {
			t.Fatalf("progress is %+v", p)
		}
		if want := 1 - i; len(s.m.due) != want {
			t.Errorf("%d pairs are to be looked at under rule %d, want %d", len(s.m.due), i, want)
		}
	}
}

// Whatever ends, the time is appended once for all of it, and not more often than every Tick.
func TestTheTimeIsAppendedOnceForAllThatIsDueAndSeldom(t *testing.T) {
	s := begin(t)
	s.tag("a1")
	s.yearly()
	for i := range 50 { // fifty people, whose evidence ends a second apart
		agent := "account|http://lms.test|" + string(rune('a'+i))
		s.event(pipeline.EntryLink, learner.Link{Learner: "learner-" + agent, Account: "account-" + agent, Registration: "r1", Issuer: "http://lms.test",
			Subject: agent, Agent: agent})
		s.m.append(pipeline.Entry{Kind: pipeline.EntryStatement, Record: mapping.Record{
			StatementID: uuid(agent[len(agent)-1:] + "0"), Agent: agent, Verb: completed, Activity: quiz, Time: end.AddDate(-1, 0, 0).Add(time.Duration(i) * time.Second)}})
		drain(t, s.p)
	}
	s.m.now = end.Add(10 * time.Second)
	for range 200 { // asked four times a second
		drain(t, s.p)
		s.m.now = s.m.now.Add(time.Second / 4)
	}
	s.m.now = s.m.now.Add(time.Minute)
	drain(t, s.p)
	expired := 0
	for _, p := range s.m.progress {
		if p.State == mapping.Expired {
			expired++
		}
	}
	if n := s.clocks(); n > 2 || expired != 50 {
		t.Errorf("the time was appended %d times for %d people", n, expired)
	}
}

func TestNothingIsAppendedWithoutTheLease(t *testing.T) {
	s := certified(t)
	s.m.now = end.Add(time.Hour)
	s.m.lost = true
	if _, err := s.p.Step(context.Background()); err == nil {
		t.Error("the time was appended without the lease")
	}
	s.m.lost = false
	drain(t, s.p)
	s.wantState(mapping.Expired)
}

// TestWhenTheClockTicksChangesNothing: what the log holds decides, and not how often somebody asked what time it is (settled
// question 9). The same log with more ticks in it makes the same states and the same history, but for positions.
func TestWhenTheClockTicksChangesNothing(t *testing.T) {
	c := builtin(t)
	rapid.Check(t, func(t *rapid.T) {
		w, few, many := newWorld(c), silent(), silent()
		for range rapid.IntRange(1, 40).Draw(t, "length") {
			many.now = few.now
			w.pass(t, few)
			for range rapid.IntRange(0, 3).Draw(t, "ticks") {
				if left := int(few.now.Sub(many.now) / time.Second); left > 1 {
					many.now = many.now.Add(time.Duration(rapid.IntRange(0, left-1).Draw(t, "tick")) * time.Second)
					many.append(pipeline.Entry{Kind: pipeline.EntryClock, Body: []byte(`{}`)})
				}
			}
			e := w.next(t)
			many.now = few.now
			few.append(e)
			many.append(e)
		}
		for len(w.queue) > 0 {
			e := w.next(t)
			few.append(e)
			many.append(e)
		}
		// What has ended meanwhile is settled in both.
		for _, m := range []*memory{few, many} {
			m.now = few.now.Add(time.Hour)
			m.append(pipeline.Entry{Kind: pipeline.EntryClock, Body: []byte(`{}`)})
		}
		drain(t, projector(few, c, 7))
		drain(t, projector(many, c, 3))
		if d := gocmp.Diff(unplaced(few.transitions), unplaced(many.transitions)); d != "" {
			t.Fatalf("the history differs (-few ticks +many):\n%s", d)
		}
		for pair, p := range few.progress {
			o := many.progress[pair]
			if p.Pos, o.Pos = 0, 0; p != o {
				t.Fatalf("%v is %+v with few ticks, %+v with many", pair, p, o)
			}
		}
	})
}

// silent is a memory that emits nothing: positions stay those of what is put in.
func silent() *memory {
	m := newMemory()
	m.cursor.EmitAfter = 1 << 40
	return m
}

// unplaced is a history without positions, by learner and capability.
func unplaced(all []mapping.Transition) []mapping.Transition {
	out := slices.Clone(all)
	for i := range out {
		out[i].Pos = 0
	}
	slices.SortFunc(out, func(a, b mapping.Transition) int {
		return cmp.Or(cmp.Compare(a.Learner, b.Learner), cmp.Compare(a.Capability, b.Capability), cmp.Compare(a.Ordinal, b.Ordinal))
	})
	return out
}
