package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the program as people run it, built once for the tests of this package.
var binary string

func TestMain(m *testing.M) { os.Exit(withBinary(m)) }

func withBinary(m *testing.M) int {
	dir, err := os.MkdirTemp("", "cairn-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "cairn")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// within is how long anything in these tests may take before it counts as stuck.
const within = 60 * time.Second

// environment is a clean one, with an SQLite file of the test's own. Pairs of name=value win.
func environment(t *testing.T, pairs ...string) []string {
	t.Helper()
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "CAIRN_ADDR=127.0.0.1:0", "CAIRN_LOG_FORMAT=json",
		"CAIRN_DB=" + filepath.Join(t.TempDir(), "cairn.db"),
	}
	return append(env, pairs...)
}

// result is how a command ended.
type result struct {
	out, problem string
	code         int
}

func command(t *testing.T, env []string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	var out, problem bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.Dir = env, &out, &problem, t.TempDir()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("cairn %s: %v", strings.Join(args, " "), err)
	}
	return result{out.String(), problem.String(), cmd.ProcessState.ExitCode()}
}

// succeed runs a command that must end well and reads its JSON into a value.
func succeed(t *testing.T, env []string, into any, args ...string) {
	t.Helper()
	r := command(t, env, append(args, "--json")...)
	if r.code != 0 {
		t.Fatalf("cairn %s ended with %d: %s", strings.Join(args, " "), r.code, r.problem)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal([]byte(r.out), into); err != nil {
		t.Fatalf("cairn %s --json printed %q: %v", strings.Join(args, " "), r.out, err)
	}
}

// process is a server that runs.
type process struct {
	base string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended and its log is whole

	mu  sync.Mutex
	log []string
}

// serve starts a server and waits until it says where it serves. It is killed after the test if it still runs.
func serve(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(binary, append([]string{"serve"}, args...)...), done: make(chan struct{})}
	p.cmd.Env, p.cmd.Dir = env, t.TempDir()
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.kill() })
	serving := make(chan string, 1)
	go p.read(stderr, serving)
	select {
	case p.base = <-serving:
	case <-p.done:
		t.Fatalf("the server ended: %s", p.logged())
	case <-time.After(within):
		t.Fatalf("the server does not serve: %s", p.logged())
	}
	return p
}

// read keeps the log and finds the line that says where it serves.
func (p *process) read(stderr io.Reader, serving chan<- string) {
	defer close(p.done)
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		p.mu.Lock()
		p.log = append(p.log, lines.Text())
		p.mu.Unlock()
		var line struct{ Msg, Address string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			serving <- "http://" + line.Address
		}
	}
	_ = p.cmd.Wait()
}

func (p *process) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.log, "\n")
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// stop asks it to end and answers its exit code.
func (p *process) stop(t *testing.T) int {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.done:
	case <-time.After(within):
		t.Fatal("the server does not end")
	}
	return p.cmd.ProcessState.ExitCode()
}

// get answers status and body.
func (p *process) get(t *testing.T, path string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// credential is what `credential add --json` prints.
type credential struct{ Key, Secret string }

func newCredential(t *testing.T, env []string) credential {
	t.Helper()
	var c credential
	succeed(t, env, &c, "credential", "add", "--name", "test", "--scope", "all")
	if c.Key == "" || c.Secret == "" {
		t.Fatal("credential add --json prints no key or secret")
	}
	return c
}

// post sends statements and answers the status and the body.
func (c credential) post(ctx context.Context, base string, body []byte) (int, string, error) {
	return c.xapi(ctx, http.MethodPost, base+"/xapi/statements", body)
}

func (c credential) xapi(ctx context.Context, method, address string, body []byte) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.SetBasicAuth(c.Key, c.Secret)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Experience-API-Version", "1.0.3")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

// eventually asks until the answer is yes.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-deadline.C:
			t.Fatalf("%s: not within %s", what, within)
		case <-tick.C:
		}
	}
}
