package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"cairn/mapping"
)

// A lead ticks several capabilities of a learner and endorses them with one note.
func TestSeveralEndorsementsAtOnce(t *testing.T) {
	w := newWorld(t)
	one, two := w.capability("6.1-L2"), w.capability("5.2.1-L1")
	w.rules = nil
	w.ruled("6.1-L2", mapping.Rule{Kind: mapping.RuleN, N: 2, Endorsed: true})
	page := w.get("tove", person("amara")).Body.String()
	checkSays(t, page, []string{`<h2>What has begun</h2>`, `name="c" value="` + one + `"`, "Endorse what is ticked", "<h2>Their ratings</h2>\n<p>Not shared with you</p>"}, nil)
	form := person("amara") + "/endorse?c=" + one + "&c=" + two + "&c=" + one
	checkSays(t, w.get("tove", form).Body.String(), []string{"Endorse several: <bdi>Amara Okafor</bdi>", "2 capabilities", "A rule asks for an endorsement too. More is needed beside it.", "<title>Learner record - Cairn"}, nil)
	none := w.get("tove", person("amara")+"/endorse")
	checkSays(t, none.Body.String(), []string{"Tick one capability or more to endorse it.", `<h2>What has begun</h2>`}, nil)
	short := w.post(t, "tove", form, person("amara")+"/endorse", url.Values{"c": {one, two}, "note": {"short"}})
	checkSays(t, short.Body.String(), []string{"Write what you have seen", ">short</textarea>", `value="` + two + `"`}, nil)
	if none.Code != http.StatusUnprocessableEntity || short.Code != http.StatusUnprocessableEntity || len(w.endorsed) != 0 {
		t.Errorf("%d, %d, %d endorsed", none.Code, short.Code, len(w.endorsed))
	}
	got := w.post(t, "tove", form, person("amara")+"/endorse", url.Values{"c": {one, two, one}, "note": {"Read a report with me"}})
	if to := got.Header().Get("Location"); got.Code != http.StatusSeeOther || !strings.HasSuffix(to, "?given=2#notice") || len(w.endorsed) != 2 {
		t.Errorf("%d to %q, %d endorsed", got.Code, to, len(w.endorsed))
	}
	for i, id := range []string{one, two} {
		if e := w.endorsed[i]; e.Capability != id || e.Learner != "learner-amara" || e.By != "account-tove" || e.Note != "Read a report with me" || !e.Scope.Same(course.Scope()) {
			t.Errorf("kept %+v", e)
		}
	}
	checkSays(t, w.get("tove", person("amara")+"?given=2").Body.String(), []string{"2 endorsements were kept."}, nil)
	for _, q := range []string{"c=none", strings.Repeat("c="+one+"&", 51)} {
		if got := w.get("tove", person("amara")+"/endorse?"+q); got.Code/100 != 4 {
			t.Errorf("%s answers %d", q[:6], got.Code)
		}
	}
}

// Nobody ticks capabilities of their own.
func TestNobodyEndorsesSeveralOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	s := w.sessions[hash(token("tove"))]
	s.Account, s.Learner = "account-amara", "learner-amara"
	w.sessions[s.Hash] = s
	checkSays(t, w.get("tove", person("amara")).Body.String(), []string{"What has begun"}, []string{"Endorse", `name="c"`})
	if got := w.get("tove", person("amara")+"/endorse?c="+w.capability("6.1-L2")); got.Code != http.StatusForbidden {
		t.Errorf("own record answers %d", got.Code)
	}
}

// The file of one person has what the lead may read: of other courses neither title nor score, and ratings that are shared.
func TestFileOfAPersonForALead(t *testing.T) {
	w := newWorld(t)
	tracked(w)
	file := person("amara") + "/record.csv"
	checkSays(t, w.get("tove", file).Body.String(), []string{",Their rating,Endorsement,", "Quiz: data and safety", ",82,Yes,Now: with help. Needed: on my own.,", "Nothing here expires."}, []string{"can help others", "An endorsement by somebody who has seen it at work. Ask"})
	for i, e := range w.evidence["learner-amara"] {
		if e.Alignment == "a3" {
			w.evidence["learner-amara"][i].Record.Under = []string{course9.IRI}
		}
	}
	checkSays(t, w.get("tove", file).Body.String(), []string{"From another course.,None,2026-05-14,None,Yes"}, []string{",82,"})
	checkSays(t, w.get("tove", person("amara")).Body.String(), []string{"Now: with help. Needed: on my own."}, nil)
}
