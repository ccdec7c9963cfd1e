package web_test

import (
	"net/http"
	"strings"
	"testing"

	"cairn/mapping"
)

// TestNextSteps holds L6: the order, what each step does, and where it is.
func TestNextSteps(t *testing.T) {
	tests := map[string]struct {
		person, path string
		prepare      func(*world)
		says, not    []string
	}{
		"the best first": {"ben", "/me/next", nil, []string{"<h1>What to do next</h1>", "Intro to AI in care</p>", "Counts towards 2: 6.1, level 1; 6, level 1", "Quiz: data and safety</p>",
			"Practice: read a report</p>", "Brings 6.1, level 2 from 0 of 3 to 1 of 3", "How we choose this order", "have no activity yet"}, nil},
		"what has counted is left out": {"amara", "/me/next", nil, []string{"Brings 6.1, level 2 from 1 of 3 to 2 of 3", "Video: what is ML</p>"}, []string{"Quiz: how models learn</p>", "Quiz: data and safety</p>"}},
		"one level":                    {"ben", "/me/next?level=2", nil, []string{"Quiz: bias</p>", "Counts towards 1: 6.1, level 2"}, []string{"Quiz: data and safety</p>"}},
		"for a role":                   {"ben", "/me/next?role=S", nil, []string{"For: Shaper.", "Video: what is ML</p>"}, nil},
		"nothing left":                 {"ben", "/me/next", func(w *world) { w.aligned = nil }, []string{"Every capability tracked for your roles has evidence or no activity yet.", "111 of your gaps have no activity yet"}, []string{"<ol"}},
		"preview":                      {"tove", "/me/next", nil, []string{"You are looking as a test learner.", "Intro to AI in care</p>"}, nil},
		"anonymous":                    {"anonymous", "/me/next", nil, []string{"no progress is kept", "Intro to AI in care</p>"}, nil},
		"no link":                      {"ben", "/me/next", func(w *world) { w.tag("x1", "6.4-L3", "https://elsewhere.example/x", nil) }, []string{"Ask the people who run the course."}, []string{`href="https://elsewhere`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tt.prepare != nil {
				tt.prepare(w)
			}
			page := w.get(tt.person, tt.path).Body.String()
			checkSays(t, page, tt.says, tt.not)
			if name == "the best first" && strings.Index(page, "Intro to AI in care</p>") > strings.Index(page, "Practice: read a report</p>") {
				t.Error("what moves one capability stands before what completes two")
			}
		})
	}
}

// Steps of other courses are shown when they are asked for.
func TestNextStepsOfOtherCourses(t *testing.T) {
	w := newWorld(t)
	for i := range w.aligned {
		if w.aligned[i].Capability == w.capability("6.1-L2") {
			w.aligned[i].Scope = course9.Scope()
		}
	}
	for i, e := range w.evidence["learner-amara"] {
		if e.Alignment == "a4" {
			w.evidence["learner-amara"][i].Record.Under = []string{course9.IRI}
		}
	}
	w.rules[0].Scope = course9.Scope()
	checkSays(t, w.get("amara", "/me/next").Body.String(), nil, []string{"Practice: read a report</p>"})
	checkSays(t, w.get("amara", "/me/next?from=all").Body.String(), []string{"Practice: read a report</p>"}, nil)
	for i := range w.aligned { // an activity that does not lie on the reader's own platform has no link, so it says where it is
		if w.aligned[i].Capability == w.capability("6.1-L2") {
			w.aligned[i].Selector.IRI = strings.Replace(w.aligned[i].Selector.IRI, lms, "https://other.example", 1)
		}
	}
	checkSays(t, w.get("amara", "/me/next?from=all").Body.String(), []string{"In course &#34;Another course&#34;"}, nil)
}

// Gaps without an activity are counted, and the number's list is as long as it says.
func TestGapsWithoutAnActivityAreAList(t *testing.T) {
	w := newWorld(t)
	page := w.get("ben", "/me/next?level=2").Body.String()
	checkSays(t, page, []string{"22 of your gaps have no activity yet. <a href=\"../me/list?bare=1&amp;level=2#c\">See list</a>"}, []string{"No activity here yet"})
	checkSays(t, w.get("ben", "/me/list?bare=1&level=2").Body.String(), []string{"<h2>22 capabilities</h2>", "Remove: No activity yet", `<input type="hidden" name="bare" value="1">`, "No activity here yet"}, nil)
	for _, path := range []string{"/me/list?bare=yes", "/me/list?bare="} {
		if got := w.get("ben", path); got.Code != http.StatusBadRequest {
			t.Errorf("%s answers %d", path, got.Code)
		}
	}
	if got := w.get("tove", person("amara")+"/list?bare=1"); got.Code != http.StatusBadRequest {
		t.Errorf("somebody else's list answers %d", got.Code)
	}
}

// What only helps where another capability comes first stands last, and says so.
func TestNextStepsThatWaitComeLast(t *testing.T) {
	w := newWorld(t)
	w.cat.Relations = append(w.cat.Relations, mapping.Relation{Type: mapping.RelationPrecedes, From: w.capability("6.1-L2"), To: w.capability("5.2.1-L1")})
	page := w.get("ben", "/me/next").Body.String()
	checkSays(t, page, []string{"Comes after: 6.1, level 2", "What waits for another capability comes last."}, nil)
	if strings.Index(page, "Quiz: data and safety</p>") < strings.Index(page, "Practice: read a report</p>") {
		t.Error("what waits stands before what does not")
	}
}

func TestNextStepsRefuseWhatTheyDoNotKnow(t *testing.T) {
	w := newWorld(t)
	for _, q := range []string{"from=there", "level=9", "page=0", "role=king", "sort=name"} {
		if got := w.get("amara", "/me/next?"+q); got.Code != http.StatusBadRequest {
			t.Errorf("?%s answers %d", q, got.Code)
		}
	}
}
