package main

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cairn/lti/ltitest"
)

// The person of these tests: everything about her holds one of these words.
const (
	zuzana    = "zq-8812-person"
	zuzanaSur = "Quillfeather"
)

// personWorld is a server, an LMS it knows, and a person of it.
type personWorld struct {
	*testing.T
	env  []string
	p    *process
	lms  *ltitest.Platform
	at   ltitest.Sampled
	cred credential
}

func newPersonWorld(t *testing.T) *personWorld {
	t.Helper()
	w := &personWorld{T: t, env: environment(t, "CAIRN_ALLOW_PRIVATE_HOST=localhost,127.0.0.1"), lms: ltitest.New(ltitest.Config{Now: time.Now})}
	if err := w.lms.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.lms.Close() })
	w.cred = newCredential(t, w.env)
	w.p = serve(t, w.env)
	w.at = ltitest.Sample(w.lms, ltitest.Tool{
		LoginURL: w.p.base + "/lti/login", TargetLinkURI: w.p.base + "/lti/launch", RedirectURIs: []string{w.p.base + "/lti/launch"}, KeySetURL: w.p.base + "/lti/keys",
	})
	w.lms.AddUser(ltitest.User{Sub: zuzana, Username: zuzana, Given: "Zuzana", Family: zuzanaSur, Email: zuzana + "@example.test"})
	w.lms.Enrol(ltitest.Member{Course: w.at.Course, User: zuzana, Roles: []string{"Learner"}})
	conn, err := w.lms.Connection(w.at.Tool.ID)
	if err != nil {
		t.Fatal(err)
	}
	succeed(t, w.env, nil, "registration", "add", "--platform", "moodle", "--issuer", conn.Issuer, "--client-id", conn.ClientID, "--deployment", conn.DeploymentID)
	return w
}

// launch opens Cairn as a person of the LMS.
func (w *personWorld) launch(user string) {
	w.Helper()
	var ready *ltitest.Prepared
	eventually(w.T, "the registration is seen", func() bool {
		var err error
		ready, err = w.lms.PrepareLaunch(w.Context(), ltitest.NewBrowser(ltitest.PartitionedOnly), user, w.at.Link)
		return err == nil
	})
	answer, err := ready.Post(w.Context())
	if err != nil || answer.StatusCode != http.StatusOK {
		w.Fatalf("the launch ended with %v (%v)", answer, err)
	}
	_ = answer.Body.Close()
}

func (w *personWorld) person() string {
	return fmt.Sprintf(`{"name":"Zuzana %s","account":{"homePage":%q,"name":%q}}`, zuzanaSur, w.lms.Issuer(), zuzana)
}

func (w *personWorld) record(n int, actor, rest string) {
	w.Helper()
	raw := fmt.Sprintf(`{"id":"00000000-0000-4000-8000-%012d","timestamp":"2026-01-01T00:00:00Z","actor":%s,"verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},"object":{"id":"http://example.org/a"}%s}`, n, actor, rest)
	if status, body, err := w.cred.post(w.Context(), w.p.base, []byte(raw)); err != nil || status != http.StatusOK {
		w.Fatalf("statement %d: %d %s %v", n, status, body, err)
	}
}

func (w *personWorld) has(n int) bool {
	w.Helper()
	status, _, err := w.cred.xapi(w.Context(), http.MethodGet, fmt.Sprintf("%s/xapi/statements?statementId=00000000-0000-4000-8000-%012d", w.p.base, n), nil)
	if err != nil {
		w.Fatal(err)
	}
	return status == http.StatusOK
}

// bytesOf looks for words in the files of the database.
func (w *personWorld) bytesOf(words ...string) (found []string) {
	w.Helper()
	for _, end := range []string{"", "-wal"} {
		text, err := os.ReadFile(variable(w.env, "CAIRN_DB") + end)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.Fatal(err)
		}
		for _, word := range words {
			if strings.Contains(string(text), word) {
				found = append(found, word+" in the file"+end)
			}
		}
	}
	return found
}

