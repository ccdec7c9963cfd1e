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
)

// What is wrong with an invitation. Each names its rule.
var (
	ErrInvitationUnknown = errors.New("sqlstore: there is no such invitation")
	ErrInvitationExpired = errors.New("sqlstore: the invitation has expired")
	ErrInvitationUsed    = errors.New("sqlstore: the invitation was used; it is good for one registration")
	ErrInvitationRevoked = errors.New("sqlstore: the invitation was revoked")
	ErrInvitationBusy    = errors.New("sqlstore: somebody is registering with this invitation right now")
	ErrInvitationLife    = errors.New("sqlstore: an invitation is good for one minute to thirty days")
	ErrInvitationNote    = errors.New("sqlstore: the note of an invitation has at most 200 characters")
)

// The bounds of an invitation.
const (
	invitationShortest = time.Minute
	invitationLongest  = 30 * 24 * time.Hour
	invitationNote     = 200 // characters
)

// Invitation lets an administrator of an LMS register it, once. Times are zero for what has not happened.
type Invitation struct {
	ID           string
	Note         string // the operator's own words
	Updates      string // id of the registration it may replace, "" when it makes a new one
	Created      time.Time
	Expires      time.Time
	Used         time.Time
	Revoked      time.Time
	Registration string // id of the one it made or updated, "" before
}

// Open answers nil while the invitation can be used, else ErrInvitationUsed, ErrInvitationRevoked or ErrInvitationExpired.
func (i Invitation) Open(now time.Time) error {
	switch {
	case !i.Used.IsZero():
		return ErrInvitationUsed
	case !i.Revoked.IsZero():
		return ErrInvitationRevoked
	case !now.Before(i.Expires):
		return ErrInvitationExpired
	}
	return nil
}

// AddInvitation makes an invitation that is good for a time, and answers its token, which cannot be read again. updates is the
// registration that it may replace, or "". ErrInvitationLife, ErrInvitationNote, lti.ErrUnknownRegistration.
func (s *Store) AddInvitation(ctx context.Context, note string, life time.Duration, updates string) (i Invitation, secret string, err error) {
	note = strings.TrimSpace(strings.ReplaceAll(note, "\x00", ""))
	switch {
	case life < invitationShortest || life > invitationLongest:
		return i, "", fmt.Errorf("%w, not for %s", ErrInvitationLife, life)
	case utf8.RuneCountInString(note) > invitationNote || !utf8.ValidString(note):
		return i, "", ErrInvitationNote
	}
	secret = token(32)
	err = s.write(ctx, func(tx *Tx) error {
		i = Invitation{ID: newID(), Note: note, Updates: updates, Created: tx.Now, Expires: tx.Now.Add(life)}
		if updates != "" {
			if _, err := tx.lockRegistration(ctx, updates); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO invitation (id, hash, note, updates, created, expires) VALUES (?, ?, ?, ?, ?, ?)`,
			i.ID, invitationHash(secret), i.Note, sql.NullString{String: updates, Valid: updates != ""}, micros(i.Created), micros(i.Expires))
		return err
	})
	if err != nil {
		return Invitation{}, "", fmt.Errorf("sqlstore: make an invitation: %w", err)
	}
	return i, secret, nil
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

func (r invitationRow) invitation() Invitation {
	i := Invitation{ID: r.ID, Note: r.Note, Created: fromMicros(r.Created), Expires: fromMicros(r.Expires)}
	for from, to := range map[*int64]*time.Time{r.Used: &i.Used, r.Revoked: &i.Revoked} {
		if from != nil {
			*to = fromMicros(*from)
		}
	}
	i.Updates, i.Registration = last("", r.Updates), last("", r.Registration)
	return i
}

// ListInvitations answers all, newest first.
func (s *Store) ListInvitations(ctx context.Context) ([]Invitation, error) {
	var rows []invitationRow
	if err := s.Select(ctx, &rows, `SELECT * FROM invitation ORDER BY created DESC, id DESC`); err != nil {
		return nil, fmt.Errorf("sqlstore: list invitations: %w", err)
	}
	out := make([]Invitation, len(rows))
	for i, r := range rows {
		out[i] = r.invitation()
	}
	return out, nil
}

// RevokeInvitation ends an invitation that was not used. ErrInvitationUnknown, ErrInvitationUsed; one that was revoked before
// stays as it is.
func (s *Store) RevokeInvitation(ctx context.Context, id string) error {
	err := s.write(ctx, func(tx *Tx) error {
		var row invitationRow
		err := tx.Get(ctx, &row, `UPDATE invitation SET revoked = CASE WHEN used IS NULL THEN COALESCE(revoked, CAST(? AS BIGINT)) END
			WHERE id = ? RETURNING *`, micros(tx.Now), id)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrInvitationUnknown
		case err == nil && row.Used != nil:
			return ErrInvitationUsed
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("sqlstore: revoke invitation %s: %w", id, err)
	}
	return nil
}

// Invitation answers the open invitation of a token. ErrInvitationUnknown, and those of Open.
func (s *Store) Invitation(ctx context.Context, secret string) (Invitation, error) {
	var row invitationRow
	err := s.Get(ctx, &row, `SELECT * FROM invitation WHERE hash = ?`, invitationHash(secret))
	if errors.Is(err, sql.ErrNoRows) {
		return Invitation{}, ErrInvitationUnknown
	}
	if err != nil {
		return Invitation{}, fmt.Errorf("sqlstore: read an invitation: %w", err)
	}
	i := row.invitation()
	return i, i.Open(s.now())
}
