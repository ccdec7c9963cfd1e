package web_test

import (
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/web"
	"cairn/lti"
	"cairn/mapping"
)

func reviewLaunch(role string) *lti.Launch {
	l := learnerLaunch()
	l.MessageType, l.Subject, l.Roles = lti.SubmissionReviewRequest, "9", lti.ParseRoles([]string{role})
	l.ForUser = &lti.ForUser{UserID: "4", Name: "A name that the message tells"}
	return l
}

// TestSubmissionReview opens the learner's record for someone who leads the course, and for nobody else.
func TestSubmissionReview(t *testing.T) {
	w := newWorld(t)
	to := w.arrive(reviewLaunch("Instructor"), "sam").Header().Get("Location")
	if !strings.HasSuffix(to, "/course/review#c") {
		t.Fatalf("leads to %s", to)
	}
	if r := w.entries[0].Session.Review; r == nil || *r != (web.Review{Issuer: lms, Subject: "4"}) {
		t.Errorf("about %+v", r)
	}
	at := strings.TrimSuffix(strings.TrimPrefix(to, ".."), "#c")
	page := w.call("GET", at, "sam", nil).Body.String()
	for _, want := range []string{"<bdi>Amara Okafor</bdi></h1>", "<title>Learner record - Cairn</title>", "because you lead this course", "In progress, 1 of 3", "Withdrawn", "Evidenced",
		`course/review/list?state=evidenced#c"`, `course/review/list?state=in_progress#c"`, `course/review/list?state=not_started#c"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "that the message tells") {
		t.Error("the name is taken from the message and not from the record")
	}
	for role, m := range map[string]*lti.Launch{"learner": reviewLaunch(lti.RoleLearner), "administrator of the site": reviewLaunch(lti.RoleSystemAdmin)} {
		to := w.arrive(m, "sam").Header().Get("Location")
		if got := w.call("GET", strings.TrimSuffix(strings.TrimPrefix(to, ".."), "#c"), "sam", nil); got.Code != 403 || strings.Contains(got.Body.String(), "Amara") {
			t.Errorf("%s: %d", role, got.Code)
		}
	}
	w.members = nil // the learner left the course while the page was open
	if got := w.call("GET", at, "sam", nil); got.Code != 404 || !strings.Contains(got.Body.String(), "no longer in it") {
		t.Errorf("of someone who left: %d\n%s", got.Code, got.Body)
	}
}

// TestNumbersOfAReviewOpenTheirLists: each list is as long as its number, also where the review is of one activity.
func TestNumbersOfAReviewOpenTheirLists(t *testing.T) {
	for name, activity := range map[string]string{"of a progress page": "", "of an activity": "word"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.sessions[hash(token("reviewer"))]
			s.Activity = activity
			w.sessions[s.Hash] = s
			page, seen := w.get("reviewer", "/course/review").Body.String(), 0
			for _, m := range regexp.MustCompile(`<a href="[^"]*(course/review/list[^"#]*)#c">(\d+)</a>`).FindAllStringSubmatch(page, -1) {
				seen++
				list := w.get("reviewer", "/"+html.UnescapeString(m[1])).Body.String()
				if n := strings.Count(list, `<li class="cap">`); m[2] != strconv.Itoa(n) && n < 50 {
					t.Errorf("%s opens a list of %d:\n%s", m[0], n, list)
				}
			}
			if seen < 2 {
				t.Errorf("%d numbers are links:\n%s", seen, page)
			}
		})
	}
}

// TestReviewHidesOtherCourses shows why a state is what it is, without titles and scores from elsewhere.
func TestReviewHidesOtherCourses(t *testing.T) {
	w := newWorld(t)
	page := w.get("reviewer", "/course/review/capability/"+w.capability("6.1-L2")).Body.String()
	for _, want := range []string{"Why this status", "Quiz: how models learn, 82.5 out of 100", "Score 64 out of 100. It needs 70.", "They did this again"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	w.aligned = append(w.aligned, mapping.Alignment{ID: "wide", Capability: w.capability("6.1-L2"), Scope: mapping.Scope{Kind: mapping.ScopeInstance},
		Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: module("quiz", 90)}})
	w.did("wide", module("quiz", 90), 7, nil)
	last := len(w.evidence["learner-amara"]) - 1
	w.evidence["learner-amara"][last].Record.Under = []string{course9.IRI}
	page = w.get("reviewer", "/course/review/capability/"+w.capability("6.1-L2")).Body.String()
	if !strings.Contains(page, "From another course, 7 May 2026") || strings.Contains(page, "<li>Elsewhere, 7 May") {
		t.Errorf("evidence from another course:\n%s", page)
	}
}

// TestStatusFromAnotherCourse is said in words that are right for whoever reads the record.
func TestStatusFromAnotherCourse(t *testing.T) {
	w := newWorld(t)
	w.aligned = append(w.aligned, mapping.Alignment{ID: "there", Capability: w.capability("6.2-L1"), Scope: course9.Scope(),
		Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: module("quiz", 90)}})
	w.did("there", module("quiz", 90), 7, nil)
	for person, path := range map[string]string{"reviewer": "/course/review/capability/", "amara": "/me/capability/"} {
		page := w.get(person, path+w.capability("6.2-L1")).Body.String()
		if !strings.Contains(page, "This comes from another course.") {
			t.Errorf("%s reads:\n%s", person, page)
		}
	}
}

func TestReviewOfAnActivity(t *testing.T) {
	w := newWorld(t)
	s := w.sessions[hash(token("reviewer"))]
	s.Activity = "word"
	w.sessions[s.Hash] = s
	w.attempts["word account-amara"] = web.Attempt{Opened: now, Completed: now}
	page := w.get("reviewer", "/course/review").Body.String()
	if !strings.Contains(page, "They said they finished on 22 November 2026") || strings.Count(page, "course/review/capability/") != 2 || len(w.acts) > 0 {
		t.Errorf("the page:\n%s", page)
	}
}

// TestCopyTagsOfACopiedCourse offers what keeps its address, and copies it with one click.
func TestCopyTagsOfACopiedCourse(t *testing.T) {
	w := newWorld(t)
	copied := learnerLaunch()
	copied.Roles = lti.ParseRoles([]string{lti.RoleContentDeveloper})
	copied.Context = &lti.CourseContext{ID: "9", Title: "Another course"}
	copied.Custom = lti.Custom{"cairn_course": "2", lti.CustomContextHistory: "2, 7,9"}
	at := strings.TrimSuffix(strings.TrimPrefix(w.arrive(copied, "sam").Header().Get("Location"), ".."), "#c")
	if diff := cmp.Diff([]string{"2", "7"}, w.entries[0].Session.CopyOf); diff != "" {
		t.Errorf("copied from (-want +got):\n%s", diff)
	}
	page := w.call("GET", at, "sam", nil).Body.String()
	if !strings.Contains(page, "looks like a copy") || !strings.Contains(page, "Copy its 2 tags") {
		t.Fatalf("the page:\n%s", page)
	}
	form := url.Values{"form": {formToken(t, page)}}
	for range 2 {
		got := w.call("POST", strings.TrimSuffix(at, "activities")+"copy", "sam", form)
		if got.Code != 303 {
			t.Fatalf("copying answers %d:\n%s", got.Code, got.Body)
		}
	}
	if len(w.changes) != 2 {
		t.Fatalf("%d changesets", len(w.changes))
	}
	cs := w.changes[1].Changeset
	if len(cs.Edits) != 2 || !cs.Scope.Same(course9.Scope()) || cs.Author == "" {
		t.Errorf("changeset %+v", cs)
	}
	for _, e := range cs.Edits {
		if e.Add.Selector.IRI != base+"/activity/word" || !e.Add.Placed || !e.Add.Scope.Same(course9.Scope()) {
			t.Errorf("tag %+v", e.Add)
		}
	}
	if page := w.call("GET", at, "sam", nil).Body.String(); strings.Contains(page, "looks like a copy") {
		t.Error("it is offered again")
	}
	same := learnerLaunch()
	same.Custom = lti.Custom{"cairn_course": "2"}
	w.arrive(same, "sam")
	if e := w.entries[len(w.entries)-1]; e.Session.CopyOf != nil {
		t.Errorf("the first course is a copy of %q", e.Session.CopyOf)
	}
}
