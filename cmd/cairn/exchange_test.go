package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cairn/mapping"
)

// What an operator does with frameworks and files, by commands alone.
func TestFrameworksComeAndGoInEveryFormat(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	succeed(t, env, nil, "migrate")
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, f := range []struct {
		path, id, format string
		capabilities     int
	}{
		{"../../mapping/casefmt/testdata/opensalt-sample.json", "what-standards-could-be", "CASE", 14},
		{"../../mapping/moodlecsv/testdata/competency-import-sample.csv", "cap-fw2", "Moodle CSV", 2},
	} {
		var dry, real, again imported
		path, err := filepath.Abs(f.path)
		if err != nil {
			t.Fatal(err)
		}
		succeed(t, env, &dry, "framework", "import", path, "--dry-run")
		succeed(t, env, &real, "framework", "import", path)
		succeed(t, env, &again, "framework", "import", path)
		if dry.Published || !dry.DryRun || !real.Published || again.Published || real.ID != f.id || real.Capabilities != f.capabilities || real.Report.Format != f.format {
			t.Errorf("%s: dry run %+v, then %+v, then %+v", f.path, dry, real, again)
		}
	}
	exportsComeBack(t, env, file)
	statementsRound(t, env, file)
	if r := command(t, env, "framework", "export", "nothing"); r.code != exitRefused || !strings.Contains(r.problem, `"nothing"`) {
		t.Errorf("an unknown framework: %d %s", r.code, r.problem)
	}
}

