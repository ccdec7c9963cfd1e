package web_test

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"cairn/internal/web"
	"cairn/lti"
)

var (
	jwtField  = regexp.MustCompile(`name="JWT" value="[^".]+\.([^".]+)\.`)
	onceField = regexp.MustCompile(`name="once" value="([^"]+)"`)
)

// sentItems reads the content items of the form that leaves for the learning site.
func sentItems(t *testing.T, page string) (items []map[string]any, claims map[string]any) {
	t.Helper()
	m := jwtField.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no signed answer:\n%s", page)
	}
	raw, err := base64.RawURLEncoding.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	list, _ := claims["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"].([]any)
	for _, one := range list {
		items = append(items, one.(map[string]any))
	}
	return items, claims
}

// pick walks the steps with the answers and answers the last page.
func (w *world) pick(t *testing.T, fields url.Values) string {
	t.Helper()
	got := w.post(t, "picker", "/pick/2?what="+fields.Get("what"), "/pick/2", fields)
	to := got.Header().Get("Location")
	if got.Code != 303 || !strings.Contains(to, "pick/3?") {
		t.Fatalf("step 2 answers %d to %s\n%s", got.Code, to, got.Body)
	}
	path := "/" + strings.TrimSuffix(strings.TrimLeft(to, "./"), "#c")
	page := w.get("picker", path).Body.String()
	last := url.Values{"once": {onceField.FindStringSubmatch(page)[1]}}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`).FindAllStringSubmatch(page, -1) {
		if m[1] != "once" {
			last.Add(m[1], strings.ReplaceAll(m[2], "&amp;", "&"))
		}
	}
	for range 2 { // a double press
		got = w.call("POST", "/s/"+token("picker")+"/pick/3", "picker", last)
		if got.Code != 200 || !strings.Contains(got.Body.String(), `action="`+lms+`/deep" data-submit`) {
			t.Fatalf("step 3 answers %d\n%s", got.Code, got.Body)
		}
		if policy := got.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' https:") {
			t.Errorf("policy %q", policy)
		}
	}
	return got.Body.String()
}

func TestPickAProgressPage(t *testing.T) {
	six := newWorld(t).capability6()
	tests := map[string]struct {
		fields url.Values
		custom map[string]any
	}{
		"whole":  {url.Values{"show": {"all"}}, map[string]any{}},
		"domain": {url.Values{"show": {"domain"}, "node": {six}}, map[string]any{"cairn_node": six}},
		"role":   {url.Values{"show": {"role"}, "role": {"U"}}, map[string]any{"cairn_archetype": "U"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tt.fields["what"], tt.fields["name"], tt.fields["grade"] = []string{"progress"}, []string{"My capabilities"}, []string{"1"}
			items, claims := sentItems(t, w.pick(t, tt.fields))
			tt.custom["cairn_framework"], tt.custom["cairn_course"] = w.cat.ID, "2"
			tt.custom["context_id_history"], tt.custom["resource_link_id_history"] = "$Context.id.history", "$ResourceLink.id.history"
			most := float64(len(w.cat.TrackedFor(tt.fields.Get("node"), tt.fields.Get("role"))))
			want := []map[string]any{{
				"type": "ltiResourceLink", "title": "My capabilities", "url": base + "/lti/launch", "custom": tt.custom, "iframe": map[string]any{"height": 700.0},
				"lineItem": map[string]any{"label": "My capabilities", "scoreMaximum": most, "resourceId": "progress", "tag": "cairn-progress",
					"submissionReview": map[string]any{"reviewableStatus": []any{"InProgress", "Completed"}, "label": "See the evidence"}},
			}}
			if diff := cmp.Diff(want, items); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
			if claims["https://purl.imsglobal.org/spec/lti-dl/claim/data"] != "opaque" || claims["https://purl.imsglobal.org/spec/lti-dl/claim/msg"] != "Added from Cairn: My capabilities" {
				t.Errorf("claims %v", claims)
			}
			if len(w.placed) != 3 || len(w.changes) != 1 {
				t.Error("a progress page kept something")
			}
		})
	}
}

// TestPickSeveral sends a page for each domain at once, where the learning site takes several.
func TestPickSeveral(t *testing.T) {
	w := newWorld(t)
	fields := url.Values{"what": {"progress"}, "name": {"Progress"}, "show": {"each"}, "grade": {"1"}}
	if got := w.post(t, "picker", "/pick/2?what=progress", "/pick/2", fields); got.Code != 422 {
		t.Fatalf("a site that takes one item: %d", got.Code)
	}
	if page := w.get("picker", "/pick/2?what=progress").Body.String(); strings.Contains(page, "A page for each domain") {
		t.Error("it is offered there")
	}
	w.sessions[hash(token("picker"))].Pick.Settings.AcceptMultiple = true
	items, _ := sentItems(t, w.pick(t, fields))
	if len(items) != len(w.cat.Domains()) {
		t.Fatalf("%d items", len(items))
	}
	for i, d := range w.cat.Domains() {
		line, custom := items[i]["lineItem"].(map[string]any), items[i]["custom"].(map[string]any)
		if custom["cairn_node"] != d.ID || line["scoreMaximum"] != float64(len(w.cat.Tracked(d.ID))) || !strings.HasPrefix(items[i]["title"].(string), "Progress: "+d.Code) {
			t.Errorf("item %d is %v", i, items[i])
		}
	}
}

// TestPickAnActivity keeps it once, with one changeset of its tags, and sends its id along.
func TestPickAnActivity(t *testing.T) {
	w := newWorld(t)
	one, two := w.capability("6.1-L1"), w.capability("6-L2")
	page := w.pick(t, url.Values{"what": {"activity"}, "name": {"Intro"}, "address": {"https://media.example/intro?a=1&b=2"}, "how": {"time"},
		"minutes": {"10"}, "tag": {one, two}, "grade": {"1"}})
	items, _ := sentItems(t, page)
	if len(w.placed) != 4 || len(w.changes) != 2 {
		t.Fatalf("%d activities, %d changesets", len(w.placed), len(w.changes))
	}
	got := w.placed[3]
	cs := w.changes[1].Changeset
	if cs.Author != "account-tove" || len(cs.Edits) != 2 || cs.Edits[0].Add.Capability != one || cs.Edits[1].Add.Capability != two || cs.Edits[0].Add.Selector.Kind != "link" {
		t.Errorf("changeset %+v", cs)
	}
	want := web.PlacedActivity{
		ID: got.ID, Registration: "r1", Context: "2", IRI: base + "/activity/" + got.ID, Title: "Intro", Address: "https://media.example/intro?a=1&b=2",
		Completion: web.CompleteByTime, Least: 600e9, Records: base + "/activity/" + got.ID, Author: "account-tove", CreatedAt: now, Framed: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	custom := items[0]["custom"].(map[string]any)
	line := items[0]["lineItem"].(map[string]any)
	if custom["cairn_activity"] != got.ID || line["scoreMaximum"] != 1.0 || line["resourceId"] != got.ID {
		t.Errorf("item %v", items[0])
	}
}

// TestPickRefusesBadAnswers says each fault at its field and keeps what was typed.
func TestPickRefusesBadAnswers(t *testing.T) {
	tests := map[string]struct{ field, value, says string }{
		"no name":         {"name", " ", "Write a name"},
		"long name":       {"name", strings.Repeat("x", 201), "too long"},
		"script address":  {"address", "javascript:alert(1)", "whole address of a web page"},
		"blank address":   {"address", "", "whole address of a web page"},
		"no time":         {"minutes", "", "number of minutes"},
		"endless time":    {"minutes", "601", "number of minutes"},
		"unknown way":     {"how", "magic", "Choose when it counts"},
		"foreign tag":     {"tag", "none", "not in this framework"},
		"domain unknown":  {"node", "none", "Choose a domain"},
		"role unknown":    {"role", "none", "Choose a role"},
		"nowhere":         {"in", "space", "Choose where it opens"},
		"no day":          {"oday", "31", "Write a day, such as 1 6 2026"},
		"unknown records": {"records", "not an address", "from its beginning"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			form := url.Values{"what": {"activity"}, "name": {"Intro <b>"}, "address": {"https://media.example/intro"}, "how": {"time"}, "minutes": {"10"}}
			switch tt.field {
			case "node", "role":
				form.Set("what", "progress")
				form.Set("show", map[string]string{"node": "domain", "role": "role"}[tt.field])
			case "records":
				form.Set("how", "record")
			}
			form.Set(tt.field, tt.value)
			got := w.post(t, "picker", "/pick/1", "/pick/2", form)
			body := got.Body.String()
			if got.Code != 422 || !strings.Contains(body, tt.says) || !strings.Contains(body, "There is a problem") {
				t.Fatalf("status %d:\n%s", got.Code, body)
			}
			if tt.field != "name" && !strings.Contains(body, `value="Intro &lt;b&gt;"`) {
				t.Error("what was typed is lost")
			}
			checkMarkup(t, body)
		})
	}
}

// TestPickHonoursTheRequest leaves out what is not accepted, and says so.
func TestPickHonoursTheRequest(t *testing.T) {
	w := newWorld(t)
	page := w.get("files", "/pick/1").Body.String()
	if !strings.Contains(page, "takes nothing that Cairn can add") || strings.Contains(page, `name="what"`) {
		t.Errorf("a site that takes files only:\n%s", page)
	}
	back := w.post(t, "files", "/pick/1", "/pick/cancel", url.Values{}).Body.String()
	items, claims := sentItems(t, back)
	if len(items) != 0 || claims["https://purl.imsglobal.org/spec/lti-dl/claim/errormsg"] == nil {
		t.Errorf("goes back with %v", claims)
	}
	if got := w.get("files", "/pick/2?what=activity"); got.Code != 303 {
		t.Errorf("step 2 answers %d", got.Code)
	}
	no := false
	s := w.sessions[hash(token("picker"))]
	s.Pick.Settings.AcceptLineItem = &no
	page = w.get("picker", "/pick/2?what=progress").Body.String()
	if strings.Contains(page, `name="grade"`) || !strings.Contains(page, "takes no grade column") {
		t.Errorf("a site without grade columns:\n%s", page)
	}
	items, _ = sentItems(t, w.pick(t, url.Values{"what": {"progress"}, "name": {"X"}, "show": {"all"}, "grade": {"1"}}))
	if items[0]["lineItem"] != nil {
		t.Error("a grade column was sent all the same")
	}
}

func TestPickCancelled(t *testing.T) {
	w := newWorld(t)
	items, claims := sentItems(t, w.post(t, "picker", "/pick/1", "/pick/cancel", url.Values{}).Body.String())
	if len(items) != 0 || claims["https://purl.imsglobal.org/spec/lti-dl/claim/msg"] != "Nothing was added." {
		t.Errorf("goes back with %v", claims)
	}
}

// TestPickFailure tells the learning site what the author reads.
func TestPickFailure(t *testing.T) {
	w := newWorld(t)
	page := w.get("picker", "/pick/3?what=activity&name=X&address=https%3A%2F%2Fa.example%2F&tag="+w.capability("6-L1")).Body.String()
	form := url.Values{"form": {macOf(token("picker"))}, "once": {onceField.FindStringSubmatch(page)[1]}, "what": {"activity"}, "name": {"X"},
		"address": {"https://a.example/"}, "tag": {w.capability("6-L1")}}
	w.placeErr = errAway
	got := w.call("POST", "/s/"+token("picker")+"/pick/3", "picker", form)
	items, claims := sentItems(t, got.Body.String())
	if len(items) != 0 || !strings.Contains(claims["https://purl.imsglobal.org/spec/lti-dl/claim/errormsg"].(string), "could not be added") ||
		strings.Contains(got.Body.String(), "away") || !strings.Contains(w.log.String(), "failure") {
		t.Errorf("goes back with %v\n%s", claims, w.log.String())
	}
}

// TestDeepLinkingLaunch leads authors to the picker, and nobody else.
func TestDeepLinkingLaunch(t *testing.T) {
	deep := func(role string) *lti.Launch {
		l := learnerLaunch()
		l.MessageType, l.ResourceLink, l.Roles = lti.DeepLinkingRequest, lti.ResourceLink{}, lti.ParseRoles([]string{role})
		l.DeepLinking = &lti.DeepLinkingSettings{ReturnURL: lms + "/deep", AcceptTypes: []string{lti.ItemResourceLink}}
		return l
	}
	for role, want := range map[string]int{"Instructor": 200, lti.RoleLearner: 403} {
		w := newWorld(t)
		to := w.arrive(deep(role), "sam").Header().Get("Location")
		if !strings.HasSuffix(to, "/pick/1#c") {
			t.Fatalf("%s: leads to %s", role, to)
		}
		if got := w.call("GET", strings.TrimSuffix(strings.TrimPrefix(to, ".."), "#c"), "sam", nil); got.Code != want {
			t.Errorf("%s: %d", role, got.Code)
		}
		if e := w.entries[0]; e.Placement.LinkID != "" || e.Session.Pick == nil || e.Session.Pick.Deployment != "1" {
			t.Errorf("entry %+v", e)
		}
	}
}
