package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/mapping"
)

// shellBlock is an example of the documentation.
var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// apiDocument is the page about the API.
func apiDocument(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// TestTheExamplesOfTheAPIRun: every example of docs/api.md does what it says against the program, by curl, on both databases.
func TestTheExamplesOfTheAPIRun(t *testing.T) {
	blocks := shellBlock.FindAllStringSubmatch(apiDocument(t), -1)
	if len(blocks) < 10 {
		t.Fatalf("there are %d examples", len(blocks))
	}
	for name, env := range map[string][]string{"sqlite": environment(t, "CAIRN_BASE_URL=https://cairn.example"), "postgres": onPostgres(t, postgres(t))} {
		t.Run(name, func(t *testing.T) {
			shell := apiShell(t, env)
			for _, b := range blocks {
				if out := shell(b[1]); !strings.Contains(out, "{") && !strings.Contains(out, "activity,") {
					t.Errorf("%s\nprints %q", b[1], out)
				}
			}
		})
	}
}

// apiShell seeds a world, serves it, and answers what runs a script with the variables of the examples.
func apiShell(t *testing.T, env []string) func(script string) string {
	w := seed(t, env)
	c := newCredential(t, env)
	var registrations []struct{ ID string }
	succeed(t, env, &registrations, "registration", "list")
	p := serve(t, env)
	body := fmt.Sprintf(`{"actor":{"account":{"homePage":%q,"name":"4"}},"verb":{"id":%q},"object":{"id":"%s/activity/0"}}`, w.issuer, mapping.VerbCompleted, w.issuer)
	if status, answer, err := c.post(t.Context(), p.base, []byte(body)); err != nil || status != 200 {
		t.Fatal(status, answer, err)
	}
	vars := []string{"PATH=" + os.Getenv("PATH"), "CAIRN=" + p.base, "KEY=" + c.Key, "SECRET=" + c.Secret, "LEARNER=" + w.learners[4], "REGISTRATION=" + registrations[0].ID, "CONTEXT=2"}
	dir := t.TempDir()
	run := func(script string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "bash", "-eu", "-o", "pipefail", "-c", script)
		cmd.Env, cmd.Dir = vars, dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s\nends with %v: %s", script, err, out)
		}
		return string(out)
	}
	var aligned struct {
		Items []struct{ Capability string }
	}
	eventually(t, "the tags are folded", func() bool {
		out := run(`curl -sS -u "$KEY:$SECRET" "$CAIRN/api/v1/alignments?activity=https://lms.example/activity/0"`)
		return json.Unmarshal([]byte(out), &aligned) == nil && len(aligned.Items) == 1
	})
	vars = append(vars, "CAPABILITY="+aligned.Items[0].Capability)
	eventually(t, "the statement counts", func() bool {
		return strings.Contains(run(`curl -sS -u "$KEY:$SECRET" "$CAIRN/api/v1/learners/$LEARNER/capabilities/$CAPABILITY"`), `"state":"evidenced"`)
	})
	return run
}

// TestEveryOperationOfTheAPIIsOnItsPage holds the page against the document.
func TestEveryOperationOfTheAPIIsOnItsPage(t *testing.T) {
	page := apiDocument(t)
	raw, err := os.ReadFile("../../docs/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths      map[string]map[string]any
		Components struct {
			SecuritySchemes struct {
				Token struct {
					Flows struct {
						ClientCredentials struct{ Scopes map[string]string }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(raw, &document); err != nil || len(document.Paths) < 20 {
		t.Fatal(len(document.Paths), err)
	}
	for path, methods := range document.Paths {
		for method := range methods {
			if operation := "`" + strings.ToUpper(method) + " " + path + "`"; !strings.Contains(page, operation) {
				t.Errorf("docs/api.md does not tell of %s", operation)
			}
		}
	}
	for scope := range document.Components.SecuritySchemes.Token.Flows.ClientCredentials.Scopes {
		if !strings.Contains(page, "`"+scope+"`") {
			t.Errorf("docs/api.md does not tell of the scope %s", scope)
		}
	}
}

// TestCredentialsOfTheAPI: the command knows its scopes, and a limit to one LMS holds.
func TestCredentialsOfTheAPI(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	w := seed(t, env)
	var reads, elsewhere credential
	succeed(t, env, &reads, "credential", "add", "--name", "Reports", "--scope", "learners/read,capabilities/read")
	succeed(t, env, &elsewhere, "credential", "add", "--name", "Other", "--scope", "all", "--home-page", "https://other.example")
	if r := command(t, env, "credential", "add", "--name", "x", "--scope", "learners/write"); r.code != exitRefused || !strings.Contains(r.problem, "learners/read") {
		t.Error(r)
	}
	p := serve(t, env)
	for _, c := range []struct {
		who  credential
		path string
		want int
	}{
		{reads, "/learners", 200}, {reads, "/frameworks", 200}, {reads, "/alignments", 403}, {elsewhere, "/learners/" + w.learners[0], 404}, {credential{"x", "y"}, "/learners", 401},
		{credential{}, "/openapi.json", 200},
	} {
		began := time.Now()
		r := exec.CommandContext(t.Context(), "curl", "-sS", "-o", os.DevNull, "-w", "%{http_code}", "-u", c.who.Key+":"+c.who.Secret, p.base+"/api/v1"+c.path)
		if out, err := r.Output(); err != nil || string(out) != fmt.Sprint(c.want) {
			t.Errorf("%s is answered %s, not %d (%v, after %s)", c.path, out, c.want, err, time.Since(began))
		}
	}
	if strings.Contains(p.logged(), reads.Secret) {
		t.Error("the log holds a secret")
	}
}
