package lrs_test

import (
	"fmt"
	"strings"
	"testing"

	"cairn/xapi/lrs"
)

// asked is what a caller may want of the record store, and the scopes of which one allows it.
type asked struct {
	name  string
	call  call
	scope []lrs.Scope
}

func (a asked) allows(s lrs.Scope) bool {
	for _, one := range a.scope {
		if one == s {
			return true
		}
	}
	return false
}

// everything there is to ask for. Statement 1, and a document named one on each resource, belong to somebody else.
func everything() []asked {
	write, all := lrs.ScopeWrite, lrs.ScopeAll
	read := []lrs.Scope{lrs.ScopeReadMine, lrs.ScopeRead, lrs.ScopeAllRead, all}
	out := []asked{
		{"send statements", call{method: "POST", path: statements, body: statement(7, "")}, []lrs.Scope{write, all}},
		{"put a statement", call{method: "PUT", path: statements + "?statementId=" + id(7), body: statement(7, "")}, []lrs.Scope{write, all}},
		{"void what somebody else sent", call{method: "POST", path: statements, body: void(8, 1)}, []lrs.Scope{all}},
		{"read statements", call{path: statements}, read},
		{"read statements by HEAD", call{method: "HEAD", path: statements}, read},
		{"read what somebody else sent", call{path: statements + "?statementId=" + id(1)}, read[1:]},
		{"look at an activity", call{path: "/xapi/activities?activityId=a:x"}, append(read, lrs.ScopeProfile)},
		{"look at a person", call{path: "/xapi/agents?agent=" + documentResources[1].at("")[len("/xapi/agents/profile?agent="):]}, append(read, lrs.ScopeProfile)},
	}
	for _, d := range documentResources {
		own := lrs.ScopeProfile
		if d.state {
			own = lrs.ScopeState
		}
		for method, path := range map[string]string{"GET": d.at("one"), "HEAD": d.at(""), "PUT": d.at("two"), "POST": d.at("two"), "DELETE": d.at("one")} {
			a := asked{method + " " + d.name, call{method: method, path: path, contentType: "text/plain", header: map[string]string{"If-None-Match": `"x"`}}, []lrs.Scope{own, all}}
			if strings.HasPrefix(method, "P") {
				a.call.body = "text"
			} else if method != "DELETE" {
				a.scope = append(a.scope, lrs.ScopeAllRead)
			}
			out = append(out, a)
		}
	}
	return out
}

// TestAuthorization asks for everything with each scope, by HTTP Basic, by a token of a credential that has no more, and by a token
// narrowed to it.
func TestAuthorization(t *testing.T) {
	for _, scope := range lrs.Scopes() {
		for _, way := range []string{"Basic", "token", "narrowed token"} {
			t.Run(fmt.Sprintf("%s by %s", strings.ReplaceAll(string(scope), "/", " "), way), func(t *testing.T) {
				for _, a := range everything() {
					s := serve(t)
					s.post(t, "write", statement(1, ""))
					for _, d := range documentResources {
						s.put(t, d.at("one"), "1", "text/plain")
					}
					c := a.call
					switch way {
					case "Basic":
						c.key = "only=" + string(scope)
					case "token":
						c.token = s.token(t, "only="+string(scope), "").Token
					case "narrowed token":
						c.token = s.token(t, "all", string(scope)).Token
					}
					got := s.do(t, c)
					refused := got.status == 403 || got.status == 404 && a.name == "read what somebody else sent"
					if refused == a.allows(scope) || !refused && got.status >= 300 {
						t.Errorf("%s: %v", a.name, got)
					}
				}
			})
		}
	}
}

// Nobody without a credential gets anything but what says how to come back.
func TestAuthorization_nobody(t *testing.T) {
	s := serve(t)
	for _, a := range everything() {
		for _, header := range []string{"", "Basic", "Basic !", "Bearer", "Bearer x.y.z", "Digest username=all", "bearer\tabc"} {
			c := a.call
			c.key, c.header = "-", map[string]string{"Authorization": header}
			if got := s.do(t, c); got.status != 401 || got.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s with %q: %v", a.name, header, got)
			}
		}
	}
	if got := s.do(t, call{path: "/xapi/about", key: "-", version: "-"}); got.status != 200 {
		t.Error(got)
	}
}
