package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/chromedp/chromedp"

	"cairn/internal/web"
	"cairn/mapping"
)

// operatingPictures are the pages of forwards and of versions of frameworks, beside those of adminPictures.
func operatingPictures() []picture {
	return append(placedPictures(), []picture{
		{name: "admin-forward-refused", person: "operator", path: "/admin/access/forwards/dept/refused"},
		{name: "admin-forward-refused-none", person: "operator", path: "/admin/access/forwards/org/refused?dismissed=1", only: only},
		{name: "admin-forward-remove", person: "operator", path: "/admin/access/forwards/dept/remove"},
		{name: "admin-mapping", person: "operator", path: "/admin/frameworks/mapping?id=direct&version=1.0"},
		{name: "admin-mapping-errors", person: "operator", path: "/admin/frameworks/mapping?id=direct&version=1.0", do: []step{
			chromedp.SetValue(chromedp.CSS("#codes-4"), "D9"), chromedp.Click(chromedp.CSS("main .actions button")), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "admin-effect", person: "operator", path: "/admin/frameworks/effect?id=direct&version=1.0"},
		{name: "admin-effect-unseen", person: "operator", path: "/admin/frameworks/effect?id=direct&version=1.0", do: []step{
			chromedp.Click(chromedp.CSS(`main form[method="post"] button`)), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "admin-forwards-none", person: "operator", path: "/admin/access", prepare: func(w *world) { w.admin.forwards = []web.Forward{} }, only: only},
	}...)
}

// elsewhere is the address of a page of another site.
var elsewhere = sync.OnceValue(func() string {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><html lang="en"><title>Intro</title><link rel="icon" href="data:,"><main><h1>Intro to AI in care</h1><p>A page of another site.</p></main>`)
	})).URL
})

// placedPictures are a placed activity in its frame, and before it opens; and where an author says so.
func placedPictures() []picture {
	return []picture{
		{name: "activity-link-framed", person: "amara", path: "/activity/word", prepare: func(w *world) {
			begun("word")(w)
			w.placed[0].Framed, w.placed[0].Address = true, elsewhere()
		}},
		{name: "author-rule-dates", person: "tove", path: ruleOf(&world{cat: mapping.NewCatalog(mapping.Builtin(), base)}, "4") + "?what=usual&kind=any&pick=latest&fday=1&fmonth=5&fyear=2026"},
		{name: "activity-link-again", person: "amara", path: "/activity/word", prepare: func(w *world) {
			w.attempts["word account-amara"] = web.Attempt{Opened: now.AddDate(-1, 0, 0), Completed: now.AddDate(-1, 0, 1)}
			w.states = map[string][]mapping.Progress{"learner-amara": {{Learner: "learner-amara", Capability: w.capability("6.1-L1"), State: mapping.Evidenced, Expires: now.AddDate(0, 0, 10)}}}
		}},
		{name: "activity-link-closed", person: "amara", path: "/activity/word", prepare: func(w *world) { w.placed[0].Opens = now.AddDate(0, 6, 9) }},
		{name: "author-pick-step3-refused", person: "picker", path: "/pick/3?what=activity&name=Intro+to+AI+in+care&address=https%3A%2F%2Fmedia.example%2Fintro&how=word&oday=1&omonth=6&oyear=2027", prepare: func(w *world) {
			w.headers = http.Header{"X-Frame-Options": {"DENY"}}
		}},
	}
}