// quality.md, "Security", from the outside: a person launches and has records; everything is told, then erased while a server runs;
// no byte is left, nothing comes back, and a restored backup is brought in line by the tombstones.
func TestPersonIsToldErasedAndStaysErased(t *testing.T) {
	w := newPersonWorld(t)
	w.launch(zuzana)
	w.launch(w.at.Learner)
	other := `{"account":{"homePage":"` + w.lms.Issuer() + `","name":"4"}}`
	w.record(1, w.person(), "")
	w.record(2, other, `,"context":{"instructor":`+w.person()+`}`)
	w.record(3, other, "")
	who := []string{"--issuer", w.lms.Issuer(), "--subject", zuzana}

	var found struct {
		Counts map[string]int64
		Copies struct{ Platforms []string }
	}
	succeed(t, w.env, &found, append([]string{"person", "find"}, who...)...)
	if found.Counts["statements"] != 1 || found.Counts["named"] != 1 || found.Counts["session"] != 1 || found.Counts["account"] != 1 || len(found.Copies.Platforms) != 1 {
		t.Errorf("found %+v", found)
	}
	file := filepath.Join(t.TempDir(), "her.jsonl")
	succeed(t, w.env, nil, append([]string{"person", "export", "-o", file}, who...)...)
	text, err := os.ReadFile(file)
	if err != nil || strings.Count(string(text), `"kind":"statement"`) != 2 || !strings.Contains(string(text), zuzanaSur) || strings.Contains(string(text), "Hash") {
		t.Errorf("the export holds %s, %v", text, err)
	}
	backup := w.backup()

	erase := append([]string{"person", "erase"}, who...)
	if r := command(t, w.env, append(erase, "--reason", "asked for")...); r.code != exitUsage {
		t.Errorf("without a typed confirmation it ended with %d", r.code)
	}
	if r := command(t, w.env, append(erase, "--reason", "asked by "+zuzana, "--yes", "ERASE")...); r.code != exitRefused {
		t.Errorf("a reason that says who ended with %d", r.code)
	}
	succeed(t, w.env, nil, append(erase, "--dry-run")...)
	if !w.has(1) {
		t.Fatal("a dry run erased")
	}
	r := command(t, w.env, append(erase, "--reason", "asked for", "--yes", "ERASE")...)
	if r.code != exitOK || !strings.Contains(r.out, "Erased: 1 statements, and 1 of others") || !strings.Contains(r.out, w.lms.Issuer()) {
		t.Fatalf("it ended with %d: %s %s", r.code, r.out, r.problem)
	}
	w.record(1, w.person(), "") // the server that runs knows at once
	w.record(9, w.person(), "")
	if w.has(1) || w.has(9) || !w.has(2) || !w.has(3) {
		t.Errorf("there are %v %v %v %v", w.has(1), w.has(9), w.has(2), w.has(3))
	}
	if figures := fetch(t, http.MethodGet, w.p.base+"/metrics", nil); !strings.Contains(figures.body, "cairn_statements_dropped_total 2") {
		t.Error("nobody counts what was dropped")
	}
	if left := w.bytesOf(zuzana, zuzanaSur); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
	if r := command(t, w.env, append([]string{"person", "find"}, who...)...); r.code != exitRefused {
		t.Errorf("she is still found: %d %s", r.code, r.out)
	}
	stones := filepath.Join(t.TempDir(), "tombstones.json")
	succeed(t, w.env, nil, "person", "tombstones", "export", "-o", stones)
	found.Counts = nil
	w.launch(zuzana) // she comes back by herself, and begins anew
	succeed(t, w.env, &found, append([]string{"person", "find"}, who...)...)
	if found.Counts["statements"] != 0 || found.Counts["account"] != 1 {
		t.Errorf("she came back with %+v", found)
	}

	w.env = append(w.env, "CAIRN_DB="+backup)
	if len(w.bytesOf(zuzana)) == 0 {
		t.Fatal("the backup is without her")
	}
	var again struct{ People int }
	succeed(t, w.env, &again, "person", "tombstones", "apply", stones)
	if left := w.bytesOf(zuzana, zuzanaSur); again.People != 1 || len(left) > 0 {
		t.Errorf("%d people were erased again, left are %v", again.People, left)
	}
}

// backup is a copy of the database under load.
func (w *personWorld) backup() string {
	w.Helper()
	name := filepath.Join(w.TempDir(), "backup.db")
	db, err := sql.Open("sqlite3", variable(w.env, "CAIRN_DB"))
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Exec(`VACUUM INTO ?`, name); err != nil {
		w.Fatal(err)
	}
	return name
}

