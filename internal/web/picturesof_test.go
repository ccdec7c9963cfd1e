package web_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"cairn/internal/web"
	"cairn/mapping"
)

// mixed is a crowd of whom two have nothing.
func mixed(w *world) {
	crowd(w)
	w.evidence["learner-crowd3"], w.evidence["learner-crowd4"] = nil, nil
}

// ruleOf is the page of what the tag of a quiz asks.
func ruleOf(w *world, quiz string) string {
	return "/course/tags/" + w.capability("6.1-L2") + "." + codeOf(lms+"/mod/quiz/view.php?id="+quiz) + "/rule"
}

// drafted gives Tove a draft that gains and loses among a crowd.
func drafted(w *world) {
	crowd(w)
	add := func(code, iri string, least *int) mapping.Edit {
		return mapping.Edit{Add: &mapping.Alignment{ID: "d-" + code + iri, Capability: w.capability(code), Scope: course.Scope(),
			Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: iri}, Criterion: mapping.Criterion{MinMilli: least}}}
	}
	ninety := 900
	w.drafts["2 account-tove"] = web.Draft{Updated: now, Edits: []mapping.Edit{
		add("6.1-L1", module("quiz", 2), nil), {Remove: "a3"}, add("5.2.1-L1", module("quiz", 2), &ninety), add("6.1-L3", module("quiz", 4), nil), {Remove: "a7"},
	}}
}

// tracked gives Amara ratings and endorsements beside her evidence.
func tracked(w *world) {
	rated(w, "5.2.1-L1", mapping.RatingNotTried, mapping.RatingOnOwn, false)
	rated(w, "5.2.1-L1", mapping.RatingWithHelp, mapping.RatingOnOwn, true)
	rated(w, "6.1-L2", mapping.RatingWithHelp, mapping.RatingHelpOthers, false)
	endorsed(w, "5.2.1-L1", func(e *mapping.Endorsement) { e.Until = now.AddDate(1, 0, 0) })
	endorsed(w, "5.2.1-L1", func(e *mapping.Endorsement) {
		e.WithdrawnAt, e.WithdrawnReason = now.AddDate(0, -1, 0), "Given to the wrong person"
	})
}

// grouped gives 6.1 level 2 a rule of groups that nest.
func grouped(w *world) {
	w.rules = nil
	w.ruled("6.1-L2", mapping.Rule{Kind: mapping.RuleGroups, Endorsed: true, Parts: []mapping.Part{
		{All: []mapping.Part{{Activity: module("quiz", 3)}, {Any: []mapping.Part{{Activity: module("assign", 5)}, {Activity: module("quiz", 4)}}}}}, {Activity: module("page", 6)}}})
}

// impliedAbove has the framework's levels imply, and Amara evidence at a higher one.
func impliedAbove(w *world) {
	w.cat.LevelsImply = true
	w.states = map[string][]mapping.Progress{"learner-amara": {{Capability: w.capability("2.1-L2"), State: mapping.Evidenced, Since: now}}}
}

// begun has Amara start an activity a while ago.
func begun(id string) func(*world) {
	return func(w *world) { w.attempts[id+" account-amara"] = web.Attempt{Opened: now.Add(-22 * time.Minute)} }
}

// rightToLeft turns an open page around, as a language of that direction would.
var rightToLeft = chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
	_, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.documentElement.dir = "rtl"`))
	return err
})

// longNames gives everything that is named by others a name that is long, in part without a place to break.
func longNames(w *world) {
	const word = "Donaudampfschifffahrtsgesellschaftskapitän"
	f := mapping.Builtin()
	f.Title, f.Items = strings.Repeat("Framework of the capabilities of people who work with digital technology ", 3)+word, slices.Clone(f.Items)
	for i, n := range f.Items {
		if n.Kind == mapping.NodeSection {
			f.Items[i].Title = n.Title + " and " + strings.Repeat(word+" ", 2) + strings.Repeat("x", 60)
		}
	}
	w.cat = mapping.NewCatalog(f, base)
	for i := range w.seen["2"] {
		w.seen["2"][i].Name = fmt.Sprint(i, " ", strings.Repeat(word+" ", 4), strings.Repeat("x", 90))
	}
	for _, who := range []string{"amara", "ben"} {
		s := w.sessions[hash(token(who))]
		s.Name, s.Course.Title = "Maria-Theresia "+strings.Repeat(word+"-", 3)+"Trostburg", strings.Repeat("Digital safety for everyone on the ward ", 4)+word
		w.sessions[s.Hash] = s
	}
}

// axe is the accessibility checker; `make test` installs it.
var axe = sync.OnceValue(func() string {
	script, err := os.ReadFile(filepath.Join("..", "..", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		return "" // said by TestAxeIsInstalled
	}
	return string(script)
})

// checkAxe runs the accessibility checker over the page as it is looked at now.
func checkAxe(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	if axe() == "" {
		return
	}
	there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`"axe" in window`))
	if err == nil && !there {
		_, err = chromedp.Run(ctx, chromedp.Evaluate[string](axe()+`;""`))
	}
	if err != nil {
		t.Fatalf("%s: put axe into the page: %v", name, err)
	}
	const find = `axe.run(document, {resultTypes: ["violations"]}).then(r => (r.passes.length > 5 ? "" : "it checked next to nothing\n") +
		r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + v.help + " at " + n.target.join(" "))).join("\n"))`
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](find, chromedp.EvalAwaitPromise))
	if err != nil || found != "" {
		t.Errorf("%s: axe finds %s, %v", name, found, err)
	}
}

func TestAxeIsInstalled(t *testing.T) {
	if _, err := os.Stat(filepath.Join("..", "..", "node_modules", "axe-core", "axe.min.js")); err != nil {
		t.Skip("axe-core is not installed (npm ci): the pages were not checked with it")
	}
}
