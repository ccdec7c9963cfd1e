package web_test

import (
	"net/http"
	"testing"

	"cairn/mapping"
)

// A section is filtered by state and role; what was chosen can be taken back, and no state is not a state.
func TestSectionIsFiltered(t *testing.T) {
	w := newWorld(t)
	six1, _ := w.cat.ByCode("6.1")
	at := "/me/section/" + six1.ID
	checkSays(t, w.get("amara", at).Body.String(), []string{`state=evidenced#c">1</a> of <a`, `">1</a> in progress, <a`, `">3</a> not started`, `<select id="role" name="role">`, `<option value="evidenced">`, "6.1, level 3"}, []string{"Remove"})
	checkSays(t, w.get("amara", at+"?state=in_progress").Body.String(), []string{"6.1, level 2", "Remove: In progress"}, []string{"6.1, level 3<", "6.1, level 1<"})
	checkSays(t, w.get("amara", at+"?state=expired&role=").Body.String(), []string{"No capability fits this choice."}, []string{"6.1, level"})
	checkSays(t, w.get("tove", person("amara")+"/section/"+six1.ID+"?state=evidenced").Body.String(), []string{"6.1, level 1", "Remove: Evidenced"}, []string{"6.1, level 2<", `name="role"`})
	if got := w.get("amara", at+"?state=mastered"); got.Code != http.StatusBadRequest {
		t.Errorf("no state answers %d", got.Code)
	}
}

// Where evidence and rating differ, section and record say that this is fine.
func TestRatingApartIsSaidInLists(t *testing.T) {
	w := newWorld(t)
	rated(w, "6.1-L2", mapping.RatingOnOwn, "", false)
	six1, _ := w.cat.ByCode("6.1")
	for _, path := range []string{"/me/section/" + six1.ID, "/me/record", "/me/capability/" + w.capability("6.1-L2")} {
		checkSays(t, w.get("amara", path).Body.String(), []string{"Evidence and rating differ. That is fine; use it to choose what to do."}, nil)
	}
}

// An overview of one level or state is a list of it.
func TestOverviewOfOneStateIsAList(t *testing.T) {
	w := newWorld(t)
	got := w.get("amara", "/me?state=evidenced&level=1&role=U")
	if to := got.Header().Get("Location"); got.Code != http.StatusSeeOther || to != "./me/list?level=1&role=U&state=evidenced#c" {
		t.Errorf("%d to %q", got.Code, to)
	}
}

// Each page of a learner says who can see it: of a session of nobody nothing is kept.
func TestPagesSayWhoSeesThem(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/me", "/me/changes", "/me/record", "/me/list", "/me/capability/" + w.capability("6.1-L2")} {
		checkSays(t, w.get("amara", path).Body.String(), []string{"People who lead &#34;Digital safety&#34;, or another course of yours, can see this too. They see only those ratings that you share."}, []string{"Only you can see this page."})
		checkSays(t, w.get("anonymous", path).Body.String(), []string{"Nobody else can see this page. Nothing of it is kept."}, nil)
	}
	for _, path := range []string{"/me/next", "/me/start", w.six1() + "/1"} {
		checkSays(t, w.get("amara", path).Body.String(), []string{"Only you can see this page."}, []string{"can see this too"})
	}
	checkSays(t, w.get("tove", person("amara")).Body.String(), []string{"Ratings show here only when they are shared."}, nil)
}
