package lrs_test

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"cairn/xapi/lrs"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

// documentResource is one of the three document resources, as the requirements speak of it.
type documentResource struct {
	name, path, id string
	owner          map[string]string
	state          bool
}

const annJSON = `{"mbox":"mailto:ann@example.org"}`

var documentResources = []documentResource{
	{"state", "/xapi/activities/state", "stateId", map[string]string{"activityId": "a:act", "agent": annJSON}, true},
	{"agent profile", "/xapi/agents/profile", "profileId", map[string]string{"agent": annJSON}, false},
	{"activity profile", "/xapi/activities/profile", "profileId", map[string]string{"activityId": "a:act"}, false},
}

// eachDocument runs f for every document resource in every version, on a server of its own.
func eachDocument(t *testing.T, f func(t *testing.T, s *server, d documentResource, version string)) {
	for _, d := range documentResources {
		for _, version := range []string{"1.0.3", "2.0.0"} {
			t.Run(d.name+" "+version, func(t *testing.T) { f(t, serve(t), d, version) })
		}
	}
}

// at is the address of a document; changes are pairs of parameter and value, "-" takes one away.
func (d documentResource) at(id string, changes ...string) string {
	q := url.Values{}
	for name, value := range d.owner {
		q.Set(name, value)
	}
	if id != "" {
		q.Set(d.id, id)
	}
	for pair := range slices.Chunk(changes, 2) {
		q.Set(pair[0], pair[1])
		if pair[1] == "-" {
			q.Del(pair[0])
		}
	}
	return d.path + "?" + q.Encode()
}

// put writes a document, also over another one.
func (s *server) put(t *testing.T, path, content, contentType string) {
	t.Helper()
	got := s.do(t, call{method: "PUT", path: path, body: content, contentType: contentType, header: map[string]string{"If-None-Match": `"none"`}})
	if got.status != 204 {
		t.Fatal(got)
	}
}

func TestDocument_XAPI_00188_00192_00230_00259_00269_00274_00282_00288_00290_00311_readAsItWasSent(t *testing.T) {
	eachDocument(t, func(t *testing.T, s *server, d documentResource, version string) {
		for _, c := range [][2]string{{"any \x00\xff octets", "application/octet-stream"}, {`{"a": 1.0}`, "application/json"}, {"text", "text/plain; charset=utf-8"}} {
			s.put(t, d.at("one"), c[0], c[1])
			got := s.do(t, call{path: d.at("one"), version: version})
			if got.status != 200 || got.body != c[0] || got.header.Get("Content-Type") != c[1] || got.header.Get("Last-Modified") == "" {
				t.Errorf("%q: %v", c[0], got)
			}
			if got.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(got.header.Get("Content-Security-Policy"), "sandbox") {
				t.Error("a browser may run it", got.header)
			}
			if s.do(t, call{path: d.at("one"), version: version, header: map[string]string{"If-None-Match": got.header.Get("ETag")}}).status != 304 {
				t.Error("not 304 for what the reader has")
			}
		}
		s.refused(t, call{path: d.at("other"), version: version}, 404, "document_not_found")
	})
}

func TestDocument_XAPI_00189_00190_00227_00231_00233_00272_00273_00280_00283_00286_00287_00292_00293_00310_00312_postStores(t *testing.T) {
	eachDocument(t, func(t *testing.T, s *server, d documentResource, version string) {
		for _, c := range [][2]string{{"text", "text/plain"}, {`{"a":1}`, "application/json"}} {
			if got := s.do(t, call{method: "POST", path: d.at(c[1]), body: c[0], contentType: c[1], version: version}); got.status != 204 || got.body != "" {
				t.Error(got)
			}
			if got := s.do(t, call{path: d.at(c[1]), version: version}); got.body != c[0] {
				t.Error(got)
			}
		}
	})
}

