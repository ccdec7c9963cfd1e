package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cairn/internal/diagnosis"
)

// remoteChecked is what `forward test --json` and `forward add --json` print.
type remoteChecked struct {
	State    string
	Findings []diagnosis.Finding
}

// checkOf runs a command that checks another record store, and answers what it found by check.
func checkOf(t *testing.T, env []string, code int, args ...string) map[string]diagnosis.Finding {
	t.Helper()
	r := command(t, env, append(args, "--json")...)
	var c remoteChecked
	if err := json.Unmarshal([]byte(r.out), &c); err != nil || r.code != code {
		t.Fatalf("%v ended with %d, want %d: %s%s", args, r.code, code, r.out, r.problem)
	}
	out := map[string]diagnosis.Finding{}
	for _, f := range c.Findings {
		out[f.Check] = f
	}
	return out
}

// addArgs are the flags that both add commands need.
func addArgs(t *testing.T, name, base string, c credential) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(c.Secret), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"add", "--name", name, "--endpoint", base + "/xapi", "--key", c.Key, "--secret-file", file}
}

func TestConnectionsAreCheckedWhenTheyAreAddedAndOnDemand(t *testing.T) {
	to := newRecordStore(t, "")
	to.send(t, statementLine(1, "v"))
	host := strings.TrimPrefix(to.base, "http://")
	env := environment(t, "CAIRN_ALLOW_PRIVATE_HOST="+host)
	var sender credential
	succeed(t, to.env, &sender, "credential", "add", "--name", "sends only", "--scope", "statements/write")
	for _, kind := range []string{"forward", "source"} {
		got := checkOf(t, env, exitOK, append([]string{kind}, addArgs(t, "good", to.base, to.cred)...)...)
		if got["about"].Result != diagnosis.Good || !strings.Contains(got["about"].Says, "2.0.0") || got["statements"].Result != diagnosis.Good || !strings.Contains(got["statements"].Says, "newest statement") {
			t.Errorf("%s: %v", kind, got)
		}
		got = checkOf(t, env, exitOK, append([]string{kind}, addArgs(t, "bad", to.base, credential{to.cred.Key, "wrong"})...)...)
		if f := got["statements"]; f.Result != diagnosis.Bad || !strings.Contains(f.Says, "401") || f.Do == "" {
			t.Errorf("%s: %v", kind, got)
		}
		if got := checkOf(t, env, exitOK, append([]string{kind}, append(addArgs(t, "unasked", to.base, to.cred), "--no-check")...)...); len(got) != 0 {
			t.Errorf("%s: asked all the same: %v", kind, got)
		}
		checkOf(t, env, exitOK, kind, "test", "good")
		if got := checkOf(t, env, exitFailure, kind, "test", "bad"); got["statements"].Result != diagnosis.Bad {
			t.Errorf("%s: %v", kind, got)
		}
		if r := command(t, env, kind, "test", "bad"); !strings.Contains(r.out, "it answered 401") || !strings.Contains(r.problem, "checks that failed: 1") {
			t.Errorf("%s: %+v", kind, r)
		}
		if r := command(t, env, kind, "test", "none"); r.code != exitRefused {
			t.Errorf("%s: %+v", kind, r)
		}
		forbidden := append(env, "CAIRN_ALLOW_PRIVATE_HOST=") // the last one wins
		if got := checkOf(t, forbidden, exitFailure, kind, "test", "good"); !strings.Contains(got["about"].Do, "CAIRN_ALLOW_PRIVATE_HOST") {
			t.Errorf("%s: %v", kind, got)
		}
	}
	// A key that may not read will do for sending, not for pulling.
	if got := checkOf(t, env, exitOK, append([]string{"forward"}, addArgs(t, "sender", to.base, sender)...)...); got["statements"].Result != diagnosis.Doubt {
		t.Errorf("%v", got)
	}
	checkOf(t, env, exitOK, append([]string{"source"}, addArgs(t, "sender", to.base, sender)...)...)
	if got := checkOf(t, env, exitFailure, "source", "test", "sender"); !strings.Contains(got["statements"].Do, "right to read") {
		t.Errorf("%v", got)
	}
}

