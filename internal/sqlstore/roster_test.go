package sqlstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/lti"
	"cairn/mapping"
)

func rosterOf(registration, course string, at time.Time, subjects ...string) lti.CachedRoster {
	r := lti.CachedRoster{Registration: registration, Context: course, Address: "https://lms.example/m", ReadAt: at}
	r.Roster.Differences = "https://lms.example/m?since=1"
	for _, s := range subjects {
		r.Roster.Members = append(r.Roster.Members, lti.Member{
			UserID: s, Name: "Zoë\x00 " + s, Status: lti.MemberActive, Roles: lti.ParseRoles([]string{"Learner"}), Custom: lti.Custom{"a": "b"},
		}, lti.Member{UserID: s + " again", Status: lti.MemberInactive})
	}
	return r
}

// The last roster of each course is kept, whichever came last to the database.
func TestRosters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx, now := d.Open(t), context.Background(), d.Clock.Now()
		one, two := register(t, s, "c1"), register(t, s, "c2")
		if _, err := s.CachedRoster(ctx, one.ID, "2"); !errors.Is(err, lti.ErrNoRoster) {
			t.Errorf("before any: %v", err)
		}
		last := rosterOf(one.ID, "2", now, "4", "5")
		for _, r := range []lti.CachedRoster{
			rosterOf(one.ID, "2", now.Add(-time.Minute), "3"), last, rosterOf(one.ID, "2", now.Add(-time.Second), "6"), rosterOf(one.ID, "3", now), rosterOf(two.ID, "2", now, "9"),
		} {
			if err := s.SaveRoster(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.CachedRoster(ctx, one.ID, "2")
		if diff := cmp.Diff(last, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if got, err := s.CachedRoster(ctx, one.ID, "3"); err != nil || len(got.Roster.Members) != 0 {
			t.Errorf("an empty roster: %+v, %v", got, err)
		}
	})
}

// What a platform told goes with its registration, and does not come back.
func TestRostersGoWithTheRegistration(t *testing.T) {
	for name, used := range map[string]bool{"never used": false, "used": true} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, d storetest.Database) {
				s, ctx, now := d.Open(t), context.Background(), d.Clock.Now()
				gone, other := register(t, s, "c1"), register(t, s, "c2")
				if used {
					enter(t, s, visit(gone, "4", now))
				}
				for _, r := range []lti.CachedRoster{rosterOf(gone.ID, "2", now, "4"), rosterOf(other.ID, "2", now, "4")} {
					if err := s.SaveRoster(ctx, r); err != nil {
						t.Fatal(err)
					}
				}
				if removed, err := s.RemoveRegistration(ctx, gone.ID); err != nil || removed == used {
					t.Fatal(removed, err)
				}
				if _, err := s.CachedRoster(ctx, gone.ID, "2"); !errors.Is(err, lti.ErrNoRoster) {
					t.Errorf("after the registration was removed: %v", err)
				}
				if err := s.SaveRoster(ctx, rosterOf(gone.ID, "2", now, "4")); !errors.Is(err, lti.ErrUnknownRegistration) {
					t.Errorf("one that comes late: %v", err)
				}
				if _, err := s.CachedRoster(ctx, other.ID, "2"); err != nil {
					t.Errorf("of the other registration: %v", err)
				}
			})
		})
	}
}

