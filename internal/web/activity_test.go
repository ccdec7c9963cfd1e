package web_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/web"
	"cairn/lti"
	"cairn/mapping"
	"cairn/xapi"
	"cairn/xapi/profile"
)

// activityLaunch is a learner who opens the link of a placed activity.
func activityLaunch(id string) *lti.Launch {
	l := learnerLaunch()
	l.Custom = lti.Custom{"cairn_activity": id}
	return l
}

// said reads the statement of an act.
func said(t *testing.T, act web.Act) xapi.Statement {
	t.Helper()
	var s xapi.Statement
	if err := json.Unmarshal(act.Statement.JSON(now), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func ids(list xapi.Activities) (out []string) {
	for _, a := range list {
		out = append(out, a.ID)
	}
	return out
}

// TestActivityJourney is a learner who launches, opens and finishes an activity: three statements about its IRI.
func TestActivityJourney(t *testing.T) {
	w := newWorld(t)
	to := w.arrive(activityLaunch("word"), "sam").Header().Get("Location")
	if !strings.HasSuffix(to, "/activity/word#c") {
		t.Fatalf("leads to %s", to)
	}
	at := strings.TrimSuffix(strings.TrimPrefix(to, ".."), "#c")
	page := w.call("GET", at, "sam", nil).Body.String()
	for _, want := range []string{"Not started", "Start", "It counts when you press", "Counts towards", "6.1 Machine learning"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "media.example") {
		t.Error("the address is shown before the activity is started")
	}
	form := url.Values{"form": {formToken(t, page)}}
	w.call("POST", at+"/open", "sam", form)
	page = w.call("GET", at, "sam", nil).Body.String()
	if !strings.Contains(page, "Started 2:32pm") || !strings.Contains(page, `href="https://media.example/word" target="_blank" rel="noopener noreferrer"`) {
		t.Errorf("after the start:\n%s", page)
	}
	w.clock = w.clock.Add(time.Minute)
	for range 2 {
		if got := w.call("POST", at+"/finish", "sam", form); got.Code != 303 || !strings.HasSuffix(got.Header().Get("Location"), "activity/word?finished=1#notice") {
			t.Fatalf("finishing answers %d to %s\n%s", got.Code, got.Header().Get("Location"), got.Body)
		}
	}
	if page := w.call("GET", at+"?finished=1", "sam", nil).Body.String(); !strings.Contains(page, "You said you finished on 22 November 2026") || !strings.Contains(page, "Done") {
		t.Errorf("after the end:\n%s", page)
	}
	var verbs []string
	for _, act := range w.acts {
		s := said(t, act)
		verbs = append(verbs, s.Verb.ID)
		if s.Object.Activity.ID != base+"/activity/word" || s.Actor.Account.HomePage != lms || s.Actor.Account.Name != "4" || s.Actor.Name != "" {
			t.Errorf("statement of %+v about %s", s.Actor, s.Object.Activity.ID)
		}
		around := s.Context.ContextActivities
		if !slices.Contains(ids(around.Grouping), course.IRI) || !slices.Contains(ids(around.Other), w.cat.CapabilityIRI(w.capability("6.1-L1"))) || len(around.Other) != 2 {
			t.Errorf("around it are %+v", around)
		}
		if marked := slices.ContainsFunc(ids(around.Category), profile.IsSelfConfirmed); marked != (act.Kind == web.ActCompleted) {
			t.Errorf("%s is marked as the learner's own word: %v", act.Kind, marked)
		}
		if _, err := profile.Check(profile.Templates(base), act.Statement.JSON(now)); err != nil {
			t.Error(err)
		}
	}
	want := []string{profile.VerbLaunched, profile.VerbOpened, profile.VerbCompleted}
	if !slices.Equal(verbs, want) || len(w.waited) != 1 {
		t.Errorf("verbs %q, waited %v", verbs, w.waited)
	}
}

// TestActivityIsDoneAgain once evidence from it ends: another statement of the same kinds, and the activity stays finished meanwhile.
func TestActivityIsDoneAgain(t *testing.T) {
	w := newWorld(t)
	first := web.Attempt{Opened: now.AddDate(-1, 0, 0), Completed: now.AddDate(-1, 0, 1)}
	w.attempts["word account-amara"] = first
	press := func(what string) {
		t.Helper()
		if got := w.post(t, "amara", "/display", "/activity/word/"+what, url.Values{}); got.Code != 303 {
			t.Fatalf("%s answers %d\n%s", what, got.Code, got.Body)
		}
	}
	checkSays(t, w.get("amara", "/activity/word").Body.String(), nil, []string{"Do it again"})
	if press("open"); len(w.acts) != 0 {
		t.Error("what nothing asks for was done again")
	}
	w.states = map[string][]mapping.Progress{"learner-amara": {{Learner: "learner-amara", Capability: w.capability("6.1-L1"), State: mapping.Evidenced, Expires: now.AddDate(0, 0, 10)}}}
	checkSays(t, w.get("amara", "/activity/word").Body.String(), []string{"Do it again", "You finished this on 23 November 2025.", "You said you finished on 23 November 2025"}, []string{"I have finished this</button>"})
	for range 2 {
		press("open")
	}
	checkSays(t, w.get("amara", "/activity/word").Body.String(), []string{"Started again 2:32pm. Finished before on 23 November 2025", "I have finished this</button>"}, []string{"Do it again"})
	w.clock = w.clock.Add(time.Minute)
	for range 2 {
		press("finish")
	}
	checkSays(t, w.get("amara", "/activity/word?finished=1").Body.String(), []string{"You said you finished on 22 November 2026", "Done"}, nil)
	if got := w.attempts["word account-amara"]; !got.Opened.Equal(now) || !got.Completed.Equal(now.Add(time.Minute)) {
		t.Errorf("the attempt is %+v", got)
	}
	once := profile.Placed{ActivityID: "word", Account: "account-amara"}
	var verbs []string
	for _, act := range w.acts {
		s := said(t, act)
		verbs = append(verbs, s.Verb.ID)
		if id := act.Statement.ID; id == once.ID(profile.KindCompleted) || id == once.ID(profile.KindOpened) {
			t.Errorf("the statement that it was %s has the id of the first one", act.Kind)
		}
	}
	if want := []string{profile.VerbOpened, profile.VerbCompleted}; !slices.Equal(verbs, want) {
		t.Errorf("verbs %q", verbs)
	}
}

// TestActivityIsInItsOrder: what it counts towards and when stand above the frame, what can be pressed below it (pages.md 3.5, P).
func TestActivityIsInItsOrder(t *testing.T) {
	w := newWorld(t)
	w.placed[0].Framed = true
	w.attempts["word account-amara"] = web.Attempt{Opened: now}
	page := w.get("amara", "/activity/word").Body.String()
	at := 0
	for _, want := range []string{"Started 2:32pm", "Counts towards: ", ">6, level 1</a>", ">See the rule</a>", "Counts towards 2</a>", "It counts when you press", "<iframe", `"onlynarrow"><a class="button second"`,
		"I have finished this</button>", `<a class="onlywide" href="https://media.example/word"`, "it is noted in your record", `<h2 id="towards"`, "Finish any one of"} {
		i := strings.Index(page[at:], want)
		if i < 0 {
			t.Fatalf("%q does not follow:\n%s", want, page)
		}
		at += i
	}
	checkMarkup(t, page)
	for _, code := range []string{"5.1.1-L1", "5.2.1-L2"} {
		w.aligned = append(w.aligned, mapping.Alignment{ID: "more " + code, Capability: w.capability(code), Scope: course.Scope(), Selector: mapping.Selector{Kind: mapping.SelectLink, IRI: w.placed[0].Records}})
	}
	checkSays(t, w.get("amara", "/activity/word").Body.String(), []string{"Counts towards 4</a>", ">and 1 more</a>"}, []string{">See the rule</a>"})
}

// TestActivityByTime measures from the first opening, on the server.
func TestActivityByTime(t *testing.T) {
	w := newWorld(t)
	path := "/activity/time"
	w.post(t, "amara", path, path+"/open", url.Values{})
	w.clock = w.clock.Add(9 * time.Minute)
	w.post(t, "amara", path, path+"/open", url.Values{}) // a second opening does not count anew
	got := w.post(t, "amara", path, path+"/finish", url.Values{})
	if got.Code != 422 || !strings.Contains(got.Body.String(), "You started at 2:32pm. Press again from 2:42pm.") {
		t.Fatalf("too early answers %d:\n%s", got.Code, got.Body)
	}
	w.clock = w.clock.Add(time.Minute)
	if got := w.post(t, "amara", path, path+"/finish", url.Values{}); got.Code != 303 {
		t.Fatalf("in time answers %d", got.Code)
	}
	s := said(t, w.acts[len(w.acts)-1])
	if s.Result.Duration != "PT600S" || s.Result.Completion == nil || s.Result.Score != nil || slices.ContainsFunc(ids(s.Context.ContextActivities.Category), profile.IsSelfConfirmed) {
		t.Errorf("result %+v", s.Result)
	}
}

// TestActivityByRecord has nothing to press: only a statement from elsewhere finishes it.
func TestActivityByRecord(t *testing.T) {
	w := newWorld(t)
	path := "/activity/record"
	w.post(t, "amara", path, path+"/open", url.Values{})
	page := w.get("amara", path).Body.String()
	if strings.Contains(page, "I have finished this</button>") || !strings.Contains(page, "the activity itself sends the record") {
		t.Errorf("the page:\n%s", page)
	}
	got := w.call("POST", "/s/"+token("amara")+path+"/finish", "amara", url.Values{"form": {macOf(token("amara"))}})
	if got.Code != 422 || len(w.acts) != 1 {
		t.Errorf("pressing answers %d, %d acts", got.Code, len(w.acts))
	}
	w.attempts["record account-amara"] = web.Attempt{Opened: now, Completed: now}
	if page := w.get("amara", path).Body.String(); !strings.Contains(page, "Finished 22 November 2026") {
		t.Errorf("when it came:\n%s", page)
	}
}

// TestActivityKeepsNothing is preview, anonymous and test user: the page works and says that nothing is kept.
func TestActivityKeepsNothing(t *testing.T) {
	for person, says := range map[string]string{
		"anonymous": "has not told us who you are", "tove": "Nothing you do here is saved", "preview": "Nothing you do here is saved",
	} {
		w := newWorld(t)
		page := w.get(person, "/activity/word").Body.String()
		for _, want := range []string{says, "Nothing you do here is kept", "https://media.example/word"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %q", person, want)
			}
		}
		if strings.Contains(page, "<form") {
			t.Errorf("%s: there is a button", person)
		}
	}
	for name, change := range map[string]func(*lti.Launch){
		"anonymous": func(l *lti.Launch) { l.Subject = "" },
		"test user": func(l *lti.Launch) { l.Roles = lti.ParseRoles([]string{lti.RoleLearner, lti.RoleTestUser}) },
		"preview":   func(l *lti.Launch) { l.Roles = lti.ParseRoles([]string{lti.RoleInstructor}) },
	} {
		w, l := newWorld(t), activityLaunch("word")
		change(l)
		if got := w.arrive(l, "sam"); got.Code != 303 || len(w.acts) != 0 {
			t.Errorf("%s: status %d, %d acts", name, got.Code, len(w.acts))
		}
	}
}

// TestActivityOfACopiedCourse keeps its id and counts through the tags of the first course; other courses do not reach it.
func TestActivityOfACopiedCourse(t *testing.T) {
	w, l := newWorld(t), activityLaunch("word")
	l.Context = &lti.CourseContext{ID: "9", Title: "Another course"}
	to := w.arrive(l, "sam").Header().Get("Location")
	at := strings.TrimSuffix(strings.TrimPrefix(to, ".."), "#c")
	if page := w.call("GET", at, "sam", nil); page.Code != 200 || !strings.Contains(page.Body.String(), "6.1 Machine learning") {
		t.Errorf("status %d:\n%s", page.Code, page.Body)
	}
	if s := said(t, w.acts[0]); len(s.Context.ContextActivities.Other) != 2 || s.Context.ContextActivities.Grouping[0].ID != course9.IRI {
		t.Errorf("around it: %+v", s.Context.ContextActivities)
	}
	if got := w.call("GET", strings.Replace(at, "/word", "/time", 1), "sam", nil); got.Code != 404 {
		t.Errorf("another activity of the first course answers %d", got.Code)
	}
	w.placed[0].Registration = "r2"
	if got := w.arrive(activityLaunch("word"), "sam"); got.Code != 400 || !strings.Contains(got.Body.String(), "placement-activity") {
		t.Errorf("an activity of another platform answers %d", got.Code)
	}
}

// TestPlacedActivitiesCanBeTagged lists them for authors; a tag takes the activity alone and needs no course in its records.
func TestPlacedActivitiesCanBeTagged(t *testing.T) {
	w := newWorld(t)
	iri := base + "/activity/time"
	if page := w.get("tove", "/course/activities").Body.String(); !strings.Contains(page, "Reading: what is a model") || !strings.Contains(page, "Placed here") {
		t.Errorf("the list:\n%s", page)
	}
	page := w.get("tove", tagPath(iri)).Body.String()
	if !strings.Contains(page, `value="link" checked`) {
		t.Errorf("the form:\n%s", page)
	}
	box := w.capability("6-L1")
	section := w.capability6()
	form := url.Values{"section": {section}, "kind": {"link"}, "seen": {"5"}, "tag": {box}}
	if got := w.post(t, "tove", tagPath(iri), tagPath(iri), form); got.Code != 303 {
		t.Fatalf("saving answers %d:\n%s", got.Code, got.Body)
	}
	if code, _, body := w.applied(t, "tove", nil); code != 303 {
		t.Fatalf("applying answers %d:\n%s", code, body)
	}
	added := w.aligned[len(w.aligned)-1]
	if !added.IsPlaced() || added.Selector != (mapping.Selector{Kind: mapping.SelectLink, IRI: iri}) {
		t.Errorf("tag %+v", added)
	}
	if page := w.get("ben", "/me/capability/"+box).Body.String(); !strings.Contains(page, `activity/time#c">Open Reading: what is a model</a>`) {
		t.Errorf("the next steps of a learner:\n%s", page)
	}
}
