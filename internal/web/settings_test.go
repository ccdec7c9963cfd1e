package web_test

import (
	"testing"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

// TestSettingsChangeThePages holds that each default of pages.md 3 that is a setting changes what it names, and what tells of it.
func TestSettingsChangeThePages(t *testing.T) {
	rating := web.Words{}
	if err := rating.Read("en", "# ours\n\nrate.now.with_help = With a colleague\nrating.word.with_help = with a colleague\n"); err != nil {
		t.Fatal(err)
	}
	half := func(w *world) {
		w.opened, w.states = nil, map[string][]mapping.Progress{}
		w.aligned = nil
		w.tag("t", "3.1-L1", module("page", 1), nil)
		for i, state := range []mapping.State{mapping.Evidenced, mapping.Evidenced, mapping.Evidenced, mapping.NotStarted, mapping.NotStarted, mapping.NotStarted} {
			who := "six" + string(rune('a'+i))
			w.opened = append(w.opened, web.Person{Member: web.Member{Account: who, Learner: who}, Subject: who, IsLearner: true})
			w.states[who] = []mapping.Progress{{Learner: who, Capability: w.capability("3.1-L1"), State: state}}
		}
	}
	abroad := func(w *world) {
		w.aligned = append(w.aligned, mapping.Alignment{ID: "wide", Capability: w.capability("6.1-L2"), Scope: mapping.Scope{Kind: mapping.ScopeInstance},
			Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: module("quiz", 90)}})
		w.did("wide", module("quiz", 90), 7, nil)
		all := w.evidence["learner-amara"]
		all[len(all)-1].Record.Under = []string{course9.IRI}
	}
	plain := newWorld(t)
	scale, why := plain.six1()+"/2", person("amara")+"/capability/"+plain.capability("6.1-L2")
	for name, tt := range map[string]struct {
		settings     web.Settings
		person, path string
		prepare      func(*world)
		says, not    []string
	}{
		"half of the people": {web.Settings{}, "tove", "/course/gaps/list?level=1&gap=none", half, []string{"3.1 Ethics"}, nil},
		"a larger share":     {web.Settings{GapShare: 60}, "tove", "/course/gaps/list?level=1&gap=none", half, nil, []string{"3.1 Ethics"}},
		"the share in words": {web.Settings{GapShare: 60}, "tove", "/course/gaps", half, []string{"fewer than 60% have started", "at least 60% have evidence"}, []string{"half"}},
		"a notice of 2 weeks": {web.Settings{Notice: 14 * 24 * time.Hour}, "tove", "/course/expiring", nil,
			[]string{"Nothing expires within 14 days.", `<option value="14" selected>14 days</option>`, `<option value="30">30 days</option>`}, []string{"90 days"}},
		"the notice among next steps":         {web.Settings{Notice: 14 * 24 * time.Hour}, "amara", "/me/next", nil, []string{"ends within 14 days."}, []string{"90 days"}},
		"a box that begins ticked":            {web.Settings{ShareRatings: true}, "amara", scale, nil, []string{`name="share" value="1" checked`}, nil},
		"the box of who took their share":     {web.Settings{ShareRatings: true}, "amara", scale, func(w *world) { rated(w, "6.1-L2", mapping.RatingOnOwn, "", false) }, []string{`name="share" value="1">`}, nil},
		"no titles from other courses":        {web.Settings{}, "tove", why, abroad, []string{"From another course, 7 May 2026"}, []string{"<li>Elsewhere, 7 May"}},
		"titles from other courses":           {web.Settings{NameElsewhere: true}, "tove", why, abroad, []string{"<li>Elsewhere, 7 May"}, []string{"From another course, 7 May 2026"}},
		"words of the scale":                  {web.Settings{Words: rating}, "amara", scale, nil, []string{"With a colleague", "I can on my own"}, []string{"I can with help"}},
		"words of a rating":                   {web.Settings{Words: rating}, "amara", scale, func(w *world) { rated(w, "6.1-L2", mapping.RatingWithHelp, "", false) }, []string{"Now: with a colleague."}, nil},
		"the time that a session has at most": {web.Settings{SessionLife: 15 * time.Minute}, "amara", "/me", func(w *world) { w.age("amara", 10*time.Minute) }, []string{`data-ends="900"`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorldWith(t, func(c *web.Config) { c.Settings = tt.settings })
			if tt.prepare != nil {
				tt.prepare(w)
			}
			checkSays(t, w.get(tt.person, tt.path).Body.String(), tt.says, tt.not)
		})
	}
}

// age has a session end so long from now.
func (w *world) age(who string, left time.Duration) {
	s := w.sessions[hash(token(who))]
	s.ExpiresAt = now.Add(left)
	w.sessions[s.Hash] = s
}

// TestWordsOfRatings holds which words an operator may give, and the refusal of others.
func TestWordsOfRatings(t *testing.T) {
	for name, tt := range map[string]struct{ lang, text, refusal string }{
		"a word":               {"cy", "rate.needed.not_needed = Dim i mi", ""},
		"no language of ours":  {"de", "rate.now.with_help = Mit Hilfe", `no page speaks "de"`},
		"another text":         {"en", "front.title = Ours", `line 1: "front.title" is no word of ratings; those are rate.now.*, rate.needed.* and rating.word.*`},
		"a word there is not":  {"en", "rate.now.not_needed = x", `line 1: "rate.now.not_needed" is no word of ratings; those are rate.now.*, rate.needed.* and rating.word.*`},
		"no words":             {"en", "\nrate.now.with_help =", "line 2 is not of the form key = Words"},
		"a gap":                {"en", "rate.now.with_help = With {n}", "line 1 is not of the form key = Words"},
		"the same word again":  {"en", "rate.now.with_help = a\nrate.now.with_help = b", `line 2: "rate.now.with_help" is there already`},
		"a line without words": {"en", "rate.now.with_help", "line 1 is not of the form key = Words"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := (web.Words{}).Read(tt.lang, tt.text); err == nil && tt.refusal != "" || err != nil && err.Error() != tt.refusal {
				t.Errorf("refused with %v, want %q", err, tt.refusal)
			}
		})
	}
}
