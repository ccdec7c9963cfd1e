package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrInvitationIssuer says that an update invitation was used from another LMS than the one it is for.
var ErrInvitationIssuer = errors.New("sqlstore: the invitation is for the registration of another issuer")

// ClaimInvitation keeps everybody else from using the invitation of a token while its bearer talks to the platform, until the time
// given. ErrInvitationBusy, ErrInvitationUnknown, and the errors of Invitation.Open.
func (s *Store) ClaimInvitation(ctx context.Context, secret string, until time.Time) (Invitation, error) {
	var claimed Invitation
	err := s.write(ctx, func(tx *Tx) error {
		row, err := tx.lockInvitation(ctx, "hash", invitationHash(secret))
		if err != nil {
			return err
		}
		claimed = row.invitation()
		if err := claimed.Open(tx.Now); err != nil {
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

// RedeemInvitation spends an invitation and keeps what the platform agreed to, in one transaction: neither happens without the
// other. A new registration of an issuer that is known already is kept disabled: it waits for the operator. An update replaces
// endpoints, client id and deployments of its registration, whose issuer must be the same; what the operator chose stays.
// ErrInvitationUnknown, those of Invitation.Open, ErrInvitationIssuer, ErrRegistrationExists, and the errors of a registration's rules.
func (s *Store) RedeemInvitation(ctx context.Context, id string, r Registration) (Registration, error) {
	r.Identity = r.Identity.Normal()
	if err := r.check(); err != nil {
		return r, err
	}
	var kept Registration
	err := s.write(ctx, func(tx *Tx) error {
		row, err := tx.lockInvitation(ctx, "id", id)
		if err != nil {
			return err
		}
		if err := row.invitation().Open(tx.Now); err != nil {
			return err
		}
		kept = r
		if updates := row.invitation().Updates; updates != "" {
			kept.ID = updates
			err = tx.replaceRegistration(ctx, &kept)
		} else {
			err = tx.newRegistration(ctx, &kept)
		}
		if err != nil {
			return err
		}
		tx.AfterCommit(s.kept.registrations.forget)
		_, err = tx.Exec(ctx, `UPDATE invitation SET used = ?, claim_until = NULL, registration = ? WHERE id = ?`, micros(tx.Now), kept.ID, id)
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
		return row, ErrInvitationUnknown
	}
	if err != nil {
		return row, fmt.Errorf("sqlstore: read an invitation: %w", err)
	}
	return row, nil
}

// newRegistration adds what a platform registered by itself.
func (t *Tx) newRegistration(ctx context.Context, r *Registration) error {
	var known bool
	if err := t.Get(ctx, &known, `SELECT EXISTS (SELECT 1 FROM registration WHERE issuer = ?)`, r.Issuer); err != nil {
		return fmt.Errorf("sqlstore: look for registrations of an issuer: %w", err)
	}
	r.ID, r.CreatedAt, r.Disabled = newID(), t.Now, r.Disabled || known
	return t.insertRegistration(ctx, *r)
}

// replaceRegistration changes a registration to what its platform says now. Deployments of the client it had are kept only while
// it has the same.
func (t *Tx) replaceRegistration(ctx context.Context, r *Registration) error {
	row, err := t.lockRegistration(ctx, r.ID)
	if err != nil {
		return err
	}
	before, err := row.registration()
	if err != nil {
		return err
	}
	if before.Issuer != r.Issuer {
		return ErrInvitationIssuer
	}
	var deployments []string
	if err := t.Select(ctx, &deployments, `SELECT id FROM deployment WHERE registration = ? ORDER BY created, id`, r.ID); err != nil {
		return fmt.Errorf("sqlstore: read the deployments: %w", err)
	}
	if before.ClientID == r.ClientID {
		for _, d := range r.Deployments {
			if !slices.Contains(deployments, d) {
				deployments = append(deployments, d)
			}
		}
		r.Deployments = deployments
	}
	r.Name, r.Platform, r.Identity, r.CoursePattern, r.CreatedAt = before.Name, before.Platform, before.Identity, before.CoursePattern, before.CreatedAt
	r.FrameOrigins, r.ServiceOrigins, r.Disabled = before.FrameOrigins, before.ServiceOrigins, before.Disabled
	n, err := affected(t.Exec(ctx, `UPDATE registration SET client_id = ? WHERE id = ? AND NOT EXISTS (
		SELECT 1 FROM registration WHERE issuer = ? AND client_id = ? AND id <> ?)`, r.ClientID, r.ID, r.Issuer, r.ClientID, r.ID))
	if errors.Is(err, errUnique) || err == nil && n == 0 {
		return ErrRegistrationExists
	}
	if err != nil {
		return fmt.Errorf("sqlstore: replace the client of a registration: %w", err)
	}
	return t.updateRegistration(ctx, *r)
}
