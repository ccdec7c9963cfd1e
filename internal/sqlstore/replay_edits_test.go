package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"cairn/internal/api"
	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/mapping"
	"cairn/xapi"
)

// names is where user names and other ids are from that identity rules go by.
const names = "https://names.example"

// edits is a life in which every kind of edit is made: changesets of tags of every selector, criterion and scope, of rules of every kind,
// and what takes them back; versions of the framework; identity rules and the pseudonymous mode of the registration.
type edits struct {
	*life
	placed []web.PlacedActivity
	made   map[string]int // edits that were taken, by their kind
}

func newEdits(t *testing.T, d storetest.Database, seed uint64) *edits {
	e := &edits{life: newLife(t, d, seed), made: map[string]int{}}
	e.long, e.joins = true, true
	for _, how := range []web.Completion{web.CompleteByWord, web.CompleteByTime} {
		e.placed = append(e.placed, place(t, e.s, e.registration.ID, string(how), how))
	}
	return e
}

// day does one thing.
func (e *edits) day() {
	e.Helper()
	e.d.Clock.Move(time.Second)
	switch e.rand.IntN(16) {
	case 0, 1, 2:
		e.change()
	case 3:
		e.undo()
	case 4:
		e.identify()
	case 5:
		e.version()
	case 6:
		e.visit()
	case 7:
		e.joinOrPart()
	case 8, 9:
		e.dayOfLong()
	case 10:
		e.void()
	case 11:
		e.finish()
	default:
		e.act()
	}
}

// change applies a changeset of a few edits of one scope.
func (e *edits) change() {
	scope := []mapping.Scope{e.course.Scope(), e.course.Scope(), {Kind: mapping.ScopeRegistration, Registration: e.registration.ID}, {Kind: mapping.ScopeInstance}}[e.rand.IntN(4)]
	cs := mapping.Changeset{ID: uuid.NewString(), Author: "operator", At: e.d.Clock.Now(), Scope: scope}
	active, err := e.s.API(e.frameworks).Alignments(context.Background(), api.AlignmentFilter{Limit: 1000, Place: api.PlaceFilter{Kind: scope.Kind}})
	if err != nil {
		e.Fatal(err)
	}
	for range 1 + e.rand.IntN(3) {
		switch n := e.rand.IntN(6); {
		case n == 0 && len(active) > 0:
			cs.Edits = append(cs.Edits, mapping.Edit{Remove: active[e.rand.IntN(len(active))].ID})
		case n < 3:
			cs.Edits = append(cs.Edits, mapping.Edit{Rule: e.rule(scope)})
		default:
			cs.Edits = append(cs.Edits, mapping.Edit{Add: e.tag(scope)})
		}
	}
	e.apply(cs)
}

// apply counts the edits of a changeset, unless a rule refuses it.
func (e *edits) apply(cs mapping.Changeset) {
	e.Helper()
	_, err := e.s.API(e.frameworks).Apply(context.Background(), cs)
	var refused *mapping.EditError
	switch {
	case errors.As(err, &refused):
		return
	case err != nil:
		e.Fatal(err)
	case cs.Undoes != "":
		e.made["undo"]++
	}
	for _, edit := range cs.Edits {
		switch {
		case edit.Add != nil:
			e.made["tag "+string(edit.Add.Selector.Kind)]++
			if !edit.Add.Criterion.Dates.IsZero() {
				e.made["dates"]++
			}
		case edit.Rule != nil:
			e.made["rule "+string(edit.Rule.Rule.Kind)]++
		default:
			e.made["removal"]++
		}
	}
}

