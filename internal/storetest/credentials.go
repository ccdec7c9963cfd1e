package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/sqlstore"
	"cairn/xapi/lrs"
)

// Credentials is the behaviour of lrs.Credentials, and of what makes and ends them.
func Credentials(t *testing.T) {
	each(t, []behaviour{
		{"a credential that was made can be checked, with its scopes", credentialChecked},
		{"an unknown key and a wrong secret are the same refusal", credentialWrong},
		{"a revoked credential is refused at once, elsewhere soon", credentialRevoked},
		{"the list shows when each was made, last used and revoked, and no secret", credentialListed},
		{"a credential needs a name and known scopes", credentialRules},
		{"limits go with the credential, and are held to rules", credentialLimited},
		{"a rotated secret replaces the old one, which holds for a while", credentialRotated},
		{"a rotated secret holds elsewhere at once; one that does not fit makes the database work once a second", credentialRotatedElsewhere},
		{"a token's mark holds until its credential is rotated or revoked, elsewhere a little longer", credentialMark},
	})
}

// credential makes one.
func credential(t testing.TB, s *sqlstore.Store) (lrs.Credential, string) {
	t.Helper()
	c, secret, err := s.AddCredential(context.Background(), "Moodle", []lrs.Scope{lrs.ScopeWrite, lrs.ScopeReadMine})
	if err != nil {
		t.Fatal(err)
	}
	return c, secret
}

