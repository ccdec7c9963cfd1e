package pipeline_test

import (
	"testing"
	"time"

	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi"
	"cairn/xapi/profile"
)

func (s *scenario) rate(id string, shared bool) {
	s.event(pipeline.EntryRated, mapping.Rating{ID: id, Learner: amara.Learner, Capability: s.capability(), Account: amara.Account,
		Now: mapping.RatingWithHelp, Needed: mapping.RatingOnOwn, Shared: shared, At: epoch})
}

func (s *scenario) endorse(id string) {
	s.event(pipeline.EntryEndorsed, mapping.Endorsement{ID: id, Learner: amara.Learner, Capability: s.capability(), By: "account-71",
		Scope: mapping.Scope{Kind: mapping.ScopeInstance}, At: epoch.Add(time.Hour), Note: "seen at work"})
}

func (s *scenario) withdraw(id string) {
	s.event(pipeline.EntryEndorsementWithdrawn, pipeline.EndorsementWithdrawn{ID: id, Learner: amara.Learner, Capability: s.capability(),
		By: "account-71", Reason: "a slip", At: epoch.Add(2 * time.Hour)})
}

func TestRatingsAreKeptAndOnlySharedOnesAreTold(t *testing.T) {
	s := begin(t)
	s.rate("r1", false)
	s.wantVerbs()
	s.rate("r2", true)
	s.wantVerbs(profile.VerbRated)
	s.wantTemplates()
	if n := len(s.m.rated); n != 2 || s.m.rated[1].Ordinal != 2 {
		t.Errorf("%d ratings are kept: %+v", n, s.m.rated)
	}
	if len(s.m.transitions) != 0 {
		t.Errorf("a rating changed a state: %+v", s.m.transitions)
	}
}

func TestEndorsementsAreToldByTheAssessorAndChangeNoStateByThemselves(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.does("01", completed, 1)
	s.endorse("e1")
	s.endorse("e1") // said again: the same
	s.withdraw("e1")
	s.withdraw("e1")
	s.wantVerbs(profile.VerbProgressed, profile.VerbAchieved, profile.VerbConferred, profile.VerbRevoked)
	s.wantTemplates()
	s.wantState(mapping.Evidenced)
	if len(s.m.transitions) != 1 {
		t.Errorf("%d transitions, want 1", len(s.m.transitions))
	}
	given := s.m.emitted[2]
	if actor := given.First(xapi.RoleActor); actor != "account|http://lms.test|71" {
		t.Errorf("the assessor is named %q", actor)
	}
	if e := s.m.endorsed; len(e) != 1 || e[0].WithdrawnReason != "a slip" || e[0].WithdrawnPos == 0 {
		t.Errorf("kept: %+v", e)
	}
}

// An endorsement has to stand on a statement (settled question 16).
func TestEndorsementWithoutEvidenceIsKeptAndNotTold(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.endorse("e1")
	s.withdraw("e1")
	s.wantVerbs()
	if len(s.m.endorsed) != 1 {
		t.Errorf("kept: %+v", s.m.endorsed)
	}
}

func TestReplayTellsNoRatingAndNoEndorsementAgain(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.does("01", completed, 1)
	s.rate("r1", true)
	s.endorse("e1")
	s.withdraw("e1")
	again := newMemory(s.m.entries...)
	again.cursor.EmitAfter = s.m.cursor.Pos
	drain(t, projector(again, s.c, 3))
	same(t, s.m, again)
	if len(again.emitted) != 0 {
		t.Errorf("the replay emitted %d statements", len(again.emitted))
	}
}
