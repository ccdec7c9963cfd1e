package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"cairn/mapping"
)

// choose has Amara choose roles before.
func choose(roles ...string) func(*world) {
	return func(w *world) { w.roles["learner-amara "+w.cat.ID] = roles }
}

// TestFirstVisitAsksForRoles holds when L1 comes before the overview: once, for a known learner, on the page of a whole framework.
func TestFirstVisitAsksForRoles(t *testing.T) {
	unknown := func(w *world) { clear(w.roles) }
	tests := map[string]struct {
		person, path string
		prepare      func(*world)
		asks         bool
	}{
		"first visit":          {"new", "/me", nil, true},
		"chose before":         {"amara", "/me", nil, false},
		"part of a framework":  {"six", "/me", unknown, false},
		"address says":         {"new", "/me?role=all", nil, false},
		"anonymous":            {"anonymous", "/me", nil, false},
		"lead as a learner":    {"tove", "/me", nil, false},
		"test user":            {"preview", "/me", nil, false},
		"framework of no role": {"new", "/me", func(w *world) { w.cat.Archetypes = nil }, false},
		"placement for a role": {"new", "/me", func(w *world) {
			s := w.sessions[hash(token("new"))]
			s.Archetype = "U"
			w.sessions[s.Hash] = s
		}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tt.prepare != nil {
				tt.prepare(w)
			}
			got := w.get(tt.person, tt.path)
			if asks := got.Code == http.StatusSeeOther && got.Header().Get("Location") == "./me/start#c"; asks != tt.asks {
				t.Errorf("status %d to %q", got.Code, got.Header().Get("Location"))
			}
		})
	}
}

// TestRolesAreChosen walks L1: choose, see fewer, change, show all.
func TestRolesAreChosen(t *testing.T) {
	w := newWorld(t)
	checkSays(t, w.get("new", "/me/start").Body.String(), []string{"<h1>Which of these are like your work?</h1>",
		"Choose all that fit. You can change this later.", "We use this only to choose what to show you.", "health professionals, clinical researchers",
		">Show my capabilities</button>", ">Show all, without choosing</button>", "Only you can see this page."}, []string{"checked", "Cancel"})
	if got := w.post(t, "new", "/me/start", "/me/start", url.Values{"role": {"E", "U"}}); got.Code != http.StatusSeeOther || got.Header().Get("Location") != "../me#c" {
		t.Fatalf("status %d to %q", got.Code, got.Header().Get("Location"))
	}
	checkSays(t, w.get("new", "/me").Body.String(), []string{"For: User, Embedder.", `<a href="./me/start#c">Change</a>`, `<a href="./me?role=all#c">Show all</a>`}, nil)
	checkSays(t, w.get("new", "/me/start").Body.String(), []string{`value="E" checked`, `value="U" checked`, ">Save</button>", ">Cancel</a>"}, []string{`value="S" checked`, "without choosing"})
	checkSays(t, w.get("new", "/me?role=all").Body.String(), []string{"For: every role.", `<a href="./me#c">Show only your roles</a>`, `href="./me/list?role=all#c"`}, nil)
	w.post(t, "new", "/me/start", "/me/start", url.Values{"role": {"E"}, "all": {"1"}})
	checkSays(t, w.get("new", "/me").Body.String(), []string{"For: every role.", "Change"}, []string{"Show all", "Show only"})
}

// TestRolesChooseWhatIsCounted holds that a role shows what names it, and what names none, marked so.
func TestRolesChooseWhatIsCounted(t *testing.T) {
	w := newWorld(t)
	choose("U")(w)
	want := 0
	for _, n := range w.cat.Tracked("") {
		if len(n.Archetypes) == 0 || slices.Contains(n.Archetypes, "U") {
			want++
		}
	}
	if got := listLength(t, w, "amara", "/me/list"); got != want || got == len(w.cat.Tracked("")) {
		t.Errorf("%d capabilities for a user, want %d", got, want)
	}
	six1, _ := w.cat.ByCode("6.1")
	label := w.capability("6.1-LX-01") // for Shaper and Driver
	section := func(role string) string { return w.get("amara", "/me/section/"+six1.ID+role).Body.String() }
	checkSays(t, section(""), []string{"For every role"}, []string{label})
	checkSays(t, section("?role=D"), []string{label, "role=D"}, nil)
	checkSays(t, section("?role=all"), []string{label}, []string{"For every role"})
	if got := w.get("amara", "/me/capability/"+label); got.Code != http.StatusOK {
		t.Errorf("what a role does not show answers %d", got.Code)
	}
}

// A preview shows the question and keeps nothing; the choice goes into the address.
func TestRolesArePreviewedWithoutSaving(t *testing.T) {
	for _, person := range []string{"tove", "preview", "anonymous"} {
		w := newWorld(t)
		before := len(w.roles)
		checkSays(t, w.get(person, "/me/start").Body.String(), []string{`<form method="get" action="../me#c">`, "Saving is off in preview", `<a href="../me?role=all#c">`}, []string{`method="post"`})
		page := w.get(person, "/me?role=S&role=U").Body.String()
		checkSays(t, page, []string{"For: User, Shaper.", "role=S+U"}, nil)
		if len(w.roles) != before {
			t.Errorf("%s saved %v", person, w.roles)
		}
	}
}

// Each number opens its list also where roles are chosen, for good or in the address.
func TestEveryNumberOpensItsListForRoles(t *testing.T) {
	w := newWorld(t)
	choose("U", "E")(w)
	for _, path := range []string{"/me", "/me?role=all", "/me?role=S", "/me/section/" + w.capability6() + "?role=D"} {
		checkNumbers(t, w, "amara", path)
	}
}

func TestRolesInAddressesMustBeTheFrameworks(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/me?role=king", "/me?role=U+king", "/me/list?role=all+U", "/me/section/" + w.capability6() + "?role=%00"} {
		if got := w.get("amara", path); got.Code != http.StatusBadRequest {
			t.Errorf("%s answers %d", path, got.Code)
		}
	}
}

// A role that a newer version of the framework dropped is forgotten; the others hold.
func TestRolesThatAreGoneAreIgnored(t *testing.T) {
	w := newWorld(t)
	choose("U", "king")(w)
	if page := w.get("amara", "/me").Body.String(); !strings.Contains(page, "For: User.") {
		t.Errorf("not for users:\n%s", page)
	}
	w.cat.Archetypes = []mapping.Archetype{{Code: "S", Title: "Shaper"}}
	if page := w.get("amara", "/me").Body.String(); !strings.Contains(page, "For: every role.") {
		t.Errorf("not for everyone:\n%s", page)
	}
}
