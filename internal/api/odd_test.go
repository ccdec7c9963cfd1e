package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"cairn/internal/api"
	"cairn/internal/storetest"
)

// TestTextThatNoDatabaseKeepsIsRefused: what PostgreSQL would choke on is the reader's mistake on either database, not ours.
func TestTextThatNoDatabaseKeepsIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		w := newWorldOn(t, d)
		for _, odd := range []string{"%00", "a%00b", "%ff", "%ed%a0%80"} {
			for path, want := range map[string]int{
				"/learners/" + odd: 404, "/alignments/" + odd: 404, "/changesets/" + odd: 404, "/learners/" + w.ann + "/capabilities/" + odd: 404,
				"/alignments?capability=" + odd: 400, "/learners?issuer=a&subject=" + odd: 400, "/coverage/activities?registration=" + w.here.ID + "&context=" + odd: 400,
			} {
				if g := w.do(asked{path: path, key: w.root(), elsewhere: strings.Contains(path, "%ff") || strings.Contains(path, "%ed")}); g.status != want {
					t.Errorf("%s is answered %d %s", path, g.status, g.body)
				}
			}
		}
		const nul = `\u0000`
		for _, body := range []string{
			`{"scope":{"kind":"course","registration":"` + w.here.ID + `","context":"` + nul + `"},"edits":[{"remove":"a"}]}`,
			`{"scope":{"kind":"instance"},"edits":[{"remove":"` + nul + `"}]}`, `{"scope":{"kind":"instance"},"reason":"\\` + nul + `","edits":[{"remove":"a"}]}`,
		} {
			for _, path := range []string{"/changesets", "/previews"} {
				if g := w.do(asked{method: "POST", path: path, key: w.root(), body: body}); g.status != 422 || g.rule() != "body_invalid" {
					t.Errorf("%s %s is answered %d %s", path, body, g.status, g.body)
				}
			}
		}
		if g := w.do(asked{method: "POST", path: "/changesets", key: w.root(), body: `{"scope":{"kind":"instance"},"reason":"\\u0000","edits":[{"remove":"a"}]}`}); g.rule() != "alignment_gone" {
			t.Error("a backslash and letters", g)
		}
	})
}

// TestWhateverIsAskedIsAnswered: any mixture of paths, parameters and bodies is answered, or refused by a rule that is listed.
func TestWhateverIsAskedIsAnswered(t *testing.T) {
	w := newWorld(t)
	var list struct {
		Items []struct{ Rule string }
	}
	w.get("/problems", &list)
	var rules []string
	for _, one := range list.Items {
		rules = append(rules, one.Rule)
	}
	key := w.root()
	var paths []string
	for _, o := range w.operations() {
		_, path, _ := strings.Cut(o, " ")
		paths = append(paths, strings.Split(w.filled(path), "?")[0])
	}
	const edits = `{"scope":{"kind":"instance"},"edits":[{"rule":{"framework":"fw","rule":{"kind":"points","n":3,"parts":[{"activity":"a:b","points":2}]}}}]}`
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SampledFrom(append(paths, "/"+rapid.String().Draw(t, "path"))).Draw(t, "of")
		query := url.Values{}
		for range rapid.IntRange(0, 3).Draw(t, "parameters") {
			name := rapid.SampledFrom([]string{"limit", "cursor", "scope", "registration", "context", "capability", "as_of", "known_at", "archetype", "profile", "node", "state", "x"}).Draw(t, "name")
			query.Set(name, rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"1", "instance", w.here.ID, "2", first, "2026-03-02T09:00:00Z", "user"})).Draw(t, "value"))
		}
		at := rapid.IntRange(0, len(edits)).Draw(t, "at")
		body := edits[:at] + rapid.SampledFrom([]string{"", `"`, "}", "[", "null", `\u0000`, "9e99"}).Draw(t, "more") + edits[at:]
		r := httptest.NewRequest(rapid.SampledFrom([]string{http.MethodGet, http.MethodPost, http.MethodHead}).Draw(t, "method"), api.Prefix, strings.NewReader(body))
		r.URL = &url.URL{Path: api.Prefix + path, RawQuery: query.Encode()}
		r.Header.Set("Content-Type", "application/json")
		r.SetBasicAuth(key, w.keys[key])
		to := httptest.NewRecorder()
		w.handler.ServeHTTP(to, r)
		var p struct {
			Rule string `json:"rule"`
		}
		if to.Code >= 400 && (json.Unmarshal(to.Body.Bytes(), &p) != nil || !slices.Contains(rules, p.Rule)) || to.Code >= 500 {
			t.Errorf("%s %q ? %q with %q is answered %d %s", r.Method, path, query, body, to.Code, to.Body)
		}
	})
}