// Who opened a course is told for that course alone, with what they have by part of the framework.
func TestPeopleOfACourse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx, now := d.Open(t), context.Background(), d.Clock.Now()
		r := register(t, s, "c1")
		first := enter(t, s, visit(r, "4", now))
		d.Clock.Move(time.Second)
		lead := visit(r, "9", d.Clock.Now())
		lead.IsLearner = false
		enter(t, s, lead)
		elsewhere := visit(r, "5", d.Clock.Now())
		elsewhere.Course.ID, elsewhere.Placement.Context = "3", "3"
		second := enter(t, s, elsewhere)
		seen, err := s.People().Seen(ctx, web.Course{Registration: r.ID, ID: "2"})
		if err != nil || len(seen) != 2 || !seen[0].IsLearner || seen[1].IsLearner || seen[1].Subject != "9" {
			t.Fatalf("%+v, %v", seen, err)
		}
		if want := (web.Person{Member: web.Member{Account: first.Account, Learner: first.Learner, Name: "Person 4"}, Subject: "4", IsLearner: true, Since: now}); seen[0] != want {
			t.Errorf("%+v, want %+v", seen[0], want)
		}
		raw := d.Raw(t)
		for _, p := range [][3]string{
			{first.Learner, "a", "evidenced"}, {first.Learner, "b", "expiring"}, {first.Learner, "c", "in_progress"}, {first.Learner, "d", "evidenced"},
			{first.Learner, "x", "evidenced"}, {second.Learner, "a", "evidenced"},
		} {
			if _, err := raw.Exec(raw.Rebind(`INSERT INTO progress (learner, capability, state, have, need, percent, since, pos, ordinal, cycle, was_evidenced)
				VALUES (?, ?, ?, 1, 1, 100, 0, 1, 1, 1, CAST(1 AS BOOLEAN))`), p[0], p[1], p[2]); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.People().Figures(ctx, []string{first.Learner, seen[1].Learner}, map[string]string{"a": "1", "b": "1", "c": "1", "d": "2", "e": "2"})
		want := map[string]map[string]web.Figure{first.Learner: {"1": {Evidenced: 2, Expiring: 1, InProgress: 1}, "2": {Evidenced: 1}}}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if got, err := s.People().Figures(ctx, nil, map[string]string{"a": "1"}); err != nil || len(got) != 0 {
			t.Errorf("of nobody: %v, %v", got, err)
		}
		for capability, want := range map[string]string{"a": min(first.Learner, second.Learner), "c": first.Learner, "never": ""} {
			if got, err := s.People().Nearest(ctx, []string{first.Learner, second.Learner}, capability); err != nil || got != want {
				t.Errorf("nearest in %s: %s, %v; want %s", capability, got, err, want)
			}
		}
		stand, err := s.People().Standings(ctx, []string{first.Learner, second.Learner})
		if diff := cmp.Diff(map[string]web.Standing{"a": {Evidenced: 2}, "b": {Evidenced: 1, Expiring: 1}, "c": {InProgress: 1}, "d": {Evidenced: 1}, "x": {Evidenced: 1}}, stand); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if _, err := raw.Exec(raw.Rebind(`UPDATE progress SET expires_at = ? WHERE learner = ? AND capability = 'x'`), d.Clock.Now().Add(30*24*time.Hour).UnixMicro(), first.Learner); err != nil {
			t.Fatal(err)
		}
		for days, want := range map[time.Duration]web.Standing{29: {Evidenced: 1}, 31: {Evidenced: 1, Expiring: 1}} {
			if got, err := s.People().Announcing(days*24*time.Hour).Standings(ctx, []string{first.Learner}); err != nil || got["x"] != want {
				t.Errorf("announced %d days ahead: %+v, %v; want %+v", days, got["x"], err, want)
			}
		}
	})
}

// TestFiguresOfEarlier: what was recorded later does not count, whatever it is about.
func TestFiguresOfEarlier(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 1), context.Background()
		who := enter(t, l.s, visit(l.registration, "4", d.Clock.Now()))
		tag := mapping.Alignment{ID: uuid.NewString(), Capability: "cap-1", Scope: l.course.Scope(), Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: issuer + "/mod/quiz/view.php?id=1"}}
		if _, err := l.s.Courses(l.frameworks).Apply(ctx, mapping.Changeset{ID: uuid.NewString(), Author: "operator", At: d.Clock.Now(), Scope: l.course.Scope(), Edits: []mapping.Edit{{Add: &tag}}}); err != nil {
			t.Fatal(err)
		}
		d.Clock.Move(time.Hour)
		before := d.Clock.Now()
		d.Clock.Move(time.Hour)
		l.send(`{"actor":{"account":{"homePage":"` + issuer + `","name":"4"}},"verb":{"id":"` + mapping.VerbCompleted + `"},"timestamp":"2020-01-01T00:00:00Z","object":{"id":"` + tag.Selector.IRI +
			`"},"context":{"contextActivities":{"parent":[{"id":"` + l.course.IRI + `"}]}}}`)
		l.drain(l.projector("live", 10))
		parts, evidenced := map[string]string{"cap-1": "1"}, map[string]map[string]web.Figure{who.Learner: {"1": {Evidenced: 1}}}
		for name, tt := range map[string]struct {
			at   time.Time
			want map[string]map[string]web.Figure
		}{"before": {before, map[string]map[string]web.Figure{}}, "after": {d.Clock.Now().Add(time.Hour), evidenced}, "long ago": {before.AddDate(-1, 0, 0), map[string]map[string]web.Figure{}}} {
			if got, err := l.s.People().FiguresOn(ctx, []string{who.Learner}, parts, tt.at); err != nil || !cmp.Equal(got, tt.want) {
				t.Errorf("%s: %+v, %v; want %+v", name, got, err, tt.want)
			}
			want := map[string]web.Standing{}
			if len(tt.want) > 0 {
				want["cap-1"] = web.Standing{Evidenced: 1}
			}
			if got, err := l.s.People().StandingsOn(ctx, []string{who.Learner}, tt.at); err != nil || !cmp.Equal(got, want) {
				t.Errorf("%s they stood %+v, %v; want %+v", name, got, err, want)
			}
		}
		if now, err := l.s.People().Figures(ctx, []string{who.Learner}, parts); err != nil || !cmp.Equal(now, evidenced) {
			t.Errorf("now: %+v, %v", now, err)
		}
	})
}

