package web_test

import (
	"net/http"
	"testing"

	"cairn/mapping"
)

// The record of another day leads to where today's rules differ from those of the day, or that day from now.
func TestRecordSaysWhatDiffers(t *testing.T) {
	w := newWorld(t)
	w.rulesThen = []mapping.ScopedRule{{Capability: w.capability("6.1-L2"), Scope: course.Scope(), Rule: mapping.Rule{Kind: mapping.RuleAny}}}
	checkSays(t, w.get("amara", "/me/record?at=2026-05-03").Body.String(), []string{"As it was on 3 May 2026, with today&#39;s rules.", `record/differences?at=2026-05-03#c">See differences</a>`, "Show my record as it is now"}, nil)
	page := w.get("amara", "/me/record/differences?at=2026-05-03").Body.String()
	checkSays(t, page, []string{"<h1>What differs</h1>", "3 capabilities", "As it stood on 3 May 2026", "That day, by today&#39;s rules", ">Now</th>",
		"5.2.1 Data privacy", "6.1 Machine learning and natural language processing, level 2", `?at=2026-05-03#c">6.1 Machine`, "Back to the record of that day"}, []string{"level 3"})
	checkSays(t, w.get("ben", "/me/record/differences?at=2026-05-03").Body.String(), []string{"Nothing differs."}, []string{"<table"})
	checkSays(t, w.get("tove", "/me/record/differences?at=2026-05-03").Body.String(), []string{"Nothing differs.", "You are looking as a test learner."}, nil)
	for _, q := range []string{"", "?at=soon", "?at=2030-01-01", "?on=2026-05-03"} {
		if got := w.get("amara", "/me/record/differences"+q); got.Code != http.StatusBadRequest {
			t.Errorf("%q answers %d", q, got.Code)
		}
	}
}

// What a learner says to need is a shape of its own, and says so in words; nothing said is no shape.
func TestNeedsAreAShapeOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	shape := "Where I need to be, as a shape"
	checkSays(t, w.get("amara", "/me").Body.String(), []string{"As a shape"}, []string{shape, "need-shape"})
	rated(w, "6.1-L2", mapping.RatingWithHelp, mapping.RatingOnOwn, false)
	rated(w, "6.1-L3", mapping.RatingNotTried, mapping.RatingHelpOthers, false)
	rated(w, "5.2.1-L1", mapping.RatingOnOwn, mapping.RatingNotNeeded, false)
	rated(w, "2.1-L2", mapping.RatingOnOwn, mapping.RatingNone, false)
	page := w.get("amara", "/me").Body.String()
	checkSays(t, page, []string{shape, `class="radar need-shape" role="img" aria-labelledby="need-title need-desc"`, "Where I need to be, 3 of 111 rated.",
		"<li>6 Artificial Intelligence (AI), 2 needed, 2 of 27 rated</li>", "<li>5 Health data management, 0 needed, 1 of 34 rated</li>", "<li>1 Digital implementation, 0 needed, 0 of 4 rated</li>",
		"You need the largest part in 6 Artificial Intelligence (AI), the smallest in 5 Health data management."}, nil)
	for _, person := range []string{"anonymous", "tove"} {
		checkSays(t, w.get(person, "/me").Body.String(), nil, []string{"need-shape"})
	}
}
