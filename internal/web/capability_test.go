package web_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

func (w *world) ruled(code string, rule mapping.Rule) {
	w.rules = append(w.rules, mapping.ScopedRule{Capability: w.capability(code), Scope: course.Scope(), Rule: rule})
}

func endorsed(w *world, code string, change func(*mapping.Endorsement)) {
	e := mapping.Endorsement{ID: "e" + strconv.Itoa(len(w.endorsed)), Learner: "learner-amara", Capability: w.capability(code), By: "account-tove", Scope: course.Scope(),
		At: time.Date(2026, 5, 9, 10, 0, 0, 0, time.UTC), Note: "Seen on the ward"}
	change(&e)
	w.endorsed = append(w.endorsed, e)
}

// TestCapabilityStates forces what a capability's page has to say, and reads it.
func TestCapabilityStates(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 11, d, 9, 0, 0, 0, time.UTC) }
	tests := map[string]struct {
		code    string
		prepare func(*world)
		says    []string
		not     []string
	}{
		"expiring": {"5.2.1-L1", func(w *world) {
			w.ruled("5.2.1-L1", mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Months: 8}})
		},
			[]string{"Expires 14 January 2027", "Evidence counts for 8 months.", "It counts until 14 January 2027.", "Expires 14 January 2027."}, []string{"shown as expiring from"}},
		"expires later": {"5.2.1-L1", func(w *world) {
			w.ruled("5.2.1-L1", mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Years: 1}})
		},
			[]string{"Evidenced", "Expires 14 May 2027. It is shown as expiring from 13 February 2027."}, nil},
		"expired": {"5.2.1-L1", func(w *world) {
			w.ruled("5.2.1-L1", mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Months: 3}})
		},
			[]string{"Expired 14 August 2026", "It was valid for 3 months. Do Quiz: data and safety again to renew it.", "It counted until 14 August 2026."}, []string{"Nothing here expires"}},
		"withdrawn": {"2.1-L2", nil, []string{`<p class="inset">The activity was marked as not complete. Do Welcome again to get it back.</p>`}, nil},
		"needs an endorsement": {"5.2.1-L1", func(w *world) { w.ruled("5.2.1-L1", mapping.Rule{Kind: mapping.RuleAny, Endorsed: true}) },
			[]string{"An endorsement is needed too, by somebody who has seen it at work.", "An endorsement by somebody who has seen it at work. Ask the people who lead the course."}, nil},
		"endorsed": {"5.2.1-L1", func(w *world) {
			w.ruled("5.2.1-L1", mapping.Rule{Kind: mapping.RuleAny, Endorsed: true})
			endorsed(w, "5.2.1-L1", func(e *mapping.Endorsement) { e.Until = day(30).AddDate(1, 0, 0) })
			endorsed(w, "5.2.1-L1", func(e *mapping.Endorsement) {
				e.By, e.Note, e.WithdrawnAt, e.WithdrawnReason = "nobody", "", day(2), "a slip"
			})
			endorsed(w, "6.1-L2", func(*mapping.Endorsement) {})
		}, []string{"Evidenced", "<bdi>Tove Teacher</bdi>, 9 May 2026: &#34;Seen on the ward&#34;. Until 30 November 2027.", "1 that no longer stands", "Somebody who leads a course, 9 May 2026. Withdrawn on 2 November 2026: &#34;a slip&#34;"}, nil},
		"points": {"6.1-L2", func(w *world) {
			w.rules = nil
			w.ruled("6.1-L2", mapping.Rule{Kind: mapping.RulePoints, N: 50, Parts: []mapping.Part{{Activity: module("quiz", 3), Points: 20}, {Activity: module("quiz", 4), Points: 40, Required: true}}})
		}, []string{"In progress, 20 of 50", "Collect 50 of 60 points.", "<li>Quiz: how models learn, 20 points, which has counted</li>", "Quiz: bias, 40 points, which must be among them", "<li>40 more points</li>"}, []string{"more activit"}},
		"groups": {"6.1-L2", func(w *world) {
			w.rules = nil
			w.ruled("6.1-L2", mapping.Rule{Kind: mapping.RuleGroups, Parts: []mapping.Part{
				{All: []mapping.Part{{Activity: module("quiz", 3)}, {Any: []mapping.Part{{Activity: module("assign", 5)}, {Activity: module("scorm", 70)}}}}}, {Activity: module("page", 6)}}})
		}, []string{"Finish one of these 2 groups:", "Group 1: All 2 of these:<ul", "<li>Any one of these 2:<ul", "2 of them ask for a score of 70", "which is not tagged now"}, nil},
		"rule changed": {"6.1-L2", func(w *world) {
			id := w.capability("6.1-L2")
			for i, n := range []int{2, 3} {
				w.changes = append(w.changes, web.HistoryEntry{Pos: int64(6 + i), Changeset: mapping.Changeset{ID: "rule" + strconv.Itoa(n), At: day(10 + i), Scope: course.Scope(),
					Edits: []mapping.Edit{{Rule: &mapping.ScopedRule{Capability: id, Scope: course.Scope(), Rule: mapping.Rule{Kind: mapping.RuleN, N: n}}}}}})
				w.history["learner-amara"][id] = append(w.history["learner-amara"][id], mapping.Transition{To: mapping.InProgress, Have: 1, Need: n, Cause: mapping.CauseTag, Pos: int64(6 + i), At: day(10 + i)})
			}
		}, []string{"History, 3 changes", "10 November 2026. Your course changed the rule on 10 November 2026.", "11 November 2026. Your course now asks for 3 activities, not 2."}, nil},
		"long history": {"6.1-L2", func(w *world) {
			for i := range 30 {
				id := w.capability("6.1-L2")
				w.history["learner-amara"][id] = append(w.history["learner-amara"][id], mapping.Transition{To: mapping.InProgress, Have: i, Need: 40, Cause: mapping.CauseVoid, At: day(1).AddDate(0, 0, i-40)})
			}
		}, []string{"History, 31 changes", "Show all 31"}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tt.prepare != nil {
				tt.prepare(w)
			}
			checkSays(t, w.get("amara", "/me/capability/"+w.capability(tt.code)).Body.String(), tt.says, tt.not)
		})
	}
}

