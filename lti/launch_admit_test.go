package lti_test

import (
	"context"
	"errors"
	"testing"

	"cairn/lti"
)

// posted begins a login and answers the form that ends it.
func (b *bench) posted(t *testing.T, c launchCase) lti.LaunchForm {
	t.Helper()
	auth := b.begin(t)
	return lti.LaunchForm{State: auth.State, IDToken: c.token(t, b.clock.now(), auth.Params.Get("nonce"))}
}

// wrongVersion passes every check of the token and fails the first one of the message.
var wrongVersion = launchCase{Base: "student", Claims: map[string]any{lti.ClaimVersion: "1.1"}}

// TestAdmit_keep_is_called_for_what_passed, once, with a login that it is to spend.
func TestAdmit_keep_is_called_for_what_passed(t *testing.T) {
	for name, tt := range map[string]struct {
		c     launchCase
		calls int
		want  error
	}{
		"good":            {launchCase{Base: "student"}, 1, nil},
		"refused message": {wrongVersion, 0, lti.ErrVersion},
		"refused token":   {launchCase{Base: "student", Claims: map[string]any{"nonce": "another"}}, 0, lti.ErrNonceMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			b, calls := newBench(t), 0
			form := b.posted(t, tt.c)
			l, err := b.tool.Admit(t.Context(), form, browser, func(ctx context.Context, l *lti.Launch) error {
				calls++
				if b.logins.spentCount() != 0 {
					t.Error("the login was spent before")
				}
				return b.logins.SpendLogin(ctx, l.Login.State)
			})
			if calls != tt.calls || !errors.Is(err, tt.want) || (l != nil) != (tt.want == nil) {
				t.Errorf("%d calls, %v", calls, err)
			}
		})
	}
}

// TestAdmit_refused_message_spends_its_nonce: what was refused cannot be posted again, and that it was posted before is said first.
func TestAdmit_refused_message_spends_its_nonce(t *testing.T) {
	b := newBench(t)
	form := b.posted(t, wrongVersion)
	keep := func(context.Context, *lti.Launch) error { t.Error("it was kept"); return nil }
	if _, err := b.tool.Admit(t.Context(), form, browser, keep); !errors.Is(err, lti.ErrVersion) || b.logins.spentCount() != 1 {
		t.Fatalf("%d spent, %v", b.logins.spentCount(), err)
	}
	if _, err := b.tool.Admit(t.Context(), form, browser, keep); !errors.Is(err, lti.ErrStateSpent) {
		t.Errorf("posted again: %v", err)
	}
	b.logins.lag = true // as when both came at once
	if _, err := b.tool.Admit(t.Context(), form, browser, keep); !errors.Is(err, lti.ErrNonceSpent) {
		t.Errorf("posted at once: %v", err)
	}
}

// TestAdmit_what_keep_answers about the login is a refusal of the registration; anything else is the caller's own, and the launch is over.
func TestAdmit_what_keep_answers(t *testing.T) {
	own := errors.New("no room")
	for name, tt := range map[string]struct {
		kept, want error
		refused    bool
	}{
		"spent before": {errors.Join(lti.ErrNonceSpent), lti.ErrNonceSpent, true},
		"read spent":   {lti.ErrStateSpent, lti.ErrNonceSpent, true},
		"swept":        {lti.ErrStateUnknown, lti.ErrStateUnknown, true},
		"its own":      {own, own, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			form := b.posted(t, launchCase{Base: "student"})
			l, err := b.tool.Admit(t.Context(), form, browser, func(context.Context, *lti.Launch) error { return tt.kept })
			var r *lti.Refusal
			if l != nil || !errors.Is(err, tt.want) || errors.As(err, &r) != tt.refused || tt.refused && r.Registration != "reg-1" {
				t.Fatalf("got %v, %v", l, err)
			}
			if spent := b.logins.spentCount(); !tt.refused && spent != 1 {
				t.Errorf("%d logins are spent", spent)
			}
		})
	}
}
