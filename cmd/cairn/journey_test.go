package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"cairn/xapi/profile"
)

// TestJourneyInACrossSiteFrame is a learner and an author in a real browser that blocks third-party cookies, with Cairn in a frame
// of the LMS, which is another site.
func TestJourneyInACrossSiteFrame(t *testing.T) {
	at := startDemoProgram(t)
	b := openTab(t)
	b.asLearner(at)
	b.asAuthor(at)
	b.asLearnerAgain(at)
	b.asLead(at)
}

// logIn chooses a person on the LMS's page and opens the link to Cairn in the course.
func (b tab) logIn(at demoAddresses, person string) {
	b.Helper()
	b.visit(at.LMS)
	b.sees(false, "Who are you today?")
	b.press(false, person)
	b.sees(false, person, "Log out")
}

func (b tab) openCairn(at demoAddresses, expected ...string) {
	b.Helper()
	b.visit(at.LMS + "/course/view.php?id=2")
	b.press(false, "My capabilities")
	b.sees(true, expected...)
}

func (b tab) asLearner(at demoAddresses) {
	b.logIn(at, "Lena Learner")
	b.openCairn(at, "Which of these are like your work?", "Embedder")
	b.axe("first visit")
	b.press(true, "Show all, without choosing")
	b.sees(true, "My capabilities", "Nothing has counted yet", "6 Artificial Intelligence")
	b.cookiesAreBlocked(at)
	b.axe("overview, empty")
	b.picture("learner-1-nothing-yet")

	b.visit(at.LMS + "/course/view.php?id=2")
	b.press(false, "What machine learning can and cannot do")
	b.sees(false, "Done")
	b.openCairn(at, "My capabilities", "1 of")
	b.axe("overview")
	b.picture("learner-2-one-evidenced")

	b.press(true, "6 Artificial Intelligence")
	b.sees(true, "6.1 Machine learning")
	b.axe("domain")
	b.press(true, "6.1 Machine learning")
	b.sees(true, "level 1", "Evidenced")
	b.axe("section")
	b.press(true, "6.1, level 1")
	b.sees(true, "Why this status", "What machine learning can and cannot do", "Evidenced")
	b.axe("explanation")
	b.picture("learner-3-why")
	b.ownPages()

	b.visit(at.LMS + "/course/view.php?id=2")
	b.press(false, "Judging an AI tool")
	b.sees(false, "Answer and submit")
	b.press(false, "Answer and submit")
	b.sees(false, "Your best score")
}

// ownPages walks the other pages of a learner, in the frame.
func (b tab) ownPages() {
	b.Helper()
	b.press(true, "Next steps")
	b.sees(true, "What to do next", "How we choose this order")
	b.axe("next steps")
	b.press(true, "What changed")
	b.sees(true, "What machine learning can and cannot do", "Evidenced")
	b.axe("what changed")
	b.press(true, "My record")
	b.sees(true, "Lena Learner", "This is not a certificate of competence.", "Open to print")
	b.axe("record")
	b.picture("learner-3-record")
	b.opensToPrint()
	b.press(true, "Help")
	b.sees(true, "Something you know or can do at work.")
	b.axe("help")
	b.press(true, "Privacy")
	b.sees(true, "What is kept")
	b.axe("privacy")
	b.press(true, "Accessibility")
	b.sees(true, "WCAG 2.2")
	b.axe("accessibility")
	b.press(true, "Display")
	b.sees(true, "How should these pages look?")
	b.axe("display")
	if _, err := b.in(true, `document.querySelector("#theme-dark").click(), ""`); err != nil {
		b.Fatal(err)
	}
	b.press(true, "Save")
	b.sees(true, "The pages look like this from now on.")
	b.axe("display, dark")
	theme, err := b.in(true, `document.documentElement.dataset.theme + " " + getComputedStyle(document.body).backgroundColor`)
	if err != nil || theme != "dark rgb(20, 25, 30)" {
		b.Errorf("the theme is %q (%v)", theme, err)
	}
}

// opensToPrint opens the record in a window of its own, which no cookie of the frame reaches.
func (b tab) opensToPrint() {
	b.Helper()
	b.press(true, "Open to print")
	var window tab
	eventually(b.T, "the window is there", func() bool {
		all, err := chromedp.Targets(b.ctx)
		if err != nil {
			b.Fatal(err)
		}
		for _, one := range all {
			if one.Type == "page" && strings.HasSuffix(one.URL, "/me/record#c") {
				ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithTargetID(one.TargetID))
				b.Cleanup(cancel)
				window = tab{b.T, ctx}
				return true
			}
		}
		return false
	})
	window.sees(false, "Lena Learner", "Print this page")
}

