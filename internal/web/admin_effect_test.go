package web_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

func (a *adminWorld) Imports(context.Context, int) ([]web.FrameworkImport, error) {
	return []web.FrameworkImport{{ID: "direct", Version: "1.0", File: "direct-2026.csv", At: now.Add(-3 * time.Hour), Report: mapping.Fidelity{Format: "CSV",
		Kept: []mapping.FidelityLine{{What: "sections", Count: 6}, {What: "capabilities", Count: 34}}, Dropped: []mapping.FidelityLine{{What: "rubrics", Count: 2, Note: "a framework of Cairn has no place for it"}}}}}, a.broken
}

func (a *adminWorld) SetFates(_ context.Context, id, version string, fates []web.ItemFate) error {
	for _, f := range fates {
		a.done = append(a.done, strings.Join([]string{f.Item, string(f.Fate), strings.Join(f.Heirs, "+")}, " "))
	}
	return a.broken
}

func (a *adminWorld) StartEffect(_ context.Context, id, version string) (string, error) {
	return "effect " + id + " " + version, a.broken
}

func (a *adminWorld) VersionEffect(_ context.Context, of string, _ time.Duration) (web.VersionEffect, bool) {
	if of != "effect direct 1.0" {
		return web.VersionEffect{}, false
	}
	e := web.VersionEffect{ID: "direct", Version: "1.0", From: "0.9", Checked: 1200, Of: 4000}
	if a.slow {
		return e, true
	}
	item := func(id string, fate mapping.Fate, had, whole, part, none int, becomes ...string) mapping.FateEffect {
		return mapping.FateEffect{RetiredItem: mapping.RetiredItem{ItemDiff: mapping.ItemDiff{ID: id, Code: "D" + id, Title: "Item " + id}, Fate: fate, Becomes: becomes}, Had: had, Whole: whole, Part: part, None: none}
	}
	e.Done, e.Tags = true, web.TagsCarried{Carried: 12, Rules: 1, Courses: 3, There: 2, Lost: 4}
	e.Effects = web.Effects{At: now, Checked: 214, People: web.EffectCount{Gain: 40, Lose: 30}, Pairs: web.EffectCount{Gain: 40, Lose: 30}, Same: 144, Capabilities: []web.CapabilityEffect{
		{Capability: "1", Now: 50, Then: 90, EffectCount: web.EffectCount{Gain: 40}}, {Capability: "2", Now: 2, Then: 30, EffectCount: web.EffectCount{Gain: 28}}}}
	if a.nobody {
		e.Effects.People.Lose, e.Effects.Pairs.Lose = 0, 0
	}
	e.Fates = []mapping.FateEffect{item("4", mapping.FateExact, 60, 60, 0, 0, "1"), item("6", mapping.FateSplit, 60, 20, 30, 10, "1", "2"), item("7", mapping.FateRetired, 3, 0, 0, 3)}
	return e, true
}

func (a *adminWorld) Carry(_ context.Context, of, reason string) error {
	if a.moved || of != "effect direct 1.0" {
		return mapping.ErrMoved
	}
	a.done = append(a.done, "carry "+reason)
	return a.broken
}

