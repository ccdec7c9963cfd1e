package web_test

import (
	"time"

	"github.com/chromedp/chromedp"

	"cairn/mapping"
)

func learnerPictures(w *world) []picture {
	six1, _ := w.cat.ByCode("6.1")
	capability := func(code string) string { return "/me/capability/" + w.capability(code) }
	return []picture{
		{name: "learner-overview-welsh", person: "amara", path: "/me", prepare: func(w *world) { speaking(w, "amara", "cy"); visitedLong(w) }},
		{name: "learner-capability-welsh", person: "amara", path: capability("6.1-L2"), prepare: func(w *world) { speaking(w, "amara", "cy") }},
		{name: "learner-record-full", person: "amara", path: "/me/record", prepare: named, more: []look{{a4, "print"}, {a4, "grey"}}},
		{name: "learner-record-nameless", person: "amara", path: "/me/record"},
		{name: "learner-record-empty", person: "ben", path: "/me/record"},
		{name: "learner-record-day", person: "amara", path: "/me/record?at=2026-05-03", prepare: named},
		{name: "learner-record-error", person: "amara", path: "/me/record?day=1&month=3&year=2030", prepare: named},
		{name: "learner-overview-longnames", person: "amara", path: "/me", prepare: longNames, only: only},
		{name: "learner-overview-rtl", person: "amara", path: "/me", only: only, do: []step{rightToLeft}},
		{name: "learner-record-longnames", person: "amara", path: "/me/record", prepare: longNames},
		{name: "learner-next-longnames", person: "ben", path: "/me/next", prepare: longNames},
		{name: "learner-capability-rtl", person: "amara", path: capability("6.1-L2"), do: []step{rightToLeft}},
		{name: "learner-next-full", person: "ben", path: "/me/next"},
		{name: "learner-next-all", person: "amara", path: "/me/next?from=all"},
		{name: "learner-next-none", person: "amara", path: "/me/next", prepare: func(w *world) { w.aligned = nil }},
		{name: "learner-changes-mixed", person: "amara", path: "/me/changes"},
		{name: "learner-changes-day", person: "amara", path: "/me/changes?since=2026-05-03"},
		{name: "learner-changes-none", person: "amara", path: "/me/changes", prepare: visited},
		{name: "learner-changes-error", person: "amara", path: "/me/changes?day=31&month=2&year=2026"},
		{name: "learner-overview-radar", person: "amara", path: "/me", do: []step{chromedp.Click(chromedp.CSS("details:nth-of-type(1) summary")), chromedp.Click(chromedp.CSS("details:nth-of-type(2) summary"))}, only: only},
		{name: "learner-overview-since", person: "amara", path: "/me", prepare: visitedLong},
		{name: "learner-start-first", person: "new", path: "/me"},
		{name: "learner-start-change", person: "amara", path: "/me/start", prepare: choose("U", "E")},
		{name: "learner-start-preview", person: "tove", path: "/me/start"},
		{name: "learner-overview-roles", person: "amara", path: "/me", prepare: choose("U", "E")},
		{name: "learner-section-roles", person: "amara", path: "/me/section/" + six1.ID, prepare: choose("U")},
		{name: "learner-list-roles", person: "amara", path: "/me/list?state=not_started&role=S", prepare: choose("U")},
		{name: "learner-overview-full", person: "amara", path: "/me", more: []look{{840, "forced"}, {320, "zoom400"}, {840, "noscript"}}},
		{name: "learner-overview-empty", person: "ben", path: "/me"},
		{name: "learner-overview-notags", person: "ben", path: "/me", prepare: func(w *world) { w.aligned = nil }},
		{name: "learner-overview-anonymous", person: "anonymous", path: "/me", only: only},
		{name: "learner-overview-preview", person: "tove", path: "/me", only: only},
		{name: "learner-overview-behind", person: "amara", path: "/me", prepare: func(w *world) { w.upTo = now.Add(-30 * time.Minute) }, only: only},
		{name: "learner-overview-domain", person: "six", path: "/me"},
		{name: "learner-section-mixed", person: "amara", path: "/me/section/" + six1.ID},
		{name: "learner-section-domain", person: "amara", path: "/me/section/" + w.capability6()},
		{name: "learner-list", person: "amara", path: "/me/list?state=evidenced"},
		{name: "learner-list-long", person: "amara", path: "/me/list"},
		{name: "learner-capability-inprogress", person: "amara", path: capability("6.1-L2")},
		{name: "learner-capability-evidenced", person: "amara", path: capability("5.2.1-L1")},
		{name: "learner-capability-withdrawn", person: "amara", path: capability("2.1-L2"), do: []step{chromedp.Click(chromedp.CSS("summary"))}},
		{name: "learner-capability-label", person: "amara", path: capability("6.1-LX-01")},
		{name: "learner-capability-untagged", person: "amara", path: capability("6.4-L3")},
		{name: "learner-capability-tracks", person: "amara", path: capability("5.2.1-L1"), prepare: tracked},
		{name: "learner-capability-expired", person: "amara", path: capability("5.2.1-L1"), only: only, prepare: func(w *world) {
			w.ruled("5.2.1-L1", mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Months: 3}})
		}},
		{name: "learner-capability-groups", person: "amara", path: capability("6.1-L2"), prepare: grouped},
		{name: "learner-capability-olddate", person: "amara", path: capability("6.1-L2") + "?at=2026-05-04", prepare: tracked, do: []step{chromedp.Click(chromedp.CSS("details.no-print summary"))}, only: only},
		{name: "learner-capability-nodate", person: "amara", path: capability("6.1-L2") + "?day=31&month=2&year=2026"},
		{name: "learner-capability-implied", person: "amara", path: capability("2.1-L1"), prepare: impliedAbove, only: only},
		{name: "learner-capability-gone", person: "ben", path: "/me/capability/0192f000-0000-7000-8000-00000000aaaa", prepare: func(w *world) {
			replacedSince(w)
			w.published = time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
		}},
		{name: "learner-section-rated", person: "amara", path: "/me/section/" + six1.ID + "?rated=1", prepare: tracked},
		{name: "learner-record-tracks", person: "amara", path: "/me/record", prepare: func(w *world) { named(w); tracked(w) }},
		{name: "learner-overview-said", person: "amara", path: "/me", prepare: calibrated, do: []step{chromedp.Click(chromedp.CSS("#said"))}},
		{name: "learner-list-said", person: "amara", path: "/me/list?said=both&group=every", prepare: calibrated},
		{name: "learner-rate-first", person: "amara", path: w.six1() + "/2"},
		{name: "learner-rate-again", person: "amara", path: w.six1() + "/2", prepare: tracked, do: []step{chromedp.Click(chromedp.CSS("details:nth-of-type(1) summary"))}},
		{name: "learner-rate-error", person: "amara", path: w.six1() + "/1", do: []step{chromedp.Click(chromedp.CSS(`button[value="next"]`)), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "learner-rate-done", person: "amara", path: w.six1() + "/5", do: []step{chromedp.Click(chromedp.CSS("#now-on_own")), chromedp.Click(chromedp.CSS(`button[value="next"]`)), chromedp.WaitReady(chromedp.CSS("a.button"))}},
		{name: "learner-rate-alldone", person: "amara", path: w.six1() + "/done", prepare: tracked},
		{name: "learner-rate-preview", person: "tove", path: w.six1() + "/1"},
	}
}
