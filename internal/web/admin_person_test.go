package web_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"cairn/internal/pipeline"
	"cairn/internal/web"
)

func (a *adminWorld) FindPerson(_ context.Context, who web.Who) (string, error) {
	switch who {
	case web.Who{Issuer: lms, Subject: "4"}, web.Who{Learner: "learner-amara"}, web.Who{Agent: "mailto:amara@lms.example"}:
		return "learner-amara", a.broken
	case web.Who{Agent: "mailto:shared@lms.example"}:
		return "", web.ErrMany
	case web.Who{Issuer: lms, Subject: "9"}:
		return "", &web.ErasedError{At: time.Date(2026, 5, 3, 10, 0, 0, 0, time.UTC)}
	}
	return "", web.ErrNotFound
}

func (a *adminWorld) PersonHeld(_ context.Context, learner string) (web.PersonHeld, error) {
	if learner != "learner-amara" {
		return web.PersonHeld{}, web.ErrNotFound
	}
	return web.PersonHeld{Accounts: []string{lms}, Shared: true, Forwarded: []string{"Org LRS (https://org.example/xapi)"}, Pulled: []string{"Old LRS (https://old.example/xapi)"},
		Counts: map[string]int{"statements": 412, "named": 1, "progress": 20, "rating": 9, "endorsement": 2, "session": 3, "account": 1}}, a.broken
}

func (a *adminWorld) ExportPerson(_ context.Context, learner string) ([]byte, error) {
	if learner != "learner-amara" {
		return nil, web.ErrNotFound
	}
	if len(a.gone) > 5 {
		return nil, web.ErrLarge
	}
	return []byte(`{"kind":"person"}` + "\n"), a.broken
}

func (a *adminWorld) ErasePerson(_ context.Context, learner, reason string) error {
	switch {
	case learner != "learner-amara":
		return web.ErrNotFound
	case strings.Contains(reason, "Amara"):
		return web.ErrNames
	}
	a.gone = append(a.gone, pipeline.Erased{At: now, Reason: reason})
	return a.broken
}

func (a *adminWorld) Erasures(context.Context, int) ([]pipeline.Erased, error) {
	return a.gone, a.broken
}

// What was typed to find somebody stands in no address.
func TestPersonIsFoundByIdAccountOrAgent(t *testing.T) {
	for name, c := range map[string]struct{ by, id, says string }{
		"account":           {lms, " 4 ", ""},
		"learner":           {"learner", "learner-amara", ""},
		"agent":             {"agent", "mailto:amara@lms.example", ""},
		"several people":    {"agent", "mailto:shared@lms.example", "This says of several people who is meant."},
		"somebody erased":   {lms, "9", "Erased on 3 May 2026. Records that come again are refused."},
		"nobody":            {lms, "77", "Nobody here is known by this."},
		"nothing":           {lms, "", "Nobody here is known by this."},
		"by nothing":        {"", "4", "Nobody here is known by this."},
		"something endless": {lms, strings.Repeat("4", 3000), "Nobody here is known by this."},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			got := w.post(t, "operator", "/admin/people", "/admin/people", url.Values{"by": {c.by}, "id": {c.id}})
			if c.says == "" {
				if to := got.Header().Get("Location"); got.Code != 303 || to != "../admin/people/learner-amara#c" {
					t.Errorf("%d to %s", got.Code, to)
				}
				return
			}
			if got.Code != 422 {
				t.Errorf("status %d", got.Code)
			}
			checkSays(t, got.Body.String(), []string{c.says, "There is a problem"}, nil)
		})
	}
}

func TestPersonsDataIsCountedAndDownloaded(t *testing.T) {
	w := newWorld(t)
	checkSays(t, w.get("operator", "/admin/people/learner-amara").Body.String(), []string{
		"412 records about the person", "1 record of others that names them", "20 capabilities begun or evidenced", "9 ratings", "2 endorsements", "0 attachments", "4 other rows",
		"Org LRS (https://org.example/xapi)", "Old LRS (https://old.example/xapi)", "That stays theirs.", "<title>What is kept about this person - Cairn",
	}, []string{"<form"})
	got := w.get("operator", "/admin/people/learner-amara/data.jsonl")
	if got.Code != 200 || got.Body.String() != `{"kind":"person"}`+"\n" || got.Header().Get("Content-Disposition") != "attachment; filename=person-2026-11-22.jsonl" || got.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v %s", got.Code, got.Header(), got.Body)
	}
	w.admin.gone = make([]pipeline.Erased, 6)
	if got := w.get("operator", "/admin/people/learner-amara/data.jsonl"); got.Code != 413 || !strings.Contains(got.Body.String(), "cairn person export") {
		t.Errorf("what is too large answers %d", got.Code)
	}
}

func TestPersonIsErasedAfterTheTypedWordAndAReason(t *testing.T) {
	at := "/admin/people/learner-amara/erase"
	for name, c := range map[string]struct{ word, reason, says string }{
		"no word":                {"", "asked for", "Type ERASE."},
		"another word":           {"erase", "asked for", "Type ERASE."},
		"no reason":              {"ERASE", " ", "Write why"},
		"a reason without end":   {"ERASE", strings.Repeat("x", 501), "Write why"},
		"a reason that says who": {"ERASE", "Amara asked", "The reason names the person."},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			got := w.post(t, "operator", at, at, url.Values{"word": {c.word}, "reason": {c.reason}})
			if got.Code != 422 || len(w.admin.gone) != 0 {
				t.Errorf("status %d, erased %v", got.Code, w.admin.gone)
			}
			checkSays(t, got.Body.String(), []string{c.says, "There is a problem", "What goes", "What stays"}, nil)
		})
	}
	w := newWorld(t)
	checkSays(t, w.get("operator", "/admin/people").Body.String(), []string{"Nobody was erased."}, nil)
	got := w.post(t, "operator", at, at, url.Values{"word": {"ERASE"}, "reason": {"asked for, ticket 12"}})
	if got.Code != 303 || len(w.admin.gone) != 1 || !strings.HasSuffix(got.Header().Get("Location"), "admin/people?erased=1#notice") {
		t.Fatalf("%d to %s", got.Code, got.Header().Get("Location"))
	}
	checkSays(t, w.get("operator", "/admin/people?erased=1").Body.String(), []string{"The person was erased.", "22 November 2026, 2:32pm", "asked for, ticket 12", "by the people who run Cairn"}, []string{"learner-amara"})
	if log := w.log.String(); strings.Contains(log, "amara") || !strings.Contains(log, "a person was erased") {
		t.Errorf("the log: %s", log)
	}
}
