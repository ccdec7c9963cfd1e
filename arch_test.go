// Package cairn_test holds the rules of the architecture that a compiler does not check: who may import whom, how long a file
// may be, who reads the clock, and that everything exported says what it is.
package cairn_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "cairn/"

// source is one parsed Go file of the repository.
type source struct {
	path  string // with slashes, from the root
	room  string // folder
	test  bool
	lines int
	file  *ast.File
	fset  *token.FileSet
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules" || base == "tmp") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
		if err != nil {
			return err
		}
		slash := filepath.ToSlash(name)
		all = append(all, source{slash, path.Dir(slash), strings.HasSuffix(name, "_test.go"), bytes.Count(text, []byte("\n")), file, fset})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("only %d Go files found: is the test running in the root of the repository?", len(all))
	}
	return all
}

func imports(s source) []string {
	var out []string
	for _, i := range s.file.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err == nil {
			out = append(out, p)
		}
	}
	return out
}

func TestEveryPackageHasARowInTheImportTable(t *testing.T) {
	for _, s := range sources(t) {
		if _, ok := rooms[s.room]; !ok && s.room != "." {
			t.Errorf("%s: package %s has no row in the import table (arch_rules_test.go): decide what it may import, and why", s.path, s.room)
		}
	}
}

func TestImportsKeepToTheTable(t *testing.T) {
	for _, s := range sources(t) {
		r := rooms[s.room]
		allowed := append([]string{s.room}, r.may...)
		if s.test {
			allowed = append(allowed, testsMay...)
		}
		for _, p := range imports(s) {
			ours, ok := strings.CutPrefix(p, module)
			if !ok || slices.Contains(allowed, ours) || slices.Contains(r.may, "*") {
				continue
			}
			t.Errorf("%s imports %s, but %s may import %v of ours: %s", s.path, ours, s.room, r.may, r.because)
		}
	}
}

func TestLibrariesStayInTheirRooms(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, p := range imports(s) {
			for _, f := range fenced {
				if (p == f.prefix || strings.HasPrefix(p, f.prefix+"/")) && !slices.Contains(f.rooms, s.room) {
					t.Errorf("%s imports %s, which only %v may: %s", s.path, p, f.rooms, f.because)
				}
			}
		}
	}
}

func TestFilesAreShortEnoughToRead(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > maxFileLines {
			t.Errorf("%s has %d lines; at most %d, so that one file holds one theme: split it by theme", s.path, s.lines, maxFileLines)
		}
	}
}

func TestFunctionsAreShortEnoughToRead(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			if n := s.fset.Position(f.Body.End()).Line - s.fset.Position(f.Pos()).Line + 1; n > maxFunctionLines {
				t.Errorf("%s: %s has %d lines; at most %d", s.path, f.Name.Name, n, maxFunctionLines)
			}
		}
	}
}

func TestOnlyCommandsReadTheClock(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || clocks[s.room] != "" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name) {
				t.Errorf("%s:%d: time.%s: only commands read the clock; take `Now func() time.Time`, so that replay equals live and tests can stop it",
					s.path, s.fset.Position(sel.Pos()).Line, sel.Sel.Name)
			}
			return true
		})
	}
}

func TestEveryPackageHasADocComment(t *testing.T) {
	said, seen := map[string]bool{}, map[string]string{}
	for _, s := range sources(t) {
		if !s.test {
			seen[s.room] = s.file.Name.Name
			said[s.room] = said[s.room] || s.file.Doc.Text() != ""
		}
	}
	for dir, name := range seen {
		if !said[dir] {
			t.Errorf("%s: package %s has no doc comment: say what the room is for, and what it does not know", dir, name)
		}
	}
}

func TestEveryExportedNameHasADocComment(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || s.file.Name.Name == "main" {
			continue
		}
		for _, d := range s.file.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s: %s is exported and has no doc comment", s.path, name)
			}
		}
	}
}

// Methods of the standard library's interfaces, whose words are there.
var wellKnown = []string{"Error", "Unwrap", "Is", "String", "ServeHTTP", "RoundTrip", "Len", "Less", "Swap", "Write", "Read", "Close"}

// undocumented answers the exported names of a declaration that no comment explains. A comment on a group explains its members.
func undocumented(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) && !slices.Contains(wellKnown, d.Name.Name) {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		return undocumentedSpecs(d)
	}
	return nil
}

func undocumentedSpecs(d *ast.GenDecl) []string {
	var out []string
	for _, spec := range d.Specs {
		switch v := spec.(type) {
		case *ast.TypeSpec:
			if v.Name.IsExported() && d.Doc == nil && v.Doc == nil {
				out = append(out, v.Name.Name)
			}
		case *ast.ValueSpec:
			for _, n := range v.Names {
				if n.IsExported() && d.Doc == nil && v.Doc == nil && v.Comment == nil {
					out = append(out, n.Name)
				}
			}
		}
	}
	return out
}

// exportedReceiver says whether a reader of the documentation meets the method; those of unexported types keep an interface
// whose words explain them.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	id, ok := t.(*ast.Ident)
	return ok && id.IsExported()
}
