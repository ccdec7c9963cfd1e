package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"cairn/internal/learner"
	"cairn/internal/web"
	"cairn/lti"
	"cairn/xapi"
)

// A registration may be pseudonymous: no name and no address of its people is kept, whatever its platform tells, and statements of ours
// name them by a pseudonym in place of the platform's id. Their accounts keep that id, which scores need.

// ErrPseudonymMailbox says that people cannot be matched by what must not be kept.
var ErrPseudonymMailbox = errors.New("sqlstore: a pseudonymous registration keeps no e-mail addresses, so it cannot match records by mailto")

// ErrPseudonymHome says that pseudonyms need an address to be given out from.
var ErrPseudonymHome = errors.New("sqlstore: pseudonyms are given out from the address of this instance, which is missing")

// pseudonym names an account: a keyed hash, the same for as long as the database lives.
func (db *DB) pseudonym(issuer, subject string) string {
	return db.departed.Load().keys[0].hash("pseudonym|" + accountKey(issuer, subject))[:32]
}

// withoutNames is a launch as a pseudonymous registration keeps it.
func (db *DB) withoutNames(e web.Entry, k known) web.Entry {
	if k.Pseudonymous == nil || !*k.Pseudonymous {
		return e
	}
	e.Claims.Name, e.Claims.Email, e.Session.Name = "", "", ""
	if e.Session.Actor.Key() != (xapi.Agent{}).Key() {
		e.Session.Actor = xapi.AccountAgent(*k.PseudonymHome, db.pseudonym(e.Claims.Issuer, e.Claims.Subject))
	}
	return e
}

// aliases answers the agent of each account's pseudonym; none where none was ever given out.
func (db *DB) aliases(ctx context.Context, r reader, registration string, rows []claimRow) ([]linkRow, error) {
	var homes []string
	if err := r.Select(ctx, &homes, `SELECT pseudonym_home FROM registration WHERE id = ? AND pseudonym_home <> ''`, registration); err != nil {
		return nil, fmt.Errorf("sqlstore: read where pseudonyms are from: %w", err)
	}
	var out []linkRow
	for _, home := range homes {
		for _, row := range rows {
			out = append(out, linkRow{row.Account, accountKey(home, db.pseudonym(row.Issuer, row.Subject))})
		}
	}
	return out, nil
}

// SetPseudonymous switches the mode on or off. On takes away the names and addresses that were kept; home is where pseudonyms are given
// out from, the address of this instance. lti.ErrUnknownRegistration, ErrPseudonymMailbox, ErrPseudonymHome.
func (s *Store) SetPseudonymous(ctx context.Context, id string, on bool, home string) error {
	err := s.overwriting(ctx, func() error {
		return s.write(ctx, func(tx *Tx) error {
			tx.AfterCommit(s.kept.registrations.forget)
			return tx.setPseudonymous(ctx, id, on, home)
		})
	})
	if err == nil {
		err = s.refresh(ctx)
	}
	return err
}

func (t *Tx) setPseudonymous(ctx context.Context, id string, on bool, home string) error {
	row, err := t.lockRegistration(ctx, id)
	switch {
	case err != nil:
		return err
	case on && row.rule().Mode == learner.ByMailbox:
		return ErrPseudonymMailbox
	case on && home == "":
		return ErrPseudonymHome
	case row.PseudonymHome != "" || !on:
		home = row.PseudonymHome
	}
	if _, err := t.Exec(ctx, `UPDATE registration SET pseudonymous = ?, pseudonym_home = ? WHERE id = ?`, on, home, id); err != nil {
		return fmt.Errorf("sqlstore: switch pseudonyms: %w", err)
	}
	if !on {
		return nil
	}
	for _, step := range []func(context.Context, registrationRow) error{t.forgetNames, t.forgetNamesOfSessions, t.forgetNamesOfRosters} {
		row.PseudonymHome = home
		if err := step(ctx, row); err != nil {
			return err
		}
	}
	if _, err := t.relinkAll(ctx, id, row.rule()); err != nil {
		return err
	}
	if err := t.lockLog(ctx); err != nil {
		return err
	}
	return t.newGeneration(ctx) // what is being folded would still emit the old names
}

