package web_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"cairn/internal/web"
	"cairn/mapping"
)

func (a *adminWorld) someVersions() {
	item := func(code string) mapping.ItemDiff {
		return mapping.ItemDiff{ID: code, Code: code, Title: "Item " + code}
	}
	before, items := someItems("0.9", "3", "4", "5", "6", "7"), someItems("1.0", "1", "2", "3")
	a.versions = []web.FrameworkVersion{
		{ID: "hee", Version: "2023-02", Title: "HEE AI and DHT", State: mapping.VersionPublished, At: now.AddDate(0, -6, 0), Tracked: 111, Included: 15, Statements: 195},
		{ID: "hee", Version: "2021", Title: "HEE AI and DHT", State: mapping.VersionRetired, At: now.AddDate(-3, 0, 0), Tracked: 1},
		{ID: "direct", Version: "1.0", Title: "DIRECT", State: mapping.VersionDraft, At: now.Add(-3 * 60 * 60 * 1e9), Tracked: 40, Included: 40, Statements: 40, Diff: &mapping.FrameworkDiff{From: "0.9",
			Added: []mapping.ItemDiff{item("1"), item("2")}, Changed: []mapping.ItemDiff{item("3")}, Unchanged: 37, Retired: []mapping.RetiredItem{
				{ItemDiff: item("4"), Fate: mapping.FateExact, Becomes: []string{"1"}}, {ItemDiff: item("5"), Fate: mapping.FateNarrower, Becomes: []string{"1"}},
				{ItemDiff: item("6"), Fate: mapping.FateSplit, Becomes: []string{"1", "2"}}, {ItemDiff: item("7"), Fate: mapping.FateRetired}}}, Before: before, Items: items},
		{ID: "direct", Version: "0.9", Title: "DIRECT", State: mapping.VersionPublished, Replaced: true, At: now.AddDate(-1, 0, 0), Tracked: 5, Items: before},
	}
}

func someItems(version string, codes ...string) *mapping.Catalog {
	f := mapping.Framework{ID: "direct", Version: version, Title: "DIRECT", Items: []mapping.Node{{ID: "section", Kind: mapping.NodeSection, Code: "S", Title: "Section"}}}
	for _, code := range codes {
		f.Items = append(f.Items, mapping.Node{ID: code, Parent: "section", Kind: mapping.NodeCapability, Code: "D" + code, Title: "Item " + code})
	}
	return mapping.NewCatalog(f, "")
}

func (a *adminWorld) Versions(context.Context) ([]web.FrameworkVersion, error) {
	return a.versions, a.broken
}

func (a *adminWorld) Publish(_ context.Context, id, version string) error {
	if len(a.done) > 0 {
		return web.ErrTaken
	}
	a.done = append(a.done, "publish "+id+" "+version)
	return a.broken
}

func (a *adminWorld) SetState(_ context.Context, id, version string, state mapping.PublicationState, reason string) error {
	a.done = append(a.done, string(state)+" "+id+" "+version+" "+reason)
	return a.broken
}

// What a framework in use lacks is said under the heading, with the way to bring it in for who may.
func TestFrameworksInPartLeadToTheOfficialText(t *testing.T) {
	w := newWorld(t)
	part, link := `<p class="inset">15 of 195 statements included. Until the official text is imported`, `admin/frameworks/import?for=hee#c">Import the official text</a>`
	checkSays(t, w.get("operator", "/admin/frameworks").Body.String(), []string{part, link}, nil)
	checkSays(t, w.get("operator", "/admin/frameworks/version?id=hee&version=2023-02").Body.String(), []string{link}, nil)
	checkSays(t, w.get("operator", "/admin/frameworks/import?for=hee").Body.String(), []string{`name="id" value="hee"`}, nil)
	checkSays(t, w.get("admin", "/admin/frameworks").Body.String(), []string{part}, []string{"Import the official text"})
	w.admin.versions = w.admin.versions[1:]
	checkSays(t, w.get("operator", "/admin/frameworks").Body.String(), nil, []string{"statements included. Until", "Import the official text"})
}

