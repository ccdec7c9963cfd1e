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
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi"
)

const (
	completed   = "http://adlnet.gov/expapi/verbs/completed"
	passed      = "http://adlnet.gov/expapi/verbs/passed"
	failed      = "http://adlnet.gov/expapi/verbs/failed"
	viewed      = "http://id.tincanapi.com/verb/viewed"
	uncompleted = "https://xapi.edlm/profiles/edlm-lms/concepts/verbs/uncompleted"
)

// catalogs is the built-in framework.
type catalogs struct{ one *mapping.Catalog }

func (c catalogs) All() []*mapping.Catalog { return []*mapping.Catalog{c.one} }

func (catalogs) Look() error { return nil }

func builtin(t require) catalogs {
	t.Helper()
	return catalogs{mapping.NewCatalog(mapping.Builtin(), "https://cairn.example.test")}
}

// require is what testing.T and rapid.T share.
type require interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func projector(m *memory, c catalogs, batch int, change ...func(*pipeline.Config)) *pipeline.Projector {
	config := pipeline.Config{
		Log: m, Projection: m, Committer: m, Catalogs: c, Batch: batch, Holder: "test",
		Prepare: func(statement []byte) (xapi.Prepared, error) {
			batch, err := xapi.Prepare(statement, xapi.Options{Version: xapi.V1, Authority: cairn})
			if err != nil {
				return xapi.Prepared{}, err
			}
			return batch[0], nil
		},
		Now: func() time.Time { return m.now }, Logger: slog.New(slog.DiscardHandler),
	}
	for _, f := range change {
		f(&config)
	}
	return pipeline.NewProjector(config)
}

func drain(t require, p *pipeline.Projector) {
	t.Helper()
	for {
		n, err := p.Step(context.Background())
		switch {
		case errors.Is(err, errAway): // it is tried again
		case err != nil:
			t.Fatal(err)
		case n == 0:
			return
		}
	}
}

// world draws random logs: two courses, three learners, a few activities, alignments of every selector and scope, rules,
// voids in both orders, links that come late and go.
type world struct {
	now       time.Time // of the next entry
	endorsed  []mapping.Endorsement
	framework string
	caps      []string
	added     []mapping.Alignment
	stored    []string // statement ids
	links     []learner.Link
	owners    map[string]string // of accounts
	queue     []pipeline.Entry  // the rest of a move
	counter   int
}

var activities = []string{
	"http://lms.test/mod/quiz/view.php?id=3", "http://lms.test/mod/quiz/view.php?id=30", "http://lms.test/mod/page/view.php?id=1",
	"http://lms.test/mod/quiz/attempt.php?attempt=1&cmid=3",
}

const course = "http://lms.test/course/view.php?id=2"

func newWorld(c catalogs) *world {
	w := &world{framework: c.one.ID, now: epoch, owners: map[string]string{}}
	for _, n := range c.one.Tracked("")[:3] {
		w.caps = append(w.caps, n.ID)
	}
	return w
}

func (w *world) next(t *rapid.T) pipeline.Entry {
	if len(w.queue) > 0 {
		e := w.queue[0]
		w.queue = w.queue[1:]
		return e
	}
	w.counter++
	switch rapid.IntRange(0, 14).Draw(t, "kind") {
	case 0, 1:
		return w.changeset(t)
	case 2:
		return w.void(t)
	case 3:
		return w.link(t)
	case 4:
		return w.unlink(t)
	case 5:
		return w.endorsement(t)
	case 6:
		return w.move(t)
	case 7:
		return rapid.SampledFrom([]pipeline.Entry{{Kind: pipeline.EntryClock, Body: []byte(`{}`)}, w.rating(t)}).Draw(t, "aside")
	}
	return w.statement(t)
}

// pass lets time go by in a memory, mostly little.
func (w *world) pass(t *rapid.T, m *memory) {
	if rapid.IntRange(0, 3).Draw(t, "time passes") == 0 {
		m.now = m.now.AddDate(0, 0, rapid.IntRange(1, 40).Draw(t, "days"))
	}
	w.now = m.now
}

func (w *world) id(prefix byte) string {
	return fmt.Sprintf("%c0000000-0000-4000-8000-%012d", prefix, w.counter)
}

