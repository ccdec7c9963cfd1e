package web_test

import (
	"context"
	"slices"
	"testing"

	"cairn/lti"
	"cairn/mapping"
)

// Tried of the world is what amara did, when it is the test person of the fill who asks.
func (w *world) Tried(_ context.Context, _ string, agents []string, capability string) (mapping.Case, error) {
	c := w.caseOf("", capability)
	if slices.Equal(agents, []string{testAgent}) {
		c.Evidence = slices.Clone(w.caseOf("learner-amara", capability).Evidence)
		for i := range c.Evidence {
			c.Evidence[i].Test = true
		}
	}
	return c, w.broken
}

// testAgent is the agent of the person "preview".
const testAgent = "account|https://lms.example|preview"

// TestATestPersonSeesThatNothingCounts: their own tries are listed with the reason, in both languages, and change no status.
func TestATestPersonSeesThatNothingCounts(t *testing.T) {
	w := newWorld(t)
	page := w.get("preview", "/me/capability/"+w.capability("5.2.1-L1")).Body.String()
	checkSays(t, page, []string{"Not started", "Counted (0)", "Made in a preview."}, []string{"Not counted (0)"})
	for _, person := range []string{"tove", "anonymous"} {
		checkSays(t, w.get(person, "/me/capability/"+w.capability("5.2.1-L1")).Body.String(), []string{"Not started", "Counted (0)"}, []string{"Made in a preview."})
	}
}

// TestLaunchNotesWhoseRecordsATestPersonTries, and of nobody else.
func TestLaunchNotesWhoseRecordsATestPersonTries(t *testing.T) {
	test := lti.ParseRoles([]string{lti.RoleLearner, lti.RoleTestUser})
	for name, tt := range map[string]struct {
		change func(*lti.Launch)
		agents int
	}{
		"a test person":          {func(l *lti.Launch) { l.Roles = test }, 1},
		"one whom nobody knows":  {func(l *lti.Launch) { l.Roles, l.Subject = test, "" }, 0},
		"a learner":              {func(*lti.Launch) {}, 0},
		"a teacher who looks":    {func(l *lti.Launch) { l.Roles = lti.ParseRoles([]string{"Instructor"}) }, 0},
		"a learner nobody knows": {func(l *lti.Launch) { l.Subject, l.Name = "", "" }, 0},
		"a teacher in a preview": {func(l *lti.Launch) { l.Roles = lti.ParseRoles([]string{"Instructor", lti.RoleTestUser}) }, 1},
	} {
		w, l := newWorld(t), learnerLaunch()
		tt.change(l)
		w.arrive(l, "sam")
		if got := w.entries[0].Session.Test; len(got) != tt.agents {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Offers of the world is everything but what a test retires.
func (w *world) Offers(capability string) bool { return !w.retired[capability] }
