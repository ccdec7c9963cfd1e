package lrs_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/xapi/lrs"
)

// limited makes a server whose credential "limited" has every scope and these limits.
func limited(t *testing.T, l lrs.Limits, change ...func(*lrs.Config)) *server {
	s := serve(t, change...)
	s.limits = l
	return s
}

const member = `{"account":{"homePage":"https://lms.example/","name":"4"}}`

func about(actor, object string) string {
	return `{"actor":` + actor + `,"verb":{"id":"a:v"},"object":` + object + `}`
}

func TestLimits_statements(t *testing.T) {
	people, activities := lrs.Limits{HomePage: "https://lms.example"}, lrs.Limits{Activity: "https://lms.example/course?id=3"}
	for name, c := range map[string]struct {
		limits lrs.Limits
		body   string
		fits   bool
	}{
		"an account there":             {people, about(member, `{"id":"a:x"}`), true},
		"an account elsewhere":         {people, about(strings.Replace(member, "lms", "mls", 1), `{"id":"a:x"}`), false},
		"a home page that goes on":     {people, about(strings.Replace(member, "example/", "example/x", 1), `{"id":"a:x"}`), false},
		"a mailbox":                    {people, about(annJSON, `{"id":"a:x"}`), false},
		"a group of members":           {people, about(`{"objectType":"Group","member":[`+member+`]}`, `{"id":"a:x"}`), true},
		"a group with a stranger":      {people, about(`{"objectType":"Group","member":[`+member+`,`+annJSON+`]}`, `{"id":"a:x"}`), false},
		"the activity":                 {activities, about(annJSON, `{"id":"https://lms.example/course?id=3"}`), true},
		"what lies under it":           {activities, about(annJSON, `{"id":"https://lms.example/course?id=3&part=1"}`), true},
		"another that begins the same": {activities, about(annJSON, `{"id":"https://lms.example/course?id=30"}`), false},
		"by its parent":                {activities, strings.Replace(about(annJSON, `{"id":"a:x"}`), "{", `{"context":{"contextActivities":{"parent":[{"id":"https://lms.example/course?id=3"}]}},`, 1), true},
		"by another context":           {activities, strings.Replace(about(annJSON, `{"id":"a:x"}`), "{", `{"context":{"contextActivities":{"other":[{"id":"https://lms.example/course?id=3"}]}},`, 1), false},
		"about a person":               {activities, about(annJSON, `{"objectType":"Agent","mbox":"mailto:b@example.org"}`), false},
		"about a statement":            {activities, about(annJSON, `{"objectType":"StatementRef","id":"`+id(9)+`"}`), true},
		"no limit":                     {lrs.Limits{}, about(annJSON, `{"id":"a:x"}`), true},
	} {
		t.Run(name, func(t *testing.T) {
			s := limited(t, c.limits)
			post := call{method: "POST", path: statements, body: c.body, key: "limited"}
			if !c.fits {
				s.refused(t, post, 403, "credential_limited")
			} else if got := s.do(t, post); got.status != 200 {
				t.Error(got)
			}
		})
	}
}

func TestLimits_readsItsOwnOnly(t *testing.T) {
	s := limited(t, lrs.Limits{HomePage: "https://lms.example"})
	s.post(t, "", statement(1, ""))
	own := s.post(t, "limited", about(member, `{"id":"a:x"}`))
	if got := ids(s.query(t, "limited", statements)); len(got) != 1 || got[0] != own[0] {
		t.Error(got)
	}
	s.refused(t, call{path: statements + "?statementId=" + id(1), key: "limited"}, 404, "statement_not_found")
}

func TestLimits_voidsItsOwnOnly(t *testing.T) {
	s := limited(t, lrs.Limits{Activity: "a:act"})
	s.post(t, "", statement(1, ""))
	s.refused(t, call{method: "POST", path: statements, body: void(2, 1), key: "limited"}, 403, "void_forbidden")
	own := s.post(t, "limited", about(annJSON, `{"id":"a:act"}`))
	s.post(t, "limited", about(annJSON, `{"objectType":"StatementRef","id":"`+own[0]+`"}`))
	s.post(t, "limited", strings.Replace(void(3, 1), id(1), own[0], 1))
}

func TestLimits_documents(t *testing.T) {
	state, agent, activity := documentResources[0], documentResources[1], documentResources[2]
	for name, c := range map[string]struct {
		limits lrs.Limits
		path   string
		fits   bool
	}{
		"state of a member":                {lrs.Limits{HomePage: "https://lms.example"}, state.at("one", "agent", member), true},
		"state of a stranger":              {lrs.Limits{HomePage: "https://lms.example"}, state.at("one"), false},
		"list of a stranger":               {lrs.Limits{HomePage: "https://lms.example"}, state.at(""), false},
		"activity profile, people limited": {lrs.Limits{HomePage: "https://lms.example"}, activity.at("one"), false},
		"state under the activity":         {lrs.Limits{Activity: "a:act"}, state.at("one", "activityId", "a:act/x"), true},
		"state beside the activity":        {lrs.Limits{Activity: "a:act"}, state.at("one", "activityId", "a:actor"), false},
		"agent profile, activity limited":  {lrs.Limits{Activity: "a:act"}, agent.at("one"), false},
		"activity profile":                 {lrs.Limits{Activity: "a:act"}, activity.at("one"), true},
		"activity":                         {lrs.Limits{Activity: "a:act"}, "/xapi/activities?activityId=a:other", false},
	} {
		got := limited(t, c.limits).do(t, call{path: c.path, key: "limited"})
		if c.fits != (got.status == 404 || got.status == 200) || !c.fits && !strings.Contains(got.body, "credential_limited") {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestLimits_definitionsNeedTheirScope(t *testing.T) {
	s := serve(t)
	named := `{"id":"a:x","definition":{"name":{"en":"X"}}}`
	s.post(t, "write", about(annJSON, named))
	const ask = "/xapi/activities?activityId=a:x"
	if got := s.do(t, call{path: ask}); strings.Contains(got.body, "definition") {
		t.Error("defined without the scope", got)
	}
	if got := s.do(t, call{path: statements}); !strings.Contains(got.body, `"definition":{"name":{"en":"X"}}`) {
		t.Error("the statement lost it", got)
	}
	s.post(t, "define", about(annJSON, named))
	if got := s.do(t, call{path: ask}); !strings.Contains(got.body, `"definition":{"name":{"en":"X"}}`) {
		t.Error(got)
	}
}

func TestLimits_rate(t *testing.T) {
	var mu sync.Mutex
	now := start
	s := limited(t, lrs.Limits{PerMinute: 3}, func(c *lrs.Config) {
		c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	})
	ask := func() int { return s.do(t, call{path: statements, key: "limited"}).status }
	for range 3 {
		if got := ask(); got != 200 {
			t.Fatal(got)
		}
	}
	got := s.refused(t, call{path: statements, key: "limited"}, 429, "rate_limited")
	if got.header.Get("Retry-After") != "20" || !strings.Contains(got.body, "3 requests a minute") {
		t.Error(got)
	}
	if got := s.do(t, call{path: statements}); got.status != 200 {
		t.Error("another credential waits as well", got)
	}
	for _, step := range []struct {
		move time.Duration
		want int
	}{{19 * time.Second, 429}, {time.Second, 200}, {0, 429}, {-time.Hour, 429}, {2 * time.Hour, 200}} {
		mu.Lock()
		now = now.Add(step.move)
		mu.Unlock()
		if got := ask(); got != step.want {
			t.Errorf("after %s: %d, want %d", step.move, got, step.want)
		}
	}
}
