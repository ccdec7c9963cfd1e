package web_test

import (
	"net/http"
	"strings"
	"testing"

	"cairn/mapping"
)

// calibrated rates capabilities of one role, and of every role.
func calibrated(w *world) {
	rated(w, "5.2.1-L1", mapping.RatingOnOwn, "", false)   // evidenced
	rated(w, "6.1-L2", mapping.RatingHelpOthers, "", true) // in progress
	rated(w, "6.1-L1", mapping.RatingNotTried, "", false)  // evidenced
	rated(w, "6.4-L3", mapping.RatingWithHelp, "", false)
	rated(w, "6.1-LX-01", mapping.RatingOnOwn, "", false) // for some roles alone
	rated(w, "2.1-L2", "", mapping.RatingOnOwn, false)    // not about now
}

// What is said stands beside what there is evidence for, and each number leads to its list.
func TestCalibration(t *testing.T) {
	w := newWorld(t)
	calibrated(w)
	page := w.get("amara", "/me").Body.String()
	checkSays(t, page, []string{"What you say, beside your evidence", "Neither corrects the other.", `<th scope="row">For every role</th>`, `<th scope="row">Driver</th>`, `<th scope="row">Shaper</th>`,
		`said=rated#c">4</a>`, "You say you can, no evidence yet"}, []string{`<th scope="row">User</th>`})
	checkNumbers(t, w, "amara", "/me")
	checkSays(t, w.get("amara", "/me/list?said=both&group=every").Body.String(), []string{"1 capability", "5.2.1", "Remove: You say you can, and there is evidence", `name="said" value="both"`}, nil)
	checkSays(t, w.get("amara", "/me/list?said=said&group=D").Body.String(), []string{"1 capability", "My rating: Now: on my own."}, nil)
	for _, person := range []string{"ben", "tove", "anonymous"} {
		checkSays(t, w.get(person, "/me").Body.String(), nil, []string{"What you say"})
	}
	for _, q := range []string{"said=both", "group=D", "said=best&group=D", "said=both&group=X"} {
		if got := w.get("amara", "/me/list?"+q); got.Code != http.StatusBadRequest {
			t.Errorf("%s answers %d", q, got.Code)
		}
	}
	if got := w.get("tove", person("amara")+"/list?said=both&group=every"); got.Code != http.StatusBadRequest {
		t.Errorf("somebody else's ratings answer %d", got.Code)
	}
}

// What a learner said to need goes before what else would count as much.
func TestNextStepsKnowWhatIsNeeded(t *testing.T) {
	w := newWorld(t)
	w.aligned = nil
	w.tag("n1", "6.4-L3", module("quiz", 2), nil) // Quiz: data and safety
	w.tag("n2", "6.4-L2", module("quiz", 4), nil) // Quiz: bias, before it by its title and level
	first := func() string { return firstStep(t, w.get("ben", "/me").Body.String()) }
	if got := first(); got != "Quiz: bias" {
		t.Errorf("first %q", got)
	}
	rated(w, "6.4-L3", "", mapping.RatingOnOwn, false)
	w.ratings[0].Learner = "learner-ben"
	if got := first(); got != "Quiz: data and safety" {
		t.Errorf("first %q, when the other is needed", got)
	}
}

// firstStep is the activity that the overview says to do next.
func firstStep(t *testing.T, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, "Do next: ")
	if !ok {
		t.Fatalf("the page says nothing to do next:\n%s", page)
	}
	name, _, _ := strings.Cut(rest, ". ")
	return name
}
