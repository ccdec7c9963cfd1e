package lrs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// whole has every property a statement can have in both versions; requirements change one place of it.
const whole = `{"actor":{"objectType":"Group","name":"Team","account":{"homePage":"http://lms.example","name":"4"},"member":[{"objectType":"Agent","name":"Ann","mbox":"mailto:ann@example.org"}]},
	"verb":{"id":"a:v","display":{"en":"did"}},
	"object":{"objectType":"Activity","id":"a:x","definition":{"name":{"en":"X"},"description":{"en":"An x"},"type":"a:type","moreInfo":"http://x.example",
		"interactionType":"choice","correctResponsesPattern":["1"],"choices":[{"id":"1","description":{"en":"one"}}],"extensions":{"a:e":1}}},
	"result":{"score":{"scaled":0.5,"raw":5,"min":0,"max":10},"success":true,"completion":true,"response":"1","duration":"PT1M","extensions":{"a:e":1}},
	"context":{"registration":"0a0b0c0d-0000-4000-8000-000000000099","instructor":{"openid":"http://ida.example"},"team":{"objectType":"Group","mbox":"mailto:t@example.org"},
		"contextActivities":{"parent":[{"id":"a:p"}],"grouping":[{"id":"a:g"}]},"revision":"1","platform":"p","language":"en","extensions":{"a:e":1},
		"statement":{"objectType":"StatementRef","id":"0a0b0c0d-0000-4000-8000-000000000098"}},
	"timestamp":"2026-01-02T03:04:05.678Z",
	"attachments":[{"usageType":"a:u","display":{"en":"d"},"description":{"en":"d"},"contentType":"text/plain","length":3,"sha2":"ab","fileUrl":"http://f.example"}]}`