// tag is an alignment of any selector, under any criterion.
func (e *edits) tag(scope mapping.Scope) *mapping.Alignment {
	now, kinds := e.d.Clock.Now(), mapping.SelectorKinds()
	if scope.Kind != mapping.ScopeCourse { // links are of a course
		kinds = slices.DeleteFunc(kinds, func(k mapping.SelectorKind) bool { return k == mapping.SelectLink })
	}
	a := &mapping.Alignment{ID: uuid.NewString(), Capability: e.pick("cap-1", "cap-2"), Scope: scope, Selector: mapping.Selector{
		Kind: kinds[e.rand.IntN(len(kinds))], IRI: issuer + e.pick("/mod/quiz/view.php?id=3", "/mod/page/view.php?id=1")}}
	switch {
	case a.Selector.Kind == mapping.SelectLink:
		a.Selector.IRI = e.placed[e.rand.IntN(len(e.placed))].Records
	case a.Selector.Kind == mapping.SelectPrefix:
		a.Selector.IRI = issuer + e.pick("/mod/", "/mod/quiz/", "/mod/page/view.php")
	case scope.Kind == mapping.ScopeCourse:
		a.Placed = e.rand.IntN(4) == 0
	}
	switch e.rand.IntN(7) {
	case 0:
		a.Criterion.MinMilli = new(100 * (3 + e.rand.IntN(5)))
	case 1:
		a.Criterion.MinDuration = mapping.Duration(30 * time.Minute)
	case 2:
		a.Criterion.Verbs = []string{mapping.VerbPassed}
	case 3:
		a.Criterion.NoSelf = true
	case 4:
		a.Criterion.Dates = mapping.Dates{From: now.AddDate(0, 0, e.rand.IntN(40)-30)}
	case 5:
		a.Criterion.Dates = mapping.Dates{From: now.AddDate(0, 0, -20), Until: now.AddDate(0, 0, e.rand.IntN(30)-10)}
	}
	return a
}

// rule is one of any kind, or takes the scope's own away.
func (e *edits) rule(scope mapping.Scope) *mapping.ScopedRule {
	quiz, page, link := issuer+"/mod/quiz/view.php?id=3", issuer+"/mod/page/view.php?id=1", e.placed[0].Records
	all := []mapping.Rule{
		{}, {Kind: mapping.RuleAny}, {Kind: mapping.RuleAll, Validity: mapping.Period{Months: 1}}, {Kind: mapping.RuleN, N: 2, Spacing: mapping.Period{Days: 3}},
		{Kind: mapping.RuleAny, Pick: mapping.PickMostCommon}, {Kind: mapping.RuleAny, Pick: mapping.PickLatest, Validity: mapping.Period{Weeks: 2}},
		{Kind: mapping.RuleAny, Endorsed: true}, {Kind: mapping.RulePoints, N: 3, Parts: []mapping.Part{{Activity: quiz, Points: 2, Required: true}, {Activity: page, Points: 1}, {Activity: link, Points: 1}}},
		{Kind: mapping.RuleGroups, Parts: []mapping.Part{{All: []mapping.Part{{Activity: quiz}, {Any: []mapping.Part{{Activity: page}, {Activity: link}}}}}, {Activity: link}}},
	}
	r := &mapping.ScopedRule{Capability: e.pick("cap-1", "cap-2"), Scope: scope, Rule: all[e.rand.IntN(len(all))]}
	if len(r.Rule.Parts) == 0 && e.rand.IntN(3) == 0 {
		r.Capability, r.Framework = "", "fw"
	}
	if scope.Kind == mapping.ScopeInstance && r.Rule.Kind != "" && e.rand.IntN(4) == 0 {
		r.Rule.Locked, r.Rule.MinMilli = true, new(500)
	}
	return r
}

// undo takes back one of the changesets that were folded.
func (e *edits) undo() {
	ctx, data := context.Background(), e.s.API(e.frameworks)
	cursor, err := e.s.Projection().Cursor(ctx)
	if err != nil {
		e.Fatal(err)
	}
	all, err := data.Changesets(ctx, api.ChangesetFilter{Before: cursor.Pos + 1, Limit: 1000})
	if err != nil {
		e.Fatal(err)
	}
	if len(all) == 0 {
		return
	}
	back, err := data.Undo(ctx, all[e.rand.IntN(len(all))], mapping.Changeset{ID: uuid.NewString(), Author: "operator", At: e.d.Clock.Now()})
	if err != nil {
		e.Fatal(err)
	}
	if len(back.Edits) > 0 {
		e.apply(back)
	}
}