// cookiesAreBlocked makes sure that the journey means something: an ordinary cookie does not stay in the frame, and the one that
// Cairn set is bound to the LMS's site.
func (b tab) cookiesAreBlocked(at demoAddresses) {
	b.Helper()
	kept, err := b.in(true, `document.cookie = "probe=1; Secure; SameSite=None; Path=/", document.cookie`)
	if err != nil || strings.Contains(kept, "probe") {
		b.Fatalf("third-party cookies are not blocked: the frame keeps %q (%v)", kept, err)
	}
	cookies, err := chromedp.Run(b.ctx, func(ctx context.Context, t *chromedp.Target) ([]*network.Cookie, error) {
		got, err := cdp.Call(ctx, t, network.GetCookies, network.GetCookiesParams{URLs: []string{at.Cairn + "/"}})
		if err != nil {
			return nil, err
		}
		return got.Cookies, nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range cookies {
		if c.PartitionKey == nil || !c.Secure || !c.HTTPOnly {
			b.Errorf("cookie %s is partitioned %v, secure %v, hidden from scripts %v", c.Name, c.PartitionKey != nil, c.Secure, c.HTTPOnly)
		}
	}
}

func (b tab) asAuthor(at demoAddresses) {
	b.logIn(at, "Aoife Author")
	b.openCairn(at, "People")
	b.axe("people")
	b.press(true, "Activities")
	b.sees(true, "Activities", "Judging an AI tool")
	b.axe("activities")
	b.picture("author-1-activities")

	if _, err := b.in(true, `(() => {
		[...document.querySelectorAll("main a")].find(e => e.textContent === "Tag Judging an AI tool").click(); return "";
	})()`); err != nil && !strings.Contains(err.Error(), "context") {
		b.Fatal(err)
	}
	b.sees(true, "Judging an AI tool", "See what this changes")
	if _, err := b.in(true, `(() => {
		const s = document.querySelector("#section"), o = [...s.options].find(o => o.text.startsWith("6 "));
		s.value = o.value; s.form.requestSubmit(); return "";
	})()`); err != nil && !strings.Contains(err.Error(), "context") {
		b.Fatal(err)
	}
	b.sees(true, "6.1 Machine learning")
	b.axe("tagging")
	if _, err := b.in(true, `(() => {
		const l = [...document.querySelectorAll("fieldset")].find(f => f.innerText.trim().startsWith("6.1 "))
			.querySelectorAll("label");
		[...l].find(e => e.innerText.trim() === "Level 2").click();
		return "";
	})()`); err != nil {
		b.Fatal(err)
	}
	b.picture("author-2-tagging")
	b.press(true, "See what this changes")
	b.sees(true, "What your changes do", "5 gain", "Apply changes")
	b.axe("effect")
	b.picture("author-3-effect")
	b.press(true, "Apply changes")
	b.sees(true, "Done", "5 people gained, 0 lost.", "You", "Tag added: Judging an AI tool")
	b.axe("changes")
	b.picture("author-4-applied")

	eventually(b.T, "the gradebook has the score", func() bool {
		b.visit(at.LMS + "/grade/report.php?id=2")
		text, err := b.in(false, `document.body.innerText`)
		return err == nil && holds(text, []string{"Lena Learner", "1.8018"})
	})
	b.picture("author-5-gradebook")
}

// asLearnerAgain sees what the quiz, passed before it was tagged, counts for; and finds that the author's page is not for learners.
func (b tab) asLearnerAgain(at demoAddresses) {
	b.logIn(at, "Lena Learner")
	b.openCairn(at, "My capabilities", "2 of")
	b.picture("learner-4-two-evidenced")
	path, err := b.in(true, `location.pathname`)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := b.in(true, `location.assign("course/activities"), ""`); err != nil {
		b.Fatal(err)
	}
	b.sees(true, "You cannot see this page. It is for people who lead this course.")
	// The address alone, in another browser, opens nothing.
	r, err := http.Get(at.Cairn + path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	if r.StatusCode == http.StatusOK {
		b.Error("the address of a page opens it in another browser")
	}
	b.emitted(at)
}

// emitted reads over /xapi what the journey made others know of Lena.
func (b tab) emitted(at demoAddresses) {
	c := credential{at.Key, at.Secret}
	q := url.Values{"verb": {profile.VerbAchieved}, "agent": {fmt.Sprintf(`{"account":{"homePage":%q,"name":"4"}}`, at.LMS)}}
	status, body, err := c.xapi(b.ctx, http.MethodGet, at.Cairn+"/xapi/statements?"+q.Encode(), nil)
	var found struct{ Statements []json.RawMessage }
	if err == nil {
		err = json.Unmarshal([]byte(body), &found)
	}
	if err != nil || status != 200 || len(found.Statements) != 2 {
		b.Errorf("two achievements are not to be read: %d, %d statements (%v)", status, len(found.Statements), err)
	}
}

// asLead sees how the course stands: the people in it, where activities are missing, and what expires.
func (b tab) asLead(at demoAddresses) {
	b.logIn(at, "Lou Lead")
	b.openCairn(at, "Evidence by learner and domain", "8 learners, 6 domains.", "8 of 9 people on the list have opened Cairn.", "Amara Okafor")
	b.axe("people, with a history")
	b.picture("lead-1-people")
	b.press(true, "Gaps")
	b.sees(true, "Coverage and evidence", "Where 8 learners stand.")
	b.axe("gaps")
	b.press(true, "Expiring")
	b.sees(true, "Evidence that ends, by date", "Freya Lund", "Plan a safe introduction")
	b.axe("expiring")
}
