package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What an operator does from nothing, by commands alone; every list says what the commands before it did.
func TestOperatorsRound(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	var migrated struct {
		Migrated  bool
		Published bool `json:"framework_published"`
	}
	succeed(t, env, &migrated, "migrate")
	if !migrated.Migrated || !migrated.Published {
		t.Fatalf("migrate says %+v", migrated)
	}
	succeed(t, env, &migrated, "migrate")
	if migrated.Published {
		t.Error("the built-in framework is published twice")
	}
	t.Run("frameworks", func(t *testing.T) { frameworksRound(t, env) })
	t.Run("registrations", func(t *testing.T) { registrationsRound(t, env) })
	t.Run("credentials", func(t *testing.T) { credentialsRound(t, env) })
	var folded struct{ Entries int64 }
	if succeed(t, env, &folded, "replay"); folded.Entries < 2 {
		t.Errorf("replay folded %d entries, though two frameworks are published", folded.Entries)
	}
	var v struct{ Version string }
	if succeed(t, env, &v, "version"); v.Version == "" {
		t.Error("version prints none")
	}
}

func frameworksRound(t *testing.T, env []string) {
	path := filepath.Join(t.TempDir(), "own.csv")
	text := "code,kind,title,parent,level\nA,section,Area,,\nA.1,capability,Can do one,A,1\nA.2,capability,Can do two,A,2\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var imported struct {
		ID           string
		Capabilities int
		Published    bool
	}
	succeed(t, env, &imported, "framework", "import", path)
	if imported.ID != "own" || imported.Capabilities != 2 || !imported.Published {
		t.Errorf("imported %+v", imported)
	}
	if succeed(t, env, &imported, "framework", "import", path); imported.Published {
		t.Error("the same file is published twice")
	}
	var all []struct {
		ID   string
		Base string `json:"iri_base"`
	}
	succeed(t, env, &all, "framework", "list")
	if len(all) != 2 || all[0].ID != "hee-ai-dht" || all[1].ID != "own" || all[0].Base != "https://cairn.example" {
		t.Errorf("listed %+v", all)
	}
}

func registrationsRound(t *testing.T, env []string) {
	var added struct {
		ID, Issuer            string
		AuthorizationEndpoint string `json:"authorization_endpoint"`
		Identity              struct{ Mode string }
		Tool                  struct {
			KeySetURL string `json:"key_set_url"`
		}
		FrameOrigins, Deployments    []string
		CoursePattern, ClientID, Nam string
	}
	succeed(t, env, &added, "registration", "add", "--platform", "moodle", "--issuer", "https://lms.example", "--client-id", "c1", "--deployment", "1")
	if added.ID == "" || added.AuthorizationEndpoint != "https://lms.example/mod/lti/auth.php" || added.Identity.Mode != "user_id" ||
		!strings.HasPrefix(added.Tool.KeySetURL, "https://cairn.example/") {
		t.Errorf("added %+v", added)
	}
	if r := command(t, env, "registration", "add", "--platform", "moodle", "--issuer", "https://lms.example", "--client-id", "c1"); r.code != exitRefused {
		t.Errorf("the same registration again ended with %d: %s", r.code, r.problem)
	}
	succeed(t, env, &added, "registration", "set", added.ID, "--identity", "username", "--identity-home-page", "https://idp.example", "--disabled",
		"--service-origin", "https://services.example")
	var all []struct {
		ID          string
		Disabled    bool
		Deployments []string
		Identity    struct {
			Mode     string
			HomePage string `json:"home_page"`
		}
		FrameOrigins   []string `json:"frame_origins"`
		ServiceOrigins []string `json:"service_origins"`
	}
	succeed(t, env, &all, "registration", "list")
	if len(all) != 1 || !all[0].Disabled || all[0].Identity.Mode != "username" || all[0].Identity.HomePage != "https://idp.example" ||
		len(all[0].Deployments) != 1 || len(all[0].FrameOrigins) != 1 ||
		len(all[0].ServiceOrigins) != 1 || all[0].ServiceOrigins[0] != "https://services.example" {
		t.Errorf("listed %+v", all)
	}
	succeed(t, env, nil, "registration", "set", all[0].ID, "--service-origin", "", "--frame-origin", "https://frames.example")
	all[0].ServiceOrigins, all[0].FrameOrigins = nil, nil
	if succeed(t, env, &all, "registration", "list"); len(all[0].ServiceOrigins) != 0 || len(all[0].FrameOrigins) != 1 || all[0].FrameOrigins[0] != "https://frames.example" {
		t.Errorf("an empty word does not empty a list: %+v", all)
	}
	canvasRound(t, env)
	var removed struct{ Removed bool }
	if succeed(t, env, &removed, "registration", "remove", all[0].ID); !removed.Removed {
		t.Error("a registration that was never used is not removed")
	}
}

