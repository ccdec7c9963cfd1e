package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cairn/internal/sqlstore"
)

// Every refusal has an exit code for scripts and a sentence that names the rule.
func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cases := []struct {
		name string
		env  []string
		args []string
		code int
		says []string
	}{
		{"no such flag", nil, []string{"serve", "--adress", "x"}, exitUsage, []string{"--adress"}},
		{"no such command", nil, []string{"server"}, exitUsage, []string{"server"}},
		{"base URL without scheme", []string{"CAIRN_BASE_URL=cairn.example.org"}, []string{"serve"}, exitUsage, []string{"CAIRN_BASE_URL", "https://"}},
		{"base URL with a path", []string{"CAIRN_BASE_URL=https://example.org/cairn"}, []string{"serve"}, exitUsage, []string{"CAIRN_BASE_URL", "path"}},
		{"base URL with a query", []string{"CAIRN_BASE_URL=https://example.org?x=1"}, []string{"serve"}, exitUsage, []string{"CAIRN_BASE_URL", "query"}},
		{"IRI base that is none", []string{"CAIRN_IRI_BASE=urn:x"}, []string{"migrate"}, exitUsage, []string{"CAIRN_IRI_BASE"}},
		{"configuration file missing", nil, []string{"serve", "--config", filepath.Join(dir, "none.json")}, exitUsage, []string{"none.json"}},
		{"configuration file not JSON", nil, []string{"serve", "--config", file("bad.json", "addr: x")}, exitUsage, []string{"configuration file"}},
		{"configuration file with an unknown flag", nil, []string{"serve", "--config", file("unknown.json", `{"adress":"x"}`)}, exitUsage, []string{"adress"}},
		{"key file missing", []string{"CAIRN_TOOL_KEY_FILE=" + filepath.Join(dir, "none.pem"), "CAIRN_DB=postgres://127.0.0.1:1/x"}, []string{"serve"}, exitUsage, []string{"none.pem"}},
		{"key file without a key", []string{"CAIRN_TOOL_KEY_FILE=" + file("bad.pem", "SECRETTEXT")}, []string{"serve"}, exitUsage, []string{"bad.pem", "PEM"}},
		{"two keys", []string{"CAIRN_TOOL_KEY=x", "CAIRN_TOOL_KEY_FILE=y"}, []string{"serve"}, exitUsage, []string{"CAIRN_TOOL_KEY_FILE"}},
		{"PostgreSQL without a key", []string{"CAIRN_DB=postgres://127.0.0.1:1/x"}, []string{"serve"}, exitUsage, []string{"CAIRN_TOOL_KEY_FILE"}},
		{"PostgreSQL out of reach", []string{"CAIRN_DB=postgres://127.0.0.1:1/x?connect_timeout=3"}, []string{"migrate"}, exitDatabase, []string{"CAIRN_DB"}},
		{"database is a folder", []string{"CAIRN_DB=" + dir}, []string{"serve"}, exitDatabase, []string{"folder"}},
		{"database is another file", []string{"CAIRN_DB=" + file("notes.txt", strings.Repeat("these are my notes\n", 100))}, []string{"serve"}, exitDatabase, []string{"database"}},
		{"database in memory", []string{"CAIRN_DB=:memory:"}, []string{"migrate"}, exitFailure, []string{"file"}},
		{"groups that are too small", []string{"CAIRN_SMALLEST_GROUP=4"}, []string{"serve"}, exitUsage, []string{"CAIRN_SMALLEST_GROUP", "4 is smaller than 5"}},
		{"sessions that are too short", []string{"CAIRN_SESSION_LIFE=5m"}, []string{"serve"}, exitUsage, []string{"CAIRN_SESSION_LIFE", "15m to 12h"}},
		{"sessions that are too long", []string{"CAIRN_SESSION_LIFE=13h"}, []string{"serve"}, exitUsage, []string{"CAIRN_SESSION_LIFE", "15m to 12h"}},
		{"no notice", []string{"CAIRN_RENEWAL_NOTICE=0"}, []string{"serve"}, exitUsage, []string{"CAIRN_RENEWAL_NOTICE", "1 to 366 days"}},
		{"more than all", []string{"CAIRN_GAP_SHARE=101"}, []string{"serve"}, exitUsage, []string{"CAIRN_GAP_SHARE", "1 to 100 percent"}},
		{"words of no rating", []string{"CAIRN_RATING_WORDS=en=" + file("words.txt", "front.title = Ours")}, []string{"serve"}, exitUsage, []string{"CAIRN_RATING_WORDS", "words.txt", "front.title"}},
		{"words missing", []string{"CAIRN_RATING_WORDS=en=" + filepath.Join(dir, "none.txt")}, []string{"serve"}, exitUsage, []string{"CAIRN_RATING_WORDS", "none.txt"}},
		{"framework file missing", nil, []string{"framework", "import", filepath.Join(dir, "none.csv")}, exitUsage, []string{"none.csv"}},
		{"framework file with bad rows", []string{"CAIRN_BASE_URL=https://x.example"},
			[]string{"framework", "import", file("rows.csv", "code,kind,title,level\n1,section,One,\n1.1,capability,Can do,high\n,capability,No code,2\n")},
			exitRefused, []string{`row 3, column "level"`, "high"}},
		{"framework without IRI base", nil, []string{"framework", "import", file("good.csv", "code,kind,title\n1,section,One\n1.1,capability,Can do\n")}, exitUsage, []string{"CAIRN_IRI_BASE"}},
		{"registration without client id", nil, []string{"registration", "add", "--platform", "moodle", "--issuer", "https://lms.example"}, exitRefused, []string{"client id"}},
		{"registration with a bad identity rule", nil, []string{"registration", "add", "--platform", "moodle", "--issuer", "https://lms.example", "--client-id", "x", "--identity", "email"}, exitRefused, []string{"identity"}},
		{"registration file with an unknown member", nil, []string{"registration", "add", "--from-json", file("r.json", `{"issuer":"https://lms.example","clientid":"x"}`)}, exitRefused, []string{"clientid"}},
		{"unknown registration", nil, []string{"registration", "set", "none", "--name", "x"}, exitRefused, []string{"there is no registration", `"none"`}},
		{"unknown registration to remove", nil, []string{"registration", "remove", "none"}, exitRefused, []string{"there is no registration", `"none"`}},
		{"unknown registration to look at", nil, []string{"doctor", "none"}, exitRefused, []string{"there is no registration", `"none"`}},
		{"unknown kind of LMS", nil, []string{"registration", "add", "--platform", "moodel", "--issuer", "https://lms.example", "--client-id", "x",
			"--auth-url", "https://lms.example/a", "--key-set-url", "https://lms.example/k"}, exitRefused, []string{"moodel", "canvas"}},
		{"unknown kind of LMS set", nil, []string{"registration", "set", "none", "--platform", "moodel"}, exitRefused, []string{"moodel"}},
		{"Moodle's issuer with a slash", nil, []string{"registration", "add", "--platform", "moodle", "--issuer", "https://lms.example/", "--client-id", "x"}, exitRefused, []string{"slash"}},
		{"address that is none", nil, []string{"serve", "--addr", "nonsense"}, exitUsage, []string{"CAIRN_ADDR", "nonsense"}},
		{"port that is none", nil, []string{"serve", "--addr", "127.0.0.1:99999"}, exitUsage, []string{"CAIRN_ADDR", "99999"}},
		{"host of the address unknown", nil, []string{"serve", "--addr", "nowhere.invalid:8080"}, exitAddress, []string{"CAIRN_ADDR", "nowhere.invalid"}},
		{"private host with a scheme", nil, []string{"serve", "--allow-private-host", "http://lms.example"}, exitUsage, []string{"CAIRN_ALLOW_PRIVATE_HOST", "http://lms.example"}},
		{"private host with a path", []string{"CAIRN_ALLOW_PRIVATE_HOST=a.example:80,lms.example/moodle"}, []string{"doctor"}, exitUsage, []string{"lms.example/moodle"}},
		{"private host with no port", nil, []string{"serve", "--allow-private-host", "lms.example:http"}, exitUsage, []string{"lms.example:http"}},
		{"time zone that is none", []string{"CAIRN_TIME_ZONE=Europe/Nowhere"}, []string{"serve"}, exitUsage, []string{"CAIRN_TIME_ZONE", "Nowhere"}},
		{"key file named and missing", []string{"CAIRN_TOOL_KEY_FILE=" + filepath.Join(dir, "none.pem")}, []string{"serve"}, exitUsage, []string{"none.pem", "CAIRN_TOOL_KEY_FILE"}},
		{"credential of two lines", nil, []string{"credential", "add", "--name", "a\nb", "--scope", "all"}, exitRefused, []string{"name"}},
		{"unknown scope", nil, []string{"credential", "add", "--name", "x", "--scope", "everything"}, exitRefused, []string{"everything", "statements/write"}},
		{"deliveries not named", nil, []string{"deliveries", "retry"}, exitUsage, []string{"--registration"}},
		{"unknown delivery", nil, []string{"deliveries", "retry", "none"}, exitRefused, []string{"delivery"}},
		{"invitation without an address", nil, []string{"invite", "add"}, exitUsage, []string{"CAIRN_BASE_URL"}},
		{"invitation for a year", []string{"CAIRN_BASE_URL=https://x.example"}, []string{"invite", "add", "--expires", "8760h"}, exitRefused, []string{"thirty days"}},
		{"invitation to update nothing", []string{"CAIRN_BASE_URL=https://x.example"}, []string{"invite", "add", "--update", "none"}, exitRefused, []string{"registered"}},
		{"unknown invitation", nil, []string{"invite", "revoke", "none"}, exitRefused, []string{"invitation"}},
		{"unknown credential", nil, []string{"credential", "revoke", "none"}, exitRefused, []string{"none"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := command(t, environment(t, c.env...), c.args...)
			if r.code != c.code {
				t.Errorf("ended with %d, want %d: %s", r.code, c.code, r.problem)
			}
			for _, word := range c.says {
				if !strings.Contains(r.problem, word) {
					t.Errorf("does not say %q: %s", word, r.problem)
				}
			}
			if strings.Contains(r.problem, "SECRETTEXT") {
				t.Error("a secret is printed")
			}
			if packageNames.MatchString(strings.TrimPrefix(r.problem, "cairn: ")) {
				t.Errorf("it names packages to people: %s", r.problem)
			}
		})
	}
}

