package web_test

import (
	"errors"
	"net/url"
	"time"

	"github.com/chromedp/chromedp"

	"cairn/internal/web"
)

// at is an address that is in no session.
func at(path string) func(string) string { return func(string) string { return path } }

// otherPictures are the pages that everyone can meet.
func otherPictures(w *world) []picture {
	return []picture{
		{name: "about-help", person: "amara", path: "/help"},
		{name: "about-privacy", person: "amara", path: "/privacy"},
		{name: "about-accessibility", person: "tove", path: "/accessibility"},
		{name: "about-display", person: "amara", path: "/display"},
		{name: "activity-link-new", person: "amara", path: "/activity/word"},
		{name: "activity-link-started", person: "amara", path: "/activity/word", prepare: begun("word")},
		{name: "activity-link-done", person: "amara", path: "/activity/word?finished=1", prepare: func(w *world) {
			w.attempts["word account-amara"] = web.Attempt{Opened: now.Add(-22 * time.Minute), Completed: now}
		}},
		{name: "activity-time-early", person: "amara", path: "/activity/time", prepare: func(w *world) {
			w.attempts["time account-amara"] = web.Attempt{Opened: now.Add(-2 * time.Minute)}
		}, do: []step{chromedp.Click(chromedp.CSS("#finish")), chromedp.WaitReady(chromedp.CSS(".problem"))}},
		{name: "activity-record", person: "amara", path: "/activity/record", prepare: begun("record")},
		{name: "activity-preview", person: "tove", path: "/activity/word"},
		{name: "activity-anonymous", person: "anonymous", path: "/activity/word"},
		{name: "no-permission", person: "amara", path: "/course/activities"},
		{name: "session-expired", person: "late", path: "/me"},
		{name: "error-ours", outside: at("/s/x/me"), prepare: func(w *world) { w.broken = errors.New("the database is away") }},
		{name: "error-site", outside: func(string) string {
			return "/lti/login?" + url.Values{"iss": {"https://unknown.example"}, "login_hint": {"4"}, "target_link_uri": {"https://unknown.example"}}.Encode()
		}},
		{name: "window-cookies-blocked", framed: true, outside: func(root string) string {
			return "/lti/login?" + url.Values{"iss": {lms}, "login_hint": {"4"}, "target_link_uri": {root + "/lti/launch"}, "cairn_check": {"1"}}.Encode()
		}},
		{name: "front", outside: at("/")},
	}
}