func TestMappingFromOldToNewIsReadItemByItem(t *testing.T) {
	path := "/admin/frameworks/mapping?id=direct&version=1.0"
	w := newWorld(t)
	body := w.get("operator", path).Body.String()
	checkMarkup(t, body)
	checkSays(t, body, []string{"From old to new", "4 Item 4", "It is split: two or more replace it", `value="D1, D2"`, `id="fate-7-retired" name="fate-7" value="retired" checked`}, nil)
	for name, c := range map[string]struct{ fate, codes, says string }{
		"exact without a code":   {"exact", "", "Write the code of the one capability that replaces it."},
		"exact with two":         {"exact", "D1,D2", "Write the code of the one capability that replaces it."},
		"narrower with two":      {"narrower", "D1; D2", "Write the code of the one capability that replaces a part of it."},
		"split with one":         {"split", "D1, D1", "Write two or more codes, with commas."},
		"retired with one":       {"retired", "D1", "Leave the codes empty where nothing replaces it."},
		"a code that is not new": {"exact", "D4", "There is no capability with the code D4 in the new version."},
		"a section":              {"exact", "S", "There is no capability with the code S in the new version."},
		"no choice":              {"", "", "Choose what becomes of it."},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			got := w.post(t, "operator", path, "/admin/frameworks/mapping", url.Values{"id": {"direct"}, "version": {"1.0"}, "item": {"4"}, "fate-4": {c.fate}, "codes-4": {c.codes}})
			if got.Code != 422 || len(w.admin.done) != 0 {
				t.Fatalf("status %d, done %v", got.Code, w.admin.done)
			}
			checkSays(t, got.Body.String(), []string{c.says, "There is a problem", `href="#codes-4"`}, nil)
		})
	}
	form := url.Values{"id": {"direct"}, "version": {"1.0"}, "page": {"1"}, "item": {"4", "5", "6", "7"}, "fate-4": {"split"}, "codes-4": {" D1 , D3"}, "fate-5": {"exact"}, "codes-5": {"2"},
		"fate-6": {"narrower"}, "codes-6": {"D1"}, "fate-7": {"retired"}}
	got := w.post(t, "operator", path, "/admin/frameworks/mapping", form)
	if all := strings.Join(w.admin.done, ", "); got.Code != 303 || all != "4 split 1+3, 5 exact 2, 6 narrower 1, 7 retired " || !strings.HasSuffix(got.Header().Get("Location"), "saved=1&version=1.0#notice") {
		t.Errorf("%d to %s: %s", got.Code, got.Header().Get("Location"), all)
	}
	form.Set("go", "effect")
	if got := w.post(t, "operator", path, "/admin/frameworks/mapping", form); got.Header().Get("Location") != "../../admin/frameworks/effect?id=direct&version=1.0#c" {
		t.Errorf("to %s", got.Header().Get("Location"))
	}
}

func TestEffectOfAVersionIsSeenBeforeItsTagsAreCarried(t *testing.T) {
	w := newWorld(t)
	path := "/admin/frameworks/effect?id=direct&version=1.0"
	body := w.get("operator", path).Body.String()
	checkMarkup(t, body)
	checkSays(t, plain(body), []string{
		"Checked 214 learners at 2:32pm.", "40 gain", "30 lose", "144 no change", "12 tags are carried over to what replaces their capabilities, in 3 courses or wider scopes.", "1 rule is carried over.",
		"2 tags were carried over before.", "4 tags belong to capabilities that nothing replaces.", "D4 Item 4 One item replaces it. 60 60 0 0", "D6 Item 6 2 items replace it. 60 20 30 10",
		"D7 Item 7 Nothing replaces it. Evidence for it is kept. Hidden", "Item 2 Hidden Hidden", "Hidden: fewer than 5 people", "I have seen that 30 people lose evidence", "Publish and carry the tags over"}, []string{"Who"})
	send := func(form url.Values) (int, string, string) {
		form.Set("id", "direct")
		form.Set("version", "1.0")
		got := w.post(t, "operator", path, "/admin/frameworks/effect", form)
		return got.Code, got.Header().Get("Location"), got.Body.String()
	}
	of := []string{"effect direct 1.0"}
	if code, _, body := send(url.Values{"of": of}); code != 422 || !strings.Contains(body, "Tick that you have seen who loses evidence.") {
		t.Errorf("without the tick: %d", code)
	}
	if code, _, body := send(url.Values{"of": of, "seen": {"1"}, "reason": {strings.Repeat("x", 501)}}); code != 422 || !strings.Contains(body, `href="#reason"`) {
		t.Errorf("an endless reason: %d", code)
	}
	w.admin.moved = true
	if code, _, body := send(url.Values{"of": of, "seen": {"1"}}); code != 409 || !strings.Contains(body, "The tags or the version have changed since.") {
		t.Errorf("after the tags moved: %d", code)
	}
	w.admin.moved = false
	if len(w.admin.done) != 0 {
		t.Fatalf("done: %v", w.admin.done)
	}
	if code, to, _ := send(url.Values{"of": of, "seen": {"1"}, "reason": {" new release "}}); code != 303 || to != "../../admin/frameworks?done=carried#notice" || !slices.Equal(w.admin.done, []string{"carry new release"}) {
		t.Errorf("%d to %s, done %v", code, to, w.admin.done)
	}
	checkSays(t, w.get("operator", "/admin/frameworks?done=carried").Body.String(), []string{"The version is live, and its tags are carried over.", "direct-2026.csv", "Kept 40, put in other words 0, dropped 2.", "2 rubrics, a framework of Cairn has no place for it"}, nil)
	w.admin.nobody = true
	checkSays(t, w.get("operator", path).Body.String(), nil, []string{"I have seen"})
	w.slow = true
	checkSays(t, w.get("operator", path).Body.String(), []string{"Working it out. Checked 1,200 of 4,000 records. You can leave this page.", "Check again"}, []string{"Publish and carry"})
}
