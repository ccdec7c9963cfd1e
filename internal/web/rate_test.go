package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cairn/mapping"
)

// six1 is the address of the pages that rate section 6.1.
func (w *world) six1() string {
	n, _ := w.cat.ByCode("6.1")
	return "/me/rate/" + n.ID
}

// rateForm is a filled form of one page.
func (w *world) rateForm(code, now, needed, do string) url.Values {
	return url.Values{"capability": {w.capability(code)}, "now": {now}, "needed": {needed}, "do": {do}}
}

// rated has Amara rate a capability of 6.1.
func rated(w *world, code string, now, needed mapping.RatingWord, shared bool) {
	w.ratings = append(w.ratings, mapping.Rating{Learner: "learner-amara", Account: "account-amara", Capability: w.capability(code), Now: now, Needed: needed,
		Shared: shared, At: time.Date(2026, 5, 9+len(w.ratings), 10, 0, 0, 0, time.UTC), Pos: int64(len(w.ratings) + 1)})
}

func TestRatingPage(t *testing.T) {
	tests := map[string]struct {
		person, page string
		prepare      func(*world)
		says, not    []string
	}{
		"first": {"amara", "/2", nil, []string{"<h1>Rate yourself on 6.1</h1>", "2 of 5 capabilities", "6.1 Machine learning and natural language processing, level 2", "Where are you now?", "Where do you need to be?",
			"Not tried this yet", "I can help others", "I do not need this", "Share with course leads", "Save and go to next", "Skip", "Save and stop", "Your rating never changes your evidence.",
			"Only you can see this page.", "<details>\n<summary>Your evidence</summary>", "In progress, 1 of 3", "2 more activities needed"}, []string{" checked", "Clear my rating", "earlier rating"}},
		"again": {"amara", "/2", func(w *world) {
			rated(w, "6.1-L2", mapping.RatingNotTried, "", false)
			rated(w, "6.1-L2", mapping.RatingWithHelp, mapping.RatingOnOwn, true)
		}, []string{`id="now-with_help" name="now" value="with_help" checked`, `id="needed-on_own" name="needed" value="on_own" checked`, `name="share" value="1" checked`, "Clear my rating", "2 earlier ratings",
			"9 May 2026. Now: not tried yet.", "10 May 2026. Now: with help. Needed: on my own."}, nil},
		"cleared": {"amara", "/2?cleared=1", func(w *world) {
			rated(w, "6.1-L2", mapping.RatingNotTried, "", false)
			rated(w, "6.1-L2", "", "", false)
		}, []string{"Your rating was cleared.", "10 May 2026. Cleared."}, []string{" checked", "Clear my rating"}},
		"preview":   {"tove", "/1", nil, []string{"Saving is off in preview", "You are looking as a test learner."}, []string{"Save and"}},
		"anonymous": {"anonymous", "/1", nil, []string{"Saving is off, because your learning site has not told us who you are."}, []string{"Save and"}},
		"all done": {"amara", "/done", func(w *world) {
			rated(w, "6.1-L2", mapping.RatingNotTried, "", false)
			rated(w, "6.4-L3", mapping.RatingNotTried, "", false)
		}, []string{"You rated 1 of 5. Nothing was compared with other people.", "Go through them again"}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tt.prepare != nil {
				tt.prepare(w)
			}
			checkSays(t, w.get(tt.person, w.six1()+tt.page).Body.String(), tt.says, tt.not)
		})
	}
}

// A rating is kept as it was said, once, and the page waits until it can be read.
func TestRatingIsKept(t *testing.T) {
	tests := map[string]struct {
		now, needed, do, share string
		before                 func(*world)
		want                   *mapping.Rating
		to                     string
	}{
		"next":             {"with_help", "on_own", "next", "", nil, &mapping.Rating{Now: mapping.RatingWithHelp, Needed: mapping.RatingOnOwn}, "/3#c"},
		"half, and stop":   {"", "not_needed", "stop", "", nil, &mapping.Rating{Needed: mapping.RatingNotNeeded}, "?rated=1#notice"},
		"shared":           {"on_own", "", "next", "1", nil, &mapping.Rating{Now: mapping.RatingOnOwn, Shared: true}, "/3#c"},
		"the same again":   {"on_own", "", "next", "", func(w *world) { rated(w, "6.1-L2", mapping.RatingOnOwn, "", false) }, nil, "/3#c"},
		"no longer share":  {"on_own", "", "next", "", func(w *world) { rated(w, "6.1-L2", mapping.RatingOnOwn, "", true) }, &mapping.Rating{Now: mapping.RatingOnOwn}, "/3#c"},
		"clear":            {"on_own", "", "clear", "1", func(w *world) { rated(w, "6.1-L2", mapping.RatingOnOwn, "", false) }, &mapping.Rating{}, "/2?cleared=1#notice"},
		"nothing to clear": {"", "", "clear", "", nil, nil, "/2?cleared=1#notice"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tt.before != nil {
				tt.before(w)
			}
			before, form := len(w.ratings), w.rateForm("6.1-L2", tt.now, tt.needed, tt.do)
			if tt.share != "" {
				form.Set("share", tt.share)
			}
			got := w.post(t, "amara", w.six1()+"/2", w.six1()+"/2", form)
			if got.Code != http.StatusSeeOther || !strings.HasSuffix(got.Header().Get("Location"), tt.to) {
				t.Errorf("status %d to %q\n%s", got.Code, got.Header().Get("Location"), got.Body)
			}
			switch {
			case tt.want == nil && len(w.ratings) != before:
				t.Errorf("said again: %+v", w.ratings)
			case tt.want != nil && len(w.ratings) != before+1:
				t.Fatalf("%d ratings", len(w.ratings))
			case tt.want != nil:
				last := w.ratings[before]
				want := *tt.want
				want.Learner, want.Account, want.Capability, want.At, want.Pos = "learner-amara", "account-amara", w.capability("6.1-L2"), now, last.Pos
				if last != want {
					t.Errorf("kept %+v, want %+v", last, want)
				}
				if len(w.waited) != 1 || w.waited[0] != last.Pos {
					t.Errorf("waited for %v", w.waited)
				}
			}
		})
	}
}

