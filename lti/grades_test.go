package lti_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"cairn/lti"
)

// TestScore_is_sent_as_Moodle_takes_it compares with calls that a running Moodle accepted.
func TestScore_is_sent_as_Moodle_takes_it(t *testing.T) {
	for name, score := range map[string]lti.Score{
		"42-score-ok-student1": {Given: number(15), Maximum: 20, Comment: "Capability proven"},
		"67-score-with-submission": {
			Given: number(15), Maximum: 20, Comment: `<b>html</b> & "quotes" æøå`,
			StartedAt: time.Date(2026, 11, 22, 10, 59, 35, 712e6, time.UTC), SubmittedAt: time.Date(2026, 11, 22, 11, 9, 35, 712e6, time.UTC),
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := readExchange(t, name)
			o, services, _ := newOffice(t, e.answer())
			var want map[string]any
			if err := json.Unmarshal(e.Request.Body, &want); err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, want["timestamp"].(string))
			if err != nil {
				t.Fatal(err)
			}
			score.UserID, score.Timestamp, score.ActivityProgress, score.GradingProgress = "4", at, lti.ActivityCompleted, lti.GradingFullyGraded
			if err := services.PostScore(t.Context(), moodle, moodleItem, score); err != nil {
				t.Fatal(err)
			}
			call := o.calls[0]
			if call.method != e.Request.Method || call.url != e.Request.URL || call.kind != e.Request.Headers["content-type"] || call.authorization != "Bearer token-1" {
				t.Errorf("sent %+v", call)
			}
			var got map[string]any
			if err := json.Unmarshal([]byte(call.body), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("body (-captured +ours):\n%s", diff)
			}
		})
	}
}

func fullScore() lti.Score {
	return lti.Score{
		UserID: "4", Given: number(3), Maximum: 8, ActivityProgress: lti.ActivityInProgress, GradingProgress: lti.GradingFullyGraded,
		Timestamp: time.Date(2026, 11, 22, 12, 0, 0, 5e6, time.FixedZone("", 3600)),
	}
}

func TestScore_body(t *testing.T) {
	score := fullScore()
	score.ScoringUserID, score.NotNewSubmission, score.SubmittedAt = "3", true, score.Timestamp
	o, services, _ := newOffice(t, respond(http.StatusNoContent, "", ""))
	if err := services.PostScore(t.Context(), moodle, moodleIssuer+"/li%2F4/?a=1", score); err != nil {
		t.Fatal(err)
	}
	want := `{"userId":"4","scoringUserId":"3","scoreGiven":3,"scoreMaximum":8,"timestamp":"2026-11-22T11:00:00.005Z","activityProgress":"InProgress",` +
		`"gradingProgress":"FullyGraded","submission":{"submittedAt":"2026-11-22T11:00:00.005Z"},"https://canvas.instructure.com/lti/submission":{"new_submission":false}}`
	if diff := cmp.Diff(want, o.calls[0].body); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if o.calls[0].url != moodleIssuer+"/li%2F4/scores?a=1" {
		t.Errorf("sent to %s", o.calls[0].url)
	}
}

func TestScore_that_breaks_a_rule_is_not_sent(t *testing.T) {
	for name, change := range map[string]func(*lti.Score){
		"no person":                 func(s *lti.Score) { s.UserID = "" },
		"no timestamp":              func(s *lti.Score) { s.Timestamp = time.Time{} },
		"unknown activity progress": func(s *lti.Score) { s.ActivityProgress = "completed" },
		"unknown grading progress":  func(s *lti.Score) { s.GradingProgress = "" },
		"value without maximum":     func(s *lti.Score) { s.Maximum = 0 },
		"negative value":            func(s *lti.Score) { s.Given = number(-1) },
	} {
		t.Run(name, func(t *testing.T) {
			o, services, _ := newOffice(t)
			score := fullScore()
			change(&score)
			if err := services.PostScore(t.Context(), moodle, moodleItem, score); !errors.Is(err, lti.ErrScore) || len(o.calls)+o.tokens != 0 {
				t.Errorf("%v, %d calls", err, len(o.calls))
			}
		})
	}
}

