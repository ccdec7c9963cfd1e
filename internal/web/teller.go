package web

import (
	"slices"

	"cairn/mapping"
)

// teller tells of a record: to the learner whose it is, or to those who lead a course. To these, what comes from another course has
// neither title nor score (pages.md 3.3, M2).
type teller struct {
	locale
	them  bool            // it speaks about somebody else
	here  map[string]bool // ids of the statements that belong to the course
	known map[string]bool // ids of all that it knows anything of
	names bool            // titles from other courses are told
}

// tellerOf is the teller of a record, over what its states rest on.
func (s *site) tellerOf(v *visit, r *record, cases ...mapping.Case) teller {
	t := teller{locale: v.locale, them: r.name != "", names: s.NameElsewhere, here: map[string]bool{}, known: map[string]bool{}}
	for _, c := range cases {
		for _, e := range c.Evidence {
			t.known[e.Record.StatementID] = true
		}
		for id := range ofCourse(c, v.session.Course) {
			t.here[id] = true
		}
	}
	return t
}

// hides says whether a statement comes from another course than that of the reader, who is not the learner.
func (t teller) hides(statement string) bool { return t.them && !t.names && !t.here[statement] }

// counted tells of what counts.
func (t teller) counted(f mapping.Finding) string {
	switch {
	case t.hides(f.Statement):
		return t.say("review.elsewhere", "date", t.date(f.At))
	case t.them:
		return t.countedByThem(f)
	}
	return t.countedWords(f)
}

// notCounted tells of what does not count, and why.
func (t teller) notCounted(f mapping.Finding) string {
	switch {
	case t.hides(f.Statement):
		return t.say("review.elsewhere", "date", t.date(f.At))
	case t.them:
		return t.notCountedByThem(f)
	}
	return t.notCountedWords(f)
}

// reason tells why something does not count.
func (t teller) reason(f mapping.Finding) string {
	switch {
	case t.hides(f.Statement):
		return t.say("csv.no")
	case t.them && t.has("review.reason."+string(f.Reason)):
		return t.say("review.reason."+string(f.Reason), t.reasonGaps(f)...)
	}
	return t.reasonWords(f)
}

// needed tells what the rule still asks for.
func (t teller) needed(x mapping.Explanation) []string {
	if t.them {
		return t.neededByThem(x)
	}
	return t.neededWords(x)
}

// cause tells what made a change: the activity with its score, where a record did.
func (t teller) cause(c mapping.Transition, x mapping.Explanation) string {
	if c.Cause == mapping.CauseStatement {
		if t.hides(c.CauseID) && t.known[c.CauseID] {
			return t.say("review.fromelsewhere")
		}
		if words := t.causingActivity(c, x); words != "" {
			return words
		}
	}
	if t.them && t.has("review.cause."+string(c.Cause)) {
		return t.say("review.cause." + string(c.Cause))
	}
	return t.say("cause." + string(c.Cause))
}

// causingActivity names the activity whose record made a change, "" where it is not known.
func (t teller) causingActivity(c mapping.Transition, x mapping.Explanation) string {
	for _, f := range slices.Concat(x.Counted, x.NotCounted) {
		switch {
		case f.Statement != c.CauseID:
		case f.Score != nil:
			return t.say("changes.scored", "activity", activityName(f.Activity), "score", t.milli(*f.Score))
		default:
			return activityName(f.Activity)
		}
	}
	return ""
}

// lost says why evidence that was there is there no more, and to the learner the way back. "" when nothing was lost.
func (t teller) lost(x mapping.Explanation, cause string) string {
	if t.them {
		return t.lostCause(x, cause)
	}
	return t.lostWords(x, cause, t.now())
}
