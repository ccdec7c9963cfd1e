package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"cairn/lti"
)

// ClaimInvitation keeps everybody else from using the invitation of a token while its bearer talks to the platform, until the time
// given. ErrInvitationBusy, lti.ErrInvitationUnknown, and the refusals of lti.Invitation.Usable.
func (s *Store) ClaimInvitation(ctx context.Context, secret string, until time.Time) (lti.Invitation, error) {
	var claimed lti.Invitation
	err := s.write(ctx, func(tx *Tx) error {
		row, err := tx.lockInvitation(ctx, "hash", invitationHash(secret))
		if err != nil {
			return err
		}
		claimed = row.invitation()
		if err := claimed.Usable(tx.Now); err != nil {
			return err
		}
		if row.ClaimUntil != nil && *row.ClaimUntil > micros(tx.Now) {
			return ErrInvitationBusy
		}
		_, err = tx.Exec(ctx, `UPDATE invitation SET claim_until = ? WHERE id = ?`, micros(until), row.ID)
		return err
	})
	return claimed, err
}

// ReleaseInvitation gives a claim back: the exchange failed, and the administrator may try again.
func (s *Store) ReleaseInvitation(ctx context.Context, id string) error {
	if _, err := s.execOne(ctx, `UPDATE invitation SET claim_until = NULL WHERE id = ? AND used IS NULL`, id); err != nil {
		return fmt.Errorf("sqlstore: release an invitation: %w", err)
	}
	return nil
}

// AcceptInvitation is lti.Invitations: neither the spending nor the registration happens without the other. Whether an issuer is
// known already is judged again here, in the transaction. Of what is changed, what the operator chose stays.
func (s *Store) AcceptInvitation(ctx context.Context, id string, made lti.NewRegistration, at time.Time) (string, error) {
	r := Registration{Registration: made.Registration, Platform: made.Family}
	r.Identity = r.Identity.Normal()
	if err := r.check(); err != nil {
		return "", err
	}
	kept := ""
	err := s.write(ctx, func(tx *Tx) error {
		row, err := tx.lockInvitation(ctx, "id", id)
		if err != nil {
			return err
		}
		by := row.invitation()
		if err := by.Usable(at); err != nil {
			return err
		}
		if kept = by.Update; kept == "" {
			kept, err = tx.newRegistration(ctx, r)
		} else {
			err = tx.replaceRegistration(ctx, kept, r)
		}
		if err != nil {
			return err
		}
		tx.AfterCommit(s.kept.registrations.forget)
		_, err = tx.Exec(ctx, `UPDATE invitation SET used = ?, claim_until = NULL, registration = ? WHERE id = ?`, micros(at), kept, id)
		return err
	})
	return kept, err
}

// lockInvitation reads an invitation by a column and keeps others from changing it until the transaction ends.
func (t *Tx) lockInvitation(ctx context.Context, column, value string) (row invitationRow, err error) {
	query := `SELECT * FROM invitation WHERE ` + column + ` = ?`
	if !t.db.d.oneWriter {
		query += ` FOR UPDATE`
	}
	err = t.Get(ctx, &row, query, value)
	if errors.Is(err, sql.ErrNoRows) {
		return row, lti.ErrInvitationUnknown
	}
	if err != nil {
		return row, fmt.Errorf("sqlstore: read an invitation: %w", err)
	}
	return row, nil
}

// newRegistration adds what a platform registered by itself. One of an issuer that is known waits for the operator.
func (t *Tx) newRegistration(ctx context.Context, r Registration) (string, error) {
	var known bool
	if err := t.Get(ctx, &known, `SELECT EXISTS (SELECT 1 FROM registration WHERE issuer = ?)`, r.Issuer); err != nil {
		return "", fmt.Errorf("sqlstore: look for registrations of an issuer: %w", err)
	}
	r.ID, r.CreatedAt, r.Disabled = newID(), t.Now, r.Disabled || known
	r.FrameOrigins = r.ServiceOrigins // of a tenant of a shared issuer; none: the issuer's
	err := t.insertRegistration(ctx, r)
	if errors.Is(err, ErrRegistrationExists) {
		return "", lti.ErrRegistrationExists
	}
	return r.ID, err
}

// replaceRegistration changes a registration to what its platform says now: addresses, and deployments beside those it has.
func (t *Tx) replaceRegistration(ctx context.Context, id string, r Registration) error {
	row, err := t.lockRegistration(ctx, id)
	if errors.Is(err, lti.ErrUnknownRegistration) {
		return lti.ErrRegistrationOther
	}
	if err != nil {
		return err
	}
	out, err := row.registration()
	if err != nil {
		return err
	}
	if out.Issuer != r.Issuer || out.ClientID != r.ClientID {
		return lti.ErrRegistrationOther
	}
	if err := t.Select(ctx, &out.Deployments, `SELECT id FROM deployment WHERE registration = ? ORDER BY created, id`, id); err != nil {
		return fmt.Errorf("sqlstore: read the deployments: %w", err)
	}
	for _, d := range r.Deployments {
		if !slices.Contains(out.Deployments, d) {
			out.Deployments = append(out.Deployments, d)
		}
	}
	for _, o := range r.ServiceOrigins {
		if !slices.Contains(out.ServiceOrigins, o) {
			out.ServiceOrigins = append(out.ServiceOrigins, o)
		}
	}
	out.AuthorizationEndpoint, out.TokenEndpoint, out.TokenAudience, out.KeySetURL = r.AuthorizationEndpoint, r.TokenEndpoint, r.TokenAudience, r.KeySetURL
	return t.updateRegistration(ctx, out)
}
