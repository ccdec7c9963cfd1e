package lti_test

import (
	"context"
	"strings"
	"testing"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"

	"cairn/lti"
)

// oneLogin answers the same unspent login again and again, so that a benchmark measures the checks and no store.
type oneLogin struct{ login lti.Login }

func (o oneLogin) SaveLogin(context.Context, lti.Login) error       { return nil }
func (o oneLogin) Login(context.Context, string) (lti.Login, error) { return o.login, nil }
func (o oneLogin) SpendLogin(context.Context, string) error         { return nil }

// benchToken is a token of about 5 KB, as Moodle's are.
func benchToken(b *testing.B) (*bench, lti.LaunchForm) {
	b.Helper()
	bn := newBench(b)
	auth := bn.begin(b)
	custom := map[string]any{"padding": strings.Repeat("x", 2200)}
	c := launchCase{Base: "student", Claims: map[string]any{lti.ClaimCustom: custom}}
	form := lti.LaunchForm{State: auth.State, IDToken: c.token(b, bn.clock.now(), auth.Params.Get("nonce"))}
	login, err := bn.logins.Login(b.Context(), auth.State)
	if err != nil {
		b.Fatal(err)
	}
	bn.tool.Logins = oneLogin{login}
	return bn, form
}

// BenchmarkLaunch is every check of a launch; compare with BenchmarkBareVerify. The aim is at most twice its time.
func BenchmarkLaunch(b *testing.B) {
	bn, form := benchToken(b)
	b.SetBytes(int64(len(form.IDToken)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := bn.tool.Launch(b.Context(), form, browser); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBareVerify is the limit: one verification of the same token by the library, and its claims read.
func BenchmarkBareVerify(b *testing.B) {
	_, form := benchToken(b)
	token := []byte(form.IDToken)
	public := &platformKey().PublicKey
	for name, run := range map[string]func() error{
		"signature": func() error { _, err := jws.Verify(token, jws.WithKey(jwa.RS256, public)); return err },
		"signature and claims": func() error {
			_, err := jwt.Parse(token, jwt.WithKey(jwa.RS256, public), jwt.WithValidate(false))
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(token)))
			b.ReportAllocs()
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkBeginLogin is the other half: an initiation answered.
func BenchmarkBeginLogin(b *testing.B) {
	bn, _ := benchToken(b)
	req := lti.LoginRequest{Issuer: issuer, ClientID: clientID, LoginHint: "4", TargetLinkURI: target}
	b.ReportAllocs()
	for b.Loop() {
		auth, err := bn.tool.BeginLogin(b.Context(), req, browser)
		if err != nil || auth.URL() == "" {
			b.Fatal(err)
		}
	}
}
