package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cairn/xapi"
)

// bulkEnvironment is one with an address and a credential that may write.
func bulkEnvironment(t *testing.T) (env []string, key string) {
	t.Helper()
	env = environment(t, "CAIRN_BASE_URL=https://cairn.example")
	var made struct{ Key string }
	succeed(t, env, &made, "credential", "add", "--name", "Importer", "--scope", "statements/write", "--scope", "define")
	return env, made.Key
}

// statementLine is a statement with the number in its id.
func statementLine(n int, verb string) string {
	return fmt.Sprintf(`{"id":"00000000-0000-4000-8000-%012d","timestamp":"2026-01-01T00:00:00.5Z","actor":{"mbox":"mailto:ann@example.org"},"verb":{"id":"http://example.org/%s"},"object":{"id":"http://example.org/a"},"stored":"2026-01-02T00:00:00Z","authority":{"mbox":"mailto:lrs@elsewhere.example"}}`, n, verb)
}

func writeLines(t *testing.T, lines ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "in.jsonl")
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestImportSaysWhatWasStoredKnownAndRefused(t *testing.T) {
	env, key := bulkEnvironment(t)
	file := writeLines(t, statementLine(1, "v"), "", statementLine(2, "v"), statementLine(1, "v"), statementLine(1, "other"), `{"id":7}`,
		strings.Replace(statementLine(3, "v"), `"id":"00000000-0000-4000-8000-000000000003",`, "", 1))
	var first, again importReport
	r := command(t, env, "statements", "import", file, "--credential", key, "--json")
	if r.code != exitRefused || readJSON(t, r.out, &first) == nil {
		t.Fatalf("it ended with %d: %s", r.code, r.problem)
	}
	if first.Lines != 7 || first.Stored != 2 || first.Known != 1 || first.Refused != 3 || len(first.First) != 3 {
		t.Fatalf("reported %+v", first)
	}
	rules := map[int64]string{}
	for _, f := range first.First {
		rules[f.Line] = f.Rule
	}
	if rules[5] != "statement_conflict" || rules[6] == "" || rules[7] != "statement_line" {
		t.Errorf("refused were %v", rules)
	}
	command(t, env, "statements", "import", file, "--credential", key)
	r = command(t, env, "statements", "import", file, "--credential", key, "--json")
	readJSON(t, r.out, &again)
	if again.Stored != 0 || again.Known != 3 {
		t.Errorf("again it reported %+v", again)
	}
	out := command(t, env, "statements", "export").out
	if strings.Contains(out, "elsewhere") || !strings.Contains(out, key) || !strings.Contains(out, "2026-01-01T00:00:00.5") || strings.Count(out, "\n") != 2 {
		t.Errorf("exported %s", out)
	}
	if r := command(t, env, "statements", "import", file, "--credential", "none"); r.code != exitRefused {
		t.Errorf("with an unknown credential it ended with %d", r.code)
	}
}

func readJSON(t *testing.T, text string, into any) any {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%q is not JSON: %v", text, err)
	}
	return into
}

func TestExportThenImportIsTheSameLog(t *testing.T) {
	for _, name := range []string{"out.jsonl", "out.jsonl.gz"} {
		t.Run(name, func(t *testing.T) {
			env, key := bulkEnvironment(t)
			file := filepath.Join(t.TempDir(), name)
			data := "some data"
			sum := fmt.Sprintf("%x", sha256.Sum256([]byte(data)))
			withData := strings.TrimSuffix(statementLine(1, "v"), "}") + `,"attachments":[{"usageType":"http://example.org/u","display":{"en":"d"},"contentType":"text/plain","length":9,"sha2":"` + sum + `"}]}`
			lines := []string{`{"attachment":{"sha2":"` + sum + `","content":"` + base64.StdEncoding.EncodeToString([]byte(data)) + `"}}`, withData, statementLine(2, "w"),
				strings.Replace(strings.Replace(statementLine(3, "v"), "http://example.org/v", xapi.VerbVoided, 1), `{"id":"http://example.org/a"}`, `{"objectType":"StatementRef","id":"00000000-0000-4000-8000-000000000002"}`, 1)}
			succeed(t, env, nil, "statements", "import", writeLines(t, lines...), "--credential", key)
			var wrote, more exported
			succeed(t, env, &wrote, "statements", "export", "-o", file, "--attachments")
			if wrote.Statements != 3 || wrote.Attachments != 1 || wrote.Position != 3 {
				t.Fatalf("wrote %+v", wrote)
			}
			if r := command(t, env, "statements", "export", "-o", file); r.code != exitUsage {
				t.Errorf("over a file it ended with %d", r.code)
			}
			damage(t, file)
			succeed(t, env, nil, "statements", "import", writeLines(t, statementLine(4, "v")), "--credential", key)
			succeed(t, env, &more, "statements", "export", "-o", file, "--attachments", "--continue")
			other, otherKey := bulkEnvironment(t)
			var report importReport
			succeed(t, other, &report, "statements", "import", file, "--credential", otherKey)
			if report.Stored != 4 || report.Known != 0 {
				t.Errorf("the other database took %+v of %+v", report, more)
			}
			lookAtCopy(t, other, data)
			var some exported
			succeed(t, other, &some, "statements", "export", "-o", file+".verb", "--verb", "http://example.org/w")
			if some.Statements != 2 {
				t.Errorf("by verb %d left: the statement and the one that voids it", some.Statements)
			}
		})
	}
}

