package web_test

import (
	"strings"
	"testing"
)

// A framework's words say their language on the pages of authors, where the page speaks another one.
func TestAuthorsPagesTellTheLanguageOfFrameworks(t *testing.T) {
	for path, want := range map[string]string{
		"/course/tags/activity/" + fixed(module("quiz", 2))[:16]: `<legend lang="en">`, "/course/history": `ar gyfer <span lang="en">`,
		"/course/capability/" + newWorld(t).capability("6.1-L2") + "/rule": `<p class="lead"><span lang="en">`,
		"/course/tags": `<th scope="row" lang="en"><a href=`, "/course/coverage": `<th scope="row" lang="en">`, "/course/coverage?by=activity": `<li lang="en">`, "/course/coverage/list?has=some": `<p lang="en">`, "/course/draft": `<th scope="row" lang="en">`,
	} {
		w := newWorld(t)
		drafted(w)
		if body := w.get("tove", path).Body.String(); strings.Contains(body, want) {
			t.Errorf("%s in English says that its words are foreign", path)
		}
		speaking(w, "tove", "cy")
		body := w.get("tove", path).Body.String()
		checkMarkup(t, body)
		if !strings.Contains(body, want) {
			t.Errorf("%s in Welsh lacks %s", path, want)
		}
	}
}
