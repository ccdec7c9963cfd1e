package sqlstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/mapping"
)

// tracked is a database with a learner ("4") and an assessor ("5"), and what projects its log.
func tracked(t *testing.T, d storetest.Database) (l *life, learner, assessor web.Session) {
	l = newLife(t, d, 1)
	learner = enter(t, l.s, visit(l.registration, "4", d.Clock.Now()))
	assessor = enter(t, l.s, visit(l.registration, "5", d.Clock.Now()))
	return l, learner, assessor
}

func TestRatingsAreReadBackWithTheirHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, me, other := tracked(t, d)
		tracks, ctx := l.s.Tracks(), context.Background()
		rate := func(capability string, now, needed mapping.RatingWord, shared bool) {
			t.Helper()
			d.Clock.Move(time.Second)
			if _, err := tracks.Rate(ctx, mapping.Rating{Learner: me.Learner, Account: me.Account, Capability: capability, Now: now, Needed: needed, Shared: shared}); err != nil {
				t.Fatal(err)
			}
		}
		rate("cap-1", mapping.RatingNotTried, mapping.RatingOnOwn, false)
		rate("cap-1", mapping.RatingWithHelp, mapping.RatingOnOwn, true)
		rate("cap-2", mapping.RatingOnOwn, "", false)
		rate("cap-2", "", "", false)
		l.drain(l.projector("p", 10))
		now, err := tracks.Ratings(ctx, me.Learner)
		if err != nil || len(now) != 1 || now[0].Now != mapping.RatingWithHelp || now[0].Pos == 0 || now[0].At.IsZero() || now[0].ID == "" {
			t.Errorf("Ratings: %+v, %v", now, err)
		}
		shared, err := tracks.SharedRatings(ctx, []string{me.Learner, other.Learner})
		if diff := cmp.Diff(now, shared); diff != "" || err != nil {
			t.Errorf("SharedRatings: %v\n%s", err, diff)
		}
		all, err := tracks.AllRatings(ctx, me.Learner)
		if err != nil || len(all) != 4 || all[0].Now != mapping.RatingNotTried || !all[3].Cleared() {
			t.Errorf("AllRatings: %+v, %v", all, err)
		}
		history, err := tracks.RatingHistory(ctx, me.Learner, "cap-2")
		if err != nil || len(history) != 2 || history[0].Now != mapping.RatingOnOwn || !history[1].Cleared() {
			t.Errorf("RatingHistory: %+v, %v", history, err)
		}
	})
}

func TestEndorsementsAreReadBackAlsoWithdrawn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, me, other := tracked(t, d)
		tracks, ctx, p := l.s.Tracks(), context.Background(), l.projector("p", 10)
		given := mapping.Endorsement{ID: "e1", Learner: me.Learner, Capability: "cap-1", By: other.Account, Scope: l.course.Scope(), At: d.Clock.Now(),
			Until: d.Clock.Now().Add(time.Hour), Note: "seen at work"}
		if _, err := tracks.Endorse(ctx, given); err != nil {
			t.Fatal(err)
		}
		l.drain(p)
		check := func(want mapping.Endorsement) {
			t.Helper()
			got, err := tracks.Endorsements(ctx, me.Learner)
			if diff := cmp.Diff([]mapping.Endorsement{want}, got); diff != "" || err != nil {
				t.Errorf("Endorsements: %v\n%s", err, diff)
			}
			c, err := l.s.Records().Case(ctx, me.Learner, "cap-1")
			if diff := cmp.Diff([]mapping.Endorsement{want}, c.Endorsements); diff != "" || err != nil {
				t.Errorf("Case: %v\n%s", err, diff)
			}
		}
		check(given)
		d.Clock.Move(time.Minute)
		if _, err := tracks.WithdrawEndorsement(ctx, "e1", other.Account, "a slip"); err != nil {
			t.Fatal(err)
		}
		given.WithdrawnAt, given.WithdrawnBy, given.WithdrawnReason = d.Clock.Now(), other.Account, "a slip"
		l.drain(p)
		check(given)
	})
}

func TestTracksRefuse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, me, other := tracked(t, d)
		tracks, ctx := l.s.Tracks(), context.Background()
		rating := func(change func(*mapping.Rating)) error {
			r := mapping.Rating{Learner: me.Learner, Account: me.Account, Capability: "cap-1", Now: mapping.RatingOnOwn}
			change(&r)
			_, err := tracks.Rate(ctx, r)
			return err
		}
		endorsement := func(change func(*mapping.Endorsement)) error {
			e := mapping.Endorsement{Learner: me.Learner, Capability: "cap-1", By: other.Account, At: d.Clock.Now()}
			change(&e)
			_, err := tracks.Endorse(ctx, e)
			return err
		}
		_, unknown := tracks.WithdrawEndorsement(ctx, "none", other.Account, "")
		for name, c := range map[string]struct{ got, want error }{
			"a word of the other question":    {rating(func(r *mapping.Rating) { r.Now = mapping.RatingNotNeeded }), sqlstore.ErrRatingWord},
			"an unknown capability":           {rating(func(r *mapping.Rating) { r.Capability = "none" }), sqlstore.ErrNoCapability},
			"another's account":               {rating(func(r *mapping.Rating) { r.Account = other.Account }), sqlstore.ErrNotTheirs},
			"endorsing oneself":               {endorsement(func(e *mapping.Endorsement) { e.By = me.Account }), sqlstore.ErrOwnEndorsement},
			"an end before the beginning":     {endorsement(func(e *mapping.Endorsement) { e.Until = e.At }), sqlstore.ErrEndsBefore},
			"an unknown learner":              {endorsement(func(e *mapping.Endorsement) { e.Learner = "none" }), web.ErrNotFound},
			"endorsing an unknown capability": {endorsement(func(e *mapping.Endorsement) { e.Capability = "none" }), sqlstore.ErrNoCapability},
			"withdrawing what is not there":   {unknown, web.ErrNotFound},
			"the operator may":                {endorsement(func(e *mapping.Endorsement) { e.By = "operator" }), nil},
		} {
			if !errors.Is(c.got, c.want) {
				t.Errorf("%s: %v, want %v", name, c.got, c.want)
			}
		}
	})
}

func TestAccountsAreNamedWhereTheirSiteTellsTheName(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, me, _ := tracked(t, d)
		nameless := enter(t, l.s, visit(l.registration, "6", d.Clock.Now(), func(e *web.Entry) { e.Claims.Name = "" }))
		got, err := l.s.Tracks().AccountNames(context.Background(), []string{me.Account, nameless.Account, "nobody"})
		if diff := cmp.Diff(map[string]string{me.Account: "Person 4"}, got); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}
