package web_test

import (
	"fmt"
	"time"

	"cairn/internal/web"
	"cairn/lti"
	"cairn/mapping"
	"cairn/xapi"
)

// The example world: a course with a learner who is under way, a new learner, and those who lead it.

var (
	course  = web.Course{Registration: "r1", ID: "2", Title: "Digital safety", IRI: lms + "/course/view.php?id=2"}
	course9 = web.Course{Registration: "r1", ID: "9", Title: "Another course", IRI: lms + "/course/view.php?id=9"}
)

func module(kind string, id int) string {
	return fmt.Sprintf("%s/mod/%s/view.php?id=%d", lms, kind, id)
}

func (w *world) capability(code string) string {
	n, ok := w.cat.ByCode(code)
	if !ok {
		panic("no capability " + code)
	}
	return n.ID
}

func (w *world) fill() {
	w.people()
	for i, a := range []struct{ kind, name string }{
		{"page", "Intro to AI in care"}, {"quiz", "Quiz: data and safety"}, {"quiz", "Quiz: how models learn"},
		{"quiz", "Quiz: bias"}, {"assign", "Practice: read a report"}, {"page", "Video: what is ML"}, {"scorm", ""},
		{"page", "Welcome"},
	} {
		w.seen["2"] = append(w.seen["2"], web.CourseActivity{IRI: module(a.kind, i+1), Name: a.name, LastSeen: now.Add(-time.Hour)})
	}
	w.seen["9"] = []web.CourseActivity{{IRI: module("quiz", 90), Name: "Elsewhere"}}
	seventy := 700
	w.tag("a1", "6.1-L1", module("page", 1), nil)
	w.tag("a2", "6-L1", module("page", 1), nil)
	w.tag("a3", "5.2.1-L1", module("quiz", 2), nil)
	w.tag("a4", "6.1-L2", module("quiz", 3), &seventy)
	w.tag("a5", "6.1-L2", module("quiz", 4), &seventy)
	w.tag("a6", "6.1-L2", module("assign", 5), nil)
	w.tag("a7", "6.1-L2", module("page", 6), nil)
	w.tag("a8", "2.1-L2", module("page", 8), nil)
	w.tag("a9", "6.1-LX-01", module("page", 6), nil)
	w.rules = append(w.rules, mapping.ScopedRule{Capability: w.capability("6.1-L2"), Scope: course.Scope(), Rule: mapping.Rule{Kind: mapping.RuleN, N: 3}})
	w.aligned = append(w.aligned, mapping.Alignment{
		ID: "i1", Capability: w.capability("2.1-L1"), Scope: mapping.Scope{Kind: mapping.ScopeInstance},
		Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: module("page", 8)},
	})
	w.place("word", "Intro to AI in care, a film", web.CompleteByWord)
	w.place("time", "Reading: what is a model", web.CompleteByTime)
	w.place("record", "Simulation: a busy ward", web.CompleteByRecord)
	w.happened()
	w.changes = append(w.changes, web.HistoryEntry{Pos: 5, Author: "Tove Teacher", Changeset: mapping.Changeset{
		ID: "0192f000-0000-7000-8000-000000000001", Author: "account-tove", Reason: "New quiz this year", At: now.Add(-48 * time.Hour),
		Scope: course.Scope(), Edits: []mapping.Edit{{Add: &w.aligned[2]}, {Add: &w.aligned[3]}},
	}})
}

func (w *world) tag(id, code, iri string, least *int) {
	w.aligned = append(w.aligned, mapping.Alignment{
		ID: id, Capability: w.capability(code), Scope: course.Scope(),
		Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: iri}, Criterion: mapping.Criterion{MinMilli: least},
	})
}

// place puts an activity into course 2, tagged with two capabilities when it is the first.
func (w *world) place(id, title string, how web.Completion) {
	a := web.PlacedActivity{
		ID: id, Registration: "r1", Context: "2", IRI: base + "/activity/" + id, Title: title, Address: "https://media.example/" + id,
		Completion: how, Least: 10 * time.Minute, Records: base + "/activity/" + id, Author: "account-tove",
	}
	if how == web.CompleteByRecord {
		a.Records = a.Address
	}
	w.placed = append(w.placed, a)
	if how != web.CompleteByWord {
		return
	}
	w.tag("p1", "6.1-L1", a.Records, nil)
	w.tag("p2", "6-L1", a.Records, nil)
	for i := range 2 {
		w.aligned[len(w.aligned)-1-i].Placed = true
	}
}

// did adds a finished activity to Amara's records.
func (w *world) did(alignment, iri string, day int, score *int) {
	at := time.Date(2026, 5, day, 10, 0, 0, 0, time.UTC)
	n := len(w.evidence["learner-amara"]) + 1
	w.evidence["learner-amara"] = append(w.evidence["learner-amara"], mapping.Evidence{
		Alignment: alignment, Kind: mapping.EvidenceDone, Registration: "r1",
		Record: mapping.Record{Pos: int64(n), StatementID: fmt.Sprintf("s%d", n), Verb: mapping.VerbCompleted, Activity: iri, Under: []string{course.IRI}, Time: at, ScoreMilli: score},
	})
}

