package web

import (
	"fmt"
	"time"

	"cairn/lti"
	"cairn/mapping"
)

// behindAfter is when figures are said to be behind (pages.md 3, "behind").
const behindAfter = time.Minute

// addFreshness says up to when the figures are complete, and warns when that is not now. A notice of its own is not replaced:
// there is one on a page.
func (s *site) addFreshness(v *visit, p *page, who string) error {
	upTo, err := s.Freshness.UpTo(v.Context())
	if err != nil {
		return fmt.Errorf("ask how fresh the figures are: %w", err)
	}
	p.Foot = []string{v.say("foot.upto", "time", v.moment(upTo)), who}
	if s.Now().Sub(upTo) <= behindAfter {
		return nil
	}
	text := v.say("state.behind", "time", v.moment(upTo))
	if p.Notice != nil {
		p.Notice.Text = append(p.Notice.Text, text)
		return nil
	}
	p.Notice = &notice{Kind: "important", Heading: v.say("notice.important"), Text: []string{text}}
	return nil
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
