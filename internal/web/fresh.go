package web

import (
	"context"
	"fmt"
	"time"

	"cairn/lti"
	"cairn/mapping"
)

// behindAfter is when figures are said to be behind (pages.md 3, "behind").
const behindAfter = time.Minute

// addFreshness says up to when the figures are complete, and warns when that is not now. A notice of its own is not replaced:
// there is one on a page.
func (s *site) addFreshness(ctx context.Context, p *page, who string) error {
	upTo, err := s.Freshness.UpTo(ctx)
	if err != nil {
		return fmt.Errorf("ask how fresh the figures are: %w", err)
	}
	p.Foot = []string{say("foot.upto", "time", s.moment(upTo)), who}
	if s.Now().Sub(upTo) <= behindAfter {
		return nil
	}
	text := say("state.behind", "time", s.moment(upTo))
	if p.Notice != nil {
		p.Notice.Text = append(p.Notice.Text, text)
		return nil
	}
	p.Notice = &notice{Kind: "important", Heading: say("notice.important"), Text: []string{text}}
	return nil
}

// moment writes a time of today as a time of day, any other with its date.
func (s *site) moment(t time.Time) string {
	if s.date(t) == s.date(s.Now()) {
		return s.clock(t)
	}
	return s.dateTime(t)
}

// catalog answers the framework of the session; the default one when it names none that is here.
func (s *site) catalog(session *Session) *mapping.Catalog {
	if cat, ok := s.Frameworks.Framework(session.Framework); ok {
		return cat
	}
	return s.Frameworks.Default()
}

// showsPreview says whether a session sees the learner's pages as a learner without a record: a test user, or someone who
// leads the course and does not learn in it.
func showsPreview(session *Session) bool {
	roles := lti.ParseRoles(session.Roles)
	return roles.TestUser() || session.Lead && !roles.IsLearner()
}
