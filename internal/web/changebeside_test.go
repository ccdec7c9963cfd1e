package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

// ruledOn has the course, or a wider scope, set a rule for a capability on a day.
func (w *world) ruledOn(code string, scope mapping.Scope, at time.Time, rule mapping.Rule) {
	pos := w.changes[len(w.changes)-1].Pos + 1
	w.changes = append(w.changes, web.HistoryEntry{Pos: pos, Changeset: mapping.Changeset{ID: fmt.Sprint("set", pos), At: at, Scope: scope,
		Edits: []mapping.Edit{{Rule: &mapping.ScopedRule{Capability: w.capability(code), Scope: scope, Rule: rule}}}}})
}

// besides has much happen to Amara beside her evidence.
func besides(w *world) {
	tracked(w)
	w.ratings[0].At, w.ratings[1].At, w.ratings[2].At = now.AddDate(0, -3, 0), now.AddDate(0, -2, 0), now.AddDate(0, 0, -9)
	day := func(d int) time.Time { return time.Date(2026, 5, d, 9, 0, 0, 0, time.UTC) }
	w.ruledOn("6.1-L2", course.Scope(), day(8), mapping.Rule{Kind: mapping.RuleN, N: 2})
	w.ruledOn("6.1-L2", course.Scope(), day(9), mapping.Rule{Kind: mapping.RuleN, N: 3})
	w.ruledOn("5.2.1-L1", mapping.Scope{Kind: mapping.ScopeInstance}, day(10), mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Years: 1}})
	w.published = day(20)
}

// What changed holds more than states: ratings, endorsements, rules and versions, each with its cause and the way to its page that day.
func TestWhatChangedBesideStates(t *testing.T) {
	w := newWorld(t)
	besides(w)
	why := func(code, day string) string {
		return `<a href="../me/capability/` + w.capability(code) + `?at=` + day + `#c">Why<span class="vh"> `
	}
	checkSays(t, w.get("amara", "/me/changes?since=2026-05-01").Body.String(), []string{
		"<strong>My rating</strong>", "Now: not tried yet. Needed: on my own.", "Now: with help. Needed: on my own.",
		"<strong>Endorsed</strong>", "<bdi>Tove Teacher</bdi>, 9 May 2026: &#34;Seen on the ward&#34;", "<strong>Endorsement withdrawn</strong>", "Given to the wrong person",
		"<strong>Rule changed</strong>", "Your course now asks for 3 activities, not 2.", "Your course changed the rule.", "The rule changed in every course.",
		why("6.1-L2", "2026-05-09"), why("5.2.1-L1", "2026-08-22"), why("5.2.1-L1", "2026-09-22"), "<strong>New version</strong>", "Version " + w.cat.Version + " of the framework came out.",
	}, nil)
	checkSays(t, w.get("amara", "/me/changes?since=2026-11-01").Body.String(), []string{"Now: with help. Needed: can help others."}, []string{"Rule changed", "New version", "Endorsed<"})
	checkSays(t, w.get("ben", "/me/changes").Body.String(), []string{"Nothing has changed yet."}, []string{"Rule changed"}) // what was so before he began is no change
}

// A page holds as many as it should, wherever ratings fall among the states.
func TestChangesOfAllKindsComeInPages(t *testing.T) {
	w := newWorld(t)
	id := w.capability("5.2.1-L1")
	for i := range 120 {
		w.history["learner-amara"][id] = append(w.history["learner-amara"][id], mapping.Transition{
			Ordinal: i + 1, From: mapping.InProgress, To: mapping.InProgress, Have: i, Need: 200, Cause: mapping.CauseStatement, At: now.AddDate(0, 0, i-130)})
		if i%4 == 0 {
			w.ratings = append(w.ratings, mapping.Rating{Learner: "learner-amara", Capability: id, Now: mapping.RatingOnOwn, At: now.AddDate(0, 0, i-128).Add(time.Hour)})
		}
	}
	seen := map[string]bool{}
	for page, rows := range map[int]int{1: 50, 2: 50, 3: 50, 4: 3, 5: 0} {
		body := w.get("amara", fmt.Sprintf("/me/changes?since=2026-01-01&page=%d", page)).Body.String()
		if got := len(anyRow.FindAllString(body, -1)); got != rows {
			t.Errorf("page %d has %d changes, want %d", page, got, rows)
		}
		for i := range 120 {
			if text := fmt.Sprintf("In progress, %d of 200<", i); strings.Contains(body, text) {
				if seen[text] {
					t.Errorf("%s is on two pages", text)
				}
				seen[text] = true
			}
		}
	}
	if len(seen) != 120 {
		t.Errorf("%d of 120 states are shown", len(seen))
	}
}

// Those who lead the course read what changed, too: shared ratings alone, and of other courses neither title nor score.
func TestWhatChangedForALead(t *testing.T) {
	w := newWorld(t)
	besides(w)
	w.history["learner-amara"][w.capability("5.2.1-L1")] = []mapping.Transition{
		{Ordinal: 1, To: mapping.Evidenced, Have: 1, Need: 1, Cause: mapping.CauseStatement, CauseID: "s3", At: time.Date(2026, 5, 14, 10, 0, 0, 0, time.UTC)}}
	w.history["learner-amara"][w.capability("6.1-L1")] = []mapping.Transition{
		{Ordinal: 1, To: mapping.Evidenced, Have: 1, Need: 1, Cause: mapping.CauseLink, At: time.Date(2026, 5, 14, 10, 0, 0, 0, time.UTC)}}
	path := person("amara") + "/changes"
	checkSays(t, w.get("tove", path).Body.String(), []string{
		"<title>Learner record - Cairn</title>", "Everything so far", "Quiz: data and safety, 82 out of 100", "Records were joined to their account here.", "<strong>Their rating</strong>", "Now: with help. Needed: on my own.",
		"Rule changed", "The activity was marked as not complete.", "capability/" + w.capability("6.1-L2") + "?at=2026-05-09#c",
	}, []string{"not tried yet", "can help others", "to get it back", "your last visit", "My rating"})
	for i, e := range w.evidence["learner-amara"] {
		if e.Record.StatementID == "s3" {
			w.evidence["learner-amara"][i].Record.Under = []string{course9.IRI}
		}
	}
	checkSays(t, w.get("tove", path).Body.String(), []string{"From another course."}, []string{"Quiz: data and safety"})
	w.ratings = append(w.ratings, mapping.Rating{Learner: "learner-amara", Capability: w.capability("5.2.1-L1"), Now: mapping.RatingOnOwn, At: now})
	checkSays(t, w.get("tove", path).Body.String(), nil, []string{"Their rating"}) // shared no more
}
