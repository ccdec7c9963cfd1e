package lrs_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
)

// alternate is a request in the alternate request syntax, without headers of its own; fields are pairs.
func alternate(path, method string, fields ...string) call {
	form := url.Values{
		"Authorization":            {"Basic " + base64.StdEncoding.EncodeToString([]byte("all:all-secret"))},
		"X-Experience-API-Version": {"1.0.3"},
	}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
		if fields[i+1] == "-" {
			form.Del(fields[i])
		}
	}
	return call{method: "POST", path: path + "?method=" + method, body: form.Encode(), key: "-", version: "-", contentType: "application/x-www-form-urlencoded"}
}

func TestAlternate_XAPI_00148_00336_everyMethod(t *testing.T) {
	s, d := serve(t), documentResources[0]
	state := []string{"activityId", "a:act", "agent", annJSON, "stateId", "one"}
	with := func(more ...string) []string { return append(append([]string{}, state...), more...) }
	for _, step := range []struct {
		call   call
		status int
		body   string
	}{
		{alternate(statements, "PUT", "statementId", id(1), "content", statement(1, "")), 204, ""},
		{alternate(statements, "POST", "content", "["+statement(2, "")+"]"), 200, `["` + id(2) + `"]`},
		{alternate(statements, "GET", "limit", "1", "format", "ids"), 200, ""},
		{alternate(statements, "HEAD", "limit", "1"), 200, ""},
		{alternate(d.path, "PUT", with("content", "text+%&é", "Content-Type", "text/plain", "If-None-Match", "*")...), 204, ""},
		{alternate(d.path, "PUT", with("content", "x", "content-type", "text/plain", "if-none-match", "*")...), 412, ""},
		{alternate(d.path, "GET", state...), 200, "text+%&é"},
		{alternate(d.path, "DELETE", with("If-Match", `"1234"`)...), 412, ""},
		{alternate(d.path, "DELETE", state...), 204, ""},
		{alternate(d.path, "GET", state...), 404, ""},
	} {
		got := s.do(t, step.call)
		if got.status != step.status || step.body != "" && got.body != step.body {
			t.Errorf("%s %s: %v", step.call.path, step.call.body, got)
		}
	}
	if len(s.rows) != 2 {
		t.Error("statements", len(s.rows))
	}
}

func TestAlternate_XAPI_00336_refused(t *testing.T) {
	put := func(fields ...string) call {
		return alternate(statements, "PUT", append([]string{"statementId", id(1), "content", statement(1, "")}, fields...)...)
	}
	change := func(c call, f func(*call)) call { f(&c); return c }
	for name, c := range map[string]struct {
		call   call
		status int
		error  string
	}{
		"more than method in the address": {change(put(), func(c *call) { c.path += "&statementId=" + id(1) }), 400, "alternate_query"},
		"method twice":                    {change(put(), func(c *call) { c.path += "&method=PUT" }), 400, "alternate_query"},
		"another method":                  {alternate(statements, "PATCH"), 400, "alternate_method"},
		"no content":                      {put("content", "-"), 400, "alternate_content"},
		"not a form":                      {change(put(), func(c *call) { c.contentType = "application/json" }), 400, "alternate_content_type"},
		"not issued as a POST":            {change(put(), func(c *call) { c.method, c.key, c.version = "PUT", "", "" }), 400, "parameter_unknown"},
		"version field refused":           {put("X-Experience-API-Version", "0.8"), 400, "version_header"},
		"no version":                      {put("X-Experience-API-Version", "-"), 400, "version_header_missing"},
		"no credential":                   {put("Authorization", "-"), 401, "credential_missing"},
		"unknown field":                   {put("other", "x"), 400, "parameter_unknown"},
		"not in 2.0":                      {change(put(), func(c *call) { c.version = "2.0.0" }), 400, "parameter_unknown"},
		"not in 2.0 by field":             {put("X-Experience-API-Version", "2.0.0"), 400, "alternate_version"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			if c.error == "parameter_unknown" && strings.HasPrefix(name, "not in") {
				c.call.key = ""
			}
			s.refused(t, c.call, c.status, c.error)
			if len(s.rows) != 0 {
				t.Error("it was stored")
			}
		})
	}
}