func TestAConnectionIsAddedAlsoWhenNobodyAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	env := environment(t, "CAIRN_ALLOW_PRIVATE_HOST="+l.Addr().String())
	for _, kind := range []string{"forward", "source"} {
		got := checkOf(t, env, exitOK, append([]string{kind}, addArgs(t, "away", "http://"+l.Addr().String(), credential{"k", "s"})...)...)
		for _, check := range []string{"about", "statements"} {
			if f := got[check]; f.Result != diagnosis.Bad || !strings.Contains(f.Says, "connection refused") {
				t.Errorf("%s: %+v", kind, f)
			}
		}
	}
	p := serve(t, env)
	send := newCredential(t, env)
	if status, body, err := send.post(t.Context(), p.base, []byte(statementLine(1, "v"))); err != nil || status != 200 {
		t.Fatalf("%d %s %v", status, body, err)
	}
	var found struct{ Remotes []diagnosis.Finding }
	eventually(t, "the doctor tells of both", func() bool {
		r := command(t, env, "doctor", "--json")
		if err := json.Unmarshal([]byte(r.out), &found); err != nil || len(found.Remotes) != 2 {
			t.Fatalf("%s%s", r.out, r.problem)
		}
		target, source := found.Remotes[0], found.Remotes[1]
		return target.Check == "forward away" && target.Result == diagnosis.Doubt && strings.Contains(target.Says, "connection refused") && target.Do == "cairn forward test away" &&
			source.Check == "source away" && source.Result == diagnosis.Doubt && strings.Contains(source.Says, "connection refused")
	})
	for _, kind := range []string{"forward", "source"} {
		succeed(t, env, nil, kind, "pause", "away")
	}
	if r := command(t, env, "doctor"); !strings.Contains(r.out, "Other record stores") || !strings.Contains(r.out, "> cairn source resume away") {
		t.Errorf("the doctor says %s", r.out)
	}
}

func TestAnotherSecretIsGivenAndItGoesOnWhereItStood(t *testing.T) {
	to := newRecordStore(t, "")
	from := newRecordStore(t, strings.TrimPrefix(to.base, "http://"))
	from.send(t, statementLine(1, "v"))
	to.send(t, statementLine(2, "v"))
	for _, kind := range []string{"forward", "source"} {
		succeed(t, from.env, nil, append([]string{kind}, append(addArgs(t, "other", to.base, to.cred), "--no-check")...)...)
	}
	eventually(t, "both ways work", func() bool { return to.has(t, 1) && from.has(t, 2) })
	var again credential
	succeed(t, to.env, &again, "credential", "rotate", to.cred.Key, "--keep", "0s")
	eventually(t, "the old secret is refused", func() bool { return to.status(t, "statementId", 1) == 401 })
	from.send(t, statementLine(3, "v"))
	var target targetView
	eventually(t, "the target waits", func() bool {
		succeed(t, from.env, &target, "forward", "status", "other")
		return target.State == "waiting" && strings.Contains(target.Problem, "401")
	})
	for _, kind := range []string{"forward", "source"} {
		args := append([]string{kind, "set", "other"}, addArgs(t, "", "", again)[7:]...) // the secret's file
		if got := checkOf(t, from.env, exitOK, args...); got["statements"].Result != diagnosis.Good {
			t.Errorf("%s: %v", kind, got)
		}
		if r := command(t, from.env, append([]string{kind, "set", "none"}, args[3:]...)...); r.code != exitRefused {
			t.Errorf("%s: %+v", kind, r)
		}
	}
	to.cred = again
	eventually(t, "it goes on", func() bool { return to.has(t, 3) })
	if succeed(t, from.env, &target, "forward", "status", "other"); target.Sent != 2 {
		t.Errorf("the target is %+v", target)
	}
}
