package web_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

// TestEndorsing keeps what somebody has seen, beside evidence, and takes it back with a reason.
func TestEndorsing(t *testing.T) {
	w := newWorld(t)
	at := person("amara") + "/capability/" + w.capability("6.1-L2")
	checkSays(t, w.get("tove", at).Body.String(), []string{"/endorse#c\">Endorse</a>"}, nil)
	page := w.get("tove", at+"/endorse").Body.String()
	checkMarkup(t, page)
	checkSays(t, page, []string{"Endorse: 6.1 Machine learning and natural language processing, level 2, <bdi>Amara Okafor</bdi>", "In progress, 1 of 3",
		"You say that you have seen this at work. It is shown beside evidence and does not change it.", "Valid until (if it ends)", "<title>Learner record - Cairn</title>"}, []string{"Earlier"})
	for name, fields := range map[string]url.Values{
		"short note":    {"note": {"too short"}},
		"long note":     {"note": {strings.Repeat("ä", 2001)}},
		"day of past":   {"note": {"Seen on the ward"}, "day": {"21"}, "month": {"11"}, "year": {"2026"}},
		"no such day":   {"note": {"Seen on the ward"}, "day": {"31"}, "month": {"2"}, "year": {"2027"}},
		"half a date":   {"note": {"Seen on the ward"}, "day": {"4"}},
		"date in words": {"note": {"Seen on the ward"}, "day": {"4"}, "month": {"March"}, "year": {"2027"}},
	} {
		got := w.post(t, "tove", at+"/endorse", at+"/endorse", fields)
		if got.Code != http.StatusUnprocessableEntity || len(w.endorsed) != 0 || !strings.Contains(got.Body.String(), `aria-invalid="true"`) {
			t.Errorf("%s: status %d, %v", name, got.Code, w.endorsed)
		}
		checkMarkup(t, got.Body.String())
	}
	got := w.post(t, "tove", at+"/endorse", at+"/endorse", url.Values{"note": {" Read a report with care "}, "day": {"4"}, "month": {"3"}, "year": {"2027"}})
	if got.Code != http.StatusSeeOther || !strings.HasSuffix(got.Header().Get("Location"), "endorse?given=1#notice") || len(w.endorsed) != 1 {
		t.Fatalf("status %d to %s", got.Code, got.Header().Get("Location"))
	}
	want := mapping.Endorsement{ID: "e1", Learner: "learner-amara", Capability: w.capability("6.1-L2"), By: "account-tove", Scope: course.Scope(), At: now,
		Until: time.Date(2027, 3, 5, 0, 0, 0, 0, time.UTC), Note: "Read a report with care"}
	if w.endorsed[0] != want {
		t.Errorf("%+v, want %+v", w.endorsed[0], want)
	}
	page = w.get("tove", at+"/endorse?given=1").Body.String()
	checkSays(t, page, []string{"Your endorsement was kept.", "22 November 2026, you, until 4 March 2027", "Read a report with care", "Why do you withdraw it?"}, nil)
	back := at + "/endorse/e1/withdraw"
	if got := w.post(t, "tove", at+"/endorse", back, url.Values{"reason": {"no"}}); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), "Write why, in 10 to 2,000 characters.") {
		t.Errorf("status %d\n%s", got.Code, got.Body)
	}
	if got := w.post(t, "tove", at+"/endorse", back, url.Values{"reason": {"It was somebody else"}}); got.Code != http.StatusSeeOther || w.endorsed[0].WithdrawnBy != "account-tove" {
		t.Errorf("status %d, %+v", got.Code, w.endorsed)
	}
	checkSays(t, w.get("tove", at+"/endorse?withdrawn=1").Body.String(), []string{"The endorsement was withdrawn.", "withdrawn on 22 November 2026: It was somebody else"}, []string{"Why do you withdraw it?"})
	if got := w.post(t, "tove", at+"/endorse", back, url.Values{"reason": {"It was somebody else"}}); got.Code != http.StatusNotFound {
		t.Errorf("withdrawn twice: status %d", got.Code)
	}
}

