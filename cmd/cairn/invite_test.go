package main

import (
	"net/url"
	"strings"
	"testing"
)

func TestInvitationsRound(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	type invitation struct {
		ID, URL, State, Note, Updates, Expires string
	}
	var added, update invitation
	succeed(t, env, &added, "invite", "add", "--note", "Campus North", "--expires", "1h")
	at, err := url.Parse(added.URL)
	if err != nil || at.Host != "cairn.example" || len(at.Query().Get("invitation")) < 50 || added.State != "open" {
		t.Fatalf("added %+v (%v)", added, err)
	}
	var registered struct{ ID string }
	succeed(t, env, &registered, "registration", "add", "--platform", "moodle", "--issuer", "https://lms.example", "--client-id", "c1")
	if succeed(t, env, &update, "invite", "add", "--update", registered.ID); update.Updates != registered.ID {
		t.Errorf("an update invitation: %+v", update)
	}
	r := command(t, env, "invite", "list")
	if r.code != 0 || !strings.Contains(r.out, "Campus North") || strings.Contains(r.out, at.Query().Get("invitation")) {
		t.Errorf("the list ends with %d and says %s", r.code, r.out)
	}
	succeed(t, env, nil, "invite", "revoke", added.ID)
	var all []invitation
	if succeed(t, env, &all, "invite", "list"); len(all) != 2 || all[0].State != "open" || all[1].State != "revoked" {
		t.Errorf("listed %+v", all)
	}
	if r := command(t, env, "invite", "add"); r.code != 0 || !strings.Contains(r.out, "shown once") {
		t.Errorf("for people it ends with %d and says %s", r.code, r.out)
	}
}