func credentialChecked(t *testing.T, d Database, s *sqlstore.Store) {
	c, secret := credential(t, s)
	for _, store := range []*sqlstore.Store{s, s, d.Open(t)} {
		got, err := store.Check(context.Background(), c.ID, secret)
		if diff := cmp.Diff(c, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	if other, otherSecret := credential(t, s); other.ID == c.ID || otherSecret == secret || len(secret) < 43 {
		t.Error("keys or secrets are not random")
	}
}

func credentialWrong(t *testing.T, _ Database, s *sqlstore.Store) {
	c, secret := credential(t, s)
	for _, pair := range [][2]string{{c.ID, secret + "x"}, {c.ID, ""}, {"", secret}, {"", ""}, {secret, c.ID}, {c.ID + " ", secret},
		{"\xff\xfe", secret}, {"a\x00b", secret}, {strings.Repeat("a", 100_000), secret}} {
		if _, err := s.Check(context.Background(), pair[0], pair[1]); !errors.Is(err, lrs.ErrNotFound) {
			t.Errorf("%q: %v", pair, err)
		}
	}
}

func credentialRevoked(t *testing.T, d Database, s *sqlstore.Store) {
	c, secret := credential(t, s)
	elsewhere := d.Open(t)
	if _, err := elsewhere.Check(context.Background(), c.ID, secret); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.RevokeCredential(context.Background(), c.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Check(context.Background(), c.ID, secret); !errors.Is(err, lrs.ErrNotFound) {
			t.Errorf("revoked: %v", err)
		}
	}
	d.Clock.Move(5 * time.Second)
	if _, err := elsewhere.Check(context.Background(), c.ID, secret); !errors.Is(err, lrs.ErrNotFound) {
		t.Errorf("revoked elsewhere: %v", err)
	}
	if err := s.RevokeCredential(context.Background(), "none"); !errors.Is(err, lrs.ErrNotFound) {
		t.Errorf("revoke an unknown one: %v", err)
	}
}

func credentialListed(t *testing.T, d Database, s *sqlstore.Store) {
	made := d.Clock.Now()
	c, secret := credential(t, s)
	d.Clock.Move(time.Hour)
	if _, err := s.Check(context.Background(), c.ID, secret); err != nil {
		t.Fatal(err)
	}
	used := d.Clock.Now()
	d.Clock.Move(time.Hour)
	if err := s.RevokeCredential(context.Background(), c.ID); err != nil {
		t.Fatal(err)
	}
	got, err := s.ListCredentials(context.Background())
	expected := []sqlstore.CredentialInfo{{Credential: c, Created: made, LastUsed: used, Revoked: d.Clock.Now()}}
	if diff := cmp.Diff(expected, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func credentialRules(t *testing.T, _ Database, s *sqlstore.Store) {
	for _, bad := range []struct {
		name   string
		scopes []lrs.Scope
		want   error
	}{
		{"", []lrs.Scope{lrs.ScopeAll}, sqlstore.ErrNameEmpty},
		{" ", []lrs.Scope{lrs.ScopeAll}, sqlstore.ErrNameEmpty},
		{"x", nil, sqlstore.ErrNoScope},
		{"x", []lrs.Scope{lrs.ScopeAll, "everything"}, sqlstore.ErrScopeUnknown},
	} {
		if _, _, err := s.AddCredential(context.Background(), bad.name, bad.scopes); !errors.Is(err, bad.want) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func credentialLimited(t *testing.T, d Database, s *sqlstore.Store) {
	c, secret := credential(t, s)
	elsewhere := d.Open(t)
	for _, l := range []lrs.Limits{{HomePage: "https://lms.example", Activity: "https://lms.example/a?id=1", PerMinute: 600}, {}} {
		if err := s.LimitCredential(ctx, c.ID, l); err != nil {
			t.Fatal(err)
		}
		d.Clock.Move(5 * time.Second)
		for _, store := range []*sqlstore.Store{s, elsewhere} {
			if got, err := store.Check(ctx, c.ID, secret); err != nil || got.Limits != l {
				t.Errorf("%+v, %v", got, err)
			}
		}
	}
	for _, l := range []lrs.Limits{{HomePage: "lms"}, {Activity: "no iri"}, {PerMinute: -1}, {PerMinute: 1_000_001}} {
		if err := s.LimitCredential(ctx, c.ID, l); !errors.Is(err, sqlstore.ErrLimit) {
			t.Errorf("%+v: %v", l, err)
		}
	}
	if err := s.LimitCredential(ctx, "none", lrs.Limits{}); !errors.Is(err, lrs.ErrNotFound) {
		t.Errorf("an unknown one: %v", err)
	}
}

func credentialRotated(t *testing.T, d Database, s *sqlstore.Store) {
	c, first := credential(t, s)
	holds := func(secret string, want bool) {
		t.Helper()
		if _, err := s.Check(ctx, c.ID, secret); (err == nil) != want {
			t.Errorf("holds: %v, %v", want, err)
		}
	}
	rotate := func(keep time.Duration) string {
		t.Helper()
		secret, err := s.RotateCredential(ctx, c.ID, keep)
		if err != nil || len(secret) < 43 {
			t.Fatal(err)
		}
		return secret
	}
	second := rotate(time.Hour)
	holds(first, true)
	holds(second, true)
	d.Clock.Move(59 * time.Minute)
	holds(first, true)
	if all, err := s.ListCredentials(ctx); err != nil || !all[0].Rotating.Equal(d.Clock.Now().Add(time.Minute)) {
		t.Errorf("%+v, %v", all, err)
	}
	third := rotate(time.Hour)
	holds(first, false)
	holds(second, true)
	d.Clock.Move(time.Hour)
	holds(second, false)
	holds(third, true)
	fourth := rotate(0)
	holds(third, false)
	holds(fourth, true)
	if _, err := s.RotateCredential(ctx, c.ID, -time.Second); !errors.Is(err, sqlstore.ErrKeep) {
		t.Error(err)
	}
	if _, err := s.RotateCredential(ctx, "none", 0); !errors.Is(err, lrs.ErrNotFound) {
		t.Error(err)
	}
	if err := s.RevokeCredential(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.RotateCredential(ctx, c.ID, 0); !errors.Is(err, sqlstore.ErrRevoked) {
		t.Error(err)
	}
	holds(fourth, false)
}

func credentialRotatedElsewhere(t *testing.T, d Database, s *sqlstore.Store) {
	c, first := credential(t, s)
	elsewhere := d.Open(t)
	holds := func(secret string, want bool) {
		t.Helper()
		if _, err := elsewhere.Check(ctx, c.ID, secret); (err == nil) != want {
			t.Errorf("holds: %v, %v", want, err)
		}
	}
	holds(first, true)
	for range 2 {
		second, err := s.RotateCredential(ctx, c.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		holds(second, true)
		holds("guess", false) // not looked up: it was a moment ago
		third, err := s.RotateCredential(ctx, c.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		holds(third, false)
		d.Clock.Move(time.Second)
		holds(third, true)
		holds(second, false)
		d.Clock.Move(time.Second)
	}
}

func credentialMark(t *testing.T, d Database, s *sqlstore.Store) {
	c, first := credential(t, s)
	elsewhere := d.Open(t)
	knows := func(store *sqlstore.Store, mark string, want bool) {
		t.Helper()
		got, err := store.Bearer(ctx, c.ID, mark)
		if (err == nil) != want || err != nil && !errors.Is(err, lrs.ErrNotFound) || want && (got.ID != c.ID || got.Name != c.Name || len(got.Scopes) != 2) {
			t.Errorf("knows %q: %+v, %v", mark, got, err)
		}
	}
	knows(s, c.Mark, true)
	knows(elsewhere, c.Mark, true)
	knows(s, "", false)
	if _, err := s.Bearer(ctx, "none", c.Mark); !errors.Is(err, lrs.ErrNotFound) {
		t.Error(err)
	}
	if _, err := s.RotateCredential(ctx, c.ID, time.Hour); err != nil {
		t.Fatal(err)
	}
	knows(s, c.Mark, false)
	until := d.Clock.Now().Add(time.Hour)
	d.Clock.Move(5 * time.Second)
	knows(elsewhere, c.Mark, false)
	old, err := s.Check(ctx, c.ID, first)
	if err != nil || old.Mark == c.Mark || !old.Until.Equal(until) {
		t.Errorf("by the old secret: %+v, %v", old, err)
	}
	knows(s, old.Mark, true)
	if err := s.RevokeCredential(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	knows(s, old.Mark, false)
}
