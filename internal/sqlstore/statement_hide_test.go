package sqlstore_test

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"cairn/internal/sqlstore"
)

const (
	annJSON    = `{"name":"Ann","mbox":"mailto:ann@example.org"}`
	nobodyJSON = `{"objectType":"Agent","account":{"homePage":"https://erased.invalid","name":"erased"}}`
)

var hidden = map[string]bool{"mbox|mailto:ann@example.org": true}

// Nobody stands wherever xAPI has Agents and Groups; what only looks like one, and all else, stays as it was sent.
func TestNobodyStandsWhereAgentsDo(t *testing.T) {
	for name, c := range map[string]struct {
		raw   string
		stays bool
	}{
		"actor":            {`{"actor":ANN,"verb":{"id":"v:v"}}`, false},
		"member":           {`{"actor":{"objectType":"Group","member":[{"mbox":"mailto:bob@example.org"},ANN]}}`, false},
		"object":           {`{"object":ANN}`, false},
		"instructor":       {`{"context":{"instructor":ANN,"registration":"x"}}`, false},
		"team":             {`{"context":{"team":{"objectType":"Group","member":[ANN]}}}`, false},
		"context agent":    {`{"context":{"contextAgents":[{"objectType":"contextAgent","agent":ANN,"relevantTypes":["a:b"]}]}}`, false},
		"context group":    {`{"context":{"contextGroups":[{"objectType":"contextGroup","group":{"objectType":"Group","member":[ANN]}}]}}`, false},
		"SubStatement":     {`{"object":{"objectType":"SubStatement","actor":ANN,"object":{"objectType":"Group","member":[ANN]}}}`, false},
		"identified group": {`{"actor":{"objectType":"Group","name":"Ann","mbox":"mailto:ann@example.org","member":[{"mbox":"mailto:bob@example.org"}]}}`, true},
		"authority":        {`{"authority":ANN}`, true},
		"extension":        {`{"context":{"extensions":{"http://example.org/x":{"actor":ANN}}},"result":{"score":{"raw":1.50e1}}}`, true},
		"another":          {`{"actor":{"mbox":"mailto:bob@example.org"}}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			want := strings.ReplaceAll(c.raw, "ANN", nobodyJSON)
			if c.stays {
				want = strings.ReplaceAll(c.raw, "ANN", annJSON)
			}
			if name == "identified group" {
				want = `{"actor":` + nobodyJSON + `}`
			}
			if got := string(sqlstore.WithoutAgents([]byte(strings.ReplaceAll(c.raw, "ANN", annJSON)), hidden)); got != want {
				t.Errorf("it is %s\nwant  %s", got, want)
			}
		})
	}
}

// FuzzWithoutAgents: whatever is stored, what comes out is as valid as what went in, and the same again the second time.
func FuzzWithoutAgents(f *testing.F) {
	f.Add(`{"actor":` + annJSON + `,"object":{"objectType":"SubStatement","actor":` + annJSON + `},"result":{"score":{"raw":1e400}}}`)
	f.Add(`{"actor":{"member":[[],{},"x",` + annJSON + `]},"a\"b":"\ud83d\ude00"}`)
	f.Fuzz(func(t *testing.T, raw string) {
		out := sqlstore.WithoutAgents([]byte(raw), hidden)
		if jsontext.Value(raw).IsValid() && !jsontext.Value(out).IsValid() {
			t.Errorf("%q became %q", raw, out)
		}
		if again := sqlstore.WithoutAgents(out, hidden); string(again) != string(out) {
			t.Errorf("%q became %q the second time", out, again)
		}
	})
}
