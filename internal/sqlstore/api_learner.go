package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"cairn/internal/api"
	"cairn/mapping"
)

// Learners is api.Records.
func (a API) Learners(ctx context.Context, f api.LearnerFilter) ([]api.Learner, error) {
	var c condition
	if f.ID != "" {
		c.and(`l.id = ?`, f.ID)
	}
	if f.Subject != "" { // who has a pseudonym is found by it alone: else an answer would say whose it is
		c.and(`l.id IN (SELECT a.learner FROM account a WHERE a.subject = ? AND a.issuer IN (?, ?) AND `+pseudonymHome+` IS NULL
			UNION SELECT a.learner FROM account_link k JOIN account a ON a.id = k.account WHERE k.agent = ? AND `+pseudonymHome+` IN (?, ?))`,
			slices.Concat([]any{f.Subject}, bothEnds(f.Issuer), []any{accountKey(f.Issuer, f.Subject)}, bothEnds(f.Issuer))...)
	}
	if f.Reach.Limited {
		c.and(`EXISTS (SELECT 1 FROM account k WHERE k.learner = l.id AND `+a.s.d.in("k.issuer")+`)`, a.s.d.list(f.Reach.Issuers))
	}
	c.and(`l.id > ? AND EXISTS (SELECT 1 FROM account k WHERE k.learner = l.id)`, f.After) // else the accounts were joined to another's
	var rows []struct {
		ID      string
		Created int64
	}
	if err := a.s.Select(ctx, &rows, `SELECT l.id, l.created FROM learner l `+c.where(` ORDER BY l.id LIMIT ?`), append(c.args, f.Limit)...); err != nil {
		return nil, fmt.Errorf("sqlstore: read learners: %w", err)
	}
	out, ids := make([]api.Learner, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		out[i], ids[i] = api.Learner{ID: r.ID, Created: fromMicros(r.Created)}, r.ID
	}
	accounts, err := a.accounts(ctx, ids, f.Reach)
	for i := range out {
		out[i].Accounts = accounts[out[i].ID]
	}
	return out, err
}

// History is api.Records.
func (a API) History(ctx context.Context, learner, capability string, after, limit int) ([]mapping.Transition, error) {
	return selectTransitions(ctx, a.s.DB, `WHERE learner = ? AND capability = ? AND ordinal > ? ORDER BY ordinal LIMIT ?`, learner, capability, after, limit)
}

// Scopes is api.Records.
func (a API) Scopes(ctx context.Context, learner string) ([]mapping.Scope, error) {
	var rows []struct{ Registration, Context string }
	if err := a.s.Select(ctx, &rows, `SELECT registration, '' AS context FROM account WHERE learner = ?
		UNION SELECT registration, '' FROM agent_link WHERE learner = ? AND ended = 0
		UNION SELECT m.registration, m.context FROM membership m JOIN account a ON a.id = m.account WHERE a.learner = ? ORDER BY 1, 2`,
		learner, learner, learner); err != nil {
		return nil, fmt.Errorf("sqlstore: read where a learner is: %w", err)
	}
	out := make([]mapping.Scope, len(rows))
	for i, r := range rows {
		out[i] = mapping.Scope{Kind: mapping.ScopeRegistration, Registration: r.Registration, Context: r.Context}
		if r.Context != "" {
			out[i].Kind = mapping.ScopeCourse
		}
	}
	return out, nil
}

// bothEnds is an issuer without and with a slash at its end.
func bothEnds(issuer string) []any {
	for len(issuer) > 0 && issuer[len(issuer)-1] == '/' {
		issuer = issuer[:len(issuer)-1]
	}
	return []any{issuer, issuer + "/"}
}

// accounts reads the accounts of learners that a reach covers, oldest first: those without a name by their pseudonym.
func (a API) accounts(ctx context.Context, learners []string, reach api.Reach) (map[string][]api.Account, error) {
	var c condition
	c.and(a.s.d.in("learner"), a.s.d.list(orEmpty(learners)))
	if reach.Limited {
		c.and(a.s.d.in("issuer"), a.s.d.list(reach.Issuers))
	}
	var rows []struct{ ID, Learner, Registration, Issuer, Subject, Name, Home string }
	if err := a.s.Select(ctx, &rows, `SELECT id, learner, registration, issuer, subject, name, COALESCE(`+pseudonymHome+`, '') AS home FROM account a `+c.where(` ORDER BY created, id`), c.args...); err != nil {
		return nil, fmt.Errorf("sqlstore: read accounts: %w", err)
	}
	out := map[string][]api.Account{}
	for _, r := range rows {
		issuer, subject := a.s.shownAs(r.Issuer, r.Subject, r.Home)
		out[r.Learner] = append(out[r.Learner], api.Account{ID: r.ID, Registration: r.Registration, Issuer: issuer, Subject: subject, Name: r.Name})
	}
	return out, nil
}
