package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"cairn/internal/diagnosis"
	"cairn/lti"
	"cairn/lti/ltitest"
)

// diagnosed is what `doctor --json` prints.
type diagnosed struct {
	Tool          []diagnosis.Finding
	Registrations []struct {
		ID       string
		Findings []diagnosis.Finding
		Launches []struct {
			Result, Rule, Do string
			Claims           map[string]any
		}
	}
	Unregistered []struct{ Rule, Detail, Do string }
}

func examine(t *testing.T, env []string, code int, args ...string) diagnosed {
	t.Helper()
	r := command(t, env, append([]string{"doctor", "--json"}, args...)...)
	var d diagnosed
	if err := json.Unmarshal([]byte(r.out), &d); err != nil || r.code != code {
		t.Fatalf("the doctor ended with %d, want %d, and printed %s%s (%v)", r.code, code, r.out, r.problem, err)
	}
	return d
}

// results are the verdicts by check.
func results(all []diagnosis.Finding) map[string]diagnosis.Verdict {
	out := map[string]diagnosis.Verdict{}
	for _, f := range all {
		out[f.Check] = f.Result
	}
	return out
}

// A healthy registration passes every check; each thing that goes wrong with it is found, with what to do.
func TestDoctorFindsWhatIsWrong(t *testing.T) {
	env := environment(t, "CAIRN_ALLOW_PRIVATE_HOST=localhost,127.0.0.1")
	lms := ltitest.New(ltitest.Config{Now: time.Now})
	if err := lms.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lms.Close() })
	p := serve(t, env)
	env = append(env, "CAIRN_BASE_URL="+p.base)
	sampled := ltitest.Sample(lms, ltitest.Tool{
		LoginURL: p.base + "/lti/login", TargetLinkURI: p.base + "/lti/launch", RedirectURIs: []string{p.base + "/lti/launch"}, KeySetURL: p.base + "/lti/keys",
	})
	conn, err := lms.Connection(sampled.Tool.ID)
	if err != nil {
		t.Fatal(err)
	}
	browser := ltitest.NewBrowser(ltitest.PartitionedOnly)
	if _, err := lms.PrepareLaunch(t.Context(), browser, sampled.Learner, sampled.Link); err == nil {
		t.Fatal("a launch of an unknown LMS is prepared")
	}
	var reg struct{ ID string }
	succeed(t, env, &reg, "registration", "add", "--platform", "moodle", "--issuer", conn.Issuer, "--client-id", conn.ClientID, "--deployment", conn.DeploymentID)
	var ready *ltitest.Prepared
	eventually(t, "the registration is seen", func() bool {
		ready, err = lms.PrepareLaunch(t.Context(), browser, sampled.Learner, sampled.Link)
		return err == nil
	})
	if answer, err := ready.Post(t.Context()); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("the launch ended with %v (%v)", answer, err)
	}
	var d diagnosed
	eventually(t, "the launch stands in the log", func() bool {
		d = examine(t, env, 0)
		return len(d.Registrations) == 1 && len(d.Registrations[0].Launches) == 1
	})
	for check, result := range results(append(d.Tool, d.Registrations[0].Findings...)) {
		if result != diagnosis.Good {
			t.Errorf("of a healthy LMS %s is %s: %+v", check, result, d)
		}
	}
	launch := d.Registrations[0].Launches[0]
	if launch.Result != "accepted" || launch.Claims["iss"] != conn.Issuer || launch.Claims["sub"] != "(text)" {
		t.Errorf("the launch is told as %+v", launch)
	}
	if len(d.Unregistered) == 0 || d.Unregistered[0].Rule != "login.registration_unknown" || !strings.Contains(d.Unregistered[0].Detail, conn.ClientID) {
		t.Errorf("the login before the registration is told as %+v", d.Unregistered)
	}

	nowhere := func(token *ltitest.Token) { token.Claims[lti.ClaimCustom] = map[string]string{"cairn_node": "none"} }
	if answer, err := lms.Launch(t.Context(), browser, sampled.Learner, sampled.Link, nowhere); err != nil || answer.StatusCode != http.StatusBadRequest {
		t.Fatalf("a link to nothing is answered %v (%v)", answer, err)
	}
	eventually(t, "the launch that the page refused stands in the log", func() bool {
		d = examine(t, env, 0, reg.ID)
		return len(d.Registrations[0].Launches) == 2
	})
	if l := d.Registrations[0].Launches[0]; l.Result != "refused" || l.Rule != "placement-node" || l.Do == "" {
		t.Errorf("a link to nothing is told as %+v", l)
	}

	late := func(token *ltitest.Token) { token.Claims["exp"] = time.Now().Add(-time.Hour).Unix() }
	if answer, err := lms.Launch(t.Context(), browser, sampled.Learner, sampled.Link, late); err != nil || answer.StatusCode < 400 {
		t.Fatalf("an expired token is answered %v (%v)", answer, err)
	}
	eventually(t, "the refused launch stands in the log", func() bool {
		d = examine(t, env, 0, reg.ID)
		return len(d.Registrations[0].Launches) == 3
	})
	last := d.Registrations[0].Launches[0]
	if results(d.Registrations[0].Findings)["last launch"] != diagnosis.Doubt || last.Rule != "launch.expired" || last.Do == "" {
		t.Errorf("a refused launch is told as %+v", d.Registrations[0])
	}
	t.Run("for people", func(t *testing.T) {
		r := command(t, env, "doctor")
		for _, want := range []string{"key set of the LMS", "access tokens", "accepted", "> "} {
			if !strings.Contains(r.out, want) {
				t.Errorf("it does not say %q: %s", want, r.out)
			}
		}
	})
	for name, c := range map[string]struct {
		args  []string
		env   []string
		check string
		want  diagnosis.Verdict
	}{
		"another client":     {[]string{"--token-url", conn.Issuer + "/none"}, nil, "access tokens", diagnosis.Bad},
		"no token URL":       {[]string{"--token-url", ""}, nil, "access tokens", diagnosis.Skipped},
		"key set elsewhere":  {[]string{"--key-set-url", conn.Issuer + "/none"}, nil, "key set of the LMS", diagnosis.Bad},
		"key set is a page":  {[]string{"--key-set-url", conn.Issuer + "/"}, nil, "key set of the LMS", diagnosis.Bad},
		"disabled":           {[]string{"--disabled"}, nil, "registration", diagnosis.Bad},
		"private LMS":        {nil, []string{"CAIRN_ALLOW_PRIVATE_HOST="}, "key set of the LMS", diagnosis.Bad},
		"key not at hand":    {nil, []string{"CAIRN_TOOL_KEY_FILE=/none/key"}, "access tokens", diagnosis.Skipped},
		"nobody knows us by": {nil, []string{"CAIRN_TOOL_KEY=" + string(newKey(t))}, "access tokens", diagnosis.Bad},
	} {
		t.Run(name, func(t *testing.T) {
			succeed(t, env, nil, append([]string{"registration", "set", reg.ID, "--no-disabled", "--token-url", conn.TokenEndpoint, "--key-set-url", conn.KeySetURL}, c.args...)...)
			code := exitFailure
			if c.want != diagnosis.Bad {
				code = exitOK
			}
			d := examine(t, append(env[:len(env):len(env)], c.env...), code, reg.ID)
			if got := results(d.Registrations[0].Findings)[c.check]; got != c.want {
				t.Errorf("%s is %s: %+v", c.check, got, d.Registrations[0].Findings)
			}
			for _, f := range d.Registrations[0].Findings {
				if f.Result == diagnosis.Bad && f.Do == "" {
					t.Errorf("%s failed, and nobody is told what to do: %s", f.Check, f.Says)
				}
			}
		})
	}
}
