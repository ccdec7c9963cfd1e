package ltitest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"cairn/lti/ltitest"
)

// TestStatementsAsMoodleSendsThem does in the platform what people did in the captured Moodle, and compares statement by
// statement. Not compared are the registration, which names the visit, and the time an attempt took.
func TestStatementsAsMoodleSendsThem(t *testing.T) {
	ctx := context.Background()
	tests := []struct {
		name  string
		deeds func(*ltitest.Platform) error
		want  []string // the captured statements among those made, in order
	}{
		{"login and logout", func(p *ltitest.Platform) error {
			return errors.Join(p.Login(ctx, "4"), p.Logout(ctx, "4"))
		}, []string{"core-user_loggedin--login--lms", "core-user_loggedout--logout--lms"}},
		{"course", func(p *ltitest.Platform) error { return p.ViewCourse(ctx, "4", "2") },
			[]string{"core-course_viewed--viewed--course"}},
		{"page", func(p *ltitest.Platform) error {
			return errors.Join(p.View(ctx, "4", 1), p.Uncomplete(ctx, "4", 1))
		}, []string{"mod_page-course_module_viewed--viewed--page", "core-course_module_completion_updated--completed--page",
			"core-course_module_completion_updated--uncompleted--page"}},
		{"quiz passed", func(p *ltitest.Platform) error {
			return errors.Join(p.View(ctx, "4", 3), p.AttemptQuiz(ctx, "4", 3, 10))
		}, []string{"mod_quiz-course_module_viewed--viewed--assessment", "mod_quiz-attempt_started--start--attempt",
			"mod_quiz-attempt_submitted--completed--attempt", "mod_quiz-attempt_submitted--answered--cmi.interaction-true-false",
			"core-course_module_completion_updated--completed--assessment"}},
		{"quiz failed", func(p *ltitest.Platform) error {
			p.Enrol(ltitest.Member{Course: "2", User: "6", Roles: []string{"Learner"}})
			return errors.Join(p.AttemptQuiz(ctx, "4", 3, 10), p.AttemptQuiz(ctx, "4", 3, 10), p.AttemptQuiz(ctx, "6", 3, 0))
		}, []string{"mod_quiz-attempt_submitted--completed--attempt-fail",
			"mod_quiz-attempt_submitted--answered--cmi.interaction-true-false-fail",
			"core-course_module_completion_updated--completed--assessment-fail"}},
		{"assignment", func(p *ltitest.Platform) error {
			return errors.Join(p.View(ctx, "3", 5), p.Submit(ctx, "4", 5), p.GradeSubmission(ctx, "3", "4", 5, 85))
		}, []string{"mod_assign-course_module_viewed--viewed--assignment", "mod_assign-assessable_submitted--submit--submission",
			"core-course_module_completion_updated--completed--assignment", "mod_assign-submission_graded--scored--submission"}},
		{"link", func(p *ltitest.Platform) error { return p.View(ctx, "4", 7) },
			[]string{"mod_lti-course_module_viewed--viewed--media"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, _ := labPlatform(t, ltitest.Moodle(), newClock())
			check(t, test.deeds(p))
			sent := p.Sent()
			for _, name := range test.want {
				var want map[string]any
				fixture(t, "xapi-"+name+".json", &want)
				sent = expectStatement(t, name, want, sent)
			}
		})
	}
}

// expectStatement finds the next statement with the captured verb and object, compares it, and answers those after it.
func expectStatement(t *testing.T, name string, want map[string]any, sent []ltitest.Sent) []ltitest.Sent {
	t.Helper()
	for i, s := range sent {
		var got map[string]any
		check(t, json.Unmarshal(s.Statement, &got))
		if !sameDeed(got, want) {
			continue
		}
		if !strings.HasSuffix(got["timestamp"].(string), ".000Z") {
			t.Errorf("%s: timestamp %v", name, got["timestamp"])
		}
		for _, statement := range []map[string]any{got, want} {
			delete(statement, "timestamp")
			statement["context"].(map[string]any)["registration"] = ""
			if result, ok := statement["result"].(map[string]any); ok && result["duration"] != nil {
				result["duration"] = "" // real people take their own time
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-captured +ours):\n%s", name, diff)
		}
		return sent[i+1:]
	}
	t.Errorf("%s was not sent", name)
	return sent
}

func sameDeed(a, b map[string]any) bool {
	part := func(s map[string]any, outer, inner string) any { return s[outer].(map[string]any)[inner] }
	return part(a, "verb", "id") == part(b, "verb", "id") && part(a, "object", "id") == part(b, "object", "id") &&
		cmp.Equal(a["actor"], b["actor"])
}

func TestPeopleAreNamedByTheSetting(t *testing.T) {
	for _, test := range []struct {
		lrs  ltitest.LRS
		want map[string]any
	}{
		{ltitest.LRS{Identify: ltitest.ByMailbox}, map[string]any{"name": "Sam Student", "mbox": "mailto:student1@example.test"}},
		{ltitest.LRS{Identify: ltitest.ByUsername, HomePage: "https://idp.example.test"}, map[string]any{"name": "Sam Student",
			"account": map[string]any{"homePage": "https://idp.example.test", "name": "student1"}}},
	} {
		p, _ := labPlatform(t, ltitest.Moodle(), newClock())
		p.SetLRS(test.lrs)
		check(t, p.View(context.Background(), "4", 1))
		var got map[string]any
		check(t, json.Unmarshal(p.Sent()[0].Statement, &got))
		if diff := cmp.Diff(test.want, got["actor"]); diff != "" {
			t.Error(diff)
		}
	}
}