// damage cuts the end of a file off, as a program does that is killed.
func damage(t *testing.T, file string) {
	t.Helper()
	info, err := os.Stat(file)
	if err == nil {
		err = os.Truncate(file, info.Size()-5)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// lookAtCopy says whether the voided statement is voided and the data is there.
func lookAtCopy(t *testing.T, env []string, data string) {
	t.Helper()
	s := openDatabase(t, env)
	defer func() { _ = s.Close() }()
	if _, err := s.Statement(context.Background(), "00000000-0000-4000-8000-000000000002", true); err != nil {
		t.Errorf("the voided statement: %v", err)
	}
	first, err := s.Statement(context.Background(), "00000000-0000-4000-8000-000000000001", false)
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.OutgoingData(context.Background(), first.Pos)
	if err != nil || len(all) != 1 || string(all[0].Content) != data {
		t.Errorf("the attachment is %v (%v)", all, err)
	}
}

func TestExportWalksByTimeAndPosition(t *testing.T) {
	env, key := bulkEnvironment(t)
	succeed(t, env, nil, "statements", "import", writeLines(t, statementLine(1, "v"), statementLine(2, "v")), "--credential", key)
	for _, c := range []struct {
		args []string
		want int
	}{
		{nil, 2},
		{[]string{"--after", "1"}, 1},
		{[]string{"--agent", "mailto:ann@example.org"}, 2},
		{[]string{"--agent", `{"mbox":"mailto:ben@example.org"}`}, 0},
		{[]string{"--activity", "http://example.org/a"}, 2},
		{[]string{"--activity", "http://example.org/other"}, 0},
		{[]string{"--own"}, 0},
		{[]string{"--since", time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}, 0},
		{[]string{"--until", time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}, 2},
	} {
		r := command(t, env, append([]string{"statements", "export"}, c.args...)...)
		if n := strings.Count(r.out, "\n"); r.code != 0 || n != c.want {
			t.Errorf("%v: %d lines, want %d (%d, %s)", c.args, n, c.want, r.code, r.problem)
		}
	}
	if r := command(t, env, "statements", "export", "--agent", "ann"); r.code != exitUsage {
		t.Errorf("an agent that is none ended with %d", r.code)
	}
}

func TestImportRefusesADamagedAttachment(t *testing.T) {
	env, key := bulkEnvironment(t)
	file := writeLines(t, `{"attachment":{"sha2":"`+strings.Repeat("0", 64)+`","content":"AAAA"}}`, `{"attachment":7}`, statementLine(1, "v"))
	var report importReport
	r := command(t, env, "statements", "import", file, "--credential", key, "--json", "--dry-run")
	readJSON(t, r.out, &report)
	if r.code != exitRefused || report.Refused != 2 || report.Stored != 1 || !report.DryRun || report.First[0].Rule != "attachment_line" {
		t.Errorf("it ended with %d: %+v", r.code, report)
	}
	said := command(t, env, "statements", "import", file, "--credential", key, "--dry-run")
	if strings.Contains(r.out+said.out, "known") || strings.Contains(said.problem, "stored") {
		t.Errorf("a dry run tells what it did not look at: %s%s%s", r.out, said.out, said.problem)
	}
	s := openDatabase(t, env)
	defer func() { _ = s.Close() }()
	if head, err := s.Head(t.Context()); err != nil || head != 0 {
		t.Errorf("a dry run left the log at %d (%v)", head, err)
	}
}

func TestAnImportThatWasKilledIsRunAgain(t *testing.T) {
	env, key := bulkEnvironment(t)
	const n = 20_000
	lines := make([]string, n)
	for i := range lines {
		lines[i] = statementLine(i+1, "v")
	}
	file := writeLines(t, lines...)
	s := openDatabase(t, env)
	defer func() { _ = s.Close() }()
	killed := exec.Command(binary, "statements", "import", file, "--credential", key)
	killed.Env, killed.Dir = env, t.TempDir()
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "something is stored", func() bool {
		head, err := s.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return head > 0
	})
	_ = killed.Process.Kill()
	_ = killed.Wait()
	var report importReport
	succeed(t, env, &report, "statements", "import", file, "--credential", key)
	if report.Stored+report.Known != n || report.Known == 0 {
		t.Errorf("reported %+v", report)
	}
	if head, err := s.Head(t.Context()); err != nil || head != n {
		t.Errorf("the log holds %d (%v)", head, err)
	}
}
