package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

// ruleForm sends the form of a rule as a browser would, with the fields that are changed.
func (w *world) ruleForm(path string, fields url.Values) (int, string, string) {
	form := url.Values{"form": {macOf(token("tove"))}, "unit": {"years"}, "pick": {""}}
	for name, values := range fields {
		form[name] = values
	}
	return w.send("tove", path, form)
}

// edits are what the draft of the teacher holds.
func (w *world) edits() []mapping.Edit { return w.drafts["2 account-tove"].Edits }

// TestRuleIsShownAsSet in fields, in words, and worked on the person nearest the line.
func TestRuleIsShownAsSet(t *testing.T) {
	w := newWorld(t)
	page := w.get("tove", ruleOf(w, "4")).Body.String()
	checkSays(t, page, []string{
		`value="score" checked`, `name="score" value="70"`, `value="n_of" checked`, `name="n" value="3"`, "Finish any 3 of 4 activities.", "Worked example: <bdi>Amara Okafor</bdi>",
		"Quiz: bias, 64 out of 100, 5 May 2026", "Score 64 out of 100. It needs 70.", "In progress, 1 of 3", "Quiz: bias, tag for 6.1", `formmethod="get"`,
	}, []string{"invented"})
	again := w.get("tove", ruleOf(w, "4")+"?what=usual&kind=n_of&n=2&valid=1&unit=years").Body.String()
	checkSays(t, again, []string{"Finish any 2 of 4 activities.", "Evidence counts for 1 year.", "Evidenced</strong>", ">Counts</td>"}, nil)
	if len(w.drafts) != 0 || len(w.changes) != 1 {
		t.Error("an example changed something")
	}
	w.evidence = nil
	checkSays(t, w.get("tove", ruleOf(w, "4")).Body.String(), []string{"Worked example: somebody made up", "These figures are invented.", "Score 64 out of 100. It needs 70."}, []string{"Amara"})
}

// TestRulesGoToTheDraft in every kind that the form offers.
func TestRulesGoToTheDraft(t *testing.T) {
	quiz3, quiz4, page6, assign := module("quiz", 3), module("quiz", 4), module("page", 6), module("assign", 5)
	tests := map[string]struct {
		fields url.Values
		want   mapping.Rule
	}{
		"any":             {url.Values{"kind": {"any"}}, mapping.Rule{Kind: mapping.RuleAny}},
		"so many":         {url.Values{"kind": {"n_of"}, "n": {" 2 "}}, mapping.Rule{Kind: mapping.RuleN, N: 2}},
		"all, endorsed":   {url.Values{"kind": {"all"}, "endorsed": {"1"}}, mapping.Rule{Kind: mapping.RuleAll, Endorsed: true}},
		"valid, latest":   {url.Values{"kind": {"any"}, "valid": {"6"}, "unit": {"months"}, "pick": {"latest"}}, mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Months: 6}, Pick: mapping.PickLatest}},
		"time in between": {url.Values{"kind": {"all"}, "spacing": {"30"}}, mapping.Rule{Kind: mapping.RuleAll, Spacing: mapping.Period{Days: 30}}},
		"points": {url.Values{"kind": {"points"}, "points": {"5"}, "worth-" + codeOf(quiz3): {"3"}, "worth-" + codeOf(quiz4): {"2"}, "must-" + codeOf(quiz4): {"1"}},
			mapping.Rule{Kind: mapping.RulePoints, N: 5, Parts: []mapping.Part{{Activity: quiz3, Points: 3}, {Activity: quiz4, Points: 2, Required: true}}}},
		"groups": {url.Values{"kind": {"groups"}, "shape": {"2 1"}, "g0p0": {codeOf(quiz3)}, "g0p1": {codeOf(quiz4), codeOf(page6)}, "g1p0": {codeOf(assign)}},
			mapping.Rule{Kind: mapping.RuleGroups, Parts: []mapping.Part{{All: []mapping.Part{{Activity: quiz3}, {Any: []mapping.Part{{Activity: quiz4}, {Activity: page6}}}}}, {Activity: assign}}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			path := "/course/capability/" + w.capability("6.1-L2") + "/rule"
			code, to, body := w.ruleForm(path, tt.fields)
			if code != http.StatusSeeOther || !strings.HasSuffix(to, "course/draft#c") || len(w.edits()) != 1 {
				t.Fatalf("status %d to %s, %+v\n%s", code, to, w.edits(), body)
			}
			want := mapping.ScopedRule{Capability: w.capability("6.1-L2"), Scope: course.Scope(), Rule: tt.want}
			if diff := cmp.Diff(want, *w.edits()[0].Rule); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			page := w.get("tove", path).Body.String() // the form shows what the draft holds
			checkMarkup(t, page)
			if again, _, _ := w.ruleForm(path, tt.fields); again != http.StatusSeeOther || len(w.edits()) != 1 {
				t.Errorf("sent again: %d, %+v", again, w.edits())
			}
			checkSays(t, w.get("tove", "/course/draft").Body.String(), []string{"Rule: 6.1 Machine learning and natural language processing, level 2. "}, nil)
			if code, _, _ := w.applied(t, "tove", url.Values{"seen": {"1"}}); code != http.StatusSeeOther {
				t.Errorf("applying answers %d", code)
			}
			w.ruleForm(path, tt.fields) // as it is saved now: nothing to change
			if len(w.edits()) != 0 && name != "any" {
				t.Errorf("what is saved is changed again: %+v", w.edits())
			}
		})
	}
}

