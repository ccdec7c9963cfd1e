package lti_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/lti"
)

// TestHistory_of_copies reads what platforms fill in, and nothing of what they leave as it was written.
func TestHistory_of_copies(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, "a": {"a"}, "b,a": {"b", "a"}, " b , ,a,": {"b", "a"}, "a%2Cb,%zz,c": {"a,b", "c"}, strings.Repeat("x", 2000) + ",y": {"y"},
		strings.Repeat("z,", 80): strings.Split(strings.TrimSuffix(strings.Repeat("z,", 50), ","), ","),
	} {
		l := lti.Launch{Custom: lti.Custom{lti.CustomContextHistory: text, lti.CustomLinkHistory: text}}
		if diff := cmp.Diff(want, l.ContextHistory()); diff != "" {
			t.Errorf("%.20q (-want +got):\n%s", text, diff)
		}
		if diff := cmp.Diff(want, l.LinkHistory()); diff != "" {
			t.Errorf("%.20q (-want +got):\n%s", text, diff)
		}
	}
	if len(lti.HistoryParameters()) != 2 {
		t.Error(lti.HistoryParameters())
	}
}

func TestPresentation_return(t *testing.T) {
	for address, want := range map[string]string{
		"https://lms.example/back?course=2": "https://lms.example/back?course=2&lti_errormsg=no+%26+no&lti_msg=done", "": "", "javascript:x": "",
	} {
		if got := (lti.Presentation{ReturnURL: address}).Return("done", "no & no"); got != want {
			t.Errorf("%q: %q", address, got)
		}
	}
}