func TestFrameworksTellVersionsAndFates(t *testing.T) {
	w := newWorld(t)
	checkSays(t, w.get("operator", "/admin/frameworks").Body.String(), []string{
		"HEE AI and DHT", "Version 2023-02", "Live", "15 of 195 statements included.", "111 capabilities can be tracked.", "Retired", "DIRECT", "Draft", "Replaced", "Only the people who run Cairn see it.", "admin/frameworks/import#c"}, nil)
	checkSays(t, w.get("operator", "/admin/frameworks/version?id=direct&version=1.0").Body.String(), []string{
		"It is compared with version 0.9", "2 items are added.", "1 item changes.", "4 items are replaced or retired.", "37 items stay as they are.", "One item replaces it.", "One item replaces a part of it.",
		"2 items replace it.", "Nothing replaces it. Evidence for it is kept.", `name="do" value="publish"`}, nil)
	checkSays(t, w.get("admin", "/admin/frameworks").Body.String(), []string{"Version 2023-02"}, []string{"admin/frameworks/import", "Version 1.0", "Last imports"})
	checkSays(t, w.get("admin", "/admin/frameworks/version?id=hee&version=2023-02").Body.String(), []string{"15 of 195 statements included."}, []string{"<form"})
	w.admin.versions = nil
	checkSays(t, w.get("operator", "/admin/frameworks").Body.String(), []string{"No framework is published yet."}, nil)
}

func TestVersionIsPublishedRetiredAndTakenIntoUseAgain(t *testing.T) {
	w := newWorld(t)
	send := func(id, version, do, reason string) int {
		return w.post(t, "operator", "/admin/frameworks/version?id=direct&version=1.0", "/admin/frameworks/version", url.Values{"id": {id}, "version": {version}, "do": {do}, "reason": {reason}}).Code
	}
	if got := send("direct", "1.0", "publish", ""); got != 303 {
		t.Errorf("publishing answers %d", got)
	}
	if got := send("direct", "1.0", "publish", ""); got != 409 {
		t.Errorf("another content of the version answers %d", got)
	}
	for _, c := range []struct {
		version, do, reason string
		want                int
	}{{"2023-02", "retire", "", 422}, {"2023-02", "retire", strings.Repeat("x", 501), 422}, {"2023-02", "retire", "replaced", 303}, {"2021", "again", "still used", 303}, {"2021", "retire", "x", 409}, {"2023-02", "publish", "", 409}} {
		if got := send("hee", c.version, c.do, c.reason); got != c.want {
			t.Errorf("%s of %s answers %d, want %d", c.do, c.version, got, c.want)
		}
	}
	if all := strings.Join(w.admin.done, ", "); all != "publish direct 1.0, retired hee 2023-02 replaced, published hee 2021 still used" {
		t.Errorf("done: %s", all)
	}
}

func (a *adminWorld) ImportDraft(_ context.Context, m mapping.Meta, name string, data []byte) (web.FrameworkVersion, error) {
	if strings.HasPrefix(string(data), "bad") {
		return web.FrameworkVersion{}, &mapping.ImportError{File: name, Problems: []mapping.Problem{{Where: "row 12", Message: `there is no section "6.9"`}, {Where: "row 14", Message: "the level is no number"}}}
	}
	a.done = append(a.done, "draft "+m.ID+" "+string(data))
	a.versions[2].Report = &mapping.Fidelity{Format: "CASE", Kept: []mapping.FidelityLine{{What: "items", Count: 40}}, Dropped: []mapping.FidelityLine{{What: "rubrics", Count: 2, Note: "a framework of Cairn has no place for it"}}}
	return a.versions[2], a.broken
}

func TestFrameworkFileBecomesADraftOrNothing(t *testing.T) {
	w := newWorld(t)
	path := "/admin/frameworks/import"
	for data, says := range map[string][]string{
		"":        {"Choose a file."},
		"bad,row": {"2 things are wrong in this file. Nothing was saved.", "row 12", "there is no section &#34;6.9&#34;", "row 14"},
	} {
		got := w.upload(t, "operator", path, macOf(token("operator")), []byte(data))
		if got.Code != 422 || len(w.admin.done) != 0 {
			t.Errorf("%q answers %d", data, got.Code)
		}
		checkSays(t, got.Body.String(), append(says, "There is a problem"), nil)
	}
	if got := w.upload(t, "operator", path, "made up", []byte("good")); got.Code != 403 || len(w.admin.done) != 0 {
		t.Errorf("without the form's token: %d", got.Code)
	}
	for _, person := range []string{"admin", "tove", "amara"} {
		if got := w.upload(t, person, path, macOf(token(person)), []byte("good")); got.Code != 403 || len(w.admin.done) != 0 {
			t.Errorf("by %s: %d", person, got.Code)
		}
	}
	got := w.upload(t, "operator", path, macOf(token("operator")), []byte("good"))
	if to := got.Header().Get("Location"); got.Code != 303 || to != "../../admin/frameworks/version?id=direct&version=1.0#notice" || strings.Join(w.admin.done, "") != "draft  good" {
		t.Fatalf("%d to %s, %v", got.Code, to, w.admin.done)
	}
	checkSays(t, w.get("operator", "/admin/frameworks/version?id=direct&version=1.0").Body.String(), []string{"Kept:", "40 items", "Dropped:", "2 rubrics, a framework of Cairn has no place for it"}, nil)
}
