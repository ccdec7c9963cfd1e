package main

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// aged makes what is in the database older than it is.
func aged(t *testing.T, env []string, by time.Duration) {
	t.Helper()
	db, err := sql.Open("sqlite3", variable(env, "CAIRN_DB"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`UPDATE statement SET stored = stored - ?`, by.Microseconds())
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestRetentionFromTheCommandLine(t *testing.T) {
	env, key := bulkEnvironment(t)
	file := writeLines(t, statementLine(1, "v"), statementLine(2, "v"), statementLine(3, "w"), statementLine(4, "w"))
	succeed(t, env, nil, "statements", "import", file, "--credential", key)
	succeed(t, env, nil, "retention", "set", "short", "--days", "1", "--verb", "http://example.org/v")
	for _, bad := range [][]string{{"set", "x", "--days", "0"}, {"set", "x", "--days", "1", "--verb", "no"}} {
		if r := command(t, env, append([]string{"retention"}, bad...)...); r.code != exitUsage {
			t.Errorf("%v ended with %d", bad, r.code)
		}
	}
	for _, unknown := range [][]string{{"remove", "x"}, {"purge", "--rule", "x"}, {"set", "x", "--days", "1", "--registration", "x"}} {
		if r := command(t, env, append([]string{"retention"}, unknown...)...); r.code != exitRefused {
			t.Errorf("%v ended with %d: %s", unknown, r.code, r.problem)
		}
	}
	aged(t, env, 48*time.Hour)
	purge := func(args ...string) purgedView {
		t.Helper()
		var views []purgedView
		succeed(t, env, &views, append([]string{"retention", "purge"}, args...)...)
		if len(views) != 1 || views[0].Rule != "short" {
			t.Fatalf("%+v", views)
		}
		return views[0]
	}
	if v := purge(); v.Statements != 0 || v.Held == 0 {
		t.Errorf("before anything was folded it took %+v", v)
	}
	succeed(t, env, nil, "replay")
	if v := purge("--dry-run"); v.Statements != 2 {
		t.Errorf("the dry run says %+v", v)
	}
	if v := purge(); v.Statements != 2 {
		t.Errorf("it took %+v", v)
	}
	var again importReport
	succeed(t, env, &again, "statements", "import", file, "--credential", key)
	if again.Stored != 0 || again.Known != 2 || again.Dropped != 2 {
		t.Errorf("the same file again: %+v", again)
	}
	out := filepath.Join(t.TempDir(), "out.jsonl")
	succeed(t, env, nil, "statements", "export", "-o", out)
	text, err := os.ReadFile(out)
	if err != nil || strings.Count(string(text), "\n") != 2 {
		t.Errorf("left are %s, %v", text, err)
	}
	var rules []ruleView
	succeed(t, env, &rules, "retention", "list")
	if len(rules) != 1 || rules[0].Purged != 2 || rules[0].LastRun == "" {
		t.Errorf("the rules: %+v", rules)
	}
	succeed(t, env, nil, "retention", "compact")
	succeed(t, env, nil, "retention", "remove", "short")
}

// A server applies the rules by itself, and leaves room behind that is used again.
func TestServerPurgesByItself(t *testing.T) {
	env := environment(t)
	c := newCredential(t, env)
	p := serve(t, env)
	var raw []string
	for n := range 50 {
		raw = append(raw, statementLine(n+1, "v"))
	}
	if status, body, err := c.post(t.Context(), p.base, []byte("["+strings.Join(raw, ",")+"]")); err != nil || status != 200 {
		t.Fatalf("%d %s %v", status, body, err)
	}
	p.stop(t)
	succeed(t, env, nil, "replay")
	succeed(t, env, nil, "retention", "set", "all", "--days", "1")
	aged(t, env, 48*time.Hour)
	serve(t, env)
	eventually(t, "the rule was applied", func() bool {
		var rules []ruleView
		succeed(t, env, &rules, "retention", "list")
		return len(rules) == 1 && rules[0].Purged == 49 // the log ends with an entry
	})
}
