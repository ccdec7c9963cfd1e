package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"cairn/mapping"
)

// activityBody is P: an activity that Cairn placed, what it counts for, and how far the learner has come.
type activityBody struct {
	State   mapping.State // of the activity: not started, in progress, evidenced when finished
	Chip    string
	Rule    string // how it is finished, in words
	Records bool   // what is done here is kept
	Done    bool
	Start   string   // where the form that opens it goes, "" when it is open
	Again   string   // why it can be done once more, "" where it was not finished yet
	Address string   // where it leads, "" until it is opened
	Frame   string   // what is shown in a frame, "" for nothing
	Days    []string // when it opens and closes
	Finish  string   // where the form that finishes it goes, "" when there is nothing to press
	Error   string
	Towards []capabilityRow
	First   []capabilityRow // the first of them, by short names
	More    string          // leads to all of them, with their rules
	Tag     string          // where the author changes what it counts towards, "" for others
}

// opened is an activity with how far the session's person has come.
type opened struct {
	PlacedActivity
	attempt Attempt
}

// activity answers /activity/{id}.
func (s *site) activity(v *visit) (answer, error) {
	q, err := v.query("finished", "late")
	if err != nil {
		return answer{}, err
	}
	o, err := s.openedActivity(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.activityPage(v, o)
	if err != nil {
		return answer{}, err
	}
	if q.Has("finished") && !o.attempt.Completed.IsZero() {
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("activity.thanks"), v.say("activity.moved")}}
		if q.Has("late") {
			p.Notice.Text[1] = v.say("activity.late")
		}
		p.Notice.Link = &crumb{v.say("activity.see"), v.to("me/changes?since=" + s.Now().In(s.Zone).Format(isoDate))}
	}
	return answer{page: p}, nil
}

// openedActivity finds the activity of the address: one that was placed in the session's course, or that its link leads to (the
// link of a copied course leads to the activity of the first).
func (s *site) openedActivity(v *visit) (opened, error) {
	a, err := s.Activities.Activity(v.Context(), v.param("id"))
	if errors.Is(err, ErrNotFound) || err == nil && !reaches(v.session, a) {
		return opened{}, refuse(http.StatusNotFound, "activity-unknown", "gone")
	}
	if err != nil {
		return opened{}, fmt.Errorf("find a placed activity: %w", err)
	}
	o := opened{PlacedActivity: a}
	if !keeps(v.session) {
		return o, nil
	}
	if o.attempt, err = s.Activities.Attempt(v.Context(), a, v.session.Account); err != nil {
		return opened{}, fmt.Errorf("read an attempt: %w", err)
	}
	return o, nil
}

func reaches(session *Session, a PlacedActivity) bool {
	return a.Registration == session.Registration && (a.Context == session.Course.ID || a.ID == session.Activity)
}

// keeps says whether what the session's person does with activities is kept.
func keeps(session *Session) bool {
	return session.Recorded && session.Learner != "" && !showsPreview(session)
}

func (s *site) activityPage(v *visit, o opened) (*page, error) {
	p, err := s.learnerPage(v, "activity", o.Title)
	if err != nil {
		return nil, err
	}
	p.Tabs = s.tabs(v, "")
	towards, short, err := s.towards(v, o.PlacedActivity)
	if err != nil {
		return nil, err
	}
	b := s.activityBody(v, o, towards)
	b.First, b.More = short[:min(len(short), towardsFirst)], v.say("gaps.rule")
	if left := len(short) - towardsFirst; left > 0 {
		b.More = v.say("activity.andmore", "n", left)
	}
	p.Body = b
	return p, nil
}

// towardsFirst is how many capabilities stand above an activity; all stand below it.
const towardsFirst = 3

// closed says whether nobody can start the activity, or say that they finished it.
func (a PlacedActivity) closed(now time.Time) bool {
	return now.Before(a.Opens) || !a.Closes.IsZero() && !now.Before(a.Closes)
}

