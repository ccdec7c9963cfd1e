package lti_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/lti"
)

const moodleRoster = moodleIssuer + "/mod/lti/services.php/CourseSection/2/bindings/1/memberships"

// rosterPageOf is a page with the members, and a Link header unless it is empty.
func rosterPageOf(link string, members ...string) *http.Response {
	r := respond(http.StatusOK, lti.MediaMembership, `{"id":"x","context":{"id":"2"},"members":[`+strings.Join(members, ",")+`]}`)
	if link != "" {
		r.Header.Set("Link", link)
	}
	return r
}

// TestRoster_as_Moodle_sends_it: people without e-mail addresses of their own making, short role names, a page for each.
func TestRoster_as_Moodle_sends_it(t *testing.T) {
	o, services, _ := newOffice(t, readExchange(t, "83-nrps-limit1").answer(), readExchange(t, "80-nrps").answer())
	roster, err := services.Roster(t.Context(), moodle, moodleRoster, lti.RosterFilter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	learner, lead := lti.ParseRoles([]string{"Learner"}), lti.ParseRoles([]string{"Instructor"})
	want := lti.Roster{
		Context: lti.CourseContext{ID: "2", Label: "CAP101", Title: "Capability Course 101"},
		Members: []lti.Member{
			{UserID: "5", Roles: learner, Status: "Active", Name: "Åse Ødegård-Łuk", GivenName: "Åse", FamilyName: "Ødegård-Łuk", Email: "student2@example.test"},
			{UserID: "4", Roles: learner, Status: "Active", Name: "Sam Student", GivenName: "Sam", FamilyName: "Student", Email: "student1@example.test", SourcedID: "SIS-0001"},
			{UserID: "3", Roles: lead, Status: "Active", Name: "Tove Teacher", GivenName: "Tove", FamilyName: "Teacher", Email: "teacher1@example.test"},
		},
	}
	if diff := cmp.Diff(want, roster); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !roster.Members[0].Roles.IsLearner() || !roster.Members[2].Roles.Lead() {
		t.Error("short role names are not read")
	}
	e := readExchange(t, "83-nrps-limit1")
	if c := o.calls[0]; c.url != e.Request.URL || c.accept != e.Request.Headers["accept"] || c.authorization != "Bearer token-1" {
		t.Errorf("asked for %+v", c)
	}
	if o.calls[1].url != moodleRoster+"?limit=1&from=1" {
		t.Errorf("second page %s", o.calls[1].url)
	}
}

func TestRoster_filters(t *testing.T) {
	captured, _ := url.Parse(readExchange(t, "81-nrps-role-learner").Request.URL)
	for name, c := range map[string]struct {
		filter lti.RosterFilter
		want   url.Values
	}{
		"role in full": {lti.RosterFilter{Role: lti.RoleLearner, Limit: 7}, url.Values{"role": captured.Query()["role"], "limit": {"7"}}},
		"short role":   {lti.RosterFilter{Role: "Learner"}, url.Values{"role": captured.Query()["role"], "limit": {"500"}}},
		"link":         {lti.RosterFilter{ResourceLinkID: "a b&c"}, url.Values{"rlid": {"a b&c"}, "limit": {"500"}}},
	} {
		t.Run(name, func(t *testing.T) {
			o, services, _ := newOffice(t, readExchange(t, "84-nrps-rlid").answer())
			roster, err := services.Roster(t.Context(), moodle, moodleRoster, c.filter)
			if err != nil || len(roster.Members) != 3 {
				t.Fatalf("%+v, %v", roster, err)
			}
			asked, _ := url.Parse(o.calls[0].url)
			if diff := cmp.Diff(c.want, asked.Query()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRoster_entries_out_of_shape are left out where they name nobody, and read as far as they go where they do.
func TestRoster_entries_out_of_shape(t *testing.T) {
	o, services, _ := newOffice(t, rosterPageOf("",
		`{"user_id":7,"roles":["Learner"]}`, `{}`, `{"user_id":""}`,
		`{"user_id":"a","roles":"Learner","status":"Inactive","name":null,"picture":"javascript:x","message":[{"`+lti.ClaimCustom+`":{"due":"$A.b","x":"1"}}]}`,
		`{"user_id":"a","name":"again"}`, `{"user_id":"b","status":"odd","roles":["urn:x"],"lti11_legacy_user_id":"9"}`))
	roster, err := services.Roster(t.Context(), moodle, moodleRoster, lti.RosterFilter{})
	want := []lti.Member{
		{UserID: "a", Roles: lti.Roles{}, Status: lti.MemberInactive, Custom: lti.Custom{"x": "1"}},
		{UserID: "b", Roles: lti.ParseRoles([]string{"urn:x"}), Status: lti.MemberActive, LegacyUserID: "9"},
	}
	if diff := cmp.Diff(want, roster.Members); diff != "" || err != nil || roster.Skipped != 3 || len(o.calls) != 1 {
		t.Errorf("%v, %d skipped (-want +got):\n%s", err, roster.Skipped, diff)
	}
}

func TestRoster_that_is_not_whole_is_none(t *testing.T) {
	const member = `{"user_id":"a","roles":[]}`
	var crowd []string
	for i := range lti.MaxMembers + 1 {
		crowd = append(crowd, fmt.Sprintf(`{"user_id":"%d"}`, i))
	}
	for name, c := range map[string]struct {
		pages []*http.Response
		want  error
		calls int
	}{
		"next page elsewhere":     {[]*http.Response{rosterPageOf(`<https://evil.example/m?p=2>; rel="next"`, member)}, lti.ErrForeignService, 1},
		"next page by plain http": {[]*http.Response{rosterPageOf(`<https://localhost:8100/m?p=2>; rel="next"`, member)}, lti.ErrForeignService, 1},
		"too many":                {[]*http.Response{rosterPageOf("", crowd...)}, lti.ErrRosterTooLarge, 1},
		"circle":                  {[]*http.Response{rosterPageOf(`</m?p=2>; rel=next`, member), rosterPageOf(`</m?p=2>; rel=next`, member)}, nil, 2},
		"no JSON":                 {[]*http.Response{respond(http.StatusOK, "text/html", "<html>")}, nil, 1},
		"scope missing":           {[]*http.Response{readExchange(t, "89-nrps-wrong-scope").answer(), readExchange(t, "89-nrps-wrong-scope").answer()}, nil, 2},
	} {
		t.Run(name, func(t *testing.T) {
			o, services, _ := newOffice(t, c.pages...)
			roster, err := services.Roster(t.Context(), moodle, moodleRoster, lti.RosterFilter{})
			var failed *lti.ServiceError
			if err == nil || len(roster.Members) != 0 || len(o.calls) != c.calls || c.want != nil && !errors.Is(err, c.want) || c.want == nil && !errors.As(err, &failed) {
				t.Errorf("%v, %d members, %d calls", err, len(roster.Members), len(o.calls))
			}
		})
	}
	_, services, _ := newOffice(t)
	if _, err := services.Roster(t.Context(), moodle, "https://evil.example/m", lti.RosterFilter{}); !errors.Is(err, lti.ErrForeignService) {
		t.Errorf("a roster elsewhere: %v", err)
	}
}

// TestRoster_without_end: a platform that always has another page, with the same person on it, is not followed for ever.
func TestRoster_without_end(t *testing.T) {
	o, services, _ := newOffice(t)
	o.more = func(r *http.Request) *http.Response {
		page, _ := strconv.Atoi(r.URL.Query().Get("p"))
		return rosterPageOf(fmt.Sprintf(`</m?p=%d>; rel="next"`, page+1), `{"user_id":"a"}`)
	}
	var failed *lti.ServiceError
	if _, err := services.Roster(t.Context(), moodle, moodleRoster, lti.RosterFilter{}); !errors.As(err, &failed) || len(o.calls) != 2000 {
		t.Errorf("%v after %d calls", err, len(o.calls))
	}
}

// TestRoster_differences (NRPS 2.0, 2.4.2) are told on the last page and asked for at that address.
func TestRoster_differences(t *testing.T) {
	o, services, _ := newOffice(t,
		rosterPageOf(`</m?p=2>; rel="next"`, `{"user_id":"a"}`, `{"user_id":"b"}`),
		rosterPageOf(`</m?since=1>; rel="differences"`, `{"user_id":"c"}`),
		rosterPageOf(`<https://evil.example/>; rel=differences, </m?since=2>; rel="differences"`, `{"user_id":"b","status":"Deleted"}`, `{"user_id":"c","name":"Cy"}`, `{"user_id":"d"}`))
	before, err := services.Roster(t.Context(), moodle, moodleRoster, lti.RosterFilter{})
	if err != nil || before.Differences != moodleIssuer+"/m?since=1" {
		t.Fatalf("%+v, %v", before, err)
	}
	changes, err := services.RosterChanges(t.Context(), moodle, before.Differences)
	if err != nil || changes.Differences != moodleIssuer+"/m?since=2" || o.calls[2].url != before.Differences {
		t.Fatalf("%+v, %v", changes, err)
	}
	var got []string
	for _, m := range before.With(changes).Members {
		got = append(got, m.UserID+m.Name)
	}
	if diff := cmp.Diff([]string{"a", "cCy", "d"}, got); diff != "" || before.With(changes).Differences != changes.Differences || len(before.Members) != 3 {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRoster_refresh asks for changes where it can, for everything where that is refused, and gives up on a platform that is away.
func TestRoster_refresh(t *testing.T) {
	whole := func() *http.Response { return rosterPageOf("", `{"user_id":"w"}`) }
	last := lti.Roster{Members: []lti.Member{{UserID: "a", Status: lti.MemberActive}}, Differences: moodleIssuer + "/m?since=1"}
	for name, c := range map[string]struct {
		last    lti.Roster
		answers []*http.Response
		want    string
		fails   bool
	}{
		"nothing known":         {lti.Roster{}, []*http.Response{whole()}, "w", false},
		"changes":               {last, []*http.Response{rosterPageOf("", `{"user_id":"b"}`)}, "ab", false},
		"no change":             {last, []*http.Response{rosterPageOf("")}, "a", false},
		"address is gone":       {last, []*http.Response{respond(http.StatusGone, "", ""), whole()}, "w", false},
		"address is of another": {lti.Roster{Differences: "https://evil.example/"}, []*http.Response{whole()}, "w", false},
		"platform is away":      {last, []*http.Response{respond(http.StatusBadGateway, "", "")}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			_, services, _ := newOffice(t, c.answers...)
			roster, err := services.RefreshRoster(t.Context(), moodle, moodleRoster, c.last)
			got := ""
			for _, m := range roster.Members {
				got += m.UserID
			}
			if got != c.want || (err != nil) != c.fails {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// FuzzRoster answers a roster with any text and Link header: calls stay with the platform, and nobody comes of it who has no id.
func FuzzRoster(f *testing.F) {
	f.Add(`{"context":{"id":"2"},"members":[{"user_id":"5","roles":["Learner"],"status":"Active"}]}`, `</m?p=2>; rel="next"`)
	f.Add(`{"members":[{"user_id":null,"roles":null,"message":[null,{}]}],"context":[]}`, `<//evil.example/>; rel=differences, <\u201c>; rel=\u201cnext\u201d`)
	f.Fuzz(func(t *testing.T, body, link string) {
		page := respond(http.StatusOK, "", body)
		page.Header.Set("Link", link)
		o, services, _ := newOffice(t, page)
		roster, err := services.Roster(t.Context(), moodle, moodleRoster, lti.RosterFilter{})
		var failed *lti.ServiceError
		if err != nil && !errors.As(err, &failed) && !errors.Is(err, lti.ErrForeignService) {
			t.Fatal(err)
		}
		for _, m := range roster.Members {
			if m.UserID == "" || m.Status == "" {
				t.Fatalf("%+v", m)
			}
		}
		for _, call := range o.calls {
			if u, err := url.Parse(call.url); err != nil || u.Host != "localhost:8100" {
				t.Fatalf("called %s", call.url)
			}
		}
	})
}
