package lti_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/lti"
)

// TestNumericDate_RFC7519_2 reads decimal numbers exactly, and no texts.
func TestNumericDate_RFC7519_2(t *testing.T) {
	for text, want := range map[string]time.Time{
		"0":                    time.Unix(0, 0),
		"1795345598":           time.Unix(1795345598, 0),
		"1795345598.5":         time.Unix(1795345598, 5e8),
		"1795345598.123456789": time.Unix(1795345598, 123456789),
		"1.795345598e9":        time.Unix(1795345598, 0),
		"1795345598.0":         time.Unix(1795345598, 0),
		"17953455980E-1":       time.Unix(1795345598, 0),
		"253402300799":         time.Unix(253402300799, 0),
	} {
		if got, ok := lti.NumericDateForTest(text); !ok || !got.Equal(want) {
			t.Errorf("%s: %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{
		`"1795345598"`, "-1", "-0.5", "253402300800", "1e99", "1e999999999", "1e-999999999", "null", "true", "[1]", "0." + strings.Repeat("0", 99) + "1",
	} {
		if got, ok := lti.NumericDateForTest(text); ok {
			t.Errorf("%s was taken for %v", text, got)
		}
	}
}

// TestClaims_optional_of_the_wrong_shape are left out, each alone; null is absent.
func TestClaims_optional_of_the_wrong_shape(t *testing.T) {
	for claim, text := range map[string]string{
		lti.ClaimPresentation: `{"locale":7,"document_target":null,"return_url":"javascript:alert(1)","width":"600","height":-5}`,
		lti.ClaimToolPlatform: `[]`, lti.ClaimLIS: `"x"`, lti.ClaimCustom: `[1]`, lti.ClaimExt: `null`, lti.ClaimLTI11: `{"user_id":4}`,
		lti.ClaimEndpoint: `{"scope":"x","lineitem":"/relative","lineitems":null}`, lti.ClaimNamesRoles: `{"context_memberships_url":1}`,
	} {
		got, err := lti.ParseClaimsForTest([]byte(`{"` + claim + `":` + text + `,"name":null,"email":7}`))
		if err != nil {
			t.Errorf("%s: %v", claim, err)
			continue
		}
		got.NewDeployment = false
		if diff := cmp.Diff(&lti.Launch{Roles: lti.Roles{}}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", claim, diff)
		}
	}
}

// TestClaims_presentation as it is sent when all is well.
func TestClaims_presentation(t *testing.T) {
	got, err := lti.ParseClaimsForTest([]byte(`{"locale":"de","` + lti.ClaimPresentation + `":{"document_target":"iframe","return_url":"https://lms.example/back?a=1","width":600,"height":400}}`))
	want := lti.Presentation{Locale: "de", DocumentTarget: "iframe", ReturnURL: "https://lms.example/back?a=1", Width: 600, Height: 400}
	if err != nil || got.Presentation != want || got.Locale() != "de" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestRefusal_tells_foreign_text_safely: log lines stay lines.
func TestRefusal_tells_foreign_text_safely(t *testing.T) {
	_, err := lti.ParseLogin(nil)
	checkRefused(t, nil, err, "login.issuer_missing")
	b := newBench(t)
	_, err = b.tool.CheckLogin(t.Context(), lti.LoginRequest{Issuer: "evil\r\nlevel=INFO \"x\u202e" + strings.Repeat("y", 500), LoginHint: "4", TargetLinkURI: target})
	if text := err.Error(); strings.ContainsAny(text, "\r\n\u202e") || len(text) > 400 || strings.Count(text, `"`) != 4 {
		t.Errorf("%q", text)
	}
}