// changed is the statement with a JSON value in a place; "-" takes it away.
func changed(t *testing.T, statement, place, value string) string {
	t.Helper()
	var root any
	if err := json.Unmarshal([]byte(statement), &root); err != nil {
		t.Fatal(err)
	}
	steps := strings.Split(place, "/")
	at := root
	for _, step := range steps[:len(steps)-1] {
		switch v := at.(type) {
		case map[string]any:
			at = v[step]
		case []any:
			at = v[0]
		}
	}
	last, object := steps[len(steps)-1], at.(map[string]any)
	delete(object, last)
	if value != "-" {
		var v any
		if err := json.Unmarshal([]byte(value), &v); err != nil {
			t.Fatal(err)
		}
		object[last] = v
	}
	out, err := json.Marshal(root, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// asSub makes the statement the object of another.
func asSub(statement string) string {
	return about(annJSON, strings.Replace(statement, "{", `{"objectType":"SubStatement",`, 1))
}

// kinds are values that are not of a kind of value, by the kind.
var kinds = map[string][]string{
	"string":       {`1`, `true`, `{}`, `["x"]`, `null`},
	"boolean":      {`1`, `"true"`, `{}`, `null`},
	"number":       {`"1"`, `true`, `{}`, `null`},
	"object":       {`1`, `"x"`, `true`, `["x"]`, `null`},
	"array":        {`1`, `"x"`, `true`, `null`},
	"IRI":          {`1`, `{}`, `null`, `"none"`, `"//none.example"`, `"has space:x y"`},
	"UUID":         {`1`, `{}`, `null`, `"0a0b0c0d"`, `"0a0b0c0d-0000-4000-8000-00000000000g"`, `"{0a0b0c0d-0000-4000-8000-000000000001}"`},
	"language map": {`1`, `"x"`, `["en"]`, `null`, `{"e":"x"}`, `{"en":1}`, `{"en_US":"x"}`, `{"en":null}`},
	"extensions":   {`1`, `"x"`, `[1]`, `null`, `{"none":1}`, `{"":1}`},
	"timestamp":    {`1`, `{}`, `null`, `"today"`, `"2026-02-30T00:00:00Z"`, `"2026-01-01T00:00:00-00:00"`, `"2026-01-01T00:00:00-0000"`, `"2026-01-01T00:00:00-00"`},
	"duration":     {`1`, `{}`, `null`, `"1 hour"`, `"P"`, `"PT"`, `"P1H"`},
	"agent":        {`1`, `"x"`, `[{}]`, `null`, `{}`, `{"name":"x"}`, `{"mbox":"x"}`, `{"mbox":"mailto:a@b.c","openid":"a:b"}`, `{"objectType":"agent","mbox":"mailto:a@b.c"}`},
	"reference":    {`1`, `"x"`, `null`, `{}`, `{"objectType":"StatementRef"}`, `{"id":"0a0b0c0d-0000-4000-8000-000000000001"}`, `{"objectType":"statementRef","id":"0a0b0c0d-0000-4000-8000-000000000001"}`, `{"objectType":"StatementRef","id":"1"}`},
	"activities":   {`1`, `"x"`, `null`, `{}`, `[{}]`, `[{"id":"none"}]`, `{"objectType":"Agent","mbox":"mailto:a@b.c"}`},
	"media type":   {`1`, `null`, `"text"`, `"te xt/plain"`},
	"language":     {`1`, `{}`, `null`, `"e"`, `"en_US"`},
	"count":        {`"3"`, `1.5`, `-1`, `null`},
	"group":        {`1`, `null`, `{"mbox":"mailto:a@b.c"}`, `{"objectType":"Group"}`, `{"objectType":"Group","member":[]}`, `{"objectType":"Group","member":[{}]}`},
}

// typed are the places of a statement, what they must hold, and the requirement.
var typed = []struct{ id, place, kind string }{
	{"XAPI-00022", "timestamp", "timestamp"}, {"XAPI-00025", "attachments", "array"}, {"XAPI-00006", "actor", "agent"},
	{"XAPI-00032", "actor/objectType", "string"}, {"XAPI-00033", "actor/name", "string"}, {"XAPI-00036", "actor/member", "array"},
	{"XAPI-00041", "actor/account", "object"}, {"XAPI-00042", "actor/account/homePage", "IRI"}, {"XAPI-00043", "actor/account/name", "string"},
	{"XAPI-00038", "actor/member/0/mbox", "IRI"}, {"XAPI-00044", "verb/id", "IRI"}, {"XAPI-00044", "verb", "object"}, {"XAPI-00045", "verb/display", "language map"},
	{"XAPI-00046", "object", "object"}, {"XAPI-00047", "object/id", "IRI"}, {"XAPI-00048", "object/definition", "object"},
	{"XAPI-00056", "object/definition/name", "language map"}, {"XAPI-00059", "object/definition/description", "language map"},
	{"XAPI-00060", "object/definition/type", "IRI"}, {"XAPI-00061", "object/definition/moreInfo", "IRI"}, {"XAPI-00057", "object/definition/extensions", "extensions"},
	{"XAPI-00049", "object/definition/interactionType", "string"}, {"XAPI-00050", "object/definition/correctResponsesPattern", "array"},
	{"XAPI-00051", "object/definition/choices", "array"}, {"XAPI-00052", "object/definition/scale", "array"}, {"XAPI-00053", "object/definition/source", "array"},
	{"XAPI-00054", "object/definition/target", "array"}, {"XAPI-00055", "object/definition/steps", "array"}, {"XAPI-00058", "object/definition/choices/0/id", "string"},
	{"XAPI-00062", "object/definition/choices/0/description", "language map"},
	{"XAPI-00079", "result/score", "object"}, {"XAPI-00083", "result/score/scaled", "number"}, {"XAPI-00082", "result/score/raw", "number"},
	{"XAPI-00080", "result/score/min", "number"}, {"XAPI-00081", "result/score/max", "number"}, {"XAPI-00074", "result/success", "boolean"},
	{"XAPI-00075", "result/completion", "boolean"}, {"XAPI-00076", "result/response", "string"}, {"XAPI-00077", "result/duration", "duration"},
	{"XAPI-00078", "result/extensions", "extensions"}, {"XAPI-00006", "result", "object"}, {"XAPI-00006", "context", "object"},
	{"XAPI-00087", "context/registration", "UUID"}, {"XAPI-00006", "context/instructor", "agent"}, {"XAPI-00088", "context/team", "group"},
	{"XAPI-00086", "context/contextActivities", "object"}, {"XAPI-00094", "context/contextActivities/parent", "activities"},
	{"XAPI-00095", "context/contextActivities/grouping", "activities"}, {"XAPI-00089", "context/revision", "string"}, {"XAPI-00090", "context/platform", "string"},
	{"XAPI-00091", "context/language", "language"}, {"XAPI-00092", "context/statement", "reference"}, {"XAPI-00120", "context/extensions", "extensions"},
	{"XAPI-00107", "attachments/0/usageType", "IRI"}, {"XAPI-00106", "attachments/0/display", "language map"}, {"XAPI-00106", "attachments/0/description", "language map"},
	{"XAPI-00105", "attachments/0/contentType", "media type"}, {"XAPI-00102", "attachments/0/length", "count"}, {"XAPI-00103", "attachments/0/sha2", "string"},
	{"XAPI-00104", "attachments/0/fileUrl", "IRI"},
}

// TestData_XAPI_00006_to_00107_typed puts what does not belong there into every place, of a statement and of a SubStatement
// (XAPI-00066), in both versions.
func TestData_XAPI_00006_to_00107_typed(t *testing.T) {
	s := serve(t)
	for _, version := range []string{"1.0.3", "2.0.0"} {
		for _, c := range typed {
			for _, value := range kinds[c.kind] {
				bad := changed(t, whole, c.place, value)
				for _, body := range []string{bad, asSub(bad)} {
					if got := s.do(t, call{method: "POST", path: statements, body: body, version: version}); got.status != 400 || !strings.Contains(got.body, `"error"`) {
						t.Errorf("%s in %s: %s = %s: %d %s", c.id, version, c.place, value, got.status, got.body)
					}
				}
			}
		}
	}
	if len(s.rows) != 0 {
		t.Error("something was stored")
	}
}

// TestData_XAPI_00001_00119_nullAndEmptyInExtensions: null and what is empty belong into extensions only.
func TestData_XAPI_00001_00119_nullAndEmptyInExtensions(t *testing.T) {
	for _, value := range []string{`null`, `""`, `{}`, `[]`, `[null]`, `{"":null}`, `0`} {
		for _, place := range []string{"object/definition/extensions", "result/extensions", "context/extensions"} {
			s := serve(t)
			good := changed(t, whole, place, `{"a:e":`+value+`}`)
			for _, body := range []string{good, asSub(good)} {
				s.post(t, "", body)
			}
			if got := s.do(t, call{path: statements}); strings.Count(got.body, `{"a:e":`+value+`}`) != 2 {
				t.Errorf("%s in %s is not given back as it was sent", value, place)
			}
		}
	}
}

// TestData_XAPI_00009_00013_00019_00027_00028_00040_00064_values are values of the right type that are no valid value.
func TestData_XAPI_00009_00013_00019_00027_00028_00040_00064_values(t *testing.T) {
	for name, c := range map[string]struct{ place, value, error string }{
		"XAPI-00009 objectType in another case":    {"actor/objectType", `"group"`, "agent_object_type"},
		"XAPI-00009 interaction in another case":   {"object/definition/interactionType", `"Choice"`, "interaction_type_unknown"},
		"XAPI-00013 language of a map":             {"verb/display", `{"toolonglanguage":"x"}`, "language_tag"},
		"XAPI-00013 language of the context":       {"context/language", `"en--US"`, "language_tag"},
		"XAPI-00019 voiding needs a reference":     {"verb/id", `"http://adlnet.gov/expapi/verbs/voided"`, "voiding_object_not_reference"},
		"XAPI-00021 id":                            {"id", `"1"`, "uuid_malformed"},
		"XAPI-00027 id of 36 other characters":     {"id", `"0a0b0c0d-0000-4000-8000-00000000000z"`, "uuid_malformed"},
		"XAPI-00028 id in braces":                  {"id", `"{0a0b0c0d-0000-4000-8000-000000000001}"`, "uuid_malformed"},
		"XAPI-00040 openid":                        {"context/instructor", `{"openid":"ida.example"}`, "iri_malformed"},
		"XAPI-00063 component ids differ":          {"object/definition/choices", `[{"id":"1"},{"id":"1"}]`, "component_id_repeated"},
		"XAPI-00064 pattern without a type":        {"object/definition/interactionType", "-", "interaction_type_missing"},
		"XAPI-00065 agent without objectType":      {"object", annJSON, "property_unknown"},
		"XAPI-00024 authority":                     {"authority", `{"objectType":"Group","mbox":"mailto:g@example.org"}`, "authority_group"},
		"XAPI-00100 authority group of three":      {"authority", `{"objectType":"Group","member":[` + annJSON + `,` + member + `,{"openid":"a:b"}]}`, "authority_group"},
		"XAPI-00099 authority that is nobody":      {"authority", `{}`, "agent_not_identified"},
		"XAPI-00101 version":                       {"version", `"0.9.9"`, "statement_version"},
		"XAPI-00023 stored that is no time":        {"stored", `"now"`, "timestamp_malformed"},
		"XAPI-00085 platform beside an agent":      {"object", `{"objectType":"Agent","mbox":"mailto:b@example.org"}`, "platform_without_activity"},
		"XAPI-00071 SubStatement in another":       {"object", strings.Replace(whole, "{", `{"objectType":"SubStatement",`, 1), "substatement_nested"},
		"XAPI-00010 unknown property":              {"extra", `1`, "property_unknown"},
		"XAPI-00008 property in another case":      {"Result", `{}`, "property_wrong_case"},
		"XAPI-00080 min above max":                 {"result/score", `{"min":2,"max":1}`, "score_min_not_below_max"},
		"XAPI-00083 scaled above 1":                {"result/score", `{"scaled":1.01}`, "score_scaled_out_of_range"},
		"XAPI-00082 raw below min":                 {"result/score", `{"raw":0,"min":1}`, "score_raw_out_of_range"},
		"XAPI-00093 another kind of activity":      {"context/contextActivities", `{"sibling":[{"id":"a:x"}]}`, "context_activities_key"},
		"XAPI-00072 reference without an id":       {"object", `{"objectType":"StatementRef"}`, "statement_reference_id_missing"},
		"XAPI-00031 an agent with another type":    {"context/instructor", `{"objectType":"Person","mbox":"mailto:b@example.org"}`, "agent_object_type"},
		"XAPI-00035 group of nobody":               {"actor", `{"objectType":"Group","name":"x"}`, "anonymous_group_without_members"},
		"XAPI-00039 sha1 of 39 digits":             {"context/instructor", fmt.Sprintf(`{"mbox_sha1sum":%q}`, strings.Repeat("a", 39)), "mbox_sha1sum_malformed"},
		"XAPI-00124 duration with a week and days": {"result/duration", `"P1W2D"`, "duration_malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			s, body := serve(t), changed(t, whole, c.place, c.value)
			if c.error == "substatement_nested" {
				body = asSub(body)
			}
			s.refused(t, call{method: "POST", path: statements, body: body}, 400, c.error)
		})
	}
}

// TestData_XAPI_00003_00004_00005_00044_00047_missing takes what must be there away.
func TestData_XAPI_00003_00004_00005_00044_00047_missing(t *testing.T) {
	for _, place := range []string{"actor", "verb", "object", "verb/id", "object/id", "actor/account/homePage", "actor/account/name", "attachments/0/usageType",
		"attachments/0/display", "attachments/0/contentType", "attachments/0/length", "attachments/0/sha2", "context/statement/id", "context/statement/objectType"} {
		s, bad := serve(t), changed(t, whole, place, "-")
		for _, body := range []string{bad, asSub(bad)} {
			if got := s.do(t, call{method: "POST", path: statements, body: body}); got.status != 400 {
				t.Errorf("without %s: %v", place, got)
			}
		}
	}
}

func TestData_XAPI_00066_wholeStatementsAreAccepted(t *testing.T) {
	for _, version := range []string{"1.0.3", "2.0.0"} {
		s := serve(t)
		for _, body := range []string{whole, asSub(whole)} {
			if got := s.do(t, call{method: "POST", path: statements, body: body, version: version}); got.status != 200 {
				t.Error(version, got)
			}
		}
	}
}
