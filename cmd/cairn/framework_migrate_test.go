package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cairn/internal/sqlstore"
	"cairn/mapping"
)

// Tags follow the items that a newer version replaces; nothing is done twice, and nothing is taken away.
func TestTagsAreCarriedToANewerVersion(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	old, heir := mapping.ItemID("own", "A"), mapping.ItemID("own", "B")
	table := func(name, rows string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte("kind,code,title,version,relations\n"+rows), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	succeed(t, env, nil, "framework", "import", table("own.csv", "framework,own,Own,1,\ncapability,A,Can,,\n"))
	succeed(t, env, nil, "framework", "import", table("own.csv", "framework,own,Own,2,urn:uuid:"+old+" replacedBy "+heir+"\ncapability,B,Can do,,\n"))
	tagOnce(t, env, old)
	succeed(t, env, nil, "replay")

	var dry, real, again migrated
	succeed(t, env, &dry, "framework", "migrate", "own", "--from", "1", "--dry-run")
	succeed(t, env, &real, "framework", "migrate", "own", "--from", "1")
	succeed(t, env, nil, "replay")
	succeed(t, env, &again, "framework", "migrate", "own", "--from", "1")
	if !dry.DryRun || dry.Carried != 1 || real.Carried != 1 || real.To != "2" || again.Carried != 0 || again.There != 1 ||
		dry.Effect.Fingerprint == "" || len(dry.Effect.Capabilities) != 1 || dry.Effect.Capabilities[0].Capability != heir {
		t.Errorf("dry run %+v, then %+v, then %+v", dry, real, again)
	}
	if e := real.Changesets[0].Edits; len(e) != 1 || e[0].Add.Capability != heir {
		t.Errorf("%+v", e)
	}
	if r := command(t, env, "framework", "migrate", "own", "--from", "9"); r.code != exitRefused {
		t.Errorf("an unknown version: %d %s", r.code, r.problem)
	}
}

// tagOnce makes one tag for everyone, as the pages do.
func tagOnce(t *testing.T, env []string, capability string) {
	t.Helper()
	file := ""
	for _, pair := range env {
		if name, ok := strings.CutPrefix(pair, "CAIRN_DB="); ok {
			file = name
		}
	}
	ctx := context.Background()
	s, err := sqlstore.Open(ctx, file, sqlstore.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	there, err := s.Frameworks(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	everyone := mapping.Scope{Kind: mapping.ScopeInstance}
	_, err = s.Courses(there).Apply(ctx, mapping.Changeset{ID: "c1", Author: operator, At: time.Now(), Scope: everyone, Edits: []mapping.Edit{{Add: &mapping.Alignment{
		ID: "a1", Capability: capability, Scope: everyone, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: "https://lms.example/1"},
	}}}})
	if err != nil {
		t.Fatal(err)
	}
}