// identify changes the identity rule, or the pseudonymous mode.
func (e *edits) identify() {
	ctx := context.Background()
	if e.rand.IntN(2) == 0 {
		err := e.s.SetPseudonymous(ctx, e.registration.ID, e.rand.IntN(2) == 0, "https://cairn.example", "operator", "")
		if err != nil && !errors.Is(err, sqlstore.ErrPseudonymMailbox) {
			e.Fatal(err)
		}
		e.made["pseudonymous mode"]++
		return
	}
	rule := learner.IdentityRule{Mode: []learner.IdentityMode{learner.ByUserID, learner.ByUsername, learner.BySourced, learner.ByMailbox}[e.rand.IntN(4)]}
	if rule.Mode == learner.ByUsername || rule.Mode == learner.BySourced {
		rule.HomePage = names
	}
	if err := e.s.SetIdentityRule(ctx, e.registration.ID, rule); err != nil && !errors.Is(err, sqlstore.ErrPseudonymMailbox) {
		e.Fatal(err)
	}
	e.made["rule of identity"]++
}

// version publishes another version of the framework, retires one, or takes it into use again.
func (e *edits) version() {
	ctx := context.Background()
	if e.rand.IntN(3) == 0 {
		e.life.version++
		if _, err := e.s.PublishFramework(ctx, framework(fmt.Sprint(e.life.version), []string{"cap-1", "cap-2", "cap-3"}[:2+e.rand.IntN(2)]...), "https://cairn.example"); err != nil {
			e.Fatal(err)
		}
	}
	to := pipeline.FrameworkState{ID: "fw", Version: fmt.Sprint(1 + e.rand.IntN(e.life.version)), State: mapping.VersionRetired, Author: "operator"}
	if e.rand.IntN(2) == 0 {
		to.State = mapping.VersionPublished
	}
	if _, err := e.s.SetFrameworkState(ctx, to); err != nil {
		e.Fatal(err)
	}
	e.made["version"]++
}

// visit is a launch that tells all names of a person, so that every identity rule has something to go by.
func (e *edits) visit() {
	who := e.pick("4", "5", "6")
	enter(e.T, e.s, visit(e.registration, who, e.d.Clock.Now(), withEmail(e.pick("a@x.example", "b@x.example")), func(v *web.Entry) {
		v.Claims.Username, v.Claims.SourcedID = "name-"+who, "sourced-"+who
	}))
}

// act sends what somebody did, under any name that they are known by, with any outcome, perhaps long after it happened.
func (e *edits) act() {
	who := e.pick("4", "5", "6")
	actor := []string{fmt.Sprintf(`{"account":{"homePage":%q,"name":%q}}`, issuer, who), fmt.Sprintf(`{"account":{"homePage":%q,"name":"name-%s"}}`, names, who),
		fmt.Sprintf(`{"account":{"homePage":%q,"name":"sourced-%s"}}`, names, who), `{"mbox":"mailto:a@x.example"}`}[e.rand.IntN(4)]
	id, ago := uuid.NewString(), time.Duration(e.rand.IntN(3)*e.rand.IntN(20))*24*time.Hour
	e.ids = append(e.ids, id)
	e.send(fmt.Sprintf(`{"id":%q,"timestamp":%q,"actor":%s,"verb":{"id":%q},"object":{"id":%q},"context":{"contextActivities":{"grouping":[{"id":%q}]}},
		"result":{"success":%v,"duration":"PT%dM","score":{"raw":%d,"min":0,"max":10}}}`, id, e.d.Clock.Now().Add(-ago).Format(time.RFC3339), actor,
		e.pick(mapping.VerbCompleted, mapping.VerbPassed, mapping.VerbUncompleted), []string{issuer + "/mod/quiz/view.php?id=3", issuer + "/mod/page/view.php?id=1", e.placed[0].Records}[e.rand.IntN(3)],
		e.course.IRI, e.rand.IntN(5) > 0, 10+e.rand.IntN(40), e.rand.IntN(11)))
}

// finish records that somebody did what was placed.
func (e *edits) finish() {
	who := e.pick("4", "5", "6")
	var accounts []string
	if err := e.d.Raw(e.T).Select(&accounts, `SELECT id FROM account WHERE subject = '`+who+`'`); err != nil {
		e.Fatal(err)
	}
	if len(accounts) == 0 {
		return
	}
	p := e.placed[e.rand.IntN(len(e.placed))]
	if _, _, err := e.s.Activities().Record(context.Background(), act(e.T, p, accounts[0], who, web.ActCompleted, e.d.Clock.Now())); err != nil {
		e.Fatal(err)
	}
}