// TestCapabilityOnAnotherDate: what was known then, by the rules of then or of today.
func TestCapabilityOnAnotherDate(t *testing.T) {
	past := func(w *world) {
		w.rulesThen = []mapping.ScopedRule{{Capability: w.capability("6.1-L2"), Scope: course.Scope(), Rule: mapping.Rule{Kind: mapping.RuleN, N: 2}}}
		rated(w, "6.1-L2", mapping.RatingWithHelp, "", false) // 9 May
		endorsed(w, "6.1-L2", func(*mapping.Endorsement) {})  // 9 May
	}
	lasting := func(w *world) {
		w.rules = nil
		w.ruled("5.2.1-L1", mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Years: 1}})
	}
	tests := map[string]struct {
		code, query string
		prepare     func(*world)
		says, not   []string
	}{
		"the rules of then": {"6.1-L2", "?at=2026-05-04", past, []string{"As it was on 4 May 2026, with what was known and the rules that held then.", "Show it as it is now", "In progress, 1 of 2", "Finish any 2 of 4 activities.", "None yet"},
			[]string{"Quiz: bias, 5 May", "Now: with help", "Tove Teacher"}},
		"the rules of today": {"6.1-L2", "?at=2026-05-09&rules=today", past, []string{"As it was on 9 May 2026, with what was known then and today&#39;s rules.", "In progress, 1 of 3", "Quiz: bias, 5 May", "Now: with help.", "Tove Teacher"}, nil},
		"before all":         {"2.1-L2", "?at=2026-04-01", nil, []string{"Not started", "As it was on 1 April 2026"}, []string{"Withdrawn", "History"}},
		"still to come":      {"5.2.1-L1", "?at=2027-06-01", lasting, []string{"As it will be on 1 June 2027, if nothing new happens until then.", "Expired 14 May 2027"}, nil},
		"today is now":       {"6.1-L2", "?at=2026-11-22", past, []string{"In progress, 1 of 3"}, []string{"As it was"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tt.prepare != nil {
				tt.prepare(w)
			}
			checkSays(t, w.get("amara", "/me/capability/"+w.capability(tt.code)+tt.query).Body.String(), tt.says, tt.not)
		})
	}
}

