package web_test

import (
	"path/filepath"

	"github.com/chromedp/chromedp"

	"cairn/internal/web"
)

// adminPages is each page of the administration that can be read, by whom.
func adminPages() map[string][2]string {
	return map[string][2]string{
		"learning sites": {"operator", "/admin"}, "operator's diagnosis": {"operator", "/admin/diagnosis?registration=r1"}, "operator forbidden": {"operator", "/me"},
		"access": {"operator", "/admin/access?ended=1"}, "new key": {"operator", "/admin/access/key"}, "key": {"operator", "/admin/access/keys/plugin"}, "ended key": {"operator", "/admin/access/keys/old"},
		"people data": {"operator", "/admin/people?erased=1"}, "person data": {"operator", "/admin/people/learner-amara"}, "erase": {"operator", "/admin/people/learner-amara/erase"},
		"frameworks": {"operator", "/admin/frameworks?done=published"}, "frameworks of an LMS": {"admin", "/admin/frameworks"}, "import framework": {"operator", "/admin/frameworks/import"}, "draft framework": {"operator", "/admin/frameworks/version?id=direct&version=1.0"}, "live framework": {"operator", "/admin/frameworks/version?id=hee&version=2023-02"},
		"from old to new": {"operator", "/admin/frameworks/mapping?id=direct&version=1.0&saved=1"}, "effect of a version": {"operator", "/admin/frameworks/effect?id=direct&version=1.0"},
		"new forward": {"operator", "/admin/access/forward"}, "forward": {"operator", "/admin/access/forwards/dept?done=tested"}, "paused forward": {"operator", "/admin/access/forwards/paused"},
		"refused records": {"operator", "/admin/access/forwards/dept/refused?again=1"}, "remove forward": {"operator", "/admin/access/forwards/dept/remove"},
	}
}

// besideTests is where a browser finds a file of the tests.
func besideTests(name string) string {
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		panic(err)
	}
	return path
}

// adminPictures are the administration as people meet it.
func adminPictures() []picture {
	send := []step{chromedp.Click(chromedp.CSS(`main form[method="post"] button`)), chromedp.WaitReady(chromedp.CSS(".notice, .problem"))}
	return []picture{
		{name: "admin-frameworks-partial", person: "operator", path: "/admin/frameworks"},
		{name: "admin-frameworks-lms", person: "admin", path: "/admin/frameworks"},
		{name: "admin-import-errors", person: "operator", path: "/admin/frameworks/import", do: append([]step{
			chromedp.SetUploadFiles(chromedp.CSS(`input[type="file"]`), []string{besideTests("bad.csv")})}, send...)},
		{name: "admin-import-nofile", person: "operator", path: "/admin/frameworks/import", do: send},
		{name: "admin-import-working", person: "operator", path: "/admin/frameworks/effect?id=direct&version=1.0", only: only, prepare: func(w *world) { w.slow = true }},
		{name: "admin-framework-draft", person: "operator", path: "/admin/frameworks/version?id=direct&version=1.0", do: []step{chromedp.Click(chromedp.CSS("summary"))}},
		{name: "admin-framework-retire", person: "operator", path: "/admin/frameworks/version?id=hee&version=2023-02", do: send},
		{name: "admin-people", person: "operator", path: "/admin/people"},
		{name: "admin-people-error", person: "operator", path: "/admin/people", do: send},
		{name: "admin-person", person: "operator", path: "/admin/people/learner-amara"},
		{name: "admin-person-erase", person: "operator", path: "/admin/people/learner-amara/erase"},
		{name: "admin-person-erase-error", person: "operator", path: "/admin/people/learner-amara/erase", do: send},
		{name: "admin-enter", person: "operator", path: "/../../admin/enter?code=right"},
		{name: "admin-sites", person: "operator", path: "/admin"},
		{name: "admin-access-backlog", person: "operator", path: "/admin/access"},
		{name: "admin-access-none", person: "operator", path: "/admin/access", prepare: func(w *world) { w.admin.keys, w.admin.forwards = nil, nil }},
		{name: "admin-key", person: "operator", path: "/admin/access/keys/plugin"},
		{name: "admin-key-new", person: "operator", path: "/admin/access/key"},
		{name: "admin-key-error", person: "operator", path: "/admin/access/key", do: send},
		{name: "admin-key-secret", person: "operator", path: "/admin/access/keys/plugin", do: []step{chromedp.Click(chromedp.CSS(`form[action*="renew"] button`)), chromedp.WaitReady(chromedp.CSS("#secret"))}},
		{name: "admin-forward", person: "operator", path: "/admin/access/forwards/dept?done=tested"},
		{name: "admin-forward-error", person: "operator", path: "/admin/access/forward", do: send},
		{name: "admin-diagnosis-operator", person: "operator", path: "/admin/diagnosis?registration=r1", prepare: faulty},
		{name: "admin-diagnosis-never", person: "admin", path: "/admin/diagnosis", prepare: func(w *world) { w.stands = web.Diagnosis{} }},
		{name: "admin-diagnosis-fault", person: "admin", path: "/admin/diagnosis", prepare: faulty},
	}
}
