package web_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

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

// checkAxe runs the accessibility checker over the page; `make test` installs it.
func checkAxe(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	script, err := os.ReadFile(filepath.Join("..", "..", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		return // said by TestAxeIsInstalled
	}
	find := string(script) + `;axe.run(document, {resultTypes: ["violations"]}).then(r =>
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
