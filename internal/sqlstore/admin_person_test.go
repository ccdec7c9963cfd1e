package sqlstore_test

import (
	"context"
	"testing"
	"time"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
)

// Who was erased is told by the same identifiers, and in the log nobody is named.
func TestErasuresAreToldWithoutNames(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, session := enrolled(t, d)
		ctx, person := context.Background(), find(t, l.s, zoe)
		account := sqlstore.WhoIs{Issuer: person.Accounts[0].Issuer, Subject: person.Accounts[0].Subject}
		if _, ok, err := l.s.ErasedOn(ctx, account); ok || err != nil {
			t.Fatalf("erased before: %v, %v", ok, err)
		}
		if all, err := l.s.Erasures(ctx, 10); err != nil || len(all) != 0 {
			t.Fatal(all, err)
		}
		before := d.Clock.Now()
		erase(t, l, person)
		for name, who := range map[string]sqlstore.WhoIs{"account": account, "learner": {Learner: session.Learner}, "agent": {Agent: person.Agents[0]}} {
			if at, ok, err := l.s.ErasedOn(ctx, who); !ok || err != nil || at.Before(before.Add(-time.Second)) {
				t.Errorf("by %s: %s %v, %v", name, at, ok, err)
			}
		}
		if _, ok, _ := l.s.ErasedOn(ctx, sqlstore.WhoIs{Issuer: account.Issuer, Subject: "somebody else"}); ok {
			t.Error("somebody else is told to be erased")
		}
		all, err := l.s.Erasures(ctx, 10)
		if err != nil || len(all) != 1 || all[0].Reason == "" || all[0].At.IsZero() {
			t.Errorf("the log has %+v, %v", all, err)
		}
	})
}
