package web

import (
	"testing"

	"cairn/lti"
)

func TestModuleOfALinkIsReadFromMoodlesHintAlone(t *testing.T) {
	moodle := Registration{Issuer: "https://lms.example/", ModulePattern: "{issuer}/mod/lti/view.php?id={cmid}"}
	for hint, want := range map[string]string{
		`{"cmid":7,"launchid":"ltilaunch1_659270205"}`: "https://lms.example/mod/lti/view.php?id=7",
		`{"cmid":"7"}`:           "https://lms.example/mod/lti/view.php?id=7",
		`{"cmid":7&id=8}`:        "",
		`{"cmid":"7&id=8"}`:      "",
		`{"cmid":null}`:          "",
		`{"launchid":"x"}`:       "",
		`opaque of another kind`: "",
		``:                       "",
	} {
		l := &lti.Launch{Login: lti.Login{MessageHint: hint}}
		if got := moduleOf(l, moodle); got != want {
			t.Errorf("hint %q: %q, want %q", hint, got, want)
		}
		if got := moduleOf(l, Registration{Issuer: "https://other.example"}); got != "" {
			t.Errorf("another platform's hint %q was read: %q", hint, got)
		}
	}
}