// What --json prints of a registration can be registered elsewhere, and one that no launch can use is not made in silence.
func TestRegistrationIsReadAsItIsPrinted(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	args := []string{"registration", "add", "--platform", "moodle", "--issuer", "https://lms.example", "--client-id", "c1", "--json"}
	r := command(t, env, args...)
	if r.code != 0 || !strings.Contains(r.problem, "--deployment") {
		t.Fatalf("ended with %d and does not say that no launch will pass: %s", r.code, r.problem)
	}
	var first struct{ ID string }
	if err := json.Unmarshal([]byte(r.out), &first); err != nil {
		t.Fatal(err)
	}
	if r = command(t, env, "registration", "set", first.ID, "--deployment", "1", "--json"); r.code != 0 || r.problem != "" {
		t.Fatalf("set ended with %d: %s", r.code, r.problem)
	}
	file := filepath.Join(t.TempDir(), "registration.json")
	if err := os.WriteFile(file, []byte(r.out), 0o600); err != nil {
		t.Fatal(err)
	}
	var second struct {
		ID, Issuer  string
		Deployments []string
	}
	succeed(t, environment(t), &second, "registration", "add", "--from-json", file)
	if second.ID == first.ID || second.Issuer != "https://lms.example" || len(second.Deployments) != 1 {
		t.Errorf("read again it is %+v", second)
	}
}

// Who changes whose statements are a person's is told how many people it concerns.
func TestIdentityRuleSaysWhatItChanged(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	w := seed(t, env)
	var all []struct{ ID string }
	succeed(t, env, &all, "registration", "list")
	r := command(t, env, "registration", "set", all[0].ID, "--identity", "username")
	if want := fmt.Sprintf("%d ended and 0 began", w.people); r.code != 0 || !strings.Contains(r.out, want) {
		t.Errorf("ended with %d and does not say %q: %s%s", r.code, want, r.out, r.problem)
	}
	var changed struct{ Links struct{ Ended, Began int } }
	succeed(t, env, &changed, "registration", "set", all[0].ID, "--identity", "user_id")
	if changed.Links.Ended != 0 || changed.Links.Began != w.people {
		t.Errorf("and back: %+v", changed)
	}
}

// canvasRound adds a Canvas in the cloud, whose addresses are those of every other, and one of somebody's own, whose are not.
func canvasRound(t *testing.T, env []string) {
	var canvas struct {
		ID, Issuer            string
		AuthorizationEndpoint string `json:"authorization_endpoint"`
		KeySetURL             string `json:"key_set_url"`
	}
	succeed(t, env, &canvas, "registration", "add", "--platform", "canvas", "--client-id", "10000000000001", "--frame-origin", "https://school.example")
	if canvas.Issuer != "https://canvas.instructure.com" || canvas.AuthorizationEndpoint != "https://sso.canvaslms.com/api/lti/authorize_redirect" ||
		canvas.KeySetURL != "https://sso.canvaslms.com/api/lti/security/jwks" {
		t.Errorf("a Canvas in the cloud is added as %+v", canvas)
	}
	if r := command(t, env, "registration", "add", "--platform", "canvas", "--client-id", "1", "--issuer", "https://own.example"); r.code != exitRefused {
		t.Errorf("a Canvas of one's own got the addresses of the cloud: %d %s", r.code, r.out)
	}
	succeed(t, env, nil, "registration", "remove", canvas.ID)
}

func credentialsRound(t *testing.T, env []string) {
	c := newCredential(t, env)
	r := command(t, env, "credential", "list", "--json")
	if r.code != 0 || !strings.Contains(r.out, c.Key) || strings.Contains(r.out, c.Secret) {
		t.Errorf("the list ends with %d and prints %s", r.code, r.out)
	}
	succeed(t, env, nil, "credential", "revoke", c.Key)
	if r := command(t, env, "credential", "list"); !strings.Contains(r.out, "revoked") {
		t.Errorf("the list says %s", r.out)
	}
}
