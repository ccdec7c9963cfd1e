package caserest_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"cairn/internal/caserest"
	"cairn/mapping"
	"cairn/mapping/casefmt"
	"cairn/xapi/profile"
)

const base = "https://cairn.example"

var (
	day      = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	builtin  = mapping.Builtin()
	small, _ = mapping.Meta{ID: "small", Version: "1", Title: "A small one"}.Parse("small.csv",
		[]byte("code,kind,title,parent,archetypes,notes,relations\nA,section,Area,,,,\nA.1,capability,Can <do>,A,U,\"Longer, & more\",\nA.2,capability,Other,A,,,ext:is.like https://else.example/1\n"))
)

// published is a fixed list: the newest first.
type published []mapping.Publication

func (p published) Publications() []mapping.Publication { return p }

func handler() http.Handler {
	return caserest.New(caserest.Config{BaseURL: base, IRIBase: base, Log: slog.New(slog.DiscardHandler), Frameworks: published{
		{Catalog: mapping.NewCatalog(small, base), Published: day.Add(time.Hour), Retired: day.Add(48 * time.Hour)},
		{Catalog: mapping.NewCatalog(builtin, base), Published: day},
	}})
}

func get(t testing.TB, target string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler().ServeHTTP(w, r)
	return w
}

func decode(t *testing.T, w *httptest.ResponseRecorder, into any) {
	t.Helper()
	if w.Code != http.StatusOK {
		t.Fatalf("answered %d: %s", w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
}

func titles(t *testing.T, target string) []string {
	t.Helper()
	var list struct {
		CFDocuments []struct {
			Title      string `json:"title"`
			Identifier string `json:"identifier"`
		}
	}
	decode(t, get(t, target), &list)
	out := []string{}
	for _, d := range list.CFDocuments {
		out = append(out, d.Title)
	}
	return out
}

func TestCFDocumentsAreListedSortedAndPaged(t *testing.T) {
	for query, want := range map[string][]string{
		"":                                  {small.Title, builtin.Title},
		"?sort=title":                       {small.Title, builtin.Title},
		"?sort=title&orderBy=desc":          {builtin.Title, small.Title},
		"?sort=lastChangeDateTime":          {builtin.Title, small.Title},
		"?limit=1":                          {small.Title},
		"?limit=1&offset=1":                 {builtin.Title},
		"?offset=5":                         {},
		"?sort=title&fields=title,subject":  {small.Title, builtin.Title},
		"?limit=5000&orderBy=ASC":           {small.Title, builtin.Title},
		"?fields=identifier&limit=1&offset": nil,
	} {
		for _, v := range []string{"v1p0", "v1p1"} {
			target := "/ims/case/" + v + "/CFDocuments" + query
			if want == nil {
				if w := get(t, target); w.Code != http.StatusBadRequest {
					t.Errorf("%s: %d", target, w.Code)
				}
				continue
			}
			if diff := cmp.Diff(want, titles(t, target)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", target, diff)
			}
		}
	}
	w := get(t, "/ims/case/v1p1/CFDocuments?limit=1&sort=title")
	if w.Header().Get("X-Total-Count") != "2" || !strings.Contains(w.Header().Get("Link"), `<https://cairn.example/ims/case/v1p1/CFDocuments?limit=1&offset=1&sort=title>; rel="next"`) {
		t.Errorf("%v", w.Header())
	}
	if w := get(t, "/ims/case/v1p1/CFDocuments?fields=title&limit=1"); w.Body.String() != `{"CFDocuments":[{"title":"A small one"}]}` {
		t.Errorf("%s", w.Body)
	}
}

// The package of 1.1 is what the export is: valid against the official schema. That of 1.0 has nothing that 1.0 does not know.
func TestCFPackagesAreExports(t *testing.T) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile("../../mapping/casefmt/testdata/case-v1p1-cfpackage.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []mapping.Framework{small, builtin} {
		w := get(t, "/ims/case/v1p1/CFPackages/"+f.GUID)
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
		if err != nil || w.Code != http.StatusOK {
			t.Fatalf("%d %v", w.Code, err)
		}
		if err := schema.Validate(v); err != nil {
			t.Error(err)
		}
		got, _, err := casefmt.Parse(mapping.Meta{}, "x.json", w.Body.Bytes())
		if diff := cmp.Diff(f, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		old := get(t, "/ims/case/v1p0/CFPackages/"+f.GUID).Body.String()
		for _, newer := range []string{"extensions", "caseVersion", "ext:"} {
			if strings.Contains(old, `"`+newer) {
				t.Errorf("CASE 1.0 is told of %s", newer)
			}
		}
	}
	if !strings.Contains(get(t, "/ims/case/v1p1/CFPackages/"+small.GUID).Body.String(), `"adoptionStatus":"Deprecated","statusEndDate":"2026-11-25"`) {
		t.Error("a retired version does not say so")
	}
}

func TestSingleObjectsAreFoundByTheirIdentifiers(t *testing.T) {
	item := small.Items[1]
	var pkg casefmt.Package
	decode(t, get(t, "/ims/case/v1p1/CFPackages/"+small.GUID), &pkg)
	for target, want := range map[string]string{
		"CFDocuments/" + small.GUID:                                     `"CFPackageURI":{"title":"A small one","identifier":"` + small.GUID + `","uri":"https://cairn.example/ims/case/v1p1/CFPackages/` + small.GUID,
		"CFItems/" + item.ID:                                            `"CFDocumentURI":{"title":"A small one"`,
		"CFItems/" + strings.ToUpper(item.ID):                           `"fullStatement":"Can <do>"`,
		"CFItems/" + item.ID + "?fields=humanCodingScheme":              `{"humanCodingScheme":"A.1"}`,
		"CFItemAssociations/" + item.ID:                                 `"CFAssociations":[{"identifier":"` + pkg.Associations[1].Identifier,
		"CFAssociations/" + pkg.Associations[1].Identifier:              `"associationType":"isChildOf"`,
		"CFConcepts/" + pkg.Definitions.Concepts[0].Identifier:          `{"CFConcepts":[{`,
		"CFItemTypes/" + pkg.Definitions.ItemTypes[0].Identifier:        `{"CFItemTypes":[{`,
		"CFAssociations/" + pkg.Associations[3].Identifier:              `"associationType":"ext:is.like"`,
		"CFItems/" + builtin.Items[0].ID + "?fields=educationLevel,uri": `{"uri":"https://cairn.example/capability/`,
	} {
		w := get(t, "/ims/case/v1p1/"+target)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	if w := get(t, "/ims/case/v1p0/CFAssociations/"+pkg.Associations[3].Identifier); w.Code != http.StatusNotFound {
		t.Errorf("CASE 1.0 is told of an extension: %d", w.Code)
	}
}

// Errors are an imsx_StatusInfo with the values of CASE's vocabulary.
func TestRefusalsAreStatusInfos(t *testing.T) {
	const none = "0f5b1f0e-1111-4111-8111-000000000001"
	for target, want := range map[string]struct {
		status int
		minor  string
	}{
		"CFItems/" + none:                          {404, "unknownobject"},
		"CFItems/6.1-L2":                           {404, "invaliduuid"},
		"CFPackages/" + none:                       {404, "unknownobject"},
		"CFRubrics/" + none:                        {404, "unknownobject"},
		"CFSubjects/x":                             {404, "invaliduuid"},
		"CFItems":                                  {404, "unknownobject"},
		"CFDocuments?sort=colour":                  {400, "invalid_sort_field"},
		"CFDocuments?orderBy=up":                   {400, "invalid_sort_field"},
		"CFDocuments?fields=colour":                {400, "invalid_selection_field"},
		"CFDocuments?limit=0":                      {400, "invalid_selection_field"},
		"CFDocuments?limit=ten":                    {400, "invalid_selection_field"},
		"CFDocuments?offset=-1":                    {400, "invalid_selection_field"},
		"CFDocuments?limit=1&limit=2":              {400, "invalid_selection_field"},
		"CFDocuments?filter=title='x'":             {400, "invalid_selection_field"},
		"CFPackages/" + small.GUID + "?fields=uri": {400, "invalid_selection_field"},
	} {
		w := get(t, "/ims/case/v1p1/"+target)
		var info struct {
			Major string `json:"imsx_codeMajor"`
			Text  string `json:"imsx_description"`
			Minor struct {
				Fields []struct {
					Value string `json:"imsx_codeMinorFieldValue"`
				} `json:"imsx_codeMinorField"`
			} `json:"imsx_codeMinor"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &info); err != nil || w.Code != want.status || info.Major != "failure" || info.Text == "" || info.Minor.Fields[0].Value != want.minor {
			t.Errorf("%s: %d %v %s", target, w.Code, err, w.Body)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: a refusal is kept", target)
		}
	}
	r := httptest.NewRequest(http.MethodPut, "/ims/case/v1p1/CFPackages/"+small.GUID, nil)
	w := httptest.NewRecorder()
	if handler().ServeHTTP(w, r); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("PUT: %d %v", w.Code, w.Header())
	}
}

func TestAnswersCanBeKeptAndAskedForAgain(t *testing.T) {
	target := "/ims/case/v1p1/CFPackages/" + builtin.GUID
	w := get(t, target)
	h := w.Header()
	if h.Get("ETag") == "" || h.Get("Cache-Control") != "public, max-age=3600" || h.Get("Last-Modified") != "Mon, 23 Nov 2026 09:00:00 GMT" || h.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%v", h)
	}
	if again := get(t, target, "If-None-Match", h.Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("with its ETag: %d, %d bytes", again.Code, again.Body.Len())
	}
	if again := get(t, target, "If-Modified-Since", h.Get("Last-Modified")); again.Code != http.StatusNotModified {
		t.Errorf("with its date: %d", again.Code)
	}
}

func TestIRIsAnswerPeopleAndPrograms(t *testing.T) {
	item := small.Items[1]
	w := get(t, "/capability/"+item.ID)
	want := `{"name":{"en":"Can <do>"},"description":{"en":"Longer, & more"},"type":"https://w3id.org/xapi/tla/activity-types/competency"}`
	if w.Body.String() != want || w.Header().Get("Content-Type") != "application/json" || !strings.Contains(w.Header().Get("Link"), "/ims/case/v1p1/CFItems/"+item.ID) {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
	w = get(t, "/framework/"+builtin.GUID, "Accept", "application/json, text/html;q=0.5")
	if !strings.Contains(w.Body.String(), `"type":"https://w3id.org/xapi/tla/activity-types/competency-framework"`) {
		t.Errorf("%s", w.Body)
	}
	browser := []string{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}
	for target, texts := range map[string][]string{
		"/capability/" + item.ID:           {"Can &lt;do&gt;", "Longer, &amp; more", "<dt>For</dt><dd>U</dd>", "A Area", "was retired on 2026-11-25"},
		"/framework/" + builtin.GUID:       {"15 of 195 statements included", "Health Education England"},
		"/capability/" + small.Items[0].ID: {"<h1>Area</h1>"},
	} {
		w := get(t, target, browser...)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || w.Header().Get("Vary") != "Accept" {
			t.Errorf("%s: %d %v", target, w.Code, w.Header())
		}
		for _, text := range texts {
			if !strings.Contains(w.Body.String(), text) {
				t.Errorf("%s lacks %q:\n%s", target, text, w.Body)
			}
		}
	}
	if w := get(t, "/capability/0f5b1f0e-1111-4111-8111-000000000001"); w.Code != http.StatusNotFound {
		t.Errorf("an unknown one: %d", w.Code)
	}
}

func TestTheProfileIsServedAtItsIRIs(t *testing.T) {
	for _, iri := range []string{profile.IRI(base), profile.VersionIRI(base)} {
		w := get(t, strings.TrimPrefix(iri, base))
		if w.Header().Get("Content-Type") != "application/ld+json" || !bytes.Equal(w.Body.Bytes(), profile.Document(base)) {
			t.Errorf("%s: %d %v", iri, w.Code, w.Header())
		}
	}
	for _, iri := range []string{profile.ReasonIRI(base), profile.TemplateIRI(base, profile.KindAchieved)} {
		if w := get(t, strings.TrimPrefix(iri, base)); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/profile/v1" {
			t.Errorf("%s: %d %v", iri, w.Code, w.Header())
		}
	}
	if w := get(t, "/profile/templates/nothing"); w.Code != http.StatusNotFound {
		t.Errorf("an unknown template: %d", w.Code)
	}
}

func FuzzAddresses(f *testing.F) {
	for _, s := range []string{"/ims/case/v1p1/CFDocuments?limit=1&offset=2&sort=title&orderBy=desc&fields=title", "/ims/case/v1p0/CFItems/x", "/capability/%00", "/profile/templates/achieved"} {
		f.Add(s)
	}
	h := handler()
	f.Fuzz(func(t *testing.T, target string) {
		r, err := http.NewRequest(http.MethodGet, target, nil)
		if err != nil || !strings.HasPrefix(r.URL.Path, "/") {
			return
		}
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code >= 500 {
			t.Fatalf("%q: %d %s", target, w.Code, w.Body)
		}
	})
}