func (w *world) statement(t *rapid.T) pipeline.Entry {
	id := w.id('a')
	w.stored = append(w.stored, id)
	activity := rapid.SampledFrom(activities).Draw(t, "activity")
	under := []string{course}
	if activity == activities[3] {
		under = []string{activities[0], course}
	}
	if rapid.IntRange(0, 4).Draw(t, "elsewhere") == 0 {
		under = under[:len(under)-1]
	}
	r := mapping.Record{
		StatementID: id, Agent: w.agent(t), Activity: activity, Under: under,
		Verb: rapid.SampledFrom([]string{completed, completed, passed, failed, viewed, uncompleted}).Draw(t, "verb"),
		Time: w.now.Add(-time.Duration(rapid.SampledFrom([]int{0, 1, 5, 20, 24 * 60, 24 * 60 * 20}).Draw(t, "minutes ago")) * time.Minute),
	}
	r.SelfConfirmed = rapid.IntRange(0, 4).Draw(t, "own word") == 0
	if rapid.Bool().Draw(t, "timed") {
		spent := time.Duration(rapid.IntRange(1, 60).Draw(t, "spent")) * time.Minute
		r.Duration = &spent
	}
	if rapid.Bool().Draw(t, "scored") {
		score := rapid.IntRange(0, 1000).Draw(t, "score")
		success := score >= 500
		r.ScoreMilli, r.Success = &score, &success
	}
	return pipeline.Entry{Kind: pipeline.EntryStatement, Record: r}
}

func (w *world) agent(t *rapid.T) string {
	return rapid.SampledFrom([]string{"account|http://lms.test|4", "account|http://lms.test|5", "mbox|mailto:a@b.test"}).Draw(t, "agent")
}

func (w *world) void(t *rapid.T) pipeline.Entry {
	var target string
	if len(w.stored) > 0 && rapid.IntRange(0, 3).Draw(t, "known") > 0 {
		target = rapid.SampledFrom(w.stored).Draw(t, "target")
	} else { // not there yet, perhaps never
		target = fmt.Sprintf("a0000000-0000-4000-8000-%012d", w.counter+rapid.IntRange(1, 4).Draw(t, "ahead"))
	}
	return pipeline.Entry{Kind: pipeline.EntryStatement, Voids: target, Record: mapping.Record{StatementID: w.id('c'), Agent: w.agent(t), Time: epoch}}
}

// endorsement gives one, or takes one back.
func (w *world) endorsement(t *rapid.T) pipeline.Entry {
	if len(w.endorsed) > 0 && rapid.IntRange(0, 2).Draw(t, "take back") == 0 {
		e := rapid.SampledFrom(w.endorsed).Draw(t, "endorsement")
		return event(t, pipeline.EntryEndorsementWithdrawn, pipeline.EndorsementWithdrawn{ID: e.ID, Learner: e.Learner, Capability: e.Capability, By: "account-9", At: w.now})
	}
	e := mapping.Endorsement{
		ID: w.id('b'), Learner: fmt.Sprint("learner-", rapid.IntRange(1, 3).Draw(t, "learner")), By: "account-9", Scope: w.scope(t), At: w.now,
		Capability: rapid.SampledFrom(w.caps).Draw(t, "capability"),
	}
	if rapid.Bool().Draw(t, "ends") {
		e.Until = w.now.AddDate(0, 0, rapid.IntRange(1, 30).Draw(t, "until"))
	}
	w.endorsed = append(w.endorsed, e)
	return event(t, pipeline.EntryEndorsed, e)
}

func (w *world) rating(t *rapid.T) pipeline.Entry {
	return event(t, pipeline.EntryRated, mapping.Rating{ID: w.id('f'), Learner: fmt.Sprint("learner-", rapid.IntRange(1, 3).Draw(t, "learner")),
		Account: "account-1", Capability: rapid.SampledFrom(w.caps).Draw(t, "capability"), Now: mapping.RatingOnOwn, Shared: rapid.Bool().Draw(t, "shared"), At: w.now})
}

func (w *world) link(t *rapid.T) pipeline.Entry {
	who := rapid.IntRange(1, 3).Draw(t, "learner")
	l := learner.Link{
		Learner: w.ownerOf(fmt.Sprint("account-", who)), Account: fmt.Sprint("account-", who), Issuer: "http://lms.test", Subject: fmt.Sprint(who),
		Registration: rapid.SampledFrom([]string{"r1", "r2"}).Draw(t, "registration"), Agent: w.agent(t),
	}
	if slices.Contains(w.links, l) {
		return w.statement(t)
	}
	w.links = append(w.links, l)
	return event(t, pipeline.EntryLink, l)
}

