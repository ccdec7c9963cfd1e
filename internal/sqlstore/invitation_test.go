package sqlstore_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/learner"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/lti"
)

func invite(t *testing.T, s *sqlstore.Store, updates string) (lti.Invitation, string) {
	t.Helper()
	i, secret, err := s.AddInvitation(context.Background(), "for the campus", time.Hour, updates)
	if err != nil {
		t.Fatalf("invite: %v", err)
	}
	return i, secret
}

// offered is what a platform agreed to.
func offered(client string) lti.NewRegistration {
	return lti.NewRegistration{Family: "moodle", Registration: lti.Registration{
		Name: "Campus", Issuer: issuer, ClientID: client, AuthorizationEndpoint: issuer + "/new/auth", TokenEndpoint: issuer + "/new/token",
		KeySetURL: issuer + "/new/keys", Deployments: []string{"9"},
	}}
}

func TestInvitationIsSpentOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		i, secret := invite(t, s, "")
		if got, err := s.Invitation(ctx, secret); err != nil || got != i {
			t.Fatalf("by its token: %+v, %v", got, err)
		}
		id, err := s.AcceptInvitation(ctx, i.ID, offered("c1"), d.Clock.Now())
		if err != nil {
			t.Fatalf("accept: %v", err)
		}
		if got, err := s.ByIssuer(ctx, issuer, "c1"); err != nil || got.ID != id || got.Disabled || len(got.Deployments) != 1 {
			t.Errorf("the registration: %+v, %v", got, err)
		}
		if _, err := s.AcceptInvitation(ctx, i.ID, offered("c2"), d.Clock.Now()); !errors.Is(err, lti.ErrInvitationSpent) {
			t.Errorf("redeem again: %v", err)
		}
		if _, err := s.Invitation(ctx, secret); !errors.Is(err, lti.ErrInvitationSpent) {
			t.Errorf("read again: %v", err)
		}
		if _, err := s.ClaimInvitation(ctx, secret, d.Clock.Now().Add(time.Minute)); !errors.Is(err, lti.ErrInvitationSpent) {
			t.Errorf("claim again: %v", err)
		}
		if err := s.RevokeInvitation(ctx, i.ID, d.Clock.Now()); !errors.Is(err, lti.ErrInvitationSpent) {
			t.Errorf("revoke: %v", err)
		}
		all, err := s.Invitations(ctx)
		if err != nil || len(all) != 1 || all[0].Made != id || !all[0].SpentAt.Equal(d.Clock.Now()) || !all[0].RevokedAt.IsZero() {
			t.Errorf("listed %+v, %v", all, err)
		}
	})
}

func TestInvitationTokenIsKeptHashed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		_, secret := invite(t, s, "")
		var n int
		if err := d.Raw(t).Get(&n, `SELECT COUNT(*) FROM invitation WHERE hash = '`+secret+`' OR note LIKE '%`+secret+`%' OR id = '`+secret+`'`); err != nil || n != 0 {
			t.Errorf("the token stands in %d rows (%v)", n, err)
		}
		if len(secret) < 50 {
			t.Errorf("the token has %d characters", len(secret))
		}
	})
}

func TestInvitationEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		revoked, revokedSecret := invite(t, s, "")
		expired, expiredSecret := invite(t, s, "")
		if err := errors.Join(s.RevokeInvitation(ctx, revoked.ID, d.Clock.Now()), s.RevokeInvitation(ctx, revoked.ID, d.Clock.Now())); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Invitation(ctx, revokedSecret); !errors.Is(err, lti.ErrInvitationRevoked) {
			t.Errorf("revoked: %v", err)
		}
		if _, err := s.AcceptInvitation(ctx, revoked.ID, offered("c1"), d.Clock.Now()); !errors.Is(err, lti.ErrInvitationRevoked) {
			t.Errorf("revoked: %v", err)
		}
		d.Clock.Move(time.Hour)
		if _, err := s.Invitation(ctx, expiredSecret); !errors.Is(err, lti.ErrInvitationExpired) {
			t.Errorf("expired: %v", err)
		}
		if _, err := s.AcceptInvitation(ctx, expired.ID, offered("c1"), d.Clock.Now()); !errors.Is(err, lti.ErrInvitationExpired) {
			t.Errorf("expired: %v", err)
		}
		if _, err := s.Invitation(ctx, "none"); !errors.Is(err, lti.ErrInvitationUnknown) {
			t.Errorf("unknown: %v", err)
		}
		if err := s.RevokeInvitation(ctx, "none", d.Clock.Now()); !errors.Is(err, lti.ErrInvitationUnknown) {
			t.Errorf("revoke unknown: %v", err)
		}
		if n := count(t, d, "registration"); n != 0 {
			t.Errorf("%d registrations were made", n)
		}
	})
}

