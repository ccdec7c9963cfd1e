package web_test

import (
	"github.com/chromedp/chromedp"

	"cairn/internal/web"
)

// operatingPictures are the pages of forwards and of versions of frameworks, beside those of adminPictures.
func operatingPictures() []picture {
	return []picture{
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
	}
}
