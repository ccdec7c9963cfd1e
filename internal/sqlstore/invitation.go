package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"cairn/lti"
)

// What is wrong with an invitation, beside the rules of lti. Each names its rule.
var (
	ErrInvitationBusy = errors.New("sqlstore: somebody is registering with this invitation right now")
	ErrInvitationLife = errors.New("sqlstore: an invitation is good for one minute to thirty days")
	ErrInvitationNote = errors.New("sqlstore: the note of an invitation has at most 200 characters")
)

// The bounds of an invitation.
const (
	invitationShortest = time.Minute
	invitationLongest  = 30 * 24 * time.Hour
	invitationNote     = 200 // characters
)

var _ lti.Invitations = (*Store)(nil)

// AddInvitation makes an invitation that is good for a time, and answers its secret, which cannot be read again. update is the
// registration that it may change, or "". ErrInvitationLife, ErrInvitationNote, lti.ErrUnknownRegistration.
func (s *Store) AddInvitation(ctx context.Context, note string, life time.Duration, update string) (i lti.Invitation, secret string, err error) {
	note = strings.TrimSpace(strings.ReplaceAll(note, "\x00", ""))
	switch {
	case life < invitationShortest || life > invitationLongest:
		return i, "", fmt.Errorf("%w, not for %s", ErrInvitationLife, life)
	case utf8.RuneCountInString(note) > invitationNote || !utf8.ValidString(note):
		return i, "", ErrInvitationNote
	}
	secret = token(32)
	now := s.now()
	i = lti.Invitation{ID: newID(), Hash: invitationHash(secret), Note: note, Update: update, CreatedAt: now, ExpiresAt: now.Add(life)}
	if err := s.SaveInvitation(ctx, i); err != nil {
		return lti.Invitation{}, "", err
	}
	return i, secret, nil
}

// SaveInvitation is lti.Invitations. lti.ErrUnknownRegistration when it is to change one that is not there.
func (s *Store) SaveInvitation(ctx context.Context, i lti.Invitation) error {
	err := s.write(ctx, func(tx *Tx) error {
		if i.Update != "" {
			if _, err := tx.lockRegistration(ctx, i.Update); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO invitation (id, hash, note, updates, created, expires) VALUES (?, ?, ?, ?, ?, ?)`,
			i.ID, i.Hash, i.Note, sql.NullString{String: i.Update, Valid: i.Update != ""}, micros(i.CreatedAt), micros(i.ExpiresAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("sqlstore: make an invitation: %w", err)
	}
	return nil
}

// invitationHash is how a token is kept. It is random, 256 bits, so a plain hash is as good as a slow one.
func invitationHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// invitationRow is a row of table invitation.
type invitationRow struct {
	ID, Hash, Note        string
	Updates, Registration *string
	Created, Expires      int64
	ClaimUntil            *int64 `db:"claim_until"`
	Used, Revoked         *int64
}

func (r invitationRow) invitation() lti.Invitation {
	i := lti.Invitation{
		ID: r.ID, Hash: r.Hash, Note: r.Note, Update: last("", r.Updates), Made: last("", r.Registration),
		CreatedAt: fromMicros(r.Created), ExpiresAt: fromMicros(r.Expires),
	}
	for from, to := range map[*int64]*time.Time{r.Used: &i.SpentAt, r.Revoked: &i.RevokedAt} {
		if from != nil {
			*to = fromMicros(*from)
		}
	}
	return i
}

// Invitations is lti.Invitations.
func (s *Store) Invitations(ctx context.Context) ([]lti.Invitation, error) {
	var rows []invitationRow
	if err := s.Select(ctx, &rows, `SELECT * FROM invitation ORDER BY created DESC, id DESC`); err != nil {
		return nil, fmt.Errorf("sqlstore: list invitations: %w", err)
	}
	out := make([]lti.Invitation, len(rows))
	for i, r := range rows {
		out[i] = r.invitation()
	}
	return out, nil
}

// RevokeInvitation is lti.Invitations. One that was revoked before stays as it is.
func (s *Store) RevokeInvitation(ctx context.Context, id string, at time.Time) error {
	err := s.write(ctx, func(tx *Tx) error {
		row, err := tx.lockInvitation(ctx, "id", id)
		switch {
		case err != nil:
			return err
		case row.Used != nil:
			return lti.ErrInvitationSpent
		}
		_, err = tx.Exec(ctx, `UPDATE invitation SET revoked = COALESCE(revoked, CAST(? AS BIGINT)) WHERE id = ?`, micros(at), id)
		return err
	})
	if err != nil {
		return fmt.Errorf("sqlstore: revoke invitation %s: %w", id, err)
	}
	return nil
}

// InvitationByHash is lti.Invitations.
func (s *Store) InvitationByHash(ctx context.Context, hash string) (lti.Invitation, error) {
	var row invitationRow
	err := s.Get(ctx, &row, `SELECT * FROM invitation WHERE hash = ?`, hash)
	if errors.Is(err, sql.ErrNoRows) {
		return lti.Invitation{}, lti.ErrInvitationUnknown
	}
	if err != nil {
		return lti.Invitation{}, fmt.Errorf("sqlstore: read an invitation: %w", err)
	}
	return row.invitation(), nil
}

// Invitation answers the invitation of a secret, when it can be used. lti.ErrInvitationUnknown, and the refusals of
// lti.Invitation.Usable.
func (s *Store) Invitation(ctx context.Context, secret string) (lti.Invitation, error) {
	i, err := s.InvitationByHash(ctx, invitationHash(secret))
	if err != nil {
		return i, err
	}
	return i, i.Usable(s.now())
}
