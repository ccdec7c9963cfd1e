package web_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cairn/mapping"
)

// named has the learning site share Amara's name.
func named(w *world) {
	s := w.sessions[hash(token("amara"))]
	s.Name = "Amara Okafor"
	w.sessions[s.Hash] = s
}

func TestMyRecord(t *testing.T) {
	tests := map[string]struct {
		person, path string
		prepare      func(*world)
		says, not    []string
	}{
		"whole": {"amara", "/me/record", named, []string{"Amara Okafor", "22 November 2026. Up to date to 2:32pm.", "Finished activities are evidence. This is not a certificate of competence.",
			"Capability Framework, version 2023-02", "15 of 195 statements included.", "Quiz: data and safety, 82 out of 100, 14 May 2026", "In progress, 1 of 3", "Withdrawn 2 May 2026", `<a href="../me/list?state=not_started#c">106</a> of <a href="../me/list#c">111</a> tracked here are not started.`,
			"Open to print", `href="../me/record.csv#c"`}, []string{"did not share your name", "data-print"}},
		"roles do not narrow it": {"amara", "/me/record", choose("S"), []string{`<a href="../me/list?role=all&amp;state=not_started#c">106</a> of <a href="../me/list?role=all#c">111</a> tracked here are not started.`, "Your record holds every role, not only those you chose."}, []string{"For: Shaper"}},
		"name not shared":        {"amara", "/me/record", nil, []string{"Your learning site did not share your name. Add it by hand.", `class="blank"`}, nil},
		"nothing yet":            {"ben", "/me/record", nil, []string{"Nothing has counted yet.", `<a href="../me/list?state=not_started#c">111</a> of <a href="../me/list#c">111</a> tracked here are not started.`}, []string{"<table"}},
		"preview":                {"tove", "/me/record", nil, []string{"You are looking as a test learner.", `<a href="../me/list?state=not_started#c">111</a> of <a href="../me/list#c">111</a> tracked here are not started.`}, []string{"<table"}},
		"anonymous":              {"anonymous", "/me/record", nil, []string{"no progress is kept"}, []string{"<table"}},
		"beside evidence, then":  {"amara", "/me/record?at=2026-05-09", tracked, []string{"Now: not tried yet. Needed: on my own.", "Tove Teacher"}, []string{"Now: with help"}},
		"another date":           {"amara", "/me/record?at=2026-05-03", named, []string{"As it was on 3 May 2026, with today&#39;s rules.", "Show my record as it is now", "108 of 111 tracked here are not started.", `href="../me/record.csv?at=2026-05-03#c"`}, []string{"82 out of 100"}},
		"before all":             {"amara", "/me/record?at=2026-01-01", named, []string{"Nothing had counted on this day.", "111 of 111 tracked here are not started."}, []string{"<table"}},
		"own window": {"amara", "/me/record", func(w *world) {
			s := w.sessions[hash(token("amara"))]
			s.InFrame = false
			w.sessions[s.Hash] = s
		}, []string{"data-print"}, []string{"Open to print"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tt.prepare != nil {
				tt.prepare(w)
			}
			checkSays(t, w.get(tt.person, tt.path).Body.String(), tt.says, tt.not)
		})
	}
}

// The numbers of a record lead to lists as long as they say, whatever roles the learner chose.
func TestRecordCountsOpenTheirLists(t *testing.T) {
	w := newWorld(t)
	choose("S")(w)
	checkSays(t, w.get("amara", "/me/list?role=all&state=not_started").Body.String(), []string{"106 capabilities"}, nil)
	checkSays(t, w.get("amara", "/me/list?role=all").Body.String(), []string{"111 capabilities"}, nil)
}

// A day that cannot be read is told with the first lines of the record, and with the way to print it.
func TestRecordWithErrorIsWhole(t *testing.T) {
	w := newWorld(t)
	checkSays(t, w.get("amara", "/me/record?day=x&month=1&year=2").Body.String(), []string{"22 November 2026. Up to date to 2:32pm.", "Open to print", "There is a problem"}, []string{"data-print"})
}

