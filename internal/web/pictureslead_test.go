package web_test

import (
	"github.com/chromedp/chromedp"

	"cairn/internal/web"
	"cairn/mapping"
)

func leadPictures(w *world) []picture {
	six1, _ := w.cat.ByCode("6.1")
	return []picture{
		{name: "lead-review", person: "reviewer", path: "/course/review"},
		{name: "lead-review-activity", person: "reviewer", path: "/course/review", prepare: func(w *world) {
			s := w.sessions[hash(token("reviewer"))]
			s.Activity, w.attempts["word account-amara"] = "word", web.Attempt{Opened: now, Completed: now}
			w.sessions[s.Hash] = s
		}},
		{name: "lead-review-list", person: "reviewer", path: "/course/review/list?state=evidenced"},
		{name: "lead-review-why", person: "reviewer", path: "/course/review/capability/" + w.capability("6.1-L2")},
		{name: "lead-people-named", person: "tove", more: []look{{840, "forced"}}, path: "/course/people", prepare: crowd},
		{name: "lead-people-rtl", person: "tove", path: "/course/people", prepare: crowd, do: []step{rightToLeft}},
		{name: "lead-people-sorted", person: "tove", path: "/course/people?sort=-" + w.capability6(), prepare: crowd},
		{name: "lead-people-onedomain", person: "tove", path: "/course/people?cols=" + w.capability6(), prepare: crowd},
		{name: "lead-people-totals", person: "tove", more: []look{{a4, "print"}}, path: "/course/people?view=totals", prepare: mixed},
		{name: "lead-people-totals-few", person: "tove", path: "/course/people?view=totals"},
		{name: "lead-gaps-full", person: "tove", path: "/course/gaps?node=" + w.capability6(), prepare: mixed},
		{name: "lead-gaps-few", person: "tove", path: "/course/gaps"},
		{name: "lead-gaps-list", person: "tove", path: "/course/gaps/list?gap=none", prepare: mixed},
		{name: "lead-expiring-full", person: "tove", path: "/course/expiring", prepare: ending},
		{name: "lead-expiring-past", person: "tove", path: "/course/expiring?within=expired", prepare: ending},
		{name: "lead-expiring-none", person: "tove", path: "/course/expiring"},
		{name: "lead-endorse-form", person: "tove", path: person("amara") + "/capability/" + w.capability("6.1-L2") + "/endorse", prepare: func(w *world) {
			w.endorsed = []mapping.Endorsement{{ID: "e1", Learner: "learner-amara", Capability: w.capability("6.1-L2"), By: "account-tove", Scope: course.Scope(), At: now.AddDate(0, -6, -13), Note: "Read a report with care"}}
		}},
		{name: "lead-endorse-error", person: "tove", path: person("amara") + "/capability/" + w.capability("6.1-L2") + "/endorse", do: []step{chromedp.Click(chromedp.CSS("main .actions button")), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "lead-people-second", person: "tove", path: "/course/people?page=2", prepare: crowd},
		{name: "lead-people-focus", person: "tove", only: only, path: "/course/people", prepare: crowd, do: []step{chromedp.Focus(chromedp.CSS("tbody tr:nth-child(2) td:nth-last-child(2) a"))}},
		{name: "lead-people-noroster", person: "tove", only: only, path: "/course/people"},
		{name: "lead-people-none", person: "tove", path: "/course/people", prepare: func(w *world) { w.opened = nil }},
		{name: "lead-learner-full", person: "tove", path: person("amara")},
		{name: "lead-learner-list", person: "tove", path: person("amara") + "/list?node=" + w.capability6()},
		{name: "lead-learner-section", person: "tove", path: person("amara") + "/section/" + six1.ID},
		{name: "lead-learner-why", person: "tove", path: person("amara") + "/capability/" + w.capability("6.1-L2")},
	}
}