// TestWhatExpires is told between two times, ended or to come, and counts as expiring within the notice.
func TestWhatExpires(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx, now, raw := d.Open(t), context.Background(), d.Clock.Now(), d.Raw(t)
		day := 24 * time.Hour
		for _, p := range []struct {
			learner, capability, state string
			since                      time.Time
			expires                    any
		}{
			{"l1", "a", "evidenced", now, now.Add(30 * day).UnixMicro()}, {"l1", "b", "evidenced", now, now.Add(200 * day).UnixMicro()}, {"l1", "c", "evidenced", now, nil},
			{"l2", "a", "expired", now.Add(-5 * day), nil}, {"l3", "a", "evidenced", now, now.Add(day).UnixMicro()}, {"l2", "b", "in_progress", now, nil},
		} {
			if _, err := raw.Exec(raw.Rebind(`INSERT INTO progress (learner, capability, state, have, need, percent, since, pos, ordinal, cycle, was_evidenced, expires_at)
				VALUES (?, ?, ?, 1, 1, 100, ?, 1, 1, 1, CAST(1 AS BOOLEAN), ?)`), p.learner, p.capability, p.state, p.since.UnixMicro(), p.expires); err != nil {
				t.Fatal(err)
			}
		}
		of := []string{"l1", "l2"}
		for name, tt := range map[string]struct {
			from, until time.Time
			want        []web.Expiry
		}{
			"90 days":     {now, now.Add(90 * day), []web.Expiry{{Learner: "l1", Capability: "a", At: now.Add(30 * day)}}},
			"a year":      {now, now.Add(365 * day), []web.Expiry{{Learner: "l1", Capability: "a", At: now.Add(30 * day)}, {Learner: "l1", Capability: "b", At: now.Add(200 * day)}}},
			"the past":    {now.Add(-30 * day), now, []web.Expiry{{Learner: "l2", Capability: "a", At: now.Add(-5 * day)}}},
			"before that": {now.Add(-30 * day), now.Add(-10 * day), []web.Expiry{}},
		} {
			if got, err := s.People().Expiring(ctx, of, tt.from, tt.until); err != nil || !cmp.Equal(got, tt.want) {
				t.Errorf("%s: %+v, %v; want %+v", name, got, err, tt.want)
			}
		}
		f, err := s.People().Figures(ctx, of, map[string]string{"a": "1", "b": "1", "c": "1"})
		if want := map[string]map[string]web.Figure{"l1": {"1": {Evidenced: 3, Expiring: 1}}, "l2": {"1": {InProgress: 1}}}; err != nil || !cmp.Equal(f, want) {
			t.Errorf("%+v, %v; want %+v", f, err, want)
		}
		n, err := s.People().Standings(ctx, of)
		if want := map[string]web.Standing{"a": {Evidenced: 1, Expiring: 1, Expired: 1}, "b": {Evidenced: 1, InProgress: 1}, "c": {Evidenced: 1}}; err != nil || !cmp.Equal(n, want) {
			t.Errorf("%+v, %v; want %+v", n, err, want)
		}
	})
}
