package lti

import (
	"context"
	"errors"
)

// Keep stores what a caller keeps of a launch and spends its login, l.Login.State, in one transaction (Security 5.1.3: a nonce is used
// once). When the login cannot be spent it stores nothing and answers as Logins.SpendLogin does.
type Keep func(ctx context.Context, l *Launch) error

// Launch judges what the platform posted (Security 5.1.3; Core 1.3, 5.3). browser is the hash of the value this browser holds, ""
// when it brought none. It answers a *Refusal when a rule of launch is broken, any other error when the tool itself failed, and a
// Launch only when every check passed; the state and nonce are spent then, for all processes.
func (t *Tool) Launch(ctx context.Context, form LaunchForm, browser string) (*Launch, error) {
	return t.Admit(ctx, form, browser, func(ctx context.Context, l *Launch) error { return t.Logins.SpendLogin(ctx, l.Login.State) })
}

// Admit is Launch (Security 5.1.3; Core 1.3, 5.3) for a caller that stores something of the launch: with the nonce spent by keep, one
// transaction does both. An error of keep that says nothing of the login is answered as it is; the login is spent all the same, as that
// of every launch that is turned down after its token has proved genuine.
func (t *Tool) Admit(ctx context.Context, form LaunchForm, browser string, keep Keep) (*Launch, error) {
	a := &attempt{tool: t, form: form, browser: browser, now: t.Now()}
	l, err := a.admit(ctx, keep)
	if err != nil {
		return nil, a.named(err)
	}
	return l, nil
}

func (a *attempt) admit(ctx context.Context, keep Keep) (*Launch, error) {
	if err := a.pass(ctx, tokenChecks); err != nil {
		return nil, err
	}
	if refused := a.pass(ctx, messageChecks); refused != nil {
		if err := nonceCheck.run(a, ctx); err != nil { // it comes before them in the order
			return nil, err
		}
		return nil, refused
	}
	l := message(a.claims, a.reg, a.login)
	err := keep(ctx, l)
	if err == nil {
		return l, nil
	}
	if refused := nonceRefusal(err); refused != nil {
		return nil, refused
	}
	_ = a.spendNonce(ctx) // when this fails too, the token may be posted again, to be judged again and accepted once at most
	return nil, err
}

// named adds the registration to a refusal, once the state told which it is.
func (a *attempt) named(err error) error {
	var r *Refusal
	if errors.As(err, &r) && r.Registration == "" {
		r.Registration = a.login.Registration
	}
	return err
}