func TestRatingRefuses(t *testing.T) {
	tests := map[string]struct {
		change func(url.Values)
		page   string
		want   int
		says   string
	}{
		"nothing chosen":     {func(f url.Values) { f.Del("now"); f.Del("needed") }, "/2", 422, "Choose an answer to at least one question, or skip this one."},
		"no such word":       {func(f url.Values) { f.Set("now", "expert") }, "/2", 400, ""},
		"word of the other":  {func(f url.Values) { f.Set("needed", "not_tried") }, "/2", 400, ""},
		"no button":          {func(f url.Values) { f.Del("do") }, "/2", 400, ""},
		"another capability": {func(f url.Values) {}, "/3", 409, "What this page rates is another capability now. Nothing was saved."},
		"no such page":       {func(f url.Values) {}, "/6", 404, ""},
		"page 0":             {func(f url.Values) {}, "/0", 404, ""},
		"page 02":            {func(f url.Values) {}, "/02", 404, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			form := w.rateForm("6.1-L2", "on_own", "", "next")
			tt.change(form)
			got := w.post(t, "amara", w.six1()+"/2", w.six1()+tt.page, form)
			if got.Code != tt.want || len(w.ratings) != 0 {
				t.Errorf("status %d, %d ratings", got.Code, len(w.ratings))
			}
			checkSays(t, got.Body.String(), []string{tt.says}, nil)
		})
	}
	w := newWorld(t)
	form := w.rateForm("6.1-L2", "", "", "next")
	form.Set("share", "1")
	page := w.post(t, "amara", w.six1()+"/2", w.six1()+"/2", form).Body.String()
	checkSays(t, page, []string{`role="alert"`, `href="#now-not_tried"`, "Error: Rate yourself on 6.1 - Cairn", `name="share" value="1" checked`}, nil)
	if got := w.get("amara", "/me/rate/"+w.capability("6.1-L2")+"/1"); got.Code != http.StatusNotFound {
		t.Errorf("a capability as a section answers %d", got.Code)
	}
}

// Nobody's rating is kept in preview, nor without a name.
func TestRatingOfNobody(t *testing.T) {
	w := newWorld(t)
	for _, person := range []string{"tove", "preview", "anonymous"} {
		got := w.post(t, person, w.six1()+"/2", w.six1()+"/2", w.rateForm("6.1-L2", "on_own", "", "next"))
		if got.Code != http.StatusForbidden || len(w.ratings) != 0 {
			t.Errorf("%s: status %d, %d ratings", person, got.Code, len(w.ratings))
		}
	}
}

// A rating is shown on L3 and L4 in its own words, and evidence stays what it is.
func TestRatingIsShownBesideEvidence(t *testing.T) {
	w := newWorld(t)
	rated(w, "6.1-L2", mapping.RatingWithHelp, mapping.RatingOnOwn, false)
	rated(w, "5.2.1-L1", mapping.RatingNotTried, "", true)
	six1, _ := w.cat.ByCode("6.1")
	checkSays(t, w.get("amara", "/me/section/"+six1.ID).Body.String(), []string{"My rating: Now: with help. Needed: on my own.", "In progress, 1 of 3", "Rate yourself on this section"}, nil)
	checkSays(t, w.get("amara", "/me/capability/"+w.capability("6.1-L2")).Body.String(), []string{"Now: with help. Needed: on my own. <span class=\"num\">9 May 2026.</span>", "Only you can see this.", ">Change</a>"}, []string{"differ"})
	checkSays(t, w.get("amara", "/me/capability/"+w.capability("5.2.1-L1")).Body.String(),
		[]string{"Now: not tried yet.", "Evidence and rating differ. That is fine; use it to choose what to do.", "Evidenced"}, []string{"Only you can see this."})
	checkSays(t, w.get("amara", "/me/section/"+six1.ID+"?rated=1").Body.String(), []string{"Your rating is kept."}, nil)
}

// The roles that a learner chose decide what is rated; a capability they leave out is rated among those of every role.
func TestRatingFollowsTheRoles(t *testing.T) {
	w := newWorld(t)
	choose("U")(w)
	page := w.get("amara", w.six1()+"/1").Body.String()
	checkSays(t, page, nil, []string{"of 5 capabilities"})
	checkSays(t, w.get("amara", w.six1()+"/1?role=all").Body.String(), []string{"1 of 5 capabilities", "/2?role=all#c"}, nil)
	checkSays(t, w.get("amara", "/me/capability/"+w.capability("6.1-LX-01")).Body.String(), []string{"?role=all#c\">Rate yourself"}, nil)
}
