package web_test

import (
	"github.com/chromedp/chromedp"
)

func authorPictures(w *world) []picture {
	six1, _ := w.cat.ByCode("6.1")
	send := []step{chromedp.Click(chromedp.CSS(`main form[method="post"] button`)), chromedp.WaitReady(chromedp.CSS(".notice, .problem"))}
	tick := chromedp.Click(chromedp.CSS(`input[type="checkbox"]`))
	tagging := tagPath(module("quiz", 2))
	return []picture{
		{name: "author-pick-step1", person: "picker", path: "/pick/1"},
		{name: "author-pick-step1-nothing", person: "files", path: "/pick/1"},
		{name: "author-pick-step2", person: "picker", path: "/pick/2?what=progress"},
		{name: "author-pick-step2-activity", person: "picker", path: "/pick/2?what=activity&tag=" + w.capability("6.1-L1")},
		{name: "author-pick-step2-errors", person: "picker", path: "/pick/2?what=activity", do: []step{
			chromedp.Click(chromedp.CSS(`main form[method="post"] button`)), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "author-pick-step3", person: "picker", path: "/pick/3?what=activity&name=Intro+to+AI+in+care&address=https%3A%2F%2Fmedia.example%2Fintro&how=time&minutes=10&grade=1&tag=" + w.capability("6.1-L1")},
		{name: "author-activities-copy", person: "copier", path: "/course/activities"},
		{name: "author-activities-full", person: "tove", path: "/course/activities"},
		{name: "author-activities-empty", person: "tove", only: only, path: "/course/activities", prepare: func(w *world) { w.seen, w.aligned = nil, nil }},
		{name: "author-activities-nameless", person: "tove", path: "/course/activities?show=nameless"},
		{name: "author-activities-people", person: "tove", path: "/course/activities/" + codeOf(module("quiz", 2)) + "/learners", prepare: crowd},
		{name: "author-activities-preview", person: "preview", path: "/course/activities"},
		{name: "author-import", person: "tove", path: "/course/activities/import"},
		{name: "author-import-nofile", person: "tove", path: "/course/activities/import", do: []step{chromedp.Click(chromedp.CSS("main .actions button")), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "author-name", person: "tove", path: "/course/activities/" + codeOf(module("scorm", 7)) + "/name"},
		{name: "author-prefix", person: "tove", path: "/course/tags/activity/" + codeOf("prefix "+lms+"/mod/quiz/") + "?prefix=1&address=" + lms + "/mod/quiz/"},
		{name: "author-activities-error", person: "tove", path: "/course/activities", do: send},
		{name: "author-coverage-capability", person: "tove", path: "/course/coverage"},
		{name: "author-coverage-activity", person: "tove", path: "/course/coverage?by=activity"},
		{name: "author-coverage-list", person: "tove", path: "/course/coverage/list?has=some"},
		{name: "author-coverage-notags", person: "tove", path: "/course/coverage", prepare: func(w *world) { w.aligned = nil }},
		{name: "author-one", person: "tove", path: tagging},
		{name: "author-one-saved", person: "tove", path: tagging, do: []step{tick, chromedp.Click(chromedp.CSS(`button[value="keep"]`)), chromedp.WaitReady(chromedp.CSS(".notice"))}},
		{name: "author-one-preview", person: "preview", path: tagging},
		{name: "author-grid", person: "tove", path: "/course/tags"},
		{name: "author-grid-draft", person: "tove", more: []look{{840, "noscript"}}, path: "/course/tags?section=" + six1.ID, prepare: drafted},
		{name: "author-grid-conflict", person: "tove", only: only, path: "/course/tags?section=" + six1.ID, prepare: drafted, do: []step{
			chromedp.SetAttributeValue(chromedp.CSS(`input[name="seen"]`), "value", "4"), chromedp.Click(chromedp.CSS(`button[value="keep"]`)), chromedp.WaitReady(chromedp.CSS(".problem, .notice"))}},
		{name: "author-grid-rtl", person: "tove", path: "/course/tags?section=" + six1.ID, do: []step{rightToLeft}},
		{name: "author-grid-preview", person: "preview", path: "/course/tags?section=" + six1.ID},
		{name: "author-grid-focus", person: "tove", only: only, path: "/course/tags?section=" + six1.ID, do: []step{chromedp.Focus(chromedp.CSS("tbody tr:nth-child(2) td:last-child input"))}},
		{name: "author-grid-many", person: "tove", path: "/course/tags?section=" + six1.ID, do: []step{chromedp.Click(chromedp.CSS("main > details summary"))}},
		{name: "author-one-draft", person: "tove", path: tagPath(module("quiz", 2)), prepare: drafted},
		{name: "author-rule-example", person: "tove", path: ruleOf(w, "4") + "?what=score&score=90&kind=n_of&n=3&valid=1&unit=years"},
		{name: "author-rule-groups", person: "tove", path: "/course/capability/" + w.capability("6.1-L2") + "/rule?kind=groups&shape=2+1&g0p0=" + codeOf(module("quiz", 3)) + "&g0p1=" + codeOf(module("quiz", 4)) + "&g0p1=" + codeOf(module("page", 6)) + "&g1p0=" + codeOf(module("assign", 5))},
		{name: "author-rule-points", person: "tove", path: "/course/capability/" + w.capability("6.1-L2") + "/rule?kind=points&points=5&worth-" + codeOf(module("quiz", 3)) + "=3&worth-" + codeOf(module("quiz", 4)) + "=2&must-" + codeOf(module("quiz", 4)) + "=1"},
		{name: "author-rule-error", person: "tove", only: only, path: ruleOf(w, "4"), do: []step{chromedp.SetValue(chromedp.CSS("#n"), "9"), chromedp.Click(chromedp.CSS(`button[name="form"]`)), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "author-rule-preview", person: "preview", path: ruleOf(w, "4")},
		{name: "author-preview-loses", person: "tove", path: "/course/draft", prepare: drafted},
		{name: "author-preview-error", person: "tove", path: "/course/draft", prepare: drafted, do: []step{chromedp.Click(chromedp.CSS(`main form .actions button`)), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "author-preview-working", person: "tove", only: only, path: "/course/draft", prepare: func(w *world) { drafted(w); w.slow = true }},
		{name: "author-preview-empty", person: "tove", path: "/course/draft"},
		{name: "author-preview-none", person: "tove", path: "/course/draft", prepare: func(w *world) { drafted(w); w.evidence = nil }},
		{name: "author-preview-who", person: "tove", path: "/course/draft/who?capability=" + w.capability("5.2.1-L1"), prepare: drafted},
		{name: "author-applied", person: "tove", path: "/course/history?applied=" + w.changes[0].Changeset.ID + "&gained=12&lost=3"},
		{name: "author-history", person: "tove", path: "/course/history"},
	}
}
