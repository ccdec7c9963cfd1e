package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// given is how many statements there are to be pulled.
const given = 300

// Everything that was acknowledged, and everything that another store has, arrives at a third, in the order of the log and each
// once, while the process is killed -9 again and again: when the third has taken what it sent and nobody was told, in the middle of a
// page it reads, and right after an answer. The stores fail in between in every way they can.
func TestKilledAgainAndAgainItForwardsAndPullsEverythingOnce(t *testing.T) {
	there := newMoody(t, given)
	env := environment(t, "CAIRN_ALLOW_PRIVATE_HOST="+strings.TrimPrefix(there.url, "http://"))
	c := newCredential(t, env)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	with := []string{"--name", "there", "--key", "k", "--secret-file", secret, "--no-check", "--endpoint"}
	succeed(t, env, nil, append(append([]string{"source", "add", "--every", "1s"}, with...), there.url+"/from")...)
	succeed(t, env, nil, append(append([]string{"forward", "add"}, with...), there.url+"/to")...)
	var acknowledged []string
	for _, at := range []trap{{method: "POST", n: 2}, {method: "GET", n: 4}, {method: "POST", n: 3, after: true}} {
		p := serve(t, env)
		at.spring = func() { _ = p.cmd.Process.Kill() }
		there.set(&at)
		acknowledged = append(acknowledged, sendUntilKilled(t, p, c)...)
	}
	p := serve(t, env)
	var target targetView
	var source sourceView
	eventually(t, "everything is pulled and forwarded", func() bool {
		succeed(t, env, &source, "source", "status", "there")
		succeed(t, env, &target, "forward", "status", "there")
		return source.Through != "" && !after(there.gives[given-1], source.Through) && target.Lag == 0
	})
	if target.Refused != 0 || source.Refused != 0 {
		t.Errorf("the target is %+v, the source %+v", target, source)
	}
	if code := p.stop(t); code != 0 {
		t.Errorf("the server ended with %d", code)
	}
	there.mu.Lock()
	defer there.mu.Unlock()
	log := exportedIDs(t, env)
	if diff := cmp.Diff(log, there.order); diff != "" {
		t.Errorf("what arrived is not the log, in its order (-log +arrived):\n%s", diff)
	}
	in := map[string]int{}
	for _, id := range log {
		in[id]++
	}
	for _, id := range acknowledged {
		if in[id] != 1 {
			t.Errorf("acknowledged %s is in the log %d times", id, in[id])
		}
	}
	for i := range given {
		if id := fmt.Sprintf("00000000-0000-4000-8000-%012d", i); in[id] != 1 {
			t.Errorf("%s of the source is in the log %d times", id, in[id])
		}
	}
	if len(acknowledged) < 50 || there.again == 0 {
		t.Errorf("%d acknowledged, %d sent again: the test says nothing", len(acknowledged), there.again)
	}
	t.Logf("%d acknowledged, %d in the log, %d arrived again, failures %v", len(acknowledged), len(log), there.again, there.moods)
}

// Of two servers on one PostgreSQL one forwards. When it is killed in the middle of a request, the other goes on where the last answer
// was, in the same order.
func TestAnotherServerForwardsWhatAKilledOneWasSending(t *testing.T) {
	there := newMoody(t, 0)
	env := append(onPostgres(t, postgres(t)), "CAIRN_ALLOW_PRIVATE_HOST="+strings.TrimPrefix(there.url, "http://"))
	c := newCredential(t, env)
	reached, killed := make(chan struct{}), make(chan struct{})
	there.set(&trap{method: "POST", n: 2, spring: func() { close(reached); <-killed }})
	first := serve(t, env)
	var lines []string
	for n := range 350 {
		lines = append(lines, statementLine(n, "v"))
	}
	if status, body, err := c.post(t.Context(), first.base, []byte("["+strings.Join(lines, ",")+"]")); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, body, err)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	succeed(t, env, nil, "forward", "add", "--name", "there", "--key", "k", "--secret-file", secret, "--no-check", "--endpoint", there.url+"/to")
	select {
	case <-reached:
	case <-time.After(within):
		t.Fatal("the first server does not forward")
	}
	serve(t, env)
	first.kill()
	close(killed)
	eventually(t, "the second server goes on", func() bool {
		there.mu.Lock()
		defer there.mu.Unlock()
		return len(there.order) == len(lines)
	})
	there.mu.Lock()
	defer there.mu.Unlock()
	if diff := cmp.Diff(exportedIDs(t, env), there.order); diff != "" || there.again == 0 {
		t.Errorf("%d arrived again; what arrived is not the log, in its order (-log +arrived):\n%s", there.again, diff)
	}
}

// sendUntilKilled sends batches until the server is killed, and answers the ids that were acknowledged.
func sendUntilKilled(t *testing.T, p *process, c credential) (acknowledged []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		var ids, lines []string
		for range 10 {
			id := uuid.NewString()
			ids, lines = append(ids, id), append(lines, statement(id, "1", "https://lms.example/a"))
		}
		status, body, err := c.post(ctx, p.base, []byte("["+strings.Join(lines, ",")+"]"))
		if err == nil && status != http.StatusOK {
			t.Fatalf("a batch is answered %d %s", status, body)
		}
		if err == nil {
			acknowledged = append(acknowledged, ids...)
		}
		select {
		case <-p.done:
			return acknowledged
		case <-ctx.Done():
			t.Fatal("the trap was not reached")
		case <-tick.C:
		}
	}
}

// exportedIDs are the ids of the log, in its order.
func exportedIDs(t *testing.T, env []string) (ids []string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "all.jsonl")
	succeed(t, env, nil, "statements", "export", "-o", file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		var s struct{ ID string }
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, s.ID)
	}
	return ids
}