// Names of packages stand before errors for those who read logs, also several, and inside; other words before colons stay.
func TestSentencesNameNoPackages(t *testing.T) {
	for text, want := range map[string]string{
		"sqlstore: lti: no":                         "no",
		"it failed: sqlstore: read: lrs: gone":      "it failed: read: gone",
		"a\nxapi: b":                                "a\nb",
		"https://lti: x, the lti: y, mailto: z: no": "https://lti: x, the lti: y, mailto: z: no",
	} {
		if got := (&refusal{sentence: text}).Error(); got != want {
			t.Errorf("%q is told as %q", text, got)
		}
	}
	if got := (&refusal{sentence: "refused", cause: errors.New("sqlstore: why")}).Error(); got != "refused: why" {
		t.Errorf("a cause is told as %q", got)
	}
}

func TestRefusedFrameworkFileAsJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.csv")
	if err := os.WriteFile(path, []byte("code,kind,title\n1,section,One\n1.1,capability,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := command(t, environment(t, "CAIRN_BASE_URL=https://x.example"), "framework", "import", path, "--json")
	var told struct {
		Problems []struct{ Where, Message string }
	}
	if err := json.Unmarshal([]byte(r.out), &told); err != nil || r.code != exitRefused {
		t.Fatalf("ended with %d and printed %q (%v)", r.code, r.out, err)
	}
	if len(told.Problems) != 1 || told.Problems[0].Where != `row 3, column "title"` {
		t.Errorf("told %v", told.Problems)
	}
}

// A database that a newer version has migrated is left alone.
func TestNewerSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cairn.db")
	s, err := sqlstore.Open(context.Background(), path, sqlstore.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve"}, {"migrate"}, {"credential", "list"}} {
		r := command(t, environment(t, "CAIRN_DB="+path), args...)
		if r.code != exitDatabase || !strings.Contains(r.problem, "newer version") {
			t.Errorf("cairn %s ended with %d: %s", args[0], r.code, r.problem)
		}
	}
}