// Draft, published, retired, and in use again.
func TestAFrameworkGoesThroughItsStates(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	path := filepath.Join(t.TempDir(), "own.csv")
	if err := os.WriteFile(path, []byte("code,kind,title\nA,capability,Can\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	states := func(want string) {
		t.Helper()
		var all []listed
		succeed(t, env, &all, "framework", "list")
		got := []string{}
		for _, f := range all {
			got = append(got, f.ID+" "+f.Version+" "+string(f.State))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("listed %v, want %s", got, want)
		}
	}
	succeed(t, env, nil, "framework", "import", path, "--draft", "--release", "1")
	states("own 1 draft")
	if r := command(t, env, "framework", "export", "own"); r.code != exitRefused {
		t.Errorf("a draft is exported as published: %d", r.code)
	}
	var d mapping.FrameworkDiff
	if succeed(t, env, &d, "framework", "diff", "own@1", path); len(d.Added)+len(d.Changed)+len(d.Retired) != 0 {
		t.Errorf("%+v", d)
	}
	succeed(t, env, nil, "framework", "publish", "own")
	states("own 1 published")
	succeed(t, env, nil, "framework", "retire", "own", "--release", "1", "--reason", "replaced")
	states("own 1 retired")
	if r := command(t, env, "framework", "export", "own"); r.code != 0 || !strings.Contains(r.out, `"Deprecated"`) {
		t.Errorf("a retired version: %d %s", r.code, r.problem)
	}
	succeed(t, env, nil, "framework", "publish", "own", "--release", "1")
	states("own 1 published")
	for _, args := range [][]string{{"publish", "own"}, {"publish", "own", "--release", "2"}, {"retire", "own", "--release", "2"}} {
		if r := command(t, env, append([]string{"framework"}, args...)...); r.code != exitRefused {
			t.Errorf("%v: %d %s", args, r.code, r.problem)
		}
	}
}

// A server gives what is published to anyone: CASE, the addresses that statements name, the profile.
func TestPublishedFrameworksAreServedToAnyone(t *testing.T) {
	p := serve(t, environment(t))
	for path, want := range map[string]string{
		"/ims/case/v1p1/CFDocuments":                                     `"CFDocuments":[{"identifier":"eea563c3-b2fc-5e2c-9f65-a77f3bf13a1a"`,
		"/ims/case/v1p0/CFPackages/eea563c3-b2fc-5e2c-9f65-a77f3bf13a1a": `"CFItems":[`,
		"/capability/cd18a9f4-5539-5ba8-9dc5-fdbb80f24eab":               `"type":"https://w3id.org/xapi/tla/activity-types/competency"`,
		"/framework/eea563c3-b2fc-5e2c-9f65-a77f3bf13a1a":                `competency-framework`,
		"/profile":                  `"type":"Profile"`,
		"/ims/case/v1p1/CFItems/no": `"imsx_codeMajor":"failure"`,
	} {
		if status, body := p.get(t, path); !strings.Contains(body, want) {
			t.Errorf("%s: %d %.300s", path, status, body)
		}
	}
}

// Servers of CASE rename a document and keep its identifiers: that is another version, and no other framework may have its items.
func TestARenamedDocumentIsAnotherVersion(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	text := func(title, statement string) string {
		return `{"CFDocument":{"identifier":"0f5b1f0e-1111-4111-8111-0000000000ff","title":"` + title + `"},` +
			`"CFItems":[{"identifier":"0f5b1f0e-1111-4111-8111-000000000001","fullStatement":"` + statement + `"}]}`
	}
	path := filepath.Join(t.TempDir(), "doc.json")
	write := func(body string) {
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var first, second imported
	write(text("Old name", "Can"))
	succeed(t, env, &first, "framework", "import", path)
	write(text("New name", "Can do"))
	succeed(t, env, &second, "framework", "import", path)
	if first.ID != "old-name" || second.ID != "old-name" || second.Title != "New name" || second.Changes == nil || len(second.Changes.Changed) != 1 {
		t.Errorf("%+v, then %+v", first, second)
	}
	if r := command(t, env, "framework", "import", path, "--id", "other"); r.code != exitRefused || !strings.Contains(r.problem, `"old-name"`) {
		t.Errorf("under another name: %d %s", r.code, r.problem)
	}
}

// exportsComeBack publishes what was exported: it is the same, so nothing is published.
func exportsComeBack(t *testing.T, env []string, file func(name, text string) string) {
	for format, name := range map[string]string{"case": "x.json", "csv": "x.csv"} {
		r := command(t, env, "framework", "export", "what-standards-could-be", "--format", format)
		if r.code != 0 || !strings.Contains(r.problem, "kept") {
			t.Fatalf("export as %s: %d %s", format, r.code, r.problem)
		}
		var back imported
		if succeed(t, env, &back, "framework", "import", file(name, r.out)); back.Published || back.ID != "what-standards-could-be" {
			t.Errorf("%s came back as %+v", format, back)
		}
	}
	if r := command(t, env, "framework", "export", "hee-ai-dht", "--format", "moodle"); r.code != 0 || !strings.Contains(r.out, `competency_rule_all,1,null`) || !strings.Contains(r.problem, "dropped") {
		t.Errorf("export for Moodle: %d %s", r.code, r.problem)
	}
}

// statementsRound completes the built-in framework by its official statements (settled question 18).
func statementsRound(t *testing.T, env []string, file func(name, text string) string) {
	table := file("statements.csv", "section,level,archetypes,statement,replaces\n6.1,2,C,Can judge a model,6.1-LX-01\n")
	var got, again imported
	succeed(t, env, &got, "framework", "import", table)
	succeed(t, env, &again, "framework", "import", table)
	if !got.Published || again.Published || got.Changes == nil || len(got.Changes.Changed) != 1 || len(got.Changes.Retired) != 0 || got.Version != again.Version {
		t.Errorf("%+v, then %+v", got, again)
	}
	var d mapping.FrameworkDiff
	succeed(t, env, &d, "framework", "diff", "hee-ai-dht@2023-02-21", "hee-ai-dht")
	if len(d.Changed) != 1 || d.Changed[0].Code != "6.1-L2-01" {
		t.Errorf("%+v", d)
	}
	path := filepath.Join(t.TempDir(), "out.csv")
	succeed(t, env, nil, "framework", "export", "hee-ai-dht", "--format", "statements", "-o", path)
	if body, err := os.ReadFile(path); err != nil || !strings.Contains(string(body), d.Changed[0].ID+",6.1,2,C,Can judge a model") {
		t.Errorf("%v %s", err, body)
	}
	bad := file("bad.csv", "section,statement\n9.9,Can do\n")
	if r := command(t, env, "framework", "import", bad); r.code != exitRefused || !strings.Contains(r.problem, `row 2, column "section"`) {
		t.Errorf("a bad row: %d %s", r.code, r.problem)
	}
}
