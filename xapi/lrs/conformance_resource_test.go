package lrs_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"cairn/xapi"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

// person is the answer of the agents resource.
type person struct {
	ObjectType  string         `json:"objectType"`
	Name        []string       `json:"name"`
	Mbox        []string       `json:"mbox"`
	MboxSHA1Sum []string       `json:"mbox_sha1sum"`
	OpenID      []string       `json:"openid"`
	Account     []xapi.Account `json:"account"`
}

func TestAgents_XAPI_00236_to_00249(t *testing.T) {
	s := serve(t)
	s.post(t, "", `[{"actor":{"name":"Ann","mbox":"mailto:ann@example.org"},"verb":{"id":"a:v"},"object":{"id":"a:x"}},
		{"actor":{"mbox":"mailto:bob@example.org"},"verb":{"id":"a:v"},"object":{"objectType":"Agent","name":"Ann B.","mbox":"mailto:ann@example.org"}},
		{"actor":{"objectType":"Group","name":"Team","member":[{"name":"Annie","mbox":"mailto:ann@EXAMPLE.org"}]},"verb":{"id":"a:v"},"object":{"id":"a:x"}}]`)
	s.post(t, "mine", `{"actor":{"name":"Mine","mbox":"mailto:ann@example.org"},"verb":{"id":"a:v"},"object":{"id":"a:x"}}`)
	ask := func(key, agent string) (p person) {
		t.Helper()
		got := s.do(t, call{path: "/xapi/agents?agent=" + url.QueryEscape(agent), key: key})
		if err := json.Unmarshal([]byte(got.body), &p); err != nil || got.status != 200 {
			t.Fatal(got, err)
		}
		return p
	}
	sha := strings.Repeat("ab", 20)
	for name, c := range map[string]struct {
		key, agent string
		want       person
	}{
		"mbox with its names":  {"", annJSON, person{ObjectType: "Person", Name: []string{"Mine", "Annie", "Ann B.", "Ann"}, Mbox: []string{"mailto:ann@example.org"}}},
		"names one may read":   {"mine", annJSON, person{ObjectType: "Person", Name: []string{"Mine"}, Mbox: []string{"mailto:ann@example.org"}}},
		"nobody knows it":      {"", `{"mbox":"mailto:new@example.org","name":"New"}`, person{ObjectType: "Person", Name: []string{"New"}, Mbox: []string{"mailto:new@example.org"}}},
		"XAPI-00240 mbox sha1": {"", `{"mbox_sha1sum":"` + sha + `"}`, person{ObjectType: "Person", MboxSHA1Sum: []string{sha}}},
		"XAPI-00241 openid":    {"", `{"openid":"http://ann.example"}`, person{ObjectType: "Person", OpenID: []string{"http://ann.example"}}},
		"XAPI-00242 account":   {"", `{"account":{"homePage":"http://lms.example","name":"4"}}`, person{ObjectType: "Person", Account: []xapi.Account{{HomePage: "http://lms.example", Name: "4"}}}},
	} {
		if diff := cmp.Diff(c.want, ask(c.key, c.agent)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, query := range []string{"", "?agent=", "?agent=ann", "?agent=%7B%7D", "?agent=" + url.QueryEscape(`{"mbox":"ann"}`)} {
		s.refused(t, call{path: "/xapi/agents" + query}, 400, "parameter_value")
	}
	s.refused(t, call{path: "/xapi/agents?Agent=" + url.QueryEscape(annJSON)}, 400, "parameter_unknown")
	s.refused(t, call{path: "/xapi/agents?agent=x", key: "write"}, 403, "scope_missing")
}

func TestActivities_XAPI_00250_to_00254(t *testing.T) {
	s := serve(t)
	s.post(t, "", `{"actor":`+annJSON+`,"verb":{"id":"a:v"},"object":{"id":"a:known","definition":{"name":{"en":"Known","de":"Bekannt"},"type":"a:type","extensions":{"a:e":null}}}}`)
	for activity, want := range map[string]string{
		"a:known": `{"objectType":"Activity","id":"a:known","definition":{"name":{"en":"Known","de":"Bekannt"},"type":"a:type","extensions":{"a:e":null}}}`,
		"a:never": `{"objectType":"Activity","id":"a:never"}`,
	} {
		if got := s.do(t, call{path: "/xapi/activities?activityId=" + activity}); got.status != 200 || got.body != want {
			t.Error(got)
		}
	}
	mine := func(want string) {
		t.Helper()
		if got := s.do(t, call{path: "/xapi/activities?activityId=a:known", key: "mine"}); got.status != 200 || got.body != want {
			t.Errorf("to a credential that reads what it stored: %v", got)
		}
	}
	mine(`{"objectType":"Activity","id":"a:known"}`)
	s.post(t, "mine", `{"actor":`+annJSON+`,"verb":{"id":"a:v"},"object":{"id":"a:known"}}`)
	mine(`{"objectType":"Activity","id":"a:known","definition":{"name":{"en":"Known","de":"Bekannt"},"type":"a:type","extensions":{"a:e":null}}}`)
	for _, query := range []string{"", "?activityId=", "?activityId=none"} {
		s.refused(t, call{path: "/xapi/activities" + query}, 400, "parameter_value")
	}
	s.refused(t, call{path: "/xapi/activities?activityid=a:x"}, 400, "parameter_unknown")
	s.refused(t, call{path: "/xapi/activities?activityId=a:x", key: "none"}, 403, "scope_missing")
}

// TestHead_XAPI_00125_00126 asks every resource with HEAD and with GET.
func TestHead_XAPI_00125_00126(t *testing.T) {
	s := serve(t)
	s.post(t, "", statement(1, ""))
	paths := []string{"/xapi/about", "/xapi/agents?agent=" + url.QueryEscape(annJSON), "/xapi/activities?activityId=a:x", "/xapi/agents", "/xapi/nothing",
		statements, statements + "?attachments=true", statements + "?format=canonical&statementId=" + id(1)}
	for _, d := range documentResources {
		s.put(t, d.at("one"), "text", "text/plain")
		paths = append(paths, d.at("one"), d.at(""), d.at("none"))
	}
	for _, path := range paths {
		for _, version := range []string{"1.0.3", "2.0.0"} {
			get, head := s.do(t, call{path: path, version: version}), s.do(t, call{path: path, version: version, method: http.MethodHead})
			if head.status != get.status || head.body != "" {
				t.Errorf("%s: %d, and %d %q", path, get.status, head.status, head.body)
			}
			for _, name := range []string{"ETag", "Last-Modified", xapi.VersionHeader, "X-Experience-API-Consistent-Through"} {
				if head.header.Get(name) != get.header.Get(name) {
					t.Errorf("%s: %s is %q, and %q", path, name, get.header.Get(name), head.header.Get(name))
				}
			}
		}
	}
}

// TestEveryResource_XAPI_00321_00323_00324_00325_00327_00330_to_00335 asks each resource in ways none accepts.
func TestEveryResource_XAPI_00321_00323_00324_00325_00327_00330_to_00335(t *testing.T) {
	s := serve(t)
	paths := []string{statements + "?limit=1", "/xapi/agents?agent=" + url.QueryEscape(annJSON), "/xapi/activities?activityId=a:x"}
	for _, d := range documentResources {
		paths = append(paths, d.at(""))
	}
	for _, path := range paths {
		for _, c := range []struct {
			call   call
			status int
			error  string
		}{
			{call{path: path, version: "-"}, 400, "version_header_missing"},
			{call{path: path, version: "0.95"}, 400, "version_header"},
			{call{path: path, version: "1.1.0"}, 400, "version_header"},
			{call{path: path, version: "2.1.0"}, 400, "version_header"},
			{call{path: path, key: "-"}, 401, "credential_missing"},
			{call{path: path, key: "nobody"}, 401, "credential_unknown"},
			{call{path: path, key: "none"}, 403, "scope_missing"},
			{call{path: path + "&other=1"}, 400, "parameter_unknown"},
			{call{path: strings.ToUpper(path[:6]) + path[6:]}, 404, "resource_unknown"},
			{call{path: path, method: "PATCH"}, 405, "method_not_allowed"},
		} {
			s.refused(t, c.call, c.status, c.error)
		}
		for asked, told := range map[string]string{"1.0": "1.0.3", "1.0.0": "1.0.3", "1.0.9": "1.0.3", "2.0": "2.0.0", "2.0.7": "2.0.0"} {
			if got := s.do(t, call{path: path, version: asked}); got.status != 200 || got.header.Get(xapi.VersionHeader) != told {
				t.Errorf("%s %s: %v", path, asked, got)
			}
		}
	}
}

func TestAbout_XAPI_00315_to_00320(t *testing.T) {
	got := serve(t).do(t, call{path: "/xapi/about", version: "-", key: "-"})
	var about struct {
		Version []string `json:"version"`
	}
	if err := json.Unmarshal([]byte(got.body), &about); err != nil || got.status != 200 || !slices.Contains(about.Version, "1.0.3") || !slices.Contains(about.Version, "2.0.0") {
		t.Error(got, err)
	}
}
