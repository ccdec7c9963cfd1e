package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cairn/internal/pipeline"
	"cairn/xapi"
)

// recordStoreProcess is a Cairn that runs, with a credential that may do everything.
type recordStoreProcess struct {
	*process
	env  []string
	cred credential
}

// newRecordStore starts one; hosts may be called by plain http.
func newRecordStore(t *testing.T, hosts string) *recordStoreProcess {
	t.Helper()
	env := environment(t, "CAIRN_ALLOW_PRIVATE_HOST="+hosts)
	var made struct{ Key, Secret string }
	succeed(t, env, &made, "credential", "add", "--name", "All", "--scope", "all")
	return &recordStoreProcess{serve(t, env), env, credential{made.Key, made.Secret}}
}

func (r *recordStoreProcess) secretFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, []byte(r.cred.Secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func (r *recordStoreProcess) send(t *testing.T, statements ...string) {
	t.Helper()
	status, body, err := r.cred.post(t.Context(), r.base, []byte("["+strings.Join(statements, ",")+"]"))
	if err != nil || status != 200 {
		t.Fatalf("sent: %d %s %v", status, body, err)
	}
}

func (r *recordStoreProcess) status(t *testing.T, parameter string, n int) int {
	t.Helper()
	status, _, err := r.cred.xapi(t.Context(), "GET", fmt.Sprintf("%s/xapi/statements?%s=00000000-0000-4000-8000-%012d", r.base, parameter, n), nil)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// has says whether the statement is there and not voided.
func (r *recordStoreProcess) has(t *testing.T, n int) bool {
	return r.status(t, "statementId", n) == 200
}

// voidLine is a statement n that voids another.
func voidLine(n, target int) string {
	return strings.Replace(strings.Replace(statementLine(n, "v"), "http://example.org/v", xapi.VerbVoided, 1), `{"id":"http://example.org/a"}`,
		fmt.Sprintf(`{"objectType":"StatementRef","id":"00000000-0000-4000-8000-%012d"}`, target), 1)
}

func TestForwardsToASecondCairn(t *testing.T) {
	to := newRecordStore(t, "")
	from := newRecordStore(t, strings.TrimPrefix(to.base, "http://"))
	to.send(t, statementLine(2, "v"), statementLine(3, "other")) // one that is equal, one that differs
	from.send(t, statementLine(1, "v"), statementLine(2, "v"), statementLine(3, "v"), statementLine(4, "v"), statementLine(5, "w"))
	from.send(t, voidLine(6, 4), voidLine(7, 2))
	var made struct{ ID string }
	succeed(t, from.env, &made, "forward", "add", "--name", "other", "--endpoint", to.base+"/xapi/", "--key", to.cred.Key, "--secret-file", to.secretFile(t), "--verb", "http://example.org/v")
	var view targetView
	eventually(t, "everything is forwarded", func() bool {
		succeed(t, from.env, &view, "forward", "status", "other")
		return view.State == "current" && view.Lag == 0
	})
	if view.Sent != 5 || view.Refused != 1 || len(view.Dead) != 1 || !strings.HasSuffix(view.Dead[0].Statement, "3") || view.Dead[0].Status != 409 {
		t.Errorf("the target is %+v", view)
	}
	if !to.has(t, 1) || to.has(t, 5) || to.has(t, 4) || to.status(t, "voidedStatementId", 4) != 200 || to.has(t, 2) {
		t.Error("the second has not what the selection takes, voids applied")
	}
	if _, figures := from.get(t, "/metrics"); !strings.Contains(figures, `cairn_forward_refused{target="other"} 1`) || !strings.Contains(figures, `cairn_forward_lag_entries{target="other"} 0`) {
		t.Errorf("the figures are %s", figures)
	}
	var again struct{ Statements int }
	if succeed(t, from.env, &again, "forward", "retry", "other"); again.Statements != 1 {
		t.Errorf("%d are sent once more", again.Statements)
	}
	eventually(t, "it is refused again", func() bool {
		first := view.Dead[0].At
		succeed(t, from.env, &view, "forward", "status", "other")
		return view.Refused == 1 && view.Dead[0].At != first
	})
	if succeed(t, from.env, &again, "forward", "dismiss", "other", view.Dead[0].Statement); again.Statements != 1 {
		t.Errorf("%d are dismissed", again.Statements)
	}
	if succeed(t, from.env, &view, "forward", "status", "other"); view.Refused != 0 {
		t.Errorf("still refused: %+v", view)
	}
	succeed(t, from.env, nil, "forward", "pause", "other")
	from.send(t, statementLine(8, "v"))
	if succeed(t, from.env, &view, "forward", "status", made.ID); view.State != "paused" || view.Lag != 1 {
		t.Errorf("paused it is %+v", view)
	}
	succeed(t, from.env, nil, "forward", "resume", "other")
	eventually(t, "it goes on", func() bool { return to.has(t, 8) })
	listed := command(t, from.env, "forward", "list")
	if !strings.Contains(listed.out, "other") || strings.Contains(listed.out, to.cred.Secret) {
		t.Errorf("the list says %s", listed.out)
	}
	succeed(t, from.env, nil, "forward", "remove", "other")
	if r := command(t, from.env, "forward", "status", "other"); r.code != exitRefused {
		t.Errorf("what was removed ended with %d", r.code)
	}
}

func TestSecretsOfOtherStoresAreSealedForTheirEndpoint(t *testing.T) {
	r := pipeline.Remote{Endpoint: "https://lrs.example/xapi", Key: "k"}
	links := []byte("0123456789abcdef")
	sealed, err := sealRemote(links, r, "secret")
	if err != nil || strings.Contains(sealed, "secret") {
		t.Fatalf("sealed %q (%v)", sealed, err)
	}
	r.Sealed = sealed
	if got, err := openRemote(links, r); err != nil || got != "secret" {
		t.Errorf("opened %q (%v)", got, err)
	}
	for name, c := range map[string]struct {
		links  []byte
		remote pipeline.Remote
	}{
		"other keys":     {[]byte("another"), r},
		"other endpoint": {links, pipeline.Remote{Endpoint: "https://evil.example", Key: "k", Sealed: sealed}},
		"other key":      {links, pipeline.Remote{Endpoint: r.Endpoint, Key: "l", Sealed: sealed}},
		"cut":            {links, pipeline.Remote{Endpoint: r.Endpoint, Key: "k", Sealed: sealed[:8]}},
		"no base64":      {links, pipeline.Remote{Endpoint: r.Endpoint, Key: "k", Sealed: "!"}},
	} {
		if _, err := openRemote(c.links, c.remote); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}

func TestForwardAddChecksItsFlags(t *testing.T) {
	env := environment(t)
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := map[string]string{"--name": "n", "--endpoint": "https://lrs.example/xapi", "--key": "k", "--secret-file": file}
	add := func(change map[string]string) int {
		args := []string{"forward", "add"}
		for flag, value := range good {
			if other, ok := change[flag]; ok {
				value = other
			}
			args = append(args, flag, value)
		}
		for flag, value := range change {
			if _, ok := good[flag]; !ok {
				args = append(args, flag, value)
			}
		}
		return command(t, env, args...).code
	}
	for _, change := range []map[string]string{{"--endpoint": "lrs.example"}, {"--endpoint": "https://u:p@lrs.example"}, {"--key": "a:b"}, {"--secret-file": "none"}, {"--verb": "no iri"}} {
		if code := add(change); code != exitUsage {
			t.Errorf("%v ended with %d", change, code)
		}
	}
	if code := add(nil); code != exitOK {
		t.Errorf("it ended with %d", code)
	}
	if code := add(nil); code != exitRefused {
		t.Errorf("the same name again ended with %d", code)
	}
}
