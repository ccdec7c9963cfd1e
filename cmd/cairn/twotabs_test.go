package main

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestTwoTabsAtOnce uses Cairn in two tabs of one browser, in frames of another site with third-party cookies blocked (pages.md 6, 6):
// each tab stays in its own course, and what is saved in one shows in the other.
func TestTwoTabsAtOnce(t *testing.T) {
	at := startDemoAt(t, time.Date(2026, 11, 22, 14, 32, 0, 0, time.UTC))
	one := openTab(t)
	one.logIn(at, "Lena Learner")
	one.openCairn(at, "Which of these are like your work?", `in course "AI in clinical practice"`)
	one.cookiesAreBlocked(at)
	two := one.another()
	two.visit(at.LMS + "/course/view.php?id=3")
	two.press(false, "My capabilities")
	two.sees(true, "Which of these are like your work?", `in course "Data security refresher"`)

	one.press(true, "Show all, without choosing")
	one.sees(true, "For: every role.", `in course "AI in clinical practice"`)
	two.press(true, "Help")
	two.sees(true, "What each status means", `in course "Data security refresher"`)
	one.press(true, "Next steps")
	one.sees(true, "What to do next", `in course "AI in clinical practice"`)
	two.press(true, "Overview")
	two.sees(true, "For: every role.", `in course "Data security refresher"`) // chosen in the other tab
	two.press(true, "Change")
	two.sees(true, "Which of these are like your work?")
	two.fill(`input[value="U"]`, "")
	two.press(true, "Save")
	two.sees(true, "For: User.", `in course "Data security refresher"`)
	one.press(true, "Overview")
	one.sees(true, "For: User.", `in course "AI in clinical practice"`)
}

// another is a second tab of the same browser.
func (b tab) another() tab {
	b.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.Cleanup(cancel)
	return tab{b.T, ctx}
}
