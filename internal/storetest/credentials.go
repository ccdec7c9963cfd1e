package storetest

import (
	"context"
	"errors"
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
	for _, pair := range [][2]string{{c.ID, secret + "x"}, {c.ID, ""}, {"", secret}, {"", ""}, {secret, c.ID}, {c.ID + " ", secret}} {
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
