package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"cairn/mapping"
	"cairn/xapi/profile"
)

// openActivity notes that the learner opened the activity: the page then shows where it leads, and time is counted from here.
func (s *site) openActivity(v *visit) (answer, error) {
	o, err := s.openedActivity(v)
	if err != nil {
		return answer{}, err
	}
	if o.closed(s.Now()) {
		return s.finishRefused(v, o, strings.Join(v.openDays(o.PlacedActivity), " "))
	}
	if o.attempt.done() {
		if may, err := s.mayRenew(v, o); err != nil || !may {
			return answer{location: v.to("activity/" + o.ID)}, err
		}
	}
	if _, _, err := s.act(v, v.session, o, ActOpened); err != nil {
		return answer{}, err
	}
	return answer{location: v.to("activity/" + o.ID)}, nil
}

// finishActivity takes the learner's word, or the time that passed since opening. Pressing twice is one statement.
func (s *site) finishActivity(v *visit) (answer, error) {
	o, err := s.openedActivity(v)
	if err != nil {
		return answer{}, err
	}
	to := "activity/" + o.ID + "?finished=1"
	if o.attempt.done() {
		return v.done(to), nil
	}
	if words := v.mayNotFinish(o); words != "" {
		return s.finishRefused(v, o, words)
	}
	pos, fresh, err := s.act(v, v.session, o, ActCompleted)
	if err != nil {
		return answer{}, err
	}
	if fresh && s.late(v, pos) {
		to += "&late=1"
	}
	return v.done(to), nil
}

// mayNotFinish says why the activity cannot be finished by a press now, "" when it can.
func (l locale) mayNotFinish(o opened) string {
	switch {
	case o.Completion == CompleteByRecord:
		return l.say("activity.byrecord")
	case o.closed(l.now()):
		return strings.Join(l.openDays(o.PlacedActivity), " ")
	case o.attempt.Opened.IsZero():
		return l.say("activity.openfirst")
	case o.Completion == CompleteByTime && l.now().Before(o.attempt.Opened.Add(o.Least)):
		return l.say("activity.tooearly", "start", l.moment(o.attempt.Opened), "end", l.moment(o.attempt.Opened.Add(o.Least+time.Minute-1).Truncate(time.Minute)))
	}
	return ""
}

func (s *site) finishRefused(v *visit, o opened, words string) (answer, error) {
	p, err := s.activityPage(v, o)
	if err != nil {
		return answer{}, err
	}
	body := p.Body.(activityBody)
	body.Error = words
	field := "finish"
	if body.Finish == "" {
		field = "c" // there is no button to go to
	}
	p.Body, p.Problem, p.Errors = body, true, []fieldError{{words, field}}
	return answer{status: http.StatusUnprocessableEntity, page: p}, nil
}

// act records what the session's person did with an activity, as a statement about it. The actor is the account that the launch
// proved. Nothing is recorded of sessions that are not kept.
func (s *site) act(v *visit, session *Session, a opened, kind ActKind) (pos int64, fresh bool, err error) {
	if !keeps(session) {
		return 0, false, nil
	}
	said, err := s.statementOf(v, session, a.PlacedActivity)
	if err != nil {
		return 0, false, err
	}
	var raw []byte
	switch kind {
	case ActLaunched:
		said.Occasion = session.Hash
		raw = profile.Launched(said)
	case ActOpened:
		said.Occasion = occasion(a.attempt.Completed)
		raw = profile.Opened(said)
	default:
		if a.attempt.again() {
			said.Occasion = occasion(a.attempt.Opened)
		}
		said.SelfConfirmed = a.Completion == CompleteByWord
		if a.Completion == CompleteByTime {
			said.Spent = s.Now().Sub(a.attempt.Opened)
		}
		raw = profile.Completed(said)
	}
	prepared, err := s.Prepare(raw)
	if err != nil {
		return 0, false, fmt.Errorf("make the statement that an activity was %s: %w", kind, err)
	}
	pos, fresh, err = s.Activities.Record(v.Context(), Act{Activity: a.ID, Account: session.Account, Kind: kind, At: said.At, Again: !a.attempt.Completed.IsZero(), Statement: prepared})
	if err != nil {
		return 0, false, fmt.Errorf("record that an activity was %s: %w", kind, err)
	}
	return pos, fresh, nil
}

// occasion sets an act apart from the one of the same kind before it: "" the first time.
func occasion(before time.Time) string {
	if before.IsZero() {
		return ""
	}
	return before.UTC().Format(time.RFC3339Nano)
}

// mayRenew says whether the activity can be done once more: where something that it counts towards ends, has ended or was taken back.
func (s *site) mayRenew(v *visit, o opened) (bool, error) {
	towards, _, err := s.towards(v, o.PlacedActivity)
	return err == nil && renewable(o, towards), err
}

func renewable(o opened, towards []capabilityRow) bool {
	return o.attempt.done() && o.Completion != CompleteByRecord && slices.ContainsFunc(towards, func(c capabilityRow) bool {
		return c.State == mapping.Expiring || c.State == mapping.Expired || c.State == mapping.Withdrawn
	})
}

// statementOf is what every statement about the activity says.
func (s *site) statementOf(v *visit, session *Session, a PlacedActivity) (profile.Placed, error) {
	cat := s.catalog(session)
	who := profile.Account{Mbox: session.Actor.Mbox}
	if session.Actor.Account != nil {
		who.HomePage, who.Name = session.Actor.Account.HomePage, session.Actor.Account.Name
	}
	said := profile.Placed{
		Base: cat.IRIBase, ActivityID: a.ID, Account: session.Account, Actor: who,
		Activity: profile.Named{IRI: a.IRI, Name: a.Title}, At: s.Now().UTC().Truncate(time.Microsecond),
		Course: profile.Named{IRI: session.Course.IRI, Name: session.Course.Title},
	}
	inner := *v
	inner.session = session
	ids, err := s.capabilitiesOf(&inner, a)
	if err != nil {
		return said, err
	}
	for _, n := range cat.Tracked("") {
		if ids[n.ID] {
			said.Capabilities = append(said.Capabilities, profile.Named{IRI: cat.CapabilityIRI(n.ID), Name: n.Title})
		}
	}
	return said, nil
}

// late waits a moment for the figures to follow, and says whether they did not yet.
func (s *site) late(v *visit, pos int64) bool {
	ctx, cancel := context.WithTimeout(v.Context(), waitForFigures)
	defer cancel()
	if err := s.Freshness.Wait(ctx, pos); err != nil {
		s.Log.Info("figures are late", "request", v.id, "position", pos, "cause", err.Error())
		return true
	}
	return false
}
