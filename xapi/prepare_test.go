package xapi_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cairn/xapi"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

var stored = time.Date(2026, 11, 22, 12, 0, 0, 123456000, time.UTC)

const (
	someID = "0a0b0c0d-0000-4000-8000-000000000001"
	madeID = "0a0b0c0d-0000-4000-9000-000000000001" // the first that options makes
)

func options(v xapi.Version) xapi.Options {
	n := 0
	return xapi.Options{
		Version:   v,
		Authority: xapi.Agent{Account: &xapi.Account{HomePage: "https://cairn.example/", Name: "key"}},
		NewID: func() string {
			n++
			return fmt.Sprintf("0a0b0c0d-0000-4000-9000-%012d", n)
		},
	}
}

func prepare(t testing.TB, raw string, v xapi.Version) xapi.Prepared {
	t.Helper()
	batch, err := xapi.Prepare([]byte(raw), options(v))
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	return batch[0]
}

// statement is a small valid one with more properties put in front.
func statement(properties string) string {
	return `{` + properties + `"actor":{"mbox":"mailto:ann@example.org"},"verb":{"id":"http://example.org/did"},"object":{"id":"http://example.org/act"}}`
}

func moodle(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/moodle/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no statements of Moodle", err)
	}
	all := map[string][]byte{}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(f)] = raw
	}
	return all
}

