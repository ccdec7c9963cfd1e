package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"cairn/internal/sqlstore"
	"cairn/lti"
)

// written is a store that remembers what was logged.
type written struct {
	records []sqlstore.LaunchRecord
	err     error
}

// LogLaunches is the store's.
func (w *written) LogLaunches(_ context.Context, records []sqlstore.LaunchRecord) error {
	w.records = append(w.records, records...)
	return w.err
}

// AddDeployment is the store's.
func (w *written) AddDeployment(context.Context, string, string) error { return w.err }

func newTestLog(t *testing.T) (*launchLog, *written, *time.Time) {
	t.Helper()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	l, w := newLaunchLog(nil, func() time.Time { return now }, slog.New(slog.DiscardHandler)), &written{}
	l.store = w
	return l, w, &now
}

// Of accepted launches one a minute and registration is noted; refused ones always.
func TestLaunchesAreNotedWithMeasure(t *testing.T) {
	l, w, now := newTestLog(t)
	refusal := &lti.Refusal{Rule: "launch.expired", Err: lti.ErrExpired, Registration: "a", Detail: "61s ago"}
	for range 3 {
		l.accepted("a", "")
		l.accepted("b", "")
		l.refused(fmt.Errorf("launch: %w", refusal), "", "")
		*now = now.Add(25 * time.Second)
	}
	*now = now.Add(time.Minute)
	l.accepted("a", "")
	l.refused(errors.New("the database is away"), "", "")
	if len(w.records) != 0 {
		t.Fatalf("a launch wrote %d records itself", len(w.records))
	}
	l.flush(t.Context())
	l.flush(t.Context())
	seen := map[string]int{}
	for _, r := range w.records {
		seen[fmt.Sprintf("%s %s %s", r.Registration, r.Result, r.Rule)]++
	}
	want := map[string]int{"a accepted ": 2, "b accepted ": 1, "a refused launch.expired": 3, " failed ": 1}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("noted %v, want %v", seen, want)
	}
}

// Whoever sends a flood of bad launches fills neither memory nor database; the newest stay.
func TestLaunchLogTakesAFlood(t *testing.T) {
	l, w, _ := newTestLog(t)
	for i := range 10_000 {
		l.refused(&lti.Refusal{Rule: "launch.state_unknown", Err: lti.ErrStateUnknown, Detail: fmt.Sprint(i)}, "", "")
	}
	l.flush(t.Context())
	if len(w.records) != launchMost || w.records[launchMost-1].Detail != "9999" {
		t.Errorf("%d records, the last %+v", len(w.records), w.records[len(w.records)-1])
	}
}

func TestLaunchLogWritesWhatIsLeftAtTheEnd(t *testing.T) {
	l, w, _ := newTestLog(t)
	ctx, cancel := context.WithCancel(t.Context())
	l.accepted("a", "")
	cancel()
	l.run(ctx)
	if len(w.records) != 1 {
		t.Errorf("%d records are written", len(w.records))
	}
}

func tokenOf(claims string) string {
	return "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".SIGNATURE"
}

// What says who the person is never reaches the log, wherever in the token it stands.
func TestClaimsAreMasked(t *testing.T) {
	const secret = "SECRET"
	claims := map[string]any{
		"iss": "https://lms.example", "aud": []string{"c1"}, "exp": 1772442000, "nonce": secret, "sub": secret, "name": secret, "given_name": secret, "email": secret,
		"picture": secret, "locale": secret, lti.ClaimRoles: []string{"Learner"}, lti.ClaimTargetLinkURI: "https://cairn.example/lti/launch?user=" + secret,
		lti.ClaimContext:               map[string]any{"id": "2", "label": secret, "title": secret, "type": []string{"CourseSection"}},
		lti.ClaimLIS:                   map[string]any{"person_sourcedid": secret},
		lti.ClaimExt:                   map[string]any{"user_username": secret},
		lti.ClaimCustom:                map[string]any{"cairn_node": secret},
		lti.ClaimDeployment:            map[string]any{"id": secret}, // of the wrong shape
		lti.ClaimEndpoint:              map[string]any{"scope": []string{lti.ScopeScore}, "lineitem": "https://lms.example/" + secret},
		lti.ClaimDeepLinking:           map[string]any{"data": secret, "accept_types": []any{"ltiResourceLink"}, "accept_multiple": true},
		"https://vendor.example/claim": []any{map[string]any{"mail": secret}},
	}
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	masked := maskClaims(tokenOf(string(text)))
	if strings.Contains(masked, secret) || strings.Contains(masked, "SIGNATURE") {
		t.Errorf("a secret is kept: %s", masked)
	}
	for _, shown := range []string{`"iss":"https://lms.example"`, `"aud":["c1"]`, `"sub":"(text)"`, `"Learner"`, `"title":"(text)"`, `"id":"2"`, `"user_username":"(text)"`,
		`"lineitem":"(text)"`, lti.ScopeScore, `"accept_multiple":true`, `"https://cairn.example/lti/launch"`, `"https://vendor.example/claim":"(list)"`} {
		if !strings.Contains(masked, shown) {
			t.Errorf("%s is not shown: %s", shown, masked)
		}
	}
}

func TestTokensThatCannotBeReadHaveNoClaims(t *testing.T) {
	for name, token := range map[string]string{
		"nothing": "", "one part": "x", "not base64": "a.!.c", "not JSON": tokenOf("x"), "a list": tokenOf("[]"), "null": tokenOf("null"),
		"twice": tokenOf(`{"iss":1,"iss":2}`), "huge": tokenOf(`{"iss":"` + strings.Repeat("x", lti.MaxToken) + `"}`),
	} {
		if got := maskClaims(token); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func FuzzMaskClaims(f *testing.F) {
	f.Add(`{"iss":"x","https://purl.imsglobal.org/spec/lti/claim/context":{"id":{},"type":[1]}}`)
	f.Fuzz(func(t *testing.T, claims string) {
		masked := maskClaims(tokenOf(claims))
		if masked != "" && !json.Valid([]byte(masked)) {
			t.Errorf("%q is no JSON", masked)
		}
	})
}