// The other two tracks stand beside evidence, each in a column of its own, as they stood on the day asked for.
func TestRecordHasThreeTracks(t *testing.T) {
	w := newWorld(t)
	id, may := w.capability("6.4-L3"), time.Date(2026, 5, 10, 9, 0, 0, 0, time.UTC)
	w.ratings = append(w.ratings, mapping.Rating{Learner: "learner-amara", Capability: id, Now: mapping.RatingWithHelp, Needed: mapping.RatingOnOwn, At: may})
	w.endorsed = append(w.endorsed, mapping.Endorsement{ID: "e1", Learner: "learner-amara", Capability: id, By: "account-tove", At: may, Note: "Read a report with me"})
	six4, _ := w.cat.Node(id)
	says := []string{"<th scope=\"col\">My rating</th>", "<th scope=\"col\">Endorsement</th>", six4.Title, "10 May 2026", "Read a report with me"}
	checkSays(t, w.get("amara", "/me/record").Body.String(), append(says, ">106</a> of "), nil)
	checkSays(t, w.get("amara", "/me/record?at=2026-05-03").Body.String(), nil, []string{"Read a report with me"})
	w.endorsed[0].WithdrawnAt = now.Add(-time.Hour)
	checkSays(t, w.get("amara", "/me/record").Body.String(), nil, []string{"Read a report with me"})
	checkSays(t, w.get("amara", "/me/record?at=2026-05-20").Body.String(), []string{"Read a report with me"}, nil)
	checkSays(t, w.get("amara", "/me/record.csv").Body.String(), []string{",My rating,Endorsement", "None,None,Now: with help. Needed: on my own.,"}, nil)
}

func TestDayOfARecordIsTyped(t *testing.T) {
	w := newWorld(t)
	if got := w.get("amara", "/me/record?day=3&month=5&year=2026"); got.Code != http.StatusSeeOther || got.Header().Get("Location") != "../me/record?at=2026-05-03#c" {
		t.Errorf("status %d to %q", got.Code, got.Header().Get("Location"))
	}
	for _, q := range []string{"day=31&month=2&year=2026", "day=1&month=3&year=2030"} {
		got := w.get("amara", "/me/record?"+q)
		if got.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s answers %d", q, got.Code)
		}
		checkSays(t, got.Body.String(), []string{`<a href="#day">Write a day that has been`, "Quiz: data and safety"}, nil)
	}
	for _, q := range []string{"at=soon", "at=2030-01-01", "on=2026-05-03"} {
		if got := w.get("amara", "/me/record?"+q); got.Code != http.StatusBadRequest {
			t.Errorf("%s answers %d", q, got.Code)
		}
	}
}

// TestRecordAsAFile holds one row an item of evidence, ISO days, a byte order mark, and no formula.
func TestRecordAsAFile(t *testing.T) {
	w := newWorld(t)
	w.seen["2"][1].Name = "=HYPERLINK(1)"
	got := w.get("amara", "/me/record.csv")
	body, marked := strings.CutPrefix(got.Body.String(), "\ufeff")
	if !marked || got.Header().Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(got.Header().Get("Content-Disposition"), "record.csv") {
		t.Errorf("headers %v, marked %v", got.Header(), marked)
	}
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, row := range rows[1:] {
		found[row[2]+" "+row[8]+" "+row[9]] = row[5] + "|" + row[6] + "|" + row[10]
	}
	for key, want := range map[string]string{
		"5.2.1-L1 2026-05-14 82": "Evidenced|'=HYPERLINK(1)|Yes", "6.1-L2 2026-05-05 64": "In progress, 1 of 3|Quiz: bias|Score 64 out of 100. It needs 70.",
		"6.1-L2 2026-05-03 82.5": "In progress, 1 of 3|Quiz: how models learn|Yes", "2.1-L2 2026-05-01 None": "Withdrawn 2 May 2026|Welcome|The activity was marked as not complete on 2 May 2026.",
	} {
		if found[key] != want {
			t.Errorf("%s: %q, want %q", key, found[key], want)
		}
	}
	if rows, err := csv.NewReader(strings.NewReader(w.get("ben", "/me/record.csv").Body.String())).ReadAll(); err != nil || len(rows) != 1+111 {
		t.Errorf("an empty record has %d rows, %v", len(rows), err)
	}
}

// TestRecordAsAFileExplains each status as its page does: why a record does not count, the rule, what is needed and what would count.
func TestRecordAsAFileExplains(t *testing.T) {
	w := newWorld(t)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.get("amara", "/me/record.csv").Body.String(), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	codes, of := map[string]bool{}, map[string][]string{}
	for _, row := range rows[1:] {
		codes[row[at["Code"]]] = true
		of[row[at["Status"]]] = row
		of[row[at["Code"]]+" "+row[at["Reason code"]]] = row
	}
	if len(codes) != 111 {
		t.Errorf("%d capabilities are told of, not all 111", len(codes))
	}
	low, bare := of["6.1-L2 below_threshold"], of["Not started"]
	if low == nil || bare == nil {
		t.Fatalf("the rows are missing: %v", rows)
	}
	if !strings.Contains(low[at["Rule"]], "any 3 of 4") || !strings.Contains(low[at["Still needed"]], "2") || !strings.Contains(low[at["Activities that would count"]], "Quiz: bias") {
		t.Errorf("%q", low)
	}
	if bare[at["Rule"]] == "None" || bare[at["Activity"]] != "None" || bare[at["Ends"]] != "None" {
		t.Errorf("%q", bare)
	}
}

