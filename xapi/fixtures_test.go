package xapi_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cairn/xapi"
)

// fixtures answers the files below a folder by the name of their own folder. A name that ends in .v1.json or .v2.json belongs to
// that version only.
func fixtures(t testing.TB, root string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			topic := filepath.Base(filepath.Dir(path))
			found[topic] = append(found[topic], path)
		}
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatal("no fixtures", err)
	}
	return found
}

func versionsOf(path string) []xapi.Version {
	switch {
	case strings.HasSuffix(path, ".v1.json"):
		return []xapi.Version{xapi.V1}
	case strings.HasSuffix(path, ".v2.json"):
		return []xapi.Version{xapi.V2}
	}
	return []xapi.Version{xapi.V1, xapi.V2}
}

func TestInvalidFixturesBreakTheRuleOfTheirFolder(t *testing.T) {
	found := fixtures(t, "testdata/invalid")
	for _, rule := range xapi.Rules() {
		files := found[rule.Name]
		delete(found, rule.Name)
		if len(files) == 0 {
			t.Errorf("rule %s (%s) has no fixture", rule.Name, rule.Spec)
		}
		for _, path := range files {
			t.Run(rule.Name+"/"+filepath.Base(path), func(t *testing.T) { breaks(t, path, rule) })
		}
	}
	for folder := range found {
		t.Errorf("folder %s was not run: there is no such rule", folder)
	}
}

func breaks(t *testing.T, path string, rule xapi.Rule) {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range versionsOf(path) {
		batch, err := xapi.Prepare(raw, options(v))
		var e *xapi.Invalid
		if !errors.As(err, &e) || e.Rule != rule.Name || e.Spec != rule.Spec || batch != nil {
			t.Errorf("xAPI %s: %v", v, err)
		}
		if e != nil && (e.Detail == "" || strings.Contains(e.Error(), "%!")) {
			t.Errorf("the refusal says nothing: %v", e)
		}
	}
}

func TestValidFixturesAreAcceptedAndComeBackEqual(t *testing.T) {
	run := 0
	for topic, files := range fixtures(t, "testdata/valid") {
		for _, path := range files {
			run++
			t.Run(topic+"/"+filepath.Base(path), func(t *testing.T) { accepted(t, path) })
		}
	}
	if run < 30 {
		t.Errorf("only %d files were run", run)
	}
}

func accepted(t *testing.T, path string) {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range versionsOf(path) {
		batch, err := xapi.Prepare(raw, options(v))
		if err != nil {
			t.Fatalf("xAPI %s: %v", v, err)
		}
		for _, p := range batch {
			comesBack(t, p, v)
		}
	}
}

// comesBack checks what holds for every prepared statement: what is given back is valid, equal, and the same when decoded.
func comesBack(t testing.TB, p xapi.Prepared, v xapi.Version) {
	t.Helper()
	out := p.JSON(stored)
	again, err := xapi.Prepare(out, options(v))
	if err != nil {
		t.Fatalf("what was given back is refused: %v\n%s", err, out)
	}
	if !p.Timestamp.IsZero() && p.Fingerprint != again[0].Fingerprint {
		t.Errorf("what was given back is not equal\n%s", out)
	}
	if string(again[0].JSON(stored)) != string(out) {
		t.Errorf("a second round differs\n%s\n%s", out, again[0].JSON(stored))
	}
	if _, err := xapi.Decode(out, v); err != nil {
		t.Errorf("it is accepted but cannot be decoded: %v", err)
	}
}