func TestDocument_XAPI_00183_00184_00234_00279_00308_postMerges(t *testing.T) {
	eachDocument(t, func(t *testing.T, s *server, d documentResource, version string) {
		s.put(t, d.at("one"), `{"a":{"x":1,"y":2},"b":1.50,"c":[1]}`, "application/json")
		got := s.do(t, call{method: "POST", path: d.at("one"), body: `{"\u0061":{"z":3},"d":null}`, contentType: "application/json; charset=utf-8", version: version})
		if got.status != 204 {
			t.Fatal(got)
		}
		if got := s.do(t, call{path: d.at("one")}); got.body != `{"a":{"z":3},"b":1.50,"c":[1],"d":null}` {
			t.Error("not one level deep, or numbers are changed:", got.body)
		}
	})
}

func TestDocument_XAPI_00229_00232_00235_00278_00281_00284_00309_00313_00314_notMergeable(t *testing.T) {
	eachDocument(t, func(t *testing.T, s *server, d documentResource, version string) {
		s.put(t, d.at("text"), "text", "text/plain")
		s.put(t, d.at("json"), `{"a":1}`, "application/json")
		s.put(t, d.at("array"), `[1]`, "application/json")
		for _, c := range []struct{ id, body, contentType, name string }{
			{"text", `{"a":1}`, "application/json", "document_not_mergeable"},
			{"json", `text`, "text/plain", "document_not_mergeable"},
			{"json", `{"a":1}`, "text/plain", "document_not_mergeable"},
			{"json", `[1]`, "application/json", "document_not_mergeable"},
			{"array", `{"a":1}`, "application/json", "document_not_mergeable"},
			{"json", `{"a":`, "application/json", "document_not_json"},
			{"json", `{"a":1,"a":2}`, "application/json", "document_not_json"},
			{"new", `{"a":`, "application/json", "document_not_json"},
			{"new", `[1]`, "application/json", "document_not_mergeable"},
		} {
			s.refused(t, call{method: "POST", path: d.at(c.id), body: c.body, contentType: c.contentType, version: version}, 400, c.name)
		}
		for id, want := range map[string]string{"text": "text", "json": `{"a":1}`, "array": `[1]`} {
			if got := s.do(t, call{path: d.at(id)}); got.body != want {
				t.Errorf("XAPI-00182: %s is now %s", id, got.body)
			}
		}
	})
}

func TestDocument_XAPI_00187_00191_00223_00271_00285_00291_deleted(t *testing.T) {
	eachDocument(t, func(t *testing.T, s *server, d documentResource, version string) {
		s.put(t, d.at("one"), "1", "text/plain")
		s.put(t, d.at("two"), "2", "text/plain")
		for range 2 {
			if got := s.do(t, call{method: "DELETE", path: d.at("one"), version: version}); got.status != 204 {
				t.Error(got)
			}
		}
		s.refused(t, call{path: d.at("one"), version: version}, 404, "document_not_found")
		if got := s.do(t, call{path: d.at("two")}); got.status != 200 {
			t.Error("the other one is gone", got)
		}
	})
}

func TestDocument_XAPI_00193_00195_00221_00222_00268_00270_00275_00289_00294_00303_lists(t *testing.T) {
	eachDocument(t, func(t *testing.T, s *server, d documentResource, version string) {
		list := func(path string) (ids []string) {
			got := s.do(t, call{path: path, version: version})
			if err := json.Unmarshal([]byte(got.body), &ids); err != nil || got.status != 200 || ids == nil {
				t.Fatal(err, got)
			}
			return ids
		}
		if got := list(d.at("")); len(got) != 0 {
			t.Error(got)
		}
		s.put(t, d.at("one"), "1", "text/plain")
		since := s.documents[slices.Collect(maps.Keys(s.documents))[0]].Updated.Format("2006-01-02T15:04:05.000Z")
		s.put(t, d.at("two"), "2", "text/plain")
		if diff := cmp.Diff([]string{"one", "two"}, list(d.at(""))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"two"}, list(d.at("", "since", since))); diff != "" {
			t.Error(diff)
		}
		s.refused(t, call{path: d.at("", "since", "yesterday"), version: version}, 400, "parameter_value")
	})
}

