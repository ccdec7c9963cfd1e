package main

import (
	"slices"
	"testing"

	"github.com/alecthomas/kong"

	"cairn/xapi/profile"
)

// What the README says of the settings of a server: each has an environment variable; --config and --json are flags alone.
func TestEverySettingHasAnEnvironmentVariable(t *testing.T) {
	parser, err := kong.New(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	serve := slices.IndexFunc(parser.Model.Children, func(n *kong.Node) bool { return n.Name == "serve" })
	for _, group := range parser.Model.Children[serve].AllFlags(false) {
		for _, flag := range group {
			alone := slices.Contains([]string{"help", "config", "json"}, flag.Name)
			if alone != (len(flag.Envs) == 0) {
				t.Errorf("--%s has the variables %v", flag.Name, flag.Envs)
			}
		}
	}
}

// Times on pages are those of a named zone, also in summer.
func TestTimeZone(t *testing.T) {
	for name, want := range map[string]string{"Europe/London": "Europe/London", "": "UTC", "UTC": "UTC"} {
		zone, err := serveFlags{TimeZone: name}.zone()
		if err != nil || zone.String() != want {
			t.Errorf("%q is %v (%v), want %s", name, zone, err, want)
		}
	}
}

// A mistyped address is refused before anything is made: the tool's key would lie beside a database that is none.
func TestMistypedDatabaseIsRefusedFirst(t *testing.T) {
	for address, fine := range map[string]bool{
		"cairn.db": true, "file:x.db": true, "postgres://u@h/x": true, "mysql://x": false, "host=127.0.0.1 dbname=x": false, "": false,
	} {
		s := settings{DB: address}
		if err := s.AfterApply(); (err == nil) != fine {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// A companion that nobody knows would silently never be said.
func TestUnknownCompanionIsRefused(t *testing.T) {
	for _, c := range []struct {
		given []profile.Companion
		fine  bool
	}{{nil, true}, {[]profile.Companion{"asserted", "achieved"}, true}, {[]profile.Companion{"asserted", "won"}, false}} {
		s := settings{DB: "cairn.db", Companions: c.given}
		if err := s.AfterApply(); (err == nil) != c.fine {
			t.Errorf("%q: %v", c.given, err)
		}
	}
}
