package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"cairn/mapping"
)

// A section of many capabilities goes over several pages; what is ticked on one stays within it.
func TestGridOfManyCapabilities(t *testing.T) {
	w := newWorld(t)
	six1, _ := w.cat.ByCode("6.1")
	framework := w.cat.Framework
	framework.Items = slices.Clone(framework.Items)
	for i := range 60 {
		framework.Items = append(framework.Items, mapping.Node{ID: fmt.Sprintf("more-%02d", i), Parent: six1.ID, Kind: mapping.NodeCapability, Title: fmt.Sprintf("More %02d", i), Level: 1})
	}
	w.cat = mapping.NewCatalog(framework, base)
	n := len(w.cat.Tracked(six1.ID))
	at := "/course/tags?section=" + six1.ID
	first := w.get("tove", at).Body.String()
	checkSays(t, first, []string{fmt.Sprintf("Capabilities 1 to 25 of %d", n), "Next 25", "part=2"}, []string{"Previous 25", "More 59"})
	last := w.get("tove", at+"&part=3").Body.String()
	checkSays(t, last, []string{fmt.Sprintf("Capabilities 51 to %d of %d", n, n), "More 59", "Previous 25"}, []string{"Next 25", "More 01"})
	checkSays(t, w.get("tove", at+"&part=9").Body.String(), []string{"Previous 25"}, []string{"More 59"})
	if got := w.get("tove", at+"&part=0"); got.Code != 400 {
		t.Errorf("no such page: %d", got.Code)
	}
	form := w.formOf(t, "tove", at+"&part=3")
	form.Add("tag", "more-59."+codeOf(module("quiz", 2)))
	form.Set("go", "keep")
	code, to, body := w.send("tove", "/course/tags", form)
	if code != http.StatusSeeOther || !strings.Contains(to, "part=3") {
		t.Fatalf("%d to %s\n%s", code, to, body)
	}
	if edits := w.drafts["2 account-tove"].Edits; len(edits) != 1 || edits[0].Add.Capability != "more-59" {
		t.Errorf("the draft: %+v", edits)
	}
}
