package web_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cairn/internal/web"
)

// What refuses to be framed opens in a new window, and the last step says so.
func TestPickSaysWhereAnActivityOpens(t *testing.T) {
	policy := func(all ...string) http.Header { return http.Header{"Content-Security-Policy": all} }
	const here, refused = "Its page here. On small screens", "A new window. The source does not let other sites show it."
	for name, c := range map[string]struct {
		headers http.Header
		silent  error
		address string
		says    string
	}{
		"nothing said":                {says: here},
		"a policy of other things":    {headers: policy("default-src 'self'; object-src 'none'"), says: here},
		"everybody":                   {headers: policy("frame-ancestors *"), says: here},
		"everybody by https":          {headers: policy("FRAME-ANCESTORS 'self' https:"), says: here},
		"the policy goes first":       {headers: http.Header{"Content-Security-Policy": {"frame-ancestors *"}, "X-Frame-Options": {"DENY"}}, says: here},
		"nobody":                      {headers: policy("frame-ancestors 'none'"), says: refused},
		"us alone, not the LMS":       {headers: policy("frame-ancestors https://cairn.example"), says: refused},
		"one of two policies":         {headers: policy("frame-ancestors *", "frame-ancestors 'self'"), says: refused},
		"one of two in a line":        {headers: policy("frame-ancestors *, frame-ancestors 'self'"), says: refused},
		"an empty list":               {headers: policy("frame-ancestors"), says: refused},
		"the older header":            {headers: http.Header{"X-Frame-Options": {"SAMEORIGIN"}}, says: refused},
		"plain http in a secure page": {address: "http://media.example/intro", says: refused},
		"Cairn itself":                {address: base + "/x", says: refused},
		"no answer":                   {silent: errors.New("no route"), says: "A new window. The source did not answer now"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.headers, w.silent = c.headers, c.silent
			if c.address == "" {
				c.address = "https://media.example/intro"
			}
			at := "/pick/3?" + url.Values{"what": {"activity"}, "name": {"Intro"}, "address": {c.address}, "how": {"word"}}.Encode()
			body := w.get("picker", at).Body.String()
			hidden := map[bool]string{true: "frame", false: "window"}[c.says == here]
			checkSays(t, body, []string{c.says, `name="in" value="` + hidden + `"`}, nil)
		})
	}
	w := newWorld(t)
	w.silent = errors.New("nobody may ask")
	checkSays(t, w.get("picker", "/pick/3?what=activity&name=Intro&address=https%3A%2F%2Fmedia.example%2F&how=word&in=window").Body.String(), []string{"A new window<"}, []string{"did not answer"})
}

// Days that were given bound the link in the course too.
func TestPickedDaysAreKeptAndSent(t *testing.T) {
	w := newWorld(t)
	page := w.pick(t, url.Values{"what": {"activity"}, "name": {"Intro"}, "address": {"https://media.example/intro"}, "how": {"word"}, "in": {"window"},
		"oday": {"1"}, "omonth": {"6"}, "oyear": {"2027"}, "cday": {"30"}, "cmonth": {"6"}, "cyear": {"2027"}})
	items, _ := sentItems(t, page)
	got := w.placed[3]
	if got.Framed || !got.Opens.Equal(time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC)) || !got.Closes.Equal(time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("kept %+v", got)
	}
	if span, _ := items[0]["available"].(map[string]any); span["startDateTime"] != "2027-06-01T00:00:00Z" || span["endDateTime"] != "2027-07-01T00:00:00Z" {
		t.Errorf("sent %v", items[0])
	}
	form := url.Values{"what": {"activity"}, "name": {"Intro"}, "address": {"https://media.example/intro"}, "how": {"word"},
		"oday": {"2"}, "omonth": {"6"}, "oyear": {"2027"}, "cday": {"1"}, "cmonth": {"6"}, "cyear": {"2027"}}
	got2 := w.post(t, "picker", "/pick/1", "/pick/2", form)
	checkSays(t, got2.Body.String(), []string{"The last day is before the first day.", `value="2027"`}, nil)
}

func TestActivityOpensAndCloses(t *testing.T) {
	for name, c := range map[string]struct {
		opens, closes time.Time
		says          string
	}{
		"not yet":   {now.AddDate(0, 6, 0), time.Time{}, "Opens 22 May 2027."},
		"no longer": {time.Time{}, now.Add(-15 * time.Hour), "Closed after 21 November 2026."},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.placed[0].Opens, w.placed[0].Closes = c.opens, c.closes
			at := "/activity/word"
			checkSays(t, w.get("amara", at).Body.String(), []string{c.says, "Not started"}, []string{"/open#c", "media.example"})
			if got := w.post(t, "amara", "/display", at+"/open", url.Values{}); got.Code != 422 || len(w.acts) != 0 {
				t.Errorf("starting answers %d", got.Code)
			}
			w.attempts["word account-amara"] = web.Attempt{Opened: now.Add(-time.Hour * 48)}
			if got := w.post(t, "amara", "/display", at+"/finish", url.Values{}); got.Code != 422 || !strings.Contains(got.Body.String(), c.says) || len(w.acts) != 0 {
				t.Errorf("finishing answers %d", got.Code)
			}
		})
	}
	w := newWorld(t)
	w.placed[0].Opens, w.placed[0].Closes = now.Add(-time.Hour), now.Add(time.Hour)
	checkSays(t, w.get("amara", "/activity/word").Body.String(), []string{"/activity/word/open#c", "Opens 22 November 2026.", "Closes after"}, nil)
}

// The frame stands on the page once the activity is started, and the policy allows its origin alone.
func TestActivityIsShownInAFrame(t *testing.T) {
	w := newWorld(t)
	w.placed[0].Framed = true
	got := w.get("amara", "/activity/word")
	if policy := got.Header().Get("Content-Security-Policy"); strings.Contains(got.Body.String(), "<iframe") || strings.Contains(policy, "frame-src") {
		t.Errorf("before the start: %s", policy)
	}
	w.attempts["word account-amara"] = web.Attempt{Opened: now}
	got = w.get("amara", "/activity/word")
	checkMarkup(t, got.Body.String())
	checkSays(t, got.Body.String(), []string{`<iframe class="source" src="https://media.example/word" title="` + w.placed[0].Title + `"`, "Open in a new window", "I have finished this"}, nil)
	if policy := got.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; frame-src https://media.example; connect-src 'self'; style-src") {
		t.Errorf("policy: %s", policy)
	}
	w.attempts["word account-amara"] = web.Attempt{Opened: now, Completed: now}
	checkSays(t, w.get("amara", "/activity/word?finished=1").Body.String(), []string{"See what this changed", "me/changes?since=2026-11-22"}, nil)
}