func TestDayOfACapabilityIsTyped(t *testing.T) {
	w := newWorld(t)
	page := "/me/capability/" + w.capability("6.1-L2")
	for q, to := range map[string]string{
		"day=4&month=5&year=2026": "?at=2026-05-04#c", "day=4&month=5&year=2026&rules=today": "?at=2026-05-04&rules=today#c", "day=22&month=11&year=2026": w.capability("6.1-L2") + "#c",
	} {
		if got := w.get("amara", page+"?"+q); got.Code != http.StatusSeeOther || !strings.HasSuffix(got.Header().Get("Location"), to) {
			t.Errorf("%s: status %d to %q", q, got.Code, got.Header().Get("Location"))
		}
	}
	got := w.get("amara", page+"?day=31&month=2&year=2026&rules=today")
	if got.Code != http.StatusUnprocessableEntity {
		t.Errorf("status %d", got.Code)
	}
	checkSays(t, got.Body.String(), []string{`<a href="#day">Write a day`, "<details open", `value="31"`}, nil)
	for _, q := range []string{"at=soon", "at=0001-01-01", "rules=mine", "on=2026-05-03"} {
		if got := w.get("amara", page+"?"+q); got.Code != http.StatusBadRequest {
			t.Errorf("%s answers %d", q, got.Code)
		}
	}
	checkSays(t, w.get("tove", page+"?at=2026-05-04").Body.String(), []string{"You are looking as a test learner."}, []string{"As it was", "another date", "Three tracks"})
}

// A higher level shows what is below it as evidenced where the framework says so; counts leave it out.
func TestImpliedByAHigherLevel(t *testing.T) {
	w := newWorld(t)
	w.cat.LevelsImply = true
	w.states = map[string][]mapping.Progress{"learner-amara": {{Capability: w.capability("2.1-L2"), State: mapping.Evidenced, Since: now}}}
	n, _ := w.cat.ByCode("2.1")
	chip := "Evidenced, implied by level 2"
	checkSays(t, w.get("amara", "/me/section/"+n.ID).Body.String(), []string{`class="chip s-evid implied"`, chip, ">1</a> of <a"}, nil)
	checkSays(t, w.get("amara", "/me/capability/"+w.capability("2.1-L1")).Body.String(), []string{chip, "Why this status"}, nil)
}

// replacedSince has an older version hold two capabilities that this one has no more. Of the first, which has a successor, Amara has
// evidence; of the second nobody has.
func replacedSince(w *world) (old, gone mapping.Node) {
	older := mapping.Builtin()
	older.Version = "2022-01"
	old = older.Items[len(older.Items)-1]
	old.ID, old.Parent, old.Title = "0192f000-0000-7000-8000-00000000aaaa", w.capability6(), "An older capability"
	gone = old
	gone.ID, gone.Title = "0192f000-0000-7000-8000-00000000bbbb", "One without evidence"
	older.Items = append(older.Items, old, gone)
	w.older = mapping.NewCatalog(older, base)
	w.cat.Relations = append(w.cat.Relations, mapping.Relation{From: "urn:uuid:" + old.ID, Type: mapping.RelationReplacedBy, To: w.capability("6.1-L1")})
	w.states = map[string][]mapping.Progress{"learner-amara": {{Capability: old.ID, State: mapping.Evidenced, Since: now}}}
	return old, gone
}

// What a newer version replaced stays in the record, and leads to the new one.
func TestReplacedCapability(t *testing.T) {
	w := newWorld(t)
	old, gone := replacedSince(w)
	n, _ := w.cat.ByCode("6.1-L1")
	checkSays(t, w.get("amara", "/me/section/"+w.capability6()).Body.String(), []string{"Replaced, kept in your record", "An older capability", "Replaced. Your evidence for it is kept."}, []string{"One without evidence"})
	w.published = time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	checkSays(t, w.get("amara", "/me/capability/"+old.ID).Body.String(), []string{`This capability was replaced on 1 April 2026 by &#34;` + n.Title}, nil)
	w.published = time.Time{}
	checkSays(t, w.get("amara", "/me/capability/"+old.ID).Body.String(), []string{`This capability was replaced by &#34;` + n.Title, "Kept from version 2022-01.", "See the new one", w.capability("6.1-L1")}, nil)
	checkSays(t, w.get("amara", "/me/record").Body.String(), []string{"An older capability", "Kept from version 2022-01."}, []string{"One without evidence"})
	checkSays(t, w.get("amara", "/me/record.csv").Body.String(), []string{",2022-01,"}, nil)
	for person, id := range map[string]string{"amara": gone.ID, "ben": old.ID} {
		got := w.get(person, "/me/capability/"+id)
		if got.Code != http.StatusGone {
			t.Errorf("%s is shown %s: %d", person, id, got.Code)
		}
		if id == gone.ID {
			checkSays(t, got.Body.String(), []string{"This capability is no longer in the framework."}, []string{"Why this status", "Your evidence"})
		} else {
			checkSays(t, got.Body.String(), []string{"This capability was replaced by &#34;" + n.Title + "&#34;.", "See the new one"}, []string{"Why this status", "Your evidence"})
		}
	}
}
