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

const moodleItems = moodleIssuer + "/mod/lti/services.php/2/lineitems?type_id=1"

// TestLineItem_writes_as_captured compares what is sent with what a running Moodle took, and reads its answers.
func TestLineItem_writes_as_captured(t *testing.T) {
	released := true
	bonus := lti.LineItem{
		Label: "Evidence bonus", ScoreMaximum: 5, ResourceID: "cap-0001-bonus", Tag: "bonus", GradesReleased: &released,
		StartDateTime: lti.DateTime(time.Date(2026, 1, 1, 1, 0, 0, 0, time.FixedZone("", 3600))),
		EndDateTime:   lti.DateTime(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)),
	}
	second := lti.LineItem{Label: "Evidence bonus 2", ScoreMaximum: 10, ResourceID: "cap-0001-bonus", Tag: "bonus2"}
	const id = moodleIssuer + "/mod/lti/services.php/2/lineitems/5/lineitem?type_id=1"
	for name, write := range map[string]func(*testing.T, *lti.Services) error{
		"32-lineitem-create": func(t *testing.T, s *lti.Services) error {
			made, err := s.CreateLineItem(t.Context(), moodle, moodleItems, bonus)
			want := bonus
			want.ID = id
			if diff := cmp.Diff(want, made); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			return err
		},
		"38-lineitem-put": func(t *testing.T, s *lti.Services) error {
			change := second
			change.ID = id
			made, err := s.UpdateLineItem(t.Context(), moodle, change)
			if diff := cmp.Diff(change, made); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			return err
		},
		"02-c-lineitem-delete-6": func(t *testing.T, s *lti.Services) error {
			return s.DeleteLineItem(t.Context(), moodle, moodleIssuer+"/mod/lti/services.php/2/lineitems/6/lineitem?type_id=1")
		},
		"22-z-lineitem-delete-again": func(t *testing.T, s *lti.Services) error {
			return s.DeleteLineItem(t.Context(), moodle, moodleIssuer+"/mod/lti/services.php/2/lineitems/8/lineitem?type_id=1")
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := readExchange(t, name)
			o, services, _ := newOffice(t, e.answer())
			if err := write(t, services); err != nil {
				t.Fatal(err)
			}
			call := o.calls[0]
			if call.method != e.Request.Method || call.url != e.Request.URL || call.kind != e.Request.Headers["content-type"] {
				t.Errorf("sent %+v", call)
			}
			if e.Request.Body == nil {
				return
			}
			var want, got map[string]any
			if err := errors.Join(json.Unmarshal(e.Request.Body, &want), json.Unmarshal([]byte(call.body), &got)); err != nil {
				t.Fatal(err)
			}
			delete(got, "id") // an update names itself, which the specification allows
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("body (-captured +ours):\n%s", diff)
			}
		})
	}
}

func TestLineItem_that_breaks_a_rule_is_not_sent(t *testing.T) {
	for name, item := range map[string]lti.LineItem{
		"no label":          {ScoreMaximum: 1, Label: "  "},
		"no maximum":        {Label: "x"},
		"negative maximum":  {Label: "x", ScoreMaximum: -1},
		"time with no zone": {Label: "x", ScoreMaximum: 1, EndDateTime: "2026-01-01T00:00:00"},
	} {
		t.Run(name, func(t *testing.T) {
			o, services, _ := newOffice(t)
			_, err := services.CreateLineItem(t.Context(), moodle, moodleItems, item)
			item.ID = moodleItem
			_, again := services.UpdateLineItem(t.Context(), moodle, item)
			if !errors.Is(err, lti.ErrLineItem) || !errors.Is(again, lti.ErrLineItem) || len(o.calls)+o.tokens != 0 {
				t.Errorf("%v, %v, %d calls", err, again, len(o.calls))
			}
		})
	}
}