// The same commands on PostgreSQL, while a server runs: erased, purged and compacted.
func TestPersonAndRetentionOnPostgres(t *testing.T) {
	env := onPostgres(t, postgres(t))
	c := newCredential(t, env)
	p := serve(t, env)
	for n, who := range []string{"ann", "bob"} {
		line := strings.ReplaceAll(statementLine(n+1, "v"), "ann@", who+"@")
		if status, body, err := c.post(t.Context(), p.base, []byte("["+line+"]")); err != nil || status != http.StatusOK {
			t.Fatalf("%d %s %v", status, body, err)
		}
	}
	var done erasedView
	succeed(t, env, &done, "person", "erase", "--agent", "mailto:bob@example.org", "--reason", "asked for", "--yes", "ERASE")
	if done.Erased.Statements != 1 {
		t.Errorf("it took %+v", done)
	}
	for n, want := range []int{http.StatusOK, http.StatusNotFound} {
		status, _, err := c.xapi(t.Context(), http.MethodGet, fmt.Sprintf("%s/xapi/statements?statementId=00000000-0000-4000-8000-%012d", p.base, n+1), nil)
		if err != nil || status != want {
			t.Errorf("statement %d is answered %d, %v", n+1, status, err)
		}
	}
	succeed(t, env, nil, "retention", "set", "all", "--days", "1")
	succeed(t, env, nil, "retention", "purge")
	succeed(t, env, nil, "retention", "compact")
}

// Addresses that differ in the case of letters alone are different agents in xAPI; who looks for one is told of the other.
func TestPersonFindTellsOfAddressesThatDifferInCase(t *testing.T) {
	env, key := bulkEnvironment(t)
	succeed(t, env, nil, "statements", "import", writeLines(t, strings.ReplaceAll(statementLine(1, "v"), "ann@", "Ann@")), "--credential", key)
	r := command(t, env, "person", "find", "--agent", "mailto:ann@example.org")
	if r.code != exitRefused || !strings.Contains(r.problem, "mbox|mailto:Ann@example.org") {
		t.Errorf("it ended with %d: %s", r.code, r.problem)
	}
	succeed(t, env, nil, "statements", "import", writeLines(t, statementLine(2, "v")), "--credential", key)
	for _, args := range [][]string{{"find"}, {"erase", "--dry-run"}} {
		r = command(t, env, append(append([]string{"person"}, args...), "--agent", "mailto:ann@example.org")...)
		if r.code != exitOK || !strings.Contains(r.out, "differs in case, stays") || !strings.Contains(r.out, "mbox|mailto:Ann@example.org") {
			t.Errorf("person %v ended with %d: %s%s", args, r.code, r.out, r.problem)
		}
	}
}

// Settled question 1: the operator joins two accounts and parts them again; pages, find and erase know them as one person between.
func TestPersonJoinAndPart(t *testing.T) {
	w := newPersonWorld(t)
	w.lms.AddUser(ltitest.User{Sub: "other-77", Username: "other"})
	w.lms.Enrol(ltitest.Member{Course: w.at.Course, User: "other-77", Roles: []string{"Learner"}})
	w.launch(zuzana)
	w.launch("other-77")
	first, second := "account|"+w.lms.Issuer()+"|"+zuzana, "account|"+w.lms.Issuer()+"|other-77"
	var moved struct {
		From, Into string
		Accounts   []string
	}
	succeed(t, w.env, &moved, "person", "join", second, first, "--reason", "asked for")
	if moved.From == "" || moved.Into == "" || len(moved.Accounts) != 1 {
		t.Fatalf("it says %+v", moved)
	}
	var found struct {
		Person struct{ Accounts []struct{ Subject string } }
	}
	succeed(t, w.env, &found, "person", "find", "--issuer", w.lms.Issuer(), "--subject", "other-77")
	if len(found.Person.Accounts) != 2 || found.Person.Accounts[0].Subject != zuzana {
		t.Errorf("the person has %+v", found.Person.Accounts)
	}
	w.refused("joined already", "person", "join", first, second, "--reason", "again")
	w.refused("nobody has", "person", "join", first, "mailto:"+zuzana+"@example.test", "--reason", "by mail")
	succeed(t, w.env, nil, "person", "part", second, "--reason", "a mistake")
	w.refused("joined with no other", "person", "part", second, "--reason", "again")
	succeed(t, w.env, &found, "person", "find", "--issuer", w.lms.Issuer(), "--subject", "other-77")
	if len(found.Person.Accounts) != 1 {
		t.Errorf("the person has %+v", found.Person.Accounts)
	}
}

// refused holds that a command is refused with some words.
func (w *personWorld) refused(words string, args ...string) {
	w.Helper()
	if r := command(w.T, w.env, args...); r.code != exitRefused || !strings.Contains(r.problem, words) {
		w.Errorf("cairn %s ended with %d: %s", strings.Join(args, " "), r.code, r.problem)
	}
}
