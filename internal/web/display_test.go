package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestThemeOfAPage holds pages.md 2.1: light in frames, the device's in a window of its own, what was chosen everywhere.
func TestThemeOfAPage(t *testing.T) {
	tests := map[string]struct{ chosen, dest, want string }{
		"in a frame":                {"", "iframe", "light"},
		"in a window":               {"", "document", "device"},
		"dark in a frame":           {"dark", "iframe", "dark"},
		"light in a window":         {"light", "document", "light"},
		"as the device, in a frame": {"device", "iframe", "device"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tt.chosen != "" {
				saveTheme(t, w, "amara", tt.chosen)
			}
			got := w.call("GET", "/s/"+token("amara")+"/me", "amara", nil, "Sec-Fetch-Dest", tt.dest)
			if !strings.Contains(got.Body.String(), `data-theme="`+tt.want+`"`) {
				t.Errorf("not %s:\n%.200s", tt.want, got.Body)
			}
		})
	}
}

func saveTheme(t *testing.T, w *world, person, theme string) {
	t.Helper()
	got := w.post(t, person, "/display", "/display", url.Values{"theme": {theme}})
	if got.Code != http.StatusSeeOther || got.Header().Get("Location") != "./display?saved=1#notice" {
		t.Fatalf("status %d to %q", got.Code, got.Header().Get("Location"))
	}
	checkSays(t, w.get(person, "/display?saved=1").Body.String(), []string{"The pages look like this from now on.", `value="` + theme + `" checked`}, nil)
}

// A theme goes with the learner from launch to launch, and with the launch alone when nobody is known.
func TestThemeIsKeptWithTheLearnerOrTheLaunch(t *testing.T) {
	w := newWorld(t)
	saveTheme(t, w, "amara", "dark")
	saveTheme(t, w, "anonymous", "dark")
	for person, dark := range map[string]bool{"six": true, "anonymous": true, "ben": false, "nameless": false} { // six is Amara from another link
		if got := strings.Contains(w.get(person, "/help").Body.String(), `data-theme="dark"`); got != dark {
			t.Errorf("%s sees dark: %v", person, got)
		}
	}
	if _, ok := w.likes[hash(token("anonymous"))]; !ok {
		t.Errorf("kept for %v", w.likes)
	}
}

func TestThemeMustBeOneOfThree(t *testing.T) {
	w := newWorld(t)
	for _, theme := range []string{"", "pink"} {
		got := w.post(t, "amara", "/display", "/display", url.Values{"theme": {theme}})
		if got.Code != http.StatusUnprocessableEntity || len(w.likes) > 0 {
			t.Fatalf("%q answers %d, keeps %v", theme, got.Code, w.likes)
		}
		checkMarkup(t, got.Body.String())
		checkSays(t, got.Body.String(), []string{"<title>Error: Display - Cairn</title>", "There is a problem", `<a href="#theme-light">Choose how the pages should look.</a>`}, []string{"checked"})
	}
}

// TestPagesAboutCairn holds what header and footer lead to, for every kind of session.
func TestPagesAboutCairn(t *testing.T) {
	w := newWorld(t)
	for _, person := range []string{"amara", "anonymous", "tove", "preview", "picker", "reviewer"} {
		body := w.get(person, "/help").Body.String()
		checkSays(t, body, []string{
			`<a href="./display#c">Display</a>`, `<a href="./accessibility#c">Accessibility</a>`, `<a href="./privacy#c">Privacy</a>`,
			`<a href="./help#c">Help</a>`, "Cairn 1.0", "A finished activity that counts towards a capability.", `id="tracked"`,
		}, nil)
		checkSays(t, w.get(person, "/privacy").Body.String(), []string{"What is kept", "Who sees it", "One cookie"}, nil)
		checkSays(t, w.get(person, "/accessibility").Body.String(), []string{"WCAG 2.2, level AA", "Is something hard to use?"}, nil)
	}
	checkSays(t, w.get("picker", "/help").Body.String(), []string{`<a href="./pick/1#c">`}, []string{`aria-label="Pages"`})
}

// TestTabs holds which pages one click leads to (pages.md 3).
func TestTabs(t *testing.T) {
	w := newWorld(t)
	tests := map[string]struct {
		person, path string
		want         []string
	}{
		"learner":           {"amara", "/me", []string{"Overview", "Next steps", "What changed", "My record"}},
		"lead":              {"tove", "/course/activities", []string{"People", "Gaps", "Expiring", "Activities", "Tags", "Coverage", "Changes", "See it as a learner"}},
		"nameless lead":     {"nameless", "/course/activities", []string{"Activities", "Tags", "Coverage", "Changes", "See it as a learner"}},
		"lead as a learner": {"tove", "/me", []string{"Overview", "Next steps", "What changed", "My record", "Back to course pages"}},
		"administrator":     {"admin", "/course/activities", []string{"People", "Gaps", "Expiring", "Activities", "Tags", "Coverage", "Changes", "See it as a learner", "Connection"}},
		"picker":            {"picker", "/pick/1", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, nav, _ := strings.Cut(w.get(tt.person, tt.path).Body.String(), `<nav class="tabs"`)
			nav, _, _ = strings.Cut(nav, "</nav>")
			var got []string
			for _, item := range strings.Split(nav, "</a>") {
				if i := strings.LastIndex(item, ">"); strings.Contains(item, "<a ") {
					got = append(got, item[i+1:])
				}
			}
			if strings.Join(got, "|") != strings.Join(tt.want, "|") {
				t.Errorf("tabs %q, want %q", got, tt.want)
			}
		})
	}
}
