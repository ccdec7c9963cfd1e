package lti_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// section is how a docstring names where its rule stands.
var section = regexp.MustCompile(`(Core|Security|AGS|NRPS|Linking|Registration|Review|Storage|postMessage|Discovery|OpenID Connect Core|postMessages)( \d\.\d)?,?\s+(\d|[A-H]\.\d|appendix)|RFC \d|RFC\s\d`)

// ours are exported names of Cairn's own making: no section of a specification asks for them.
var ours = map[string]string{
	"CanvasSubmission":       "what Canvas documents of its own",
	"Guard":                  "what an operator allows of outgoing calls",
	"NewHTTPClient":          "the guard's client",
	"InvitationHash":         "how a secret is kept is the tool's own affair",
	"Invitations":            "a store's interface",
	"Mender":                 "who can put a refusal right",
	"Refusal":                "carries the rule, and the rule its section",
	"Rule":                   "holds the section as data",
	"Rules":                  "every one with its section",
	"ServiceError":           "what came of a call",
	"ServiceError.Gone":      "a judgement of the status",
	"ServiceError.Retryable": "a judgement of the status",
}

// plumbing are methods whose meaning is that of an interface of the standard library.
var plumbing = []string{"Error", "Unwrap", "Is", "Read", "Close", "RoundTrip", "UnmarshalJSONFrom", "String"}

// TestExportedNames_cite_the_section_they_follow holds that a reader of the package finds the specification's own text.
func TestExportedNames_cite_the_section_they_follow(t *testing.T) {
	seen := map[string]bool{}
	for name, doc := range exported(t) {
		seen[name] = true
		if !section.MatchString(doc) && ours[name] == "" {
			t.Errorf("%s names no section of a specification", name)
		}
	}
	for name := range ours {
		if !seen[name] {
			t.Errorf("%s is an exception, and there is no such name", name)
		}
	}
}

// exported answers the docstrings of the package's exported functions, types and methods.
func exported(t *testing.T) map[string]string {
	t.Helper()
	docs := map[string]string{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			declared(d, docs)
		}
	}
	return docs
}

func declared(d ast.Decl, docs map[string]string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if of := receiver(d); of != "" {
			if !ast.IsExported(of) || slices.Contains(plumbing, name) {
				return
			}
			name = of + "." + name
		}
		if d.Name.IsExported() {
			docs[name] = d.Doc.Text()
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			if s, ok := s.(*ast.TypeSpec); ok && s.Name.IsExported() {
				docs[s.Name.Name] = d.Doc.Text() + s.Doc.Text()
			}
		}
	}
}

// receiver answers the type a method belongs to, "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	of := d.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	if index, ok := of.(*ast.IndexExpr); ok {
		of = index.X
	}
	if id, ok := of.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}