// TestEndorsementsThatARuleAsksFor say what they do to the rule.
func TestEndorsementsThatARuleAsksFor(t *testing.T) {
	w := newWorld(t)
	w.rules = []mapping.ScopedRule{
		{Capability: w.capability("5.2.1-L1"), Scope: course.Scope(), Rule: mapping.Rule{Kind: mapping.RuleAny, Endorsed: true}},
		{Capability: w.capability("6.1-L2"), Scope: course.Scope(), Rule: mapping.Rule{Kind: mapping.RuleN, N: 3, Endorsed: true}},
	}
	for code, want := range map[string]string{"5.2.1-L1": "This will complete the rule.", "6.1-L2": "More is needed beside it."} {
		checkSays(t, w.get("tove", person("amara")+"/capability/"+w.capability(code)+"/endorse").Body.String(), []string{want}, nil)
	}
}

// TestNobodyEndorsesThemselves, though they lead the course and learn in it.
func TestNobodyEndorsesThemselves(t *testing.T) {
	w := newWorld(t)
	w.opened[1].IsLearner = true
	at := person("tove") + "/capability/" + w.capability("6.1-L2")
	got := w.get("tove", at+"/endorse")
	if got.Code != http.StatusForbidden || !strings.Contains(got.Body.String(), "You cannot endorse yourself.") {
		t.Errorf("status %d", got.Code)
	}
	sent := w.send
	if code, _, _ := sent("tove", at+"/endorse", url.Values{"form": {macOf(token("tove"))}, "note": {"I am very good"}}); code != http.StatusForbidden || len(w.endorsed) != 0 {
		t.Errorf("status %d, %v", code, w.endorsed)
	}
	checkSays(t, w.get("tove", at).Body.String(), nil, []string{"/endorse"})
}

// ending gives people of the crowd evidence that ends.
func ending(w *world) {
	crowd(w)
	id, other := w.capability("5.2.1-L1"), w.capability("6.4-L3")
	for i, p := range w.opened[:30] {
		w.expiries = append(w.expiries, web.Expiry{Learner: p.Learner, Capability: id, At: now.AddDate(0, 0, 3*i+2)})
	}
	w.expiries = append(w.expiries, web.Expiry{Learner: "learner-amara", Capability: other, At: now.AddDate(0, 0, 10)},
		web.Expiry{Learner: "learner-amara", Capability: w.capability("2.1-L1"), At: now.AddDate(0, 0, -10)}, web.Expiry{Learner: "learner-stranger", Capability: id, At: now.AddDate(0, 0, 5)})
}

// TestExpiring by date, with what renews it.
func TestExpiring(t *testing.T) {
	w := newWorld(t)
	checkSays(t, w.get("tove", "/course/expiring").Body.String(), []string{"Nothing expires within 90 days.", `aria-current="page">Expiring`}, []string{"<table"})
	ending(w)
	page := w.get("tove", "/course/expiring").Body.String()
	checkMarkup(t, page)
	checkSays(t, page, []string{"24 November 2026", "<bdi>Amara Okafor</bdi></a>", "<li>Quiz: data and safety</li>", "Nothing here renews it.", "Tag an activity", "1 to 25 of 30 shown here", "Expired (<a href="}, nil)
	for query, first := range map[string]string{"": "24 November 2026", "?within=365&sort=learner": "24 November 2026", "?within=expired": "12 November 2026"} {
		rows := rowNames(w.get("tove", "/course/expiring"+query).Body.String())
		if len(rows) == 0 || rows[0] != first {
			t.Errorf("%q begins with %v", query, rows)
		}
	}
	if rows := rowNames(w.get("tove", "/course/expiring?within=30").Body.String()); len(rows) != 10 {
		t.Errorf("within 30 days: %d", len(rows))
	}
	body := strings.TrimPrefix(w.get("tove", "/course/expiring.csv").Body.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) != 31 || rows[1][0] != "2026-11-24" {
		t.Errorf("%d rows, %v: %v", len(rows), err, rows[1])
	}
	for _, bad := range []string{"?within=7", "?sort=x", "?page=0", "?view=x"} {
		if got := w.get("tove", "/course/expiring"+bad); got.Code != http.StatusBadRequest {
			t.Errorf("%s answers %d", bad, got.Code)
		}
	}
	checkSays(t, newWorld(t).get("tove", "/course/expiring?within=expired").Body.String(), []string{"Nothing has expired in the last year."}, nil)
}
