package web_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"

	"cairn/internal/web"
	"cairn/mapping"
)

type step = chromedp.Action[chromedp.Void]

// picture is a page as a person meets it.
type picture struct {
	name, person, path string
	dark               bool
	print              bool // as it is printed
	forced             bool // in the colours that a person forced
	prepare            func(*world)
	do                 []step // after the page is there
}

// TestPictures opens every page in a real browser, 320 pixels wide. It fails when a page scrolls sideways or breaks its own policy.
// With CAIRN_PICTURES set to a folder it also opens them at 840 and 1200, and leaves the pictures there to be looked at.
func TestPictures(t *testing.T) {
	folder, widths := os.Getenv("CAIRN_PICTURES"), []int64{320}
	if folder != "" {
		widths = []int64{320, 840, 1200}
	}
	browser := startBrowser(t)
	for _, p := range slices.Concat(pictures(newWorld(t)), adminPictures()) {
		t.Run(p.name, func(t *testing.T) {
			address := serve(t, p)
			for _, width := range widths {
				shoot(t, browser, p, address, width, folder)
			}
		})
	}
}

func pictures(w *world) []picture {
	six1, _ := w.cat.ByCode("6.1")
	capability := func(code string) string { return "/me/capability/" + w.capability(code) }
	send := []step{chromedp.Click(chromedp.CSS(`main form[method="post"] button`)), chromedp.WaitReady(chromedp.CSS(".notice, .problem"))}
	tick := chromedp.Click(chromedp.CSS(`input[type="checkbox"]`))
	tagging := "/course/tags/activity/" + fixed(module("quiz", 2))[:16]
	return []picture{
		{name: "learner-record-full-print", person: "amara", path: "/me/record", prepare: named, print: true},
		{name: "learner-overview-full-forced", person: "amara", path: "/me", forced: true, do: []step{chromedp.Click(chromedp.CSS("details:nth-of-type(2) summary"))}},
		{name: "learner-overview-welsh", person: "amara", path: "/me", prepare: func(w *world) { speaking(w, "amara", "cy"); visitedLong(w) }},
		{name: "learner-capability-welsh", person: "amara", path: capability("6.1-L2"), prepare: func(w *world) { speaking(w, "amara", "cy") }, dark: true},
		{name: "learner-next-longnames", person: "ben", path: "/me/next", prepare: func(w *world) {
			w.seen["2"][0].Name = strings.Repeat("Donaudampfschifffahrtsgesellschaftskapitän ", 4) + strings.Repeat("x", 90)
		}},
		{name: "learner-record-full", person: "amara", path: "/me/record", prepare: named},
		{name: "learner-record-nameless", person: "amara", path: "/me/record", dark: true},
		{name: "learner-record-empty", person: "ben", path: "/me/record"},
		{name: "learner-record-day", person: "amara", path: "/me/record?at=2026-05-03", prepare: named},
		{name: "learner-record-error", person: "amara", path: "/me/record?day=1&month=3&year=2030", prepare: named},
		{name: "learner-next-full", person: "ben", path: "/me/next"},
		{name: "learner-next-dark", person: "amara", path: "/me/next?from=all", dark: true},
		{name: "learner-next-none", person: "amara", path: "/me/next", prepare: func(w *world) { w.aligned = nil }},
		{name: "learner-changes-mixed", person: "amara", path: "/me/changes"},
		{name: "learner-changes-dark", person: "amara", path: "/me/changes?since=2026-05-03", dark: true},
		{name: "learner-changes-none", person: "amara", path: "/me/changes", prepare: visited},
		{name: "learner-changes-error", person: "amara", path: "/me/changes?day=31&month=2&year=2026"},
		{name: "learner-overview-radar", person: "amara", path: "/me", do: []step{chromedp.Click(chromedp.CSS("details:nth-of-type(1) summary")), chromedp.Click(chromedp.CSS("details:nth-of-type(2) summary"))}},
		{name: "learner-overview-radar-dark", person: "amara", path: "/me", dark: true, do: []step{chromedp.Click(chromedp.CSS("details:nth-of-type(2) summary"))}},
		{name: "learner-overview-since", person: "amara", path: "/me", prepare: visitedLong},
		{name: "learner-start-first", person: "new", path: "/me"},
		{name: "learner-start-change", person: "amara", path: "/me/start", dark: true, prepare: choose("U", "E")},
		{name: "learner-start-preview", person: "tove", path: "/me/start"},
		{name: "learner-overview-roles", person: "amara", path: "/me", prepare: choose("U", "E")},
		{name: "learner-section-roles", person: "amara", path: "/me/section/" + six1.ID, prepare: choose("U")},
		{name: "learner-list-roles", person: "amara", path: "/me/list?state=not_started&role=S", prepare: choose("U")},
		{name: "learner-overview-full", person: "amara", path: "/me"},
		{name: "learner-overview-dark", person: "amara", path: "/me", dark: true},
		{name: "learner-overview-empty", person: "ben", path: "/me"},
		{name: "learner-overview-notags", person: "ben", path: "/me", prepare: func(w *world) { w.aligned = nil }},
		{name: "learner-overview-anonymous", person: "anonymous", path: "/me"},
		{name: "learner-overview-preview", person: "tove", path: "/me"},
		{name: "learner-overview-behind", person: "amara", path: "/me", prepare: func(w *world) { w.upTo = now.Add(-30 * time.Minute) }},
		{name: "learner-overview-domain", person: "six", path: "/me"},
		{name: "learner-section-mixed", person: "amara", path: "/me/section/" + six1.ID},
		{name: "learner-section-domain", person: "amara", path: "/me/section/" + w.capability6()},
		{name: "learner-list", person: "amara", path: "/me/list?state=evidenced"},
		{name: "learner-list-long", person: "amara", path: "/me/list"},
		{name: "learner-capability-inprogress", person: "amara", path: capability("6.1-L2"), dark: true},
		{name: "learner-capability-evidenced", person: "amara", path: capability("5.2.1-L1")},
		{name: "learner-capability-withdrawn", person: "amara", path: capability("2.1-L2"), do: []step{chromedp.Click(chromedp.CSS("summary"))}},
		{name: "learner-capability-label", person: "amara", path: capability("6.1-LX-01")},
		{name: "learner-capability-untagged", person: "amara", path: capability("6.4-L3")},
		{name: "learner-capability-tracks", person: "amara", path: capability("5.2.1-L1"), prepare: tracked},
		{name: "learner-capability-expired", person: "amara", path: capability("5.2.1-L1"), prepare: func(w *world) {
			w.ruled("5.2.1-L1", mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Months: 3}})
		}},
		{name: "learner-capability-groups", person: "amara", path: capability("6.1-L2"), prepare: grouped},
		{name: "learner-capability-olddate", person: "amara", path: capability("6.1-L2") + "?at=2026-05-04", prepare: tracked, do: []step{chromedp.Click(chromedp.CSS("details.no-print summary"))}},
		{name: "learner-capability-nodate", person: "amara", path: capability("6.1-L2") + "?day=31&month=2&year=2026", dark: true},
		{name: "learner-capability-implied", person: "amara", path: capability("2.1-L1"), prepare: impliedAbove},
		{name: "learner-section-rated", person: "amara", path: "/me/section/" + six1.ID + "?rated=1", prepare: tracked},
		{name: "learner-record-tracks", person: "amara", path: "/me/record", prepare: func(w *world) { named(w); tracked(w) }},
		{name: "learner-overview-said", person: "amara", path: "/me", prepare: calibrated, do: []step{chromedp.Click(chromedp.CSS("#said"))}},
		{name: "learner-list-said", person: "amara", path: "/me/list?said=both&group=every", prepare: calibrated, dark: true},
		{name: "learner-rate-first", person: "amara", path: w.six1() + "/2"},
		{name: "learner-rate-dark", person: "amara", path: w.six1() + "/2", prepare: tracked, dark: true, do: []step{chromedp.Click(chromedp.CSS("details:nth-of-type(1) summary"))}},
		{name: "learner-rate-error", person: "amara", path: w.six1() + "/1", do: []step{chromedp.Click(chromedp.CSS(`button[value="next"]`)), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "learner-rate-done", person: "amara", path: w.six1() + "/5", do: []step{chromedp.Click(chromedp.CSS("#now-on_own")), chromedp.Click(chromedp.CSS(`button[value="next"]`)), chromedp.WaitReady(chromedp.CSS("a.button"))}},
		{name: "learner-rate-preview", person: "tove", path: w.six1() + "/1"},
		{name: "about-help", person: "amara", path: "/help"},
		{name: "about-privacy", person: "amara", path: "/privacy", dark: true},
		{name: "about-accessibility", person: "tove", path: "/accessibility"},
		{name: "about-display", person: "amara", path: "/display"},
		{name: "activity-link-new", person: "amara", path: "/activity/word"},
		{name: "activity-link-started", person: "amara", path: "/activity/word", prepare: begun("word")},
		{name: "activity-link-done", person: "amara", path: "/activity/word?finished=1", prepare: func(w *world) {
			w.attempts["word account-amara"] = web.Attempt{Opened: now.Add(-22 * time.Minute), Completed: now}
		}},
		{name: "activity-time-early", person: "amara", path: "/activity/time", prepare: func(w *world) {
			w.attempts["time account-amara"] = web.Attempt{Opened: now.Add(-2 * time.Minute)}
		}, do: []step{chromedp.Click(chromedp.CSS("#finish")), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "activity-record", person: "amara", path: "/activity/record", prepare: begun("record")},
		{name: "activity-preview", person: "tove", path: "/activity/word"},
		{name: "activity-anonymous", person: "anonymous", path: "/activity/word"},
		{name: "author-pick-step1", person: "picker", path: "/pick/1"},
		{name: "author-pick-step1-nothing", person: "files", path: "/pick/1"},
		{name: "author-pick-step2", person: "picker", path: "/pick/2?what=progress"},
		{name: "author-pick-step2-activity", person: "picker", path: "/pick/2?what=activity&tag=" + w.capability("6.1-L1")},
		{name: "author-pick-step2-errors", person: "picker", path: "/pick/2?what=activity", do: []step{
			chromedp.Click(chromedp.CSS(`main form[method="post"] button`)), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "author-pick-step3", person: "picker", path: "/pick/3?what=activity&name=Intro+to+AI+in+care&address=https%3A%2F%2Fmedia.example%2Fintro&how=time&minutes=10&grade=1&tag=" + w.capability("6.1-L1")},
		{name: "lead-review", person: "reviewer", path: "/course/review"},
		{name: "lead-review-activity", person: "reviewer", path: "/course/review", prepare: func(w *world) {
			s := w.sessions[hash(token("reviewer"))]
			s.Activity, w.attempts["word account-amara"] = "word", web.Attempt{Opened: now, Completed: now}
			w.sessions[s.Hash] = s
		}},
		{name: "lead-review-why", person: "reviewer", path: "/course/review/capability/" + w.capability("6.1-L2")},
		{name: "lead-people-named", person: "tove", path: "/course/people", prepare: crowd},
		{name: "lead-people-dark", person: "tove", path: "/course/people?sort=-" + w.capability6(), prepare: crowd, dark: true},
		{name: "lead-people-onedomain", person: "tove", path: "/course/people?cols=" + w.capability6(), prepare: crowd},
		{name: "lead-people-totals", person: "tove", path: "/course/people?view=totals", prepare: mixed},
		{name: "lead-people-totals-dark", person: "tove", path: "/course/people?view=totals", prepare: mixed, dark: true},
		{name: "lead-people-totals-few", person: "tove", path: "/course/people?view=totals"},
		{name: "lead-gaps-full", person: "tove", path: "/course/gaps?node=" + w.capability6(), prepare: mixed},
		{name: "lead-gaps-dark", person: "tove", path: "/course/gaps", prepare: mixed, dark: true},
		{name: "lead-gaps-few", person: "tove", path: "/course/gaps"},
		{name: "lead-gaps-list", person: "tove", path: "/course/gaps/list?gap=none", prepare: mixed},
		{name: "lead-expiring-full", person: "tove", path: "/course/expiring", prepare: ending},
		{name: "lead-expiring-dark", person: "tove", path: "/course/expiring?within=expired", prepare: ending, dark: true},
		{name: "lead-expiring-none", person: "tove", path: "/course/expiring"},
		{name: "lead-endorse-form", person: "tove", path: person("amara") + "/capability/" + w.capability("6.1-L2") + "/endorse", prepare: func(w *world) {
			w.endorsed = []mapping.Endorsement{{ID: "e1", Learner: "learner-amara", Capability: w.capability("6.1-L2"), By: "account-tove", Scope: course.Scope(), At: now.AddDate(0, -6, -13), Note: "Read a report with care"}}
		}},
		{name: "lead-endorse-error", person: "tove", path: person("amara") + "/capability/" + w.capability("6.1-L2") + "/endorse", dark: true, do: []step{chromedp.Click(chromedp.CSS("main .actions button")), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "lead-people-second", person: "tove", path: "/course/people?page=2", prepare: crowd},
		{name: "lead-people-focus", person: "tove", path: "/course/people", prepare: crowd, do: []step{chromedp.Focus(chromedp.CSS("tbody tr:nth-child(2) td:last-child a"))}},
		{name: "lead-people-noroster", person: "tove", path: "/course/people"},
		{name: "lead-people-none", person: "tove", path: "/course/people", prepare: func(w *world) { w.opened = nil }},
		{name: "lead-learner-full", person: "tove", path: person("amara")},
		{name: "lead-learner-list", person: "tove", path: person("amara") + "/list?node=" + w.capability6()},
		{name: "lead-learner-section", person: "tove", path: person("amara") + "/section/" + six1.ID},
		{name: "lead-learner-why", person: "tove", path: person("amara") + "/capability/" + w.capability("6.1-L2")},
		{name: "author-activities-copy", person: "copier", path: "/course/activities"},
		{name: "author-activities-full", person: "tove", path: "/course/activities"},
		{name: "author-activities-empty", person: "tove", path: "/course/activities", prepare: func(w *world) { w.seen, w.aligned = nil, nil }},
		{name: "author-activities-nameless", person: "tove", path: "/course/activities?show=nameless", dark: true},
		{name: "author-activities-preview", person: "preview", path: "/course/activities"},
		{name: "author-import", person: "tove", path: "/course/activities/import"},
		{name: "author-import-nofile", person: "tove", path: "/course/activities/import", dark: true, do: []step{chromedp.Click(chromedp.CSS("main .actions button")), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "author-name", person: "tove", path: "/course/activities/" + codeOf(module("scorm", 7)) + "/name"},
		{name: "author-prefix", person: "tove", path: "/course/tags/activity/" + codeOf("prefix "+lms+"/mod/quiz/") + "?prefix=1&address=" + lms + "/mod/quiz/"},
		{name: "author-activities-error", person: "tove", path: "/course/activities", do: send},
		{name: "author-coverage-capability", person: "tove", path: "/course/coverage"},
		{name: "author-coverage-dark", person: "tove", path: "/course/coverage?level=2", dark: true},
		{name: "author-coverage-activity", person: "tove", path: "/course/coverage?by=activity"},
		{name: "author-coverage-list", person: "tove", path: "/course/coverage/list?has=some"},
		{name: "author-coverage-notags", person: "tove", path: "/course/coverage", prepare: func(w *world) { w.aligned = nil }},
		{name: "author-one", person: "tove", path: tagging},
		{name: "author-one-saved", person: "tove", path: tagging, do: []step{tick, chromedp.Click(chromedp.CSS(`button[value="keep"]`)), chromedp.WaitReady(chromedp.CSS(".notice"))}},
		{name: "author-one-preview", person: "preview", path: tagging},
		{name: "author-grid", person: "tove", path: "/course/tags"},
		{name: "author-grid-draft", person: "tove", path: "/course/tags?section=" + six1.ID, prepare: drafted},
		{name: "author-grid-dark", person: "tove", path: "/course/tags?section=" + six1.ID + "&kept=1", prepare: drafted, dark: true},
		{name: "author-grid-preview", person: "preview", path: "/course/tags?section=" + six1.ID},
		{name: "author-grid-focus", person: "tove", path: "/course/tags?section=" + six1.ID, do: []step{chromedp.Focus(chromedp.CSS("tbody tr:nth-child(2) td:last-child input"))}},
		{name: "author-grid-many", person: "tove", path: "/course/tags?section=" + six1.ID, do: []step{chromedp.Click(chromedp.CSS("main > details summary"))}},
		{name: "author-one-draft", person: "tove", path: tagPath(module("quiz", 2)), prepare: drafted},
		{name: "author-rule-example", person: "tove", path: ruleOf(w, "4") + "?what=score&score=90&kind=n_of&n=3&valid=1&unit=years"},
		{name: "author-rule-dark", person: "tove", path: ruleOf(w, "4"), dark: true},
		{name: "author-rule-groups", person: "tove", path: "/course/capability/" + w.capability("6.1-L2") + "/rule?kind=groups&shape=2+1&g0p0=" + codeOf(module("quiz", 3)) + "&g0p1=" + codeOf(module("quiz", 4)) + "&g0p1=" + codeOf(module("page", 6)) + "&g1p0=" + codeOf(module("assign", 5))},
		{name: "author-rule-points", person: "tove", path: "/course/capability/" + w.capability("6.1-L2") + "/rule?kind=points&points=5&worth-" + codeOf(module("quiz", 3)) + "=3&worth-" + codeOf(module("quiz", 4)) + "=2&must-" + codeOf(module("quiz", 4)) + "=1"},
		{name: "author-rule-error", person: "tove", path: ruleOf(w, "4"), do: []step{chromedp.SetValue(chromedp.CSS("#n"), "9"), chromedp.Click(chromedp.CSS(`button[name="form"]`)), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "author-rule-preview", person: "preview", path: ruleOf(w, "4")},
		{name: "author-preview-loses", person: "tove", path: "/course/draft", prepare: drafted},
		{name: "author-preview-dark", person: "tove", path: "/course/draft", prepare: drafted, dark: true},
		{name: "author-preview-error", person: "tove", path: "/course/draft", prepare: drafted, do: []step{chromedp.Click(chromedp.CSS(`main form .actions button`)), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "author-preview-working", person: "tove", path: "/course/draft", prepare: func(w *world) { drafted(w); w.slow = true }},
		{name: "author-preview-empty", person: "tove", path: "/course/draft"},
		{name: "author-preview-none", person: "tove", path: "/course/draft", prepare: func(w *world) { drafted(w); w.evidence = nil }},
		{name: "author-preview-who", person: "tove", path: "/course/draft/who?capability=" + w.capability("5.2.1-L1"), prepare: drafted},
		{name: "author-applied", person: "tove", path: "/course/history?applied=" + w.changes[0].Changeset.ID + "&gained=12&lost=3"},
		{name: "author-history", person: "tove", path: "/course/history"},
		{name: "no-permission", person: "amara", path: "/course/activities", dark: true},
		{name: "session-expired", person: "late", path: "/me"},
		{name: "error-ours", person: "", path: "", prepare: func(w *world) { w.broken = fmt.Errorf("database is away") }},
		{name: "window-cookies-blocked", person: "", path: "window"},
		{name: "front", person: "", path: "front"},
	}
}

// tracked gives Amara ratings and endorsements beside her evidence.
func tracked(w *world) {
	rated(w, "5.2.1-L1", mapping.RatingNotTried, mapping.RatingOnOwn, false)
	rated(w, "5.2.1-L1", mapping.RatingWithHelp, mapping.RatingOnOwn, true)
	rated(w, "6.1-L2", mapping.RatingWithHelp, mapping.RatingHelpOthers, false)
	endorsed(w, "5.2.1-L1", func(e *mapping.Endorsement) { e.Until = now.AddDate(1, 0, 0) })
	endorsed(w, "5.2.1-L1", func(e *mapping.Endorsement) {
		e.WithdrawnAt, e.WithdrawnReason = now.AddDate(0, -1, 0), "Given to the wrong person"
	})
}

// grouped gives 6.1 level 2 a rule of groups that nest.
func grouped(w *world) {
	w.rules = nil
	w.ruled("6.1-L2", mapping.Rule{Kind: mapping.RuleGroups, Endorsed: true, Parts: []mapping.Part{
		{All: []mapping.Part{{Activity: module("quiz", 3)}, {Any: []mapping.Part{{Activity: module("assign", 5)}, {Activity: module("quiz", 4)}}}}}, {Activity: module("page", 6)}}})
}

// impliedAbove has the framework's levels imply, and Amara evidence at a higher one.
func impliedAbove(w *world) {
	w.cat.LevelsImply = true
	w.states = map[string][]mapping.Progress{"learner-amara": {{Capability: w.capability("2.1-L2"), State: mapping.Evidenced, Since: now}}}
}

// begun has Amara start an activity a while ago.
func begun(id string) func(*world) {
	return func(w *world) { w.attempts[id+" account-amara"] = web.Attempt{Opened: now.Add(-22 * time.Minute)} }
}

func startBrowser(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium (Debian package chromium): %v", err)
	}
	return ctx
}

// serve starts the pages over a world of their own and answers the address of the picture.
func serve(t *testing.T, p picture) string {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	root := "http://" + server.Listener.Addr().String()
	w := newWorldAt(t, root)
	if p.prepare != nil {
		p.prepare(w)
	}
	pages := http.NewServeMux()
	pages.Handle("/", w.handler)
	pages.HandleFunc("/framed", func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, `<!doctype html><html lang="en"><title>Course</title><body style="margin:0"><main><h1>Course</h1><iframe title="Cairn" style="border:0;width:100%%;height:600px" src="/lti/login?%s"></iframe></main>`, html.EscapeString(r.URL.RawQuery))
	})
	pages.HandleFunc("/start", func(rw http.ResponseWriter, r *http.Request) {
		http.SetCookie(rw, &http.Cookie{
			Name: cookie, Value: browserOf(r.FormValue("as")), Path: "/", Secure: true, HttpOnly: true,
			SameSite: http.SameSiteNoneMode, Partitioned: true,
		})
		http.Redirect(rw, r, r.FormValue("to"), http.StatusSeeOther)
	})
	server.Config.Handler = pages
	server.Start()
	t.Cleanup(server.Close)
	switch {
	case p.path == "window":
		q := url.Values{"iss": {lms}, "login_hint": {"4"}, "target_link_uri": {root + "/lti/launch"}, "cairn_check": {"1"}}
		return root + "/framed?" + q.Encode()
	case p.path == "front":
		return root + "/"
	case p.person == "":
		return root + "/s/x/me"
	}
	return root + "/start?" + url.Values{"as": {p.person}, "to": {"/s/" + token(p.person) + p.path}}.Encode()
}

func shoot(t *testing.T, browser context.Context, p picture, address string, width int64, folder string) {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	defer cancel()
	complaints := make(chan string, 100)
	err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok && len(complaints) < cap(complaints) {
			complaints <- string(e.Entry.Source) + ": " + e.Entry.Text
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	scheme := "light"
	if p.dark {
		scheme = "dark"
	}
	steps := append([]step{
		chromedp.EmulateViewport(width, 700),
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			like, media := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}, ""
			if p.forced {
				like = append(like, &emulation.MediaFeature{Name: "forced-colors", Value: "active"})
			}
			if p.print {
				media = "print"
			}
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media, Features: like})
			return err
		}),
		chromedp.Navigate(address), chromedp.WaitReady(chromedp.CSS("footer, iframe")),
	}, p.do...)
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("open %s at %d: %v", p.name, width, err)
	}
	for len(complaints) > 0 {
		if text := <-complaints; !strings.Contains(text, "responded with a status of") { // pages that refuse have such a status
			t.Errorf("%s at %d: %s", p.name, width, text)
		}
	}
	checkAxe(ctx, t, fmt.Sprintf("%s at %d", p.name, width))
	sideways, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	if err != nil {
		t.Fatal(err)
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if sideways > 0 {
		t.Errorf("%s scrolls %d px sideways at %d", p.name, sideways, width)
	}
	if folder == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s-%d-%s.png", p.name, width, scheme)), png, 0o644); err != nil {
		t.Fatal(err)
	}
}
