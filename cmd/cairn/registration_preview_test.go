package main

import "testing"

// A new identity rule can be looked at before it is made: then nothing changes.
func TestIdentityRuleIsLookedAtWithoutChangingIt(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	var added registrationView
	succeed(t, env, &added, "registration", "add", "--name", "Campus", "--issuer", "https://lms.example", "--client-id", "c1",
		"--auth-url", "https://lms.example/auth", "--token-url", "https://lms.example/token", "--key-set-url", "https://lms.example/keys", "--deployment", "1")
	var seen identityEffect
	succeed(t, env, &seen, "registration", "set", added.ID, "--identity", "mailto", "--preview")
	if seen.ID != added.ID || seen.Effect.Fingerprint == "" || seen.Links != (linksView{}) {
		t.Errorf("it says %+v", seen)
	}
	var all []registrationView
	succeed(t, env, &all, "registration", "list")
	if len(all) != 1 || all[0].Identity != added.Identity {
		t.Errorf("it changed %+v", all)
	}
}
