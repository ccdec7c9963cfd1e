package web

import "slices"

// learnerTabs are the keys of the tabs of a learner's pages, in their order.
var learnerTabs = []string{"me", "next", "changes", "record"}

// tabs are the pages that one click leads to (pages.md 3): those of a learner, or those of who leads the course. Who leads and looks
// as a learner has the learner's, and a way back. The pages of the picker have none.
func (s *site) tabs(v *visit, current string) []tab {
	one := func(key, words, path string) tab {
		return tab{Name: words, Href: v.to(path), Current: key == current}
	}
	switch {
	case v.session.Operator:
		return s.adminTabs(v, current)
	case v.session.Pick != nil:
		return nil
	case v.session.Lead && !slices.Contains(learnerTabs, current):
		return s.leadTabs(v, one)
	}
	out := []tab{one("me", v.say("tab.overview"), "me"), one("next", v.say("tab.next"), "me/next"), one("changes", v.say("tab.changes"), "me/changes"), one("record", v.say("tab.record"), "me/record")}
	if v.session.Lead {
		out = append(out, one("lead", v.say("tab.leave"), "course/activities"))
	}
	return out
}

func (s *site) leadTabs(v *visit, one func(key, words, path string) tab) []tab {
	out := []tab{
		one("activities", v.say("tab.activities"), "course/activities"), one("tags", v.say("tab.tags"), "course/tags"),
		one("coverage", v.say("tab.coverage"), "course/coverage"),
		one("history", v.say("tab.history"), "course/history"), one("as-learner", v.say("tab.aslearner"), "me"),
	}
	if v.session.Account != "" && v.session.Recorded {
		out = slices.Insert(out, 0, one("people", v.say("tab.people"), "course/people"), one("gaps", v.say("tab.gaps"), "course/gaps"), one("expiring", v.say("tab.expiring"), "course/expiring"))
	}
	return out
}
