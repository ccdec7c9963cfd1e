package web_test

import (
	"net/url"
	"testing"

	"cairn/mapping"
)

// TestADraftSaysWhichChangeBreaksWhichRule: the draft stays, and the author can take that change out.
func TestADraftSaysWhichChangeBreaksWhichRule(t *testing.T) {
	for rule, says := range map[error]string{
		mapping.ErrUnderLock: "locked the rule", mapping.ErrRetiredCapability: "no longer in use", mapping.ErrNotALink: "no link that was placed here",
		mapping.ErrOwnActivity: "cannot be evidence of themselves",
	} {
		w := newWorld(t)
		quiz := module("quiz", 2)
		form := w.formOf(t, "tove", tagPath(quiz))
		form["tag"] = []string{w.capability("5-L1")}
		if code, _, body := w.send("tove", tagPath(quiz), form); code != 303 {
			t.Fatalf("keeping answers %d:\n%s", code, body)
		}
		w.refuses = &mapping.EditError{Edit: 0, Rule: rule}
		code, _, body := w.applied(t, "tove", url.Values{"seen": {"1"}})
		if code != 422 {
			t.Errorf("%v: status %d", rule, code)
		}
		checkSays(t, body, []string{says, "Take it out to apply the others."}, nil)
	}
}