func TestLineItem_and_results_as_captured(t *testing.T) {
	e := readExchange(t, "28-lineitem-get")
	o, services, _ := newOffice(t, e.answer(), readExchange(t, "43-results-after").answer())
	item, err := services.LineItem(t.Context(), moodle, moodleItem)
	want := lti.LineItem{ID: moodleItem, Label: "Capability: Plan a project", ScoreMaximum: 20, ResourceID: "cap-0001", Tag: "capability", ResourceLinkID: "1"}
	if diff := cmp.Diff(want, item); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if o.calls[0].accept != e.Request.Headers["accept"] || o.calls[0].method != http.MethodGet {
		t.Errorf("asked for %+v", o.calls[0])
	}
	results, err := services.Results(t.Context(), moodle, moodleItem, "4")
	if err != nil || len(results) != 1 || *results[0].ResultScore != 15 || results[0].UserID != "4" {
		t.Errorf("%+v, %v", results, err)
	}
	call, _ := url.Parse(o.calls[1].url)
	if !strings.HasSuffix(call.Path, "/lineitem/results") || call.Query().Get("user_id") != "4" || call.Query().Has("limit") || o.calls[1].accept != lti.MediaResults {
		t.Errorf("asked for %+v", o.calls[1])
	}
}

// TestLineItems_pages follows Moodle's malformed Link header to the last page.
func TestLineItems_pages(t *testing.T) {
	last := respond(http.StatusOK, lti.MediaLineItems, `[]`)
	o, services, _ := newOffice(t, readExchange(t, "39-lineitems-get-paged").answer(), readExchange(t, "40-lineitems-get-paged-2").answer(), last)
	items, err := services.LineItems(t.Context(), moodle, moodleIssuer+"/mod/lti/services.php/2/lineitems?type_id=1", lti.LineItemFilter{Limit: 1, ResourceLinkID: "1"})
	if err != nil || len(items) != 2 {
		t.Fatalf("%+v, %v", items, err)
	}
	want := []string{"type_id=1&resource_link_id=1&limit=1", "type_id=1&limit=1&from=1", "type_id=1&limit=1&from=2"}
	for i, query := range want {
		asked, _ := url.Parse(o.calls[i].url)
		expected, _ := url.ParseQuery(query)
		if diff := cmp.Diff(expected, asked.Query()); diff != "" {
			t.Errorf("page %d (-want +got):\n%s", i, diff)
		}
	}
}

// TestLineItems_next_page_elsewhere_is_not_followed: the token stays with the platform, a list that is not whole is none, and one that
// goes in circles ends.
func TestLineItems_next_page_elsewhere_is_not_followed(t *testing.T) {
	page := func(link string) *http.Response {
		r := respond(http.StatusOK, lti.MediaLineItems, `[{"id":"x","label":"x","scoreMaximum":1}]`)
		r.Header.Set("Link", link)
		return r
	}
	list := moodleIssuer + "/items"
	for name, c := range map[string]struct {
		pages []*http.Response
		calls int
		fails bool
	}{
		"other origin":    {[]*http.Response{page(`<https://evil.example/items>; rel="next"`)}, 1, true},
		"user in link":    {[]*http.Response{page(`<http://x@localhost:8100/items>; rel=next`)}, 1, true},
		"relative":        {[]*http.Response{page(`</items?p=2>; rel="last next"`), page(`</items?p=1>; rel="prev"`)}, 2, false},
		"circle":          {[]*http.Response{page(`<` + list + `?p=2>; rel="next"`), page(`<` + list + `>; rel="next"`)}, 2, true},
		"param is no rel": {[]*http.Response{page(`</items?p=2>; title="next"`)}, 1, false},
		"broken":          {[]*http.Response{page(`<<<; rel=next`)}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			o, services, _ := newOffice(t, c.pages...)
			_, err := services.LineItems(t.Context(), moodle, list, lti.LineItemFilter{})
			if len(o.calls) != c.calls || (err != nil) != c.fails {
				t.Errorf("%d calls, %v", len(o.calls), err)
			}
		})
	}
}