func TestPrepareAcceptsEveryStatementOfMoodle(t *testing.T) {
	for name, raw := range moodle(t) {
		t.Run(name, func(t *testing.T) {
			for _, v := range []xapi.Version{xapi.V1, xapi.V2} {
				p := prepare(t, string(raw), v)
				again := prepare(t, string(p.JSON(stored)), v)
				if p.Fingerprint != again.Fingerprint {
					t.Error("the statement given back is not equal to the one sent")
				}
				if p.Outcome.Success == nil != !bytes.Contains(raw, []byte(`"success"`)) {
					t.Error("success was not read")
				}
			}
			if _, err := xapi.Decode(raw, xapi.V1); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPrepareReadsWhatAStoreNeeds(t *testing.T) {
	raw := moodle(t)["xapi-mod_quiz-attempt_submitted--answered--cmi.interaction-choice-fail.json"]
	p := prepare(t, string(raw), xapi.V1)
	want := []xapi.Term{
		{xapi.RoleVerb, "http://adlnet.gov/expapi/verbs/answered"},
		{xapi.RoleActor, "account|http://localhost:8100|6"},
		{xapi.RoleObject, "http://localhost:8100/question/question.php?cmid=3&id=3"},
		{xapi.RoleParent, "http://localhost:8100/course/section.php?id=1"},
		{xapi.RoleParent, "http://localhost:8100/course/view.php?id=2"},
		{xapi.RoleParent, "http://localhost:8100/mod/quiz/attempt.php?attempt=3&cmid=3"},
		{xapi.RoleParent, "http://localhost:8100/mod/quiz/view.php?id=3"},
		{xapi.RoleCategory, "http://localhost:8100"},
		{xapi.RoleRegistration, "695119fa-abd2-5adf-8c2b-0567e9e8e401"},
		{xapi.RoleAuthority, "account|https://cairn.example|key"},
	}
	if diff := cmp.Diff(want, p.Terms); diff != "" {
		t.Error(diff)
	}
	if len(p.Definitions) != 6 || p.Definitions[0].Activity != "http://localhost:8100/mod/quiz/attempt.php?attempt=3&cmid=3" ||
		string(p.Definitions[4].JSON) != `{"type":"http://id.tincanapi.com/activitytype/lms","name":{"en":"Moodle Lab"}}` ||
		p.Definitions[5].Activity != "http://localhost:8100/question/question.php?cmid=3&id=3" {
		t.Errorf("definitions %s", p.Definitions)
	}
	if p.First(xapi.RoleVerb) != want[0].Value || *p.Outcome.Success || !*p.Outcome.Completion || p.Outcome.ScoreMilli != nil {
		t.Errorf("outcome %+v", p.Outcome)
	}
	if !p.Timestamp.Equal(time.Date(2026, 11, 22, 11, 28, 4, 0, time.UTC)) {
		t.Error(p.Timestamp)
	}
}

func TestPreparedJSON(t *testing.T) {
	const authority = `"authority":{"account":{"homePage":"https://cairn.example/","name":"key"}}`
	for name, c := range map[string]struct{ sent, want string }{
		"Data_2.4.1_XAPI-00026_id_is_made": {
			statement(``),
			`{"id":"` + madeID + `",` + statement(``)[1:len(statement(``))-1] + `,"version":"1.0.0",` + authority +
				`,"timestamp":"2026-11-22T12:00:00.123456Z","stored":"2026-11-22T12:00:00.123456Z"}`,
		},
		"Data_4.5_timestamp_in_UTC_and_stored_replaced": {
			statement(`"id":"` + someID + `","stored":"2001-01-01T00:00:00Z","timestamp":"2026-11-22T14:00:00+02:00","version":"1.0.9",`),
			`{"id":"` + someID + `",` + statement(``)[1:len(statement(``))-1] + `,"version":"1.0.9",` + authority +
				`,"timestamp":"2026-11-22T12:00:00.000Z","stored":"2026-11-22T12:00:00.123456Z"}`,
		},
		"Data_2.4.6.2_single_context_activity_becomes_an_array": {
			statement(`"timestamp":"2026-11-22T12:00:00Z","context":{"contextActivities":{"parent": {"id":"a:b"}}},`),
			`{"id":"` + madeID + `","context":{"contextActivities":{"parent":[{"id":"a:b"}]}},` + statement(``)[1:len(statement(``))-1] +
				`,"version":"1.0.0",` + authority + `,"timestamp":"2026-11-22T12:00:00.000Z","stored":"2026-11-22T12:00:00.123456Z"}`,
		},
		"Data_2.3.1_numbers_and_extensions_keep_their_bytes": {
			statement(`"timestamp":"2026-11-22T12:00:00Z","result":{"score":{"raw": 1.50E+1},"extensions":{"a:b" : [1.0, "\u0041",null]}},`),
			`{"id":"` + madeID + `","result":{"score":{"raw":1.50E+1},"extensions":{"a:b" : [1.0, "\u0041",null]}},` + statement(``)[1:len(statement(``))-1] +
				`,"version":"1.0.0",` + authority + `,"timestamp":"2026-11-22T12:00:00.000Z","stored":"2026-11-22T12:00:00.123456Z"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := prepare(t, c.sent, xapi.V1)
			if diff := cmp.Diff(c.want, string(p.JSON(stored))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPrepareRefusesTheWholeBatch(t *testing.T) {
	twice := `[` + statement(`"id":"`+someID+`",`) + `,` + statement(`"id":"0A0B0C0D-0000-4000-8000-000000000001",`) + `]`
	for name, c := range map[string]struct{ raw, rule, path string }{
		"id_repeated": {twice, "id_repeated_in_batch", "/1/id"},
		"second_bad":  {`[` + statement(``) + `,{"actor":1}]`, "verb_missing", "/1"},
		"not_object":  {`["x"]`, "statement_not_object", "/0"},
		"scalar":      {`1`, "statement_not_object", ""},
		"empty":       {``, "json_malformed", ""},
		"behind":      {statement(``) + `{}`, "json_malformed", ""},
	} {
		t.Run(name, func(t *testing.T) {
			batch, err := xapi.Prepare([]byte(c.raw), options(xapi.V1))
			var e *xapi.Invalid
			if !errors.As(err, &e) || e.Rule != c.rule || e.Path != c.path || batch != nil {
				t.Errorf("%v, want %s at %q", err, c.rule, c.path)
			}
		})
	}
	if batch, err := xapi.Prepare([]byte(`[]`), options(xapi.V1)); err != nil || len(batch) != 0 {
		t.Error("an empty batch is fine", err)
	}
}

func TestPrepareNeedsAnAuthority(t *testing.T) {
	if _, err := xapi.Prepare([]byte(statement(``)), xapi.Options{Version: xapi.V1}); err == nil {
		t.Error("accepted")
	}
}

func TestVoidAndReference(t *testing.T) {
	ref := `"object":{"objectType":"StatementRef","id":"0A0B0C0D-0000-4000-8000-000000000009"}}`
	void := prepare(t, `{"actor":{"mbox":"mailto:a@b"},"verb":{"id":"http://adlnet.gov/expapi/verbs/voided"},`+ref, xapi.V1)
	plain := prepare(t, `{"actor":{"mbox":"mailto:a@b"},"verb":{"id":"http://example.org/confirmed"},`+ref, xapi.V1)
	const id = "0a0b0c0d-0000-4000-8000-000000000009"
	if void.Voids != id || void.RefersTo != id || plain.Voids != "" || plain.RefersTo != id {
		t.Errorf("%+v %+v", void, plain)
	}
}

func TestDecodeKeepsTheStatement(t *testing.T) {
	for name, raw := range moodle(t) {
		s, err := xapi.Decode(raw, xapi.V1)
		if err != nil {
			t.Fatal(name, err)
		}
		made, err := s.JSON()
		if err != nil {
			t.Fatal(name, err)
		}
		sent, made := canonical(t, raw), canonical(t, made)
		// A model has no empty strings and no milliseconds of its own.
		if diff := cmp.Diff(withoutEmpty(sent), withoutEmpty(made)); diff != "" {
			t.Error(name, diff)
		}
	}
}

func canonical(t testing.TB, raw []byte) []byte {
	t.Helper()
	v := jsontext.Value(bytes.Clone(raw))
	if err := v.Canonicalize(); err != nil {
		t.Fatal(err)
	}
	return v
}

func withoutEmpty(raw []byte) any {
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	if r, ok := v["result"].(map[string]any); ok && r["response"] == "" {
		delete(r, "response")
	}
	return v
}

func BenchmarkPrepareMoodle(b *testing.B) {
	var batch [][]byte
	for _, raw := range moodle(b) {
		v := jsontext.Value(raw)
		if err := v.Compact(); err != nil {
			b.Fatal(err)
		}
		batch = append(batch, v)
	}
	o := options(xapi.V1)
	bytesEach := 0
	for _, raw := range batch {
		bytesEach += len(raw)
	}
	b.SetBytes(int64(bytesEach / len(batch)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		p, err := xapi.Prepare(batch[i%len(batch)], o)
		if err != nil {
			b.Fatal(err)
		}
		_ = p[0].JSON(stored)
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "statements/s")
}