func (s *site) activityBody(v *visit, o opened, towards []capabilityRow) activityBody {
	at := "activity/" + o.ID
	b := activityBody{Rule: v.completionWords(o.PlacedActivity), Records: keeps(v.session), Towards: towards, Address: o.Address}
	b.State, b.Chip = v.attemptWords(o)
	done, begun := o.attempt.done(), !o.attempt.Opened.IsZero()
	b.Done = done
	b.Days = v.openDays(o.PlacedActivity)
	closed := o.closed(s.Now()) && !v.session.Lead
	if b.Records && !begun && !done {
		b.Start, b.Address = v.to(at+"/open"), ""
	}
	if b.Records && renewable(o, towards) {
		b.Start, b.Again = v.to(at+"/open"), v.say("activity.againwhy", "date", v.date(o.attempt.Completed))
	}
	if closed {
		b.Start, b.Again, b.Address = "", "", ""
	}
	if origin := originOf(b.Address); o.Framed && origin != "" {
		b.Frame, v.source = b.Address, origin
	}
	if b.Records && begun && !done && !closed && o.Completion != CompleteByRecord {
		b.Finish = v.to(at + "/finish")
	}
	if v.session.Lead && o.Context == v.session.Course.ID {
		b.Tag = v.to("course/tags/activity/" + codeOf(o.Records))
	}
	return b
}

// attemptWords is the status of the activity: its state, and the words on its chip.
func (l locale) attemptWords(o opened) (mapping.State, string) {
	switch {
	case o.attempt.again():
		return mapping.InProgress, l.say("activity.again", "time", l.moment(o.attempt.Opened), "date", l.date(o.attempt.Completed))
	case !o.attempt.Completed.IsZero() && o.Completion == CompleteByWord:
		return mapping.Evidenced, l.say("activity.said", "date", l.date(o.attempt.Completed))
	case !o.attempt.Completed.IsZero():
		return mapping.Evidenced, l.say("activity.finished", "date", l.date(o.attempt.Completed))
	case !o.attempt.Opened.IsZero():
		return mapping.InProgress, l.say("activity.started", "time", l.moment(o.attempt.Opened))
	}
	return mapping.NotStarted, l.say("activity.notstarted")
}

// completionWords says how an activity is finished.
func (l locale) completionWords(a PlacedActivity) string {
	switch a.Completion {
	case CompleteByTime:
		return l.say("activity.bytime", "n", minutes(a.Least))
	case CompleteByRecord:
		return l.say("activity.byrecord")
	}
	return l.say("activity.byword")
}

// minutes is a length of time in whole minutes, rounded up.
func minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

// towards lists the capabilities that the activity counts towards, each with the learner's state and the rule it is under; short has
// them by names that need no section above.
func (s *site) towards(v *visit, a PlacedActivity) (out, short []capabilityRow, err error) {
	r, err := s.record(v)
	if err != nil {
		return nil, nil, err
	}
	ids, err := s.capabilitiesOf(v, a)
	if err != nil {
		return nil, nil, err
	}
	for _, n := range r.cat.Tracked("") {
		if !ids[n.ID] {
			continue
		}
		x, err := s.explain(v.Context(), v.session, n.ID)
		if err != nil {
			return nil, nil, err
		}
		p := r.of(n.ID)
		row := capabilityRow{Name: n.Title, Lang: v.foreign(), Href: v.to("me/capability/" + n.ID), State: p.State, Chip: v.chipWords(p)}
		if words := v.ruleWords(x.Rule); len(words) > 0 {
			row.Hint = words[0]
		}
		out = append(out, row)
		short = append(short, capabilityRow{Name: r.shortCapability(n), Lang: row.Lang, Href: row.Href})
	}
	return out, short, nil
}

// capabilitiesOf answers what the activity is tagged with: in the session's course, and in the course it was placed in.
func (s *site) capabilitiesOf(v *visit, a PlacedActivity) (map[string]bool, error) {
	courses := []Course{v.session.Course}
	if a.Context != v.session.Course.ID {
		courses = append(courses, a.Course())
	}
	out := map[string]bool{}
	for _, c := range courses {
		aligned, err := s.Courses.Alignments(v.Context(), c)
		if err != nil {
			return nil, fmt.Errorf("read the tags of an activity: %w", err)
		}
		for _, one := range aligned {
			if one.Selector.IRI == a.Records {
				out[one.Capability] = true
			}
		}
	}
	return out, nil
}
