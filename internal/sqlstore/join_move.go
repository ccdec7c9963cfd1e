package sqlstore

import (
	"context"
	"fmt"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/mapping"
)

// move gives accounts to another learner: in the table, and as events of the log. The links of the accounts go over first, and the move
// itself comes last.
func (t *Tx) move(ctx context.Context, kind pipeline.EntryKind, m learner.Move, accounts []movingAccount) (Moved, error) {
	m.ID, m.At = newID(), t.Now
	for _, a := range accounts {
		m.Accounts, m.Homes = append(m.Accounts, a.ID), append(m.Homes, a.Home)
		joined := micros(t.Now)
		if a.Home == m.Into {
			joined = 0
		}
		if _, err := t.Exec(ctx, `UPDATE account SET learner = ?, joined = ? WHERE id = ?`, m.Into, joined, a.ID); err != nil {
			return Moved{}, fmt.Errorf("sqlstore: give an account to another learner: %w", err)
		}
	}
	links, err := t.linksOf(ctx, accounts)
	if err != nil {
		return Moved{}, err
	}
	for _, step := range []struct {
		kind  pipeline.EntryKind
		whose string
	}{{pipeline.EntryUnlink, m.From}, {pipeline.EntryLink, m.Into}} {
		for _, l := range links {
			l.Learner, l.Move = step.whose, m.ID
			if _, err := t.appendBody(ctx, step.kind, l); err != nil {
				return Moved{}, err
			}
		}
	}
	pos, err := t.appendBody(ctx, kind, m)
	return Moved{Pos: pos, From: m.From, Into: m.Into, Accounts: m.Accounts}, err
}

// linksOf answers the agents that are linked by accounts, as of the end of the log.
func (t *Tx) linksOf(ctx context.Context, accounts []movingAccount) ([]learner.Link, error) {
	of, ids := map[string]movingAccount{}, []string{}
	for _, a := range accounts {
		of[a.ID], ids = a, append(ids, a.ID)
	}
	var rows []struct{ Registration, Account, Agent string }
	if err := t.Select(ctx, &rows, `SELECT registration, account, agent FROM account_link WHERE `+t.db.d.in("account")+`
		ORDER BY account, registration, agent`, t.db.d.list(ids)); err != nil {
		return nil, fmt.Errorf("sqlstore: read the links of accounts: %w", err)
	}
	out := make([]learner.Link, len(rows))
	for i, r := range rows {
		who := of[r.Account]
		out[i] = learner.Link{Account: r.Account, Registration: r.Registration, Issuer: who.Issuer, Subject: who.Subject, Agent: r.Agent}
	}
	return out, nil
}

// homeInCourse answers whom an endorsement is about: the account by which the learner is in the course where it was given. Of one that
// was given elsewhere it is the learner's own.
func (t *Tx) homeInCourse(ctx context.Context, e mapping.Endorsement) (string, error) {
	var found []string
	if err := t.Select(ctx, &found, `SELECT a.home FROM membership m JOIN account a ON a.id = m.account
		WHERE m.registration = ? AND m.context = ? AND a.learner = ? ORDER BY a.created, a.id LIMIT 1`, e.Scope.Registration, e.Scope.Context, e.Learner); err != nil {
		return "", fmt.Errorf("sqlstore: find the account of a learner in a course: %w", err)
	}
	if len(found) == 0 {
		return e.Learner, nil
	}
	return found[0], nil
}

// homeOf answers the learner that an account began with, "" when there is none.
func (t *Tx) homeOf(ctx context.Context, account string) (home string, err error) {
	var found []string
	if err := t.Select(ctx, &found, `SELECT home FROM account WHERE id = ?`, account); err != nil {
		return "", fmt.Errorf("sqlstore: read where an account began: %w", err)
	}
	if len(found) == 0 {
		return "", nil
	}
	return found[0], nil
}
