package web_test

import (
	"encoding/csv"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/web"
	"cairn/lti"
	"cairn/mapping"
)

// codeIn is how the addresses of a course name somebody.
func codeIn(c web.Course, person string) string {
	return fixed(c.Registration + "\x00" + c.ID + "\x00account-" + person)[:16]
}

// person is the page of a learner of course 2, for those who lead it.
func person(name string) string { return "/course/people/" + codeIn(course, name) }

// crowd fills course 2 with 30 learners, with long names and none, of whom the list of the platform is a while old.
func crowd(w *world) {
	names := []string{"Ben Whitfield", "", "Maria-Theresia Wolkenstein-Trostburg von Hohenasperg zu Ludwigsburg", "Nwachukwuogbonnayachukwuemekaraphael", "محمد بن عبد الله", "Åse Ødegård-Łuk"}
	w.list = &web.CourseList{ReadAt: now.Add(-82 * time.Minute), Late: true}
	w.opened = w.opened[:2]
	for i := range 29 {
		name := names[i%len(names)]
		if name != "" {
			name = fmt.Sprintf("%s %d", name, i)
		}
		who := fmt.Sprintf("crowd%d", i)
		w.opened = append(w.opened, web.Person{Member: web.Member{Account: "account-" + who, Learner: "learner-" + who, Name: name}, Subject: fmt.Sprint(100 + i), IsLearner: true})
		var all []mapping.Evidence
		for j, e := range w.evidence["learner-amara"] {
			if (i+j)%3 != 0 {
				all = append(all, e)
			}
		}
		w.evidence["learner-"+who] = all
	}
	for _, p := range w.opened {
		w.list.People = append(w.list.People, web.Listed{Subject: p.Subject, Name: p.Name, IsLearner: p.IsLearner})
	}
	w.list.People = append(w.list.People, web.Listed{Subject: "never", Name: "Never Here", IsLearner: true})
}