// TestDocument_XAPI_00196_to_00215_00224_to_00228_00255_to_00267_00276_00277_00295_to_00302_00304_to_00307_parameters goes through every way to name no document.
func TestDocument_XAPI_00196_to_00215_00224_to_00228_00255_to_00267_00276_00277_00295_to_00302_00304_to_00307_parameters(t *testing.T) {
	eachDocument(t, func(t *testing.T, s *server, d documentResource, version string) {
		for _, method := range []string{"GET", "PUT", "POST", "DELETE"} {
			try := func(path, name string) {
				t.Helper()
				c := call{method: method, path: path, version: version, contentType: "text/plain"}
				if method == "PUT" || method == "POST" {
					c.body = "x"
				}
				s.refused(t, c, 400, name)
			}
			for name := range d.owner {
				try(d.at("one", name, "-"), "parameter_missing")
			}
			if method == "PUT" || method == "POST" || method == "DELETE" && !d.state {
				try(d.at(""), "parameter_missing")
			}
			try(d.at("one", "other", "x"), "parameter_unknown")
			try(d.at("one", "StateId", "x"), "parameter_unknown")
			if _, ok := d.owner["agent"]; ok {
				for _, agent := range []string{"ann", `{}`, `{"mbox":"ann"}`, `{"mbox":"mailto:a@b","name":null}`, `[]`} {
					try(d.at("one", "agent", agent), "parameter_value")
				}
			}
			if _, ok := d.owner["activityId"]; ok {
				try(d.at("one", "activityId", "no iri"), "parameter_value")
			}
			if d.state {
				try(d.at("one", "registration", "12"), "parameter_value")
			} else {
				try(d.at("one", "registration", id(1)), "parameter_unknown")
			}
		}
		if len(s.documents) != 0 {
			t.Error("something was stored")
		}
	})
}

func TestState_XAPI_00194_00216_to_00220_registrations(t *testing.T) {
	s, d := serve(t), documentResources[0]
	s.put(t, d.at("one"), "none", "text/plain")
	s.put(t, d.at("one", "registration", id(1)), "first", "text/plain")
	s.put(t, d.at("one", "registration", id(2)), "second", "text/plain")
	for path, want := range map[string]string{
		d.at("one"): "none", d.at("one", "registration", id(1)): "first", d.at("", "registration", id(3)): "[]",
		d.at(""): `["one"]`, d.at("", "registration", id(2)): `["one"]`,
	} {
		if got := s.do(t, call{path: path}); got.status != 200 || got.body != want {
			t.Errorf("%s: %v", path, got)
		}
	}
	for _, step := range []struct {
		path string
		left int
	}{{d.at("", "registration", id(1)), 2}, {d.at(""), 0}} {
		if got := s.do(t, call{method: "DELETE", path: step.path}); got.status != 204 || len(s.documents) != step.left {
			t.Error(got, s.documents)
		}
	}
}