// void has somebody void a statement.
func (e *edits) void() {
	if len(e.ids) > 0 {
		e.send(fmt.Sprintf(`{"id":%q,"actor":%s,"verb":{"id":%q},"object":{"objectType":"StatementRef","id":%q}}`,
			uuid.NewString(), e.actor(), xapi.VerbVoided, e.ids[e.rand.IntN(len(e.ids))]))
	}
}

// reasoned holds that nothing was lost without a row that says why: the history of each pair has no gap, each entry its cause; and whoever
// stands without what they had is told what became of it.
func (e *edits) reasoned() (losses int) {
	e.Helper()
	ctx, records := context.Background(), e.s.Records()
	var pairs []struct{ Learner, Capability, State string }
	if err := e.d.Raw(e.T).Select(&pairs, `SELECT learner, capability, state FROM progress ORDER BY learner, capability`); err != nil {
		e.Fatal(err)
	}
	for _, p := range pairs {
		history, err := records.Transitions(ctx, p.Learner, p.Capability)
		if err != nil {
			e.Fatal(err)
		}
		was := mapping.Transition{To: mapping.NotStarted}
		for _, next := range history {
			if next.Ordinal != was.Ordinal+1 || next.From != was.To || next.FromPercent != was.Percent || next.Cause == "" || next.Pos == 0 {
				e.Errorf("the history of %v breaks: %+v follows %+v", p, next, was)
			}
			if next.From == mapping.Evidenced && next.To != mapping.Evidenced {
				losses++
			}
			was = next
		}
		if state := mapping.State(p.State); state != was.To && !(state == "" && was.Ordinal == 0) {
			e.Errorf("%v, and its history ends with %+v", p, was)
		}
		if was.To == mapping.Withdrawn || was.To == mapping.Expired {
			e.explained(p.Learner, was)
		}
	}
	return losses
}

// explained holds that a loss is explained, unless records or accounts were parted from the learner: then nothing is left to explain.
func (e *edits) explained(who string, was mapping.Transition) {
	e.Helper()
	c, err := e.s.Records().Case(context.Background(), who, was.Capability)
	if err != nil {
		e.Fatal(err)
	}
	r := mapping.Evaluate(c)
	x := mapping.Explain(c, r, nil)
	parted := slices.Contains([]mapping.CauseKind{mapping.CauseUnlink, mapping.CauseParted, mapping.CauseJoined, mapping.CauseLink}, was.Cause)
	if r.State == was.To && len(x.NotCounted) == 0 && x.Missing == 0 && len(x.MissingActivities) == 0 && !x.NeedsEndorsement && !parted {
		e.Errorf("%s is %s by %s, and nothing tells why: %+v", was.Capability, was.To, was.Cause, x)
	}
}

// TestLiveEqualsReplayForEveryKindOfEdit: whatever was edited, in whatever order it came and however it was cut into batches, a replay
// makes the same evidence, states, reasons and history, and emits nothing; nothing is lost without a reason.
func TestLiveEqualsReplayForEveryKindOfEdit(t *testing.T) {
	made := map[string]int{}
	losses := 0
	for _, seed := range []uint64{1, 2, 3} {
		storetest.Each(t, func(t *testing.T, d storetest.Database) {
			e := newEdits(t, d, seed)
			live := e.projector("live", 7)
			for range 300 {
				e.day()
				switch e.rand.IntN(10) {
				case 0, 1, 2:
					e.goOn(live)
				case 3: // the process starts anew
					live = e.projector("live", 1+e.rand.IntN(9))
				}
			}
			e.goOn(live)
			before, own := e.projected(), e.emitted()
			losses += e.reasoned()
			e.replayed(before)
			if again := e.emitted(); again != own {
				t.Errorf("the replay emitted %d statements", again-own)
			}
			for kind, n := range e.made {
				made[kind] += n
			}
		})
	}
	for _, kind := range []string{"tag exact", "tag under", "tag prefix", "tag link", "dates", "removal", "undo", "rule ", "rule any", "rule all", "rule n_of", "rule points", "rule groups",
		"rule of identity", "pseudonymous mode", "version"} {
		if made[kind] < 3 {
			t.Errorf("%d edits of the kind %q were made", made[kind], kind)
		}
	}
	if losses < 10 {
		t.Errorf("%d losses: the days were too quiet", losses)
	}
}