// names answers the people of the table in its order.
func names(page string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`<th scope="row"><a [^>]*><bdi>([^<]*)</bdi></a>`).FindAllStringSubmatch(page, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestPeopleOfTheCourse(t *testing.T) {
	w := newWorld(t)
	page := w.get("tove", "/course/people").Body.String()
	for _, want := range []string{
		"2 learners, 6 domains. Most: ", "These are the people seen here.", `aria-current="page">People`, "Amara Okafor", "Learner 2",
		`<caption class="vh">Capabilities with evidence, by learner and domain.`, `role="region" aria-labelledby="t" tabindex="0"`,
		"people/" + codeIn(course, "amara") + "/list?node=", `<span class="vh"> evidenced, <bdi>Amara Okafor</bdi>, 6 Artificial Intelligence`, "All 2 any", "1 has some",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "Tove") || strings.Count(page, "aria-sort") != 1 || !strings.Contains(page, `aria-sort="ascending"`) {
		t.Errorf("the page:\n%s", page)
	}
	for _, person := range []string{"nameless", "preview"} {
		if page := w.get(person, "/course/activities").Body.String(); strings.Contains(page, "course/people") {
			t.Errorf("%s is shown the way to people", person)
		}
	}
}

// TestPeopleAndTheList: who stands on the learning site's list holds, with its names and roles; who is gone is seen no more.
func TestPeopleAndTheList(t *testing.T) {
	w := newWorld(t)
	w.list = &web.CourseList{ReadAt: now, People: []web.Listed{
		{Subject: "5", Name: "Ben Whitfield", IsLearner: true}, {Subject: "3", IsLearner: false}, {Subject: "77", Name: "Never Here", IsLearner: true},
	}}
	page := w.get("tove", "/course/people").Body.String()
	if diff := cmp.Diff([]string{"Ben Whitfield"}, names(page)); diff != "" || !strings.Contains(page, "1 of 2 people on the list have opened Cairn.") || strings.Contains(page, "List of people from") {
		t.Errorf("(-want +got):\n%s\n%s", diff, page)
	}
	for _, path := range []string{"", "/list", "/section/" + w.capability6(), "/capability/" + w.capability("6.1-L2")} {
		got := w.get("tove", person("amara")+path)
		if got.Code != 404 || !strings.Contains(got.Body.String(), "This person is no longer in the course. You cannot see their record.") || strings.Contains(got.Body.String(), "Amara") {
			t.Errorf("%q of someone who left: %d\n%s", path, got.Code, got.Body)
		}
	}
	for at, want := range map[time.Time]string{
		now.Add(-82 * time.Minute): "List of people from 1:10pm", now.Add(-26 * time.Hour): "List of people from 21 November 2026, 12:32pm",
	} {
		w.list.ReadAt, w.list.Late = at, true
		if page := w.get("tove", "/course/people").Body.String(); !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

// TestPeopleAreSortedOverAllPages by name or by a domain, 25 a page.
func TestPeopleAreSortedOverAllPages(t *testing.T) {
	w := newWorld(t)
	crowd(w)
	first, second := w.get("tove", "/course/people").Body.String(), w.get("tove", "/course/people?page=2").Body.String()
	if a, b := names(first), names(second); len(a) != 25 || len(b) != 5 || a[0] != "Amara Okafor" {
		t.Errorf("%q\n%q", a, b)
	}
	for _, want := range []string{"1 to 25 of 30 shown here", "30 of 31 people on the list have opened Cairn.", "List of people from 1:10pm", "page=2"} {
		if !strings.Contains(first, want) {
			t.Errorf("the page lacks %q:\n%s", want, first)
		}
	}
	if i, j := strings.Index(first, "Learner 3<"), strings.Index(first, "Learner 9<"); i < 0 || j < i {
		t.Errorf("those without a name: %q", names(first))
	}
	down := w.get("tove", "/course/people?sort=-name").Body.String()
	if n := names(down); n[0] == "Amara Okafor" || !strings.Contains(down, `aria-sort="descending"`) {
		t.Errorf("names downwards: %q", n)
	}
	six := w.capability6()
	cells := regexp.MustCompile(`<td class="h(\d)"><a href="[^"]*node=` + six + `#c">(\d+) of (\d+)<`)
	for sort, up := range map[string]bool{six: true, "-" + six: false} {
		last := -1
		page := w.get("tove", "/course/people?sort="+sort).Body.String() + w.get("tove", "/course/people?page=2&sort="+sort).Body.String()
		all := cells.FindAllStringSubmatch(page, -1)
		for _, c := range all {
			var n int
			_, _ = fmt.Sscan(c[2], &n)
			if last >= 0 && (n < last) == up && n != last {
				t.Errorf("sorted by %s: %d after %d", sort, n, last)
			}
			last = n
		}
		if len(all) != 30 {
			t.Errorf("%d people", len(all))
		}
	}
	for _, bad := range []string{"sort=6", "sort=--name", "page=0", "page=x", "view=all", "cols=6", "sort=-", "view=totals&sort=-" + six} {
		if got := w.get("tove", "/course/people?"+bad); got.Code != 400 {
			t.Errorf("%s answers %d", bad, got.Code)
		}
	}
	if page := w.get("tove", "/course/people?page=9").Body.String(); len(names(page)) != 0 {
		t.Errorf("beyond the end: %s", page)
	}
}

// TestRecordOfALearner is read only, and says nothing of other courses but that they are.
func TestRecordOfALearner(t *testing.T) {
	w := newWorld(t)
	w.aligned = append(w.aligned, mapping.Alignment{ID: "wide", Capability: w.capability("6.1-L2"), Scope: mapping.Scope{Kind: mapping.ScopeInstance},
		Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: module("quiz", 90)}})
	w.did("wide", module("quiz", 90), 7, nil)
	last := len(w.evidence["learner-amara"]) - 1
	w.evidence["learner-amara"][last].Record.Under = []string{course9.IRI}
	at := person("amara")
	page := w.get("tove", at).Body.String()
	for _, want := range []string{"<title>Learner record - Cairn</title>", "<bdi>Amara Okafor</bdi></h1>", "You see this because you lead this course.", "/section/", "/list?state=evidenced", " of "} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	list := w.get("tove", at+"/list?state=evidenced").Body.String()
	n := strings.Count(list, `<li class="cap">`)
	if n == 0 || !strings.Contains(page, fmt.Sprintf(`/list?state=evidenced#c">%d</a>`, n)) || strings.Contains(list, "me/") {
		t.Errorf("%d in the list:\n%s\n%s", n, page, list)
	}
	section, _ := w.cat.ByCode("6.1")
	if page := w.get("tove", at+"/section/"+section.ID).Body.String(); strings.Contains(page, "Elsewhere") || strings.Contains(page, "me/") || !strings.Contains(page, "/capability/") {
		t.Errorf("a section:\n%s", page)
	}
	why := w.get("tove", at+"/capability/"+w.capability("6.1-L2")).Body.String()
	if !strings.Contains(why, "From another course, 7 May 2026") || strings.Contains(why, "<li>Elsewhere, 7 May") || !strings.Contains(why, "Score 64 out of 100") {
		t.Errorf("why:\n%s", why)
	}
	for _, page := range []string{page, list, why} {
		if strings.Contains(page, `method="post"`) {
			t.Errorf("a page that is to be read only has a form:\n%s", page)
		}
	}
}

// TestLaunchKeepsWhereTheListIs for the session's pages.
func TestLaunchKeepsWhereTheListIs(t *testing.T) {
	w := newWorld(t)
	told, silent := learnerLaunch(), learnerLaunch()
	told.NamesRoles = &lti.NamesRoles{MembershipsURL: lms + "/members"}
	silent.NamesRoles = nil
	w.arrive(told, "sam")
	w.arrive(silent, "sam")
	if a, b := w.entries[0].Session.Roster, w.entries[1].Session.Roster; a != lms+"/members" || b != "" {
		t.Errorf("kept %q and %q", a, b)
	}
}

// TestPeopleBySection: the columns are one domain, what is under way in it, and its sections; the summary counts sections.
func TestPeopleBySection(t *testing.T) {
	w := newWorld(t)
	six := w.capability6()
	page := w.get("tove", "/course/people?cols="+six+"&sort=-progress").Body.String()
	sections := len(w.cat.Sections(six))
	for _, want := range []string{
		fmt.Sprintf("2 learners, %d sections.", sections), "6 Artificial Intelligence (AI), evidenced", "In progress", ">6.1 Machine learning", `aria-sort="descending"`,
		"&amp;state=in_progress#c\">1<span class=\"vh\"> in progress, <bdi>Amara Okafor</bdi></span>", `<option value="` + six + `" selected>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if n := names(page); len(n) != 2 || n[0] != "Amara Okafor" {
		t.Errorf("most in progress first: %q", n)
	}
	if n := strings.Count(page, `<th scope="col"`); n != sections+3 {
		t.Errorf("%d headings, want %d", n, sections+3)
	}
	list := w.get("tove", person("amara")+"/list?node="+six+"&state=in_progress").Body.String()
	if n := strings.Count(list, `<li class="cap">`); n != 1 {
		t.Errorf("the list of what is in progress has %d", n)
	}
}

// TestTotals tell of groups and of no person: small counts are hidden in page and file alike, and what came today is not counted.
func TestTotals(t *testing.T) {
	w := newWorld(t)
	crowd(w)
	today := w.evidence["learner-amara"][0]
	today.Record.Time = now
	w.evidence["learner-crowd3"] = []mapping.Evidence{today}
	w.opened[4].Since = now
	page := w.get("tove", "/course/people?view=totals").Body.String()
	for _, want := range []string{"29 learners, 6 domains. Counted at the start of 22 November 2026.", `<td class="hid">Hidden</td>`, "Hidden: fewer than 5 people", `aria-current="true">Totals`, "<td>29</td>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	for _, name := range []string{"Amara", "Whitfield", "Learner 3", "people/"} {
		_, main, _ := strings.Cut(page, "<h1>")
		if strings.Contains(main, name) {
			t.Errorf("the totals name %q", name)
		}
	}
	for _, row := range regexp.MustCompile(`(?s)<tr><th scope="row">.*?</tr>`).FindAllString(page, -1) {
		checkTotalsRow(t, row, 29)
	}
	file := w.get("tove", "/course/people.csv?view=totals").Body.String()
	if strings.Contains(file, "Amara") || strings.Count(file, "Hidden") != strings.Count(page, ">Hidden</td>") {
		t.Errorf("the file:\n%s", file)
	}
}

// checkTotalsRow: nothing between 1 and 4, or as near to all, is shown, and no hidden cell stands alone.
func checkTotalsRow(t *testing.T, row string, group int) {
	t.Helper()
	hidden := strings.Count(row, ">Hidden<")
	if hidden == 1 {
		t.Errorf("one hidden cell stands alone: %s", row)
	}
	for _, m := range regexp.MustCompile(`<td>(\d+)</td>`).FindAllStringSubmatch(row, -1) {
		var n int
		_, _ = fmt.Sscan(m[1], &n)
		if n > 0 && n < 5 || n < group && n > group-5 {
			t.Errorf("%d of %d is shown: %s", n, group, row)
		}
	}
}

// TestTotalsOfFew hide the group itself.
func TestTotalsOfFew(t *testing.T) {
	w := newWorld(t)
	page := w.get("tove", "/course/people?view=totals").Body.String()
	for _, want := range []string{"Fewer than 5 learners, 6 domains."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "<td>") || strings.Contains(page, "2 learners") || strings.Contains(page, "seen here") {
		t.Errorf("figures of few people are shown:\n%s", page)
	}
}

// TestPeopleAsTable: the file has everybody of every page, sorted alike, and nothing a spreadsheet would run.
func TestPeopleAsTable(t *testing.T) {
	w := newWorld(t)
	crowd(w)
	w.opened[0].Name, w.list.People[0].Name = "=Amara", "=Amara"
	body := strings.TrimPrefix(w.get("tove", "/course/people.csv?sort=-name").Body.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) != 31 || len(rows[0]) != 1+3*6 || !strings.Contains(body, "'=Amara") {
		t.Errorf("%v, %d rows:\n%s", err, len(rows), body)
	}
	if page := w.get("tove", "/course/people?sort=-name").Body.String(); rows[1][0] != names(page)[0] {
		t.Errorf("the file begins with %s, the page with %s", rows[1][0], names(page)[0])
	}
}

// TestTotalsOnly: where the operator wants it, nobody is named.
func TestTotalsOnly(t *testing.T) {
	w := newWorldWith(t, func(c *web.Config) { c.TotalsOnly, c.SmallestGroup = true, 10 })
	crowd(w)
	page := w.get("tove", "/course/people").Body.String()
	if !strings.Contains(page, "Hidden: fewer than 10 people") || strings.Contains(page, ">Named<") || strings.Contains(page, "Amara") {
		t.Errorf("the page:\n%s", page)
	}
	for _, path := range []string{person("amara"), person("amara") + "/list", person("amara") + "/capability/" + w.capability("6.1-L2")} {
		if got := w.get("tove", path); got.Code != 403 || strings.Contains(got.Body.String(), "Amara") {
			t.Errorf("%s answers %d", path, got.Code)
		}
	}
}

// A lead reads the three tracks as the learner does: ratings that are shared, and a page of another day.
func TestLeadReadsTracksAndOtherDays(t *testing.T) {
	w := newWorld(t)
	tracked(w)
	at := func(code string) string { return person("amara") + "/capability/" + w.capability(code) }
	checkSays(t, w.get("tove", at("5.2.1-L1")).Body.String(), []string{
		"You see this because you lead this course.", "<dt>Their rating</dt>", "Now: with help. Needed: on my own.", "They and the people who lead their courses can see this.",
		"<bdi>Tove Teacher</bdi>, 9 May 2026: &#34;Seen on the ward&#34;", "1 that no longer stands", "Endorse",
	}, []string{"not tried yet", "Rate yourself", "/me/", "Only you"})
	checkSays(t, w.get("tove", at("6.1-L2")).Body.String(), []string{"Not shared with you"}, []string{"can help others"})
	day := w.get("tove", at("6.1-L2")+"?at=2026-05-02").Body.String()
	checkSays(t, day, []string{"As it was on 2 May 2026", "Show it as it is now", `/capability/` + w.capability("6.1-L2") + "#c\">\n<fieldset>"}, nil)
	if got := w.get("tove", at("6.1-L2")+"?day=2&month=5&year=2026"); got.Code != 303 || !strings.Contains(got.Header().Get("Location"), at("6.1-L2")[1:]+"?at=2026-05-02#c") {
		t.Errorf("%d to %q", got.Code, got.Header().Get("Location"))
	}
}

// Totals are those of last midnight: where everybody came since, they say so, and not that nobody came.
func TestTotalsOfThoseWhoCameToday(t *testing.T) {
	w := newWorld(t)
	for i := range w.opened {
		w.opened[i].Since = now
	}
	checkSays(t, w.get("tove", "/course/people?view=totals").Body.String(), []string{"Nobody had opened Cairn by then. Those who came since are counted from tomorrow on."}, []string{"No learner has opened", "on the list"})
	w.opened = nil
	checkSays(t, w.get("tove", "/course/people?view=totals").Body.String(), []string{"No learner has opened Cairn in this course yet."}, nil)
}
