package sqlstore_test

import (
	"context"
	"crypto/sha1"
	"fmt"
	"slices"
	"testing"

	"cairn/internal/learner"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
)

func hashOfMailbox(address string) string { return fmt.Sprintf("%x", sha1.Sum([]byte(address))) }

// A mailbox and its hash name the same agent (Data 2.4.2.3): whichever is given, both go, and both stay out.
func TestErasureByTheHashOfAMailbox(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, _ := enrolled(t, d)
		hashed := `{"mbox_sha1sum":"` + hashOfMailbox("mailto:lost@example.org") + `"}`
		l.send("[" + did(50, `{"mbox":"mailto:lost@example.org"}`, quizObject) + "," + did(51, `{"mbox":"mailto:Lost@example.org"}`, quizObject) + "]")
		p, err := l.s.Person(context.Background(), sqlstore.WhoIs{Agent: "sha1|" + hashOfMailbox("mailto:lost@example.org")})
		if err != nil {
			t.Fatal(err)
		}
		if near, err := l.s.NearMailboxes(context.Background(), p); err != nil || !slices.Equal(near, []string{"mbox|mailto:Lost@example.org"}) {
			t.Errorf("near are %v, %v", near, err)
		}
		if done := erase(t, l, p); done.Statements != 1 {
			t.Errorf("it took %+v", done)
		}
		if where := mentions(t, d, "mailto:lost@example.org"); len(where) > 0 {
			t.Errorf("left in %v", where)
		}
		for id, actor := range map[int]string{52: hashed, 53: `{"mbox":"mailto:lost@example.org"}`} {
			if dropped, err := sendAgain(t, l.s, did(id, actor, quizObject)); err != nil || dropped != 1 {
				t.Errorf("%s: %d dropped, %v", actor, dropped, err)
			}
		}
		if dropped, err := sendAgain(t, l.s, did(54, `{"mbox":"mailto:Lost@example.org"}`, quizObject)); err != nil || dropped != 0 {
			t.Errorf("another mailbox: %d dropped, %v", dropped, err)
		}
	})
}

// The tombstone of a hash keeps out the mailbox also when the store never held that.
func TestTombstoneOfAHashKeepsItsMailboxOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, _ := enrolled(t, d)
		l.send(did(50, `{"mbox_sha1sum":"`+hashOfMailbox("mailto:lost@example.org")+`"}`, quizObject))
		p, err := l.s.Person(context.Background(), sqlstore.WhoIs{Agent: "sha1|" + hashOfMailbox("mailto:lost@example.org")})
		if err != nil {
			t.Fatal(err)
		}
		erase(t, l, p)
		if dropped, err := sendAgain(t, l.s, did(53, `{"mbox":"mailto:lost@example.org"}`, quizObject)); err != nil || dropped != 1 {
			t.Errorf("%d dropped, %v", dropped, err)
		}
	})
}

// The hash of a mailbox that is linked to a learner finds the learner, with or without statements.
func TestTheHashOfALinkedMailboxFindsItsLearner(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l := newLife(t, d, 1)
		if err := l.s.SetIdentityRule(context.Background(), l.registration.ID, learner.IdentityRule{Mode: learner.IdentityMode("mailto")}); err != nil {
			t.Fatal(err)
		}
		session := enter(t, l.s, visit(l.registration, zoe, d.Clock.Now(), withEmail("zoe@example.org")))
		l.drain(l.projector("live", 7))
		p, err := l.s.Person(context.Background(), sqlstore.WhoIs{Agent: "sha1|" + hashOfMailbox("mailto:zoe@example.org")})
		if err != nil || !slices.Equal(p.Learners, []string{session.Learner}) || !slices.Contains(p.Agents, "mbox|mailto:zoe@example.org") {
			t.Errorf("%+v, %v", p, err)
		}
	})
}
