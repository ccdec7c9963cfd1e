package web_test

import (
	"github.com/chromedp/chromedp"

	"cairn/mapping"
)

// recordPictures are states of records, as learners and those who lead a course read them.
func recordPictures(w *world) []picture {
	six1, _ := w.cat.ByCode("6.1")
	return []picture{
		{name: "learner-changes-beside", person: "amara", path: "/me/changes?since=2026-05-01", prepare: besides},
		{name: "learner-record-differences", person: "amara", path: "/me/record/differences?at=2026-05-03"},
		{name: "learner-record-otherday", person: "amara", path: "/me/record?at=2026-05-03", prepare: named},
		{name: "learner-section-filtered", person: "amara", path: "/me/section/" + six1.ID + "?state=in_progress", prepare: tracked},
		{name: "learner-overview-need", person: "amara", path: "/me", prepare: tracked, do: []step{chromedp.Click(chromedp.CSS("#need"))}},
		{name: "learner-next-waits", person: "ben", path: "/me/next", prepare: func(w *world) {
			w.cat.Relations = append(w.cat.Relations, mapping.Relation{Type: mapping.RelationPrecedes, From: w.capability("6.1-L2"), To: w.capability("5.2.1-L1")})
		}},
		{name: "lead-people-alldomains", person: "tove", path: "/course/people?cols=all", prepare: crowd},
		{name: "lead-people-bywidth", person: "tove", path: "/course/people?sort=-" + w.capability6(), prepare: crowd},
		{name: "lead-learner-begun", person: "tove", path: person("amara"), prepare: tracked},
		{name: "lead-learner-nothingticked", person: "tove", path: person("amara") + "/endorse", prepare: tracked},
		{name: "lead-learner-changes", person: "tove", path: person("amara") + "/changes", prepare: besides},
		{name: "lead-learner-tracks", person: "tove", path: person("amara") + "/capability/" + w.capability("5.2.1-L1"), prepare: tracked},
		{name: "lead-endorse-several", person: "tove", path: person("amara") + "/endorse?c=" + w.capability("6.1-L2") + "&c=" + w.capability("5.2.1-L1"),
			do: []step{chromedp.Click(chromedp.CSS("main .actions button")), chromedp.WaitReady(chromedp.CSS(".problem"))}},
	}
}
