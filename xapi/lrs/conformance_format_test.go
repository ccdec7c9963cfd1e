package lrs_test

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// rich has something of everything that forms of answer change.
const rich = `{"id":"0a0b0c0d-0000-4000-8000-000000000001",
	"actor":{"objectType":"Group","name":"Team","mbox":"mailto:team@example.org","member":[{"name":"Ann","mbox":"mailto:ann@example.org"}]},
	"verb":{"id":"a:v","display":{"en-US":"did","fr-CA":"a fait","de":"tat"}},
	"object":{"objectType":"SubStatement","actor":{"objectType":"Group","name":"Some","member":[{"objectType":"Agent","name":"Bob","account":{"homePage":"http://lms.example","name":"4"}}]},
		"verb":{"id":"a:w","display":{"en":"w"}},"object":{"objectType":"Activity","id":"a:x","definition":{"name":{"en":"X","de":"Ix"},"type":"a:t"}}},
	"result":{"extensions":{"a:e":{"en":"kept","de":"behalten"}}},
	"context":{"instructor":{"name":"Ida","openid":"http://ida.example"},"contextActivities":{"parent":[{"id":"a:p","definition":{"description":{"fr":"le p","en":"the p"},
		"interactionType":"choice","choices":[{"id":"1","description":{"fr":"un","en":"one"}}],"extensions":{"a:e":{"fr":"1","en":"2"}}}}]}},
	"timestamp":"2026-01-02T03:04:05Z"}`

// shown asks for the statement in a form, and answers it without what the store sets.
func shown(t *testing.T, s *server, form, language string) string {
	t.Helper()
	c := call{path: statements + "?statementId=" + id(1) + "&format=" + form}
	if language != "" {
		c.header = map[string]string{"Accept-Language": language}
	}
	got := s.do(t, c)
	var all map[string]jsontext.Value
	if err := json.Unmarshal([]byte(got.body), &all); err != nil || got.status != 200 {
		t.Fatal(got, err)
	}
	for _, name := range []string{"id", "stored", "authority", "version", "timestamp"} {
		if all[name] == nil {
			t.Errorf("%s: there is no %s", form, name)
		}
		delete(all, name)
	}
	return canonical(t, all)
}

func canonical(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	value := jsontext.Value(out)
	if err := value.Canonicalize(); err != nil {
		t.Fatal(err)
	}
	return string(value)
}

func plain(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return canonical(t, v)
}

func TestFormat_XAPI_00168_00171_ids(t *testing.T) {
	s := serve(t)
	s.post(t, "", rich)
	want := `{"actor":{"objectType":"Group","mbox":"mailto:team@example.org"},"verb":{"id":"a:v"},
		"object":{"objectType":"SubStatement","actor":{"objectType":"Group","member":[{"objectType":"Agent","account":{"homePage":"http://lms.example","name":"4"}}]},
			"verb":{"id":"a:w"},"object":{"id":"a:x"}},
		"result":{"extensions":{"a:e":{"en":"kept","de":"behalten"}}},
		"context":{"instructor":{"openid":"http://ida.example"},"contextActivities":{"parent":[{"id":"a:p"}]}}}`
	if diff := cmp.Diff(plain(t, want), shown(t, s, "ids", "")); diff != "" {
		t.Error(diff)
	}
}

func TestFormat_XAPI_00169_exact(t *testing.T) {
	s := serve(t)
	s.post(t, "", rich)
	var want map[string]jsontext.Value
	if err := json.Unmarshal([]byte(rich), &want); err != nil {
		t.Fatal(err)
	}
	delete(want, "id")
	delete(want, "timestamp")
	if diff := cmp.Diff(canonical(t, want), shown(t, s, "exact", "de")); diff != "" {
		t.Error(diff)
	}
}

func TestFormat_XAPI_00170_00172_canonicalInTheLanguageAskedFor(t *testing.T) {
	s := serve(t)
	s.post(t, "", rich)
	s.post(t, "", `{"actor":`+annJSON+`,"verb":{"id":"a:v"},"object":{"id":"a:x","definition":{"name":{"en":"New X","de":"Neues Ix"},"moreInfo":"http://x.example"}}}`)
	for language, want := range map[string][4]string{ // display of the verb, name of x, description of p, of its choice
		"":                       {`"en-US":"did"`, `"en":"New X"`, `"en":"the p"`, `"en":"one"`},
		"de":                     {`"de":"tat"`, `"de":"Neues Ix"`, `"en":"the p"`, `"en":"one"`},
		"fr":                     {`"fr-CA":"a fait"`, `"en":"New X"`, `"fr":"le p"`, `"fr":"un"`},
		"fr-CA, de;q=0.5":        {`"fr-CA":"a fait"`, `"de":"Neues Ix"`, `"fr":"le p"`, `"fr":"un"`},
		"de;q=0.1, FR;q=0.9":     {`"fr-CA":"a fait"`, `"de":"Neues Ix"`, `"fr":"le p"`, `"fr":"un"`},
		"nl, de;q=0, en;q=0.3":   {`"en-US":"did"`, `"en":"New X"`, `"en":"the p"`, `"en":"one"`},
		"x;q=y, *":               {`"en-US":"did"`, `"en":"New X"`, `"fr":"le p"`, `"fr":"un"`},
		strings.Repeat("a,", 99): {`"en-US":"did"`, `"en":"New X"`, `"en":"the p"`, `"en":"one"`},
	} {
		text := strings.NewReplacer("DISPLAY", want[0], "NAME", want[1], "DESCRIPTION", want[2], "CHOICE", want[3]).Replace(`{
			"actor":{"objectType":"Group","name":"Team","mbox":"mailto:team@example.org","member":[{"name":"Ann","mbox":"mailto:ann@example.org"}]},
			"verb":{"id":"a:v","display":{DISPLAY}},
			"object":{"objectType":"SubStatement","actor":{"objectType":"Group","name":"Some","member":[{"objectType":"Agent","name":"Bob","account":{"homePage":"http://lms.example","name":"4"}}]},
				"verb":{"id":"a:w","display":{"en":"w"}},"object":{"objectType":"Activity","id":"a:x","definition":{"name":{NAME},"moreInfo":"http://x.example"}}},
			"result":{"extensions":{"a:e":{"en":"kept","de":"behalten"}}},
			"context":{"instructor":{"name":"Ida","openid":"http://ida.example"},"contextActivities":{"parent":[{"id":"a:p","definition":{"description":{DESCRIPTION},
				"interactionType":"choice","choices":[{"id":"1","description":{CHOICE}}],"extensions":{"a:e":{"fr":"1","en":"2"}}}}]}}}`)
		if diff := cmp.Diff(plain(t, text), shown(t, s, "canonical", language)); diff != "" {
			t.Errorf("%q: %s", language, diff)
		}
	}
}

func TestFormat_canonicalDefinesWhatWasOnlyNamed(t *testing.T) {
	s := serve(t)
	s.post(t, "", `{"actor":`+annJSON+`,"verb":{"id":"a:v"},"object":{"id":"http://example.org/act/1","definition":{"name":{"en":"One"}}}}`)
	s.post(t, "", statement(1, ""))
	if got := shown(t, s, "canonical", ""); !strings.Contains(got, `"definition":{"name":{"en":"One"}}`) {
		t.Error(got)
	}
}
