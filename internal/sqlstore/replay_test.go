package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/mapping"
	"cairn/xapi"
	"cairn/xapi/lrs"
)

// life is a database that lives through random days: launches, statements, voids, tags, rules and changes of identity.
type life struct {
	*testing.T
	s            *sqlstore.Store
	d            storetest.Database
	rand         *rand.Rand
	registration sqlstore.Registration
	frameworks   *sqlstore.Frameworks
	course       web.Course
	ids          []string
	tags         []string
	version      int  // of the framework, the first is 1
	long         bool // days lie weeks apart, rules end, people rate themselves and are endorsed
	joins        bool // accounts are joined and parted
}

func newLife(t *testing.T, d storetest.Database, seed uint64) *life {
	l := &life{T: t, s: d.Open(t), d: d, rand: rand.New(rand.NewPCG(seed, 1)), version: 1}
	l.registration = register(t, l.s, "c1")
	l.course = web.Course{Registration: l.registration.ID, ID: "2", Title: "Course 101", IRI: l.registration.CourseIRI("2")}
	if _, err := l.s.PublishFramework(context.Background(), framework("1", "cap-1", "cap-2"), "https://cairn.example"); err != nil {
		t.Fatal(err)
	}
	var err error
	if l.frameworks, err = l.s.Frameworks(context.Background(), "fw"); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *life) projector(holder string, size int) *pipeline.Projector {
	p := l.s.Projection()
	return pipeline.NewProjector(pipeline.Config{
		Log: l.s, Projection: p, Committer: p, Catalogs: l.frameworks, Batch: size, Most: 7, Holder: holder,
		Prepare: func(raw []byte) (xapi.Prepared, error) {
			batch, err := xapi.Prepare(raw, xapi.Options{Version: xapi.V1, NewID: uuid.NewString,
				Authority: xapi.Agent{Account: &xapi.Account{HomePage: "https://cairn.example", Name: "cairn"}}})
			if err != nil {
				return xapi.Prepared{}, err
			}
			return batch[0], nil
		},
		Now: l.d.Clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
}

func (l *life) drain(p *pipeline.Projector) {
	l.Helper()
	for {
		switch n, err := p.Step(context.Background()); {
		case err != nil:
			l.Fatal(err)
		case n == 0:
			return
		}
	}
}

// day does one thing.
func (l *life) day() {
	l.d.Clock.Move(time.Second)
	if l.long && l.rand.IntN(5) == 0 {
		l.dayOfLong()
		return
	}
	if l.joins && l.rand.IntN(8) == 0 {
		l.joinOrPart()
		return
	}
	switch n := l.rand.IntN(12); {
	case n == 0:
		enter(l.T, l.s, visit(l.registration, l.pick("4", "5", "6"), l.d.Clock.Now(), withEmail(l.pick("a@x.example", "b@x.example"))))
	case n == 1:
		l.identity()
	case n < 5:
		l.edit()
	case n == 5 && len(l.ids) > 0:
		l.send(fmt.Sprintf(`{"id":%q,"actor":%s,"verb":{"id":%q},"object":{"objectType":"StatementRef","id":%q}}`,
			uuid.NewString(), l.actor(), xapi.VerbVoided, l.ids[l.rand.IntN(len(l.ids))]))
	default:
		l.act()
	}
}

func (l *life) pick(of ...string) string { return of[l.rand.IntN(len(of))] }

func (l *life) actor() string {
	if l.rand.IntN(4) == 0 {
		return fmt.Sprintf(`{"mbox":"mailto:%s"}`, l.pick("a@x.example", "b@x.example"))
	}
	return fmt.Sprintf(`{"account":{"homePage":%q,"name":%q}}`, issuer, l.pick("4", "5", "6"))
}

// act sends what a learner did, in or under one of two activities.
func (l *life) act() {
	id := uuid.NewString()
	l.ids = append(l.ids, id)
	under := fmt.Sprintf(`{"id":%q}`, l.course.IRI)
	activity := l.pick("/mod/quiz/view.php?id=3", "/mod/page/view.php?id=1")
	if l.rand.IntN(3) == 0 {
		under, activity = under+fmt.Sprintf(`,{"id":%q}`, issuer+activity), "/mod/quiz/attempt.php?attempt=9"
	}
	l.send(fmt.Sprintf(`{"id":%q,"timestamp":%q,"actor":%s,"verb":{"id":%q},"object":{"id":%q},"context":{"contextActivities":{"parent":[%s]}},"result":{"success":%v}}`,
		id, l.d.Clock.Now().Add(-time.Duration(l.rand.IntN(5))*time.Second).Format(time.RFC3339), l.actor(),
		l.pick(mapping.VerbCompleted, mapping.VerbCompleted, mapping.VerbPassed, mapping.VerbUncompleted), issuer+activity, under, l.rand.IntN(5) > 0))
}

func (l *life) send(raw string) {
	l.Helper()
	err := l.s.Add(context.Background(), storetest.Key, storetest.PrepareJSON(l, raw, storetest.Key.ID))
	if err != nil && !errors.Is(err, lrs.ErrVoidForbidden) {
		l.Fatal(err)
	}
}

func (l *life) identity() {
	rule := learner.IdentityRule{Mode: learner.IdentityMode(l.pick("user_id", "mailto"))}
	if err := l.s.SetIdentityRule(context.Background(), l.registration.ID, rule); err != nil {
		l.Fatal(err)
	}
}

// edit applies a changeset with one edit.
func (l *life) edit() {
	switch _, err := l.s.Courses(l.frameworks).Apply(context.Background(), l.draw()); {
	case errors.Is(err, mapping.ErrAligned): // it is tagged so
		l.tags = l.tags[:len(l.tags)-1]
	case err != nil:
		l.Fatal(err)
	}
}

// draw is a changeset with one edit.
func (l *life) draw() mapping.Changeset {
	cs := mapping.Changeset{ID: uuid.NewString(), Author: "operator", At: l.d.Clock.Now(), Scope: l.course.Scope()}
	capability := l.pick("cap-1", "cap-2")
	switch n := l.rand.IntN(4); {
	case n == 0 && len(l.tags) > 0:
		i := l.rand.IntN(len(l.tags))
		cs.Edits = []mapping.Edit{{Remove: l.tags[i]}}
		l.tags = append(l.tags[:i:i], l.tags[i+1:]...)
	case n == 1 && !l.long:
		cs.Edits = []mapping.Edit{{Rule: &mapping.ScopedRule{Capability: capability, Scope: cs.Scope, Rule: mapping.Rule{Kind: mapping.RuleN, N: 1 + l.rand.IntN(2)}}}}
	case n == 1:
		rule := mapping.ScopedRule{Capability: capability, Scope: cs.Scope, Rule: l.rule()}
		if len(rule.Rule.Parts) == 0 && l.rand.IntN(3) == 0 {
			rule.Capability, rule.Framework = "", "fw"
		}
		cs.Edits = []mapping.Edit{{Rule: &rule}}
	default:
		id := uuid.NewString()
		l.tags = append(l.tags, id)
		cs.Edits = []mapping.Edit{{Add: &mapping.Alignment{ID: id, Capability: capability, Scope: cs.Scope, Selector: mapping.Selector{
			Kind: mapping.SelectorKind(l.pick("under", "exact")), IRI: issuer + l.pick("/mod/quiz/view.php?id=3", "/mod/page/view.php?id=1")}}}}
	}
	return cs
}

// dayOfLong lets days go by, or does what happens beside evidence: ratings, endorsements, versions of the framework.
func (l *life) dayOfLong() {
	switch l.rand.IntN(6) {
	case 0:
		l.rate()
	case 3:
		l.version++
		if _, err := l.s.PublishFramework(context.Background(), framework(fmt.Sprint(l.version), "cap-1", "cap-2"), "https://cairn.example"); err != nil {
			l.Fatal(err)
		}
	case 1:
		l.endorse()
	default:
		l.d.Clock.Move(time.Duration(l.rand.IntN(20)) * 24 * time.Hour)
	}
}

// rule is one of several kinds, most of them with an end.
func (l *life) rule() mapping.Rule {
	return []mapping.Rule{
		{Kind: mapping.RuleN, N: 1 + l.rand.IntN(2)}, {Kind: mapping.RuleAny, Validity: mapping.Period{Days: 10}},
		{Kind: mapping.RuleN, N: 2, Validity: mapping.Period{Months: 1}}, {Kind: mapping.RuleAny, Pick: mapping.PickLatest},
		{Kind: mapping.RuleAny, Endorsed: true, Validity: mapping.Period{Weeks: 2}},
		{Kind: mapping.RuleGroups, Parts: []mapping.Part{{Activity: issuer + "/mod/quiz/view.php?id=3"}}},
	}[l.rand.IntN(6)]
}

// someone is an account with its learner, false before the first launch.
func (l *life) someone() (account, learnerID string, ok bool) {
	l.Helper()
	var rows []struct{ ID, Learner string }
	if err := l.d.Raw(l.T).Select(&rows, `SELECT id, learner FROM account ORDER BY subject`); err != nil {
		l.Fatal(err)
	}
	if len(rows) == 0 {
		return "", "", false
	}
	row := rows[l.rand.IntN(len(rows))]
	return row.ID, row.Learner, true
}

// joinOrPart joins two people, or parts one who are joined.
func (l *life) joinOrPart() {
	l.Helper()
	account, one, ok := l.someone()
	_, other, _ := l.someone()
	if !ok {
		return
	}
	_, err := l.s.Join(context.Background(), one, other, "operator", "one person")
	if errors.Is(err, web.ErrSamePerson) {
		_, err = l.s.Part(context.Background(), account, "operator", "two people")
	}
	if err != nil && !errors.Is(err, web.ErrAlone) {
		l.Fatal(err)
	}
}

func (l *life) rate() {
	account, who, ok := l.someone()
	if !ok {
		return
	}
	if _, err := l.s.Tracks().Rate(context.Background(), mapping.Rating{Learner: who, Account: account, Capability: l.pick("cap-1", "cap-2"),
		Now: mapping.RatingOnOwn, Shared: l.rand.IntN(2) == 0}); err != nil {
		l.Fatal(err)
	}
}

// endorse gives an endorsement that may end, or takes one back.
func (l *life) endorse() {
	_, who, ok := l.someone()
	if !ok {
		return
	}
	tracks, ctx := l.s.Tracks(), context.Background()
	given, err := tracks.Endorsements(ctx, who)
	if err != nil {
		l.Fatal(err)
	}
	if len(given) > 0 && l.rand.IntN(2) == 0 {
		_, err = tracks.WithdrawEndorsement(ctx, given[l.rand.IntN(len(given))].ID, "operator", "a slip")
	} else {
		e := mapping.Endorsement{Learner: who, Capability: l.pick("cap-1", "cap-2"), By: "operator", Scope: l.course.Scope()}
		if l.rand.IntN(2) == 0 {
			e.At, e.Until = l.d.Clock.Now(), l.d.Clock.Now().Add(10*24*time.Hour)
		}
		_, err = tracks.Endorse(ctx, e)
	}
	if err != nil {
		l.Fatal(err)
	}
}

// projected is every row that the fold makes, but for when an activity was last seen.
func (l *life) projected() map[string][]string {
	l.Helper()
	out := map[string][]string{}
	raw := l.d.Raw(l.T)
	for table, order := range map[string]string{
		"alignment": "id", "rule": "capability, framework, scope_kind, registration, context, began", "agent_link": "pos", "evidence": "learner, alignment, statement_pos, link_pos",
		"evidence_retraction": "statement_id, pos", "progress": "learner, capability", "transition": "learner, capability, ordinal",
		"rating": "about, capability, ordinal", "endorsement": "about, capability, ordinal",
		"belonging WHERE home IN (SELECT id FROM learner) AND learner IN (SELECT id FROM learner)": "home, began",
	} {
		rows, err := raw.Queryx(`SELECT * FROM ` + table + ` ORDER BY ` + order)
		if err != nil {
			l.Fatal(err)
		}
		for rows.Next() {
			row := map[string]any{}
			if err := rows.MapScan(row); err != nil {
				l.Fatal(err)
			}
			out[table] = append(out[table], strings.ReplaceAll(fmt.Sprint(row), " ", "  "))
		}
		rows.Close()
	}
	return out
}

// TestLiveEqualsReplayInTheDatabase holds settled question 9 on real databases; the same property runs over many more logs in
// memory, in package pipeline.
func TestLiveEqualsReplayInTheDatabase(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3, 5, 6, 7} {
		storetest.Each(t, func(t *testing.T, d storetest.Database) {
			l := newLife(t, d, seed)
			l.long, l.joins = true, seed >= 5
			live := l.projector("live", 7)
			for range 200 {
				l.day()
				switch l.rand.IntN(10) {
				case 0, 1, 2:
					l.drain(live)
				case 3: // the process starts anew
					live = l.projector("live", 1+l.rand.IntN(9))
				}
			}
			l.drain(live)
			before, own := l.projected(), l.emitted()
			if len(before["transition"]) < 5 || len(before["evidence_retraction"]) == 0 || own < 5 ||
				len(before["rating"])*len(before["endorsement"]) == 0 || !l.joins && !strings.Contains(fmt.Sprint(before["transition"]), string(mapping.CauseExpiry)) {
				t.Fatalf("the days were too quiet: %d transitions, %d retractions, %d emitted, %d ratings, %d endorsements", len(before["transition"]),
					len(before["evidence_retraction"]), own, len(before["rating"]), len(before["endorsement"]))
			}
			if moved := fmt.Sprint(before["transition"]); l.joins && (!strings.Contains(moved, string(mapping.CauseJoined)) || !strings.Contains(moved, string(mapping.CauseParted))) {
				t.Fatal("nobody was joined or parted who had anything")
			}
			if err := l.s.Projection().Reset(context.Background()); err != nil {
				t.Fatal(err)
			}
			l.drain(l.projector("replay", 50))
			if d := cmp.Diff(before, l.projected()); d != "" {
				t.Errorf("the projection differs (-live +replay):\n%s", d)
			}
			if again := l.emitted(); again != own {
				t.Errorf("the replay emitted %d statements", again-own)
			}
		})
	}
}

func (l *life) emitted() (n int) {
	l.Helper()
	if err := l.d.Raw(l.T).Get(&n, `SELECT COUNT(*) FROM statement WHERE own <> 0`); err != nil {
		l.Fatal(err)
	}
	return n
}

// TestOneProcessProjectsAtATime: the lease keeps a second process out until it ends, and a replay takes it from its holder.
func TestOneProcessProjectsAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l := newLife(t, d, 4)
		first, second := l.projector("first", 10), l.projector("second", 10)
		l.drain(first)
		if _, err := second.Step(context.Background()); !errors.Is(err, pipeline.ErrLeaseLost) {
			t.Fatalf("a second process projects: %v", err)
		}
		d.Clock.Move(time.Minute)
		l.drain(second)
		l.day()
		if _, err := first.Step(context.Background()); !errors.Is(err, pipeline.ErrLeaseLost) {
			t.Fatalf("the first process goes on: %v", err)
		}
	})
}
