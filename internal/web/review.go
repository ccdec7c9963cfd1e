package web

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"cairn/lti"
	"cairn/mapping"
)

// Review is whom a submission review is about (Submission Review 1.0, 3), kept with its session.
type Review struct {
	Issuer  string
	Subject string
}

// Member is a person of a course.
type Member struct {
	Account string // id
	Learner string // id
	Name    string // "" when the learning site does not share it
}

// reviewBody is what someone who leads the course sees of one learner.
type reviewBody struct {
	State    mapping.State // of the activity that was graded; "" for a progress page
	Chip     string
	Summary  any
	Rows     []capabilityRow
	NotBegun any
}

// reviewed answers the person that the session's review is about, if they are in the course at this moment.
func (s *site) reviewed(v *visit) (Member, error) {
	r := v.session.Review
	if r == nil {
		return Member{}, refuse(http.StatusNotFound, "review-none", "gone")
	}
	m, err := s.Courses.Member(v.Context(), v.session.Course, r.Issuer, r.Subject)
	if errors.Is(err, ErrNotFound) {
		return Member{}, refuse(http.StatusNotFound, "review-left", "left")
	}
	if err != nil {
		return Member{}, fmt.Errorf("find a person of the course: %w", err)
	}
	return m, nil
}

// review answers /course/review: where the learner stands in what the graded link shows.
func (s *site) review(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	r, m, err := s.reviewRecord(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.leadPage(v, "review", r.name, "")
	if err != nil {
		return answer{}, err
	}
	p.Person, p.Window = r.name, v.say("review.window")
	body := reviewBody{}
	if v.session.Activity != "" {
		if err := s.reviewAttempt(v, m, &body); err != nil {
			return answer{}, err
		}
	}
	s.reviewRows(v, r, &body)
	p.Body = body
	return answer{page: p}, nil
}

// reviewRecord reads the record that the review is about: of the graded activity what it counts towards, of a progress page all.
func (s *site) reviewRecord(v *visit) (*record, Member, error) {
	m, err := s.reviewed(v)
	if err != nil {
		return nil, m, err
	}
	r, err := s.recordOf(v.Context(), v.session, m.Learner)
	if err != nil {
		return nil, m, err
	}
	r.at, r.name = "course/review", m.title(v.locale)
	if v.session.Activity == "" {
		return r, m, nil
	}
	a, err := s.Activities.Activity(v.Context(), v.session.Activity)
	if err != nil {
		return nil, m, fmt.Errorf("find the activity of a review: %w", err)
	}
	ids, err := s.capabilitiesOf(v, a)
	r.only = func(id string) bool { return ids[id] }
	return r, m, err
}

// reviewList answers /course/review/list: the capabilities that a number of the review counts.
func (s *site) reviewList(v *visit) (answer, error) {
	r, _, err := s.reviewRecord(v)
	if err != nil {
		return answer{}, err
	}
	f, err := r.filter(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.leadPage(v, "list", v.say("list.title"), "", crumb{r.name, v.to(r.at)})
	if err != nil {
		return answer{}, err
	}
	p.Person, p.Window = r.name, v.say("review.window")
	p.Body, err = s.listOf(v, r, f)
	return answer{page: p}, err
}

// title is how a page about a person is headed: by name, where it is shared.
func (m Member) title(l locale) string {
	if m.Name == "" {
		return l.say("review.nameless")
	}
	return m.Name
}

// reviewAttempt says how far the learner came with the graded activity.
func (s *site) reviewAttempt(v *visit, m Member, b *reviewBody) error {
	a, err := s.Activities.Activity(v.Context(), v.session.Activity)
	if err != nil {
		return fmt.Errorf("find the activity of a review: %w", err)
	}
	o := opened{PlacedActivity: a}
	if o.attempt, err = s.Activities.Attempt(v.Context(), a, m.Account); err != nil {
		return fmt.Errorf("read an attempt: %w", err)
	}
	b.State, b.Chip = v.attemptWords(o)
	if b.State == mapping.Evidenced && a.Completion == CompleteByWord {
		b.Chip = v.say("review.said", "date", v.date(o.attempt.Completed))
	}
	return nil
}

func (s *site) reviewRows(v *visit, r *record, b *reviewBody) {
	shown := r.tracked("")
	b.Summary = r.countText(v, r.tally(shown))
	for _, n := range shown {
		p := r.of(n.ID)
		if p.State == mapping.NotStarted && v.session.Activity == "" {
			continue
		}
		b.Rows = append(b.Rows, capabilityRow{Name: n.Title, Lang: v.foreign(), Href: v.to("course/review/capability/" + n.ID), State: p.State, Chip: v.chipWords(p)})
	}
	if left := len(shown) - len(b.Rows); left > 0 {
		b.NotBegun = v.sayHTML("count.not_started", "n", v.num(left, r.href(v, "/list", "state", string(mapping.NotStarted))))
	}
}

// reviewCapability answers /course/review/capability/{id}: why the learner's state is what it is. What comes from other courses
// has neither title nor score here.
func (s *site) reviewCapability(v *visit) (answer, error) {
	r, _, err := s.reviewRecord(v)
	if err != nil {
		return answer{}, err
	}
	n, ok := r.cat.Capability(v.param("id"))
	if !ok {
		return answer{}, refuse(http.StatusNotFound, "capability-unknown", "gone")
	}
	p, err := s.leadPage(v, "capability", n.Title, "", crumb{r.name, v.to(r.at)})
	if err != nil {
		return answer{}, err
	}
	p.Person = r.name
	return s.capabilityPage(v, r, n, p)
}

// countedByThem is countedWords about somebody else.
func (l locale) countedByThem(f mapping.Finding) string {
	if f.Self {
		return l.say("review.finding", "activity", activityName(f.Activity), "date", l.date(f.At))
	}
	return l.countedWords(f)
}

// notCountedByThem is notCountedWords about somebody else.
func (l locale) notCountedByThem(f mapping.Finding) string {
	if l.has("review.reason." + string(f.Reason)) {
		reason := l.say("review.reason."+string(f.Reason), l.reasonGaps(f)...)
		return l.say("finding.not", "activity", activityName(f.Activity), "date", l.date(f.At), "reason", reason)
	}
	return l.notCountedWords(f)
}

// ofCourse answers the statements of a case that belong to the course.
func ofCourse(c mapping.Case, course Course) map[string]bool {
	own := map[string]bool{} // alignments of the course with what was placed there
	for _, a := range c.Alignments {
		own[a.ID] = a.IsPlaced() && a.Scope.Same(course.Scope())
	}
	out := map[string]bool{}
	for _, e := range c.Evidence {
		if own[e.Alignment] || course.Scope().Holds(e.Record, e.Registration) {
			out[e.Record.StatementID] = true
		}
	}
	return out
}

// reviewOf is whom a launch is to review, nil for the other messages.
func reviewOf(l *lti.Launch, reg Registration) *Review {
	if l.MessageType != lti.SubmissionReviewRequest || l.ForUser == nil {
		return nil
	}
	return &Review{Issuer: reg.Issuer, Subject: l.ForUser.UserID}
}

// explainOf asks why a capability stands as it does for a learner, and answers what that rests on as well.
func (s *site) explainOf(ctx context.Context, session *Session, learner, capability string) (mapping.Case, mapping.Explanation, error) {
	c, err := s.caseOf(ctx, session, learner, capability)
	if err != nil {
		return c, mapping.Explanation{}, fmt.Errorf("read what the state rests on: %w", err)
	}
	c.Prefer, c.Notice = session.Course.Scope(), s.Notice
	named := map[string]bool{}
	namedIn(c, named)
	names, err := s.names(ctx, session.Course, slices.Sorted(maps.Keys(named)))
	if err != nil {
		return c, mapping.Explanation{}, err
	}
	return c, mapping.Explain(c, mapping.Evaluate(c), func(iri string) string { return names[iri] }), nil
}

// caseOf is what a state rests on. The platform's test person, who has no record, is told of what they tried.
func (s *site) caseOf(ctx context.Context, session *Session, learner, capability string) (mapping.Case, error) {
	if learner == "" && len(session.Test) > 0 {
		return s.Records.Tried(ctx, session.Registration, session.Test, capability)
	}
	return s.Records.Case(ctx, learner, capability)
}
