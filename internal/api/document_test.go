package api_test

import (
	"bytes"
	"flag"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"

	"cairn/internal/api"
)

var update = flag.Bool("update", false, "write the document that is kept in docs")

// checker holds answers against the document.
var checker = sync.OnceValue(func() validator.Validator {
	raw, err := api.Document("")
	if err != nil {
		panic(err)
	}
	document, err := libopenapi.NewDocument(raw)
	if err != nil {
		panic(err)
	}
	v, errs := validator.NewValidator(document, config.WithFormatAssertions())
	if len(errs) > 0 {
		panic(errs[0])
	}
	return v
})

// holds fails the test when an answer is not as the document says.
func (w *world) holds(r *http.Request, resp *http.Response, g got) {
	w.Helper()
	if r.Method == http.MethodHead { // answered as GET is, without a body
		return
	}
	again := *resp
	again.Body = io.NopCloser(strings.NewReader(g.body))
	if ok, errs := checker().ValidateHttpResponse(r, &again); !ok {
		for _, e := range errs {
			w.Errorf("%s %s, answered %d, is not as the document says: %s: %s %v", r.Method, r.URL.Path, g.status, e.Message, e.Reason, e.SchemaValidationErrors)
		}
	}
}

func TestTheDocumentIsValidOpenAPI(t *testing.T) {
	if ok, errs := checker().ValidateDocument(); !ok {
		for _, e := range errs {
			t.Errorf("%s: %s %v", e.Message, e.Reason, e.SchemaValidationErrors)
		}
	}
}

func TestTheDocumentInDocsIsTheOneThatIsServed(t *testing.T) {
	const name = "../../docs/openapi.json"
	raw, err := api.Document("")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(name, raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(name); err != nil || !bytes.Equal(kept, raw) {
		t.Errorf("%s is not what the code says (%v): go test ./internal/api -update", name, err)
	}
}

// operations reads the methods and paths of the document that a server gives.
func (w *world) operations() []string {
	w.Helper()
	var doc struct {
		OpenAPI string                               `json:"openapi"`
		Paths   map[string]map[string]map[string]any `json:"paths"`
	}
	w.get("/openapi.json", &doc)
	if !strings.HasPrefix(doc.OpenAPI, "3.1.") {
		w.Fatal(doc.OpenAPI)
	}
	var all []string
	for path, methods := range doc.Paths {
		for method := range methods {
			all = append(all, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(all)
	return all
}

// TestEveryRouteIsInTheDocumentAndTheReverse asks for every operation of the document, and for every method of its paths that is not
// there; what the server has beside the document would be found by the table of who may what (authorization_test.go).
func TestEveryRouteIsInTheDocumentAndTheReverse(t *testing.T) {
	w := newWorld(t)
	operations := w.operations()
	if got := api.RoutesForTest(); !slices.Equal(got, operations) {
		t.Errorf("the routes are\n%s\nthe document has\n%s", strings.Join(got, "\n"), strings.Join(operations, "\n"))
	}
	for _, o := range operations {
		method, path, _ := strings.Cut(o, " ")
		if g := w.do(asked{method: method, path: w.filled(path), key: w.root(), body: bodyOf(o)}); g.status == http.StatusMethodNotAllowed || g.rule() == "resource_unknown" && !strings.Contains(path, "{preview}") {
			t.Errorf("%s is answered %d %s", o, g.status, g.body)
		}
		for _, other := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions} {
			if slices.Contains(operations, other+" "+path) {
				continue
			}
			g := w.do(asked{method: other, path: w.filled(path), key: w.root(), elsewhere: true})
			if g.status != http.StatusMethodNotAllowed || g.rule() != "method_not_allowed" || !strings.Contains(g.header.Get("Allow"), method) {
				t.Errorf("%s %s is answered %d, Allow %q", other, path, g.status, g.header.Get("Allow"))
			}
		}
	}
}

// TestProblemsAreListed: the type of every refusal is an address that tells of it.
func TestProblemsAreListed(t *testing.T) {
	w := newWorld(t)
	var list struct {
		Items []struct {
			Rule, Title string
			Status      int
		} `json:"items"`
	}
	w.get("/problems", &list)
	for _, p := range list.Items {
		if g := w.do(asked{path: "/problems/" + p.Rule}); g.status != 200 || p.Title == "" || p.Status < 400 {
			t.Errorf("%+v: %s", p, g.body)
		}
	}
	g := w.do(asked{path: "/problems/unheard_of"})
	var told struct{ Type, Rule, Instance string }
	if err := json.Unmarshal([]byte(g.body), &told, json.MatchCaseInsensitiveNames(true)); err != nil || g.status != 404 || told.Type != api.Prefix+"/problems/resource_unknown" || told.Instance != g.header.Get("X-Request-Id") {
		t.Error(g)
	}
}
