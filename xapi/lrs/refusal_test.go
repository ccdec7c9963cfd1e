package lrs_test

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"cairn/xapi/lrs"
)

// A refusal says which section it holds to, also where that is of HTTP or JSON, as xAPI has none.
func TestRefusalsOfBodiesNameTheirSection(t *testing.T) {
	s := serve(t, func(c *lrs.Config) { c.MaxBody, c.MaxDocument = 5000, 1000 })
	post := func(body, encoding string) call {
		return call{method: "POST", path: statements, body: body, header: map[string]string{"Content-Encoding": encoding}}
	}
	extension := func(value string) string {
		return statement(1, `"result":{"extensions":{"a:b":`+value+`}},`)
	}
	for name, c := range map[string]struct {
		call   call
		status int
		spec   string
	}{
		"body_too_large":           {post(strings.Repeat(" ", 5001), ""), 413, "RFC 9110 15.5.14"},
		"content_encoding_unknown": {post("[]", "br"), 415, "RFC 9110 8.4, 15.5.16"},
		"body_unreadable":          {post("no gzip", "gzip"), 400, "RFC 9110 15.5.1, RFC 9112 8"},
		"json_too_deep":            {post(extension(strings.Repeat("[", 200)+strings.Repeat("]", 200)), ""), 400, "RFC 8259 9: a limit of this store"},
		"property_repeated":        {post(extension(`{"x":1,"x":2}`), ""), 400, "Data 2.2.s3.b7, RFC 8259 4"},
		"json_not_utf8":            {post(extension("\"\xe9\""), ""), 400, "Communication 1.4, XAPI-00015"},
		"document_too_large": {call{method: "PUT", path: "/xapi/activities/profile?activityId=a:b&profileId=p", body: strings.Repeat("x", 1001),
			contentType: "text/plain", header: map[string]string{"If-None-Match": "*"}}, 413, "RFC 9110 15.5.14"},
	} {
		var said struct {
			Spec string `json:"spec"`
		}
		if err := json.Unmarshal([]byte(s.refused(t, c.call, c.status, name).body), &said); err != nil || said.Spec != c.spec {
			t.Errorf("%s names %q, %v; want %q", name, said.Spec, err, c.spec)
		}
	}
}
