package main

import (
	"fmt"
	"testing"
)

// TestPickerInACrossSiteFrame adds a web activity through the LMS's own page, with Cairn in a frame of another site and third-party
// cookies blocked; then a learner finishes it there.
func TestPickerInACrossSiteFrame(t *testing.T) {
	at := startDemoProgram(t)
	b := openTab(t)
	b.logIn(at, "Aoife Author")
	b.visit(at.LMS + "/course/view.php?id=2")
	b.press(false, "Add from Cairn")
	b.sees(true, "step 1 of 3")
	b.cookiesAreBlocked(at)
	b.axe("what to add")
	b.picture("picker-1")
	b.fill("#what-activity", "")
	b.press(true, "Next")
	b.sees(true, "step 2 of 3", "When it counts")
	b.axe("details")
	b.press(true, "Next")
	b.sees(true, "There is a problem", "Write a name")
	b.axe("details, with faults")
	b.fill("#name", "Intro to AI in care")
	b.fill("#address", at.LMS+"/style.css")
	b.fill("#grade", "")
	b.press(true, "6 Artificial Intelligence")
	b.fill(`input[name="tag"]`, "")
	b.picture("picker-2")
	b.press(true, "Next")
	b.sees(true, "step 3 of 3", "Intro to AI in care")
	b.axe("check")
	b.picture("picker-3")
	b.press(true, "Add to course")
	b.sees(true, "1 added", "Added from Cairn: Intro to AI in care")
	b.picture("picker-4-back")

	b.logIn(at, "Lena Learner")
	b.visit(at.LMS + "/course/view.php?id=2")
	b.press(false, "Intro to AI in care")
	b.sees(true, "Not started", "Counts towards")
	b.axe("activity")
	b.press(true, "Start")
	b.sees(true, "Started", "Open in a new window")
	b.axe("activity, started")
	b.press(true, "I have finished this")
	b.sees(true, "Done", "You said you finished")
	b.axe("activity, finished")
	b.picture("activity-finished")
	eventually(b.T, "the gradebook has 1 of 1", func() bool {
		b.visit(at.LMS + "/grade/report.php?id=2")
		text, err := b.in(false, `document.body.innerText`)
		return err == nil && holds(text, []string{"Lena Learner", "Intro to AI in care", "1"})
	})
}

// fill writes into a field of the tool's frame, or ticks it.
func (b tab) fill(selector, text string) {
	b.Helper()
	_, err := b.in(true, fmt.Sprintf(`(() => {
		const e = document.querySelector(%q);
		if (e.type === "radio" || e.type === "checkbox") e.click(); else e.value = %q;
		return "";
	})()`, selector, text))
	if err != nil {
		b.Fatal(err)
	}
}
