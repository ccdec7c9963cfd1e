package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
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

// pseudonymHome is where the pseudonym of account a is given out from, NULL where its name may be kept. Who is known through several
// registrations of a platform has the strictest of them: a name that one may not keep is not kept for the others.
const pseudonymHome = `(SELECT p.pseudonym_home FROM registration p WHERE p.issuer = a.issuer AND p.pseudonymous
	AND (p.id = a.registration OR EXISTS (SELECT 1 FROM account_claim q WHERE q.registration = p.id AND q.account = a.id)) ORDER BY p.created, p.id LIMIT 1)`

// shownAs is an account as statements and programs are told it: home "" where its own issuer and subject may be told.
func (db *DB) shownAs(issuer, subject, home string) (string, string) {
	if home == "" {
		return issuer, subject
	}
	return home, db.pseudonym(issuer, subject)
}

// withoutNames is a launch as it is kept of somebody without a name: of what names them, only what the registration's rule goes by.
func (db *DB) withoutNames(e web.Entry, k known) web.Entry {
	if k.PseudonymHome == nil {
		return e
	}
	c, mode := &e.Claims, learner.IdentityMode(*k.Mode)
	c.Name, e.Session.Name = "", ""
	for _, kept := range []struct {
		by    learner.IdentityMode
		claim *string
	}{{learner.ByMailbox, &c.Email}, {learner.ByUsername, &c.Username}, {learner.BySourced, &c.SourcedID}} {
		if mode != kept.by {
			*kept.claim = ""
		}
	}
	if e.Session.Actor.Key() != (xapi.Agent{}).Key() {
		e.Session.Actor = xapi.AccountAgent(*k.PseudonymHome, db.pseudonym(c.Issuer, c.Subject))
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
// out from, the address of this instance. The log says who switched it and why. lti.ErrUnknownRegistration, ErrPseudonymMailbox, ErrPseudonymHome.
func (s *Store) SetPseudonymous(ctx context.Context, id string, on bool, home, author, reason string) error {
	err := s.overwriting(ctx, func() error {
		return s.write(ctx, func(tx *Tx) error {
			tx.AfterCommit(s.kept.registrations.forget)
			return tx.setPseudonymous(ctx, id, home, pipeline.NamesSwitched{Registration: id, Pseudonymous: on, Author: author, Reason: reason, At: tx.Now})
		})
	})
	if err == nil {
		err = s.refresh(ctx)
	}
	return err
}

func (t *Tx) setPseudonymous(ctx context.Context, id, home string, to pipeline.NamesSwitched) error {
	on := to.Pseudonymous
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
	if on != row.Pseudonymous {
		if _, err := t.appendBody(ctx, pipeline.EntryNames, to); err != nil {
			return err
		}
	}
	if !on {
		return nil
	}
	if err := t.forgetNames(ctx, row.Issuer, `IN (SELECT id FROM account WHERE registration = ? UNION SELECT account FROM account_claim WHERE registration = ?)`, id, id); err != nil {
		return err
	}
	if _, err := t.relinkAll(ctx, id, row.rule()); err != nil {
		return err
	}
	if err := t.lockLog(ctx); err != nil {
		return err
	}
	return t.newGeneration(ctx) // what is being folded would still emit the old names
}

// forgetNames takes the names and addresses of accounts, by a condition on their ids, from everywhere. Of what may name people in records
// only what the rule of each registration goes by is kept.
func (t *Tx) forgetNames(ctx context.Context, issuer, accounts string, args ...any) error {
	const rule = `(SELECT r.identity_mode FROM registration r WHERE r.id = account_claim.registration)`
	for _, query := range []string{
		`UPDATE account SET name = '' WHERE id ` + accounts,
		`UPDATE account_claim SET email = CASE WHEN ` + rule + ` = 'mailto' THEN email ELSE '' END,
			mailbox = CASE WHEN ` + rule + ` = 'mailto' THEN mailbox ELSE '' END,
			username = CASE WHEN ` + rule + ` = 'username' THEN username ELSE '' END,
			sourced_id = CASE WHEN ` + rule + ` = 'person_sourcedid' THEN sourced_id ELSE '' END WHERE account ` + accounts,
	} {
		if _, err := t.Exec(ctx, query, args...); err != nil {
			return fmt.Errorf("sqlstore: forget the names of accounts: %w", err)
		}
	}
	if err := t.forgetNamesOfSessions(ctx, accounts, args...); err != nil {
		return err
	}
	return t.forgetNamesOfRosters(ctx, issuer)
}

// forgetNamesOfSessions takes them from pages that are open.
func (t *Tx) forgetNamesOfSessions(ctx context.Context, accounts string, args ...any) error {
	var rows []struct{ Hash, Body, Issuer, Subject, Home string }
	if err := t.Select(ctx, &rows, `SELECT s.hash, s.body, a.issuer, a.subject, COALESCE(`+pseudonymHome+`, '') AS home
		FROM session s JOIN account a ON a.id = s.account WHERE s.account `+accounts, args...); err != nil {
		return fmt.Errorf("sqlstore: read the sessions of accounts: %w", err)
	}
	for _, row := range rows {
		var session web.Session
		if err := json.Unmarshal([]byte(row.Body), &session); err != nil {
			return fmt.Errorf("sqlstore: read a session: %w", err)
		}
		session.Name = ""
		if session.Actor.Key() != (xapi.Agent{}).Key() {
			session.Actor = xapi.AccountAgent(t.db.shownAs(row.Issuer, row.Subject, row.Home))
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

// forgetNamesOfRosters takes them from the lists of courses, of all registrations of an issuer.
func (t *Tx) forgetNamesOfRosters(ctx context.Context, issuer string) error {
	var rows []struct {
		rosterRow
		Pseudonymous bool
	}
	if err := t.Select(ctx, &rows, `SELECT o.registration, o.context, o.body, r.pseudonymous FROM roster o
		JOIN registration r ON r.id = o.registration WHERE r.issuer = ?`, issuer); err != nil {
		return fmt.Errorf("sqlstore: read rosters: %w", err)
	}
	for _, row := range rows {
		var list lti.Roster
		if err := json.Unmarshal([]byte(row.Body), &list); err != nil {
			return fmt.Errorf("sqlstore: read a roster: %w", err)
		}
		list, err := t.namelessRoster(ctx, issuer, row.Pseudonymous, list)
		if err != nil {
			return err
		}
		body, err := json.Marshal(list, json.Deterministic(true), json.OmitZeroStructFields(true))
		if err == nil {
			_, err = t.Exec(ctx, `UPDATE roster SET body = ? WHERE registration = ? AND context = ?`, string(body), row.Registration, row.Context)
		}
		if err != nil {
			return fmt.Errorf("sqlstore: forget the names in a roster: %w", err)
		}
	}
	return nil
}

// namelessRoster is a roster by ids and roles alone: of everybody where all is set, else of those whom a pseudonymous registration of the
// issuer knows.
func (t *Tx) namelessRoster(ctx context.Context, issuer string, all bool, list lti.Roster) (lti.Roster, error) {
	unnamed := map[string]bool{}
	if !all {
		var subjects []string
		if err := t.Select(ctx, &subjects, `SELECT a.subject FROM registration r JOIN account_claim k ON k.registration = r.id
			JOIN account a ON a.id = k.account WHERE r.issuer = ? AND r.pseudonymous`, issuer); err != nil {
			return list, fmt.Errorf("sqlstore: read whose names are not kept: %w", err)
		}
		for _, subject := range subjects {
			unnamed[subject] = true
		}
	}
	members := make([]lti.Member, len(list.Members))
	for i, m := range list.Members {
		if members[i] = m; all || unnamed[m.UserID] {
			members[i] = lti.Member{UserID: m.UserID, Roles: m.Roles, Status: m.Status}
		}
	}
	list.Members = members
	return list, nil
}