// TestRulesThatCannotBe are refused at their field, with what was typed.
func TestRulesThatCannotBe(t *testing.T) {
	w := newWorld(t)
	quiz3 := "worth-" + codeOf(module("quiz", 3))
	for name, tt := range map[string]struct {
		fields url.Values
		words  string
		field  string
	}{
		"more than are tagged": {url.Values{"what": {"usual"}, "kind": {"n_of"}, "n": {"5"}}, "5 different activities are asked for, but only 4 are tagged. Tag 1 more or ask for 4.", "n"},
		"no number":            {url.Values{"what": {"usual"}, "kind": {"n_of"}, "n": {"x"}}, "Write a whole number from 1 to 1000.", "n"},
		"no score":             {url.Values{"what": {"score"}, "score": {"101"}, "kind": {"any"}}, "Write a score from 0.1 to 100.", "score"},
		"nothing chosen":       {url.Values{"kind": {"any"}}, "Choose what the record must show.", "what"},
		"no kind":              {url.Values{"what": {"usual"}}, "Choose one of the ways that are offered.", "kind"},
		"points out of reach":  {url.Values{"what": {"usual"}, "kind": {"points"}, "points": {"9"}, quiz3: {"3"}}, "The activities are worth 3 points together, but 9 are needed.", "points"},
		"points of nothing":    {url.Values{"what": {"usual"}, "kind": {"points"}, "points": {"3"}, quiz3: {"0"}}, "Write a whole number from 1 to 1000.", quiz3},
		"an empty part":        {url.Values{"what": {"usual"}, "kind": {"groups"}, "shape": {"1"}}, "Tick at least one activity in group 1, part 1.", "g0p0"},
		"spacing of one":       {url.Values{"what": {"usual"}, "kind": {"any"}, "spacing": {"3"}}, "Time between activities goes with rules that ask for several", "spacing"},
		"no day":               {url.Values{"what": {"usual"}, "kind": {"any"}, "fday": {"31"}, "fmonth": {"2"}, "fyear": {"2026"}}, "Write a day, such as 1 6 2026", "fday"},
		"days the wrong way":   {url.Values{"what": {"usual"}, "kind": {"any"}, "fday": {"2"}, "fmonth": {"6"}, "fyear": {"2026"}, "uday": {"1"}, "umonth": {"6"}, "uyear": {"2026"}}, "The last day is before the first day.", "uday"},
		"a time":               {url.Values{"what": {"usual"}, "kind": {"any"}, "minutes": {"0"}}, "Write a whole number from 1 to 60000.", "minutes"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, body := w.ruleForm(ruleOf(w, "4"), tt.fields)
			if code != http.StatusUnprocessableEntity || len(w.drafts) != 0 {
				t.Fatalf("status %d, drafts %v", code, w.drafts)
			}
			checkMarkup(t, body)
			plainer := strings.ReplaceAll(body, ",000", "000")
			checkSays(t, plainer, []string{tt.words, `href="#` + tt.field + `"`, `id="` + tt.field + `"`, "<title>Error: "}, nil)
		})
	}
}

// TestWhatATagAsks changes the tag in the draft: the old one goes, one that asks for something else comes.
func TestWhatATagAsks(t *testing.T) {
	w := newWorld(t)
	code, _, body := w.ruleForm(ruleOf(w, "4"), url.Values{"what": {"passed"}, "minutes": {"30"}, "record": {"1"}, "kind": {"n_of"}, "n": {"3"}})
	if code != http.StatusSeeOther || len(w.edits()) != 2 {
		t.Fatalf("status %d, %+v\n%s", code, w.edits(), body)
	}
	added := w.edits()[1].Add
	if w.edits()[0].Remove != "a5" || cmp.Diff([]string{mapping.VerbPassed}, added.Criterion.Verbs) != "" || added.Criterion.MinDuration.String() != "PT30M" || !added.Criterion.NoSelf {
		t.Errorf("%+v", w.edits())
	}
	checkSays(t, w.get("tove", ruleOf(w, "4")).Body.String(), []string{`value="passed" checked`, `name="minutes" value="30"`, `name="record" value="1" checked`}, nil)
	checkSays(t, w.get("tove", "/course/draft").Body.String(), []string{"Tag asks for something else: Quiz: bias", "passed, 30 minutes or more, with a record of its own", "Changes in this draft (1)"}, nil)
	w.ruleForm(ruleOf(w, "4"), url.Values{"what": {"score"}, "score": {"70"}, "kind": {"n_of"}, "n": {"3"}}) // as it was
	if len(w.edits()) != 0 {
		t.Errorf("back as it was, the draft holds %+v", w.edits())
	}
}

