package api_test

import (
	"strings"
	"testing"

	"cairn/internal/api"
)

func TestLearnersAreFoundByTheirAccount(t *testing.T) {
	w := newWorld(t)
	var list struct{ Items []api.Learner }
	for query, want := range map[string]string{
		"issuer=" + here + "&subject=4": w.ann, "issuer=" + there + "/&subject=4": w.bob, "issuer=" + here + "&subject=5": "",
	} {
		if w.get("/learners?"+query, &list); (want == "") != (len(list.Items) == 0) || want != "" && list.Items[0].ID != want {
			t.Errorf("%s: %+v", query, list)
		}
	}
	for _, query := range []string{"issuer=" + here, "subject=4"} {
		if g := w.do(asked{path: "/learners?" + query, key: w.root()}); g.status != 400 || g.rule() != "parameter_missing" {
			t.Error(g)
		}
	}
}

// Who has no name here is told by their pseudonym, and found by nothing else: an answer to the platform's id would say whose it is.
func TestPeopleWithoutNamesAreToldByTheirPseudonym(t *testing.T) {
	const base = "https://cairn.example"
	w := newWorld(t)
	if err := w.s.SetPseudonymous(t.Context(), w.here.ID, true, base, "operator", ""); err != nil {
		t.Fatal(err)
	}
	var ann api.Learner
	g := w.get("/learners/"+w.ann, &ann)
	if len(ann.Accounts) != 1 || ann.Accounts[0].Issuer != base || len(ann.Accounts[0].Subject) != 32 || strings.Contains(g.body, `"`+here+`"`) {
		t.Fatalf("%s", g.body)
	}
	var list struct{ Items []api.Learner }
	for query, want := range map[string]string{
		"issuer=" + base + "&subject=" + ann.Accounts[0].Subject: w.ann, "issuer=" + base + "/&subject=" + ann.Accounts[0].Subject: w.ann,
		"issuer=" + here + "&subject=4": "", "issuer=" + there + "&subject=4": w.bob,
	} {
		if w.get("/learners?"+query, &list); (want == "") != (len(list.Items) == 0) || want != "" && list.Items[0].ID != want {
			t.Errorf("%s: %+v", query, list)
		}
	}
	if err := w.s.SetPseudonymous(t.Context(), w.here.ID, false, "", "operator", ""); err != nil {
		t.Fatal(err)
	}
	if w.get("/learners?issuer="+here+"&subject=4", &list); len(list.Items) != 1 || list.Items[0].Accounts[0].Subject != "4" {
		t.Errorf("switched off: %+v", list)
	}
}