// TestConcurrency_XAPI_00322 holds the conditions of changes, and where the versions differ in them.
func TestConcurrency_XAPI_00322(t *testing.T) {
	eachDocument(t, func(t *testing.T, s *server, d documentResource, version string) {
		send := func(method, body, header, value string) int {
			t.Helper()
			c := call{method: method, path: d.at("one"), body: body, version: version}
			if header != "" {
				c.header = map[string]string{header: value}
			}
			return s.do(t, c).status
		}
		tag := func() string { return s.do(t, call{path: d.at("one"), version: version}).header.Get("ETag") }
		free := d.state && version == "1.0.3"
		want := map[bool]int{true: 204, false: 400}
		if got := send("PUT", `{"a":1}`, "", ""); got != want[free || version == "2.0.0"] {
			t.Error("a new document without a header:", got)
		}
		send("POST", `{"a":1}`, "", "")
		first := tag()
		if len(first) != 42 || first[0] != '"' || first[41] != '"' {
			t.Errorf("the ETag is %s, not 40 digits in quotes", first)
		}
		want = map[bool]int{true: 204, false: 409}
		if got := send("PUT", `{"a":2}`, "", ""); got != want[free] {
			t.Error("over another one without a header:", got)
		}
		now := tag()
		if (now != first) != free {
			t.Error("a refused request changed the document, or another did not")
		}
		for _, method := range []string{"PUT", "POST", "DELETE"} {
			for _, condition := range [][2]string{{"If-Match", `"1234"`}, {"If-None-Match", "*"}, {"If-None-Match", now}, {"If-None-Match", `"x", W/` + now}} {
				if got := send(method, `{"a":3}`, condition[0], condition[1]); got != 412 || tag() != now {
					t.Errorf("%s %q: %d", method, condition, got)
				}
			}
		}
		for i, condition := range [][2]string{{"If-Match", now}, {"If-Match", "*"}, {"If-None-Match", `"1234"`}} {
			if got := send("PUT", fmt.Sprintf(`{"a":%d}`, i+3), condition[0], condition[1]); got != 204 || tag() == now {
				t.Errorf("%q: %d", condition, got)
			}
		}
		if got := send("DELETE", "", "If-Match", tag()); got != 204 || tag() != "" {
			t.Error("deleting what was read:", got)
		}
		if got := send("PUT", `{}`, "If-Match", "*"); got != 412 {
			t.Error("If-Match: * where nothing is:", got)
		}
		if got := send("PUT", `{}`, "If-None-Match", "*"); got != 204 {
			t.Error("If-None-Match: * where nothing is:", got)
		}
	})
}

func TestDocument_lastModifiedAdvances(t *testing.T) {
	eachDocument(t, func(t *testing.T, s *server, d documentResource, version string) {
		before := ""
		for i := range 3 {
			s.put(t, d.at("one"), fmt.Sprint(i), "text/plain")
			now := s.do(t, call{path: d.at("one"), version: version}).header.Get("Last-Modified")
			if now == "" || now == before || !strings.HasSuffix(now, " GMT") {
				t.Errorf("%q after %q", now, before)
			}
			if list := s.do(t, call{path: d.at(""), version: version}).header.Get("Last-Modified"); list != now {
				t.Errorf("the list says %q", list)
			}
			before = now
		}
	})
}

func TestDocument_XAPI_00328_sizeIsBounded(t *testing.T) {
	for _, d := range documentResources {
		s := serve(t, func(c *lrs.Config) { c.MaxDocument = 20 })
		s.refused(t, call{method: "POST", path: d.at("one"), body: strings.Repeat("x", 21), contentType: "text/plain"}, 413, "document_too_large")
		s.put(t, d.at("one"), `{"a":"0123456"}`, "application/json")
		s.refused(t, call{method: "POST", path: d.at("one"), body: `{"b":"0123456"}`}, 413, "document_too_large")
	}
}

func TestDocument_scopes(t *testing.T) {
	for _, d := range documentResources {
		s := serve(t)
		s.put(t, d.at("one"), "1", "text/plain")
		own, other := "prof", "state"
		if d.state {
			own, other = other, own
		}
		for key, allowed := range map[string][2]bool{"all": {true, true}, own: {true, true}, other: {}, "aread": {true, false}, "write": {}, "mine": {}, "read": {}, "none": {}} {
			for i, c := range []call{{path: d.at("one")}, {method: "POST", path: d.at("new " + key), body: "x"}, {method: "DELETE", path: d.at("two")}} {
				c.key, c.contentType = key, "text/plain"
				if allowed[min(i, 1)] {
					if got := s.do(t, c); got.status >= 300 {
						t.Errorf("%s %s: %v", d.name, key, got)
					}
					continue
				}
				s.refused(t, c, 403, "scope_missing")
			}
		}
	}
}