func TestLineItem_answers_and_failures(t *testing.T) {
	good := lti.LineItem{Label: "x", ScoreMaximum: 1}
	for name, c := range map[string]struct {
		answer *http.Response
		status int // of the failure; 0 when there is none
	}{
		"no id in the answer": {respond(http.StatusCreated, lti.MediaLineItem, `{"label":"x","scoreMaximum":1}`), 200},
		"empty answer":        {respond(http.StatusCreated, lti.MediaLineItem, ` `), 200},
		"no JSON":             {respond(http.StatusOK, "text/html", `<`), 200},
		"link of another":     {readExchange(t, "37-lineitem-create-bad-rlid").answer(), 403},
		"made":                {respond(http.StatusCreated, "", `{"id":"`+moodleItem+`","label":"x","scoreMaximum":1,"https://canvas.instructure.com/lti/submission_type":{}}`), 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, services, _ := newOffice(t, c.answer)
			_, err := services.CreateLineItem(t.Context(), moodle, moodleItems, good)
			var failed *lti.ServiceError
			if c.status == 0 && err != nil || c.status != 0 && (!errors.As(err, &failed) || failed.Status != c.status || failed.Retryable()) {
				t.Errorf("got %v", err)
			}
		})
	}
	o, services, _ := newOffice(t, respond(http.StatusNoContent, "", ""))
	good.ID = moodleItem
	if made, err := services.UpdateLineItem(t.Context(), moodle, good); err != nil || made.ID != moodleItem || len(o.calls) != 1 {
		t.Errorf("an update without an answer: %+v, %v", made, err)
	}
	for _, address := range []string{"https://evil.example/li", ""} {
		_, err := services.CreateLineItem(t.Context(), moodle, address, good)
		if deleted := services.DeleteLineItem(t.Context(), moodle, address); !errors.Is(err, lti.ErrForeignService) || !errors.Is(deleted, lti.ErrForeignService) {
			t.Errorf("%q: %v, %v", address, err, deleted)
		}
	}
}

// TestScopes_write_only_grant: a platform that grants the scope to write and not the one to read is read by the one it grants, and
// asked in vain once in five minutes only.
func TestScopes_write_only_grant(t *testing.T) {
	for name, refuse := range map[string]func(scope string) *http.Response{
		"refused": func(string) *http.Response { return readExchange(t, "07-token-unknown-scope").answer() },
		"less given": func(string) *http.Response {
			return respond(http.StatusOK, "", `{"access_token":"less","expires_in":3600,"scope":"other"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			o, services, clock := newOffice(t)
			var asked []string
			o.token = func(form url.Values) *http.Response {
				scope := form.Get("scope")
				asked = append(asked, strings.TrimPrefix(scope, "https://purl.imsglobal.org/spec/lti-ags/scope/"))
				if scope == lti.ScopeLineItem {
					return respond(http.StatusOK, "", `{"access_token":"write","expires_in":3600,"scope":"`+scope+`"}`)
				}
				return refuse(scope)
			}
			read := func() {
				t.Helper()
				o.answers = append(o.answers, readExchange(t, "28-lineitem-get").answer())
				if _, err := services.LineItem(t.Context(), moodle, moodleItem); err != nil {
					t.Fatal(err)
				}
				if last := o.calls[len(o.calls)-1]; last.authorization != "Bearer write" {
					t.Errorf("sent %q", last.authorization)
				}
			}
			read()
			read()
			clock.add(6 * time.Minute)
			read()
			if diff := cmp.Diff([]string{"lineitem.readonly", "lineitem", "lineitem.readonly"}, asked); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			_, err := services.Roster(t.Context(), moodle, moodleRoster, lti.RosterFilter{})
			if !errors.Is(err, lti.ErrScopeRefused) {
				t.Errorf("a scope that is not granted: %v", err)
			}
		})
	}
}

// TestScore_for_Canvas carries its extension only where it is asked for.
func TestScore_for_Canvas(t *testing.T) {
	no := false
	for name, c := range map[string]struct {
		change func(*lti.Score)
		want   string
	}{
		"none":          {func(*lti.Score) {}, ``},
		"progress only": {func(s *lti.Score) { s.NotNewSubmission = true }, `{"new_submission":false}`},
		"keeps a mark": {func(s *lti.Score) {
			s.NotNewSubmission, s.Canvas = true, &lti.CanvasSubmission{PreferNonTool: true, PreserveScore: true}
		}, `{"new_submission":false,"preserve_score":true,"prioritize_non_tool_grade":true}`},
		"work": {func(s *lti.Score) {
			s.Canvas = &lti.CanvasSubmission{New: &no, Type: "online_url", Data: "https://tool.example/x", SubmittedAt: "2026-01-01T00:00:00Z"}
		}, `{"new_submission":false,"submission_type":"online_url","submission_data":"https://tool.example/x","submitted_at":"2026-01-01T00:00:00Z"}`},
	} {
		t.Run(name, func(t *testing.T) {
			o, services, _ := newOffice(t, respond(http.StatusOK, "", ""))
			score := fullScore()
			c.change(&score)
			if err := services.PostScore(t.Context(), moodle, moodleItem, score); err != nil {
				t.Fatal(err)
			}
			_, got, _ := strings.Cut(o.calls[0].body, `"https://canvas.instructure.com/lti/submission":`)
			if want := c.want; want == "" && got != "" || want != "" && got != want+"}" {
				t.Errorf("sent %s", o.calls[0].body)
			}
		})
	}
}