func (w *world) happened() {
	points := func(n int) *int { return &n }
	w.did("a1", module("page", 1), 3, nil)
	w.did("a2", module("page", 1), 3, nil)
	w.did("a3", module("quiz", 2), 14, points(820))
	w.did("a4", module("quiz", 3), 3, points(825))
	w.did("a5", module("quiz", 4), 5, points(640))
	w.did("a4", module("quiz", 3), 2, points(710))
	w.did("a8", module("page", 8), 1, nil)
	last := len(w.evidence["learner-amara"]) - 1
	back := w.evidence["learner-amara"][last]
	back.Kind, back.Record.Verb, back.Record.Pos = mapping.EvidenceTakenBack, mapping.VerbUncompleted, 99
	back.Record.Time = back.Record.Time.AddDate(0, 0, 1)
	w.evidence["learner-amara"] = append(w.evidence["learner-amara"], back)
	lost := w.capability("2.1-L2")
	w.was["learner-amara"+lost] = true
	w.history["learner-amara"] = map[string][]mapping.Transition{
		lost: {
			{Ordinal: 1, From: mapping.NotStarted, To: mapping.Evidenced, Have: 1, Need: 1, Cause: mapping.CauseStatement, At: back.Record.Time.AddDate(0, 0, -1)},
			{Ordinal: 2, From: mapping.Evidenced, To: mapping.Withdrawn, Need: 1, Cause: mapping.CauseTakenBack, At: back.Record.Time},
		},
		w.capability("6.1-L2"): {
			{Ordinal: 1, To: mapping.InProgress, Have: 1, Need: 3, Cause: mapping.CauseStatement, At: time.Date(2026, 5, 2, 10, 0, 0, 0, time.UTC)},
		},
	}
}

// people are the sessions that exist.
func (w *world) people() {
	learner, teacher := []string{lti.RoleLearner}, []string{lti.RoleInstructor}
	add := func(person string, s web.Session) {
		s.Hash, s.Browser, s.Registration = hash(token(person)), hash(browserOf(person)), "r1"
		if s.Course.ID == "" {
			s.Course = course
		}
		s.Framework, s.InFrame, s.CreatedAt = w.cat.ID, true, now.Add(-time.Hour)
		s.ReturnURL = lms + "/mod/lti/return.php"
		if s.ExpiresAt.IsZero() {
			s.ExpiresAt = now.Add(time.Hour)
		}
		w.sessions[s.Hash] = s
	}
	add("amara", web.Session{Account: "account-amara", Learner: "learner-amara", Roles: learner, Recorded: true, Actor: xapi.AccountAgent(lms, "4")})
	add("ben", web.Session{Account: "account-ben", Learner: "learner-ben", Roles: learner, Recorded: true, Actor: xapi.AccountAgent(lms, "5")})
	add("new", web.Session{Account: "account-new", Learner: "learner-new", Roles: learner, Recorded: true})
	add("tove", web.Session{Account: "account-tove", Learner: "learner-tove", Roles: teacher, Lead: true, Recorded: true})
	yes, data := true, "opaque"
	add("picker", web.Session{Account: "account-tove", Learner: "learner-tove", Roles: teacher, Lead: true, Recorded: true, Pick: &web.Pick{
		Deployment: "1", Settings: lti.DeepLinkingSettings{ReturnURL: lms + "/deep", AcceptTypes: []string{lti.ItemResourceLink},
			AcceptTargets: []string{lti.TargetFrame}, AcceptLineItem: &yes, Data: &data}}})
	add("files", web.Session{Account: "account-tove", Learner: "learner-tove", Roles: teacher, Lead: true, Recorded: true, Pick: &web.Pick{
		Deployment: "1", Settings: lti.DeepLinkingSettings{ReturnURL: lms + "/deep", AcceptTypes: []string{lti.ItemFile}}}})
	add("reviewer", web.Session{Account: "account-tove", Learner: "learner-tove", Roles: teacher, Lead: true, Recorded: true,
		Review: &web.Review{Issuer: lms, Subject: "4"}})
	add("copier", web.Session{Account: "account-tove", Learner: "learner-tove", Roles: teacher, Lead: true, Recorded: true, Course: course9, CopyOf: []string{"2"}})
	add("other", web.Session{Account: "account-other", Learner: "learner-other", Roles: teacher, Lead: true, Recorded: true, Course: course9})
	add("admin", web.Session{Account: "account-admin", Learner: "learner-admin", Roles: []string{lti.RoleAdministrator}, Lead: true, Recorded: true})
	add("operator", web.Session{Operator: true})
	add("late", web.Session{Account: "account-late", Roles: teacher, Lead: true, Recorded: true, ExpiresAt: now.Add(-time.Minute)})
	add("anonymous", web.Session{Roles: learner})
	add("preview", web.Session{Account: "account-preview", Roles: append(teacher, lti.RoleTestUser), Lead: true, Test: []string{testAgent}})
	add("nameless", web.Session{Roles: teacher, Lead: true})
	add("six", web.Session{Account: "account-amara", Learner: "learner-amara", Roles: learner, Recorded: true, Node: w.capability6()})
}

func (w *world) capability6() string {
	n, _ := w.cat.ByCode("6")
	return n.ID
}