func (w *world) unlink(t *rapid.T) pipeline.Entry {
	if len(w.links) == 0 {
		return w.statement(t)
	}
	i := rapid.IntRange(0, len(w.links)-1).Draw(t, "link")
	l := w.links[i]
	w.links = slices.Delete(w.links, i, i+1)
	return event(t, pipeline.EntryUnlink, l)
}

func event(t *rapid.T, kind pipeline.EntryKind, body any) pipeline.Entry {
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.Entry{Kind: kind, Body: raw}
}

// TestLiveEqualsReplay is the property that guards the product (settled question 9): whatever the log holds, in whatever
// order it came and however it was cut into batches, a replay from nothing gives the same ledger, states and history.
func TestLiveEqualsReplay(t *testing.T) {
	c := builtin(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(c)
		live := newMemory()
		most := func(c *pipeline.Config) { c.Most = rapid.SampledFrom([]int{1, 2, 5, 5000}).Draw(t, "most") }
		p := projector(live, c, rapid.IntRange(1, 7).Draw(t, "batch"), most)
		for range rapid.IntRange(1, 40).Draw(t, "length") {
			w.pass(t, live)
			live.append(w.next(t))
			live.failIn = rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(t, "commit that fails")
			if rapid.IntRange(0, 2).Draw(t, "project now") == 0 {
				drain(t, p)
			}
			if rapid.IntRange(0, 9).Draw(t, "restart") == 0 {
				p = projector(live, c, rapid.IntRange(1, 7).Draw(t, "batch"), most)
			}
		}
		drain(t, p)

		again := newMemory(live.entries...)
		again.cursor.EmitAfter = live.cursor.Pos
		drain(t, projector(again, c, rapid.IntRange(1, 50).Draw(t, "replay batch")))
		same(t, live, again)
		if len(again.emitted) > 0 {
			t.Fatalf("a replay emitted %d statements", len(again.emitted))
		}
	})
}

func same(t require, live, again *memory) {
	t.Helper()
	told(t, live)
	if d := cmp.Diff(live.sortedLedger(), again.sortedLedger()); d != "" {
		t.Fatalf("the ledger differs (-live +replay):\n%s", d)
	}
	if d := cmp.Diff(live.progress, again.progress); d != "" {
		t.Fatalf("progress differs (-live +replay):\n%s", d)
	}
	if d := cmp.Diff(live.due, again.due); d != "" {
		t.Fatalf("when to look again differs (-live +replay):\n%s", d)
	}
	if d := cmp.Diff(live.transitions, again.transitions); d != "" {
		t.Fatalf("the history differs (-live +replay):\n%s", d)
	}
	if d := cmp.Diff(live.rated, again.rated); d != "" {
		t.Fatalf("ratings differ (-live +replay):\n%s", d)
	}
	if d := cmp.Diff(live.owners, again.owners); d != "" {
		t.Fatalf("whose is what differs (-live +replay):\n%s", d)
	}
	if d := cmp.Diff(live.endorsed, again.endorsed); d != "" {
		t.Fatalf("endorsements differ (-live +replay):\n%s", d)
	}
}

// told holds that nothing moves without an entry of the history that says why: the states of each pair are its transitions.
func told(t require, m *memory) {
	t.Helper()
	last := map[pipeline.Pair]mapping.Transition{}
	for _, next := range m.transitions {
		pair := pipeline.Pair{Learner: next.Learner, Capability: next.Capability}
		before, known := last[pair]
		if !known {
			before.To = mapping.NotStarted
		}
		if next.Ordinal != before.Ordinal+1 || next.From != before.To || next.FromPercent != before.Percent || next.Cause == "" || next.Pos == 0 {
			t.Fatalf("the history of %v breaks: %+v follows %+v", pair, next, before)
		}
		last[pair] = next
	}
	for pair, p := range m.progress {
		if was := last[pair]; was.Ordinal > 0 && (was.To != p.State || was.Percent != p.Percent) || was.Ordinal == 0 && p.State != "" && p.State != mapping.NotStarted {
			t.Fatalf("%v is %s, %d percent; its history ends with %+v", pair, p.State, p.Percent, was)
		}
	}
}

// cairn is who vouches for the statements of our own.
var cairn = xapi.Agent{Account: &xapi.Account{HomePage: "https://cairn.example.test", Name: "cairn"}}