// Days stand in the form as they were typed, in the draft as moments, and in words as days.
func TestTagAsksForDates(t *testing.T) {
	w := newWorld(t)
	w.ruleForm(ruleOf(w, "4"), url.Values{"what": {"usual"}, "kind": {"n_of"}, "n": {"3"}, "fday": {"1"}, "fmonth": {"5"}, "fyear": {"2026"}, "uday": {"31"}, "umonth": {"5"}, "uyear": {"2026"}})
	want := mapping.Dates{From: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}
	if e := w.edits(); len(e) != 2 || !e[1].Add.Criterion.Dates.Equal(want) {
		t.Fatalf("%+v", e)
	}
	page := w.get("tove", ruleOf(w, "4")).Body.String()
	checkSays(t, page, []string{`name="fday" value="1"`, `name="uday" value="31"`, `name="uyear" value="2026"`, "only if it was finished from 1 May 2026 to 31 May 2026", "<details open><summary>More: time spent, which records, dates"}, nil)
	checkSays(t, w.get("tove", "/course/draft").Body.String(), []string{"from 1 May 2026 to 31 May 2026"}, nil)
}

// Each way of choosing among several records is worked on an example of its own, with the score that the form asks for.
func TestWaysToChooseAmongRecordsHaveExamples(t *testing.T) {
	w := newWorld(t)
	checkSays(t, w.get("tove", ruleOf(w, "4")).Body.String(), []string{
		"If the better one counts: scores 85, 63, where 70 is needed. It counts.", "If the latest counts: scores 85, 63, where 70 is needed. It does not count.",
		"If the most common result counts: scores 85, 63, 56, where 70 is needed. It does not count."}, nil)
	checkSays(t, w.get("tove", ruleOf(w, "4")+"?kind=any&what=score&score=80").Body.String(), []string{"scores 90, 72, where 80 is needed. It counts."}, nil)
}

// TestGroupsAreBuiltWithoutScript: each button answers the page with the groups as they are then, and saves nothing.
func TestGroupsAreBuiltWithoutScript(t *testing.T) {
	w := newWorld(t)
	path, quiz := "/course/capability/"+w.capability("6.1-L2")+"/rule", codeOf(module("quiz", 3))
	for do, want := range map[string]struct {
		shape string
		here  string
	}{
		"group": {"2 1 1", `name="g0p1" value="` + quiz + `" checked`}, "part-1": {"2 2", ""}, "up-1": {"1 2", `name="g1p1" value="` + quiz + `" checked`},
		"down-0": {"1 2", `name="g1p1" value="` + quiz + `" checked`}, "drop-1": {"2", ""}, "part-9": {"2 1", ""}, "up-0": {"2 1", ""}, "x": {"2 1", ""},
	} {
		page := w.get("tove", path+"?kind=groups&shape=2+1&g0p1="+quiz+"&do="+do).Body.String()
		checkMarkup(t, page)
		checkSays(t, page, []string{`name="shape" value="` + want.shape + `"`, want.here, "Group 1, part 1"}, nil)
	}
	if len(w.drafts) != 0 {
		t.Error("building groups saved something")
	}
}

// TestLockedRules of the operator are shown and stay.
func TestLockedRules(t *testing.T) {
	w := newWorld(t)
	id := w.capability("6.1-L2")
	w.rules = []mapping.ScopedRule{{Capability: id, Scope: mapping.Scope{Kind: mapping.ScopeInstance}, Rule: mapping.Rule{Kind: mapping.RuleAll, Locked: true}}}
	checkSays(t, w.get("tove", "/course/capability/"+id+"/rule").Body.String(), []string{"This rule is the same everywhere. Courses cannot change it."}, []string{`name="kind"`})
	if code, _, _ := w.ruleForm("/course/capability/"+id+"/rule", url.Values{"kind": {"any"}}); code != http.StatusSeeOther || len(w.edits()) != 0 {
		t.Errorf("status %d, %+v", code, w.edits())
	}
	for _, gone := range []string{"/course/capability/x/rule", "/course/tags/" + id + "." + codeOf("urn:never") + "/rule", "/course/tags/" + w.capability("1-L1") + "." + codeOf(module("quiz", 3)) + "/rule"} {
		if got := w.get("tove", gone); got.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", gone, got.Code)
		}
	}
}