func TestCompletionIsToldOnce(t *testing.T) {
	ctx := context.Background()
	p, _ := labPlatform(t, ltitest.Moodle(), newClock())
	count := func() int { return len(p.Sent()) }
	check(t, p.View(ctx, "4", 1))
	check(t, p.View(ctx, "4", 1))
	if count() != 3 || !p.Completed(1, "4") {
		t.Errorf("%d statements after two views, want 3", count())
	}
	check(t, p.View(ctx, "3", 1)) // a teacher's view completes nothing
	if count() != 4 || p.Completed(1, "3") {
		t.Errorf("%d statements after the teacher's view, want 4", count())
	}
	check(t, p.Uncomplete(ctx, "4", 1))
	check(t, p.Uncomplete(ctx, "4", 1))
	if count() != 5 || p.Completed(1, "4") {
		t.Errorf("%d statements after marking as not done twice, want 5", count())
	}
}

func TestDeedsAreRefused(t *testing.T) {
	ctx := context.Background()
	p, _ := labPlatform(t, ltitest.Moodle(), newClock())
	for _, test := range []struct {
		name string
		err  error
		want error
	}{
		{"unknown user", p.View(ctx, "99", 1), ltitest.ErrUnknownUser},
		{"unknown module", p.View(ctx, "4", 99), ltitest.ErrUnknownActivity},
		{"not enrolled", p.View(ctx, "6", 1), ltitest.ErrNotEnrolled},
		{"quiz is no page", p.Submit(ctx, "4", 3), ltitest.ErrWrongKind},
		{"too many points", p.AttemptQuiz(ctx, "4", 3, 11), ltitest.ErrPoints},
		{"learner grades", p.GradeSubmission(ctx, "4", "5", 5, 1), ltitest.ErrNotTeaching},
		{"nothing handed in", p.GradeSubmission(ctx, "3", "5", 5, 1), ltitest.ErrNothingSent},
		{"course", p.ViewCourse(ctx, "6", "2"), ltitest.ErrNotEnrolled},
	} {
		if !errors.Is(test.err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, test.err, test.want)
		}
	}
	if len(p.Sent()) != 0 {
		t.Errorf("%d statements were made", len(p.Sent()))
	}
}

// lrs answers with one status after another, and keeps what it accepted.
type lrs struct {
	mu       sync.Mutex
	statuses []int
	bodies   []string
	requests []*http.Request
}

func (l *lrs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	status := l.statuses[0]
	l.statuses = l.statuses[1:]
	if status == http.StatusOK {
		l.bodies = append(l.bodies, string(body))
		l.requests = append(l.requests, r)
	}
	w.WriteHeader(status)
}

func TestFlushTriesAgainWhatTheLRSDidNotTake(t *testing.T) {
	ctx := context.Background()
	store := &lrs{statuses: []int{503, 200, 400, 200}}
	server := httptest.NewServer(store)
	defer server.Close()
	p, _ := labPlatform(t, ltitest.Moodle(), newClock())
	p.SetLRS(ltitest.LRS{Endpoint: server.URL + "/xapi/", Key: "k", Secret: "s"})
	if err := p.View(ctx, "4", 1); !errors.Is(err, ltitest.ErrLRS) {
		t.Fatalf("%v, want ErrLRS", err)
	}
	check(t, p.Flush(ctx))
	if s := p.Sent(); s[0].Status != 200 || s[0].Waiting || s[0].Failure != "" {
		t.Errorf("%+v", s[0])
	}
	if err := p.ViewCourse(ctx, "4", "2"); !errors.Is(err, ltitest.ErrLRS) {
		t.Fatalf("%v, want ErrLRS", err)
	}
	check(t, p.ViewCourse(ctx, "5", "2"))
	if s := p.Sent(); s[2].Status != 400 || s[2].Waiting {
		t.Errorf("what was refused is tried again: %+v", s[2])
	}
	if len(store.bodies) != 2 {
		t.Fatalf("%d requests taken, want 2", len(store.bodies))
	}
	r := store.requests[0]
	key, secret, _ := r.BasicAuth()
	if r.URL.Path != "/xapi/statements" || key != "k" || secret != "s" || r.Header.Get("X-Experience-API-Version") != "1.0.3" {
		t.Errorf("%s %v", r.URL, r.Header)
	}
	var batch []map[string]any
	check(t, json.Unmarshal([]byte(store.bodies[0]), &batch))
	if len(batch) != 2 || batch[0]["id"] != nil {
		t.Errorf("%d statements in the batch: %v", len(batch), batch)
	}
}

func TestFlushSendsInBatches(t *testing.T) {
	store := &lrs{statuses: []int{200, 200, 200}}
	server := httptest.NewServer(store)
	defer server.Close()
	p, _ := labPlatform(t, ltitest.Moodle(), newClock())
	for range 65 {
		check(t, p.ViewCourse(context.Background(), "4", "2"))
	}
	if n := len(p.Sent()); n != 65 {
		t.Fatal(n)
	}
	p2, _ := labPlatform(t, ltitest.Moodle(), newClock())
	p2.SetLRS(ltitest.LRS{Endpoint: "http://127.0.0.1:1"})
	for range 65 {
		if err := p2.ViewCourse(context.Background(), "4", "2"); !errors.Is(err, ltitest.ErrLRS) {
			t.Fatal(err)
		}
	}
	p2.SetLRS(ltitest.LRS{Endpoint: server.URL})
	check(t, p2.Flush(context.Background()))
	if len(store.bodies) != 3 {
		t.Errorf("%d requests for 65 statements, want 3", len(store.bodies))
	}
}
