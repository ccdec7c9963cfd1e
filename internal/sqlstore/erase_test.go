package sqlstore_test

import (
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/lti"
	"cairn/mapping"
	"cairn/xapi"
	"cairn/xapi/lrs"
)

// zoe is the account of a person who is erased; everything about her holds "zoe-secret".
const zoe = "zoe-secret-4711"

// mentions answers the tables that hold a text anywhere in their rows.
func mentions(t testing.TB, d storetest.Database, text string) (found []string) {
	t.Helper()
	raw := d.Raw(t)
	tables := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if d.Name == "postgres" {
		tables = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`
	}
	var names []string
	if err := raw.Select(&names, tables); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		rows, err := raw.Queryx(`SELECT * FROM ` + name)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			cells, err := rows.SliceScan()
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(cells, func(c any) bool { return strings.Contains(cell(c), text) }) && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
		rows.Close()
	}
	slices.Sort(found)
	return found
}

func cell(c any) string {
	if b, ok := c.([]byte); ok {
		return string(b)
	}
	return fmt.Sprint(c)
}

func agentJSON(name string) string {
	return fmt.Sprintf(`{"objectType":"Agent","name":"Name of %s","account":{"homePage":%q,"name":%q}}`, name, issuer, name)
}

func did(id int, actor, rest string) string {
	return fmt.Sprintf(`{"id":%q,"timestamp":"2026-03-01T10:00:00Z","actor":%s,"verb":{"id":%q},%s}`, storetest.ID(id), actor, mapping.VerbCompleted, rest)
}

const quizObject = `"object":{"id":"https://lms.example/mod/quiz/view.php?id=3"}`

// crowd fills a database with what Zoe and Tom did, in every place a statement can name somebody.
func crowd(t testing.TB, l *life) {
	t.Helper()
	z, o := agentJSON(zoe), agentJSON("tom")
	l.send("[" + strings.Join([]string{
		did(1, z, quizObject), did(2, o, quizObject),
		did(3, o, quizObject+`,"context":{"instructor":`+z+`,"extensions":{"http://example.org/x":1.50}}`),
		did(4, `{"objectType":"Group","member":[`+z+`,`+o+`]}`, quizObject),
		did(5, `{"objectType":"Group","member":[`+z+`]}`, quizObject),
		did(6, o, `"object":`+z),
		did(7, o, `"object":{"objectType":"SubStatement","actor":`+z+`,"verb":{"id":"http://example.org/v"},"object":{"id":"http://example.org/a"}}`),
		did(8, o, `"object":{"objectType":"StatementRef","id":"`+storetest.ID(1)+`"}`),
		did(9, z, `"object":{"id":"http://example.org/only-hers","definition":{"name":{"en":"page of `+zoe+`"}}}`),
	}, ",") + "]")
	for id, actor := range map[int]string{10: z, 11: o} { // zoe voids tom's statement, tom voids hers
		target := map[int]int{10: 12, 11: 13}[id]
		l.send(did(target, map[int]string{10: o, 11: z}[id], quizObject))
		l.send(fmt.Sprintf(`{"id":%q,"timestamp":"2026-03-01T10:00:00Z","actor":%s,"verb":{"id":%q},"object":{"objectType":"StatementRef","id":%q}}`,
			storetest.ID(id), actor, xapi.VerbVoided, storetest.ID(target)))
	}
}

// enrolled is a life in which Zoe and Tom have launched, tagged and done things.
func enrolled(t *testing.T, d storetest.Database) (*life, web.Session) {
	l := newLife(t, d, 1)
	session := enter(t, l.s, visit(l.registration, zoe, d.Clock.Now(), withEmail(zoe+"@example.org")))
	enter(t, l.s, visit(l.registration, "tom", d.Clock.Now()))
	cs := mapping.Changeset{ID: "11111111-1111-4111-8111-111111111111", Author: session.Account, At: d.Clock.Now(), Scope: l.course.Scope()}
	cs.Edits = []mapping.Edit{{Add: &mapping.Alignment{ID: "a1", Capability: "cap-1", Scope: mapping.Scope{Kind: mapping.ScopeRegistration, Registration: l.registration.ID},
		Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: issuer + "/mod/quiz/view.php?id=3"}}}}
	cs.Scope = cs.Edits[0].Add.Scope
	if _, err := l.s.Courses(l.frameworks).Apply(context.Background(), cs); err != nil {
		t.Fatal(err)
	}
	crowd(t, l)
	key := lrs.DocumentKey{Kind: lrs.KindState, Activity: "http://example.org/a", Agent: "account|" + issuer + "|" + zoe, ID: "bookmark"}
	if err := l.s.ChangeDocument(context.Background(), key, func(*lrs.Document) (*lrs.Document, error) {
		return &lrs.Document{ContentType: "text/plain", Content: []byte(zoe), ETag: "x"}, nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := l.s.SaveRoster(context.Background(), lti.CachedRoster{Registration: l.registration.ID, Context: "2", ReadAt: d.Clock.Now(),
		Roster: lti.Roster{Members: []lti.Member{{UserID: zoe, Name: "Name of " + zoe}, {UserID: "tom", Name: "Tom"}}}}); err != nil {
		t.Fatal(err)
	}
	l.drain(l.projector("live", 7))
	return l, session
}

func find(t testing.TB, s *sqlstore.Store, subject string) sqlstore.Person {
	t.Helper()
	p, err := s.Person(context.Background(), sqlstore.WhoIs{Issuer: issuer, Subject: subject})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func erase(t testing.TB, l *life, p sqlstore.Person) sqlstore.Erased {
	t.Helper()
	l.d.Clock.Move(time.Minute)
	done, err := l.s.Erase(context.Background(), p, "asked for", nil)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// Settled question 15, quality.md "Security": nothing of a person is left in any table, and others keep what is theirs.
func TestErasureLeavesNothingOfAPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, session := enrolled(t, d)
		if len(mentions(t, d, zoe)) < 8 {
			t.Fatalf("she is only in %v", mentions(t, d, zoe))
		}
		done := erase(t, l, find(t, l.s, zoe))
		for _, text := range []string{zoe, session.Account, session.Learner} {
			if where := mentions(t, d, text); len(where) > 0 {
				t.Errorf("%s is still in %v", text, where)
			}
		}
		if done.Statements != 8 || done.Named != 3 || done.Replay || done.Rosters != 1 || done.Documents != 1 || done.Accounts != 1 {
			t.Errorf("it says %+v", done)
		}
		if _, err := l.s.Person(context.Background(), sqlstore.WhoIs{Issuer: issuer, Subject: zoe}); !errors.Is(err, sqlstore.ErrNobody) {
			t.Errorf("she is still found: %v", err)
		}
	})
}

// What others did stays, with nobody in her place; numbers stay as sent, and filters by her find nothing.
func TestErasureHidesAPersonInStatementsOfOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, _ := enrolled(t, d)
		erase(t, l, find(t, l.s, zoe))
		ctx := context.Background()
		for id, gone := range map[int]bool{1: true, 2: false, 3: false, 4: false, 5: true, 6: true, 7: false, 8: false, 9: true, 10: true, 11: false} {
			got, err := l.s.Statement(ctx, storetest.ID(id), false)
			if errors.Is(err, lrs.ErrNotFound) != gone {
				t.Errorf("statement %d: %v", id, err)
			}
			if slices.Contains([]int{3, 4, 7}, id) && !strings.Contains(string(got.JSON), `{"objectType":"Agent","account":{"homePage":"https://erased.invalid","name":"erased"}}`) {
				t.Errorf("statement %d has nobody: %s", id, got.JSON)
			}
			if id == 3 && !strings.Contains(string(got.JSON), "1.50") {
				t.Errorf("a number was changed: %s", got.JSON)
			}
		}
		if _, err := l.s.Statement(ctx, storetest.ID(12), true); err != nil {
			t.Errorf("what she voided is no longer voided: %v", err)
		}
		page, err := l.s.Query(ctx, lrs.Query{Agent: "account|" + issuer + "|" + zoe, RelatedAgents: true, Limit: 10})
		if err != nil || len(page.Statements) != 0 {
			t.Errorf("she is found in %d statements, %v", len(page.Statements), err)
		}
		page, err = l.s.Query(ctx, lrs.Query{Agent: "account|" + issuer + "|tom", Limit: 10})
		if err != nil || len(page.Statements) != 8 {
			t.Errorf("Tom is found in %d statements, %v", len(page.Statements), err)
		}
	})
}

// Old statements stay out, also of a process that did not erase; whoever comes back begins anew.
func TestStatementsOfTheErasedStayOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, session := enrolled(t, d)
		other := d.Open(t) // another process, with the same things in memory
		if err := other.Add(context.Background(), storetest.Key, storetest.PrepareJSON(t, did(40, agentJSON(zoe), quizObject), storetest.Key.ID)); err != nil {
			t.Fatal(err)
		}
		erase(t, l, find(t, l.s, zoe))
		for _, raw := range []string{did(1, agentJSON(zoe), quizObject), did(41, agentJSON(zoe), quizObject), did(42, agentJSON("tom"), `"object":`+agentJSON(zoe))} {
			if err := other.Add(context.Background(), storetest.Key, storetest.PrepareJSON(t, raw, storetest.Key.ID)); err != nil {
				t.Fatal(err)
			}
		}
		if other.Dropped() != 3 {
			t.Errorf("%d were dropped", other.Dropped())
		}
		if err := other.Add(context.Background(), storetest.Key, storetest.PrepareJSON(t, did(43, agentJSON("tom"), quizObject+`,"context":{"team":{"objectType":"Group","member":[`+agentJSON(zoe)+`]}}`), storetest.Key.ID)); err != nil {
			t.Fatal(err)
		}
		if where := mentions(t, d, zoe); len(where) > 0 {
			t.Errorf("she is back in %v", where)
		}
		d.Clock.Move(time.Hour)
		fresh := strings.ReplaceAll(did(44, agentJSON(zoe), quizObject), "2026-03-01T10:00:00Z", d.Clock.Now().Format(time.RFC3339))
		if err := other.Add(context.Background(), storetest.Key, storetest.PrepareJSON(t, fresh, storetest.Key.ID)); err != nil {
			t.Fatal(err)
		}
		back := enter(t, other, visit(l.registration, zoe, d.Clock.Now()))
		l.drain(l.projector("live", 50))
		if back.Learner == session.Learner {
			t.Error("she came back as the person who was erased")
		}
		progress, err := l.s.Records().Progress(context.Background(), back.Learner)
		if err != nil || len(progress) != 1 || progress[0].Have != 1 {
			t.Errorf("she begins with %+v, %v", progress, err)
		}
	})
}

// The log tells erased positions as such, its head stays, and pages of a walk under way go on.
func TestErasureKeepsTheLogAndItsWalks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, _ := enrolled(t, d)
		ctx := context.Background()
		first, err := l.s.Query(ctx, lrs.Query{Limit: 3, Ascending: true})
		if err != nil {
			t.Fatal(err)
		}
		head, _ := l.s.Head(ctx)
		erase(t, l, find(t, l.s, zoe))
		after, seen := first.Statements[2].Pos, 0
		for {
			page, err := l.s.Query(ctx, lrs.Query{Limit: 3, Ascending: true, After: after, UpTo: head})
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Statements) == 0 {
				break
			}
			seen += len(page.Statements)
			after = page.Statements[len(page.Statements)-1].Pos
		}
		if seen == 0 {
			t.Error("the walk ended")
		}
		through, err := l.s.Through(ctx)
		if err != nil || through.Stored.Before(d.Clock.Now()) {
			t.Errorf("consistent through %v, %v", through, err)
		}
		entries, err := l.s.Entries(ctx, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		last := entries[len(entries)-1]
		if last.Kind != "erased" || last.Pos != head+1 || strings.Contains(string(last.Body), zoe) {
			t.Errorf("the log ends with %s %s at %d", last.Kind, last.Body, last.Pos)
		}
	})
}

// A projector that read whose records are whose while an erasure was under way reads anew when it is done, also when it has its lease again.
func TestErasureHasTheProjectorReadAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, _ := enrolled(t, d)
		live := l.projector("live", 7)
		var learners []string
		if _, err := l.s.Erase(context.Background(), find(t, l.s, zoe), "asked for", func(int64, int64) {
			l.goOn(live)
			if err := d.Raw(t).Select(&learners, `SELECT learner FROM agent_link WHERE agent LIKE '%'||CAST($1 AS TEXT)`, zoe); err != nil || len(learners) == 0 {
				t.Fatalf("her links were gone before the end: %v, %v", learners, err)
			}
		}); err != nil {
			t.Fatal(err)
		}
		d.Clock.Move(time.Hour) // the lease ends
		l.send(l.now(did(60, agentJSON(zoe), quizObject)))
		l.goOn(live)
		l.onlyTheLiving(d.Raw(t))
	})
}

// The reason stays in the log, so it may not say who.
func TestReasonForAnErasureNamesNobody(t *testing.T) {
	l, _ := enrolled(t, storetest.SQLite(t))
	for _, reason := range []string{"Person " + zoe + " asked", "mail from " + strings.ToUpper(zoe) + "@example.org", "for another.one@example.net", "see https://tickets.example/7",
		"MAILTO:x", "learner 0b0e7a5e-1f2d-4c3b-8a79-55aa66bb77cc", "of " + hashOfMailbox("x"), "call 420123456789"} {
		if _, err := l.s.Erase(context.Background(), find(t, l.s, zoe), reason, nil); !errors.Is(err, sqlstore.ErrReasonNames) {
			t.Errorf("%q: %v", reason, err)
		}
	}
	if _, err := l.s.Erase(context.Background(), find(t, l.s, zoe), "asked for on 3 May 2026, ticket 20260503", nil); err != nil {
		t.Error(err)
	}
}

// Who never launched is known by an agent alone: a mailbox brings the hash that stands for it; an account brings its learner.
func TestErasureByAgent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, session := enrolled(t, d)
		l.send("[" + strings.Join([]string{
			did(50, `{"mbox":"mailto:lost@example.org"}`, quizObject),
			did(51, `{"mbox_sha1sum":"`+fmt.Sprintf("%x", sha1.Sum([]byte("mailto:lost@example.org")))+`"}`, quizObject),
		}, ",") + "]")
		p, err := l.s.Person(context.Background(), sqlstore.WhoIs{Agent: "mbox|mailto:lost@example.org"})
		if err != nil || len(p.Learners) != 0 {
			t.Fatalf("%+v, %v", p, err)
		}
		if done := erase(t, l, p); done.Statements != 2 || done.Accounts != 0 {
			t.Errorf("it took %+v", done)
		}
		if where := mentions(t, d, "lost@example.org"); len(where) > 0 {
			t.Errorf("left in %v", where)
		}
		p, err = l.s.Person(context.Background(), sqlstore.WhoIs{Agent: "account|" + issuer + "|" + zoe})
		if err != nil || !slices.Equal(p.Learners, []string{session.Learner}) {
			t.Errorf("by her account: %+v, %v", p, err)
		}
	})
}