// codeOnPage is the code that the page in a frame holds.
func codeOnPage(t *testing.T, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `name="code" value="`)
	if !ok {
		t.Fatalf("the page has no code:\n%s", page)
	}
	code, _, _ := strings.Cut(rest, `"`)
	return code
}

// TestOpenToPrint holds that a page of a frame opens once in a window of its own, which no cookie of the frame reaches.
func TestOpenToPrint(t *testing.T) {
	w := newWorld(t)
	named(w)
	form := url.Values{"page": {"me/record"}, "code": {codeOnPage(t, w.get("amara", "/me/record").Body.String())}}
	path := "/s/" + token("amara") + "/window"
	got := w.call("POST", path, "", form, "Sec-Fetch-Dest", "document")
	set := got.Result().Cookies()
	if got.Code != http.StatusSeeOther || len(set) != 1 || !strings.HasSuffix(got.Header().Get("Location"), "/me/record#c") {
		t.Fatalf("status %d to %q, cookies %v\n%s", got.Code, got.Header().Get("Location"), set, got.Body)
	}
	address := "/s/" + strings.TrimPrefix(strings.TrimSuffix(got.Header().Get("Location"), "#c"), "../../s/")
	page := w.call("GET", address, "", nil, "Cookie", cookie+"="+set[0].Value, "Sec-Fetch-Dest", "document")
	checkSays(t, page.Body.String(), []string{"Amara Okafor", "data-print", `data-theme="device"`}, []string{"Open to print"})
	if strings.Contains(address, token("amara")) {
		t.Error("the window has the address of the frame")
	}
	if other := w.call("GET", address, "", nil); other.Code != http.StatusUnauthorized {
		t.Errorf("another browser opens the window: %d", other.Code)
	}
	again := w.call("POST", path, "", form)
	if again.Code != http.StatusForbidden || !strings.Contains(again.Body.String(), "The button works once") {
		t.Errorf("a second press answers %d\n%s", again.Code, again.Body)
	}
}

func TestWindowsThatAreNotOpened(t *testing.T) {
	w := newWorld(t)
	good := codeOnPage(t, w.get("amara", "/me/record").Body.String())
	parts := strings.Split(good, ".")
	tests := map[string]struct {
		session, code, page string
		later               time.Duration
		headers             []string
		want                int
	}{
		"code of another session": {"ben", good, "me/record", 0, nil, 403},
		"another page":            {"amara", good, "course/people", 0, nil, 403},
		"no code":                 {"amara", "", "me/record", 0, nil, 403},
		"changed end":             {"amara", parts[0] + ".9999999999." + parts[2], "me/record", 0, nil, 403},
		"too late":                {"amara", good, "me/record", 2 * time.Hour, nil, 403},
		"from elsewhere":          {"amara", good, "me/record", 0, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"no session":              {"nobody", good, "me/record", 0, nil, 401},
		"session over":            {"late", good, "me/record", 0, nil, 401},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for id, s := range w.sessions {
				if tt.later > 0 {
					s.ExpiresAt = now.Add(3 * time.Hour)
					w.sessions[id] = s
				}
			}
			w.clock = now.Add(tt.later)
			before := len(w.sessions)
			got := w.call("POST", "/s/"+token(tt.session)+"/window", "", url.Values{"page": {tt.page}, "code": {tt.code}}, tt.headers...)
			if got.Code != tt.want || len(w.sessions) != before {
				t.Errorf("status %d, want %d; %d sessions more", got.Code, tt.want, len(w.sessions)-before)
			}
		})
	}
}

// A window never outlives the launch it came from.
func TestWindowEndsWithItsLaunch(t *testing.T) {
	w := newWorld(t)
	s := w.sessions[hash(token("amara"))]
	s.CreatedAt = now.Add(-11 * time.Hour)
	w.sessions[s.Hash] = s
	known := map[string]bool{}
	for id := range w.sessions {
		known[id] = true
	}
	code := codeOnPage(t, w.get("amara", "/me/record").Body.String())
	w.call("POST", "/s/"+token("amara")+"/window", "", url.Values{"page": {"me/record"}, "code": {code}})
	for id, window := range w.sessions {
		if !known[id] && (!window.ExpiresAt.Equal(now.Add(time.Hour)) || window.InFrame || window.Browser == s.Browser || window.Learner != s.Learner) {
			t.Errorf("the window's session is %+v", window)
		}
	}
	if len(w.sessions) != len(known)+1 {
		t.Error("no window was opened")
	}
}
