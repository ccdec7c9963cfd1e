package main

import (
	"strings"
	"testing"
)

// limitedView is what `credential list --json` prints of limits.
type limitedView struct {
	ID        string `json:"id"`
	HomePage  string `json:"home_page"`
	Under     string `json:"under"`
	PerMinute int    `json:"per_minute"`
	Rotating  string `json:"old_secret_until"`
}

func TestCredentialLimitsAndRotation(t *testing.T) {
	env := environment(t)
	var c credential
	succeed(t, env, &c, "credential", "add", "--name", "Moodle", "--scope", "statements/write,define,state,profile",
		"--home-page", "https://lms.example", "--per-minute", "600")
	listed := func() limitedView {
		t.Helper()
		var all []limitedView
		succeed(t, env, &all, "credential", "list")
		if len(all) != 1 {
			t.Fatal(all)
		}
		return all[0]
	}
	if got := listed(); got.HomePage != "https://lms.example" || got.PerMinute != 600 || got.Under != "" {
		t.Errorf("%+v", got)
	}
	succeed(t, env, nil, "credential", "limit", c.Key, "--under", "https://lms.example/course?id=3")
	if got := listed(); got.HomePage != "" || got.PerMinute != 0 || got.Under != "https://lms.example/course?id=3" {
		t.Errorf("%+v", got)
	}
	var again credential
	if succeed(t, env, &again, "credential", "rotate", c.Key, "--keep", "1h"); again.Key != c.Key || again.Secret == c.Secret || listed().Rotating == "" {
		t.Errorf("%+v %+v", again, listed())
	}
	if r := command(t, env, "credential", "list"); !strings.Contains(r.out, "under https://lms.example/course?id=3") || !strings.Contains(r.out, "old secret holds until") {
		t.Error(r.out)
	}
	for _, args := range [][]string{
		{"limit", c.Key, "--home-page", "lms"}, {"limit", "none", "--under", "a:b"}, {"limit", c.Key, "--registration", "none"},
		{"limit", c.Key, "--per-minute=-1"}, {"rotate", "none"}, {"rotate", c.Key, "--keep=-1s"},
	} {
		if r := command(t, env, append([]string{"credential"}, args...)...); r.code != exitRefused {
			t.Errorf("%v ends with %d: %s", args, r.code, r.problem)
		}
	}
}