// forgetNames takes names and addresses from accounts. Of what may name people in records only what the rule goes by is kept.
func (t *Tx) forgetNames(ctx context.Context, r registrationRow) error {
	if _, err := t.Exec(ctx, `UPDATE account SET name = '' WHERE registration = ? OR id IN (SELECT account FROM account_claim WHERE registration = ?)`, r.ID, r.ID); err != nil {
		return fmt.Errorf("sqlstore: forget the names of accounts: %w", err)
	}
	mode := string(r.rule().Mode)
	_, err := t.Exec(ctx, `UPDATE account_claim SET email = '', mailbox = '', username = CASE WHEN ? = 'username' THEN username ELSE '' END,
		sourced_id = CASE WHEN ? = 'person_sourcedid' THEN sourced_id ELSE '' END WHERE registration = ?`, mode, mode, r.ID)
	return wrap(err, "forget what accounts proved")
}

// forgetNamesOfSessions takes them from pages that are open.
func (t *Tx) forgetNamesOfSessions(ctx context.Context, r registrationRow) error {
	var rows []struct{ Hash, Body, Issuer, Subject string }
	if err := t.Select(ctx, &rows, `SELECT s.hash, s.body, COALESCE(a.issuer, '') AS issuer, COALESCE(a.subject, '') AS subject
		FROM session s LEFT JOIN account a ON a.id = s.account WHERE s.registration = ?`, r.ID); err != nil {
		return fmt.Errorf("sqlstore: read the sessions of a registration: %w", err)
	}
	for _, row := range rows {
		var session web.Session
		if err := json.Unmarshal([]byte(row.Body), &session); err != nil {
			return fmt.Errorf("sqlstore: read a session: %w", err)
		}
		session.Name = ""
		if row.Subject != "" && session.Actor.Key() != (xapi.Agent{}).Key() {
			session.Actor = xapi.AccountAgent(r.PseudonymHome, t.db.pseudonym(row.Issuer, row.Subject))
		}
		body, err := json.Marshal(session)
		if err == nil {
			_, err = t.Exec(ctx, `UPDATE session SET body = ? WHERE hash = ?`, string(body), row.Hash)
		}
		if err != nil {
			return fmt.Errorf("sqlstore: forget the name in a session: %w", err)
		}
	}
	return nil
}

// forgetNamesOfRosters takes them from the lists of courses.
func (t *Tx) forgetNamesOfRosters(ctx context.Context, r registrationRow) error {
	var rows []rosterRow
	if err := t.Select(ctx, &rows, `SELECT registration, context, body FROM roster WHERE registration = ?`, r.ID); err != nil {
		return fmt.Errorf("sqlstore: read rosters: %w", err)
	}
	for _, row := range rows {
		var list lti.Roster
		if err := json.Unmarshal([]byte(row.Body), &list); err != nil {
			return fmt.Errorf("sqlstore: read a roster: %w", err)
		}
		body, err := json.Marshal(namelessRoster(list), json.Deterministic(true), json.OmitZeroStructFields(true))
		if err == nil {
			_, err = t.Exec(ctx, `UPDATE roster SET body = ? WHERE registration = ? AND context = ?`, string(body), row.Registration, row.Context)
		}
		if err != nil {
			return fmt.Errorf("sqlstore: forget the names in a roster: %w", err)
		}
	}
	return nil
}

// namelessRoster is a roster by ids and roles alone.
func namelessRoster(list lti.Roster) lti.Roster {
	members := make([]lti.Member, len(list.Members))
	for i, m := range list.Members {
		members[i] = lti.Member{UserID: m.UserID, Roles: m.Roles, Status: m.Status}
	}
	list.Members = members
	return list
}