func TestInvitationBounds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		for name, tt := range map[string]struct {
			note    string
			life    time.Duration
			updates string
			want    error
		}{
			"too short":  {"", time.Second, "", sqlstore.ErrInvitationLife},
			"too long":   {"", 31 * 24 * time.Hour, "", sqlstore.ErrInvitationLife},
			"long note":  {strings.Repeat("x", 201), time.Hour, "", sqlstore.ErrInvitationNote},
			"of nothing": {"", time.Hour, "none", lti.ErrUnknownRegistration},
			"good":       {strings.Repeat("é", 200), time.Hour, "", nil},
		} {
			if _, _, err := s.AddInvitation(context.Background(), tt.note, tt.life, tt.updates); !errors.Is(err, tt.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// While one bearer talks to the platform nobody else does; a claim that was not given back ends by itself.
func TestInvitationClaim(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		i, secret := invite(t, s, "")
		claim := func() error {
			_, err := s.ClaimInvitation(ctx, secret, d.Clock.Now().Add(time.Minute))
			return err
		}
		if err := claim(); err != nil {
			t.Fatal(err)
		}
		if err := claim(); !errors.Is(err, sqlstore.ErrInvitationBusy) {
			t.Errorf("a second claim: %v", err)
		}
		if err := errors.Join(s.ReleaseInvitation(ctx, i.ID), claim()); err != nil {
			t.Errorf("after it was given back: %v", err)
		}
		d.Clock.Move(time.Minute)
		if err := claim(); err != nil {
			t.Errorf("after it ended: %v", err)
		}
	})
}

// Of many who accept one invitation at once, in two processes, one does.
func TestInvitationIsAcceptedByOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		here := d.Open(t)
		there := d.Open(t)
		i, _ := invite(t, here, "")
		var wg sync.WaitGroup
		var mu sync.Mutex
		good := 0
		for n := range 8 {
			s := []*sqlstore.Store{here, there}[n%2]
			wg.Go(func() {
				_, err := s.AcceptInvitation(context.Background(), i.ID, offered(string(rune('a'+n))), d.Clock.Now())
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					good++
				} else if !errors.Is(err, lti.ErrInvitationSpent) {
					t.Errorf("refused for %v", err)
				}
			})
		}
		wg.Wait()
		if n := count(t, d, "registration"); good != 1 || n != 1 {
			t.Errorf("%d accepted it, %d registrations", good, n)
		}
	})
}

// Settled question 5: a second client of a known issuer waits for the operator.
func TestSecondClientOfAnIssuerWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		first := register(t, s, "c1")
		i, _ := invite(t, s, "")
		id, err := s.AcceptInvitation(ctx, i.ID, offered("c2"), d.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		if r, err := s.Registration(ctx, id); err != nil || !r.Disabled {
			t.Errorf("a second client: %+v, %v", r, err)
		}
		j, secret := invite(t, s, "")
		if _, err := s.AcceptInvitation(ctx, j.ID, offered("c1"), d.Clock.Now()); !errors.Is(err, lti.ErrRegistrationExists) {
			t.Errorf("the client that is known: %v", err)
		}
		if _, err := s.Invitation(ctx, secret); err != nil {
			t.Errorf("a refused exchange spent the invitation: %v", err)
		}
		got, err := s.FullRegistration(ctx, first.ID)
		if diff := cmp.Diff(first, got); diff != "" || err != nil {
			t.Errorf("the first one was changed: %v\n%s", err, diff)
		}
	})
}

// A tenant of a shared issuer is trusted with tokens, and framed, at its own address.
func TestTenantOfASharedIssuer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		made, tenant := offered("c1"), []string{"https://school.example"}
		made.Registration.ServiceOrigins = tenant
		i, _ := invite(t, s, "")
		id, err := s.AcceptInvitation(ctx, i.ID, made, d.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		update, _ := invite(t, s, id)
		made.Registration.ServiceOrigins = []string{"https://school.example", "https://new.example"}
		if _, err := s.AcceptInvitation(ctx, update.ID, made, d.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		got, err := s.FullRegistration(ctx, id)
		if diff := cmp.Diff([][]string{tenant, made.Registration.ServiceOrigins}, [][]string{got.FrameOrigins, got.ServiceOrigins}); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

// Settled question 5: only an update invitation replaces a registration, and only one of the same issuer.
func TestUpdateInvitation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		old := register(t, s, "c1", func(r *sqlstore.Registration) {
			r.Identity = learner.IdentityRule{Mode: learner.ByUsername, HomePage: "https://home.example"}
			r.FrameOrigins, r.ServiceOrigins = []string{"https://a.example"}, []string{"https://b.example"}
		})
		register(t, s, "c2")
		same, _ := invite(t, s, old.ID)
		id, err := s.AcceptInvitation(ctx, same.ID, offered("c1"), d.Clock.Now())
		if err != nil || id != old.ID {
			t.Fatal(id, err)
		}
		want := old
		want.AuthorizationEndpoint, want.TokenEndpoint, want.KeySetURL = issuer+"/new/auth", issuer+"/new/token", issuer+"/new/keys"
		want.Deployments = []string{"1", "9"}
		got, err := s.FullRegistration(ctx, old.ID)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("updated: %v (-want +got):\n%s", err, diff)
		}
		foreign, _ := invite(t, s, old.ID)
		evil := offered("c1")
		evil.Registration.Issuer = "https://evil.example"
		if _, err := s.AcceptInvitation(ctx, foreign.ID, evil, d.Clock.Now()); !errors.Is(err, lti.ErrRegistrationOther) {
			t.Errorf("another issuer: %v", err)
		}
		for _, client := range []string{"c2", "c3"} {
			if _, err := s.AcceptInvitation(ctx, foreign.ID, offered(client), d.Clock.Now()); !errors.Is(err, lti.ErrRegistrationOther) {
				t.Errorf("the client %s: %v", client, err)
			}
		}
		if _, err := s.RemoveRegistration(ctx, old.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.AcceptInvitation(ctx, foreign.ID, offered("c4"), d.Clock.Now()); !errors.Is(err, lti.ErrRegistrationOther) {
			t.Errorf("of a registration that is gone: %v", err)
		}
	})
}
