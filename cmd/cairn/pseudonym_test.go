package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"cairn/lti/ltitest"
)

// opened launches as Zuzana and answers the page, as her browser shows it.
func (w *personWorld) opened() string {
	w.Helper()
	ready, err := w.lms.PrepareLaunch(w.Context(), ltitest.NewBrowser(ltitest.PartitionedOnly), zuzana, w.at.Link)
	if err != nil {
		w.Fatal(err)
	}
	answer, err := ready.Post(w.Context())
	if err != nil || answer.StatusCode != http.StatusOK {
		w.Fatalf("the launch ended with %v (%v)", answer, err)
	}
	defer answer.Body.Close() //nolint:errcheck // the test reads all
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		w.Fatal(err)
	}
	return string(page)
}

// Issue 5, item 7, from the outside: while a server runs, pseudonyms are switched on; the name and address that the LMS went on telling
// are in no file and on no page, and the LMS's id is in no statement that Cairn makes.
func TestPseudonymousRegistrationLeavesNoNameInTheFiles(t *testing.T) {
	w := newPersonWorld(t)
	w.launch(zuzana)
	names := []string{zuzanaSur, zuzana + "@example.test"}
	if len(w.bytesOf(names[0])) == 0 {
		t.Fatal("the LMS told no name")
	}
	var all []struct{ ID string }
	succeed(t, w.env, &all, "registration", "list")
	var set struct {
		Pseudonymous bool `json:"pseudonymous"`
	}
	succeed(t, append(w.env, "CAIRN_BASE_URL="+w.p.base), &set, "registration", "set", all[0].ID, "--pseudonymous")
	if found := w.bytesOf(names...); !set.Pseudonymous || len(found) > 0 {
		t.Errorf("switched on (%t), there is %q", set.Pseudonymous, found)
	}
	page := w.opened()
	for _, name := range names {
		if strings.Contains(page, name) {
			t.Errorf("the page holds %s", name)
		}
	}
	w.launch(zuzana)
	if found := w.bytesOf(names...); len(found) > 0 {
		t.Errorf("told again, there is %q", found)
	}
	if r := command(t, w.env, "registration", "set", all[0].ID, "--identity", "mailto"); r.code != exitRefused || !strings.Contains(r.problem, "keeps no e-mail addresses") {
		t.Errorf("matching by mailbox ended with %d: %s", r.code, r.problem)
	}
}
