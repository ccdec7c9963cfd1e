package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestJourneysByKeysAlone walks the main work of each kind of person without a mouse (pages.md 6, 7), with and without script (5): Tab
// reaches everything in the order of the page, each stop shows its ring and lies under nothing.
func TestJourneysByKeysAlone(t *testing.T) {
	browser := startBrowser(t)
	journeys := map[string]struct {
		person, path string
		prepare      func(*world)
		walk         func(keys)
	}{
		"learner finds why":       {"amara", "/me", nil, findWhy},
		"author tags and applies": {"tove", "/course/tags", crowd, tagAndApply},
		"lead endorses":           {"tove", "/course/people", nil, endorseAmara},
		"learner rates":           {"amara", newWorld(t).six1() + "/2", nil, rateOne},
		"lead sorts and narrows":  {"tove", "/course/people", crowd, sortPeople},
		"learner chooses roles":   {"new", "/me/start", nil, chooseRoles},
	}
	for name, j := range journeys {
		for _, l := range []look{{320, "light"}, {840, "light"}, {840, "noscript"}} {
			t.Run(name+", "+l.String(), func(t *testing.T) {
				p := picture{name: name, person: j.person, path: j.path, prepare: j.prepare}
				j.walk(keys{open(t, browser, p, l), l.as == "light"})
			})
		}
	}
}

// keys is a page that is used by keys alone.
type keys struct {
	camera
	script bool
}

func (k keys) press(key string) {
	k.Helper()
	if err := chromedp.Do(k.ctx, chromedp.KeyEvent(key)); err != nil {
		k.Fatal(err)
	}
}

// here names what has the focus, and what is wrong with how it shows.
const here = `(() => {
	const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
	if (e === document.body || e === document.documentElement) return "";
	const own = e.getAttribute("aria-label"), label = own || (e.labels && e.labels[0] ? e.labels[0].innerText : e.innerText);
	const box = e.closest(".scroll"), b = box && box !== e ? box.getBoundingClientRect() : { left: 0, right: innerWidth };
	const left = Math.max(r.left, b.left), right = Math.min(r.right, b.right), top = document.elementFromPoint((left + right) / 2, r.top + r.height / 2);
	let wrong = "";
	if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) wrong = "it shows no ring";
	if (right - left < 1 || r.height < 1) wrong = "it is not there to be seen";
	else if (r.height < innerHeight && !(top && (e.contains(top) || top.contains(e)))) wrong = "this lies over it: " + (top && top.outerHTML.slice(0, 80));
	else if (r.width > right - left + 1) wrong = "cut";
	return label.trim().replace(/\s+/g, " ") + "\n" + wrong;
})()`

// to presses Tab until the words have the focus, and looks at each stop on the way.
func (k keys) to(words string) {
	k.Helper()
	var passed []string
	for range 200 {
		k.press(kb.Tab)
		found, err := chromedp.Run(k.ctx, chromedp.Evaluate[string](here))
		if err != nil {
			k.Fatal(err)
		}
		label, wrong, _ := strings.Cut(found, "\n")
		if wrong != "" && (wrong != "cut" || k.script) { // a browser leaves it cut at the edge of a box; the script does not
			k.Errorf("%q: %s", label, wrong)
		}
		if strings.HasPrefix(label, words) {
			return
		}
		passed = append(passed, label)
	}
	k.Fatalf("Tab does not reach %q, only %q", words, passed)
}

// enter presses Enter and waits for the page whose heading holds the words.
func (k keys) enter(heading string) {
	k.Helper()
	k.press(kb.Enter)
	k.reads("h1", heading)
}

// reads waits until the first element that a selector finds holds the words.
func (k keys) reads(selector, words string) {
	k.Helper()
	find, last := fmt.Sprintf(`document.readyState === "complete" ? (document.querySelector(%q) || document.body).innerText : ""`, selector), ""
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		got, err := chromedp.Run(k.ctx, chromedp.Evaluate[string](find))
		if last = got; err == nil && strings.Contains(got, words) {
			return
		}
		if err := chromedp.Do(k.ctx, chromedp.Sleep(20*time.Millisecond)); err != nil {
			k.Fatal(err)
		}
	}
	k.Fatalf("%s does not read %q but %q", selector, words, last)
}

func findWhy(k keys) {
	k.to("Skip to main content")
	k.to("6 Artificial Intelligence")
	k.enter("6 Artificial Intelligence")
	k.to("6.1 Machine learning")
	k.enter("6.1 Machine learning")
	k.to("6.1, level 2")
	k.enter("level 2")
	k.reads("main", "Score 64 out of 100. It needs 70.")
	k.to("Show this on another date")
	k.press(kb.Enter)
	k.to("Day")
}

func tagAndApply(k keys) {
	k.to("Section")
	k.press("6.1") // a list takes the letters of its choices
	k.to("Show")
	k.enter("6.1 Machine learning")
	if k.script {
		k.to("Intro to AI in care, tag for 6.1") // the one stop of the grid
		k.press(kb.ArrowRight)
	} else {
		k.to("Quiz: data and safety, tag for 6.1")
	}
	k.press(" ")
	k.to("See what this changes")
	k.enter("What your changes do")
	k.reads("main", "Changes in this draft (1)")
	k.to("Apply changes")
	k.enter("Changes to tags")
	k.reads("main", "Tag added: Quiz: data and safety, for 6.1")
}

func endorseAmara(k keys) {
	k.to("Amara Okafor")
	k.enter("Amara Okafor")
	k.to("Endorse")
	k.enter("Endorse")
	k.to("What have you seen them do?")
	k.press("Explained to a patient what the tool does")
	k.to("Endorse")
	k.press(kb.Enter)
	k.reads("main", "Explained to a patient what the tool does")
}

func rateOne(k keys) {
	k.to("Not tried this yet")
	k.press(kb.ArrowDown)
	k.to("I do not need this")
	k.press(kb.ArrowDown)
	k.to("Save and go to next")
	k.press(kb.Enter)
	k.reads("main", "3 of 5")
}

func sortPeople(k keys) {
	k.to("6 Artificial Intelligence") // the domain that a narrow frame begins with
	k.press(kb.Enter)
	k.reads(`th[aria-sort="descending"]`, "6 Artificial")
	k.to("Columns")
	k.press("6")
	k.to("Show")
	k.press(kb.Enter)
	k.reads("thead", "6.1 Machine learning")
}

func chooseRoles(k keys) {
	k.to("User")
	k.press(" ")
	k.to("Show my capabilities")
	k.enter("My capabilities")
	k.reads("main", "For: User.")
}
