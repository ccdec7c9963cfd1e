package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestGridKeys walks the grid of tags by keys alone (pages.md 4.2), in a real browser.
func TestGridKeys(t *testing.T) {
	browser := startBrowser(t)
	w := newWorld(t)
	six1, _ := w.cat.ByCode("6.1")
	address := serve(t, picture{person: "tove", path: "/course/tags?section=" + six1.ID})
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(address), chromedp.WaitReady(chromedp.CSS(`table[role="grid"]`)), chromedp.Focus(chromedp.CSS(`table [tabindex="0"]`))); err != nil {
		t.Fatal(err)
	}
	press := func(keys string, with ...chromedp.Modifier) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.KeyEvent(keys, chromedp.KeyModifiers(with...))); err != nil {
			t.Fatal(err)
		}
	}
	is := func(what, expression, want string) {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", what, got, err, want)
		}
	}
	const cell = `(() => { const td = document.activeElement.closest("td, th"); return td.parentNode.rowIndex + " " + td.cellIndex; })()`
	const ticked = `String(document.querySelectorAll("table input:checked").length)`
	shift, ctrl := chromedp.ModifierShift, chromedp.ModifierCtrl
	is("one tab stop", `String(document.querySelectorAll("table [tabindex='0']").length)`, "1")
	is("where it begins", cell, "1 1")
	for _, step := range []struct {
		key  string
		with []chromedp.Modifier
		want string
	}{
		{kb.ArrowDown, nil, "2 1"}, {kb.ArrowRight, nil, "2 2"}, {kb.End, nil, "2 11"}, {kb.ArrowRight, nil, "2 11"}, {kb.Home, nil, "2 0"}, {kb.ArrowUp, nil, "1 0"},
		{kb.End, []chromedp.Modifier{ctrl}, "5 11"}, {kb.PageUp, nil, "1 11"}, {kb.PageDown, nil, "5 11"}, {kb.Home, []chromedp.Modifier{ctrl}, "1 1"}, {kb.ArrowRight, nil, "1 2"},
	} {
		press(step.key, step.with...)
		is(fmt.Sprintf("%q", step.key), cell, step.want)
	}
	is("ticked at first", ticked, "7")
	press(" ")
	is("Space ticks", ticked, "8")
	is("it is told", `document.getElementById("told").textContent`, "Row: 3 ticked.")
	is("it is marked", `document.activeElement.getAttribute("aria-label").endsWith(", changed") + " " + document.activeElement.closest("td").className`, "true changed")
	press(" ")
	is("and back", ticked+` + document.querySelectorAll("td.changed").length`, "70")
	press(kb.ArrowRight, shift)
	press(kb.ArrowDown, shift)
	is("a range", `String(document.querySelectorAll("td.marked").length)`, "4")
	press(kb.Escape)
	is("Escape leaves it", `String(document.querySelectorAll("td.marked").length)`, "0")
	press(kb.ArrowDown)
	press(kb.ArrowRight, shift)
	is("a range in an empty row", `String(document.querySelectorAll("td.marked").length)`, "2")
	press(" ")
	is("Space ticks the range", ticked, "9")
	press(kb.ArrowDown)
	press(" ", shift)
	is("Shift+Space ticks the row", ticked, "20")
	checkAxe(ctx, t, "the grid")
	press(kb.Enter)
	if err := chromedp.Do(ctx, chromedp.WaitReady(chromedp.CSS("#what"))); err != nil {
		t.Fatal(err)
	}
	is("Enter opens what the tag asks", `document.querySelector("h1").textContent`, "What counts?")
	page, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector(".lead").textContent`))
	if err != nil || !strings.Contains(page, "tag for 6.1") {
		t.Errorf("%q, %v", page, err)
	}
}
