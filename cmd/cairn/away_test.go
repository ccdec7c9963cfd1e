package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"cairn/internal/tools/pgtemp"
)

// postgres is a server of the test's own, which may be halted.
func postgres(t *testing.T) *pgtemp.Cluster {
	t.Helper()
	c, err := pgtemp.Start(t.Context(), pgtemp.Options{})
	if errors.Is(err, pgtemp.ErrNotInstalled) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	return c
}

// onPostgres is an environment with a key, which PostgreSQL asks for.
func onPostgres(t *testing.T, c *pgtemp.Cluster) []string {
	t.Helper()
	made := environment(t)
	serve(t, made).stop(t) // with SQLite the key is made beside the database
	return append(made, "CAIRN_TOOL_KEY_FILE="+variable(made, "CAIRN_DB")+".key", "CAIRN_DB="+c.DSN, "CAIRN_BASE_URL=https://cairn.example")
}

// The database goes away and comes back: the server refuses with 503 meanwhile, says that it is not ready, and goes on by itself.
func TestDatabaseGoesAwayAndComesBack(t *testing.T) {
	cluster := postgres(t)
	env := onPostgres(t, cluster)
	c := newCredential(t, env)
	p := serve(t, env)
	send := func() int {
		status, _, err := c.post(t.Context(), p.base, []byte(statement(uuid.NewString(), "1", "https://lms.example/a")))
		if err != nil {
			t.Fatal(err)
		}
		return status
	}
	if status := send(); status != 200 {
		t.Fatalf("a statement is answered %d", status)
	}
	cluster.Halt()
	if status := send(); status != 503 {
		t.Errorf("without its database the record store answers %d", status)
	}
	if status, body := p.get(t, "/readyz"); status != 503 || !strings.Contains(body, `"database":"unreachable"`) {
		t.Errorf("/readyz answers %d %s", status, body)
	}
	if status, _ := p.get(t, "/healthz"); status != 200 {
		t.Errorf("/healthz answers %d", status)
	}
	if status, body := p.get(t, "/s/notoken/me"); status < 500 || strings.Contains(body, "postgres") {
		t.Errorf("a page answers %d and says %s", status, body)
	}
	if err := cluster.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "statements are taken again", func() bool { return send() == 200 })
	eventually(t, "and projected again", func() bool {
		status, body := p.get(t, "/readyz")
		return status == 200 && strings.Contains(body, `"projection_lag":0`)
	})
	if code := p.stop(t); code != 0 {
		t.Errorf("the server ended with %d", code)
	}
}

// Two servers on one PostgreSQL: both take statements, one projects, and the other takes over when that one is killed.
func TestTwoServersShareADatabase(t *testing.T) {
	env := onPostgres(t, postgres(t))
	c := newCredential(t, env)
	world := seed(t, env)
	first, second := serve(t, env), serve(t, env)
	for i := range 20 {
		for _, p := range []*process{first, second} {
			_, body := world.batch(5)
			if status, text, err := c.post(t.Context(), p.base, body); err != nil || status != 200 {
				t.Fatalf("batch %d is answered %d %s (%v)", i, status, text, err)
			}
		}
	}
	first.kill()
	_, body := world.batch(5)
	if status, text, err := c.post(t.Context(), second.base, body); err != nil || status != 200 {
		t.Fatalf("after the kill a batch is answered %d %s (%v)", status, text, err)
	}
	eventually(t, "the second server projects what the first had begun", func() bool {
		_, body := second.get(t, "/readyz")
		return strings.Contains(body, `"projection_lag":0`)
	})
	second.stop(t)
	before := world.look(t, env)
	if before.statements-before.own != 41*5 || before.evidence == 0 {
		t.Errorf("the log holds %d statements that were sent, %d items of evidence", before.statements-before.own, before.evidence)
	}
	succeed(t, env, nil, "replay")
	if after := world.look(t, env); fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("a replay gives something else:\n%+v\n%+v", before, after)
	}
}
